"""Answers as they come in, blind, one CSV a listener; and the results once the key is opened.

One rule: the key is opened when every listener has finished, or when the test is ended for good;
from then on no answer is taken.
"""

import csv
import io
import json
import os
import threading
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.listen_test.kit import ANSWERS, read_key, read_plan
from assistant.listen_test.sources import TestError

CLOSED = "closed.json"
GRADES = 5  # of a statement
PREFERENCES = 3  # -3 ... 3 of a comparison
_MOST_TEXT = 60


@dataclass(frozen=True)
class Answer:
    """One judgement, blind. value: 0-100 (rate), -3 to 3 (compare, positive prefers the stimulus to
    the other), 1-5 (advice); heard_s: for how long the stimulus was played.
    """

    kit: str  # the beginning of the key's SHA-256
    listener: int
    place: int  # of the screen, from 1
    screen: str
    letter: str
    stimulus: str
    other: str
    item: str
    value: float
    heard_s: float
    screen_s: float
    time: str
    experience: str
    playback: str


@dataclass(frozen=True)
class Result:
    """One judgement with its names; role as in kit.Stimulus."""

    listener: str
    place: int
    song: str
    system: str
    other: str
    role: str
    item: str
    value: float
    letter: str
    heard_s: float
    screen_s: float
    time: str
    experience: str
    playback: str


class AnswerBook:
    """The answers of a test on disk; takes what fits the plan, once."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.plan = folder, read_plan(folder)
        self.kit = self.plan["key_sha256"][:12]
        self._lock = threading.Lock()

    @property
    def is_closed(self) -> bool:
        return (self.folder / CLOSED).is_file()

    @property
    def listeners(self) -> int:
        return len(self.plan["orders"])

    def path(self, listener: int) -> Path:
        return self.folder / ANSWERS / f"listener_{listener:03d}.csv"

    def answered(self, listener: int) -> list[str]:
        """The screens that a listener has answered, in order."""
        path = self.path(self._known(listener))
        return list(dict.fromkeys(a.screen for a in read_answers(path))) if path.is_file() else []

    def finished(self) -> list[int]:
        """The listeners that have answered all their screens."""
        every = range(1, self.listeners + 1)
        return [n for n in every if len(self.answered(n)) == len(self.plan["orders"][n - 1])]

    def take(self, sent: dict[str, Any]) -> list[Answer]:
        """Write down one screen's answers as the page sends them; refused where they do not fit."""
        with self._lock:
            if self.is_closed:
                raise TestError("this test has ended: no answer is taken any more")
            answers = self._read(sent)
            if answers[0].screen in self.answered(answers[0].listener):
                raise TestError("this screen was answered before: the first answer counts")
            path = self.path(answers[0].listener)
            path.parent.mkdir(exist_ok=True)
            begun = path.exists()
            with path.open("a", encoding="utf-8", newline="") as file:
                file.write(as_csv(answers, header=not begun))
                file.flush()
                os.fsync(file.fileno())
            return answers

    def close(self, why: str) -> None:
        """End the test: the key is opened, and no more answers are taken."""
        if not self.is_closed:
            note = {"time": _now(), "why": why, "finished": self.finished()}
            (self.folder / CLOSED).write_text(json.dumps(note), encoding="utf-8")

    def _known(self, listener: int) -> int:
        if not 1 <= listener <= self.listeners:
            raise TestError(f"listener {listener}: this test has listeners 1 to {self.listeners}")
        return listener

    def _read(self, sent: dict[str, Any]) -> list[Answer]:
        """What the page sent as answers, checked against the plan."""
        try:
            listener, screen = self._known(int(sent["listener"])), str(sent["screen"])
            shown = {s["screen"]: s["stimuli"] for s in self.plan["orders"][listener - 1]}
            place = list(shown).index(screen) + 1
            values, heard = dict(sent["values"]), dict(sent["heard_s"])
            wanted = _wanted(self.plan, shown[screen])
            if set(values) != set(wanted):
                raise TestError(f"{len(values)} marks were given: {len(wanted)} are needed")
            low, high = _range(self.plan["kind"])
            about = [str(sent.get(name, ""))[:_MOST_TEXT] for name in ("experience", "playback")]
            found = []
            for name, (at, other, item) in wanted.items():
                value = float(values[name])
                if not low <= value <= high or value != round(value):
                    raise TestError(
                        f"a mark of {value:g}: a whole one of {low} to {high} is needed"
                    )
                stimulus = shown[screen][at]
                seconds = [round(float(s), 2) for s in (heard.get(stimulus, 0), sent["screen_s"])]
                found.append(
                    Answer(
                        self.kit,
                        listener,
                        place,
                        screen,
                        "ABCDEFGHI"[at],
                        stimulus,
                        other,
                        item,
                        value,
                        seconds[0],
                        seconds[1],
                        _now(),
                        about[0],
                        about[1],
                    )  # fmt: skip
                )
            return found
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            if isinstance(error, TestError):
                raise
            raise TestError(f"an answer that does not fit the test ({error!r})") from error


def _wanted(plan: dict[str, Any], stimuli: Sequence[str]) -> dict[str, tuple[int, str, str]]:
    """The names of the values of a screen: place of the stimulus, what it is compared to, item."""
    if plan["kind"] == "rate":
        return {stimulus: (at, "", "quality") for at, stimulus in enumerate(stimuli)}
    if plan["kind"] == "compare":
        return {"preference": (0, stimuli[1], "preference")}
    return {item: (0, "", item) for item in plan["items"]}


def _range(kind: str) -> tuple[int, int]:
    return {"rate": (0, 100), "compare": (-PREFERENCES, PREFERENCES), "advice": (1, GRADES)}[kind]


def as_csv(rows: Sequence[Answer] | Sequence[Result], header: bool = True) -> str:
    """Rows as CSV text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if header:
        writer.writerow(field.name for field in fields(rows[0]))
    writer.writerows(astuple(row) for row in rows)
    return text.getvalue()


def read_answers(path: Path) -> list[Answer]:
    """The whole rows of one listener's CSV; what a kill left half-written is passed by."""
    return [Answer(**values) for values in _rows(path, Answer)]


def read_results(path: Path) -> list[Result]:
    """The results that collect() wrote."""
    return [Result(**values) for values in _rows(path, Result)]


def _rows(path: Path, kind: type[Any]) -> Iterable[dict[str, Any]]:
    known = {field.name: field.type for field in fields(kind)}
    text = path.read_text(encoding="utf-8-sig")
    whole = text[: text.rfind("\n") + 1]
    reader = csv.DictReader(io.StringIO(whole))
    if list(reader.fieldnames or []) != list(known):
        raise TestError(f"{path} has other columns than {', '.join(known)}: use the file as it was")
    for row in reader:
        try:
            yield {name: known[name](row[name]) for name in known}  # type: ignore[operator]
        except (TypeError, ValueError) as error:
            raise TestError(
                f"{path}, line {reader.line_num}: {error} (use it as it was)"
            ) from error


def collect(folder: Path, end: bool = False) -> list[Result]:
    """Open the key and name every answer; refused while somebody may still answer.

    end: end the test now, with the answers that there are.
    """
    book = AnswerBook(folder)
    answers = [a for path in sorted((folder / ANSWERS).glob("*.csv")) for a in read_answers(path)]
    if not answers:
        raise TestError(f"{folder} has no answers yet: gainsay listen-test run {folder}")
    if foreign := sorted({a.kit for a in answers} - {book.kit}):
        raise TestError(f"answers of another test ({foreign[0]}) lie in {folder}: take them out")
    finished = book.finished()
    if not book.is_closed and len(finished) < book.listeners and not end:
        raise TestError(
            f"{len(finished)} of {book.listeners} listeners have finished, and the key is opened "
            "when all have: wait, or end the test now with --end (no answer is taken after that)"
        )
    book.close("all have finished" if len(finished) == book.listeners else "ended by hand")
    stimuli = read_key(folder, book.plan)
    return [_named(answer, stimuli) for answer in answers]


def _named(answer: Answer, stimuli: dict[str, Any]) -> Result:
    known = stimuli[answer.stimulus]
    other = stimuli[answer.other].system if answer.other else ""
    return Result(
        f"L{answer.listener:03d}", answer.place, known.song, known.system, other, known.role,
        answer.item, answer.value, answer.letter, answer.heard_s, answer.screen_s, answer.time,
        answer.experience, answer.playback,
    )  # fmt: skip


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
