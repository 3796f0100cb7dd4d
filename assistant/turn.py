"""One turn of the conversation: ask, hear, act, ground, reply. Only this file knows all the steps.

One rule: the user reads a reply only after it has passed the check against the tool results.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import prompts
from assistant.acting import CHANGES, NOT_HERE, READ_ONLY, USER_REFUSED, doubt, stems_of
from assistant.asking import Option, answered, understood, which
from assistant.context import ToolContext, is_ours
from assistant.drills_turn import drill_call
from assistant.hearing import Hearing, Listener, Step, ToolCall, judges, rated
from assistant.journal import JournalError
from assistant.parts import parts_of
from assistant.plain_words import explained
from assistant.progress import MAX_ERRORS, OnEvent, Progress
from assistant.rewriting import rewrite
from assistant.said_lessons import lesson_asked
from assistant.said_sensitivity import sensitivity_said
from assistant.sensitivity import SETTINGS, operating_points
from assistant.session import Session
from assistant.waiting import open_question
from mixer.moves import Move

MAX_CHARACTERS = 2000  # of what the user says
MORE_THAN_ONE = "the user's word fits more than one stem"


class TurnError(ValueError):
    """A turn that cannot be answered: the message says got, needed and cure."""


@dataclass(frozen=True)
class Reply:
    """What the user reads. problems: why the model's own words were not shown, if they were not."""

    text: str
    moves: tuple[Move, ...] | None = (
        None  # proposed in this turn; none at all: nothing was proposed
    )
    problems: tuple[str, ...] = ()

    @property
    def rewritten(self) -> bool:
        return bool(self.problems)


def run_turn(
    session: Session,
    listener: Listener,
    context: ToolContext,
    user_text: str,
    on_event: OnEvent = lambda event: None,
) -> Reply:
    """Answer one thing that the user said; every step is in the journal before it is shown."""
    context.listener, context.weighed = listener, None
    order = answered(user_text, open_question(session.events))
    turn = Progress(session, listener, context, user_text, on_event, order=order)
    turn.tell("user", text=user_text)
    try:
        if len(user_text) > MAX_CHARACTERS:
            raise TurnError(
                f"that was {len(user_text)} characters and {MAX_CHARACTERS} are read at once: "
                "say it shorter"
            )
        return _picky(turn) or _in_drill(turn) or _in_parts(turn) or _alone(turn)
    except JournalError:
        raise
    except Exception as error:
        if not is_ours(error):
            raise
        text = _failed(turn, str(error))
        turn.tell("reply", text=text, rewritten=True, problems=[str(error)])
        return Reply(text, _proposed(turn), (str(error),))


def _failed(turn: Progress, message: str) -> str:
    """What is said of a turn that broke off: what was done before that is told, too."""
    worked, seed = [one for one in turn.done if one[1].ok], len(turn.session.events)
    if not worked:
        return prompts.reply("tool_error", seed, message=message)
    done = [one for one in worked if one[0].name not in READ_ONLY] or worked[-1:]
    told = " ".join(rewrite(*one, seed=seed + place) for place, one in enumerate(done))
    return prompts.served("cut_short", done=told, message=message)


def _picky(turn: Progress) -> Reply | None:
    """The answer to a wish to hear of more faults or fewer; None where nothing such was said."""
    session, context = turn.session, turn.context
    now = session.sensitivity
    wanted = sensitivity_said(turn.user_text, context.names, lambda: context.roles, now)
    if wanted is None:
        return None
    session.prefer_sensitivity(wanted)
    at_its_end = wanted == now and now in (SETTINGS[0], SETTINGS[-1])
    text = prompts.reply(
        "sensitivity_at_its_end" if at_its_end else "sensitivity_set",
        len(session.events),
        **operating_points().told(wanted),
    )
    if not rated(turn.listener):  # the rates are those of the embedded listener
        text = prompts.served("sensitivity_kept", setting=wanted, model=turn.listener.name)
    turn.tell("reply", text=text, rewritten=False, problems=[])
    return Reply(text)


def _in_drill(turn: Progress) -> Reply | None:
    """What is said to an answer to the open drill; None where the words are none."""
    if turn.order is not None or (call := drill_call(turn.context, turn.user_text)) is None:
        return None
    return _told_at_once(turn, call)


def _alone(turn: Progress) -> Reply:
    """The answer to a message, or a part of one, that asks for one thing."""
    return _ordered(turn) or _left(turn) or _taught(turn) or _answer(turn)


def _ordered(turn: Progress) -> Reply | None:
    """What is said to plain orders, which leave no doubt; None where the words are none."""
    calls = turn.plain_orders
    if not calls:
        return None
    said = turn.said_now
    for call in calls:
        if options := which(call, stems_of(call), said):
            return _ask_back(turn, MORE_THAN_ONE, options)
    return _told_at_once(turn, *calls)


def _left(turn: Progress) -> Reply | None:
    """What is said where all that is asked for is to leave things; None where more is."""
    return _ask_back(turn, USER_REFUSED, ()) if turn.leaves_it else None


def _in_parts(turn: Progress) -> Reply | None:
    """The answers to a message that asks for several things, one after the other; else None."""
    if turn.order is not None or turn.plain_orders or turn.leaves_it:
        return None
    parts = parts_of(turn.listener, turn.said_now)
    if len(parts) < 2:
        return None
    told: list[Reply] = []
    asked: dict[str, Any] = {}
    for text in parts:
        part = Progress(
            turn.session, turn.listener, turn.context, text, turn.on_event, is_part=True
        )
        part.tell("part", text=text)
        try:
            told.append(_alone(part))
        finally:
            turn.done += part.done
        if options := turn.session.events[-1].get("options"):
            asked = {"options": options}  # the rest waits for the answer
            break
    reply = Reply(
        " ".join(one.text for one in told),
        _proposed(turn),
        tuple(problem for one in told for problem in one.problems),
    )
    turn.tell("reply", text=reply.text, rewritten=True, problems=list(reply.problems), **asked)
    return reply


def _taught(turn: Progress) -> Reply | None:
    """A lesson, or a move's steps by hand, where the words plainly ask for one; None otherwise."""
    if not lesson_asked(turn.words, turn.context):
        return None
    return _told_at_once(turn, ToolCall("explain", {"topic": turn.words[:120]}))


def _told_at_once(turn: Progress, *calls: ToolCall) -> Reply:
    """The reply to calls that the words leave no doubt of, told from their results.

    What cannot be done ends it; of an undo before the right thing nothing is said.
    """
    for call in calls:
        turn.act(call)
        if not turn.done[-1][1].ok:
            break
    done = turn.done if len(turn.done) < 2 or turn.done[0][0].name != "undo" else turn.done[1:]
    seed = len(turn.session.events)
    text = " ".join(rewrite(*one, seed=seed + place) for place, one in enumerate(done))
    turn.answer(text=text, rewritten=False, problems=[])
    return Reply(text)


def _answer(turn: Progress) -> Reply:
    """Let the model act until it speaks, then reply."""
    session, context = turn.session, turn.context
    hearing = context.hearing()
    spoken: Step | None = None
    while not turn.is_over:
        step = turn.ask(hearing)
        if step is None:
            continue
        step = turn.weighed(step, hearing)
        if turn.agrees_to_nothing(step):
            return _pleased(turn)
        if step.tool is None and not judges(turn.listener) and turn.errors + 1 < MAX_ERRORS:
            if problems := turn.problems_of(step, hearing):  # told once, as any error is
                turn.note("; ".join(problems))
                continue
        if step.tool is None or turn.repeats(step.tool) or turn.strays(step.tool):
            spoken = step
            break
        said = turn.said(hearing)
        options = which(step.tool, stems_of(step.tool), said) if step.tool.name in CHANGES else []
        why = MORE_THAN_ONE if options else doubt(step.tool, step.certainty, said)
        if why is not None:
            if any(result.ok for _, result in turn.done):  # what was asked for is done
                spoken = step
                break
            return _ask_back(turn, why, options or understood(step.tool, said))
        if step.tool.name == "undo" and not turn.done and (anew := turn.meant_instead):
            return _told_at_once(turn, step.tool, *anew)
        before = (session.state(), session.anchor)
        turn.act(step.tool)
        if (session.state(), session.anchor) != before:
            hearing, context.weighed = context.hearing(), None
    return _reply(turn, spoken, hearing)


def _pleased(turn: Progress) -> Reply:
    """What is said to "perfect" where no proposal waits for an answer."""
    text = prompts.reply("praise", len(turn.session.events))
    turn.answer(text=text, rewritten=True, problems=["nothing is proposed"])
    return Reply(text, None, ("nothing is proposed",))


def _ask_back(turn: Progress, why: str, options: Sequence[Option]) -> Reply:
    """One short question instead of a call that nothing the user said supports."""
    seed, names = len(turn.session.events), list(turn.context.names)
    if why == USER_REFUSED:
        _let_go(turn)
    if why.startswith(NOT_HERE):
        missing, options = why.removeprefix(NOT_HERE), ()
        text = prompts.reply("unknown_stem", seed, missing=missing, stems=names)
    elif why == USER_REFUSED or not options:
        text = prompts.reply("refused_ok" if why == USER_REFUSED else "clarify_intent", seed)
        options = ()
    elif why == MORE_THAN_ONE:
        text = prompts.reply("clarify_stem", seed, candidates=[one.label for one in options])
    else:
        first, second = (one.label for one in options)
        text = prompts.reply("clarify_order", seed, first=first, second=second)
    offered = {"options": [one.as_data() for one in options]} if options else {}
    turn.answer(text=text, rewritten=True, problems=[why], **offered)
    return Reply(text, _proposed(turn), (why,))


def _reply(turn: Progress, spoken: Step | None, hearing: Hearing) -> Reply:
    """The model's words if they pass the check, else words made from the last tool result."""
    session = turn.session
    _let_go(turn)
    text = spoken.text if spoken is not None else None
    problems = turn.problems_of(spoken, hearing)
    shaped = [done for done in turn.done if done[0].name == "shape_sound"]
    if len(shaped) > 1:
        problems, last = problems or ["one reply a stem"], shaped
    else:
        last = turn.done[-1:] or [(None, None)]
    if spoken is None and turn.unusable is not None and not turn.done:
        problems = [turn.unusable]
        text = prompts.served("unanswered", message=turn.unusable)
    elif problems:
        seed = len(session.events)
        text = " ".join(rewrite(*done, seed=seed + place) for place, done in enumerate(last))
    assert text is not None
    taught = any(call.name == "explain" and result.ok for call, result in turn.done)
    if session.tone == "newcomer" and not taught:
        text = explained(text, [e["text"] for e in session.events if e["event"] == "reply"])
    moves = _proposed(turn)
    turn.answer(text=text, rewritten=bool(problems), problems=problems)
    return Reply(text, moves, tuple(problems))


def _let_go(turn: Progress) -> None:
    """Close the open proposal where the words turn it down and nothing else was done."""
    if turn.session.proposed and not turn.done and turn.turns_down:
        turn.session.decline()


def _proposed(turn: Progress) -> tuple[Move, ...] | None:
    """The moves proposed in this turn, or None."""
    for call, result in reversed(turn.done):
        if call.name == "propose_moves" and result.ok:
            return tuple(Move(move["stem"], move["gain_db"]) for move in result.data["moves"])
    return None
