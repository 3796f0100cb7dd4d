"""What a learner has answered so far: a file of JSON lines that is theirs, and what it tells.

One rule: one line an answer, only ever added to, and nothing of it leaves the machine.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.drills import KINDS, SAID_IN_DB, SIZED, Answer, Drill, Grade
from assistant.staircase import (
    LEAST_ANSWERS,
    MOST_GUESSED,
    SIZES_DB,
    Estimate,
    Trial,
    estimate,
    next_size_db,
)

LEARNER_NAME = "learner.jsonl"
TITLES = {
    "hidden_change": "Hidden change",
    "set_back": "Set it back",
    "partner": "The anchor's partner",
    "clipping": "Clipping",
    "loudness": "Loudness",
    "bias": "Which is better?",
}
_SHOWN = 16  # the last sizes that a summary lists
EASY_ANSWERS, EASY_DB = 3, 3.0  # so many first answers of a kind come to nothing smaller


class ProgressError(ValueError):
    """A learner's file that cannot be used: the message says got, needed and cure."""


@dataclass(frozen=True)
class Answered:
    """One line of the file. guess: the chance of having got it right without listening.

    no_idea: said instead of a guess.
    """

    kind: str
    size_db: float
    right: bool
    guess: float
    off_db: float | None = None
    choice: str | None = None
    louder: str | None = None  # of two that were the same but for loudness
    stem: str | None = None
    no_idea: bool = False
    song: str = ""
    seed: int = 0
    time: str = ""


def answered(song: str, drill: Drill, answer: Answer, grade: Grade) -> Answered:
    """The line of one graded answer."""
    return Answered(
        drill.kind,
        drill.size_db,
        grade.right,
        drill.guess,
        off_db=grade.off_db,
        choice=answer.choice,
        louder=louder_of(drill) if drill.kind == "bias" else None,
        stem=drill.stem,
        no_idea=answer.no_idea,
        song=song,
        seed=drill.seed,
        time=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def louder_of(drill: Drill) -> str:
    """The letter of the louder of two files."""
    return "B" if drill.gain_db > 0 else "A"


def read_progress(path: Path) -> list[Answered]:
    """Every answer of a learner's file, oldest first; lines that cannot be read are passed by."""
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ProgressError(
            f"the learner's file {path} cannot be read ({error.strerror}): choose another with "
            "--learner FILE"
        ) from error
    return [row for line in lines if (row := _row(line)) is not None]


def _row(line: bytes) -> Answered | None:
    """One answer, or None for a line that is none."""
    try:
        told = json.loads(line)
        known = {one.name for one in fields(Answered)}
        row = Answered(**{name: value for name, value in told.items() if name in known})
        whole = row.kind in KINDS and 0.0 < row.size_db <= 60.0 and 0.0 <= row.guess < 1.0
        return row if whole else None
    except (ValueError, TypeError, AttributeError):
        return None


def add_answer(path: Path, row: Answered) -> None:
    """Add one line to a learner's file, through to the disk."""
    line = json.dumps({name: value for name, value in asdict(row).items() if value is not None})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+") as file:
            if file.tell() and not _ends_whole(path):
                file.write(b"\n")  # a line that a kill has torn stays one line of its own
            file.write(line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise ProgressError(
            f"the learner's file {path} cannot be written ({error.strerror}): choose another with "
            "--learner FILE"
        ) from error


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def trials_of(rows: Sequence[Answered], kind: str) -> list[Trial]:
    """The answers of one kind as the staircase takes them."""
    return [
        Trial(row.size_db, row.right, row.guess, row.no_idea) for row in rows if row.kind == kind
    ]


def adapted_size_db(rows: Sequence[Answered], kind: str, guess: float) -> float | None:
    """The size that suits a learner now; None for kinds without a staircase.

    The first ones are never small: who begins should hear what is meant.
    """
    if kind not in SIZED:
        return None
    trials = trials_of(rows, kind)
    least_db = EASY_DB if len(trials) < EASY_ANSWERS else 0.0
    return max(least_db, min(SIZES_DB[-1], next_size_db(trials, guess)))


def hearing_of(rows: Sequence[Answered], kind: str = "hidden_change") -> Estimate | None:
    """The smallest size a learner hears reliably; None while too little was answered.

    Answers that are easily guessed do not count: they would not tell it.
    """
    trials = [trial for trial in trials_of(rows, kind) if trial.guess <= MOST_GUESSED]
    return estimate(trials) if len(trials) >= LEAST_ANSWERS else None


def summary(rows: Sequence[Answered]) -> list[str]:
    """A learner's progress in plain sentences, one a line."""
    if not rows:
        return ["Nothing answered yet."]
    right = sum(row.right for row in rows)
    lines = [f"{_answers(len(rows))} so far, {right} right."]
    for kind in KINDS:
        own = [row for row in rows if row.kind == kind]
        if own:
            lines.append(f"{TITLES[kind]}: {_told(kind, own)}")
    return lines


def _told(kind: str, rows: Sequence[Answered]) -> str:
    right = f"{sum(row.right for row in rows)} of {len(rows)} right"
    if kind in SAID_IN_DB:
        off = [abs(row.off_db) for row in rows if row.off_db is not None]
        return f"{right}" + (f", off by {sum(off) / len(off):.1f} dB on average." if off else ".")
    if kind == "bias":
        fooled = sum(row.choice is not None and row.choice == row.louder for row in rows)
        return f"{right}; the louder of two equal ones was preferred {_times(fooled)}."
    if kind == "partner":
        return f"{right}; how many dB nearer than the next, oldest first: {_sizes(rows)}."
    found = hearing_of(rows, kind)
    if found is None:
        return f"{right}; after {LEAST_ANSWERS} answers I can say how small a step you hear."
    what = "reliable from about" if kind == "hidden_change" else "heard reliably from about"
    return (
        f"{right}, {what} {found.threshold_db:.1f} dB (likely {found.low_db:.1f} to "
        f"{found.high_db:.1f} dB); sizes, oldest first: {_sizes(rows)}."
    )


def _sizes(rows: Sequence[Answered]) -> str:
    """The last sizes and what became of them: 6.0 right, 3.0 missed."""
    last = rows[-_SHOWN:]
    return ", ".join(f"{row.size_db:.1f} {'right' if row.right else 'missed'}" for row in last)


def _answers(count: int) -> str:
    return f"{count} answer{'' if count == 1 else 's'}"


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def estimates(rows: Sequence[Answered], kind: str = "hidden_change") -> list[Any]:
    """The estimate after each answer of a kind; None while there were too few."""
    own = [row for row in rows if row.kind == kind]
    return [hearing_of(own[: count + 1], kind) for count in range(len(own))]
