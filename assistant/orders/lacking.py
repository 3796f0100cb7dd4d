"""Orders that leave out what they need: "louder" of no stem, "3" behind "vocals up 2".

One rule: what is left out is asked for; each option is a whole order, and none is carried out yet.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.asking import Option
from assistant.hearing import ToolCall
from assistant.orders.before import Before
from assistant.orders.lexicon import FILLER, NUMBER, VERB
from assistant.orders.mentions import as_read, mentions
from assistant.orders.short import last_deed
from assistant.orders.tokens import STOP, tokens

_MOST_STEMS = 96
_HOLE = re.compile(
    r"\b(?:it|that|this|them|something|anything|someone|somebody|one|a stem|a track"
    r"|one (?:of them|stem|track)|some (?:stem|track))\b(?! (?:more|db|decibel|dbs|step|version)\b)"
)
_VAGUE = re.compile(
    r"\b(?:something|anything|someone|somebody|a stem|a track|some (?:stem|track))\b"
)
_ONE_OF = re.compile(
    r"\b(?:just |only )?(?:one|any|either) of (?:the |my |our |those |these )?"
    r"(?:two |three |2 |3 )?"
)
_JUST_ONE = re.compile(  # "just the one, not both", "only one of the two"
    r"[\s,.;-]+(?:(?:no|not both|not the two)[\s,;-]+)*(?:just|only) (?:the )?one"
    r"(?: of (?:the|those|these|them|'em|both)(?: (?:two|2|three|both))?"
    r"(?: (?:stems|tracks|of them))?"
    r"|(?=[\s,;-]+not (?:both|all|the two)\b))?"
    r"(?:[\s,;-]+not (?:both|all|the two)(?: of them)?)?\W*$"
)
_VOICES = re.compile(r"vocals|voices|singers|vox")
_THEIR_TRACKS = re.compile(r"(?: (?:tracks?|stems?|channels?|parts?|faders?|mics?))?")
_SETS = frozenset({"apply_moves", "set_level", "set_pan", "set_mute", "audition"})
_SEVERAL = re.compile(r"\b(?:both|all|each|every\w*|two|three|rest|others)\b")
_BARE = frozenset({FILLER, VERB, STOP, "unit", "only"})
Read = Callable[[str, Before], Sequence[ToolCall]]  # the plain orders in a text


def lacks_a_stem(text: str, names: Sequence[str], before: Before, read: Read) -> list[Option]:
    """The stems that an order without one may be for; none where it is no such order.

    read: reads plain orders behind what was done before. The stems that were spoken of just
    before come alone; where it is one, it is meant.
    """
    plain = " ".join(text.casefold().split())
    vague = bool(_VAGUE.search(plain))
    if not plain or _SEVERAL.search(plain) or (read(text, before) and not vague):
        return []
    told = replace(before, deeds=(), asked=None, focus=(), proposed=())
    stems = before.focus if before.focus and not vague else tuple(names)
    found = [Option(name, filled(plain, name)) for name in stems[:_MOST_STEMS]]
    if not any(_is_for(read(one.order, told), one.label) for one in found[:2]):
        return []  # the anchor is one of any two at most: what is no order for them is none
    whole = [one for one in found if _is_for(read(one.order, told), one.label)]
    return whole


def one_of_several(
    text: str, names: tuple[str, ...], roles: tuple[str | None, ...], read: Read, before: Before
) -> list[Option]:
    """The stems that "one of the two guitars" may mean; none where it is no order for one."""
    plain = as_read(text, names, roles)
    if options := _not_both(plain, names, roles, read, before):
        return options
    match = _ONE_OF.search(plain)
    found = [one for one in mentions(plain, names, roles) if match and one.start == match.end()]
    if match is None or not found or len(found[0].stems) < 2:
        return []
    end = found[0].end + len(_THEIR_TRACKS.match(plain, found[0].end)[0])  # type: ignore[index]
    options = [
        Option(name, f"{plain[: match.start()]}{name}{plain[end:]}") for name in found[0].stems
    ]
    return options if all(_is_for(read(one.order, before), one.label) for one in options) else []


def _not_both(
    plain: str, names: tuple[str, ...], roles: tuple[str | None, ...], read: Read, before: Before
) -> list[Option]:
    """The stems that "the vocals down 1, just one of them" may mean; none where it is one."""
    match = _JUST_ONE.search(plain)
    found = mentions(plain[: match.start()], names, roles) if match else ()
    if match is None or len(found) != 1:
        return []
    one, order = found[0], plain[: match.start()].rstrip(" ,.;-")
    stems = one.stems
    if len(stems) == 1 and _VOICES.fullmatch(plain, one.start, one.end):
        kinds = dict(zip(names, roles, strict=True))
        stems = tuple(n for n in names if kinds[n] in ("lead vocal", "backing vocals"))
    told = [Option(n, f"{order[: one.start]}{n}{order[one.end :]}") for n in stems]
    each = all(_is_for(read(option.order, before), option.label) for option in told)
    return told if len(told) > 1 and each else []


def filled(text: str, stems: str) -> str:
    """An order with stems put where it speaks of an "it" or of something, else before it."""
    told, count = _HOLE.subn(lambda _: stems, text, count=1)
    return told if count else f"{stems} {text}"


def _is_for(calls: Sequence[ToolCall], stem: str) -> bool:
    """Whether a text is one order, for one stem."""
    if len(calls) != 1 or calls[0].name not in _SETS:
        return False
    told = calls[0].arguments
    moves = [move["stem"] for move in told.get("moves") or ()]
    return [*moves, *([told["stem"]] if "stem" in told else []), *(told.get("stems") or ())] == [
        stem
    ]


def bare_number(text: str, names: tuple[str, ...], roles: tuple[str | None, ...]) -> float | None:
    """The number that a text is, with or without its unit: "2 dB please"; None for all else."""
    told, _ = tokens(text, names, roles)
    numbers = [token.number for token in told if token.kind == NUMBER]
    others = [token for token in told if token.kind != NUMBER]
    plain = all(token.kind in _BARE for token in others) and "?" not in text
    return numbers[0] if plain and len(numbers) == 1 and numbers[0] else None


def lacks_a_way(number: float | None, before: Before) -> list[Option]:
    """What a bare number behind a move may mean: in its place, or on top of it."""
    deed = last_deed(before)
    if number is None or deed is None or deed.tool != "apply_moves" or before.asked is not None:
        return []
    word = "up" if deed.gain_db > 0 else "down"
    stems, size = " and ".join(deed.stems), f"{number:g} dB"
    if number == abs(deed.gain_db):
        return [
            Option(f"leave {stems} as it is", "leave it"),
            Option(f"another {size} {word}", f"{stems} {word} {size}"),
        ]
    return [
        Option(f"{size} {word} instead of {abs(deed.gain_db):g}", f"make that {size}"),
        Option(f"another {size} {word}", f"{stems} {word} {size}"),
    ]
