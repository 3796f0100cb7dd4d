"""The parts of one message that each ask for something of their own.

One rule: a message is cut only where the reader finds two deeds, with other tools or for other
stems; words in which it finds none stay with the order that they stand beside.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.acting import CHANGES
from assistant.intents import ADVICE, SPEAK, acts_of
from assistant.said import Said

LEAST_LIKELY = 0.6  # that a part asks for a deed
SURE = 0.85  # that a message asks for one thing
MOST = 4
_PRONOUN = re.compile(r"\b(?:it|its|that|this|them|those|these|one|ones)\b")
_LEFT_ALONE = re.compile(
    r"\b(?:leave|keep|not? touch|don'?t (?:touch|change|move)|nothing)\b.*\b(?:else|rest|others?|"
    r"everything|alone|as (?:it|they) (?:is|are)|in place|where)\b|\bnothing else\b|\bonly that\b"
)
Read = Callable[[str], Mapping[str, float]]


@dataclass(frozen=True)
class _Part:
    """Words of a message, what is likeliest done about them, and the stems that they name."""

    text: str
    act: str
    stems: tuple[str, ...]
    is_deed: bool

    def joined(self, other: "_Part") -> "_Part":
        """This part with words that belong to it."""
        stems = tuple(dict.fromkeys([*self.stems, *other.stems]))
        return _Part(f"{self.text.strip()}, {other.text.strip()}", self.act, stems, self.is_deed)


def parts_of(listener: Any, said: Said) -> list[str]:
    """The parts of the latest words, in their order; one where they ask for one thing.

    listener: one that reads intents (assistant/listener.py); the words of others stay whole.
    """
    read: Read | None = getattr(listener, "read", None)
    if read is None or len(said.parts) < 2:
        return [said.latest]
    found = [_part(text, stems, read) for text, stems in said.parts]
    kept = _gathered([part for part in found if not _LEFT_ALONE.search(part.text)])
    acts = [part.act for part in kept if part.is_deed]
    if not 1 < len(acts) <= MOST or not _several(acts, said, read):
        return [said.latest]
    return [part.text for part in kept]


def _several(acts: list[str], said: Said, read: Read) -> bool:
    """Whether the words as a whole ask for these things, rather than for one of them at length."""
    if len(set(acts)) == 1:
        return acts[0] in CHANGES and not said.everything(said.latest.casefold())
    whole = acts_of(read(said.latest))
    return max(whole.values()) < SURE


def _part(text: str, stems: tuple[str, ...], read: Read) -> _Part:
    acts = {act: likely for act, likely in acts_of(read(text)).items()}
    deeds = {act: likely for act, likely in acts.items() if act not in (SPEAK, ADVICE)}
    act = max(deeds, key=lambda name: deeds[name]) if deeds else SPEAK
    is_deed = sum(deeds.values()) >= LEAST_LIKELY
    if act in CHANGES and not stems and not _PRONOUN.search(text):
        is_deed = False  # "and a bit more": of which stem, the order beside it says
    return _Part(text, act, stems, is_deed)


def _gathered(parts: list[_Part]) -> list[_Part]:
    """Parts with a deed each: what goes before the first belongs to it, the rest to the last."""
    told: list[_Part] = []
    before: list[_Part] = []
    for part in parts:
        if not part.is_deed and not told:
            before.append(part)
        elif not part.is_deed or _goes_on(told, part):
            told[-1] = told[-1].joined(part)
        else:
            told.append(part)
    if before and told:
        first = told[0]
        for part in reversed(before):
            text = f"{part.text.strip()}, {first.text.strip()}"
            first = _Part(text, first.act, first.stems, True)
        told[0] = first
    return told


def _goes_on(told: list[_Part], part: _Part) -> bool:
    """Whether a part says more of the deed before it: "bass up, two decibels on the bass"."""
    if not told or told[-1].act != part.act:
        return False
    same = not part.stems or set(part.stems) == set(told[-1].stems)
    return same or part.act not in CHANGES
