"""Places of a proposal, and what is left of it: "the second one", "number two", "the other half".

One rule: a place that the proposal has not is left as it was said.
"""

import re
from collections.abc import Sequence

from assistant.orders.mentions import as_read, mentions
from mixer.moves import Move

_NTH = {
    "first": 0, "1st": 0, "one": 0, "1": 0, "second": 1, "2nd": 1, "two": 1, "2": 1,
    "third": 2, "3rd": 2, "three": 2, "3": 2,
}  # fmt: skip
_COUNTS = {"1": 1, "two": 2, "2": 2, "three": 3, "3": 3}
PLACE = re.compile(
    r"\b(?:(?:the |your )?(?P<word>first|1st|second|2nd|third|3rd|last|former|latter)\b"
    r"|(?:the )?(?:number|no\.|nr\.?) (?P<number>one|two|three|1|2|3)\b)"
    r"(?: (?P<count>two|three|2|3))?(?: (?:ones?|moves?|suggestions?|ideas?|changes?|things?"
    r"|parts?|bits?))?"
    r"(?: of (?:them|(?:the|your|those|these|the ones)(?: (?:two|three|both|2|3))?"
    r"(?: (?:ones?|moves?|suggestions?|proposals?|ideas?|changes?|things?))?)(?! \w+ (?:down"
    r"|up)\b))?"
    r"(?! (?:time|take|version|thoughts?|half|\w+ db))",
    re.IGNORECASE,
)
_OTHER_HALF = re.compile(
    r"\W*(?:(?!(?:not?|never|don't|dont|leave|but|except)\b)[\w']+\W+){0,4}?(?:the |that )?"
    r"(?:(?:him|her|it|that(?: one)?|them|those)(?= (?:too|also|as well)\b)"
    r"|other half|second half|rest(?: of (?:it|that|them))?|others?|remaining (?:half|ones?))"
    r"(?:\W+(?:of (?:it|that)|too|as well|also|then|after all|please|pls|now|though))*\W*"
)
_TOO = re.compile(
    r"(?:(?:and|the|my|too|also|as well|then|now|ok|okay|after all|please|well|fine|sure|alright"
    r"|yes|yeah|go on|do|you can|h+m+|right)\b|\W)*"
)
_GIVES = re.compile(  # "gimme the second one as well"
    r"^\W*(?:(?:gwaan|go on|ok(?:ay)?|yeah|yes|right|well|now|then|and|let'?s|please)\W+)*"
    r"(?:gimme|give (?:me|us|it)|i(?:'?ll| will) (?:have|take)|take|add|apply|include|throw in"
    r"|have|let me have|let'?s have)\b(?=.*\b(?:too|also|as well|after all)\b)"
)
_ON_SECOND_THOUGHT = re.compile(r"\bon (?:second|reflection|other) ?thoughts?\b", re.IGNORECASE)


def with_places(text: str, proposed: Sequence[Move]) -> str:
    """A text in which the first or the last of what is proposed is called by its stem."""
    stems = [move.stem for move in proposed]

    def named(match: re.Match[str]) -> str:
        word = (match["word"] or match["number"]).casefold()
        count = _COUNTS.get((match["count"] or "1").casefold(), 1)
        at = {"last": -1, "former": 0, "latter": -1}.get(word, _NTH.get(word, 0))
        if count > len(stems) or at >= len(stems):
            return match[0]
        meant = stems[-count:] if word == "last" else stems[at : at + count] or stems[at:]
        return " and ".join(meant)

    return PLACE.sub(named, _ON_SECOND_THOUGHT.sub(" ", text))


def the_rest(
    text: str, left: Sequence[Move], names: tuple[str, ...], roles: tuple[str | None, ...]
) -> list[Move]:
    """What is left of a proposal, where a text asks for that: "and the other half", "keys too"."""
    plain = _GIVES.sub("", " ".join(as_read(text, names, roles).split()))
    if _OTHER_HALF.fullmatch(plain):
        return list(left)
    found = mentions(plain, names, roles)
    for one in reversed(found):
        plain = f"{plain[: one.start]} {plain[one.end :]}"
    named = {name for one in found for name in one.stems}
    return [move for move in left if move.stem in named] if _TOO.fullmatch(plain) else []
