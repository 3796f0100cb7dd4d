"""The journal as the model reads it: its last turns as chat messages.

One rule: what the model is shown is derived from the events, never kept beside them.
"""

from collections.abc import Sequence
from typing import Any

TURNS_REMEMBERED = 6  # what the model is shown of the past
Message = dict[str, Any]


def transcript(events: Sequence[dict[str, Any]], turns: int = TURNS_REMEMBERED) -> list[Message]:
    """The last turns as chat messages; earlier turns that never got a reply are left out."""
    told: list[list[Message]] = []
    for event in events:
        if event["event"] == "user":
            if told and not _is_finished(told[-1]):
                told.pop()
            told.append([])
        if event["event"] == "part" and told:  # a turn of its own for each thing asked for
            if told[-1] and _is_finished(told[-1]):
                told.append([])
            else:
                told[-1].clear()
        if event["event"] == "reply" and told and told[-1] and _is_finished(told[-1]):
            continue  # what was said of its parts, once more
        message = _message(event)
        if message is not None and told:
            told[-1].append(message)
    return [message for turn in told[-turns:] for message in turn]


def _is_finished(turn: Sequence[Message]) -> bool:
    return bool(turn) and turn[-1]["role"] == "assistant" and "tool_calls" not in turn[-1]


def _message(event: dict[str, Any]) -> Message | None:
    """An event as the model reads it, or None for what is not part of the talk."""
    kind = event["event"]
    if kind in ("user", "part"):
        return {"role": "user", "content": event["text"]}
    if kind == "tool_call":
        call = {"name": event["name"], "arguments": event["arguments"]}
        return {"role": "assistant", "content": "", "tool_calls": [call]}
    if kind == "tool_result":
        return {"role": "tool", "name": event["name"], "content": event["text"]}
    if kind in ("reply", "part_reply"):
        return {"role": "assistant", "content": event["text"]}
    return None
