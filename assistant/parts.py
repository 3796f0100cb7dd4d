"""The parts of one message that each ask for something of their own.

One rule: a message is cut only where the reader finds two deeds, with other tools or for other
stems; a stem stays with the order that it was named for, and words without a deed with the order
that they stand beside.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from assistant.acting import CHANGES
from assistant.intents import ADVICE, SPEAK, acts_of
from assistant.said import Said
from assistant.said_clauses import LEFT_ALONE, is_bare, says_only
from assistant.said_gains import says_way, sizes_db
from assistant.said_mutes import mutes
from assistant.said_sides import PANS, says_side

LEAST_LIKELY = 0.6  # that a part asks for a deed
SURE = 0.85  # that a message asks for one thing
MOST = 4
_PRONOUN = re.compile(r"\b(?:it|its|that|this|them|those|these|one|ones|both)\b")
_ARTICLE = re.compile(r"^(?:the|a|my|our|and)\s+")
_PLAIN = frozenset(  # beside stems, of an order that is the same for each of them
    """
    mute unmute muted unmuted and then also all two three pan panned hard full fully slightly little
    bit way far left right centre center middle percent side over guitars pads drums vocals keys
    """.split()
)
Read = Callable[[str], Mapping[str, float]]


@dataclass(frozen=True)
class _Part:
    """Words of a message, what is likeliest done about them, and the stems that they name."""

    text: str
    act: str
    stems: tuple[str, ...]
    is_deed: bool

    def joined(self, other: "_Part", stems_too: bool = False) -> "_Part":
        """This part with words behind it that belong to it; the deed is the one that is there.

        stems_too: the deed is for the stems of both.
        """
        deed = self if self.is_deed else other
        stems = tuple(dict.fromkeys([*self.stems, *other.stems])) if stems_too else deed.stems
        return replace(deed, text=f"{self.text.strip()}, {other.text.strip()}", stems=stems)


def parts_of(listener: Any, said: Said) -> list[str]:
    """The parts of the latest words, in their order; one where they ask for one thing.

    listener: one that reads intents (assistant/listener.py); the words of others stay whole.
    """
    reads = getattr(listener, "read", None)
    if reads is None:
        return [said.latest]

    def read(text: str) -> Mapping[str, float]:
        return reads(text, said.names, said.roles)

    clauses = said.clauses
    if len(clauses) < 2 and all(len(stems) < 2 for _, stems in clauses):
        return [said.latest]
    dropped = [stems for text, stems in clauses if LEFT_ALONE.search(text)]
    if any(dropped) and said.everything(said.latest):
        return [said.latest]
    told = [(text, stems) for text, stems in clauses if not LEFT_ALONE.search(text)]
    found = [_part(text, stems, said, read) for text, stems in told]
    kept = _gathered(_with_their_order(found, said), said, read)
    acts = [part.act for part in kept if part.is_deed]
    if len(acts) > MOST or not _several(acts, said, read):
        kept = kept if len(kept) == 1 and len(told) == len(clauses) else []
    return [text for part in kept for text in _each(part, said)] or [said.latest]


def _several(acts: list[str], said: Said, read: Read) -> bool:
    """Whether the words as a whole ask for these things, rather than for one of them at length."""
    if len(acts) < 2:
        return False
    if len(set(acts)) == 1:
        return acts[0] in CHANGES and not said.everything(said.latest)
    return max(acts_of(read(said.latest)).values()) < SURE


def _part(text: str, stems: tuple[str, ...], said: Said, read: Read) -> _Part:
    acts = acts_of(read(text))
    deeds = {act: likely for act, likely in acts.items() if act not in (SPEAK, ADVICE)}
    act = max(deeds, key=lambda name: deeds[name]) if deeds else SPEAK
    is_deed = sum(deeds.values()) >= LEAST_LIKELY
    if is_bare(text, said.names) and stems:
        is_deed = False
    if act in CHANGES and not stems and not _PRONOUN.search(text):
        is_deed = False  # "and a bit more": of which stem, the order beside it says
    return _Part(text, act, stems, is_deed)


def _with_their_order(parts: list[_Part], said: Said) -> list[_Part]:
    """Stems by themselves, and orders that still lack how far, joined to what they belong to.

    "mute the snare | the bass", "kick | snare up 2", "pan the kick | the snare left".
    """
    told: list[_Part] = []
    for place, part in enumerate(parts):
        after = parts[place + 1] if place + 1 < len(parts) else None
        if told and not told[-1].is_deed and told[-1].stems and part.stems:
            if is_bare(told[-1].text, said.names) or _lacks(told[-1]):
                told[-1] = told[-1].joined(part, stems_too=True)
                continue
        bare = bool(part.stems) and is_bare(part.text, said.names)
        if bare and told and told[-1].is_deed and not (after and _begins_with_a_stem(after, said)):
            told[-1] = told[-1].joined(part, stems_too=True)
        else:
            told.append(replace(part, is_deed=False) if _lacks(part) and after else part)
    return told


def _lacks(part: _Part) -> bool:
    """Whether an order does not yet say where to: "pan the kick", "turn the kick"."""
    if part.act == "set_pan":
        return not (says_side(part.text) or "%" in part.text or PANS.search(part.text[4:]))
    return part.act == "apply_moves" and not (says_way(part.text) or sizes_db(part.text, ()))


def _begins_with_a_stem(part: _Part, said: Said) -> bool:
    words = _ARTICLE.sub("", part.text.strip()).split()
    return any(said.speak(" ".join(words[:count])) for count in (1, 2))


def _gathered(parts: list[_Part], said: Said, read: Read) -> list[_Part]:
    """Parts with a deed each: what goes before the first belongs to it, the rest to the last.

    Two that are no deed by themselves may be one together: "vox is loud | 1 dB down".
    """
    told: list[_Part] = []
    for part in parts:
        if not told:
            told.append(part)
        elif not told[-1].is_deed and not part.is_deed:
            both = told[-1].joined(part, stems_too=True)
            told[-1] = _part(both.text, both.stems, said, read)
        elif not told[-1].is_deed or not part.is_deed or _goes_on(told[-1], part):
            told[-1] = told[-1].joined(part)
        else:
            told.append(part)
    return told


def _goes_on(before: _Part, part: _Part) -> bool:
    """Whether a part says more of the deed before it: "bass up, two decibels on the bass"."""
    if before.act != part.act:
        return False
    same = not part.stems or set(part.stems) == set(before.stems)
    return same or part.act not in CHANGES


def _each(part: _Part, said: Said) -> list[str]:
    """A part's words, or one order a stem where a tool takes one stem: "mute both pads"."""
    text = part.text
    if len(part.stems) < 2 or len(part.stems) > MOST:
        return [text]
    alone = Said((text,), said.names, said.roles, (), said.anchor)
    if not says_only(text, said.names, _PLAIN):  # "mute the keys because the vocals are fine"
        return [text]
    if part.act == "set_mute" and len(ways := mutes(text)) == 1:
        return [f"{'mute' if ways[0] else 'unmute'} {stem}" for stem in part.stems]
    places = [alone.pans(stem) for stem in part.stems]
    if part.act == "set_pan" and all(len(found) == 1 for found in places):
        return [
            f"pan {stem} {_side(found.pop())}"
            for stem, found in zip(part.stems, places, strict=True)
        ]
    return [text]


def _side(pan: float) -> str:
    """A place from -1 (left) to 1 (right) in words."""
    if not pan:
        return "to the middle"
    return f"{round(abs(pan) * 100)} percent {'left' if pan < 0 else 'right'}"
