"""Where a stem is to stand against another: "4 dB under the bass", "as loud as that".

One rule: "it" is the stem of the turn before, on whichever side of the comparison it stands.
"""

import re
from collections.abc import Callable, Sequence

from assistant.said_gains import signs_spelled

_ABOVE = r"above|over|louder|hotter|higher|up|on top|plus"
_BELOW = r"below|under|underneath|beneath|quieter|softer|lower|down|behind|minus"
_ABOVE_OR_BELOW = re.compile(rf"\b(?:{_ABOVE})\b"), re.compile(rf"\b(?:{_BELOW})\b")
PLACES = re.compile(  # "4 dB under the bass": where a stem is to be, not how far it is to go
    r"\d\s*-?(?:dbs?|decibels?|lu)?\s*(?:below|under|underneath|beneath|behind|above|over"
    r"|on top of|(?:louder|quieter|softer|lower|higher|hotter) than)\b"
)
LEVELLED = re.compile(  # what stands behind it is what a stem is to be as loud as
    r"\b(?:level (?:with|to)|as (?:loud|quiet|strong) as|(?:same|equal) (?:level|loudness|volume)"
    r" (?:as|to|with)|match\w*(?=.*\b(?:to|with)\b))"
)
_HOW_LOUD = re.compile(
    r"\bhow (?:loud|quiet|strong|high|low|hot|big) ?(?:is|are|r|was|'s|s|'re) (?:\w+ ){0,2}?\w+"
    r"(?: now\b|\W*$)"
)
IT = re.compile(r"\b(?:it|that|this|them|those|these)\b")


def beside(
    match: re.Match[str],
    text: str,
    speak: Callable[[str], tuple[str, ...]],
    focus: Sequence[str],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The stems before a comparison and those behind it.

    Args:
        match: the comparison in the text. speak: the stems that a text names.
        focus: the stems of the turn before.
    """
    before, behind = text[: match.start()], text[match.end() :]
    if match[0].startswith("match"):  # "match it to the vocals"
        place = max(behind.find(" to "), behind.find(" with "))
        before, behind = before + behind[: max(place, 0)], behind[max(place, 0) :]
    stems, against = speak(before), speak(behind)
    it, that = bool(IT.search(before)), bool(IT.search(behind))
    if not stems and (it or not that):
        stems = tuple(name for name in focus if name not in against)
    if not against and that and not it:
        against = tuple(name for name in focus if name not in stems)
    return tuple(name for name in stems if name not in against) or stems, against


def above_or_below(text: str) -> tuple[float, ...]:
    """The signs that relative_lu may have by a text; both where it says neither."""
    plain = signs_spelled(text)
    is_up, is_down = (bool(pattern.search(plain)) for pattern in _ABOVE_OR_BELOW)
    return (1.0, -1.0) if is_up == is_down else (1.0,) if is_up else (-1.0,)


def asks_how_loud(text: str) -> bool:
    """Whether a text asks how loud something is: nothing is to be moved then."""
    return bool(_HOW_LOUD.search(" ".join(text.casefold().split())))
