"""What tells the stems of one family apart: low and high, left and right, the first and the second.

One rule: a word tells a stem only by a word of its name.
"""

import re
from collections.abc import Sequence

from assistant.naming import words_of

# How names put it.
_IN_NAMES = {
    "low": "lo low lower bottom btm bot under deep tuba trombone trombones tbn",
    "high": "hi high higher top upper",
    "left": "l left lft", "right": "r right rgt", "first": "1 01 one i first a",
    "second": "2 02 two ii second b", "third": "3 03 three iii third c",
    "clean": "clean cln dry", "dirty": "dirty dist distorted drive fuzz",
    "lead": "lead ld main", "back": "back bgv bv backing", "room": "room rm amb",
    "close": "close near spot", "far": "far room",
}  # fmt: skip
# How it is said.
_SAID = {
    "low": "low lo lower lowest bottom deep deeper", "high": "high hi higher highest top upper",
    "left": "left", "right": "right", "first": "first 1st", "second": "second 2nd",
    "third": "third 3rd", "clean": "clean cleaner", "dirty": "dirty dirtier distorted",
    "lead": "lead main", "back": "backing", "room": "room", "close": "close", "far": "far",
}  # fmt: skip
_NAMED = {what: frozenset(words.split()) for what, words in _IN_NAMES.items()}
TELLING = {word: what for what, words in _SAID.items() for word in words.split()}
_TELLS_APART = frozenset(word for words in _NAMED.values() for word in words)


def is_told_by(name: str, word: str) -> bool:
    """Whether a word tells a stem from those of its kind: "harm lo" is the low one."""
    meant = _NAMED.get(TELLING.get(word, ""), frozenset())
    return bool(meant & set(words_of(name).split()))


def general_words(name: str) -> set[str]:
    """The words of a name that it shares with its kind: "harm" of "harm lo"."""
    own = set(words_of(name).split())
    return {word for word in own - _TELLS_APART if not word.isdigit()}


def without_sides_of(text: str, stems: Sequence[str]) -> str:
    """A text without the sides that only tell which stems are meant: "the right guitar is thin"."""
    sides = [side for side in ("left", "right") if any(is_told_by(name, side) for name in stems)]
    before_a_stem = rf"(?<!to the )(?<!hard )\b(?:{'|'.join(sides)})\b(?= [^\W\d_]{{3,}})"
    return re.sub(before_a_stem, " ", text) if sides else text
