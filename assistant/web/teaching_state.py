"""What the Learn panel shows: lessons in this song's numbers, drills, verdicts, progress.

One rule: of an open drill only what question_data gives is shown, until it is over.
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any

import soundfile

import prompts
from assistant.context import ToolContext, rounded
from assistant.drills import SAID_IN_DB, SAME, Answer, Drill, grade
from assistant.drills_progress import TITLES, Answered, estimates, read_progress, summary
from assistant.drills_words import (
    drill_situations,
    graded_data,
    hidden_data,
    question,
    question_data,
)
from assistant.lesson_numbers import fill, meters_of
from assistant.lessons import Lesson, leads_to, lessons
from assistant.reading_aloud import aloud
from assistant.session import Session
from assistant.tools_drills import learner_path

SOUNDS = {"before": "Before", "after": "After", "anchor": "Anchor"}  # letters stand as they are
PLOTTED = 60  # the last answers that the picture shows


def learn_state(context: ToolContext) -> dict[str, Any]:
    """Everything but a lesson, as JSON-able data."""
    drill, rows = context.session.drill, read_progress(learner_path(context))
    return {
        "lessons": [{"name": lesson.name, "title": lesson.title} for lesson in lessons()],
        "kinds": [{"kind": kind, "title": title} for kind, title in TITLES.items()],
        "drill": None if drill is None else shown_drill(context, drill),
        "last": last_drill(context),
        "progress": progress_data(rows),
    }


# ---- lessons


def lesson_data(context: ToolContext, lesson: Lesson) -> dict[str, Any]:
    """A lesson told for this song, and the lessons that its words lead to."""
    told = fill(lesson, meters_of(context))
    related = leads_to(" ".join([*told.paragraphs, told.try_it]))
    return {
        "name": lesson.name,
        "title": lesson.title,
        "paragraphs": list(told.paragraphs),
        "try_it": told.try_it,
        "sources": list(lesson.sources),
        "aloud": [aloud(text) for text in (lesson.title, *told.paragraphs, told.try_it)],
        "related": [{"name": one.name, "title": one.title} for one in related if one is not lesson],
    }


# ---- drills


def shown_drill(context: ToolContext, drill: Drill) -> dict[str, Any]:
    """An open drill without what it hides: its question, what to play, how it can be answered."""
    known = question_data(drill)
    name, values = question(known | {"files": {label: sound(label) for label in known["files"]}})
    said = {name: value for name, value in asdict(drill.said).items() if value not in (None, False)}
    return {
        "number": drill.number,
        "title": TITLES[drill.kind],
        "question": prompts.reply(name, drill.number, **values),
        "sounds": sounds(context, drill),
        "answers": answers(context, drill),
        "said": said,
    }


def sound(label: str) -> str:
    """How a file of a drill is called on the page."""
    return SOUNDS.get(label, label)


def sounds(context: ToolContext, drill: Drill) -> dict[str, Any] | None:
    """What can be played, and how long it is; None where the files are gone."""
    paths = [context.folder / path for path in [*drill.files.values(), *drill.parts.values()]]
    if not all(path.is_file() for path in paths):
        return None
    told = soundfile.info(paths[0])
    return {
        "sample_rate": told.samplerate,
        "samples": told.frames,
        "files": [{"label": label, "name": sound(label)} for label in drill.files],
        "parts": list(drill.parts),
    }


def answers(context: ToolContext, drill: Drill) -> dict[str, Any]:
    """The parts of an answer, each with what can be chosen; gain_db: asked, offered or None,
    or by a fader, which tells the way, too.
    """
    told: dict[str, Any] = {"stem": [], "direction": [], "gain_db": None, "choice": []}
    if drill.kind == "hidden_change":
        return told | {"stem": list(context.names), "direction": _ways(), "gain_db": "offered"}
    if drill.parts:
        return told | {"gain_db": "fader"}
    if drill.kind in SAID_IN_DB:
        return told | {"direction": _ways(), "gain_db": "asked"}
    if drill.kind == "partner":
        choices = [
            {"value": letter, "name": f"{letter}: {stem}"} for letter, stem in drill.options.items()
        ]
        return told | {"choice": choices}
    choices = [{"value": label, "name": label} for label in drill.files]
    if drill.kind == "bias":
        choices.append({"value": SAME, "name": "No difference"})
    return told | {"choice": choices}


def _ways() -> list[dict[str, str]]:
    return [{"value": "up", "name": "Louder"}, {"value": "down", "name": "Quieter"}]


def last_drill(context: ToolContext) -> dict[str, Any] | None:
    """The drill that ended last: how, what it hid, what to hear again; None without one."""
    found = _ended_last(context.session)
    if found is None:
        return None
    drill, end = found
    how, right, hear = end["how"], None, None
    told = [("drill_left", {"drill": hidden_data(drill)})]
    if how == "answered":
        if "said" not in end:  # by an older release
            return None
        answer = Answer(**end["said"])
        data = graded_data(drill, answer, grade(drill, answer))
        hear = PurePosixPath(data["hear"]).stem
        told, right = drill_situations(data | {"hear": sound(hear)}), data["right"]
    return {
        "number": drill.number,
        "how": how,
        "right": right,
        "told": [prompts.reply(name, drill.number, **values) for name, values in told],
        "hear": hear,
        "sounds": sounds(context, drill),
    }


def _ended_last(session: Session) -> tuple[Drill, dict[str, Any]] | None:
    """The last drill that is over, and the event that ended it."""
    end: dict[str, Any] | None = None
    for event in reversed(session.events):
        if event["event"] == "drill_end" and end is None:
            end = event
        elif event["event"] == "drill" and end is not None:
            return Drill.from_data(event), end
    return None


def sound_path(context: ToolContext, number: int, label: str) -> Path | None:
    """The file of the open drill, or of the one that ended last; None for any other."""
    ended = _ended_last(context.session)
    for drill in (context.session.drill, ended[0] if ended else None):
        there = {} if drill is None else drill.files | drill.parts
        if drill is not None and drill.number == number and label in there:
            path = context.folder / there[label]
            return path if path.is_file() else None
    return None


# ---- progress


def progress_data(rows: Sequence[Answered]) -> dict[str, Any]:
    """The summary in sentences, and the hidden changes for the picture, oldest first."""
    own = [row for row in rows if row.kind == "hidden_change"]
    first = max(0, len(own) - PLOTTED)
    points = []
    for at, (row, found) in enumerate(zip(own, estimates(own), strict=True), start=1):
        if at > first:
            point: dict[str, Any] = {"answer": at, "size_db": row.size_db, "right": row.right}
            for name in ("threshold_db", "low_db", "high_db"):
                point[name] = None if found is None else rounded(getattr(found, name))
            points.append(point)
    return {"answered": len(rows), "lines": summary(rows), "points": points}
