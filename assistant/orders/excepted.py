"""What "everything" leaves out, wherever a text says it: "except the kick, all of it down 2".

One rule: only a row of stems behind a word of exception is left out; it is put beside the "all", so
that no comma and no "and" cuts it off.
"""

import re
from collections.abc import Callable, Sequence
from typing import Protocol

ROW_JOIN = "along with"  # of the stems that are left out, which nothing cuts
_ALL = re.compile(
    r"\b(?:everything(?: else)?|everyone|everybody|every (?:single )?(?:stem|track|channel|fader)"
    r"|all (?:of )?(?:the |my |our |those )?(?:other )?"
    r"(?:stems|tracks|channels|faders|instruments|sounds)"
    r"|all of (?:it|them)|the (?:whole )?lot|all)\b"
)
_EXCEPT = re.compile(
    r"\b(?:(?:with the )?exception of|except(?:ing)?(?: for)?|apart from|aside from|other than"
    r"|besides"
    r"|excluding|save for|bar"
    r"|but(?: not| for)?)(?: (?:the|my|our))? "
)
_JOIN = re.compile(
    r"\s*(?P<how>,? ?\b(?:and|or|nor|n|plus)\b(?: not\b)?|&|/|,)(?: (?:the|my|our))? ?"
)
_GOES_ON = re.compile(
    r"\s*(?:[,;]\s*)?(?=[-+]?\d|up\b|down\b|minus\b|plus\b|louder\b|quieter\b|by\b)"
)
_WAY = re.compile(
    r"\b(?:up|down|louder|quieter|softer|lower|raise|drop|reduce|increase|boost|cut|turn|bring|take"
    r"|pull|push|lift)\b|\d"
)
_TELLS_ITS_OWN = re.compile(
    r"\s*(?:[-+]?\d|(?:is |to be |goes? )?(?:up|down|louder|quieter|softer|left|right|hard)\b)"
)


class Place(Protocol):
    """Where in a text stems are spoken of."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


def exceptions_beside(text: str, mentions: Callable[[str], Sequence[Place]]) -> str:
    """A lower-case text in which "everything" and what it leaves out stand side by side.

    mentions: where a text speaks of stems, first to last.
    """
    if not _ALL.search(text):
        return text
    for match in _EXCEPT.finditer(text):
        if (all_of_it := _of_what(text, match)) is None:
            continue
        row = _row(text, match.end(), mentions(text))
        told_before = all_of_it.end() <= match.start()
        way_told = told_before and bool(_WAY.search(text[all_of_it.end() : match.start()]))
        if way_told and len(row) > 1 and _TELLS_ITS_OWN.match(text, row[-1].end):
            row = row[:-1]  # "all down 2 but the kick and the snare up 1"
        if row:
            return _rewritten(text, match, all_of_it, row)
    return text


def _of_what(text: str, match: re.Match[str]) -> re.Match[str] | None:
    """The "all" that an exception is made from: the last before it, else the first behind."""
    before = [one for one in _ALL.finditer(text, 0, match.start())]
    if match[0].startswith("but"):  # elsewhere it only joins
        beside = before and not text[before[-1].end() : match.start()].strip()
        return before[-1] if beside else None
    if before:
        return before[-1]
    begins = not re.sub(r"\b(?:ok|okay|so|and|now|please)\b|\W", "", text[: match.start()])
    return _ALL.search(text, match.end()) if begins else None


def _row(text: str, start: int, found: Sequence[Place]) -> list[Place]:
    """The stems in a row from a place on; one behind a comma only where an "and" comes after."""
    row: list[Place] = []
    sure, how = 0, ""
    for one in (one for one in found if one.start >= start):
        if one.start != start:
            break
        row.append(one)
        joined = _JOIN.match(text, one.end)
        if "," not in how or not text[one.end :].strip(" .!?"):
            sure = len(row)
        if joined is None:
            break
        how, start = joined["how"].replace(", and", "and"), joined.end()
    return row[:sure]


def _rewritten(
    text: str, match: re.Match[str], all_of_it: re.Match[str], row: Sequence[Place]
) -> str:
    left_out = f" {ROW_JOIN} ".join(text[one.start : one.end] for one in row)
    behind = text[row[-1].end :]
    told = f"{all_of_it[0]} except {left_out}"
    if all_of_it.start() > match.start():
        between = text[row[-1].end : all_of_it.start()].lstrip(" ,")
        return f"{text[: match.start()]}{between}{told}{text[all_of_it.end() :]}"
    between = text[all_of_it.end() : match.start()].rstrip(" ,")
    if not between:
        behind = _GOES_ON.sub(" ", behind, count=1) if _GOES_ON.match(behind) else behind
    return f"{text[: all_of_it.start()]}{told}{between}{behind}"
