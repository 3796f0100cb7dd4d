"""Which version is meant by what was in it: "clap up and the kick not yet down", "before the mute".

One rule: every word of a description must be known and all that it says must fit, or none is meant.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.orders.version_wished import Wish
from assistant.versions import Version
from mixer.moves import MixState

Lead = Literal["before", "after", "with", "without"]
_KINDS: dict[str, frozenset[str]] = {
    kind: frozenset(words.split())
    for kind, words in {
        "up": """up raised lifted boosted louder higher hotter bumped pushed raise lift boost bump
            bumps rise rose increase increased cranked forward loud high""",
        "down": """down lowered dropped quieter softer reduced cut dipped trimmed tucked lower drop
            dip trim cuts reduction ducked low quiet soft""",
        "muted": "mute muted mutes muting silenced killed off out silent",
        "heard": "unmute unmuted in on audible there playing returned",
        "panned": "pan panned pans panning side sides wide spread places placed",
        "left": "left",
        "right": "right",
        "centre": "centre center middle centred centered",
        "sound": """sound sounds eq eqs brighter darker warmer duller thinner fuller cleaner clearer
            crisper airier muddier tighter punchier drier wetter sound-shaping tone""",
        "touched": """touched touch changed change changes changing moved move moves edit edits
            edited tweak tweaks tweaked altered adjusted fiddled messed""",
    }.items()
}
_NO = frozenset("not n't no without never untouched unchanged unpanned".split())
_UN = {"untouched": "touched", "unchanged": "touched", "unpanned": "panned"}
_ONLY = frozenset({"only", "just"})
_STILL = frozenset({"still", "yet"})
_FIRST, _LAST = frozenset("first 1st any all ever every".split()), frozenset("last latest".split())
_ONE_CHANGE = frozenset("change edit move tweak".split())  # else a stem was touched, and at first
_SECOND = frozenset("second 2nd".split())
_LEADS: dict[str, Lead] = {
    "before": "before", "after": "after", "since": "after", "when": "with", "where": "with",
    "with": "with", "which": "with", "that": "with", "without": "without",
}  # fmt: skip
_FILLING = frozenset(
    """
    a an the my our his her their its that this those these of to at by for-now just right shortly
    straight already again only still yet ever even so then now bit little is was were are be been
    being am 's had has have having do did does got get getting went go goes going gone came put
    brought made turned taken took set i we you he she they from over more all any in which where
    when us one level levels fader volume really been with back
    """.split()
)
_LEAD = (
    r"(?:(?:just|right|shortly|straight|from) )?(?:before|after|since|when|where|with(?:out)?)\b"
)
_BESIDE_A_LEAD = "".join(
    rf"(?<!\b{one})" for one in ("just", "right", "shortly", "straight", "from")
)
_CUTS = re.compile(
    rf"\s*,\s*(?:and |but )?|\s+(?:and|but|while|though|whilst)\s+|{_BESIDE_A_LEAD}\s+(?={_LEAD})"
)
_AT_ONCE = re.compile(r"\bright (?=before|after|when)")
_JOINED = re.compile(
    r"<([\d+]+)>(?:, | and | & | or | nor | plus |, and )(?:the |my |our )?<([\d+]+)>"
)
_ONLY_THAT = re.compile(r"\bjust(?: the| my| our)* <")
_MARK = re.compile(r"<([\d+]+)>(?:'s)?")
_WORD = re.compile(r"[\w'-]+")
_FAR = 1e-6


@dataclass(frozen=True)
class _Clause:
    """One thing that is said of a version. groups: stems, by place in the song; none: any stem."""

    lead: Lead
    kind: str
    groups: tuple[frozenset[int], ...]
    denied: bool = False
    still: bool = False
    only: bool = False
    which: Literal["first", "second", "last"] = "last"

    @property
    def stems(self) -> frozenset[int]:
        return frozenset().union(*self.groups)


def described(
    wish: Wish, names: tuple[str, ...], versions: Sequence[Version], now: int
) -> int | None:
    """The number of the version that fits all that is said; None where none does, or too little.

    The latest of several, but never the one that is heard now.
    """
    clauses = _clauses(wish, names)
    if not clauses:
        return None
    told = _Told(versions)
    fitting = [one for one in versions if all(told.fits(clause, one) for clause in clauses)]
    states = [one for one in clauses if one.lead == "with"]
    if len(states) == len(clauses) and versions[now] in fitting:  # it is one that was made so
        made = [one for one in states if not one.denied and not one.still]
        fitting = [one for one in fitting if any(told.changes(clause, one) for clause in made)]
    numbers = [one.number for one in fitting if one.number != now]
    return max(numbers, default=None)


def _clauses(wish: Wish, names: tuple[str, ...]) -> list[_Clause]:
    """What is said, clause by clause; none where a word of it is not known."""
    groups = [frozenset(names.index(name) for name in stems) for stems in wish.groups]
    said = wish.said.replace("nothing but", "only")
    while _JOINED.search(said):
        said = _JOINED.sub(r"<\1+\2>", said)
    found: list[_Clause] = []
    lead: Lead = "with"
    for piece in _CUTS.split(said):
        if not piece.strip():
            continue
        clause = _clause(piece, lead, groups)
        if clause is None or (found and clause.lead == "before" == lead and "before" not in piece):
            return []
        found.append(clause)
        lead = clause.lead
    return found


def _clause(piece: str, lead: Lead, groups: Sequence[frozenset[int]]) -> _Clause | None:
    marks = _MARK.findall(piece)
    words = _WORD.findall(_MARK.sub(" ", _AT_ONCE.sub("", piece.replace("n't", " not"))))
    first = next((word for word in words if word in _LEADS), None)
    if first is not None and words.index(first) <= 2:
        lead = _LEADS[first]
    denied = bool(_NO & set(words)) or lead == "without"
    spoken = [_UN.get(word) or word for word in words if word not in _LEADS]
    kinds = {kind for word in spoken for kind, known in _KINDS.items() if word in known}
    kinds = _narrowed(kinds, spoken)
    known = frozenset().union(
        *_KINDS.values(), _NO, _FILLING, _FIRST, _LAST, _SECOND, _STILL, _ONLY
    )
    if len(marks) > 1 or len(kinds) != 1 or not set(spoken) <= known:
        return None
    (kind,) = kinds
    stems = tuple(groups[int(one)] for mark in marks for one in mark.split("+"))
    if not stems and kind not in ("muted", "panned", "sound", "heard"):
        return None
    if lead in ("before", "after") and denied:
        return None
    told = set(words)
    touched = lead == "before" and kind == "touched" and not told & _ONE_CHANGE
    which = (
        "first" if told & _FIRST or (touched and not told & (_LAST | _SECOND))
        else "second" if told & _SECOND else "last"
    )  # fmt: skip
    only = bool(stems) and ("only" in told or bool(_ONLY_THAT.search(piece)))
    lead = "with" if lead == "without" else lead
    return _Clause(lead, kind, stems, denied, bool(told & _STILL) and not denied, only, which)


def _narrowed(kinds: set[str], words: Sequence[str]) -> set[str]:
    """The kind of change that words mean together: "panned to the left", "brought back down"."""
    if "back" in words and not kinds:
        return {"heard"}  # "when the clap was back"
    if kinds & {"left", "right", "centre"}:
        kinds = kinds - {"panned", "heard", "touched"}
    if kinds & {"left", "right", "centre", "panned"}:
        kinds = kinds - {"muted"}  # "panned out"
    if kinds & {"up", "down", "muted", "panned", "sound"}:
        kinds = kinds - {"heard", "touched"}
    return kinds


class _Told:
    """What a song's versions tell of each other."""

    def __init__(self, versions: Sequence[Version]) -> None:
        self._versions = versions
        self._start = versions[0].state

    def fits(self, clause: _Clause, one: Version) -> bool:
        """Whether what a clause says holds for a version."""
        if clause.lead == "with":
            return self._is_so(clause, one)
        made = [other for other in self._versions[1:] if self.changes(clause, other)]
        place = {"first": 0, "second": 1, "last": -1}[clause.which]
        if clause.which == "last" and clause.lead == "before":
            return any(other.came_from == one.number for other in made)
        if len(made) <= max(place, 0):
            return False
        meant = made[place]
        return one.number == (meant.came_from if clause.lead == "before" else meant.number)

    def changes(self, clause: _Clause, one: Version) -> bool:
        """Whether a version was made by the change that a clause speaks of."""
        if one.number == 0:
            return False
        before, after = self._versions[one.came_from].state, one.state
        stems = clause.stems or frozenset(range(len(after.gain_db)))
        return any(_changed(clause.kind, before, after, stem) for stem in stems)

    def _is_so(self, clause: _Clause, one: Version) -> bool:
        """Whether a state is as a clause says it: "only the cello up", "the rain still loud"."""
        if clause.still or (clause.denied and clause.kind in ("up", "down", "touched")):
            return self._not_yet(clause, one)
        stems = clause.stems or frozenset(range(len(one.state.gain_db)))
        if clause.denied:
            was = any(self.changes(clause, other) for other in self._versions)
            return was and not any(self._has(clause.kind, one.state, stem) for stem in stems)
        if not clause.groups:
            return any(self._has(clause.kind, one.state, stem) for stem in stems)
        so = all(any(self._has(clause.kind, one.state, stem) for stem in g) for g in clause.groups)
        if clause.only and so:
            every = range(len(one.state.gain_db))
            return {s for s in every if _differs(self._start, one.state, s)} <= stems
        return so

    def _has(self, kind: str, state: MixState, stem: int) -> bool:
        pan = state.pan[stem] or 0.0
        return {
            "up": state.gain_db[stem] > self._start.gain_db[stem] + _FAR,
            "down": state.gain_db[stem] < self._start.gain_db[stem] - _FAR,
            "muted": state.muted[stem],
            "heard": not state.muted[stem] and any(v.state.muted[stem] for v in self._versions),
            "panned": pan != 0.0,
            "left": pan < 0.0,
            "right": pan > 0.0,
            "centre": pan == 0.0 and any(v.state.pan[stem] for v in self._versions),
            "sound": state.sound_of(stem) != self._start.sound_of(stem),
            "touched": _differs(self._start, state, stem),
        }[kind]

    def _not_yet(self, clause: _Clause, one: Version) -> bool:
        """Whether a change is still to come: "the kick not yet down", "the rain still loud"."""
        other_way = {"up": "down", "down": "up", "muted": "heard", "heard": "muted"}
        kind = other_way.get(clause.kind, clause.kind) if clause.still else clause.kind
        if clause.still and clause.kind in ("left", "right", "panned", "centre", "sound", "muted"):
            return any(self._has(clause.kind, one.state, stem) for stem in clause.stems)
        came = [
            other for other in self._versions[one.number + 1 :]
            if any(_changed(kind, self._versions[other.came_from].state, other.state, stem)
                   for stem in clause.stems)
        ]  # fmt: skip
        done = any(self._has(kind, one.state, stem) for stem in clause.stems if kind != "heard")
        return bool(came) and not done


def _differs(state: MixState, other: MixState, stem: int) -> bool:
    return any(_changed(kind, state, other, stem) for kind in ("up", "down", "muted", "heard")) or (
        _changed("panned", state, other, stem) or _changed("sound", state, other, stem)
    )


def _changed(kind: str, before: MixState, after: MixState, stem: int) -> bool:
    """Whether a stem was changed so between two states."""
    gained_db = after.gain_db[stem] - before.gain_db[stem]
    pan, was = after.pan[stem] or 0.0, before.pan[stem] or 0.0
    mutes = after.muted[stem] - before.muted[stem]
    return {
        "up": gained_db > _FAR,
        "down": gained_db < -_FAR,
        "muted": mutes > 0,
        "heard": mutes < 0,
        "panned": pan != was,
        "left": pan < was,
        "right": pan > was,
        "centre": pan == 0.0 != was,
        "sound": after.sound_of(stem) != before.sound_of(stem),
        "touched": kind == "touched" and _differs(before, after, stem),
    }[kind]
