"""Tools for listening practice: start_drill hides something, answer_drill grades the answer.

One rule: what is hidden stands in the journal, and in no result until it is answered or left.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

import prompts
from assistant.context import ToolContext, ToolError, ToolResult, rounded
from assistant.drills import Answer, Drill, Grade, grade, missing
from assistant.drills_draw import draw, guess_rate, possible, size_for
from assistant.drills_progress import (
    LEARNER_NAME,
    Answered,
    adapted_size_db,
    add_answer,
    answered,
    hearing_of,
    read_progress,
)
from assistant.drills_words import example, graded_data, hidden_data, question_data
from assistant.tools_levels import Arguments

Kind = Literal["hidden_change", "set_back", "partner", "clipping", "loudness", "bias"]
# Hidden changes come most often: they are what the staircase needs.
ROUND: tuple[Kind, ...] = (
    "hidden_change", "hidden_change", "set_back", "hidden_change", "partner", "hidden_change",
    "clipping", "hidden_change", "loudness", "hidden_change", "bias",
)  # fmt: skip


class StartDrill(Arguments):
    difficulty: Literal["easy", "medium", "hard"] | None = None
    kind: Kind | None = None


class AnswerDrill(Arguments):
    stem: str | None = Field(None, min_length=1)
    direction: Literal["up", "down"] | None = None
    gain_db: float | None = Field(None, ge=-24.0, le=24.0)
    choice: Literal["A", "B", "C", "D", "same"] | None = None
    no_idea: bool = False
    stop: bool = False


def learner_path(context: ToolContext) -> Path:
    """Where the learner's answers are kept."""
    return context.learner or context.folder / LEARNER_NAME


def start_drill(context: ToolContext, arguments: StartDrill) -> ToolResult:
    """Hide something in the song for the user to find; an open drill is left for it."""
    return begin(context, arguments.kind, arguments.difficulty, seed=len(context.session.events))


def begin(context: ToolContext, kind: str | None, difficulty: str | None, seed: int) -> ToolResult:
    """Draw a drill with a seed and open it.

    Args:
        kind: None takes the kinds in turn, without those that the song does not allow.
        difficulty: None goes by what the learner has answered so far.
    """
    session, rows = context.session, read_progress(learner_path(context))
    number = session.drills_begun + 1
    drill = _drawn(context, [kind] if kind else _in_turn(number), number, difficulty, seed, rows)
    left = None if session.drill is None else hidden_data(session.drill)
    if left is not None:
        session.end_drill("left")
    session.begin_drill(drill)
    return asked(context, drill, left)


def _in_turn(number: int) -> list[str]:
    """The kinds from the one whose turn it is, each once."""
    first = (number - 1) % len(ROUND)
    return list(dict.fromkeys([*ROUND[first:], *ROUND]))


def _drawn(
    context: ToolContext,
    kinds: list[str],
    number: int,
    difficulty: str | None,
    seed: int,
    rows: list[Answered],
) -> Drill:
    """A drill of the first of some kinds that the song allows."""
    refused: ToolError | None = None
    for kind in kinds:
        if len(kinds) > 1 and not possible(context, kind):
            continue
        size_db = None
        if difficulty is None:
            size_db = adapted_size_db(rows, kind, guess_rate(context, kind))
        if size_db is None:
            size_db = size_for(kind, difficulty or "medium", seed, number)
        try:
            return draw(context, number, kind, size_db, seed)
        except ToolError as error:
            refused = error
    raise refused or ToolError("every stem is silent or muted: unmute one to listen to")


def asked(context: ToolContext, drill: Drill, left: dict[str, Any] | None = None) -> ToolResult:
    """The result that puts a drill's question; left: what a drill hid that was left for it."""
    paths = [context.folder / path for path in drill.files.values()]
    listed = ", ".join(str(path) for path in drill.files.values())
    data = {
        "drill_number": drill.number,
        "question": question_data(drill),
        "left": left,
        "files": [{"file": str(path)} for path in paths],
    }
    text = f"drill {drill.number} is open ({drill.kind.replace('_', ' ')}): listen to {listed}"
    return ToolResult(True, text, data)


def answer_drill(context: ToolContext, arguments: AnswerDrill) -> ToolResult:
    """Grade an answer to the open drill, or leave it unanswered."""
    session, drill = context.session, context.session.drill
    if drill is None:
        raise ToolError("no drill is open: ask for one first (start_drill)")
    if arguments.stop:
        session.end_drill("stopped")
        return _stopped(context, drill)
    if not arguments.model_dump(exclude_defaults=True):
        text = f"drill {drill.number} is still open: that was no answer to it"
        return ToolResult(True, text, {"drill_number": drill.number, "unread": _shown(context)})
    answer = _answer(context, arguments, drill.said).over(drill.said)
    if wanted := missing(drill, answer):
        session.hold_answer(answer)
        said = [prompts.drills("wanted")[name] for name in wanted]
        text = f"drill {drill.number} is still open: {', '.join(said)}?"
        return ToolResult(True, text, {"drill_number": drill.number, "wanted": said})
    found = grade(drill, answer)
    session.end_drill("answered", right=found.right, off_db=found.off_db, said=asdict(answer))
    add_answer(learner_path(context), answered(context.song.name, drill, answer, found))
    return _graded(drill, answer, found)


def _shown(context: ToolContext) -> dict[str, Any]:
    """An answer that the open drill could have, which says nothing of the right one."""
    assert context.session.drill is not None
    return example(context.session.drill, context.names)[1]


def _answer(context: ToolContext, arguments: AnswerDrill, earlier: Answer) -> Answer:
    """The answer, with the stem's own spelling; a minus says the way where no word ever did.

    A gain without one may be a size alone, "about 3", and says no way.
    """
    stem = None if arguments.stem is None else context.stem(arguments.stem)
    direction, gain_db = arguments.direction, arguments.gain_db
    if direction is None and earlier.direction is None and gain_db is not None and gain_db < 0:
        direction = "down"
    return Answer(stem, direction, gain_db, arguments.choice, arguments.no_idea)


def _graded(drill: Drill, answer: Answer, found: Grade) -> ToolResult:
    data = graded_data(drill, answer, found)
    verdict = "right" if found.right else "no answer" if answer.no_idea else "not right"
    off = "" if found.off_db is None else f", size off by {abs(found.off_db):.1f} dB"
    data["off_db"] = rounded(data["off_db"])
    return ToolResult(True, f"drill {drill.number}: {verdict}{off}; {_told(drill)}", data)


def _told(drill: Drill) -> str:
    """What a drill hid, as text for the model."""
    if drill.kind in ("hidden_change", "set_back"):
        return f"{drill.stem} had been moved {drill.gain_db:+.1f} dB"
    if drill.kind == "partner":
        levels = (f"{name} {level:+.1f} LU" for name, level in drill.levels_lu.items())
        return f"against {drill.anchor}: {', '.join(levels)}"
    if drill.kind == "clipping":
        return f"{drill.choice} is clipped, {drill.stem} cut {drill.size_db:.1f} dB below its peak"
    return f"B is {drill.gain_db:+.1f} dB against A, else they are the same"


def so_far(context: ToolContext) -> dict[str, Any]:
    """How many drills the learner answered, how many rightly, and the smallest change heard."""
    rows = read_progress(learner_path(context))
    hearing = hearing_of(rows)
    return {
        "answered": len(rows),
        "right": sum(row.right for row in rows),
        "threshold_db": None if hearing is None else rounded(hearing.threshold_db),
    }


def _stopped(context: ToolContext, drill: Drill) -> ToolResult:
    stopped = so_far(context)
    data = {"drill_number": drill.number, "stopped": stopped, "left": hidden_data(drill)}
    return ToolResult(True, f"drill {drill.number} was left; {_told(drill)}", data)
