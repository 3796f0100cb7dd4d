"""Orders that lead one stem back: "put the bass back where it was", "undo the vocal change".

One rule: all else keeps what was done to it.
"""

from dataclasses import dataclass, field

from assistant.acting import stems_set
from assistant.hearing import ToolCall
from assistant.orders.before import Before
from assistant.orders.deed import Scene, subject
from assistant.orders.lexicon import FILLER, NUMBER, VERB
from assistant.orders.parts import Part
from assistant.orders.tokens import STEM

_QUIET = frozenset({FILLER, VERB, "to", "only", "push", "pull", "unit"})
_BACK_TO = ("was", "back", "go back", "again", "up", "down")  # "back down where it was"
_WHOSE = frozenset({STEM, "it", "both", "three", "all", "rest"})


@dataclass(frozen=True)
class Now:
    """What is set on the stems as the mix stands: net gains, which are muted, and pans."""

    gains_db: dict[str, float]
    muted: frozenset[str] = frozenset()
    pans: dict[str, float] = field(default_factory=dict)


def returned(part: Part, scene: Scene, before: Before, now: Now) -> list[ToolCall]:
    """The calls that lead stems back; none where the part asks for no such thing."""
    if part.has("opened") or _to_zero(part):
        return _as_opened(part, scene)
    if part.has("was") and part.only(*_QUIET, *_WHOSE, *_BACK_TO):
        if part.has("all") and not part.stems:
            return [ToolCall("restore_version", {"version": 0})]
        return _taken_back(subject(part, scene), before)
    reverts = part.has("undo") or any(token.text == "revert" for token in part.of("go back"))
    if reverts and part.stems and part.first("undo", "go back") < part.first(STEM):
        kinds = (*_QUIET, STEM, "undo", "go back", "change", "back", "off")
        return _taken_back(part.stems, before) if part.only(*kinds) else []
    if part.has("back") and part.has("all") and not part.stems and now.muted:
        if part.only(*_QUIET, "all", "back", "again"):
            muted = [name for name in scene.names if name in now.muted]
            return [ToolCall("set_mute", {"stem": one, "muted": False}) for one in muted]
    if part.has("back") and part.stems and part.only(*_QUIET, STEM, "back", "again"):
        stems = part.stems
        if now.muted >= set(stems):
            return [ToolCall("set_mute", {"stem": one, "muted": False}) for one in stems]
        changed = all(before.gains_db.get(one) or now.gains_db.get(one) for one in stems)
        return _taken_back(stems, before) if changed else []
    return []


def _to_zero(part: Part) -> bool:
    """ "keys back to zero": where the fader was at first."""
    zero = part.numbers == [0.0] and part.has("to", "go back")
    return zero and part.only(*_QUIET, *_WHOSE, NUMBER, "back", "go back")


def _as_opened(part: Part, scene: Scene) -> list[ToolCall]:
    if not part.only(*_QUIET, *_WHOSE, NUMBER, "opened", "start", *_BACK_TO):
        return []
    if part.numbers not in ([], [0.0]):
        return []
    stems = subject(part, scene)
    whole = (part.has("all") and not part.stems) or set(stems) == set(scene.names)
    if whole and not scene.kept:
        return [ToolCall("restore_version", {"version": 0})]
    return [ToolCall("restore_version", {"version": 0, "stem": stem}) for stem in stems]


def _taken_back(stems: tuple[str, ...], before: Before) -> list[ToolCall]:
    """What was done to stems last, undone: as a whole where it was all that was done last."""
    last = {name for call in before.deeds for name in stems_set(call)}
    if last and last == set(stems) and len(before.deeds) == 1:
        return [ToolCall("undo", {})]
    return [ToolCall("undo", {"stem": stem}) for stem in stems]
