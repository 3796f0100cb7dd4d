"""Read mixing words: which qualities a text asks for, more or less of them, and how much.

One rule: a fault is to be less and a virtue more, unless the text says otherwise ("not so bright").
"""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from mixer.words_map import ADJECTIVE, FORMS, NEUTRAL, NOT_HERE, QUALITIES, Form
from mixer.words_talk import (
    AIMS,
    AMOUNTS,
    BEHIND,
    BREAKS,
    CHARACTERS,
    COMPLAINS,
    FILLER,
    JOINS,
    LESS,
    MORE,
    NAMED_AMOUNTS,
    NEVER_SLIPS,
    NUISANCES,
    TOO,
)

USUAL_AMOUNT = 0.5
_WORD = re.compile(r"\+\+|[a-z]+(?:'[a-z]+)?|[,.;:!?]")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LIKENESS_OFFERED = 0.7
_SHORTEST_SLIP = 5


class WordsError(ValueError):
    """Words that mean nothing here: the message says got, needed and cure."""


@dataclass(frozen=True)
class Wish:
    """More (way 1) or less (way -1) of a quality; amount 0..1. loose: may be about levels instead.

    form is the wording that was found.
    """

    quality: str
    way: float
    amount: float
    form: str
    loose: bool = False

    def __str__(self) -> str:
        """As it is told, and read again as the same wish: "a bit brighter", "much less muddy"."""
        named = min(NAMED_AMOUNTS, key=lambda one: abs(one[0] - self.amount))[1]
        quality = QUALITIES[self.quality]
        return named + (quality.more if self.way > 0 else quality.less)


@dataclass(frozen=True)
class Reading:
    """What a text asks for. absent: effects that no console of ours has. unknown: what is left."""

    wishes: tuple[Wish, ...]
    absent: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def __str__(self) -> str:
        """As it is told; a comma keeps an amount from what follows, as it does when it is read."""
        told, amount = "", None
        for wish in self.wishes:
            joined = ("" if amount == wish.amount else ",") + " and " if told else ""
            told, amount = f"{told}{joined}{wish}", wish.amount
        return told


_COAXES = frozenset({"coax", "bring", "get", "squeeze", "tease"})
# Wordings that may speak of a fader as well as of a sound.
_LOOSE = frozenset(
    "up front|in front|softer|soft|upfront|close|closer|near|nearer|big|bigger|small|smaller|life"
    "|present|full|open|natural|control|weight|body|heavy|weak|edge|box|clear|clean|even|size|loose"
    "|attack|top|old|older|bottom|lows|highs|space|far away|radio|round|room|distance|presence|tiny"
    "|in the background|shine|lean|alive|under water|huge|large|life|top end|rough|polished".split(
        "|"
    )
)


@dataclass
class _Scope:
    """What was said before a word and still holds for it."""

    way: float | None = None
    strict: bool = False  # "too", "not so": of a virtue less, too
    amount: float | None = None
    fresh: bool = False  # said right before


def read(text: str) -> Reading:
    """Read a text; qualities in the order in which they are named, each once."""
    words = _WORD.findall(text.casefold().replace("n't ", " not ").replace("-", " "))
    wishes: dict[str, Wish] = {}
    absent: list[str] = []
    unknown: list[str] = []
    scope, place = _Scope(), 0
    while place < len(words):
        taken = _take_form(words, place)
        length = 0 if taken else _take_scope(words, place, scope)
        taken = taken or (_take_slip(words, place) if not length else None)
        if taken is not None:
            form, length = taken
            wish = _wish(words, place, length, form, scope)
            wishes.pop(wish.quality, None)
            wishes[wish.quality] = wish
            scope.fresh = False
            if form.comparative:
                scope = _Scope(amount=scope.amount)
        elif not length:
            word, length = words[place], 1
            if word in BREAKS:
                scope = _Scope()
            elif word in NOT_HERE:
                absent.append(NOT_HERE[word])
            elif word not in FILLER and word not in BEHIND and word not in JOINS:
                unknown.append(word)
            scope.fresh = scope.fresh and word in JOINS
        place += length
    return Reading(tuple(wishes.values()), tuple(dict.fromkeys(absent)), tuple(unknown))


def _take_form(words: Sequence[str], place: int) -> tuple[Form, int] | None:
    """The longest wording of the map that begins here."""
    if list(words[place : place + 1]) == ["even"] and len(words) > place + 1:
        behind = words[place + 1]  # "even brighter" asks for no evenness
        if behind in ("more", "less") or FORMS.get((behind,)):
            return None
    for length in range(4, 0, -1):
        form = FORMS.get(tuple(words[place : place + length]))
        if form is not None and len(words) >= place + length:
            return form, length
    return None


def _take_slip(words: Sequence[str], place: int) -> tuple[Form, int] | None:
    """A wording of the map with a slip of the fingers in it."""
    word = words[place]
    if len(word) < _SHORTEST_SLIP or word in NEVER_SLIPS or word in NOT_HERE:
        return None
    known = _slips().get(word)
    return (FORMS[(known,)], 1) if known else None


@cache
def _slips() -> dict[str, str]:
    """What one slip of the fingers makes of the map's longer words, with the word it was.

    Two letters swapped, one left out, one too many; another letter in words of six and more, as
    "blend" is not "bland".
    """
    found: dict[str, str] = {}
    words = [form[0] for form in FORMS if len(form) == 1 and len(form[0]) >= _SHORTEST_SLIP]
    for word in words:
        for at in range(1, len(word)):
            before, after = word[:at], word[at:]
            slips = [before + after[1:], before + after[1::-1] + after[2:]]
            slips += [before + letter + after for letter in _LETTERS]
            if len(word) > _SHORTEST_SLIP:
                slips += [before + letter + after[1:] for letter in _LETTERS]
            found.update({slip: word for slip in slips if slip not in found})
        found.update({word + letter: word for letter in _LETTERS if word + letter not in found})
    return found


def _take_scope(words: Sequence[str], place: int, scope: _Scope) -> int:
    """Note a direction or an amount that begins here; how many words it has, 0 for none."""
    for length in range(3, 0, -1):
        phrase = " ".join(words[place : place + length])
        if phrase in MORE or phrase in LESS:
            scope.way = 1.0 if phrase in MORE else -1.0
            scope.strict, scope.fresh = phrase in TOO, True
            return length
        if phrase in AMOUNTS:
            scope.amount = AMOUNTS[phrase]
            return length
        if phrase in ("no", "zero", "without"):
            scope.way, scope.strict, scope.fresh = None, False, True
            return length
    return 0


def _wish(words: Sequence[str], place: int, length: int, form: Form, scope: _Scope) -> Wish:
    """What a wording asks for, by what was said before it or right behind it."""
    spelled = " ".join(words[place : place + length])
    way = scope.way if scope.fresh or not form.comparative else None
    if way is None:
        way = _way_behind(words, place + length, form.fault or spelled in NEUTRAL)
    if way is None and spelled in NEUTRAL:
        way = _way_of_no(words[max(0, place - 3) : place])
        way = -1.0 if way is None and NUISANCES & set(words) else way
    if way is None:
        way = 1.0 if form.comparative or not form.fault or _is_wanted(form, words, place) else -1.0
    if "enough" in words[place + length : place + length + 1]:
        way = 1.0
    if scope.way == -1.0 and not scope.strict and _states_a_lack(form, words, place):
        way = 1.0
    behind = _amount_behind(words, place + length) if scope.amount is None else scope.amount
    amount = USUAL_AMOUNT if behind is None else behind
    return Wish(form.quality, way * form.sign, amount, spelled, spelled in _LOOSE)


def _amount_behind(words: Sequence[str], place: int) -> float | None:
    """An amount that follows in the same breath: "brighter by a lot", "warm it up a little"."""
    for at in range(place, min(place + 6, len(words))):
        if words[at] in BREAKS or words[at] in ("and", "or") or _take_form(words, at):
            return None
        for length in (3, 2, 1):
            phrase = " ".join(words[at : at + length])
            if phrase in AMOUNTS:
                return AMOUNTS[phrase]
    return None


def _is_wanted(form: Form, words: Sequence[str], place: int) -> bool:
    """Whether a text asks for a fault: "make it boomy", "like an old radio".

    What is to be made of it stands behind a comma in "muddy, make it cleaner".
    """
    breaks = [-1, *(n for n, word in enumerate(words) if word in BREAKS), len(words)]
    start = max(n for n in breaks if n < place) + 1
    end = min(n for n in breaks if n >= place)
    own = set(words[start:end])
    if AIMS & own or (AIMS & set(words[:start]) and not COMPLAINS & own):
        return form.kind == ADJECTIVE
    return form.quality in CHARACTERS and not COMPLAINS & set(words)


def _way_behind(words: Sequence[str], place: int, unwanted: bool) -> float | None:
    """The direction of the word right behind: "the mud out", "reverb down"."""
    behind = list(words[place : place + 2])
    if behind == ["out", "of"] and not unwanted and _COAXES & set(words[:place]):
        return None  # "coax some warmth out of it"
    return BEHIND.get(behind[0]) if behind else None


def _way_of_no(before: Sequence[str]) -> float | None:
    """What "no reverb" and "without the reverb" ask for; "there is no reverb" complains."""
    if not {"no", "without"} & set(before):
        return None
    return 1.0 if {"is", "has", "there's"} & set(before) else -1.0


def _states_a_lack(form: Form, words: Sequence[str], place: int) -> bool:
    """Whether "is not warm" complains of too little: "not" alone, of a virtue, behind is or are."""
    before = list(words[max(0, place - 2) : place])
    return not form.fault and form.kind == ADJECTIVE and before in (["is", "not"], ["are", "not"])


def nearest(word: str, count: int = 3) -> tuple[str, ...]:
    """The known words that are spelled most like a word; none where nothing is near."""
    known = [" ".join(words) for words in FORMS]
    return tuple(
        difflib.get_close_matches(word.casefold(), known, n=count, cutoff=_LIKENESS_OFFERED)
    )


def understood(text: str) -> Reading:
    """Read a text that must ask for something; else it is refused with the nearest known words."""
    reading = read(text)
    if reading.wishes:
        return reading
    if reading.absent:
        raise WordsError(
            f"{text!r} needs {reading.absent[0]}, and the console has none: it has an equaliser, "
            "a compressor, width and a reverb (brighter, punchier, wider, further back)"
        )
    near = [known for word in reading.unknown for known in nearest(word)]
    known = ", ".join(dict.fromkeys(near)) or "brighter, warmer, punchier, less muddy, further back"
    raise WordsError(f"{text!r} is no mixing word that is known here: try {known}")
