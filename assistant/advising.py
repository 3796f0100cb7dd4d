"""Advice without a conversation: what the listener would move, why, and in which words.

One rule: the verdict comes from the judgement, the words from the tool result, never the other way.
"""

from dataclasses import dataclass
from typing import Any

import prompts
from assistant.context import ToolContext, ToolError, ToolResult
from assistant.disagreement import Advised, Weighed
from assistant.hearing import rated
from assistant.rewriting import rewrite
from assistant.rewriting_advice import disputed_situations
from assistant.sensitivity import operating_points
from assistant.tools import run_tool
from assistant.tools_levels import level_rows
from assistant.weighing import QUESTION, meters, proposal, weigh
from mixer.moves import Move


@dataclass(frozen=True, eq=False)
class Advice:
    """What to move against the anchor; no moves means "leave it"."""

    anchor: str
    weighed: Weighed
    reply: str
    reasons: tuple[str, ...]  # one line per move
    doubts: tuple[str, ...]  # one text per move that the meters speak against
    levels: list[dict[str, Any]]
    sensitivity: str
    genre: str | None = None
    unrated: str | None = None  # the listener's name, where nobody has measured its rates

    @property
    def moves(self) -> tuple[Move, ...]:
        return tuple(Move(move.stem, move.gain_db) for move in self.weighed.moves)

    @property
    def verdict(self) -> str:
        return "change" if self.moves else "leave_it"

    @property
    def setting(self) -> str:
        """How picky this advice is, with the measured rates, in one line."""
        if self.unrated is not None:
            return prompts.served("unrated", setting=self.sensitivity, model=self.unrated)
        return operating_points().line(self.sensitivity)

    def _sensitivity(self) -> dict[str, Any]:
        """The same as data; without rates where there are none."""
        told = operating_points().told(self.sensitivity)
        kept = ("name", "threshold")
        return told if self.unrated is None else {name: told[name] for name in kept}

    def as_data(self) -> dict[str, Any]:
        """What `gainsay advise --json` prints."""
        judgement = self.weighed.judgement
        faults = zip(judgement.names, judgement.p_fault(), strict=True)
        return {
            "anchor": self.anchor,
            "genre": self.genre,
            "sensitivity": self._sensitivity(),
            "verdict": self.verdict,
            "moves": [move.as_data() for move in self.weighed.moves],
            "remarks": [remark.as_data() for remark in self.weighed.remarks],
            "levels": self.levels,
            "p_fault": {name: round(float(fault), 3) for name, fault in faults},
            "reply": self.reply,
        }


def advise(context: ToolContext, about: str | None = None) -> Advice:
    """Listen once, and record what should move as the open proposal.

    about: what the user finds, as in "the vocal feels buried"; it counts as evidence.
    """
    if context.listener is None:
        raise ToolError("there is no listener here: open the song with one to get advice")
    hearing, words = context.hearing(), about or QUESTION
    context.progress(0, 1, "weighing")
    judgement = context.listener.judge(hearing, [{"role": "user", "content": words}])
    weighed = weigh(context, hearing, judgement, words)
    context.progress(1, 1, "weighing")
    context.weighed = weighed
    call = proposal(weighed)
    result = _must(run_tool(context, call))
    return Advice(
        hearing.anchor,
        weighed,
        rewrite(call, result, seed=0),
        tuple(_reason(context, move) for move in weighed.moves),
        tuple(prompts.reply(name, 0, **told) for name, told in disputed_situations(result.data)),
        level_rows(context),
        context.session.sensitivity,
        context.session.genre,
        None if rated(context.listener) else context.listener.name,
    )


def _must(result: ToolResult) -> ToolResult:
    if not result.ok:
        raise ToolError(result.text)
    return result


def _reason(context: ToolContext, move: Advised) -> str:
    """Why one stem should move: how sure, where it is, where such a stem usually is."""
    word = "quiet" if move.gain_db > 0 else "loud"
    meter, genre = meters(context)[move.stem], context.session.genre
    sure = move.as_data()["confidence"]
    why = "on your word" if sure is None else f"{round(100 * sure)} % sure"
    return (
        f"{move.told}: {why} that it is too {word}; it measures "
        f"{meter.relative_lu:+.1f} LU against {context.session.anchor}, usual "
        f"{f'in {genre} ' if genre else ''}is {meter.low_lu:+.1f} to {meter.high_lu:+.1f} LU"
    )
