"""Sounds of several stems in one text: "a warmer viola and more bite on the snare".

One rule: every part that names a stem asks for its sound, and no part asks for anything else.
"""

import re
from dataclasses import dataclass

from assistant.numerals import normal, numbers
from assistant.orders.asides import asks_for_something
from assistant.orders.mentions import as_read, mentions
from assistant.orders.tokens import tokens
from assistant.said_sound import OTHER_BUSINESS, sound_asked, sound_said, wishes_a_sound

_PIECES = re.compile(r"[,;.!?]+(?!\d)\s*|\s+(?:and|but|then|plus|while|n|&)\s+")
_SHAPES = re.compile(  # "open up the top", "warm up", where no other word wishes for it
    r"(?:^|\b(?:please|can you|could you|would you|also|then|just|to|and) )(?:open|warm|brighten"
    r"|darken|soften|thicken|fatten|tighten|clean|beef|smooth|mellow|round|sharpen|thin|tame|dry)\b"
)
_MORE_OF = re.compile(  # "more wood": what only an ear could know
    r"\b(?:(?:some )?more|less|(?:a )?(?:bit|little|touch|tad|hint|dash) of|add(?: some)?)"
    r" (?:of )?(?:the |a )?(?P<what>[a-z]{3,})\b"
)
_LESS = re.compile(r"\bless\b")
_STATES = re.compile(
    r"\b(?:is|are|was|were|sounds|feels|seems)\b|\btoo \w+|^\W*(?:why|how|what|which)\b"
)
_MOST = 4  # stems


@dataclass(frozen=True)
class Wish:
    """How some stems are to sound, in words that shape_sound is told."""

    stems: tuple[str, ...]
    words: str


def sounds_of_each(text: str, names: tuple[str, ...], roles: tuple[str | None, ...]) -> list[Wish]:
    """The sounds that a text asks for, where they are of different stems; none in any other."""
    plain = as_read(normal(text), names, roles)
    if numbers(plain, names):
        return []
    found: list[Wish] = []
    for piece, stems in _pieces(plain, names, roles):
        if not stems:
            if not (found and sound_asked(piece, names).wishes) and _orders(piece, names, roles):
                return []
            continue  # "they're dull", "you can hear it in every word"
        words = _wished(piece, stems, names)
        if words is None:
            return []
        found.append(Wish(stems, words))
    named = [stem for wish in found for stem in wish.stems]
    apart = len(named) == len(set(named)) <= _MOST
    definite = any(sound_asked(wish.words, ()).wishes for wish in found)
    return found if len(found) > 1 and apart and definite else []


def _pieces(
    plain: str, names: tuple[str, ...], roles: tuple[str | None, ...]
) -> list[tuple[str, tuple[str, ...]]]:
    """The parts of a text, each with the stems that it names; no name is cut."""
    told, start, said = "", 0, []
    for one in mentions(plain, names, roles):
        told += f"{plain[start : one.start]}<{len(said)}>"
        said.append((plain[one.start : one.end], one.stems))
        start = one.end
    told += plain[start:]
    pieces = []
    for piece in filter(str.strip, _PIECES.split(told)):
        places = [int(place) for place in re.findall(r"<(\d+)>", piece)]
        stems = tuple(dict.fromkeys(stem for place in places for stem in said[place][1]))
        pieces.append((re.sub(r"<(\d+)>", lambda m: said[int(m[1])][0], piece).strip(), stems))
    return pieces


def _wished(piece: str, stems: tuple[str, ...], names: tuple[str, ...]) -> str | None:
    """How a part of a text wants its stems to sound; None where it asks for no sound."""
    if _STATES.search(piece):
        return None
    sound = sound_said([piece], names, stems, stems)
    if sound.only and (wishes_a_sound(piece, names) or _SHAPES.search(piece)):
        return sound.words
    more = _MORE_OF.search(piece)
    if sound.reading.wishes or more is None or more["what"] in OTHER_BUSINESS:
        return None
    if more["what"] not in sound.words.split():
        return None  # it is a stem's own name
    return f"{'less' if _LESS.search(more[0]) else 'more'} {more['what']}"


def _orders(piece: str, names: tuple[str, ...], roles: tuple[str | None, ...]) -> bool:
    return asks_for_something(tokens(piece, names, roles)[0])
