"""A text as words, with those that name stems put together, clause by clause.

One rule: what is said in one clause is never read into another, except where two stems are joined.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from assistant.naming import spoken_of

Word = str | tuple[str, ...]  # a word, or the stems that some words name

FILLERS = frozenset(
    "the a an my our your is are was were be am it's that's this so really just very quite way far"
    " feel feels sound sounds seem seems like i i'm think find here mix please pls kind sort"
    " somewhat rather totally completely still also and but both".split()
)
_PADDING = (  # "a bit low" is too low, "a bit more" is more
    (
        re.compile(r"\ba (?:little|bit|tad|touch|hair)(?: bit)? (?=(?:loud|quiet|low|hot)\b)"),
        "too ",
    ),
    (re.compile(r"\ba (?:little|bit|tad|touch|hair)(?: bit)?\b"), " "),
    (re.compile(r"\b(?:for|to) (?:me|my \w+)\b"), " "),
    (re.compile(r"\b(every(?:thing|body|one)|all|any(?:thing|body|one)) but\b"), "except"),
)
_WORDS_READ = 80
_LONGEST_NAME = 3  # words
_WORD = re.compile(r"\{\w+\}|§\d+|[\w'&]+|[,;.?!]+")
_STOP = re.compile(r"[,;.?!]+")
_JOINS = frozenset({"and", "&", "plus"})
_BREAKS = frozenset("but while whereas though although yet because cause".split())
_STARTS = frozenset("i you we it they it's i'm he she there".split())
_OBJECT_OF = frozenset("hear out missing losing covers under behind in by over much".split())
_VERBS = frozenset("is are was were sound sounds feel feels seem seems too get gets".split())


def plain_words(text: str) -> list[str]:
    """The words and stops of a text in small letters, without what softens a statement."""
    for pattern, instead in _PADDING:
        text = pattern.sub(instead, text)
    return _WORD.findall(text)[:_WORDS_READ]


def words_of_text(text: str, names: Sequence[str], roles: Sequence[str | None]) -> list[Word]:
    """The words of a text, those that name stems put together: "the", ("Vox 1",), "is", "low"."""
    text = (
        text.casefold().replace("\u2019", "'").replace("§", " ").replace("over and over", "again")
    )
    for place, name in sorted(enumerate(names), key=lambda one: -len(one[1])):
        if len(name) > 1:  # a stem called "a" is not every article
            text = re.sub(rf"(?<![\w§]){re.escape(name.casefold())}(?!\w)", f"§{place}", text)
    plain = plain_words(text)

    @cache
    def named(first: int, last: int) -> tuple[str, ...]:
        return spoken_of(" ".join(plain[first:last]), names, roles)

    @cache
    def meant(first: int, last: int) -> tuple[str, ...]:
        """The stems that a run of words names as one: "bass drum" is no bass."""
        run = plain[first:last]
        if any(map(_STOP.fullmatch, run)):
            return ()
        if len(run) == 1 and run[0].startswith("§"):
            return (names[int(run[0][1:])],)
        if len(run) == 1:
            return () if run[0] in FILLERS else named(first, last)
        if run[0] in FILLERS or run[-1] in FILLERS or any(word[0] == "§" for word in run):
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
    """The words, with "the bass and the keys" as one mention of both, and so with longer lists."""
    joined: list[Word] = []
    for place, word in enumerate(words):
        if isinstance(word, str):
            joined.append(word)
            continue
        between = _taken_off(joined, _JOINS | {"the", "my", ","})
        before = joined[-1] if joined else None
        anew = isinstance(before, tuple) and _is_new_subject(words, place, joined)
        if not isinstance(before, tuple) or not _JOINS & set(between) or anew:
            joined += [*between, word]
            continue
        joined[-1] = (*before, *word)
        while joined[-2:-1] and (between := _taken_off(rest := joined[:-1], {"the", "my", ","})):
            if "," not in between or not rest or not isinstance(rest[-1], tuple):
                break
            joined = [*rest[:-1], (*rest[-1], *joined[-1])]
    return joined


def _taken_off(words: list[Word], kinds: set[str] | frozenset[str]) -> list[Word]:
    """Take the last words off that are of some kinds."""
    taken: list[Word] = []
    while words and words[-1] in kinds:
        taken.insert(0, words.pop())
    return taken


def _is_new_subject(words: Sequence[Word], place: int, joined: Sequence[Word]) -> bool:
    """Whether "the keys" begin something new in "I can't hear the vocals and the keys are loud"."""
    follows = words[place + 1] if place + 1 < len(words) else ""
    earlier = [word for word in joined[:-1] if word not in ("the", "my", "our")]
    return follows in _VERBS and bool(earlier) and earlier[-1] in _OBJECT_OF


def clauses(words: Sequence[Word]) -> list[list[Word]]:
    """The words without stops, clause by clause."""
    breaks = set(_breaks(words))
    found: list[list[Word]] = [[]]
    for place, word in enumerate(words):
        if place in breaks:
            found.append([])
        else:
            found[-1].append(word)
    return [clause for clause in found if clause]


def _breaks(words: Sequence[Word]) -> Iterator[int]:
    """Where a clause ends; an "and" ends one only where another subject follows."""
    for place, word in enumerate(words):
        if isinstance(word, tuple):
            continue
        if _STOP.fullmatch(word) or (word in _BREAKS and words[place - 1 : place] != ["nothing"]):
            yield place
        elif word in _JOINS:
            rest = words[place + 1 :]
            ends = (at for at, one in enumerate(rest) if _is_end(one))
            ahead = rest[: next(ends, len(rest))]
            if ahead and (ahead[0] in _STARTS or any(isinstance(one, tuple) for one in ahead)):
                yield place


def _is_end(word: Word) -> bool:
    return isinstance(word, str) and (word in _BREAKS or _STOP.fullmatch(word) is not None)
