"""What a user's words can bear: which stems, how much, which way.

One rule: whatever changes the mix stands in the user's own words or in the open proposal.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import prompts
from assistant.naming import not_here, spoken_of
from assistant.numerals import numbers
from assistant.said_sound import SoundSaid, further, goes_on, sound_asked, sound_said
from mixer.moves import Move
from mixer.words import read

_UP = (
    r"up|rais\w+|boost\w*|lift\w*|louder|increas\w+|push\w*|hotter|bump\w*|crank\w*|plus|higher"
    r"|more|forward"
)
_DOWN = (
    r"down|lower\w*|cut\w*|reduc\w+|quieter|softer|drop\w*|decreas\w+|tame\w*|dip\w*|minus|less"
    r"|back|duck\w*|trim\w*|pull\w*"
)
_ABOVE = r"above|over|louder|hotter|higher|up|on top|plus"
_BELOW = r"below|under|underneath|beneath|quieter|softer|lower|down|behind|minus"
_WAYS = {
    name: (re.compile(rf"\b(?:{up})\b"), re.compile(rf"\b(?:{down})\b"))
    for name, up, down in (
        ("gain_db", _UP, _DOWN),
        ("relative_lu", _ABOVE, _BELOW),
        ("pan", "right", "left"),
    )
}
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
_COUNTS |= {"couple": 2, "pair": 2, "first": 1, "second": 2, "third": 3}
_CLAUSE = re.compile(r"[,;.!?](?!\d)|\b(?:and|but|then|while)\b|[&/]")
_COMPARES = re.compile(r"\b(?:than|against|relative|versus|vs|under|over|above|below|around)\b")
_PLACES = re.compile(  # "4 dB under the bass": where a stem is to be, not how far it is to go
    r"\d\s*-?(?:dbs?|decibels?|lu)?\s*(?:below|under|underneath|beneath|behind|above|over"
    r"|on top of|(?:louder|quieter|softer|lower|higher|hotter) than)\b"
)
_PANS = re.compile(r"\b(?:pan\w*|left|right|cent(?:re|er)\w*|middle|sides?|mono|stereo)\b")
_LIKENS = re.compile(r"\b(?:than|as if|like|behind|next to|under|against|compared)\b")
_SAME_LEVEL = re.compile(r"\b(?:same|equal|match|level with|as loud as|as quiet as)\b")
_UNMUTES = re.compile(
    r"\bun-?mut|\b(?:off|release|remove|lift|undo|without|no) (?:the |its |that )?mut|mute off"
    r"|\bback (?:in|on)\b|\bbring .*\bback\b"
)
_REFUSAL = re.compile(
    r"^(?:no|nope|nah|not|never)\b|\b(?:don't|dont|do not|leave it|not now|not yet|rather not)\b"
    r"|\b(?:no thanks|hands off|forget it|never mind|nevermind|cancel|stop)\b"
)


@dataclass(frozen=True)
class Said:
    """The user's last words, those before them, and what they may be about.

    proposed: the moves that the user may have said yes to. anchor: the stem that is judged against.
    """

    texts: tuple[str, ...]
    names: tuple[str, ...]
    roles: tuple[str | None, ...]
    proposed: tuple[Move, ...] = ()
    anchor: str | None = None

    @property
    def latest(self) -> str:
        return self.texts[-1] if self.texts else ""

    @property
    def recent(self) -> str:
        """The latest words and the ones before, which give "it" its meaning; "more" has none."""
        start = max(len(self.texts) - 2, 0)
        while start > 0 and self._has_no_subject(self.texts[start]):
            start -= 1
        return " ".join(self.texts[start:])

    def _has_no_subject(self, text: str) -> bool:
        """Whether a text goes on about a stem without naming it: "more", "even brighter"."""
        of_a_sound = goes_on(text) or bool(sound_asked(text, self.names).wishes)
        return of_a_sound and not spoken_of(text, self.names, self.roles)

    @cached_property
    def named(self) -> tuple[str, ...]:
        """The stems that the latest words name."""
        return spoken_of(self.latest, self.names, self.roles)

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """The stems that a call may be about: named now, else proposed or named just before."""
        offered = {move.stem for move in self.proposed}
        before = offered | set(spoken_of(self.recent, self.names, self.roles))
        return self.named or tuple(name for name in self.names if name in before)

    @cached_property
    def missing(self) -> list[str]:
        """Words of the latest text for instruments that the song does not have."""
        return not_here(self.latest, self.names, self.roles)

    @cached_property
    def compares(self) -> bool:
        """Whether the latest words set something against something else."""
        text = self.latest.casefold()
        return self.placed is not None or bool(_COMPARES.search(text) or _SAME_LEVEL.search(text))

    @cached_property
    def placed(self) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """The stems to be placed and those they are placed against; None where none is."""
        match = _PLACES.search(self.latest.casefold())
        if match is None:
            return None
        before, behind = self.latest[: match.start()], self.latest[match.end() :]
        against = spoken_of(behind, self.names, self.roles)
        stems = spoken_of(before, self.names, self.roles)
        return tuple(name for name in stems if name not in against) or stems, against

    @cached_property
    def excluded(self) -> frozenset[str]:
        """The tools that the latest words cannot mean."""
        text = self.latest.casefold()
        told = set() if self.compares else {"set_level"}
        told |= {"apply_moves"} if self.placed else set()
        told |= set() if _PANS.search(text) else {"set_pan"}
        told |= {"apply_moves", "set_level"} if self.sound.only else set()
        if self.sound.goes_on or self.sound.style:
            told |= set(prompts.tools()) - {"render_mix" if self.sound.style else "shape_sound"}
        if re.search(r"\b(?:un-?)?mut(?:e|es|ed|ing)\b", text):
            told |= {"set_pan", "set_level", "audition"}
            told |= set() if self.numbers() else {"apply_moves"}
        return frozenset(told)

    @cached_property
    def sound(self) -> SoundSaid:
        """What the latest words say of a sound."""
        stems = self.named or spoken_of(self.recent, self.names, self.roles)
        return sound_said(self.texts, self.names, self.named, stems)

    def sound_for(self, stem: str) -> str:
        """How a stem is to be made: by the clauses that name it, where each stem has its own."""
        if self.sound.goes_on:
            before = replace(self, texts=self.texts[:-1]).sound_for(stem)
            return str(further(read(before), self.latest.casefold()))
        own = [(sound_asked(text, self.names), stems) for text, stems in self._clauses if stems]
        several = len({name for _, stems in own for name in stems}) > 1
        if not several or not all(reading.wishes for reading, _ in own):
            return self.sound.words
        return ", and ".join(str(reading) for reading, stems in own if stem in stems)

    @cached_property
    def shaped(self) -> tuple[tuple[str, ...], ...]:
        """The stems whose sound is asked for, clause by clause; what they are likened to is not.

        "make the guitar and the keys darker": the clause that says how it is to be comes last.
        """
        found: list[tuple[str, ...]] = []
        before: list[tuple[str, ...]] = []
        for text, stems in self._clauses:
            before += [stems] if stems and not _LIKENS.search(text) else []
            if sound_asked(text, self.names).wishes:
                found, before = [*found, *before], []
        return tuple(found) or tuple((name,) for name in self.sound.stems)

    @cached_property
    def refuses(self) -> bool:
        """Whether the latest words say no."""
        return bool(_REFUSAL.search(self.latest.casefold().strip()))

    @cached_property
    def _clauses(self) -> list[tuple[str, tuple[str, ...]]]:
        """The clauses of the latest words, each with the stems that it names."""
        texts = clauses(self.latest)
        return [(text, spoken_of(text, self.names, self.roles)) for text in texts]

    def numbers(self, text: str | None = None) -> set[float]:
        """Magnitudes of the numbers in the latest words, those in stem names left out."""
        found = numbers(self.latest if text is None else text, self.names)
        names = {float(name) for name in self.named if name.isdecimal()}  # a stem called "14"
        return {abs(n.value) for n in found if n.value == n.value} - names

    def counts(self) -> set[float]:
        """Whole numbers in the latest words, in figures, as words or as v2."""
        text = self.latest.casefold()
        spelled = {float(_COUNTS[word]) for word in re.findall(r"\w+", text) if word in _COUNTS}
        written = {float(number) for number in re.findall(r"\bv(?:ersion)? ?(\d+)\b", text)}
        return {value for value in self.numbers() if value == int(value)} | spelled | written

    def _sizes(self, text: str) -> set[float]:
        """How many dB a text speaks of: its numbers, or else its amounts in words."""
        return self.numbers(text) or _amounts(text, prompts.GAIN_WORDS)

    def gains_db(self, stem: str) -> set[float]:
        """How far a stem may be moved: by the clause that names it, else by all that was said."""
        own = [text for text, stems in self._clauses if stem in stems]
        told = [text for text in own if self.numbers(text)] or [t for t in own if self._sizes(t)]
        sizes = self._sizes(told[0]) if len(told) == 1 else set()
        sizes = sizes or self._sizes(self.latest) or self._sizes(self.recent)
        ways = _ways(told[0] if len(told) == 1 else own[0] if len(own) == 1 else "", "gain_db")
        ways = ways if len(ways) == 1 else _ways(self.latest, "gain_db")
        found = {way * size for size in sizes or {prompts.GAIN_WORDS["some"]} for way in ways}
        return found | {m.gain_db for m in self.proposed if m.stem == stem and not self.named}

    @property
    def mutes(self) -> tuple[bool, ...]:
        """Whether a stem is to be muted or to come back; nothing where the words leave it open."""
        text = self.latest.casefold()
        if _UNMUTES.search(text):
            return (False,)
        return (True,) if "mut" in text else ()

    def ordered(self) -> list[str]:
        """The stems whose own clause says how much: each of them waits for its move."""
        found: list[str] = []
        for text, stems in self._clauses:
            if self.numbers(text) and not _COMPARES.search(text):
                found += [name for name in stems if name != self.anchor or len(stems) == 1]
        return list(dict.fromkeys(found))

    def values(self, argument: str) -> set[float]:
        """What relative_lu or pan may be."""
        text = self.latest.casefold()
        if argument == "relative_lu":
            levels = {way * size for size in self.numbers() for way in _ways(text, argument)}
            return levels | ({0.0} if _SAME_LEVEL.search(text) else set())
        amounts = _amounts(text, prompts.words("pan_words"))
        sizes = {size / 100 for size in self.numbers() if size <= 100} or amounts or {0.5}
        return {way * size for size in sizes for way in _ways(text, argument)} | {0.0}


def clauses(text: str) -> list[str]:
    """The parts of a text that may each ask for something."""
    return [part for part in _CLAUSE.split(text.casefold()) if part.strip()]


def _ways(text: str, argument: str) -> tuple[float, ...]:
    """The signs that gain_db, relative_lu or pan may have by a text; both where it says neither."""
    up, down = _WAYS[argument]
    plain = re.sub(r"-(?=\s?\d)", " minus ", text.casefold().replace("+", " plus "))
    is_up, is_down = bool(up.search(plain)), bool(down.search(plain))
    return (1.0, -1.0) if is_up == is_down else (1.0,) if is_up else (-1.0,)


def _amounts(text: str, table: Mapping[str, float]) -> set[float]:
    """What the amounts in a text mean, the longest wording first: "quite a bit" is not "a bit"."""
    found, rest = set(), re.sub(r"\b(?:the|a|this|that|out of|any|no) way\b", " ", text.casefold())
    for words in sorted(table, key=len, reverse=True):
        rest, count = re.subn(rf"\b{re.escape(words.casefold())}\b", " ", rest)
        if count:
            found.add(float(table[words]))
    return found
