"""Which stems the user finds too quiet or too loud, read by the phrasings of prompts/.

One rule: a stem that the words call both, or that they defend, is not complained of.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import prompts
from assistant.naming import spoken_of

SIGNS = {"complain_quiet": 1, "complain_loud": -1}
_WORDS_READ = 80
_LONGEST_NAME = 3  # words
_WORD = re.compile(r"\{\w+\}|§\d+|[\w'&]+")
_PADDING = re.compile(r"\ba (?:little|bit|tad|touch|hair)(?: bit)?\b|\b(?:for|to) (?:me|my \w+)\b")
_FILLERS = frozenset(
    "the a an my our your is are was were be am it's that's this so really just very quite way far"
    " feel feels sound sounds seem seems like i i'm think find here mix please pls kind sort"
    " somewhat rather totally completely still also and but both".split()
)
_JOINS = frozenset({"and", "&", "plus"})
_DENIES = re.compile(
    r"\b(?:not|isn't|aren't|wasn't|isnt|arent|never) (?:at all )?(?:too|that|so|buried|lost)\b"
    r"|\b(?:don't|dont|do not|wouldn't) (?:think|say)\b|\bno longer\b|\bnothing wrong\b"
    r"|\bhow (?:many|loud|far)\b|\blufs\b|\bmeter\w*\b"  # these ask for a number
)
_STEM = r"§(\d+)"
_GAP = r"(?: (?!§)\S+){0,4}? "  # a few words, none of them a stem
_THE = r"(?: (?:of|the|my|our|that|this|those|these|them|any|enough|some))* "
_TOO = r"(?:too|to|2|so|super|way)(?: \S+)?"
_CUES = {  # what many complaints share, each with the stem that it is about
    1: (
        r"(?:can't|cant|cannot|can not|barely|hardly|struggle to|hard to)(?: really| even)?"
        rf" (?:hear|make out|notice|catch){_THE}{_STEM}",
        rf"(?:not enough|need more|missing|losing|where(?:'s| is| are| did)){_THE}{_STEM}",
        rf"§\d+{_GAP}(?:drown(?:s|ing) out|cover(?:s|ing)?(?: up)?|swallow(?:s|ing)?|eat(?:s|ing)?"
        rf"|hid(?:es|ing)(?! behind)|mask(?:s|ing)|bur(?:y|ies|ying)){_THE}{_STEM}",
        rf"{_STEM}{_GAP}(?:{_TOO} (?:quiet|low|soft|weak|little|faint|small|tiny|shy|deep|thin)"
        r"|buried|lost|drown(?:ed|ing)(?! out)|swallowed|masked|inaudible|barely audible|vanish\w*"
        r"|disappear\w*|(?:not|isn't|aren't) loud enough|hidden|hiding|tiny|tucked|recessed|faint"
        r"|(?:not|isn't|doesn't|don't|dont) (?:com|cut)\w* (?:through|thru)|quiet|low|gone)\b",
    ),
    -1: (
        rf"(?:(?:too|to|2) much|less|nothing but|all i(?: can)? hear(?: is)?|i'?m drowning in)"
        rf"{_THE}{_STEM}",
        rf"{_STEM}{_GAP}(?:{_TOO} (?:loud|high|much|hot|strong|big|present|upfront|forward|dominant"
        r"|prominent)|overpower\w*|dominat\w*|overwhelm\w*|drown\w* (?:out|every\w*|all)"
        r"|(?:cover|swallow|smother|mask|bury|buries|eat)\w* (?:every\w*|all|the (?:rest|mix|song))"
        r"|(?:stick|jump|pok)\w* out|blar\w+|blast\w+|deafening|loud|in my face|takes? over)\b",
    ),
}
Skeleton = tuple[str, ...]  # words that tell something; "A" for the stem meant, "B" for another


@dataclass(frozen=True)
class Complaint:
    """A stem that the user finds at fault. sign: 1 too quiet (raise it), -1 too loud."""

    stem: str
    sign: int

    @property
    def word(self) -> str:
        return "quiet" if self.sign > 0 else "loud"


def complaints_in(
    text: str, names: Sequence[str], roles: Sequence[str | None]
) -> tuple[Complaint, ...]:
    """The complaints of a text, one a stem, in the song's order."""
    plain = _PADDING.sub(" ", text.casefold().replace("\u2019", "'").replace("§", " "))
    words = _with_stems(plain, names, roles)
    if not any(isinstance(word, tuple) for word in words) or _DENIES.search(plain):
        return ()
    found = set(_by_phrasing(words)) or set(_by_cue(words))
    return tuple(
        Complaint(name, sign)
        for name in names
        for sign in (1, -1)
        if (name, sign) in found and (name, -sign) not in found
    )


Word = str | tuple[str, ...]  # a word, or the stems that some words name


def _with_stems(text: str, names: Sequence[str], roles: Sequence[str | None]) -> list[Word]:
    """The words of a text, those that name stems put together: "the", ("Vox 1",), "is", "low"."""
    for place, name in sorted(enumerate(names), key=lambda one: -len(one[1])):
        if len(name) > 1:  # a stem called "a" is not every article
            text = re.sub(rf"(?<![\w§]){re.escape(name.casefold())}(?!\w)", f"§{place}", text)
    plain = _WORD.findall(text)[:_WORDS_READ]

    @cache
    def named(first: int, last: int) -> tuple[str, ...]:
        return spoken_of(" ".join(plain[first:last]), names, roles)

    @cache
    def meant(first: int, last: int) -> tuple[str, ...]:
        """The stems that a run of words names as one: "bass drum" is no bass."""
        run = plain[first:last]
        if len(run) == 1 and run[0].startswith("§"):
            return (names[int(run[0][1:])],)
        if len(run) == 1:
            return () if run[0] in _FILLERS else named(first, last)
        if run[0] in _FILLERS or run[-1] in _FILLERS or any(word[0] == "§" for word in run):
            return ()
        parts = {*named(first, last - 1), *named(first + 1, last)}
        own = named(first, last)
        return own if set(own) != parts else ()

    words: list[Word] = []
    place = 0
    while place < len(plain):
        ends = range(min(place + _LONGEST_NAME, len(plain)), place, -1)
        last = next((end for end in ends if meant(place, end)), None)
        words.append(plain[place] if last is None else meant(place, last))
        place = place + 1 if last is None else last
    return _joined(words)


def _joined(words: Sequence[Word]) -> list[Word]:
    """The words, with "the bass and the keys" as one mention of both."""
    joined: list[Word] = []
    for word in words:
        between = []
        while isinstance(word, tuple) and joined and joined[-1] in _JOINS | {"the", "my"}:
            between.append(joined.pop())
        if _JOINS & set(between) and joined and isinstance(joined[-1], tuple):
            joined[-1] = (*joined[-1], *word)
        else:
            joined += [*between[::-1], word]
    return joined


def _by_phrasing(words: Sequence[Word]) -> Iterator[tuple[str, int]]:
    """Stem and sign of every phrasing that the words hold, the longest phrasing first."""
    telling = [word for word in words if isinstance(word, tuple) or word not in _FILLERS]
    free = [True] * len(telling)
    for length in range(_longest(), 1, -1):
        for first in range(len(telling) - length + 1):
            run = telling[first : first + length]
            if not all(free[first : first + length]):
                continue
            stems = [at for at, word in enumerate(run) if isinstance(word, tuple)]
            for at in stems:
                told = [
                    "A" if k == at else "B" if k in stems else str(run[k]) for k in range(length)
                ]
                sign = _phrasings().get(tuple(told))
                if sign is not None:
                    free[first : first + length] = [False] * length
                    yield from ((name, sign) for name in run[at])
                    break


@cache
def _phrasings() -> dict[Skeleton, int]:
    """What is left of every complaint without its fillers, and which way it points."""
    found: dict[Skeleton, int] = {}
    for intent, sign in SIGNS.items():
        for template in prompts.phrasings(intent):
            plain = _PADDING.sub(" ", template.casefold())
            told = [word for word in _WORD.findall(plain) if word not in _FILLERS]
            own = {"{stem}": "A", "{role}": "A", "{stem2}": "B", "{anchor}": "B"}
            found[tuple(own.get(word, word) for word in told)] = sign
    return {skeleton: sign for skeleton, sign in found.items() if skeleton.count("A") == 1}


@cache
def _longest() -> int:
    return max(map(len, _phrasings()))


def _by_cue(words: Sequence[Word]) -> Iterator[tuple[str, int]]:
    """Stem and sign of every cue in the words; a longer cue hides those that lie in it."""
    stems = [word for word in words if isinstance(word, tuple)]
    told = iter(range(len(stems)))
    text = " ".join(f"§{next(told)}" if isinstance(word, tuple) else word for word in words)
    found = [
        (match.start(), match.end(), stems[int(match[1])], sign)
        for sign, cues in _CUES.items()
        for cue in cues
        for match in re.finditer(cue, text)
    ]
    for start, end, meant, sign in found:
        inside = (a <= start and end <= b and (a, b) != (start, end) for a, b, *_ in found)
        if not any(inside):
            yield from ((name, sign) for name in meant)
