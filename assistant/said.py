"""What a user's words can bear: which stems, how much, which way.

One rule: whatever changes the mix stands in the user's own words or in the open proposal.
"""

import re
from dataclasses import dataclass, replace
from functools import cached_property

import prompts
from assistant.english import is_word
from assistant.naming import asked_after, not_here
from assistant.numerals import WHOLE_WORDS
from assistant.orders.lexicon import FILLER, JOIN, VERB, undoes
from assistant.orders.mentions import as_read, stems_in
from assistant.orders.tokens import UNKNOWN, tokens
from assistant.said_balance import asks_if_right
from assistant.said_clauses import LEFT_ALONE, SPARES, Clause, clauses, divided, is_bare, orders
from assistant.said_gains import GOES_ON, Gains, magnitudes, says_way, sizes_db
from assistant.said_levels import IT, LEVELLED, PLACES, above_or_below, beside
from assistant.said_mutes import MUTES, NOT_MUTED, UNMUTES, mutes
from assistant.said_practice import unasked
from assistant.said_sides import PANS, on_its_side, pans_of, picked, without_idioms, without_picks
from assistant.said_sound import SoundSaid, further, goes_on, sound_asked, sound_said
from mixer.moves import Move
from mixer.words import read

_SIGNED = re.compile(  # "bass +1 drums -1.5"; "to -14 LUFS" is no move
    r"(?<=[^\W\d] )(?<!to )([+-]) ?(\d+(?:\.\d+)?)(?![\d.]|\s*(?:LUFS|LU|%|per ?cent)\b)",
    re.IGNORECASE,
)
_ALL_OF_THEM = re.compile(r"\b(?:both|those|them|they|these|all (?:of them|two|three))\b")
_TO_VERSION = re.compile(
    r"\b(?:back|go|take me|return|restore|jump|switch)\b[^,;.]*\bto (?:the )?"
    r"(?:number|version|no\.?|v)? ?\d+\b"
)
_GOES_BACK = re.compile(r"\b(?:go|going) back\b(?! (?:up|down|a (?:bit|little|touch))\b)")
_COUNTS = {word: value for word, value in WHOLE_WORDS.items() if 2 <= value <= 8}
_COUNTS |= {"pair": 2, "first": 1, "second": 2, "third": 3}
_COMPARES = re.compile(r"\b(?:than|against|relative|versus|vs|under|over|above|below|around)\b")
_OF_LEVEL = re.compile(r"\b(?:level\w*|volume|loud\w*|par|strong|big)\b")
_LIKENS = re.compile(r"\b(?:than|as if|like|behind|next to|under|against|compared)\b")
_SAME_LEVEL = re.compile(
    r"\b(?:same|equal\w*|match\w*|even|identical|alike|unison|as (?:loud|quiet|strong|big|much) as"
    r"|level (?:with|of|to)|at \S+ level|in level|levelled|share\w*|neither|where)\b"
    r"| = "
)
_NO_SPEAKER = (  # "everyone loves the sax" is about no other stem
    r"(?! (?:\w+ )?(?:lov|lik|sa(?:y|id)|th(?:ink|ought)|hat|want|know|agre|keep|kept|ask|tell|told"
    r"|complain|hear|heard|moan|ador|prefer|notic|bang|go(?:es)? on)(?:e?s|e?d|ing)?\b)"
)
_EVERYTHING = re.compile(
    rf"\b(?:everything{_NO_SPEAKER}|everybody{_NO_SPEAKER}|everyone{_NO_SPEAKER}|(?:every"
    rf"|each) (?:single |last )?(?:stem|track|fader|part"
    r"|one|channel)|all (?:the |of the |my |our |those )?(?:stems|tracks|faders|channels|parts"
    r"|levels|instruments)|all of (?:it|them)|the (?:whole|full) (?:lot|mix|song|thing|band|bunch)"
    r"|^all(?= (?:up|down|but|except|by|of them|plus|minus|[-+]?\d))|the lot"
    r"|the (?:entire|complete) \w+|the full set|all together|the rest|all (?:the )?others"
    r"|them all|it all)\b"
)
_EXCEPT = re.compile(
    r"\b(?:except|excepting|but|besides|apart from|aside from|other than|bar|minus|without)"
    r"(?: for| not)?\b(?=[^,;.]*)"
)
_CHOOSES = re.compile(r"\b(?:left|right|other|[lr])\b")
_HEARS = re.compile(
    r"\b(?:hear|listen|play|solo|alone|itself|own|compare|before|after|blind|a/?b)\b"
)
_ALONE = re.compile(r"\b(?:all|every\w*|rest|others?)\b.*\b(?:except|but|besides|apart)\b")
_YES = re.compile(r"\b(?:ok|okay|yes|yeah|yep|sure|fine|go ahead|go for it|do it|try)\b")
_REFUSAL = re.compile(
    r"^(?:no(?! (?:objections?|problem|worries|doubt))|nope|nah|not|never)\b"
    r"|\b(?:don't|dont|do not|leave it|not now|not yet|rather not)\b"
    r"|\b(?:no thanks|hands off|forget it|never mind|nevermind|cancel|stop)\b"
)


_ASKS_AFTER = re.compile(r"\b(?:what|how) about\b|^\W*(?:(?:and|ok|so|then|now)\W+)+")
_WEIGHS = re.compile(
    r"\b(?:which|what's|whats|who)\b.*\bor\b|\bor\b.*\b(?:louder|quieter|softer)\b"
    r"|\bcompare|\bdifference\b|\bversus\b|\bvs\b|\b(?:louder|quieter|softer) than\b|\bbetween\b"
)
_QUESTION = re.compile(
    r"^\W*(?:(?:so|and|ok|hey|hm+|um+|now|but)\W+)*(?:is|are|does|do|did|was|were|which|how|what|why"
    r"|where|who|what's|whats|how's|where's|isn't|aren't)\b"
    r"(?! (?:about|if|it possible|there (?:a|any) (?:way|chance))\b)"
)
_OTHER_UNIT = re.compile(
    r"[-+]?\d[\d.]*\s*(?:lufs|lkfs|cents?|bpm|ms|milliseconds?|seconds?|secs?|semi-?tones?|k?hz|bars?"
    r"|beats?|bits?)\b"
)
_HOW_IT_IS = re.compile(
    r"^\W*(?:(?:so|and|ok|well|now) )*how(?:'?s| is| are| does| do) (?:it|that|this|the"
    r" (?:whole )?mix|the balance|things|everything)(?: all)?"
    r" (?:sound\w*|sit\w*|feel\w*|look\w*|hold\w*|now|go\w*|doing)\b"
)
_SO_MANY = re.compile(r"\b(?:both|the two|two of (?:them|those)|(?:all|the) three)\b")
_DETERMINES = frozenset("the a an my our your his her their this that these those it them".split())
_THEY = re.compile(r"\b(?:they|she|he|her|him)\b")


CHANGING = frozenset({"apply_moves", "set_level", "set_pan", "set_mute"})


def _in_words(match: re.Match[str]) -> str:
    """A signed number as an order: +1 is "up 1"."""
    return f"{'up' if match[1] == '+' else 'down'} {match[2]}"


@dataclass(frozen=True)
class Said:
    """The user's last words, those before them, and what they may be about.

    proposed: the moves that the user may have said yes to. anchor: the stem that is judged against.
    moved: the fader moves of the turn before, which "a bit more" and "the other way" go on from.
    at_practice: whether a listening drill was just talked of.
    """

    texts: tuple[str, ...]
    names: tuple[str, ...]
    roles: tuple[str | None, ...]
    proposed: tuple[Move, ...] = ()
    anchor: str | None = None
    moved: tuple[Move, ...] = ()
    at_practice: bool = False

    @cached_property
    def latest(self) -> str:
        """The user's last words, slips mended, in lower case."""
        return self._read(self.texts[-1]) if self.texts else ""

    def _read(self, text: str) -> str:
        """A text with slips mended, signs in words and numbered stems in full, in lower case."""
        text = _SIGNED.sub(_in_words, text)
        return as_read(text, self.names, self.roles)

    @property
    def recent(self) -> str:
        """The latest words and the ones before, which give "it" its meaning; "more" has none."""
        return " ".join(filter(None, [self._before, self.latest]))

    @cached_property
    def _before(self) -> str:
        """The words before the latest, as far back as the last that have a subject."""
        start = max(len(self.texts) - 2, 0)
        while start > 0 and self._has_no_subject(self.texts[start]):
            start -= 1
        return " ".join(self._read(one) for one in self.texts[start:-1])

    @cached_property
    def focus(self) -> tuple[str, ...]:
        """The stems of the turn before, which "it" and "that" mean: those moved, else named."""
        moved = {move.stem for move in self.moved}
        return tuple(n for n in self.names if n in moved) or self.speak(self._before)

    def speak(self, text: str) -> tuple[str, ...]:
        """The stems that a text names."""
        return stems_in(text, self.names, self.roles)

    def _meant(self, text: str) -> tuple[str, ...]:
        """The stems that a text of this turn names, of a pair the one on its side."""
        named = stems_in(text, self.names, self.roles)
        if not _CHOOSES.search(text):
            return named
        named = on_its_side(text, named, self.focus, self.speak)
        pointed = picked(text, self.focus, self.names, self.roles)
        return tuple(name for name in self.names if name in {*named, *pointed})

    def _has_no_subject(self, text: str) -> bool:
        """Whether a text goes on about a stem without naming it: "more", "even brighter"."""
        of_a_sound = goes_on(text) or bool(sound_asked(text, self.names).wishes)
        return of_a_sound and not stems_in(text, self.names, self.roles)

    @cached_property
    def named(self) -> tuple[str, ...]:
        """The stems that the latest words name."""
        if _CHOOSES.search(self.latest):  # "left guitar up, right one down": by clause
            meant = {
                name for part in clauses(self.latest, self.names) for name in self._meant(part)
            }
            return tuple(name for name in self.names if name in meant)
        return self.speak(self.latest)

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """The stems that a call may be about: named now, else proposed or named just before."""
        text = self.latest.casefold()
        if every := self.everything(text):
            also = set() if _EXCEPT.search(text) else set(self.named)  # "vox up, the rest down"
            also -= self._left_alone
            return tuple(name for name in self.names if name in {*every, *also})
        if self.named:
            it = self.focus if self._compared and IT.search(text) else ()
            return tuple(name for name in self.names if name in {*self.named, *it})
        if self._of_the_last_turn:
            return self.focus
        offered = {move.stem for move in self.proposed}
        before = offered | set(stems_in(self.recent, self.names, self.roles))
        before |= {move.stem for move in self.moved}
        return tuple(name for name in self.names if name in before)

    @cached_property
    def _of_the_last_turn(self) -> bool:
        """Whether words without a stem are about those of the turn before: "both", "half that"."""
        if self.named or self.proposed or self.everything(self.latest):
            return False
        several = len(self.focus) > 1 and bool(_ALL_OF_THEM.search(self.latest))
        return several or bool(self.moved and GOES_ON.search(self.latest))

    def everything(self, text: str) -> tuple[str, ...]:
        """The stems that "everything but the vocals" means; none where a text speaks of no all."""
        match = _EVERYTHING.search(text)
        if match is None or self._is_aside(text, match):
            return ()
        behind = _EXCEPT.search(text, match.end())
        left_out = (
            set() if behind is None else set(stems_in(text[behind.end() :], self.names, self.roles))
        )
        if "rest" in match[0] or "others" in match[0]:
            left_out |= set(self.named)
        left_out |= self._left_alone
        return tuple(name for name in self.names if name not in left_out)

    def _is_aside(self, text: str, match: re.Match[str]) -> bool:
        """Whether all are only spoken of beside an order: "keys down 2; I hear them all"."""
        if not match[0].endswith(" all"):
            return False
        parts = clauses(text, self.names)
        others = [part for part in parts if match[0] not in part]
        own = [part for part in parts if part not in others]
        if any(says_way(part) or sizes_db(part, self.names) or MUTES.search(part) for part in own):
            return False
        return any(self.speak(part) and says_way(part) for part in others)

    @property
    def _left_alone(self) -> set[str]:
        """The stems that are to stay as they are: "leave the vocals alone"."""
        parts = [part for part in clauses(self.latest, self.names) if LEFT_ALONE.search(part)]
        return {n for part in parts if not _EVERYTHING.search(part) for n in self.speak(part)}

    @cached_property
    def missing(self) -> list[str]:
        """Words of the latest text for instruments that the song does not have."""
        found = not_here(self.latest, self.names, self.roles)
        other = None if found or self.named else asked_after(self.latest)
        return found if other is None else [other]

    @property
    def stranger(self) -> str | None:
        """A word that stands where a stem should, and is neither one nor English: "gaida up 2"."""
        if self.named or not self.texts:
            return None
        told, _ = tokens(self.texts[-1], self.names, self.roles)
        first = next((one for one in told if one.kind not in (FILLER, VERB, JOIN)), None)
        if first is None or first.kind != UNKNOWN or len(first.text) < 3:
            return None
        behind = told[told.index(first) + 1 :][:1]
        if any(one.text in _DETERMINES for one in behind):
            return None  # what is done to "the" something is a verb: "normalise the talk"
        return None if is_word(first.text) or not first.text.isalpha() else first.text

    @property
    def count(self) -> int | None:
        """How many stems the words speak of without naming any: "both down 2", "all three"."""
        if self.named or not (match := _SO_MANY.search(self.latest)):
            return None
        return 3 if "three" in match[0] else 2

    @cached_property
    def spared(self) -> frozenset[str]:
        """The stems that the words name only to have them left alone."""
        rest = SPARES.sub(" ", self.latest)
        if rest == self.latest:
            return frozenset()
        left = {name for match in SPARES.finditer(self.latest) for name in self.speak(match[0])}
        return frozenset(left - set(self.speak(rest)))

    @cached_property
    def compares(self) -> bool:
        """Whether the latest words set something against something else."""
        text = self.latest.casefold()
        return self.placed is not None or bool(_COMPARES.search(text) or _SAME_LEVEL.search(text))

    @cached_property
    def placed(self) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """The stems to be placed and those they are placed against; None where none is."""
        match = PLACES.search(self.latest)
        if match is None:
            return None
        stems, against = beside(match, self.latest, self.speak, self.focus)
        if not against and match[0].endswith("than"):
            return None  # "louder than good taste allows"
        if not against and not self.latest[match.end() :].strip(" .,!?") and len(self.texts) > 1:
            before = replace(self, texts=self.texts[:-1], moved=()).placed
            against = tuple(n for n in (before or ((), ()))[1] if n not in stems)
        return stems, against

    @cached_property
    def levelled(self) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """As placed, where a stem is to be as loud as another and one of them is an "it"."""
        match = LEVELLED.search(self.latest)
        if match is None or not IT.search(self.latest):
            return None
        found = beside(match, self.latest, self.speak, self.focus)
        return found if all(found) else None

    @property
    def _compared(self) -> bool:
        return self.placed is not None or self.levelled is not None

    @property
    def asks_after(self) -> bool:
        """Whether the words ask after stems and say no more: "and the keys?"."""
        if not self.named or "?" not in self.texts[-1]:
            return False
        return is_bare(_ASKS_AFTER.sub("", self.latest), self.names)

    @property
    def asks_if_right(self) -> bool:
        """Whether the words ask if stems are too much, or right as they are, and for no number."""
        here = bool(set(self.named) - {self.anchor})
        return here and not self.missing and asks_if_right(self.latest)

    @property
    def asks_how_it_is(self) -> bool:
        """Whether the words ask how the whole of it sounds: "how does it sound now"."""
        return not self.named and bool(_HOW_IT_IS.search(self.latest))

    @cached_property
    def measured(self) -> tuple[str, ...]:
        """The stems whose levels are asked for; none where all are meant.

        The anchor, which the others are measured against, only where it is compared or alone.
        """
        if self.everything(self.latest):
            return ()
        named = self.named
        if IT.search(self.latest) or _THEY.search(self.latest):
            named = tuple(name for name in self.names if name in {*named, *self.focus})
        others = tuple(name for name in named if name != self.anchor)
        compared = _WEIGHS.search(self.latest)
        return named if compared or not others else others

    @cached_property
    def excluded(self) -> frozenset[str]:
        """The tools that the latest words cannot mean."""
        text = self.latest.casefold()
        likened = len(self.named) > 1 and bool(_OF_LEVEL.search(text))
        told = set() if self.compares or likened else {"set_level"}
        told |= unasked(text, self.at_practice)
        told |= {"redo"} if undoes(text) else set()
        told |= {"apply_moves"} if self.placed and not self._moves_besides else set()
        told |= set() if PANS.search(without_picks(without_idioms(text))) else {"set_pan"}
        told |= {"apply_moves", "set_level"} if self.sound.only or self._goes_to_version else set()
        if _OTHER_UNIT.search(text) and not sizes_db(_OTHER_UNIT.sub(" ", text), self.names):
            told |= {"apply_moves", "set_level"}  # "12 cents up", "master it to -14 LUFS"
        if _QUESTION.search(text) and len(self.clauses) < 2 and "?" in self.texts[-1]:
            told |= CHANGING  # "is the left guitar louder?"
        if self.sound.goes_on or self.sound.style:
            told |= set(prompts.tools()) - {"render_mix" if self.sound.style else "shape_sound"}
        if _GOES_BACK.search(text) and not (self.named or self.numbers()):
            told |= {"apply_moves", "set_level"}
        if NOT_MUTED.search(text) and not UNMUTES.search(text):
            told |= {"set_mute"}
        elif MUTES.search(text):
            told |= self._left_by_a_mute
        return frozenset(told)

    @property
    def _goes_to_version(self) -> bool:
        """Whether a version is gone back to by its number: "take me back to number 4"."""
        match = _TO_VERSION.search(self.latest)
        return match is not None and not sizes_db(self.latest, self.names)

    @property
    def _left_by_a_mute(self) -> set[str]:
        """What a text with a mute in it does not mean, unless another clause speaks of it."""
        rest = " , ".join(part for part, _ in self.clauses if not MUTES.search(part))
        speaks = {
            "set_pan": bool(PANS.search(rest)),
            "set_level": bool(PLACES.search(rest) or _OF_LEVEL.search(rest)),
            "audition": bool(_ALONE.search(self.latest) or _HEARS.search(rest)),
            "apply_moves": bool(self.numbers() or says_way(rest)),
        }
        return {tool for tool, spoken in speaks.items() if not spoken}

    @property
    def _moves_besides(self) -> bool:
        """Whether a clause that places nothing against another stem speaks of a move."""
        others = [part for part, _ in self.clauses if not PLACES.search(part)]
        return any(says_way(part) or sizes_db(part, self.names) for part in others)

    @cached_property
    def sound(self) -> SoundSaid:
        """What the latest words say of a sound."""
        stems = self.named or stems_in(self.recent, self.names, self.roles)
        return sound_said(self.texts, self.names, self.named, stems)

    def sound_for(self, stem: str) -> str:
        """How a stem is to be made: by the clauses that name it, where each stem has its own."""
        if self.sound.goes_on:
            before = replace(self, texts=self.texts[:-1]).sound_for(stem)
            return str(further(read(before), self.latest.casefold()))
        own = [(sound_asked(text, self.names), stems) for text, stems in self.clauses if stems]
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
        for text, stems in self.clauses:
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
    def clauses(self) -> list[Clause]:
        """The clauses of the latest words, each with the stems that it names."""
        latest = self.latest
        all_of_it = self.everything(latest)
        kept = set(all_of_it) if all_of_it and _EXCEPT.search(latest) else set(self.names)
        found = []
        for part in clauses(latest, self.names):
            for text in divided(part, self.names, self.speak) if len(self.named) > 1 else [part]:
                every = tuple(name for name in self.everything(text) if name in all_of_it)
                stems = every or self._meant(text)
                found.append((text, tuple(name for name in stems if name in kept)))
        return found

    @cached_property
    def _orders(self) -> list[Clause]:
        """The clauses, those that only name stems joined to the order that they belong to."""
        return orders(self.clauses, self.names) if len(self.clauses) > 1 else self.clauses

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
            self.latest, self._orders, self.recent, self.names, self.proposed, self.moved
        ).of(stem)

    @property
    def mutes(self) -> tuple[bool, ...]:
        """Whether a stem is to be muted or to come back; nothing where the words leave it open."""
        return mutes(self.latest)

    def ordered(self) -> list[str]:
        """The stems whose own clause says how much: each of them waits for its move."""
        if self._of_the_last_turn:
            return list(self.focus)
        if (
            len(self.named) == 2
            and re.search(r"\bboth\b", self.latest)
            and not self.everything(self.latest)
        ):
            return list(self.named)
        found: list[str] = []
        for text, stems in self._orders:
            if self.everything(text) and sizes_db(self.latest, self.names):
                found += stems
            elif self.numbers(text) and not _COMPARES.search(text):
                found += [name for name in stems if name != self.anchor or len(stems) == 1]
        return list(dict.fromkeys(found))

    def levels_lu(self) -> set[float]:
        """What relative_lu may be."""
        text = self.latest
        levels = {way * size for size in self.numbers() for way in above_or_below(text)}
        same = _SAME_LEVEL.search(text) or (len(self.named) > 1 and _OF_LEVEL.search(text))
        return levels | ({0.0} if same else set())

    def pans(self, stem: str) -> set[float]:
        """Where a stem may go: -1 (left) to 1 (right), by the clauses about it."""
        return pans_of(stem, self._orders, self.latest, self.names)
