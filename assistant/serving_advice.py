"""Advice of a served model without a conversation: what it would move, and what the meters say.

One rule: it has no range and no confidence, so none is told; its prose is told only where it holds.
"""

from dataclasses import dataclass
from typing import Any

from assistant.context import ToolContext, ToolError
from assistant.facts import meters_read
from assistant.grounding import check, gather
from assistant.hearing import Hearing, ToolCall
from assistant.opening import listener_lines
from assistant.rewriting import rewrite
from assistant.serving import ServedListener
from assistant.tools import run_tool
from assistant.tools_levels import level_rows
from assistant.weighing import QUESTION, meters
from mixer.moves import Move


@dataclass(frozen=True, eq=False)
class ReadAdvice:
    """What a served model would move against the anchor; no moves means "leave it"."""

    anchor: str
    moves: tuple[Move, ...]
    reply: str
    reasons: tuple[str, ...]  # why it says so, if that holds, and one line per move
    levels: list[dict[str, Any]]
    setting: str
    listener: dict[str, Any]
    sensitivity: str
    genre: str | None

    def as_data(self) -> dict[str, Any]:
        """What `gainsay advise --json` prints; what only a judgement has is null."""
        unknown = {"low_db": None, "high_db": None, "confidence": None}
        return {
            "anchor": self.anchor,
            "genre": self.genre,
            "sensitivity": {"name": self.sensitivity},
            "verdict": "change" if self.moves else "leave_it",
            "moves": [{"stem": m.stem, "gain_db": m.gain_db, **unknown} for m in self.moves],
            "remarks": [],
            "levels": self.levels,
            "p_fault": None,
            "reply": self.reply,
            "listener": self.listener,
        }


def advise_read(context: ToolContext, about: str | None = None) -> ReadAdvice:
    """Ask once, and record what should move as the open proposal.

    about: what the user finds, as in "the vocal feels buried".
    """
    listener = context.listener
    assert isinstance(listener, ServedListener), "a listener that judges has assistant/advising.py"
    hearing = context.hearing()
    context.progress(0, 1, f"asking {listener.name}")
    call = listener.propose(hearing, about or QUESTION)
    context.progress(1, 1, f"asking {listener.name}")
    context.weighed = None
    result = run_tool(context, call)
    if not result.ok:
        raise ToolError(f"{listener.name} gave no usable advice ({result.text}): ask again")
    moves = tuple(Move(move["stem"], move["gain_db"]) for move in result.data["moves"])
    why = _why(call, hearing, about or "")
    return ReadAdvice(
        hearing.anchor,
        moves,
        rewrite(call, result, seed=0),
        (*([why] if why else []), *(_reason(context, listener.name, move) for move in moves)),
        level_rows(context),
        "\n".join(listener_lines(listener, context.session.sensitivity)),
        {"name": listener.name, "hears": listener.hears, "text": listener.header},
        context.session.sensitivity,
        context.session.genre,
    )


def _why(call: ToolCall, hearing: Hearing, about: str) -> str | None:
    """The reason in the model's own words, where meters and moves bear it out."""
    reason = " ".join(str(call.arguments.get("reason", "")).split())
    results = [meters_read(hearing.facts()), ("propose_moves", "", call.arguments)]
    evidence = gather(hearing.names, results, about, roles=hearing.roles)
    return reason if reason and not check(reason, evidence) else None


def _reason(context: ToolContext, model: str, move: Move) -> str:
    """What the meters say of one move."""
    meter = meters(context)[move.stem]
    if meter.relative_lu is None:
        return f"{move}: {model} advises it; {move.stem} has no level (silent or muted)"
    further = meter.side == (1 if move.gain_db > 0 else -1)
    return (
        f"{move}: {model} advises it; it measures {meter.relative_lu:+.1f} LU against "
        f"{context.session.anchor}, usual is {meter.low_lu:+.1f} to {meter.high_lu:+.1f} LU"
        f"{', and this leads further out of it' if further else ''}"
    )
