"""Tools that change what is heard: moves, levels, pan and mute.

One rule: every change is a new version; nothing is overwritten, so all of it can be undone.
"""

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from assistant.context import ToolContext, ToolError, ToolResult, rounded
from assistant.tools_levels import Arguments
from mixer.moves import MAX_GAIN_DB, Move


class MoveArgument(Arguments):
    stem: str = Field(min_length=1)
    gain_db: float = Field(ge=-MAX_GAIN_DB, le=MAX_GAIN_DB)


class ProposeMoves(Arguments):
    moves: list[MoveArgument] = Field(max_length=96)
    reason: str = Field("", max_length=400)


class ApplyMoves(Arguments):
    moves: list[MoveArgument] | None = Field(None, min_length=1, max_length=96)


class SetLevel(Arguments):
    stem: str = Field(min_length=1)
    relative_lu: float = Field(ge=-60.0, le=60.0)
    against: str | None = Field(None, min_length=1)


class SetPan(Arguments):
    stem: str = Field(min_length=1)
    pan: float = Field(ge=-1.0, le=1.0)


class SetMute(Arguments):
    stem: str = Field(min_length=1)
    muted: bool


def _as_data(moves: Sequence[Move]) -> list[dict[str, Any]]:
    return [{"stem": move.stem, "gain_db": move.gain_db} for move in moves]


def _asked(context: ToolContext, arguments: Sequence[MoveArgument]) -> list[Move]:
    return context.moves([(argument.stem, argument.gain_db) for argument in arguments])


def told(moves: Sequence[Move], before: Sequence[float | None], context: ToolContext) -> str:
    """Moves with the levels they lead from and to: vocals +3.0 dB (-4.1 LU to -1.1 LU)."""
    parts = []
    # The anchor's own move changes what the others are relative to, not its own relative level.
    anchor_db = sum(move.gain_db for move in moves if move.stem == context.session.anchor)
    for move in moves:
        was = before[context.names.index(move.stem)]
        span = ""
        if was is not None and move.stem != context.session.anchor:
            now = was + move.gain_db - anchor_db
            span = f" ({rounded(was):+.1f} LU to {rounded(now):+.1f} LU)"
        parts.append(f"{move.stem} {move.gain_db:+.1f} dB{span}")
    return ", ".join(parts)


def propose_moves(context: ToolContext, arguments: ProposeMoves) -> ToolResult:
    """Record advice without applying it; no moves means "leave it"."""
    moves = _asked(context, arguments.moves)
    anchor = context.names[context.anchor_index]
    if anchor in [move.stem for move in moves]:
        raise ToolError(
            f"a move of the anchor ({anchor}) was proposed: the others are judged against it, so "
            "propose moves of the others, or set another anchor"
        )
    context.session.state().moved(context.names, moves)  # refused now rather than when applied
    context.session.propose(moves, arguments.reason)
    weighed = context.weighed
    text = f"proposed: {told(moves, context.relative_now(), context)}" if moves else "leave it"
    return ToolResult(
        True,
        f"{text}, against {anchor}",
        {
            "anchor": anchor,
            "moves": _weighed_data(context, moves),
            "verdict": "change" if moves else "leave_it",
            "remarks": [remark.as_data() for remark in weighed.remarks] if weighed else [],
        },
    )


def _weighed_data(context: ToolContext, moves: Sequence[Move]) -> list[dict[str, Any]]:
    """Moves, with range and confidence where they come from a judgement."""
    told, weighed = _as_data(moves), context.weighed
    if weighed is None:
        return told
    for row in told:
        advised = weighed.move_of(row["stem"], row["gain_db"])
        row |= {} if advised is None else advised.as_data()
    return told


def apply_moves(context: ToolContext, arguments: ApplyMoves) -> ToolResult:
    """Apply these moves, or the open proposal, as a new version."""
    if arguments.moves is not None:
        moves = _asked(context, arguments.moves)
    elif context.session.proposal is None:
        raise ToolError(
            "no moves were given and none are proposed: ask for advice first, or name the moves"
        )
    else:
        moves = list(context.session.proposal.moves)
    if not moves:
        text = "nothing to apply: the advice was to leave it"
        return ToolResult(True, text, {"anchor": context.session.anchor, "moves": []})
    return _applied(context, moves)


def set_level(context: ToolContext, arguments: SetLevel) -> ToolResult:
    """Put a stem at a level against the anchor, or against another stem, as a new version."""
    stem, now = context.stem(arguments.stem), context.relative_now()
    anchor = context.names[context.anchor_index]
    other = anchor if arguments.against is None else context.stem(arguments.against)
    own, base = (now[context.names.index(name)] for name in (stem, other))
    if stem == other:
        raise ToolError(f"{stem} was to be set against itself: name another stem to set it against")
    if own is None or base is None:
        silent = stem if own is None else other
        raise ToolError(f"{silent} has no level (silent or muted): it cannot be set against one")
    gain_db = round(arguments.relative_lu - (own - base), 1)
    if not gain_db:
        text = f"nothing to apply: {stem} is at {arguments.relative_lu:+.1f} LU against {other}"
        there = {"stem": stem, "relative_lu": arguments.relative_lu, "against": other}
        return ToolResult(True, text, {"anchor": anchor, "moves": [], "already": there})
    return _applied(context, context.moves([(stem, gain_db)]))


def _applied(context: ToolContext, moves: Sequence[Move]) -> ToolResult:
    """Make a version of the state after these moves, and tell it."""
    before = context.relative_now()
    state = context.session.state().moved(context.names, moves)
    version = context.session.change(state, ", ".join(str(move) for move in moves))
    return ToolResult(
        True,
        f"applied as {version.label}: {told(moves, before, context)}",
        {
            "version": version.number,
            "anchor": context.session.anchor,
            "moves": _as_data(moves),
        },
    )


def set_pan(context: ToolContext, arguments: SetPan) -> ToolResult:
    """Set one stem's pan, -1 (left) to 1 (right)."""
    stem = context.stem(arguments.stem)
    state = context.session.state().panned(context.names, stem, arguments.pan)
    version = context.session.change(state, f"{stem} panned to {arguments.pan:+.2f}")
    text = f"{version.label}: {version.why} (-1 left, 1 right)"
    return ToolResult(True, text, {"version": version.number, "stem": stem, "pan": arguments.pan})


def set_mute(context: ToolContext, arguments: SetMute) -> ToolResult:
    """Mute one stem, or bring it back."""
    stem = context.stem(arguments.stem)
    state = context.session.state().with_mute(context.names, stem, arguments.muted)
    why = f"{stem} {'muted' if arguments.muted else 'unmuted'}"
    version = context.session.change(state, why)
    data = {"version": version.number, "stem": stem, "muted": arguments.muted}
    return ToolResult(True, f"{version.label}: {why}", data)
