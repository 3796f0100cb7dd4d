"""One short question instead of a doubtful call: what may be meant.

One rule: an option is an order in plain words; an answer is read as if that had been said
(assistant/answering.py).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from assistant.acting import stems_set, wrong_number
from assistant.hearing import ToolCall
from assistant.naming import role_of
from assistant.orders.mentions import mentions
from assistant.said import Said
from assistant.said_gains import magnitudes
from mixer.roles import words_of

# Roles of which a song may have several that are not one thing: a kick's two microphones are.
_APART = frozenset(
    ("electric guitar", "acoustic guitar", "piano", "organ", "synth pad", "synth lead")
    + ("arpeggio", "lead vocal", "brass", "backing vocals", "bass", "strings")
)
_DRUMS = ("kick", "snare")
_OF_ONE = frozenset(  # words that tell microphones, sides and layers of one drum apart
    """
    in out inside outside top bottom bot under over up down btm close far front back sub beater mic
    di room amb ambient sample samples samp trig trigger triggered layer click low high body left
    right dbl double oh ovh verb rev reverb fx wet dry edge center
    """.split()
)
_ALL_OF_THEM = re.compile(r"\b(?:both|all|each|every\w*|pair|them|rest)\b")
_TWO = re.compile(r"\b(?:two|2|three|3)(?: of)?(?: (?:the|my|our|those|these))? $")
_ONE_OF = re.compile(
    r"\b(?:one|either|any one) of (?:(?:the|my|our|those|these) )?(?:(?:two|both|three|2|3) )?$"
)
_OF_THOSE = re.compile(r" (?:tracks?|stems?|ones|parts?|channels?)\b")


@dataclass(frozen=True)
class Option:
    """What a user may mean: how it is offered, and the words that order it."""

    label: str
    order: str

    @property
    def names_a_stem(self) -> bool:
        """Whether it is one stem of several for the same order."""
        return self.label != self.order and self.label in self.order

    def as_data(self) -> dict[str, str]:
        return asdict(self)


def unclear(said: Said) -> tuple[str, tuple[str, ...]] | None:
    """A word of the latest text that fits several stems, and these; None where there is none.

    "the guitar" with GTR L and GTR R, "one of the guitars"; not "the guitars", and not where one
    was spoken of before.
    """
    text = said.latest
    if len(said.named) < 2:
        return None
    for one in mentions(text, said.names, said.roles):
        words, before = text[one.start : one.end], text[: one.start]
        meant = tuple(name for name in one.stems if name in said.named)
        if len(meant) > 1 and (some := _ONE_OF.search(before)):
            those = _OF_THOSE.match(text, one.end)
            return text[some.start() : those.end() if those else one.end], meant
        if _ALL_OF_THEM.search(text) or _TWO.search(before):
            continue
        if len(meant) < 2 or is_plural(words) or not _are_apart(words, meant):
            continue
        if not set(meant) & set(said.focus):
            return words, meant
    return None


def _are_apart(words: str, stems: Sequence[str]) -> bool:
    """Whether stems that a word fits are things of their own, and not microphones of one."""
    role = role_of(words.split()[-1])
    if role in _APART:
        return True
    own = [set(words_of(name).split()) for name in stems]
    shared = set.intersection(*own)
    differ = [told - shared for told in own]
    return (
        (role in _DRUMS or role is None)  # or a person, who sings and plays
        and all(differ)
        and not any(one & _OF_ONE or _numbered(one) for one in differ)
    )


def _numbered(words: set[str]) -> bool:
    return any(word.isdigit() or len(word) == 1 for word in words)


def is_plural(words: str) -> bool:
    """Whether words speak of several: "guitars", and not "bass"."""
    return words.endswith("s") and role_of(words.split()[-1][:-1]) is not None


def which(call: ToolCall, stems: Sequence[str], said: Said) -> list[Option]:
    """The stems that a call may be meant for, where the user's word fits more than one."""
    found = unclear(said)
    if found is None or call.name == "shape_sound":  # a sound goes to all that were named
        return []
    word, meant = found
    if not set(stems) & set(meant):
        return []
    return [Option(name, _with_name(said.latest, word, name)) for name in meant]


def _with_name(text: str, word: str, name: str) -> str:
    return re.sub(rf"\b(?:(?:the|my|our|that) )?{re.escape(word)}\b", lambda _: name, text, count=1)


def understood(call: ToolCall, said: Said) -> list[Option]:
    """What a doubtful call would do, and what may be meant instead; none where it is out of reach.

    Only stems that the user may have meant, only numbers that the words bear.
    """
    calls = [call]
    if wrong_number(call, said) is not None:
        calls = _as_said(call, said)
    told = [words for one in calls[:2] if (words := in_words(one.name, one.arguments, said))]
    if any(magnitudes(words, said.names) - said.numbers() for words in told):
        return []  # a question holds no number that the user did not say
    options = [Option(words, words) for words in told]
    stems = [stem for stem in stems_set(call) if stem in said.stems]
    if len(options) == 1 and stems:
        label = f"do you want to know how loud {stems[0]} is"
        options.append(Option(label, f"how loud is {stems[0]}"))
    return options if len(options) == 2 else []


def _as_said(call: ToolCall, said: Said) -> list[ToolCall]:
    """A move with the gains that the words bear instead of its own: one, or up and down."""
    moves = call.arguments.get("moves") or []
    if call.name != "apply_moves" or len(moves) != 1:
        return []
    stem = moves[0].get("stem")
    gains_db = said.gains_db(stem) if stem in said.stems else set()
    if not gains_db or len({abs(gain_db) for gain_db in gains_db}) > 1:
        return []
    up_first = sorted(gains_db, reverse=True)
    return [ToolCall(call.name, {"moves": [{"stem": stem, "gain_db": g}]}) for g in up_first]


def in_words(tool: str, arguments: Mapping[str, Any], said: Said) -> str | None:
    """A call as an order in plain words: "turn vocals up 2 dB"; None for one that has none."""
    stem = arguments.get("stem")
    if any(name not in said.stems for name in stems_set(ToolCall(tool, dict(arguments)))):
        return None
    if tool == "apply_moves":
        moves = arguments.get("moves") or []
        told = [_move_in_words(move["stem"], move["gain_db"]) for move in moves if move["gain_db"]]
        return " and ".join(told) if 0 < len(told) <= 2 else None
    if tool == "set_pan":
        return f"pan {stem} {_side_in_words(arguments['pan'], said.numbers())}"
    if tool == "set_mute":
        return f"{'mute' if arguments['muted'] else 'unmute'} {stem}"
    if tool == "set_level":
        level_lu, against = arguments["relative_lu"], arguments.get("against") or said.anchor
        place = f"{abs(level_lu):g} dB {'over' if level_lu > 0 else 'under'}"
        return f"put {stem} {place if level_lu else 'at the same level as'} {against}"
    if tool == "set_anchor":
        return f"judge everything against {stem}"
    return f"make {stem} {arguments['words']}" if tool == "shape_sound" else None


def _move_in_words(stem: str, gain_db: float) -> str:
    return f"turn {stem} {'up' if gain_db > 0 else 'down'} {abs(gain_db):g} dB"


def _side_in_words(pan: float, said: set[float]) -> str:
    percent, side = round(100 * abs(pan)), "left" if pan < 0 else "right"
    if not pan:
        return "to the centre"
    how = "hard" if percent == 100 else f"{percent}%" if percent in said else "to the"
    return f"{how} {side}"
