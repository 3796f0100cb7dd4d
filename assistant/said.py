"""What a user's words can bear: which stems, how much, which way.

One rule: whatever changes the mix stands in the user's own words or in the open proposal.
"""

import re
from dataclasses import dataclass, replace
from functools import cached_property

import prompts
from assistant.naming import not_here, spoken_of
from assistant.numerals import normal, without_names
from assistant.said_gains import Gains, amounts, magnitudes, says_way, signs_spelled, sizes_db
from assistant.said_sound import SoundSaid, further, goes_on, sound_asked, sound_said
from assistant.slips import mended
from mixer.moves import Move
from mixer.roles import words_of
from mixer.words import read

_ABOVE = r"above|over|louder|hotter|higher|up|on top|plus"
_BELOW = r"below|under|underneath|beneath|quieter|softer|lower|down|behind|minus"
_WAYS = {
    name: (re.compile(rf"\b(?:{up})\b"), re.compile(rf"\b(?:{down})\b"))
    for name, up, down in (
        ("relative_lu", _ABOVE, _BELOW),
        ("pan", "right", "left"),
    )
}
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
_COUNTS |= {"couple": 2, "pair": 2, "first": 1, "second": 2, "third": 3}
_CLAUSE = re.compile(r"[,;.!?](?!\d)|\b(?:and|but|then|while|n|also)\b|[&/]")
_COMPARES = re.compile(r"\b(?:than|against|relative|versus|vs|under|over|above|below|around)\b")
_PLACES = re.compile(  # "4 dB under the bass": where a stem is to be, not how far it is to go
    r"\d\s*-?(?:dbs?|decibels?|lu)?\s*(?:below|under|underneath|beneath|behind|above|over"
    r"|on top of|(?:louder|quieter|softer|lower|higher|hotter) than)\b"
)
_PANS = re.compile(
    r"\b(?:(?:un)?pan\w*|left\w*|right\w*|cent(?:re|er|ral|ring)\w*|middle|mid|sides?|mono|stereo"
    r"|[lrc]|ears?)\b"
)
_OF_LEVEL = re.compile(r"\b(?:level\w*|volume|loud\w*|par|strong|big)\b")
_PERCENT = re.compile(r"\b(100|\d{1,2})(?!\s?-?(?:dbs?|decibels?|lu)\b)(?![.,]\d)\s?(?:%|percent)?")
_LIKENS = re.compile(r"\b(?:than|as if|like|behind|next to|under|against|compared)\b")
_SAME_LEVEL = re.compile(
    r"\b(?:same|equal\w*|match\w*|even|identical|alike|unison|as (?:loud|quiet|strong|big|much) as"
    r"|level (?:with|of|to)|at \S+ level|in level|levelled|share\w*|neither|where)\b"
    r"| = "
)
_UNMUTES = re.compile(
    r"\bun[- ]?mut|\b(?:off|release|remove|lift|undo|without|no|no more|stop|end|cancel|out of)"
    r" (?:the |its |that )?mut|mute off|\bback (?:in|on)\b|\bbring (?!.*\blater\b).*\bback\b"
    r"|\bmuted\b.*\b(?:mistake|accident)"
    r"|\b(?:don't|dont|do not|no longer)\b.*\bmut\w*\b.*\b(?:any ?more|any longer)\b"
)
_EVERYTHING = re.compile(
    r"\b(?:everything|everybody|everyone|(?:every|each) (?:single |last )?(?:stem|track|fader|part"
    r"|one|channel)|all (?:the |of the |my |our |those )?(?:stems|tracks|faders|channels|parts"
    r"|levels|instruments)|all of (?:it|them)|the (?:whole|full) (?:lot|mix|song|thing|band|bunch)"
    r"|the lot|the (?:entire|complete) \w+|the full set|all together|the rest|all (?:the )?others"
    r"|them all|it all)\b"
)
_EXCEPT = re.compile(
    r"\b(?:except|excepting|but|besides|apart from|aside from|other than|bar|minus|without)"
    r"(?: for| not)?\b(?=[^,;.]*)"
)
_SIDE = re.compile(r"\b(left|right)(?:[ -]hand)? (?:one|side one)\b")
_SIDES = {"left": {"l", "left", "lft"}, "right": {"r", "right", "rgt"}}
_MUTES = re.compile(r"\b(?:un-?)?mut(?:e|es|ed|ing)\b")
_HEARS = re.compile(
    r"\b(?:hear|listen|play|solo|alone|itself|own|compare|before|after|blind|a/?b)\b"
)
_ALONE = re.compile(r"\b(?:all|every\w*|rest|others?)\b.*\b(?:except|but|besides|apart)\b")
_NOT_MUTED = re.compile(r"\b(?:don't|dont|do not|never|not)\b[^,;.]*\bmut")
_YES = re.compile(r"\b(?:ok|okay|yes|yeah|yep|sure|fine|go ahead|go for it|do it|try)\b")
_REFUSAL = re.compile(
    r"^(?:no|nope|nah|not|never)\b|\b(?:don't|dont|do not|leave it|not now|not yet|rather not)\b"
    r"|\b(?:no thanks|hands off|forget it|never mind|nevermind|cancel|stop)\b"
)


@dataclass(frozen=True)
class Said:
    """The user's last words, those before them, and what they may be about.

    proposed: the moves that the user may have said yes to. anchor: the stem that is judged against.
    moved: the fader moves of the turn before, which "a bit more" and "the other way" go on from.
    """

    texts: tuple[str, ...]
    names: tuple[str, ...]
    roles: tuple[str | None, ...]
    proposed: tuple[Move, ...] = ()
    anchor: str | None = None
    moved: tuple[Move, ...] = ()

    @cached_property
    def latest(self) -> str:
        """The user's last words, slips mended, in lower case."""
        return mended(self.texts[-1], self.names) if self.texts else ""

    @property
    def recent(self) -> str:
        """The latest words and the ones before, which give "it" its meaning; "more" has none."""
        start = max(len(self.texts) - 2, 0)
        while start > 0 and self._has_no_subject(self.texts[start]):
            start -= 1
        return " ".join([*(mended(one, self.names) for one in self.texts[start:-1]), self.latest])

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
        text = self.latest.casefold()
        if every := self.everything(text):
            also = set() if _EXCEPT.search(text) else set(self.named)  # "vox up, the rest down"
            return tuple(name for name in self.names if name in {*every, *also})
        if self.named:
            return self.named
        offered = {move.stem for move in self.proposed}
        before = offered | set(spoken_of(self.recent, self.names, self.roles))
        before |= {move.stem for move in self.moved}
        before = self._on_its_side(before)
        return tuple(name for name in self.names if name in before)

    def everything(self, text: str) -> tuple[str, ...]:
        """The stems that "everything but the vocals" means; none where a text speaks of no all."""
        if not (match := _EVERYTHING.search(text)):
            return ()
        behind = _EXCEPT.search(text, match.end())
        left_out = (
            set()
            if behind is None
            else set(spoken_of(text[behind.end() :], self.names, self.roles))
        )
        if "rest" in match[0] or "others" in match[0]:
            left_out |= set(self.named)
        return tuple(name for name in self.names if name not in left_out)

    def _on_its_side(self, stems: set[str]) -> set[str]:
        """Of stems the ones that "the left one" can be; all where none is on a side."""
        match = _SIDE.search(self.latest.casefold())
        if match is None:
            return stems
        found = {name for name in stems if set(words_of(name).split()) & _SIDES[match[1]]}
        return found or stems

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
        if not against and match[0].endswith("than"):
            return None  # "louder than good taste allows"
        return tuple(name for name in stems if name not in against) or stems, against

    @cached_property
    def excluded(self) -> frozenset[str]:
        """The tools that the latest words cannot mean."""
        text = self.latest.casefold()
        likened = len(self.named) > 1 and bool(_OF_LEVEL.search(text))
        told = set() if self.compares or likened else {"set_level"}
        told |= {"apply_moves"} if self.placed and not self._moves_besides else set()
        told |= set() if _PANS.search(text) else {"set_pan"}
        told |= {"apply_moves", "set_level"} if self.sound.only else set()
        if self.sound.goes_on or self.sound.style:
            told |= set(prompts.tools()) - {"render_mix" if self.sound.style else "shape_sound"}
        if _NOT_MUTED.search(text) and not _UNMUTES.search(text):
            told |= {"set_mute"}
        elif _MUTES.search(text):
            told |= self._left_by_a_mute
        return frozenset(told)

    @property
    def _left_by_a_mute(self) -> set[str]:
        """What a text with a mute in it does not mean, unless another clause speaks of it."""
        rest = " , ".join(part for part, _ in self._clauses if not _MUTES.search(part))
        speaks = {
            "set_pan": bool(_PANS.search(rest)),
            "set_level": bool(_PLACES.search(rest) or _OF_LEVEL.search(rest)),
            "audition": bool(_ALONE.search(self.latest) or _HEARS.search(rest)),
            "apply_moves": bool(self.numbers() or says_way(rest)),
        }
        return {tool for tool, spoken in speaks.items() if not spoken}

    @property
    def _moves_besides(self) -> bool:
        """Whether a clause that places nothing against another stem speaks of a move."""
        others = [part for part, _ in self._clauses if not _PLACES.search(part)]
        return any(says_way(part) or sizes_db(part, self.names) for part in others)

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
        text = self.latest.strip()
        return bool(_REFUSAL.search(text)) and not re.search(rf"\bbut\b.*{_YES.pattern}", text)

    @cached_property
    def _clauses(self) -> list[tuple[str, tuple[str, ...]]]:
        """The clauses of the latest words, each with the stems that it names."""
        latest = self.latest.casefold()
        all_of_it = self.everything(latest)
        kept = set(all_of_it) if all_of_it and _EXCEPT.search(latest) else set(self.names)
        found = []
        for text in clauses(self.latest):
            every = tuple(name for name in self.everything(text) if name in all_of_it)
            stems = every or spoken_of(text, self.names, self.roles)
            found.append((text, tuple(name for name in stems if name in kept)))
        return found

    def numbers(self, text: str | None = None) -> set[float]:
        """Magnitudes of the numbers in the latest words, those in stem names left out."""
        names = {float(name) for name in self.named if name.isdecimal()}  # a stem called "14"
        return magnitudes(self.latest if text is None else text, self.names) - names

    def counts(self) -> set[float]:
        """Whole numbers in the latest words, in figures, as words or as v2."""
        text = self.latest.casefold()
        spelled = {float(_COUNTS[word]) for word in re.findall(r"\w+", text) if word in _COUNTS}
        written = {float(number) for number in re.findall(r"\bv(?:ersion)? ?(\d+)\b", text)}
        return {value for value in self.numbers() if value == int(value)} | spelled | written

    def gains_db(self, stem: str) -> set[float]:
        """How far a stem may be moved."""
        return Gains(
            self.latest, self._clauses, self.recent, self.names, self.proposed, self.moved
        ).of(stem)

    @property
    def mutes(self) -> tuple[bool, ...]:
        """Whether a stem is to be muted or to come back; nothing where the words leave it open."""
        text = self.latest.casefold()
        if _UNMUTES.search(text):
            return (False,)
        if _NOT_MUTED.search(text):
            return ()
        return (True,) if "mut" in text else ()

    def ordered(self) -> list[str]:
        """The stems whose own clause says how much: each of them waits for its move."""
        found: list[str] = []
        for text, stems in self._clauses:
            if self.everything(text) and sizes_db(self.latest, self.names):
                found += stems
            elif self.numbers(text) and not _COMPARES.search(text):
                found += [name for name in stems if name != self.anchor or len(stems) == 1]
        return list(dict.fromkeys(found))

    def values(self, argument: str) -> set[float]:
        """What relative_lu or pan may be."""
        text = self.latest.casefold()
        if argument == "relative_lu":
            levels = {way * size for size in self.numbers() for way in _ways(text, argument)}
            same = _SAME_LEVEL.search(text) or (len(self.named) > 1 and _OF_LEVEL.search(text))
            return levels | ({0.0} if same else set())
        placing = [part for part in clauses(text) if _PANS.search(part)] or [text]
        found = {0.0}
        table = prompts.words("pan_words")
        for part in placing:
            plain = without_names(normal(part), self.names)
            sizes = {float(size) / 100 for size in _PERCENT.findall(plain)}
            sizes = sizes or amounts(part, table) or amounts(text, table) or {0.5}
            ways = _ways(part, argument)
            found |= {way * size for size in sizes for way in ways}
        return found


def clauses(text: str) -> list[str]:
    """The parts of a text that may each ask for something."""
    return [part for part in _CLAUSE.split(text.casefold()) if part.strip()]


def _ways(text: str, argument: str) -> tuple[float, ...]:
    """The signs that relative_lu or pan may have by a text; both where it says neither."""
    up, down = _WAYS[argument]
    plain = signs_spelled(text)
    is_up, is_down = bool(up.search(plain)), bool(down.search(plain))
    return (1.0, -1.0) if is_up == is_down else (1.0,) if is_up else (-1.0,)
