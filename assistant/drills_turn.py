"""What a turn does while a drill is open, or was just answered: answer, hint, next one, the end.

One rule: words that are no answer to the drill are left to the conversation, and the drill stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import prompts
from assistant.acting import FADERS
from assistant.context import ToolContext
from assistant.drills import Answer, Drill
from assistant.drills_words import question, question_data
from assistant.hearing import ToolCall
from assistant.orders.asides import behind_talk
from assistant.orders.version_named import named, talked
from assistant.progress import Progress
from assistant.replying import Reply, told_at_once, worded
from assistant.said_answers import answer_said, asks_for_the_next, guess_said, left_off
from assistant.said_lessons import lesson_asked
from assistant.said_practice import kind_asked, wish_of
from assistant.tools_drills import so_far

_LEVELS = ("easy", "hard")


def in_drill(turn: Progress) -> Reply | None:
    """What is said to an answer to the open drill, or to a wish about it; None for all else.

    Words that end the practice and say more are left to the conversation without them.
    """
    session = turn.session
    if turn.order is not None:
        return None
    drill = session.drill
    if drill is not None or _ended_just_now(session.events):
        rest = left_off(turn.words)
        if rest is not None and (drill is None or not rest):
            if rest:
                turn.named = rest
                return None
            return _stopped(turn, drill)
        if rest:
            session.end_drill("stopped")
            turn.named = rest
            return None
    if drill is not None:
        if _asks_for_else(turn):
            return None
        if (reply := _wished(turn, drill)) is not None:
            return reply
    call = drill_call(turn.context, turn.user_text)
    return None if call is None else told_at_once(turn, call)


def _stopped(turn: Progress, drill: Drill | None) -> Reply:
    """The end of the practice, whether a drill is still open or the last one was answered."""
    if drill is not None:
        return told_at_once(turn, ToolCall("answer_drill", {"stop": True}))
    seed = len(turn.session.events)
    return worded(turn, prompts.reply("drill_stopped", seed, **so_far(turn.context)))


def _wished(turn: Progress, drill: Drill) -> Reply | None:
    """The question once more, a hint, or a drill of another size; None where none is wished for."""
    wish, seed = wish_of(turn.user_text), len(turn.session.events)
    plain = turn.user_text.casefold().strip(" .!")
    if wish == "again" and (plain == "again" or " " in plain):  # "help" asks for more than that
        situation, told = question(question_data(drill))
        return worded(turn, prompts.reply(situation, seed, **told))
    if wish == "hint":
        return worded(turn, f"A way to listen: {prompts.drills('hints')[drill.kind]}.")
    if wish in _LEVELS:
        return told_at_once(turn, ToolCall("start_drill", {"difficulty": wish}))
    return None


def _asks_for_else(turn: Progress) -> bool:
    """Whether words order what is no fader's, or speak of versions that were just talked of."""
    if turn.acts_of is None:
        return False
    calls = turn.reading.orders
    if calls and not any(call.name in FADERS for call in calls):
        return True
    begun = [n for n, event in enumerate(turn.earlier) if event["event"] == "drill"]
    talk = talked(turn.earlier[begun[-1] :] if begun else ())
    names, roles = turn.context.names, tuple(turn.context.roles)
    return talk.of is not None and named(turn.words, names, roles, talk) is not None


def drill_call(context: ToolContext, text: str) -> ToolCall | None:
    """The call that starts a kind of drill, answers or skips one, or begins the next.

    None where the words do none of it.
    """
    session, names = context.session, context.names
    if (kind := kind_asked(text)) is not None:
        return ToolCall("start_drill", {"kind": kind})
    if session.drill is None:
        if (guess := guess_said(text, names, context.roles)) is not None:
            return answer_call(guess)  # the tool says that no drill is open
        if not _ended_just_now(session.events):
            return None
        last = text if asks_for_the_next(text) else behind_talk(text, names, tuple(context.roles))
        return ToolCall("start_drill") if last and asks_for_the_next(last) else None
    if lesson_asked(text, context):  # "whats a dB??" says no size
        return None
    said = answer_said(text, session.drill, names, lambda: context.roles)
    if said is None:
        return None
    if said.leaves is not None:
        skips = said.leaves == "skip"
        return ToolCall("start_drill") if skips else ToolCall("answer_drill", {"stop": True})
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
