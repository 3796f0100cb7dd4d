"""The chat as it is shown: messages made from the journal's events, tool steps among them.

One rule: what is shown is derived from the events, so a reload shows what was shown before.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from assistant.chat import files_of

Event = Mapping[str, Any]
Shown = dict[str, Any]
LONGEST_STEP = 4000  # characters of a tool's result
_BY_HAND = {  # events that no tool of the chat made
    "state": "v{version}: {why}",
    "undo": "undone",
    "redo": "redone",
    "restore": "back to v{version}",
}


def shown_messages(events: Iterable[Event], running: bool = False) -> list[Shown]:
    """Messages in Gradio's form; of a running turn the open step is shown as pending."""
    turns = _turns(list(events))
    shown: list[Shown] = []
    for place, turn in enumerate(turns):
        shown += _of_turn(turn, running and place == len(turns) - 1)
    return shown


def _turns(events: Sequence[Event]) -> list[list[Event]]:
    """The events from one word of the user to the next; what comes before the first has none."""
    turns: list[list[Event]] = [[]]
    for event in events:
        if event["event"] == "user":
            turns.append([])
        turns[-1].append(event)
    return turns


def _of_turn(turn: Sequence[Event], running: bool) -> list[Shown]:
    shown: list[Shown] = []
    call: Event | None = None
    in_parts = any(event["event"] == "part_reply" for event in turn)
    replied = False
    for event in turn:
        kind = event["event"]
        if kind == "user":
            shown.append({"role": "user", "content": event["text"]})
        elif kind == "tool_call":
            call = event
        elif kind == "tool_result" and call is not None:
            shown.append(_step(call, event))
            call = None
        elif kind == "part_reply" or (kind == "reply" and not in_parts):
            shown.append({"role": "assistant", "content": event["text"]})
        elif kind in _BY_HAND and call is None:
            _tell_by_hand(shown, _BY_HAND[kind].format(**event))
        replied = replied or kind == "reply"
    if call is not None and running:
        shown.append(_step(call, None))
    is_turn = bool(turn) and turn[0]["event"] == "user"
    if is_turn and not replied and not running:
        shown.append({"role": "assistant", "content": "(stopped before the reply)"})
    return shown


def _step(call: Event, result: Event | None) -> Shown:
    """One tool step: its name, arguments, result and how long it took."""
    arguments = call["arguments"]
    told = json.dumps(arguments, ensure_ascii=False) if arguments else "no arguments"
    metadata: dict[str, Any] = {"title": call["name"].replace("_", " "), "status": "pending"}
    lines = [told]
    if result is not None:
        metadata |= {"status": "done", "duration": _seconds(call, result)}
        if not result["ok"]:
            metadata["title"] += " (refused)"
        lines += ["", str(result["text"])[:LONGEST_STEP]]
        names = [path.name for path in files_of(result.get("data", {}))]
        lines += [f"file: {name}" for name in names]
    return {"role": "assistant", "content": "\n".join(lines), "metadata": metadata}


def _seconds(call: Event, result: Event) -> float:
    """How long a step took, by the journal's clock; a hundredth at least, so that it is shown."""
    begun, ended = (datetime.fromisoformat(event["time"]) for event in (call, result))
    return max(0.01, round((ended - begun).total_seconds(), 2))


def _tell_by_hand(shown: list[Shown], line: str) -> None:
    """Add what the hand did on the desk to what it did just before."""
    title = "on the desk"
    if shown and shown[-1].get("metadata", {}).get("title") == title:
        shown[-1]["content"] += f"\n{line}"
    else:
        metadata = {"title": title, "status": "done"}
        shown.append({"role": "assistant", "content": line, "metadata": metadata})
