"""One turn of the conversation: ask, hear, act, ground, reply. Only this file knows all the steps.

One rule: the user reads a reply only after it has passed the check against the tool results.
"""

from typing import Any

import prompts
from assistant.absent_turn import absent
from assistant.acting import CHANGES, READ_ONLY, doubt, stems_of
from assistant.answering import answered
from assistant.asking import understood, which
from assistant.context import ToolContext, is_ours
from assistant.courtesy_turn import about_us, asks_nothing, courteous, elsewhere, far_off
from assistant.drills_turn import in_drill
from assistant.hearing import Hearing, Listener, Step, ToolCall, judges
from assistant.journal import JournalError
from assistant.levels_turn import measured
from assistant.orders.straightened import straightened
from assistant.plain_words import explained
from assistant.progress import MAX_ERRORS, OnEvent, Progress
from assistant.proposal_turn import of_the_proposal, of_what_is_left, reasoned
from assistant.replying import (
    MORE_THAN_ONE,
    Reply,
    ask_back,
    let_go,
    pleased,
    proposed_now,
    told_at_once,
)
from assistant.requests import is_one_question
from assistant.rewriting import rewrite
from assistant.session import Session
from assistant.sound_turn import sounded, sounded_each
from assistant.tastes_turn import kept, told_a_genre
from assistant.versions_turn import first_one, of_a_version, taken_back_now
from assistant.waiting import open_question
from assistant.without_model import (
    beyond,
    by_level,
    exported,
    lacking,
    left,
    no_such_amount,
    ordered,
    out_of_bounds,
    overloaded,
    picky,
    taught,
    taught_why,
)

MAX_CHARACTERS = 2000  # of what the user says


class TurnError(ValueError):
    """A turn that cannot be answered: the message says got, needed and cure."""


def run_turn(
    session: Session,
    listener: Listener,
    context: ToolContext,
    user_text: str,
    on_event: OnEvent = lambda event: None,
) -> Reply:
    """Answer one thing that the user said; every step is in the journal before it is shown."""
    context.listener, context.weighed = listener, None
    order = answered(
        user_text, open_question(session.events), context.names, lambda: tuple(context.roles)
    )
    turn = Progress(session, listener, context, user_text, on_event, order=order)
    turn.tell("user", text=user_text)
    if order is None and len(user_text) <= MAX_CHARACTERS:
        plain = straightened(user_text, context.names, tuple(context.roles))
        kept = turn.with_referents(plain)
        turn.named = None if kept == user_text else kept
    try:
        if len(user_text) > MAX_CHARACTERS:
            raise TurnError(
                f"that was {len(user_text)} characters and {MAX_CHARACTERS} are read at once: "
                "say it shorter"
            )
        return (
            picky(turn)
            or told_a_genre(turn)
            or in_drill(turn)
            or about_us(turn)
            or courteous(turn)
            or reasoned(turn)
            or of_the_proposal(turn)
            or of_what_is_left(turn)
            or of_a_version(turn)
            or asks_nothing(turn)
            or no_such_amount(turn)
            or by_level(turn)
            or taken_back_now(turn)
            or beyond(turn)
            or exported(turn)
            or overloaded(turn)
            or out_of_bounds(turn)
            or taught_why(turn)
            or far_off(turn)
            or sounded(turn)
            or sounded_each(turn)
            or _in_parts(turn)
            or _alone(turn)
        )
    except JournalError:
        raise
    except Exception as error:
        if not is_ours(error):
            raise
        text = _failed(turn, str(error))
        turn.tell("reply", text=text, rewritten=True, problems=[str(error)])
        return Reply(text, proposed_now(turn), (str(error),))


def _failed(turn: Progress, message: str) -> str:
    """What is said of a turn that broke off: what was done before that is told, too."""
    worked, seed = [one for one in turn.done if one[1].ok], len(turn.session.events)
    if not worked:
        return prompts.reply("tool_error", seed, message=message)
    done = [one for one in worked if one[0].name not in READ_ONLY] or worked[-1:]
    told = " ".join(rewrite(*one, seed=seed + place) for place, one in enumerate(done))
    return prompts.served("cut_short", done=told, message=message)


def _alone(turn: Progress) -> Reply:
    """The answer to a message, or a part of one, that asks for one thing."""
    return (
        ordered(turn)
        or absent(turn)
        or measured(turn)
        or left(turn)
        or beyond(turn)
        or elsewhere(turn)
        or kept(turn)
        or overloaded(turn)
        or taught(turn)
        or lacking(turn)
        or first_one(turn)
        or _answer(turn)
    )


def _in_parts(turn: Progress) -> Reply | None:
    """The answers to a message that asks for several things, one after the other; else None."""
    if turn.order is not None or turn.reading.orders or turn.reading.leaves_it:
        return None
    if is_one_question(turn.words):
        return None  # "what is the difference of X and Y?"
    if turn.reading.said.missing and not turn.reading.said.named:
        return None  # "what about the tuba, make it louder": there is none to make louder
    parts = turn.reading.parts
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
            told.append(
                told_a_genre(part)
                or of_a_version(part)
                or exported(part)
                or sounded(part)
                or _alone(part)
            )
        finally:
            turn.done += part.done
        if options := turn.session.events[-1].get("options"):
            asked = {"options": options}  # the rest waits for the answer
            break
    reply = Reply(
        " ".join(one.text for one in told),
        proposed_now(turn),
        tuple(problem for one in told for problem in one.problems),
    )
    turn.tell("reply", text=reply.text, rewritten=True, problems=list(reply.problems), **asked)
    return reply


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
            return pleased(turn)
        if step.tool is None and not judges(turn.listener) and turn.errors + 1 < MAX_ERRORS:
            if problems := turn.problems_of(step, hearing):  # told once, as any error is
                turn.note("; ".join(problems))
                continue
        if step.tool is None or turn.repeats(step.tool) or turn.strays(step.tool):
            spoken = step
            break
        said = turn.said(hearing)
        call = turn.as_it_stands(step.tool)
        options = which(call, stems_of(call), said) if call.name in CHANGES else []
        why = MORE_THAN_ONE if options else doubt(call, step.certainty, said)
        if why is None and turn.turns_round(call):
            why = "two ways for one stem in one message"
        if why is not None:
            if any(result.ok for _, result in turn.done):  # what was asked for is done
                spoken = step
                break
            return ask_back(turn, why, options or understood(call, said))
        if call.name == "undo" and not turn.done and (anew := turn.meant_instead):
            return told_at_once(turn, call, *anew)
        before = (session.state(), session.anchor)
        if turn.is_done_anew(call):
            return told_at_once(turn, ToolCall("undo"), call)
        turn.act(call)
        if (session.state(), session.anchor) != before:
            hearing, context.weighed = context.hearing(), None
    return _reply(turn, spoken, hearing)


def _reply(turn: Progress, spoken: Step | None, hearing: Hearing) -> Reply:
    """The model's words if they pass the check, else words made from the last tool result."""
    session = turn.session
    let_go(turn)
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
    moves = proposed_now(turn)
    turn.answer(text=text, rewritten=bool(problems), problems=problems)
    return Reply(text, moves, tuple(problems))
