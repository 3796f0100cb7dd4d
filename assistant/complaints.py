"""Which stems the user finds too quiet or too loud, read by the phrasings of prompts/ and by cues.

One rule: a stem that the words call both, or that they defend, is not complained of.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

import prompts
from assistant.complaint_cues import AT_END, CUES, is_taken_back
from assistant.complaint_words import FILLERS, Word, clauses, plain_words, words_of_text

SIGNS = {"complain_quiet": 1, "complain_loud": -1}
_DEGREES = frozenset("too to 2 so more less that this much way bit".split())  # they tell no fault
_NUMBERS_ASKED = re.compile(r"\blufs\b|\bmeter\w*\b|\bhow many\b")
_WAYS = (r"\btoo (?:quiet|low)\b", r"\btoo (?:loud|high)\b")
Skeleton = tuple[str, ...]  # words that tell something; "A" for the stem meant, "B" for another


@dataclass(frozen=True)
class Complaint:
    """A stem that the user finds at fault. sign: 1 too quiet (raise it), -1 too loud."""

    stem: str
    sign: int

    @property
    def word(self) -> str:
        return "quiet" if self.sign > 0 else "loud"


@dataclass(frozen=True)
class _Found:
    """Words, first to last of all clauses together, that call some stems too quiet or too loud."""

    first: int
    last: int
    stems: tuple[str, ...]
    sign: int

    def lies_in(self, other: "_Found") -> bool:
        span, outer = (self.first, self.last), (other.first, other.last)
        return span != outer and outer[0] <= span[0] and span[1] <= outer[1]


def complaints_in(
    text: str, names: Sequence[str], roles: Sequence[str | None]
) -> tuple[Complaint, ...]:
    """The complaints of a text, one a stem, in the song's order."""
    words = words_of_text(text, names, roles)
    mentions = [at for at, word in enumerate(words) if isinstance(word, tuple)]
    if not mentions or _NUMBERS_ASKED.search(text.casefold()):
        return ()
    behind = _as_text(words[mentions[-1] :])
    if all(re.search(way, behind) for way in _WAYS):
        return ()  # "too loud in the verse, too quiet in the chorus"
    parts = clauses(words)
    phrasings, cues = list(_by_phrasing(parts)), list(_by_cue(parts))
    cues = [cue for cue in cues if not any(map(cue.lies_in, phrasings + cues))]
    found = {
        (stem, one.sign)
        for one in phrasings + cues
        if not _is_taken_back(one, parts)
        for stem in one.stems
    }
    return tuple(
        Complaint(name, sign)
        for name in names
        for sign in (1, -1)
        if (name, sign) in found and (name, -sign) not in found
    )


def _as_text(words: Sequence[Word]) -> str:
    """Words as cues read them, stems by their place among these words: §3."""
    return " ".join(f"§{at}" if isinstance(w, tuple) else w for at, w in enumerate(words))


def _is_taken_back(found: _Found, parts: Sequence[Sequence[Word]]) -> bool:
    """Whether the clauses of a finding deny it."""
    ends = list(accumulate(map(len, parts)))
    start = max((end for end in ends if end <= found.first), default=0)
    stop = next(end for end in ends if end > found.last)
    words = [word for part in parts for word in part]
    before, after = words[start : found.first], words[found.last + 1 : stop]
    own = _as_text(words[found.first : found.last + 1])
    lead, rest = (_as_text(side) for side in (before, after))
    return is_taken_back(f"{lead} " if lead else "", own, f" {rest}" if rest else "")


def _by_phrasing(parts: Sequence[Sequence[Word]]) -> Iterator[_Found]:
    """Every phrasing that the words hold, the longest first; most of them lie in one clause."""
    placed = [(number, word) for number, part in enumerate(parts) for word in part]
    telling = [
        (at, number, word)
        for at, (number, word) in enumerate(placed)
        if isinstance(word, tuple) or word not in FILLERS
    ]
    free = [True] * len(telling)
    for length in range(_longest(), 1, -1):
        for first in range(len(telling) - length + 1):
            run = telling[first : first + length]
            if not all(free[first : first + length]):
                continue
            stems = [k for k, (_, _, word) in enumerate(run) if isinstance(word, tuple)]
            for own in stems:
                told = tuple(
                    "A" if k == own else "B" if k in stems else str(word)
                    for k, (_, _, word) in enumerate(run)
                )
                sign = _sign(told, run[0][1] != run[-1][1])
                meant = run[own][2]
                if sign is None or not isinstance(meant, tuple) or not _is_whole(told, run, parts):
                    continue
                free[first : first + length] = [False] * length
                yield _Found(run[0][0], run[-1][0], meant, sign)
                break


def _sign(skeleton: Skeleton, is_across: bool) -> int | None:
    """Which way a phrasing points; one of a single clause is not read across two."""
    sign, clause_count = _phrasings().get(skeleton, (None, 1))
    return None if is_across and clause_count == 1 else sign


def _is_whole(
    told: Skeleton, run: Sequence[tuple[int, int, Word]], parts: Sequence[Sequence[Word]]
) -> bool:
    """Whether a phrasing ends as its words need: "loud", but not "loud and clear"."""
    at, number, _ = run[-1]
    if told[-1] not in ("loud", "quiet", "low", "hot", "weak", "much"):
        return True
    if told[-1] != "much" and {"too", "so"} & set(told):
        return True
    place = at - sum(map(len, parts[:number]))
    return AT_END.match(f"{told[-1]} {_as_text(parts[number][place + 1 :])}".strip()) is not None


@cache
def _phrasings() -> dict[Skeleton, tuple[int, int]]:
    """What is left of every complaint without its fillers: which way it points, and its clauses."""
    found: dict[Skeleton, tuple[int, int]] = {}
    for intent, sign in SIGNS.items():
        for template in prompts.phrasings(intent):
            own = {"{stem}": "A", "{role}": "A", "{stem2}": "B", "{anchor}": "B"}
            parts = clauses([own.get(word, word) for word in plain_words(template.casefold())])
            told = [str(word) for part in parts for word in part if word not in FILLERS]
            found[tuple(told)] = (sign, len(parts))
    return {
        skeleton: told
        for skeleton, told in found.items()
        if skeleton.count("A") == 1 and not _is_bare(skeleton)
    }


def _is_bare(skeleton: Skeleton) -> bool:
    """Whether nothing but a degree is left: "the keys are quite, too quite" would be "A too"."""
    return skeleton[0] == "A" and not set(skeleton) - _DEGREES - {"A", "B"}


@cache
def _longest() -> int:
    return max(map(len, _phrasings()))


def _by_cue(parts: Sequence[Sequence[Word]]) -> Iterator[_Found]:
    """Every cue in the words, clause by clause."""
    start = 0
    for part in parts:
        text = _as_text(part)
        for sign, cues in CUES.items():
            for cue in cues:
                for match in re.finditer(rf"(?<!\S){cue}", text):
                    first = start + text[: match.start()].count(" ")
                    last = start + text[: match.end()].count(" ")
                    meant = part[int(match[1])]
                    assert isinstance(meant, tuple), "a cue is about a stem"
                    yield _Found(first, last, meant, sign)
        start += len(part)
