"""What a short order goes on from: what was done last, for which stems.

One rule: it is read from the journal, so that a resumed session goes on as well.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.acting import stems_of, stems_set
from assistant.hearing import ToolCall
from assistant.orders.by_level import asks_which
from assistant.orders.left_over import (
    CHANGES,
    Turn,
    advised_of,
    gains_of,
    left_over,
    still_advised,
)
from assistant.orders.mentions import mentions
from assistant.slips import mended
from mixer.moves import Move

_TURNS = 4  # looked back for something to go on from
_TURNS_OF_ADVICE = 12  # the same for what is left of a proposal
DEEDS = CHANGES
_FOCUSES = DEEDS | {"set_anchor"}
_ANCHOR = re.compile(
    r"\banchor\b|\b(?:measur|judg|compar|weigh)\w* (?:\w+ ){0,4}(?:against|by|from|with|to)\b"
)
_UNDER_IT = re.compile(
    r"\b(?:under|below|beneath|behind|over|above|than|with|as|to) (it|them|her|him)\b"
)


@dataclass(frozen=True)
class Before:
    """What the turns before did.

    deeds: the last changes to the mix, if none of them was undone. asked: the last call of another
    kind (a measurement, a proposal, a render), if it came after them.
    focus: the stems that "it" and "them" mean. proposed: the moves that wait for an answer.
    spoken: the stems of each turn, the latest first, in the order of its words.
    against: what a pronoun was set against in the last change: "2 under her", and she is Milena.
    left_over: what is left of the last proposal where a part of it was applied.
    still_advised: the same, and of earlier ones, where other things were done since.
    """

    deeds: tuple[ToolCall, ...] = ()
    asked: ToolCall | None = None
    focus: tuple[str, ...] = ()
    proposed: tuple[Move, ...] = ()
    gains_db: Mapping[str, float] = field(default_factory=dict)  # each stem's last move
    touched: tuple[str, ...] = ()  # the stems that were changed, the latest first
    panned: tuple[str, ...] = ()  # those of them that were panned
    spoken: tuple[tuple[str, ...], ...] = ()
    against: Mapping[str, str] = field(default_factory=dict)
    left_over: tuple[Move, ...] = ()
    still_advised: tuple[Move, ...] = ()
    advised: Mapping[str, float] = field(default_factory=dict)  # the gains of the last proposal
    undone: tuple[ToolCall, ...] = ()  # the last changes, where the last thing was to undo them
    of_anchor: bool = False  # whether the last turn only asked after the anchor
    just_done: bool = True  # whether nothing else was talked of since the last change

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
    undone: tuple[ToolCall, ...] = ()
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
            undone = _undone(turns, calls)
            focus = focus or tuple(name for call in undone for name in stems_set(call))
            break
        if done:
            deeds = tuple(done)
            break
        if asked is None:
            asked = calls[-1] if calls else None
    moved = _moves_that_stand([call for _, calls in turns for call in calls])
    late = turns[-_TURNS:]
    done = [call for _, calls in late for call in calls if call.name in DEEDS]
    return Before(
        deeds, asked, focus, proposed, moved,
        touched=_latest_first(done),
        panned=_latest_first([call for call in done if call.name == "set_pan"]),
        spoken=_spoken(late, names, roles),
        against=_set_against(late, anchors),
        left_over=() if proposed else left_over(turns[-_TURNS_OF_ADVICE:]),
        still_advised=() if proposed else still_advised(turns[-_TURNS_OF_ADVICE:]),
        advised=advised_of(turns[-_TURNS_OF_ADVICE:]),
        undone=undone,
        of_anchor=_is_of_the_anchor(turns),
        just_done=bool(turns and turns[-1][1]),
    )  # fmt: skip


def _is_of_the_anchor(turns: Sequence[Turn]) -> bool:
    """Whether the last turn asked after the anchor, and nothing was done."""
    return bool(turns) and not turns[-1][1] and bool(_ANCHOR.search(turns[-1][0].casefold()))


def _moves_that_stand(calls: Sequence[ToolCall]) -> dict[str, float]:
    """Each stem's last move in dB, of those that were not undone."""
    stand: list[dict[str, float]] = []  # of each change, the latest last
    taken_back: list[dict[str, float]] = []
    for call in calls:
        if call.name in DEEDS or call.name == "restore_version":
            stand.append(gains_of(call))
            taken_back = []
        elif call.name == "undo" and (stem := call.arguments.get("stem")):
            last = next((one for one in reversed(stand) if stem in one), {})
            last.pop(stem, None)
        elif call.name == "undo" and stand:
            taken_back.append(stand.pop())
        elif call.name == "redo" and taken_back:
            stand.append(taken_back.pop())
    return {stem: gain_db for change in stand for stem, gain_db in change.items()}


def _latest_first(calls: Sequence[ToolCall]) -> tuple[str, ...]:
    """The stems that calls set, the last one first."""
    return tuple(
        dict.fromkeys(stem for call in reversed(calls) for stem in reversed(stems_set(call)))
    )


def _spoken(
    turns: Sequence[Turn], names: tuple[str, ...], roles: tuple[str | None, ...]
) -> tuple[tuple[str, ...], ...]:
    """The stems that each turn was about, the latest turn first: in the order of its words."""
    told = []
    for said, calls in reversed(turns):
        set_now = [stem for call in calls for stem in stems_of(call)]
        heard = [stem for call in calls for stem in call.arguments.get("stems") or ()]
        found = mentions(mended(said, names), names, roles)
        named = [stem for one in found for stem in one.stems]
        meant = {*set_now, *heard} or set(named)
        if any(call.name == "set_level" for call in calls):
            meant |= set(named)  # the one that it is set against, too
        in_order = dict.fromkeys([s for s in named if s in meant] + [*set_now, *heard])
        told += [tuple(in_order)] if in_order else []
    return tuple(told)


def _set_against(turns: Sequence[Turn], anchors: Sequence[str]) -> dict[str, str]:
    """The pronoun behind "under" in the last change, and the stem that it was."""
    changes = [(said, call) for said, calls in turns for call in calls if call.name in DEEDS]
    if not changes or changes[-1][1].name != "set_level":
        return {}
    said, call = changes[-1]
    stem = call.arguments.get("against") or next(iter(anchors[-1:]), None)
    pronoun = _UNDER_IT.search(said.casefold())
    return {pronoun[1]: stem} if pronoun and stem else {}


def _undone(turns: Sequence[Turn], last: Sequence[ToolCall]) -> tuple[ToolCall, ...]:
    """The changes that the last call took back, where that is a plain undo of the turn before."""
    if [call.name for call in last] != ["undo"] or len(turns) < 2:
        return ()
    before_it = [calls for _, calls in turns if calls and calls is not last]
    return tuple(call for call in before_it[-1] if call.name in DEEDS) if before_it else ()


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
