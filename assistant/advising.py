"""Advice without a conversation: what the listener would move, why, and in which words.

One rule: the verdict comes from the judgement, the words from the tool result, never the other way.
"""

from dataclasses import dataclass
from typing import Any

from assistant.context import ToolContext, ToolError, ToolResult
from assistant.hearing import THRESHOLD, Judgement, ToolCall
from assistant.rewriting import rewrite
from assistant.tools import run_tool
from assistant.tools_levels import level_rows, usual_levels
from mixer.moves import Move

QUESTION = "What would you change?"


@dataclass(frozen=True, eq=False)
class Advice:
    """What to move against the anchor; no moves means "leave it"."""

    anchor: str
    moves: tuple[Move, ...]
    judgement: Judgement
    reply: str
    reasons: tuple[str, ...]  # one line per move
    levels: list[dict[str, Any]]

    @property
    def verdict(self) -> str:
        return "change" if self.moves else "leave_it"

    def as_data(self) -> dict[str, Any]:
        """What `gainsay advise --json` prints."""
        faults = zip(self.judgement.names, self.judgement.p_fault(), strict=True)
        return {
            "anchor": self.anchor,
            "verdict": self.verdict,
            "moves": [{"stem": move.stem, "gain_db": move.gain_db} for move in self.moves],
            "levels": self.levels,
            "p_fault": {name: round(float(fault), 3) for name, fault in faults},
            "reply": self.reply,
        }


def advise(context: ToolContext, threshold: float | None = None) -> Advice:
    """Listen once, and record what should move as the open proposal.

    threshold: the probability of a fault from which a move is advised; THRESHOLD if None.
    """
    if context.listener is None:
        raise ToolError("there is no listener here: open the song with one to get advice")
    hearing = context.hearing()
    context.progress(0, 1, "weighing")
    judgement = context.listener.judge(hearing, [{"role": "user", "content": QUESTION}])
    context.progress(1, 1, "weighing")
    context.judgement = judgement
    moves = judgement.moves(THRESHOLD if threshold is None else threshold)
    arguments = {"moves": [{"stem": move.stem, "gain_db": move.gain_db} for move in moves]}
    call = ToolCall("propose_moves", arguments)
    result = _must(run_tool(context, call))
    return Advice(
        hearing.anchor,
        tuple(moves),
        judgement,
        rewrite(call, result, seed=0),
        tuple(_reason(context, judgement, move) for move in moves),
        level_rows(context),
    )


def _must(result: ToolResult) -> ToolResult:
    if not result.ok:
        raise ToolError(result.text)
    return result


def _reason(context: ToolContext, judgement: Judgement, move: Move) -> str:
    """Why one stem should move: how sure, where it is, where such a stem usually is."""
    index = context.names.index(move.stem)
    percent = round(100 * float(judgement.p_fault()[index]))
    word = "quiet" if move.gain_db > 0 else "loud"
    relative_lu = context.relative_now()[index]
    low_lu, high_lu = usual_levels(context, move.stem)
    return (
        f"{move}: {percent} % sure that it is too {word}; it measures {relative_lu:+.1f} LU "
        f"against {context.session.anchor}, usual is {low_lu:+.1f} to {high_lu:+.1f} LU"
    )
