"""What is said of a drill: its question, and once it is over what it hid and how the answer was.

One rule: a question is made without looking at what is hidden.
"""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import prompts
from assistant.drills import SAID_IN_DB, Answer, Drill, Grade, wanted_db
from assistant.drills_progress import louder_of

Situation = tuple[str, dict[str, Any]]


def question_data(drill: Drill) -> dict[str, Any]:
    """What may be known of an open drill."""
    known: dict[str, Any] = {
        "number": drill.number,
        "kind": drill.kind,
        "files": {label: PurePosixPath(path).name for label, path in drill.files.items()},
    }
    if drill.kind in ("set_back", "clipping"):
        known["stem"] = drill.stem
    if drill.kind == "partner":
        known |= {"anchor": drill.anchor, "options": drill.options}
    return known


def question(known: Mapping[str, Any]) -> Situation:
    """The question of an open drill, from what question_data gives."""
    kind, files = known["kind"], known["files"]
    if kind in ("hidden_change", "set_back"):
        told = {"before": files["before"], "after": files["after"]}
        return f"drill_{kind}", told | ({"stem": known["stem"]} if kind == "set_back" else {})
    if kind == "partner":
        options = [{"file": files[key], "stem": stem} for key, stem in known["options"].items()]
        anchor = {"anchor": known["anchor"], "anchor_file": files["anchor"]}
        return "drill_partner", {**anchor, "options": options}
    if kind == "clipping":
        return "drill_clipping", {"stem": known["stem"], "files": list(files.values())}
    return f"drill_{kind}", {"first": files["A"], "second": files["B"]}


def hidden_data(drill: Drill) -> dict[str, Any]:
    """What a drill hid, for when it is over."""
    levels = [{"stem": name, "relative_lu": lu} for name, lu in drill.levels_lu.items()]
    return {
        "kind": drill.kind,
        "stem": drill.stem,
        "gain_db": drill.gain_db,
        "wanted_db": wanted_db(drill),
        "choice": drill.choice,
        "louder": louder_of(drill),
        "size_db": drill.size_db,
        "anchor": drill.anchor,
        "levels": levels,
    }


def graded_data(drill: Drill, answer: Answer, grade: Grade) -> dict[str, Any]:
    """How an answer was, and what to hear again and why."""
    again = "after" if "after" in drill.files else _file_of(drill)
    whys = prompts.drills("whys")[drill.kind]
    is_turned = drill.kind in SAID_IN_DB and not grade.direction_right
    return {
        "drill_number": drill.number,
        "drill": hidden_data(drill),
        "right": grade.right,
        "no_idea": answer.no_idea,
        "part": _part(drill, grade),
        "said": "way" if is_turned else answer.choice or answer.stem,
        "off_db": None if is_turned else grade.off_db,
        "hear": PurePosixPath(drill.files[again]).name,
        "why": whys[drill.number % len(whys)].format(stem=drill.stem),
    }


def _file_of(drill: Drill) -> str:
    """The label of the file that is to be heard again, where there is no before and after."""
    if drill.kind == "partner":
        return next(letter for letter, stem in drill.options.items() if stem == drill.stem)
    return drill.choice if drill.choice in drill.files else louder_of(drill)


def _part(drill: Drill, grade: Grade) -> str | None:
    """The part of a wrong answer that was right."""
    if grade.right or not (grade.stem_right or grade.direction_right):
        return None
    if drill.kind == "hidden_change":
        return "stem" if grade.stem_right else "way"
    return "size" if grade.direction_right else None


def drill_situations(data: Mapping[str, Any]) -> list[Situation]:
    """What is to be said of a result of start_drill or answer_drill, one after the other."""
    if "question" in data:
        left = [("drill_left", {"drill": data["left"]})] if data["left"] else []
        return [*left, question(data["question"])]
    if "unread" in data:
        return [("drill_unread", data["unread"])]
    if "wanted" in data:
        return [("drill_incomplete", {"wanted": data["wanted"]})]
    if "stopped" in data:
        left = [("drill_left", {"drill": data["left"]})]
        return [*left, ("drill_stopped", data["stopped"])]
    told = {name: data[name] for name in ("drill", "off_db")}
    first: Situation = ("drill_wrong", {**told, "said": data["said"]})
    if data["right"]:
        first = ("drill_right", told)
    if data["no_idea"]:
        first = ("drill_no_idea", {"drill": data["drill"]})
    elif data["part"]:
        first = ("drill_half", {**told, "part": data["part"]})
    return [first, ("drill_hear", {"file": data["hear"], "why": data["why"]})]


def example(drill: Drill, names: Sequence[str]) -> Situation:
    """What is said where an answer cannot be read: an answer that says nothing of the right one."""
    stem = next(iter(drill.options.values()), names[0])
    return "drill_unread", {"example": prompts.drills("examples")[drill.kind].format(stem=stem)}
