"""What a turn does while a drill is open: the call that the user's words stand for.

One rule: words that are no answer to the drill are left to the conversation, and the drill stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from assistant.context import ToolContext
from assistant.drills import Answer
from assistant.hearing import ToolCall
from assistant.said_answers import answer_said, asks_for_the_next, guess_said
from assistant.said_lessons import lesson_asked
from assistant.said_practice import kind_asked


def drill_call(context: ToolContext, text: str) -> ToolCall | None:
    """The call that starts a kind of drill, answers, skips or stops one, or begins the next.

    None where the words do none of it.

    Words that stop it and say more are left to the conversation, with the drill closed.
    """
    session = context.session
    if (kind := kind_asked(text)) is not None:
        return ToolCall("start_drill", {"kind": kind})
    if session.drill is None:
        if (guess := guess_said(text, context.names, context.roles)) is not None:
            return answer_call(guess)  # the tool says that no drill is open
        ended = _ended_just_now(session.events)
        return ToolCall("start_drill") if ended and asks_for_the_next(text) else None
    if lesson_asked(text, context):  # "whats a dB??" says no size
        return None
    said = answer_said(text, session.drill, context.names, lambda: context.roles)
    if said is None:
        return None
    if said.leaves == "skip":
        return ToolCall("start_drill")
    if said.leaves == "stop":
        if said.rest:
            session.end_drill("stopped")
            return None
        return ToolCall("answer_drill", {"stop": True})
    assert said.answer is not None
    return answer_call(said.answer)


def _ended_just_now(events: Sequence[Mapping[str, Any]]) -> bool:
    """Whether nothing was done since the answer that ended a drill; talk in between is nothing."""
    ended = [n for n, event in enumerate(events) if event["event"] == "drill_end"]
    if not ended or events[ended[-1]]["how"] == "stopped":
        return False
    since = [event for event in events[ended[-1] :] if event["event"] == "tool_result"]
    return [event["name"] for event in since] == ["answer_drill"]


def answer_call(answer: Answer) -> ToolCall:
    """The call that gives an answer: only what was said."""
    told = {name: value for name, value in asdict(answer).items() if value not in (None, False)}
    return ToolCall("answer_drill", told)
