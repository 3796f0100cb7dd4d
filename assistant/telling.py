"""Answers about Gainsay itself, from what is in the journal: its last advice, files, what waits.

One rule: nothing is judged, measured or changed for them; every number was in a result before.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.context import ToolContext
from assistant.drills_words import example
from assistant.intents import ADVICE
from assistant.orders.before import DEEDS
from assistant.rewriting_advice import Situation
from assistant.said_trust import AMUSED, FILES, ORIGINALS, PARDON, PONDERS, SURE
from assistant.sensitivity import operating_points
from assistant.session import Session
from assistant.tools_versions import describe

_FILES_TOLD = 3
_SETTLES = frozenset({*DEEDS, ADVICE, "undo", "redo", "restore_version"})
Events = Sequence[Mapping[str, Any]]


def told_of_us(
    kind: str, context: ToolContext, stems: Sequence[str], rated: bool
) -> list[Situation]:
    """What is said to a question about Gainsay itself, one situation after the other.

    kind: what is asked (assistant/said_trust.py). stems: those that the question names.
    rated: whether the rates of the settings were measured with this very listener.
    """
    session = context.session
    if kind == SURE:
        return _sureness(session, context, stems, rated)
    if kind == FILES:
        return [_files(session)]
    if kind == ORIGINALS:
        return [("files_yours", {"folder": str(session.folder)})]
    if kind == PARDON:
        return []
    if kind in (AMUSED, PONDERS):
        waits = [("still_open", _open(session))] if session.proposed and kind == PONDERS else []
        return [(kind, {}), *waits]
    return [_where(session, context)]


def _sureness(
    session: Session, context: ToolContext, stems: Sequence[str], rated: bool
) -> list[Situation]:
    """How sure the last advice was, and how often such advice is right; orders are plain fact."""
    results = [event for event in session.events if event["event"] == "tool_result" and event["ok"]]
    last = next((e["name"] for e in reversed(results) if e["name"] in _SETTLES), None)
    told: list[Situation] = []
    version = session.version
    if last in DEEDS and version.number and not _applies_advice(results):
        told.append(("sure_of_orders", {"done": version.why, "version": version.label}))
    else:
        told += _of_the_advice(results, stems)
    if rated:
        points = operating_points()
        on = {"measured_on": f"{points.mixes} mixes"}
        told.append(("sure_rates", {**points.told(session.sensitivity), **on}))
    return told


def _applies_advice(results: Events) -> bool:
    """Whether the last change was to apply what had been advised."""
    told = [event for event in results if event["name"] in _SETTLES]
    if len(told) < 2 or told[-1]["name"] != "apply_moves" or told[-2]["name"] != ADVICE:
        return False
    advised = {(m["stem"], m["gain_db"]) for m in told[-2]["data"]["moves"]}
    return {(m["stem"], m["gain_db"]) for m in told[-1]["data"].get("moves", ())} <= advised


def _of_the_advice(results: Events, stems: Sequence[str]) -> list[Situation]:
    advice = next((e["data"] for e in reversed(results) if e["name"] == ADVICE), None)
    if advice is None:
        return [("sure_of_nothing_yet", {})]
    moves = [m for m in advice["moves"] if m["stem"] in stems] or list(advice["moves"])
    sure = [move for move in moves if move.get("confidence") is not None]
    asked = [move["stem"] for move in moves if move not in sure]
    told: list[Situation] = []
    if sure:
        told.append(("sure_of_advice", {"anchor": advice["anchor"], "moves": sure}))
    if asked:
        told.append(("sure_on_your_word", {"stems": asked}))
    return told or [("sure_left_it", {"anchor": advice["anchor"]})]


def _files(session: Session) -> Situation:
    """The newest files that were written and are still there; else where the session is kept."""
    written = [path for event in session.events for path in _written(session, event)]
    there = [path for path in dict.fromkeys(reversed(written)) if path.exists()]
    if not there:
        told = {"folder": str(session.folder), "version": session.version.label}
        return "files_none", told
    files = [str(path) for path in there[:_FILES_TOLD]]
    return "files_written", {"files": files, "more": max(0, len(there) - _FILES_TOLD)}


def _written(session: Session, event: Mapping[str, Any]) -> list[Path]:
    """The files that an event tells of: takes that were rendered, and exports."""
    if event["event"] == "take":
        return [session.folder / event["file"]]
    exported = event["event"] == "tool_result" and event["ok"] and event["name"] == "export_mix"
    return [Path(path) for path in event["data"].get("files", ())] if exported else []


def _where(session: Session, context: ToolContext) -> Situation:
    """What waits for the user: a drill, a proposal; else where the mix stands."""
    if session.drill is not None:
        return example(session.drill, context.names)
    if session.proposed:
        return "still_open", _open(session)
    told = {"version": session.version.label, "settings": describe(context, session.state())}
    return "where_we_are", told


def _open(session: Session) -> dict[str, Any]:
    moves = [{"stem": move.stem, "gain_db": move.gain_db} for move in session.proposed]
    return {"moves": moves}
