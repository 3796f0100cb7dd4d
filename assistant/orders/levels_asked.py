"""Questions of how loud stems are now: "what's it at?", "how far is the bass from the keys?".

One rule: what asks for anything besides is none of them.
"""

import re
from collections.abc import Sequence

from assistant.orders.before import Before
from assistant.orders.mentions import as_read, mentions

_STEM = r"<\d+>(?:'s)?"
_BOTH = r"(?:the )?both(?: of (?:them|those|em))?|the two(?: of (?:them|those))?"
_IT = rf"(?:it|that|this|they|them|those|these|he|she|{_BOTH})"
_STEMS = rf"(?:the |my |our )?{_STEM}(?:(?:,| and| or| &|, and) (?:the |my )?{_STEM})*"
_WHO = rf"(?:{_STEMS}|{_IT})"
_BE = r"(?:is|are|r|was|'s|s|'re)"
_LOUD = r"(?:loud|quiet|strong|high|low|hot|big)"
_MORE = r"(?:louder|quieter|softer|higher|lower)"
_LEVEL = r"(?:levels?|loudness|volume|lufs|readings?|numbers?)"
_UNDER = r"(?:over|above|under|below|behind|from|than)"
_BESIDE = r"(?:vs\.?|versus|against|compared (?:to|with)|next to|relative to|beside)"
_LEAD = (
    r"(?:(?:ok|okay|and|so|now|then|hm+|right|well|please|um+|just|tell me|show me|say|but)\W+)*"
)
_TAIL = r"(?:\W+(?:now|then|right now|at the moment|again|please|pls|currently|though|exactly|at))*"
_FROM_IT = rf"how (?:far|much) {_UNDER} {_WHO} {_BE} {_WHO}(?: sitting| standing)?"
_FORMS = (
    rf"how {_LOUD} ?{_BE} {_WHO}",
    rf"how {_LOUD} {_WHO} {_BE}",
    rf"how {_LOUD} ?{_BE} {_WHO}(?: now)? {_BESIDE} {_WHO}",
    rf"how {_LOUD} (?:do|does) {_WHO} (?:measure|read|sit)",
    rf"what ?{_BE} {_WHO} (?:at|reading|measuring|sitting at|standing at)",
    rf"what (?:do|does) {_WHO} (?:measure|read|sit at|stand at|come out at)",
    rf"where (?:do|does) {_WHO} (?:sit|stand|come out)",
    rf"where ?{_BE} {_WHO} (?:sitting|standing|at)",
    rf"what ?{_BE} (?:the |its |their )?{_LEVEL}(?: (?:of|for|on) {_WHO})?",
    rf"{_STEM} {_LEVEL}",
    rf"how (?:far|much)(?: {_MORE})? ?{_BE} {_WHO}(?: (?:away|apart))? {_UNDER} {_WHO}",
    _FROM_IT,
    rf"how many (?:db|lu|lufs|decibels) ?{_BE} {_WHO} {_UNDER} {_WHO}",
)
_ASKED = re.compile(f"{_LEAD}(?:{'|'.join(_FORMS)}){_TAIL}")
_OF_IT = re.compile(f"{_LEAD}(?:{_FROM_IT}){_TAIL}")
_PRONOUN = re.compile(rf"\b{_IT}\b")
_SEVERAL = re.compile(r"\b(?:they|them|those|these|both|the two)\b")


def levels_asked(
    text: str,
    names: tuple[str, ...],
    roles: tuple[str | None, ...],
    before: Before,
    anchor: str | None,
) -> tuple[str, ...]:
    """The stems whose levels a text asks for; none where it asks for anything else."""
    plain = as_read(text, names, roles)
    told, start, stems = "", 0, []
    for place, one in enumerate(mentions(plain, names, roles)):
        told += f"{plain[start : one.start]}<{place}>"
        stems += one.stems
        start = one.end
    told = " ".join((told + plain[start:]).replace("?", " ").split()).strip(" .!,")
    if not _ASKED.fullmatch(told):
        return ()
    of_anchor = len(set(stems)) == 1 and stems[0] == anchor and bool(_OF_IT.fullmatch(told))
    if of_anchor:
        stems.clear()  # "how far under the lead are they": all is told against it
    if _PRONOUN.search(told) or not stems:
        stems += _spoken_of(told, stems, before, anchor)
    return tuple(name for name in names if name in stems)


def _spoken_of(
    told: str, stems: Sequence[str], before: Before, anchor: str | None
) -> tuple[str, ...]:
    """The stems that a pronoun means."""
    if _SEVERAL.search(told) and len(before.focus) < 2:
        pair = [name for turn in before.spoken for name in turn]
        return tuple(dict.fromkeys(pair))[:2]
    others = tuple(name for name in before.focus if name not in stems)
    return others or ((anchor,) if anchor and stems else ())
