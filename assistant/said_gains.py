"""How far a stem may be moved, by what a user said: sizes, directions, and what went before.

One rule: a direction that was said is never turned round; one that was left open may be either.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import prompts
from assistant.numerals import normal, numbers
from mixer.moves import Move

_UP = re.compile(
    r"\b(?:up\w*|rais\w+|boost\w*|lift\w*|louder|loud|increas\w+|push\w*|hotter|bump\w*|crank\w*|plus"
    r"|higher|more|forward|haul\w*|hik\w+|hoist\w*|add\w*|feed\w*|grow\w*|climb\w*|onto|on top)\b|↑"
)
_DOWN = re.compile(
    r"\b(?:down\w*|lower\w*|cut\w*|reduc\w+|quiet\w*|softer|drop\w*|decreas\w+|tame\w*|dip\w*|minus"
    r"|less|(?<!that )(?<!it )back|duck\w*|trim\w*|pull\w*|shrink\w*|shav\w+|skim\w*|rob\w*"
    r"|starv\w+|nibbl\w+|knock\w*|tuck\w*|shed\w*|sink\w*|attenuat\w+|out of|off|from)\b|↓"
)
# "a bit more" and "back" say nothing of the direction after a move, but "give it 2 more" does.
_GOES_ON = re.compile(r"\b(?:more|back|off)\b")
_GIVES = re.compile(r"\b(?:it|that|this|them|one)\b.*\bmore\b")
_RETURNS = re.compile(r"\b(?:back|too|return\w*|restore\w*|overd\w+)\b")  # "too far, 1 back"
_MUTED = re.compile(r"\b(?:un-?)?mut(?:e|es|ed|ing)\b")
_HALF = re.compile(r"hal[fv]|middle|midway|fifty|\b50\b|part|less|small|split|reduced|toned|gentl")
SOME_DB = prompts.GAIN_WORDS["some"]

Clauses = Sequence[tuple[str, tuple[str, ...]]]


@dataclass(frozen=True)
class Gains:
    """What the latest words say of moves.

    clauses: each with the stems that it names. before: the words before, where these have no size.
    """

    latest: str
    clauses: Clauses
    before: str
    names: tuple[str, ...]
    proposed: tuple[Move, ...] = ()
    moved: tuple[Move, ...] = ()

    def of(self, stem: str) -> set[float]:
        """The gains in dB that the words bear for a stem."""
        own = self._passage(stem)
        if _MUTED.search(own) and not self._sizes(own):
            return set()  # "mute the guitar and turn the bass up 1 dB"
        text = self._worded(own)
        sizes, says = self._sizes(text), says_way(text)
        offered = self._offered_db(stem)
        if not sizes and offered:
            found = {gain_db for gain_db in offered if _sign(gain_db) in ways(text)}
            return found | ({way * SOME_DB for way in ways(text)} if says else set()) or offered
        if not sizes:
            sizes = {SOME_DB, *self._sizes(self.latest)} if says else set()
            sizes = sizes or self._sizes(self.before) or {SOME_DB}
        return {way * size for size in sizes for way in self._ways(stem, text)}

    def _sizes(self, text: str) -> set[float]:
        """How many dB a text speaks of; a stem called "808" is no size."""
        called = {name for _, stems in self.clauses for name in stems if name.isdecimal()}
        found = magnitudes(text, self.names) - {float(name) for name in called}
        return found or amounts(text, prompts.GAIN_WORDS)

    def _ways(self, stem: str, text: str) -> set[float]:
        led = {_sign(gain_db) for gain_db in self._led_db(stem)}
        if says_way(text) or not led:
            return ways(text)
        back = {-way for way in led} if _RETURNS.search(self.latest) else set()
        return led | back | ({1.0} if _GIVES.search(self.latest) else set())

    def _passage(self, stem: str) -> str:
        """The part of the words about a stem: its clauses, and those after that name no stem."""
        parts: list[str] = []
        inside = not any(stems for _, stems in self.clauses)
        for text, stems in self.clauses:
            inside = stem in stems if stems else inside
            parts += [text] if inside else []
        return " , ".join(parts)

    def _worded(self, text: str) -> str:
        """A passage; all of the words where it says neither how far nor which way."""
        if not text or not (says_way(text) or self._sizes(text)):
            text = self.latest
        named = any(stems for _, stems in self.clauses)
        return _GOES_ON.sub(" ", text) if self.moved and not named else text

    def _led_db(self, stem: str) -> set[float]:
        """The gains whose direction words without one go on in: offered ones, else the last."""
        offered = {move.gain_db for move in self.proposed if move.stem == stem}
        own = {move.gain_db for move in self.moved if move.stem == stem}
        return offered or own or {move.gain_db for move in self.moved}

    def _offered_db(self, stem: str) -> set[float]:
        """The gains that words without a number may mean: as proposed, as before, half, or back."""
        offered = {move.gain_db for move in self.proposed if move.stem == stem}
        half = _HALF.search(self.latest)
        found = offered | ({halved(gain_db) for gain_db in offered} if half else set())
        for move in self.moved:
            found |= {move.gain_db, -move.gain_db}
            if move.stem == stem:
                found |= {-halved(move.gain_db), _sign(move.gain_db) * SOME_DB}
        return found


def halved(gain_db: float) -> float:
    """Half as far, on the grid of half decibels, and never nothing."""
    return math.copysign(max(0.5, math.floor(abs(gain_db) + 0.5) / 2), gain_db)


def _sign(gain_db: float) -> float:
    return math.copysign(1.0, gain_db)


def signs_spelled(text: str) -> str:
    """A text with "+3" and "-3" in words, so that they say a direction like any other."""
    return re.sub(r"-(?=\s?\d)", " minus ", normal(text).casefold().replace("+", " plus "))


def says_way(text: str) -> bool:
    """Whether a text speaks of any direction of a fader."""
    plain = signs_spelled(text)
    return bool(_UP.search(plain) or _DOWN.search(plain))


def ways(text: str) -> set[float]:
    """The signs that a text leaves open: one where it says one, both where it says none or both."""
    plain = signs_spelled(text)
    up, down = bool(_UP.search(plain)), bool(_DOWN.search(plain))
    return {1.0, -1.0} if up == down else {1.0} if up else {-1.0}


def magnitudes(text: str, names: Sequence[str]) -> set[float]:
    """Magnitudes of the numbers in a text, those in stem names left out."""
    return {abs(number.value) for number in numbers(text, names) if number.value == number.value}


def sizes_db(text: str, names: Sequence[str]) -> set[float]:
    """How many dB a text speaks of: its numbers, or else its amounts in words."""
    return magnitudes(text, names) or amounts(text, prompts.GAIN_WORDS)


def amounts(text: str, table: Mapping[str, float]) -> set[float]:
    """What the amounts in a text mean, the longest wording first: "quite a bit" is not "a bit"."""
    found, rest = set(), text.casefold()
    if "all the way" not in table:  # "way" is an amount, but not in "by the way"
        rest = re.sub(r"\b(?:the|a|this|that|out of|any|no|other|wrong) way\b", " ", rest)
    for words in sorted(table, key=len, reverse=True):
        rest, count = re.subn(rf"\b{re.escape(words.casefold())}\b", " ", rest)
        if count:
            found.add(float(table[words]))
    return found
