"""Stems that are called by how loud they are: "the quietest one", "the louder of the two".

One rule: the meters say which it is, as the mix stands; a stem without a level is never meant.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from assistant.numerals import WHOLE_WORDS
from assistant.orders.mentions import as_read, mentions

_BY_LEVEL = re.compile(
    r"\b(?:\w*(?:oud|uiet|oft|aint)\w*est|most|least|the (?:loud|quiet|soft)er)\b"
)
_COUNT = r"(?P<count>two|three|2|3)"
_MOST = re.compile(
    rf"\b(?:(?:the|my|our|that) )?(?:{_COUNT} )?"
    r"(?P<way>(?:most |very )?(?:loudest|quietest|softest|faintest)|most (?:loud|quiet)|least loud)"
    r"(?: (?P<behind>two|three|2|3)(?! ?(?:db|decibel)))?"
    r"(?P<what>(?: (?:one|stem|track|thing|part|instrument|channel|fader|sound|element)s?)?"
    r"(?: (?:of|in|from) (?:all|them|these|those|everything|all of them|(?:the|this|my|all the) "
    r"(?:lot|mix|song|bunch|stems|tracks|others|rest))| of all)?)(?: by far| right now)?(?![\w'])"
)
_MORE = re.compile(
    r"\bthe (?P<way>louder|quieter|softer)(?P<what> one)?"
    r"(?: of (?:the two|them|those|both|the pair))?"
    r"(?![\w'])(?! (?:than|the)\b)"
)
_OF_SOME = re.compile(r" (?:of )?(?:(?:the|my|our|all the|these|two|three) )*")
_LOUD = ("loud", "louder", "loudest")
_SUPERLATIVE = r"(?:loudest|quietest|softest|faintest)"
_ASKS_WHICH = re.compile(
    rf"\b(?:which|what|who|whose|what's|whats|who's|whos)\b[^,;.]*\b{_SUPERLATIVE}\b"
    rf"|^\W*(?:(?:the|my) )?{_SUPERLATIVE}(?: (?:one|stem|track))?\W*\?\W*$"
)
_TIED_LU = 0.05  # what the meters tell rounds to a tenth


@dataclass(frozen=True)
class Picked:
    """Stems that were called by their level. which: "loudest" or "quietest", as it is told."""

    which: str
    stems: tuple[str, ...]
    of_all: bool = True  # but the anchor; else of some that the words narrow it to


@dataclass(frozen=True)
class Levels:
    """The stems of a song, the level of each (None: it has none), and which is the anchor."""

    names: tuple[str, ...]
    roles: tuple[str | None, ...]
    levels_lu: Mapping[str, float | None]
    anchor: str | None
    focus: tuple[str, ...] = ()  # those of the turn before, which "the louder one" is one of

    def pick(self, loud: bool, among: tuple[str, ...], count: int) -> tuple[str, ...]:
        """The loudest or quietest of some, in that order; none where the meters cannot tell."""
        heard = [(lu, name) for name in among if (lu := self.levels_lu.get(name)) is not None]
        heard.sort(key=lambda one: one[0], reverse=loud)
        if len(heard) < count or (len(heard) == count and len(heard) > 1):
            return ()
        if len(heard) > count and abs(heard[count - 1][0] - heard[count][0]) < _TIED_LU:
            return ()  # two are as loud as each other
        return tuple(name for _, name in heard[:count])


def with_names(text: str, song: Levels) -> tuple[str, list[Picked]]:
    """A text in which stems that are called by their level are called by name, and those stems.

    The anchor, which the others are judged against, is none of them unless it is among those that
    the words narrow it to: "the loudest of the drums".
    """
    plain = as_read(text, song.names, song.roles)
    picked: list[Picked] = []
    told, start = "", 0
    for match in _found(plain):
        end, among = _narrowed_to(plain, match, song)
        named = match.groupdict()
        count = _counted(named.get("count") or named.get("behind") or "1")
        loud = any(word in _LOUD for word in match["way"].split()) != ("least" in match["way"])
        stems = song.pick(loud, among, count)
        if not stems:
            return text, []
        of_all = match.re is _MOST and end == match.end()
        picked.append(Picked("loudest" if loud else "quietest", stems, of_all))
        told += plain[start : match.start()] + " and ".join(stems)
        start = end
    return (told + plain[start:], picked) if picked else (text, [])


def speaks_of_level(text: str) -> bool:
    """Whether a text may call a stem by its level: only then is anything measured for it."""
    return bool(_BY_LEVEL.search(text.casefold()))


def asks_which(text: str) -> str | None:
    """ "loudest" or "quietest" where a text asks which stem that is; None for all else."""
    plain = text.casefold()
    if not _ASKS_WHICH.search(plain):
        return None
    return "loudest" if "loudest" in plain else "quietest"


def _counted(words: str) -> int:
    return int(words) if words.isdigit() else WHOLE_WORDS[words]


def _found(plain: str) -> list[re.Match[str]]:
    found = [*_MOST.finditer(plain), *_MORE.finditer(plain)]
    return sorted(found, key=lambda match: match.start())


def _narrowed_to(plain: str, match: re.Match[str], song: Levels) -> tuple[int, tuple[str, ...]]:
    """Where the words for a stem end, and the stems that may be meant."""
    gap = _OF_SOME.match(plain, match.end())
    for one in mentions(plain, song.names, song.roles) if gap and not match["what"] else ():
        if gap is not None and one.start == gap.end() and len(one.stems) > 1:
            return one.end, one.stems
    if match.re is _MORE:
        return match.end(), song.focus if len(song.focus) == 2 else ()
    return match.end(), tuple(name for name in song.names if name != song.anchor)
