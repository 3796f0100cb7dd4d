"""Amounts that are those of another stem: "up by what the keys got", "half of what the bass got".

One rule: the amount is what was really done, along the versions that still stand; where nothing
was, it is asked about.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.orders.mentions import as_read, mentions
from mixer.moves import MixState

_A = r"(?:the |my |our )?"
_STEM = rf"{_A}<\d+>(?:'s(?: \w+)?)?"
_WHO = rf"(?:{_A}<(?P<model>\d+)>(?:'s)?|(?P<it>him|her|it|them|that|he|she|they))"
_WHOLE = r"(?:in all|all in all|all told|altogether|in total|in the end|overall|ended up)"
_FIRST = r"(?:(?:the|that) first time(?: a?round)?|at first|first of all)"
_ADDS = rf"(?:,? (?:{_WHOLE}|{_FIRST}|in (?:volume|level|loudness|gain)))*"
_AS = (
    r"(?:exactly |just )?(?:(?:the )?same as what"
    r"|(?:by )?(?:what(?:ever)?|as much as|as far as|how(?:ever)? much)"
    r"|(?:by )?(?:the )?(?:same|amount)(?: (?:amount|thing|move|size))?(?: as| that| which)?)"
)
_GOT = (
    r"(?:(?:just|finally|already|has|have|had|was|were|been|also) )*"
    r"(?:ended up(?: (?:getting|with|at|on))?|got|gets?|getting|gotten|given|received|had|went|gone"
    r"|came|moved|rose|dropped|turned|raised|lowered|brought|taken|lost|gained|did)"
)
_DID = (
    r"(?:gave|give|did|done|took off|put on|added|moved|turned|brought|cut|raised|lowered|dropped"
    r"|pulled|pushed|applied)"
)
_AMOUNT = re.compile(
    rf"\b{_AS} (?:{_WHO} {_GOT}(?: (?:up|down|off))?(?: by)?{_ADDS}(?![\w'])"
    rf"|(?:that )?(?:we|you|i) (?:(?:just|already|had|first) )*{_DID}(?: {_FIRST})?"
    rf"(?: (?:to|for|with|on|off|from))? {_WHO.replace('model', 'model2').replace('it>', 'it2>')}"
    rf"(?: (?:up|down|back))?(?: by)?{_ADDS}(?![\w']))"
)
_AS_IT = re.compile(  # "up the same as him"
    rf"(?<=\bup )(?:by )?{_AS} {_WHO}(?=\W*(?:$|[,.;!]))"
    rf"|(?<=\bdown )(?:by )?{_AS} {_WHO.replace('model', 'model2').replace('it>', 'it2>')}"
    r"(?=\W*(?:$|[,.;!]))"
)
_SHARES = {
    "half": 0.5, "half of": 0.5, "half as much": 0.5, "twice": 2.0, "twice as much": 2.0,
    "double": 2.0, "double of": 2.0, "a third of": 1 / 3, "a quarter of": 0.25,
    "three quarters of": 0.75, "two thirds of": 2 / 3,
}  # fmt: skip
_SHARE = rf"(?P<share>{'|'.join(sorted(_SHARES, key=len, reverse=True))})"
_DONE = re.compile(r"\b(?:did|done|do)\b")  # not in so many words a move
_WAY = re.compile(r"\b(?:up|down|louder|quieter|softer|higher|lower) (?:by )?$")
_GETS = re.compile(  # what stands before the amount
    rf"(?P<who>{_STEM})(?: (?:also|now|just|then|too))*(?: (?:gets?|should get|to get|can have"
    rf"|needs|takes|by|moves? by))?(?: {_SHARE})? $"
)
_TO_WHOM = re.compile(
    rf"\b(?:do to|do with|give|do for|take off|put on) (?P<who>{_STEM})(?: too)?(?: {_SHARE})? $"
)
_OF_IT = re.compile(rf"\b(?:(?:do|give|put|take) )?{_SHARE} $")
_FOR = re.compile(  # what stands behind it
    r"[\s,:;-]*(?:(?:and|now|then|please|so|also|just) )*(?:(?:do|put|give|take|apply|add|use) )?"
    rf"(?:{_SHARE} ?)?(?:(?:it|that|the same|this|as much) )?(?:(?:now|too|also) )*"
    rf"(?P<to>(?:to|on|for|with|off) )?(?P<who>{_STEM})(?: (?:too|as well|also|now|please))*"
    r"(?=\s*(?:$|[,.;!]))"
)


@dataclass(frozen=True)
class Course:
    """How a mix came to be as it is: the states along the versions that still stand."""

    names: tuple[str, ...]
    states: Sequence[MixState]

    def moves_of(self, stem: str) -> list[float]:
        """The moves of a stem in dB, the first one first."""
        gains = [state.gain_db[self.names.index(stem)] for state in self.states]
        steps = [round(b - a, 2) for a, b in zip(gains, gains[1:], strict=False)]
        return [step for step in steps if step]

    def placed(self, stem: str) -> str | None:
        """Where the last change of a stem put it, in words; None where that was no pan or mute."""
        index = self.names.index(stem)
        for before, state in zip(self.states[-2::-1], self.states[::-1], strict=False):
            if before.gain_db[index] != state.gain_db[index]:
                return None
            if before.pan[index] != state.pan[index]:
                pan = state.pan[index] or 0.0
                side = "left" if pan < 0 else "right"
                return f"{round(100 * abs(pan))} percent {side}" if pan else "to the middle"
            if before.muted[index] != state.muted[index]:
                return "muted" if state.muted[index] else "unmuted"
        return None


def with_amounts(
    text: str, course: Course, roles: tuple[str | None, ...], focus: tuple[str, ...]
) -> str | None:
    """A text in which an amount that is another stem's is told in dB.

    None where such an amount is ordered, and that stem got none. focus: the stems that "it" and
    "him" mean.
    """
    names = course.names
    plain = as_read(text, names, roles)
    found = mentions(plain, names, roles)
    told, start = "", 0
    for place, one in enumerate(found):
        told, start = f"{told}{plain[start : one.start]}<{place}>", one.end
    told = " ".join(f"{told}{plain[start:]}".split())
    match = _AMOUNT.search(told) or _AS_IT.search(told)
    if match is None:
        return text
    stems = {f"<{place}>": one.stems for place, one in enumerate(found)}
    model = match["model"] or match["model2"]
    meant = stems[f"<{model}>"] if model else focus
    placed = _placed(meant, course) if _DONE.search(match[0]) else None
    gain_db = _gain_of(meant, course, match[0])
    order = _ordered(told, match, gain_db, placed)
    if order is None:
        return text
    named = {place: " and ".join(names) for place, names in stems.items()}
    known = placed or gain_db
    return re.sub(r"<\d+>", lambda place: named[place[0]], order) if known else None


def _placed(stems: tuple[str, ...], course: Course) -> str | None:
    """Where the last change put stems, where that was a pan or a mute and the same for all."""
    places = {course.placed(stem) for stem in stems}
    return places.pop() if len(places) == 1 else None


def _gain_of(stems: tuple[str, ...], course: Course, words: str) -> float:
    """What stems got, in dB: in all, at first or last; 0 where it is not known, or not one."""
    moves = [course.moves_of(stem) for stem in stems]
    if not moves or any(one != moves[0] for one in moves) or not moves[0]:
        return 0.0
    if re.search(_WHOLE, words):
        return round(sum(moves[0]), 2)
    if re.search(_FIRST, words):
        return moves[0][0]
    *_, before, last = (0.0, *moves[0])
    corrects = before * last < 0.0 and abs(last) < abs(before) and not _DONE.search(words)
    return round(before + last, 2) if corrects else last  # "up 2", "1 back": it got 1


def _ordered(told: str, match: re.Match[str], gain_db: float, placed: str | None) -> str | None:
    """The text with the amount as an order; None where it is not said for which stem."""
    head, tail = told[: match.start()], told[match.end() :]
    if _WAY.search(head) and not placed:
        return f"{head}{abs(gain_db):g} dB{tail}"
    if before := _TO_WHOM.search(head) or _GETS.search(head):
        how = placed or _size(gain_db, before)
        return f"{head[: before.start()]}{before['who']} {how}{tail}"
    behind = _FOR.match(tail)
    if behind is None:
        return None
    share = _OF_IT.search(head)
    if share is not None:
        head = head[: share.start()]
    how = placed or _size(gain_db, share or behind)
    return f"{head}{behind['who']} {how}{tail[behind.end() :]}"


def _size(gain_db: float, match: re.Match[str]) -> str:
    size = round(abs(gain_db) * _SHARES.get(match["share"] or "", 1.0), 2)
    return f"{'up' if gain_db > 0 else 'down'} {size:g} dB"
