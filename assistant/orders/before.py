"""What a short order goes on from: what was done last, for which stems.

One rule: it is read from the journal, so that a resumed session goes on as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.acting import stems_set
from assistant.hearing import ToolCall
from assistant.orders.by_level import asks_which
from assistant.orders.mentions import mentions
from assistant.slips import mended
from mixer.moves import Move

_TURNS = 4  # looked back for something to go on from
DEEDS = frozenset({"apply_moves", "set_level", "set_pan", "set_mute", "shape_sound"})
_FOCUSES = DEEDS | {"set_anchor"}


@dataclass(frozen=True)
class Before:
    """What the turns before did.

    deeds: the last changes to the mix, if none of them was undone. asked: the last call of another
    kind (a measurement, a proposal, a render), if it came after them.
    focus: the stems that "it" and "them" mean. proposed: the moves that wait for an answer.
    """

    deeds: tuple[ToolCall, ...] = ()
    asked: ToolCall | None = None
    focus: tuple[str, ...] = ()
    proposed: tuple[Move, ...] = ()
    gains_db: Mapping[str, float] = field(default_factory=dict)  # each stem's last move
    touched: tuple[str, ...] = ()  # the stems that were changed, the latest first

    @property
    def is_open(self) -> bool:
        """Whether a proposal waits for an answer."""
        return bool(self.proposed)


def before(
    events: Sequence[Mapping[str, Any]],
    names: tuple[str, ...],
    roles: tuple[str | None, ...],
    proposed: tuple[Move, ...] = (),
) -> Before:
    """What the finished turns of a journal leave to go on from.

    proposed: the moves of the open proposal.
    """
    turns = _turns(events)
    deeds: tuple[ToolCall, ...] = ()
    asked: ToolCall | None = None
    focus: tuple[str, ...] = ()
    anchors = [event["stem"] for event in events if event["event"] == "anchor"]
    for said, calls in reversed(turns[-_TURNS:]):
        if not focus:
            focus = _focus(said, calls, names, roles)
            if not any(call.name == "set_anchor" for call in calls):
                others = tuple(name for name in focus if name not in anchors[-1:])
                focus = others or focus  # "the vocal against the drums" is about the vocal
        done = [call for call in calls if call.name in DEEDS]
        if any(call.name in ("undo", "redo", "restore_version") for call in calls) and not done:
            break
        if done:
            deeds = tuple(done)
            break
        if asked is None:
            asked = calls[-1] if calls else None
    moved = {
        move["stem"]: move["gain_db"]
        for _, calls in turns
        for call in calls
        if call.name == "apply_moves"
        for move in call.arguments.get("moves") or ()
    }
    done = [
        s for _, calls in turns[-_TURNS:] for c in calls if c.name in DEEDS for s in stems_set(c)
    ]
    return Before(deeds, asked, focus, proposed, moved, tuple(dict.fromkeys(reversed(done))))


Turn = tuple[str, list[ToolCall]]


def _turns(events: Sequence[Mapping[str, Any]]) -> list[Turn]:
    """What was said and the calls that worked, turn by turn; parts of one are turns, too."""
    turns: list[Turn] = []
    arguments: Mapping[str, Any] = {}  # of the last call
    for event in events:
        if event["event"] == "part" and turns and not turns[-1][1]:
            turns.pop()
        if event["event"] in ("user", "part"):
            turns.append((event["text"], []))
        elif event["event"] == "tool_call":
            arguments = event["arguments"]
        elif event["event"] == "tool_result" and turns and event["ok"]:
            turns[-1][1].append(_as_done(event, arguments, turns[-1][0]))
    return turns


def _as_done(result: Mapping[str, Any], arguments: Mapping[str, Any], said: str) -> ToolCall:
    """A call as it was carried out: an open proposal that was applied as its moves.

    Where it was asked which stem is the loudest, the levels that were read are those of that one.
    """
    told = dict(arguments)
    if result["name"] == "measure_levels" and (which := asks_which(said)) is not None:
        rows = [row for row in result["data"]["levels"] if row["lufs"] is not None]
        rows.sort(key=lambda row: row["lufs"], reverse=which == "loudest")
        told["stems"] = [row["stem"] for row in rows[:1]]
    if result["name"] == "apply_moves":
        told["moves"] = result["data"].get("moves", [])
    return ToolCall(result["name"], told)


def _focus(
    said: str, calls: Sequence[ToolCall], names: tuple[str, ...], roles: tuple[str | None, ...]
) -> tuple[str, ...]:
    """The stems of a turn: those that were changed or measured, else named, else proposed."""
    changed = [stem for call in calls if call.name in _FOCUSES for stem in stems_set(call)]
    text = mended(said, names)
    named = [stem for one in mentions(text, names, roles) for stem in one.stems]
    heard = [stem for call in calls for stem in call.arguments.get("stems") or ()]
    advised = [stem for call in calls if call.name == "propose_moves" for stem in stems_set(call)]
    meant = set(changed or heard or named or advised)
    return tuple(name for name in names if name in meant)
