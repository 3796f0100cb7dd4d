"""What a turn does while a drill is open: the call that the user's words stand for.

One rule: words that are no answer to the drill are left to the conversation, and the drill stays.
"""

from dataclasses import asdict

from assistant.context import ToolContext
from assistant.drills import Answer
from assistant.hearing import ToolCall
from assistant.said_answers import answer_said


def drill_call(context: ToolContext, text: str) -> ToolCall | None:
    """The call that answers, skips or stops the open drill; None where the words do not.

    Words that stop it and say more are left to the conversation, with the drill closed.
    """
    session = context.session
    if session.drill is None:
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


def answer_call(answer: Answer) -> ToolCall:
    """The call that gives an answer: only what was said."""
    told = {name: value for name, value in asdict(answer).items() if value not in (None, False)}
    return ToolCall("answer_drill", told)
