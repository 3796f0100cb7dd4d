"""The parts of one message that each ask for something of their own.

One rule: a message is cut only where two deeds are found, with other tools or for other stems, by
plain orders or by the reader; a stem stays with the order that it was named for, and words without
a deed with the order that they stand beside.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.acting import CHANGES
from assistant.hearing import ToolCall
from assistant.intents import ADVICE, SPEAK
from assistant.orders.asides import ActsOf
from assistant.requests import is_request
from assistant.said import Said
from assistant.said_clauses import LEFT_ALONE, Clause, is_bare, says_only
from assistant.said_gains import says_way, sizes_db
from assistant.said_mutes import mutes
from assistant.said_sides import PANS, says_side, without_picks
from assistant.said_sound import wishes_a_sound

LEAST_LIKELY = 0.6  # that a part asks for a deed
SURE = 0.85  # that a message asks for one thing
REQUESTED = 0.9  # that a part which is worded as a request asks for a deed of its own
TOLD = 0.97  # that a few words without a verb do, or a lasting taste: "levels again"
FEW_WORDS = 5
_IN_FEW_WORDS = frozenset(
    """
    set_anchor measure_levels check_gain_staging list_versions restore_version export_mix set_mute
    """.split()
)
_LOOKS = frozenset({"measure_levels", "list_versions", "check_gain_staging"})
MOST = 4
_PRONOUN = re.compile(r"\b(?:it|its|that|this|them|those|these|one|ones|both)\b")
_ARTICLE = re.compile(r"^(?:the|a|my|our|and)\s+")
_TAKES = re.compile(r"\btakes\b")  # "two takes please"; "one mix for the web" may be a file
_FIGURE = re.compile(r"\d")
_MOVES = re.compile(r"\d|\b(?:up|down|louder|quieter|softer|db)\b")
_PLAIN = frozenset(  # beside stems, of an order that is the same for each of them
    """
    mute unmute muted unmuted and then also all two three pan panned hard full fully slightly little
    bit way far left right centre center middle percent side over guitars pads drums vocals keys
    """.split()
)
Plainly = Callable[[str, tuple[str, ...]], list[ToolCall]]


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


def parts_of(
    said: Said, acts_of: ActsOf, plainly: Plainly, focus: tuple[str, ...] = ()
) -> list[str]:
    """The parts of the latest words, in their order; one where they ask for one thing.

    acts_of: how likely each act is meant by a text. plainly: the calls of a text of plain orders,
    in which a pronoun means these stems. focus: what it means before any is named.
    """
    found = said.clauses
    if len(found) < 2 and all(len(stems) < 2 for _, stems in found):
        return [said.latest]
    dropped = [stems for text, stems in found if LEFT_ALONE.search(text)]
    if any(dropped) and said.everything(said.latest):
        return [said.latest]
    told = [(text, stems) for text, stems in found if not LEFT_ALONE.search(text)]
    if len(requests := _requests(told, said, acts_of, plainly, focus)) > 1:
        return requests
    parts = [_part(text, stems, said, acts_of) for text, stems in told]
    kept = _gathered(_with_their_order(parts, said), said, acts_of)
    acts = [part.act for part in kept if part.is_deed]
    if len(acts) > MOST or not _several(acts, said, acts_of):
        kept = kept if len(kept) == 1 and len(told) == len(found) else []
    return [text for part in kept for text in _each(part, said)] or [said.latest]


def _requests(
    told: Sequence[Clause], said: Said, acts_of: ActsOf, plainly: Plainly, focus: tuple[str, ...]
) -> list[str]:
    """The parts of a text that are worded as requests for different things; none where one is."""
    found: list[_Part] = []
    for text, stems in told:
        about = next((part.stems for part in reversed(found) if part.stems), ())
        sound = stems or about or focus
        found.append(_request(text, stems, about, said, acts_of, plainly, bool(sound)))
    first = next((place for place, part in enumerate(found) if part.is_deed), len(found))
    found = [
        replace(part, is_deed=part.is_deed and (part.act != ADVICE or place > first))
        for place, part in enumerate(found)
    ]
    kept: list[_Part] = []
    for part in found:
        if kept and (not (kept[-1].is_deed and part.is_deed) or kept[-1].act == part.act):
            kept[-1] = kept[-1].joined(part, stems_too=kept[-1].act == part.act)
        else:
            kept.append(part)
    cut = 1 < len(kept) <= MOST
    return [text for part in kept for text in _each(part, said)] if cut else []


def _request(
    text: str, stems: tuple[str, ...], about: tuple[str, ...], said: Said, acts_of: ActsOf,
    plainly: Plainly, may_sound: bool,
) -> _Part:  # fmt: skip
    """A clause as a request by itself, if it is one. about: the stems of the ones before it.

    may_sound: whether a sound may be meant of something, be it what was spoken of before.
    """
    by_form = is_request(text, said.names, said.roles)
    moves = says_way(text) or _FIGURE.search(text)
    calls = plainly(text, about) if by_form or stems or (about and moves) else []
    if calls and not (is_bare(text, said.names) and stems):
        return _Part(text, calls[-1].name, stems, is_deed=True)
    if may_sound and wishes_a_sound(text, said.names) and not _MOVES.search(text):
        return _Part(text, "shape_sound", stems, is_deed=True)
    named = text if stems or not about else _PRONOUN.sub(about[-1], text, count=1)
    acts = acts_of(named) or {SPEAK: 1.0}
    act = max(acts, key=lambda name: acts[name])
    told = act in CHANGES and bool(stems) and (says_way(text) or says_side(without_picks(text)))
    plain = act in _IN_FEW_WORDS or (act == "render_mix" and _TAKES.search(text) is not None)
    in_few_words = plain and len(text.split()) <= FEW_WORDS
    is_deed = act != SPEAK and acts[act] >= REQUESTED and (by_form or told)
    is_deed = is_deed or (acts[act] >= TOLD and (act == "prefer" or in_few_words))
    return _Part(text, act, stems, is_deed)


def _several(acts: list[str], said: Said, acts_of: ActsOf) -> bool:
    """Whether the words as a whole ask for these things, rather than for one of them at length."""
    if len(acts) < 2:
        return False
    if len(set(acts)) == 1:
        return acts[0] in CHANGES and not said.everything(said.latest)
    return max(acts_of(said.latest).values()) < SURE


def _part(text: str, stems: tuple[str, ...], said: Said, acts_of: ActsOf) -> _Part:
    acts = acts_of(text)
    deeds = {act: likely for act, likely in acts.items() if act not in (SPEAK, ADVICE)}
    act = max(deeds, key=lambda name: deeds[name]) if deeds else SPEAK
    is_deed = sum(deeds.values()) >= LEAST_LIKELY
    if is_bare(text, said.names) and stems:
        is_deed = False
    if act in _LOOKS and not stems and not is_request(text, said.names, said.roles):
        is_deed = False  # "prove me wrong, what is up with this mix?"
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


def _gathered(parts: list[_Part], said: Said, acts_of: ActsOf) -> list[_Part]:
    """Parts with a deed each: what goes before the first belongs to it, the rest to the last.

    Two that are no deed by themselves may be one together: "vox is loud | 1 dB down".
    """
    told: list[_Part] = []
    for part in parts:
        if not told:
            told.append(part)
        elif not told[-1].is_deed and not part.is_deed:
            both = told[-1].joined(part, stems_too=True)
            told[-1] = _part(both.text, both.stems, said, acts_of)
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
