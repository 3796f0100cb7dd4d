"""How far a stem may be moved, by what a user said: sizes, directions, and what went before.

One rule: a direction that was said is never turned round; one that was left open may be either.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import prompts
from assistant.idioms import without_phrasal_verbs
from assistant.numerals import (
    PERCENT,
    UNIT,
    normal,
    numbers,
    numbers_behind_a_way,
    without_names,
)
from assistant.said_sound import sound_asked
from mixer.moves import Move

_UP = re.compile(
    r"\b(?:up\w*|rais\w+|ris(?:e|es|ing)|boost\w*|lift\w*|louder|loud|increas\w+|push\w*|hotter|bump\w*|crank\w*|plus"
    r"|higher|more|forward|haul\w*|hik\w+|hoist\w*|add\w*|feed\w*|grow\w*|climb\w*|onto|on top"
    r"|(?:put|stick|chuck|throw|slap|pop|give)\w* [\w. ]{1,12}?(?:dbs?|decibels?) (?:on|in)(?:to)?"
    r"|(?:dbs?|decibels?) into|(?:dbs?|decibels?) of (?:gain|level|volume)"
    r"|giv(?:e|ing) (?:[\w-]+ ){1,4}\d+(?:\.\d+)? ?(?:dbs?|decibels?))\b|↑"
)
_DOWN = re.compile(
    r"\b(?:down\w*|dwn|lower\w*|cut\w*|reduc\w+|quiet\w*|softer|drop\w*|decreas\w+|tame\w*|dip\w*|minus"
    r"|less|falls?|(?<!that )(?<!it )back|duck\w*|trim\w*|pull\w*|shrink\w*|shav\w+|skim\w*|rob\w*"
    r"|starv\w+|nibbl\w+|humbl\w+|knock\w*|tuck\w*|shed\w*|sink\w*|attenuat\w+|out of|off|from)\b|↓"
)
_SAYS_NOT = r"(?:\bnot|n't|\b(?:dont|isnt|arent|aint|wasnt))"
# A complaint asks for the opposite of its word: "too loud" is an order down.
_COMPLAINS = tuple(
    (re.compile(pattern), way)
    for pattern, way in (
        (r"\bnot too (?:\w+ )?(?:loud|quiet|high|low|soft|hot|strong|much|far)\b", " "),
        (rf"{_SAYS_NOT} (?:\w+ )?(?:loud|high|strong|hot) enough\b", " up "),
        (rf"{_SAYS_NOT} (?:\w+ )?(?:quiet|low|soft) enough\b", " down "),
        (r"\b(?:loud|quiet|high|low|soft|strong|hot) enough\b", " "),
        (r"\btoo (?:\w+ )?(?:loud|hot|high|strong|upfront|forward)\b", " down "),
        (r"\btoo (?:\w+ )?(?:quiet|soft|low|weak|buried|far (?:back|down))\b", " up "),
    )
)
_DENIED = re.compile(  # "don't turn it up, down!"
    r"(?:\bnot|\b(?:don't|dont|do not)(?! (?:you|we|be|mind|forget|worry|stop))|\bnever"
    r"|\binstead of|\brather than)(?: (?!but\b|just\b|only\b)\w+){0,2}?"
    r" (?:up|down|louder|quieter|softer|rais\w+|lower\w*|boost\w*|cut\w*|drop\w*)\b"
)
# After a move these words say nothing of a direction by themselves: they go on, or back.
_GOES_ON = re.compile(r"\b(?:more|back|off|less (?:of a move|extreme|drastic|radical))\b")
_FURTHER = re.compile(
    r"\b(?:more(?! \w+ly\b| thing)|another|again|further|farther|keep (?:going|on|at)"
    r"|go on|carry on|continue|don't stop|dont stop|not enough|too little|not there yet)\b"
)
_ADDS = re.compile(  # "pad 1 more" goes on, "1 more pad" turns it up
    r"\b(?:more(?=\W*(?:$|[,.;!?]|(?:dbs?|decibels?|please|pls|thx|thanks|now|too|on|for|like)\b))"
    r"|another|again|further|keep going)"
)
_GIVES = re.compile(r"\b(?:it|that|this|them|(?:that|this|left|right|other) one)\b.*\bmore\b")
_RETURNS = re.compile(  # "too far, 1 back"
    r"\b(?:(?<!bring it )back|too (?:much|far|big|extreme|drastic)|return\w*|restore\w*|overd\w+"
    r"|overshot|overkill|over the top|ease|eas\w+ off|halve|in between|split the difference"
    r"|less (?:of a move|extreme|drastic|radical)|not (?:that|so) (?:much|far))\b"
)
_TAKES_OFF = re.compile(r"\b(?:take|knock|shave|with|get)\b.*\boff\b|\d\S* (?:dbs? )?off\b")
_REVERSES = re.compile(
    r"\b(?:(?:the )?other (?:way|direction)|opposite|revers\w+|wrong (?:way|direction)|backwards"
    r"|(?:swap|flip|turn)\w* (?:the |my )?(?:direction|sign)|sign error)\b"
)
_TELLS = re.compile("|".join(p.pattern for p in (_FURTHER, _RETURNS, _TAKES_OFF, _REVERSES)))
_TWICE = re.compile(r"\b(?:twice|double) (?:that|it|the)\b")
_HALVES = re.compile(r"\bhal[fv]\w*(?! (?:more|again|a db))\b|\bmidway\b|\bsplit the difference\b")
GOES_ON = re.compile("|".join(p.pattern for p in (_TELLS, _TWICE, _HALVES)))  # of the last move
_MUTED = re.compile(r"\b(?:un-?)?mut(?:e|es|ed|ing)\b")
_HALF = re.compile(r"hal[fv]|middle|midway|fifty|\b50\b|part|less|small|split|reduced|toned|gentl")
_NO_DB = re.compile(  # "number 4", "back to 4", "40 percent"
    rf"\b(?:number|version|take|bar|verse|v|no\.|#)\s?\d+(?!\d*{UNIT})"
    rf"|(?<![\w.])[\w.]+{PERCENT}|\b(?:back|me) to \d+(?![\d.]|{UNIT})",
    re.IGNORECASE,
)
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
        text = self._plain(self._worded(own, stem))
        sizes, says = self._sizes(text), says_way(text)
        allowed, offered = self._ways(stem, text), self._offered_db(stem)
        own_db = [move.gain_db for move in self.moved if move.stem == stem and not self.proposed]
        if own_db and not numbers_db(text, self.names) and not _FURTHER.search(self.latest):
            if _HALVES.search(self.latest):
                return {-halved(gain_db) for gain_db in own_db}
            if _TWICE.search(self.latest):
                return {way * gain_db for gain_db in own_db for way in (1.0, 2.0)}
        if not sizes and offered:
            if not says and not _TELLS.search(self.latest):
                return offered
            found = _signed(offered, allowed)
            return found | ({way * SOME_DB for way in allowed} if says or not found else set())
        if not sizes:
            sizes = {SOME_DB, *self._sizes(self.latest)} if says else set()
            sizes = sizes or self._sizes(self.before) or {SOME_DB}
        found = {way * size for size in sizes for way in allowed}
        in_words = not numbers_db(text, self.names)
        return found | (self._part_back(stem) & _signed(offered, allowed) if in_words else set())

    def _sizes(self, text: str) -> set[float]:
        """How many dB a text speaks of; a stem called "808" is no size."""
        called = {name for _, stems in self.clauses for name in stems if name.isdecimal()}
        found = numbers_db(text, self.names) - {float(name) for name in called}
        return found or amounts(text, prompts.GAIN_WORDS)

    def _ways(self, stem: str, text: str) -> set[float]:
        """The signs that a stem's move may have."""
        led = {_sign(gain_db) for gain_db in self._led_db(stem)}
        if says_way(text):
            return ways(text)
        if not led or (
            self._names_stems and not self._goes_on(stem) and says_way(self._plain(self.latest))
        ):
            return self._inherited(stem)
        if not self.moved:
            return led
        about = self._passage(stem) if self._names_stems else self.latest
        if _REVERSES.search(about) or (_RETURNS.search(about) and not _FURTHER.search(about)):
            return {-way for way in led}
        if _TAKES_OFF.search(about):
            return {-1.0}
        return led | ({1.0} if _GIVES.search(about) else set())

    def _inherited(self, stem: str) -> set[float]:
        """The direction of the clauses before, in "lower the vox 2 and the bass 1"; else any."""
        said: set[float] = set()
        for text, stems in self.clauses:
            if stem in stems:
                break
            a_move = stems and says_way(text) and not sound_asked(text, self.names).wishes
            said = ways(text) if a_move else said
        if said or not sound_asked(self.latest, self.names).wishes:
            return said or ways(self._plain(self.latest))
        return {1.0, -1.0}

    def _plain(self, text: str) -> str:
        """A text without the stems' names: an "uplifter" says no direction."""
        return without_names(normal(text), self.names)

    @property
    def _names_stems(self) -> bool:
        return any(stems for _, stems in self.clauses)

    def _goes_on(self, stem: str) -> bool:
        """Whether the words go on from a move of this very stem: "pad 1 more"."""
        own = self._passage(stem)
        here = stem in {move.stem for move in self.moved}
        return here and bool(_ADDS.search(own) or _RETURNS.search(own))

    def _passage(self, stem: str) -> str:
        """The part of the words about a stem: its clauses, and those after that name no stem."""
        parts: list[str] = []
        inside = not any(stems for _, stems in self.clauses)
        for text, stems in self.clauses:
            inside = stem in stems if stems else inside
            parts += [text] if inside else []
        return " , ".join(parts)

    def _worded(self, text: str, stem: str) -> str:
        """A passage; all of the words where it says neither how far nor which way."""
        on = bool(self.moved) and (not self._names_stems or self._goes_on(stem))
        if not text or not (says_way(text) or self._sizes(text)):
            text = self.latest
        return _GOES_ON.sub(" ", text) if on else text

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
            found |= self._after(move, stem)
        return found

    def _after(self, move: Move, stem: str) -> set[float]:
        """What may follow the move of the turn before without a number."""
        back = bool(_REVERSES.search(self.latest))
        if move.stem != stem:  # "same for the bass"
            same = -move.gain_db if back else move.gain_db
            return {same} | ({halved(same)} if _HALF.search(self.latest) else set())
        found = {move.gain_db, -move.gain_db, -halved(move.gain_db), _sign(move.gain_db) * SOME_DB}
        return found | ({2 * move.gain_db} if _TWICE.search(self.latest) else set())

    def _part_back(self, stem: str) -> set[float]:
        """Half of a stem's last move, back."""
        return {-halved(move.gain_db) for move in self.moved if move.stem == stem}


def _signed(gains_db: set[float], signs: set[float]) -> set[float]:
    return {gain_db for gain_db in gains_db if _sign(gain_db) in signs}


def halved(gain_db: float) -> float:
    """Half as far, on the grid of half decibels, and never nothing."""
    return math.copysign(max(0.5, math.floor(abs(gain_db) + 0.5) / 2), gain_db)


def _sign(gain_db: float) -> float:
    return math.copysign(1.0, gain_db)


def signs_spelled(text: str) -> str:
    """A text with "+3" and "-3" in words, so that they say a direction like any other.

    What is complained of points the other way ("too loud" is down), what is denied points nowhere.
    """
    plain = without_phrasal_verbs(normal(text).casefold()).replace("+", " plus ")
    plain = re.sub(r"-(?=\s?\d)", " minus ", plain)
    for pattern, way in _COMPLAINS:
        plain = pattern.sub(way, plain)
    return _DENIED.sub(" ", plain)


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
    found = [*numbers(text, names), *numbers_behind_a_way(text, names)]
    return {abs(number.value) for number in found if number.value == number.value}


def sizes_db(text: str, names: Sequence[str]) -> set[float]:
    """How many dB a text speaks of: its numbers, or else its amounts in words."""
    return numbers_db(text, names) or amounts(_NO_DB.sub(" ", text), prompts.GAIN_WORDS)


def numbers_db(text: str, names: Sequence[str]) -> set[float]:
    """Magnitudes of the numbers in a text that may be dB: neither shares nor versions."""
    return magnitudes(_NO_DB.sub(" ", text), names)


def amounts(text: str, table: Mapping[str, float]) -> set[float]:
    """What the amounts in a text mean, the longest wording first: "quite a bit" is not "a bit"."""
    found, rest = set(), re.sub(r"([^\W\d_])\1{2,}", r"\1", text.casefold())  # "waaay down"
    if "all the way" not in table:  # "way" is an amount, but not in "by the way"
        rest = re.sub(r"\b(?:the|a|this|that|out of|any|no|other|wrong) way\b", " ", rest)
    for words in sorted(table, key=len, reverse=True):
        rest, count = re.subn(rf"\b{re.escape(words.casefold())}\b", " ", rest)
        if count:
            found.add(float(table[words]))
    return found
