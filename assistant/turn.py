"""One turn of the conversation: ask, hear, act, ground, reply. Only this file knows all the steps.

One rule: the user reads a reply only after it has passed the check against the tool results.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import prompts
from assistant.acting import CHANGES, FADERS, NOT_HERE, READ_ONLY, USER_REFUSED, doubt, stems_of
from assistant.asking import Option, answered, understood, which
from assistant.context import ToolContext, ToolResult, is_ours
from assistant.drills_turn import drill_call
from assistant.facts import meters_read
from assistant.grounding import check, gather
from assistant.hearing import (
    Hearing,
    Listener,
    NotAskedError,
    ReplyError,
    Step,
    ToolCall,
    judges,
)
from assistant.journal import JournalError
from assistant.numerals import numbers
from assistant.plain_words import explained
from assistant.rewriting import rewrite, wordings
from assistant.said import Said
from assistant.said_sensitivity import sensitivity_said
from assistant.sensitivity import SETTINGS, operating_points
from assistant.session import Session
from assistant.tools import run_tool
from assistant.transcript import Message
from assistant.waiting import completed, open_question, what_was_said
from assistant.weighing import proposal, weigh
from mixer.moves import Move

MAX_STEPS = 4  # tool calls in one turn
MAX_CHARACTERS = 2000  # of what the user says
LEAST_FLUENCY = 0.7  # geometric mean of the token probabilities of a reply
_FINAL = frozenset({"not_yet", "unknown_words", "drill_number"})  # after them no more is asked
MORE_THAN_ONE = "the user's word fits more than one stem"
MAX_ERRORS = 2  # the model is told of its first error, the user of its second

Event = dict[str, Any]
OnEvent = Callable[[Event], None]


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


@dataclass
class _Turn:
    """A turn in progress."""

    session: Session
    listener: Listener
    context: ToolContext
    user_text: str
    on_event: OnEvent
    done: list[tuple[ToolCall, ToolResult]] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)  # errors that the journal does not hold
    errors: int = 0
    unusable: str | None = None  # why the model's last answer was none, where the user is told
    order: str | None = None  # what the user's answer to a question of ours stands for

    @property
    def words(self) -> str:
        """What the user said; of an answer to a question the order that it completes."""
        return self.user_text if self.order is None else self.order

    def messages(self) -> list[Message]:
        """The talk, an answer to a question of ours as the order that it completes."""
        told = self.session.messages()
        return told if self.order is None else completed(told, self.order)

    def tell(self, event: str, **fields: Any) -> None:
        """Write an event into the journal, then show it."""
        self.session.record(event, **fields)
        self.on_event({"event": event, **fields})

    def ask(self, hearing: Hearing) -> Step | None:
        """The model's next step; None when it cannot be understood."""
        try:
            return self.listener.next_step(
                hearing,
                [*self.messages(), *self.notes],
                lambda token: self.on_event({"event": "token", "text": token}),
                wordings(*self.done[-1]) if self.done else (),
            )
        except ReplyError as error:
            self.unusable = None if isinstance(error, NotAskedError) else str(error)
            return self.note(str(error))

    def note(self, why: str) -> None:
        """Keep for the model why its answer could not be used."""
        self.errors += 1
        self.notes.append({"role": "tool", "name": "error", "content": why})

    def weighed(self, step: Step, hearing: Hearing) -> Step:
        """The step, with advice that has been weighed against the user's words and the meters."""
        if step.judgement is None or step.tool is None or step.tool.name != "propose_moves":
            return step
        found = weigh(self.context, hearing, step.judgement, self.words)
        self.context.weighed = found
        reason = str(step.tool.arguments.get("reason", ""))
        as_judged = proposal(found, reason) == step.tool  # else the reason is one of other moves
        return replace(step, tool=proposal(found, reason if as_judged else ""))

    def act(self, call: ToolCall) -> None:
        """Carry out one tool call, whatever comes of it."""
        self.tell("tool_call", name=call.name, arguments=call.arguments)
        result = run_tool(self.context, call)
        self.done.append((call, result))
        self.errors += not result.ok
        self.tell("tool_result", name=call.name, ok=result.ok, text=result.text, data=result.data)

    @property
    def is_over(self) -> bool:
        """Whether the model has had its tries; what cannot be had is not asked for twice."""
        if self.errors >= MAX_ERRORS or len(self.done) >= MAX_STEPS:
            return True
        return bool(self.done) and bool(_FINAL & set(self.done[-1][1].data))

    def repeats(self, call: ToolCall) -> bool:
        """Whether the model asks for what it just got, or would change a thing twice in a turn."""
        worked = [done for done, result in self.done if result.ok]
        changed = {_thing(done) for done in worked if done.name not in READ_ONLY}
        return _thing(call) in changed or bool(self.done and self.done[-1][0] == call and worked)

    def strays(self, call: ToolCall) -> bool:
        """Whether the model tries another change after one that was refused, or unasked advice."""
        refused = {done.name for done, result in self.done if not result.ok}
        did = {done.name for done, result in self.done if result.ok}
        did -= {"measure_levels", "propose_moves"}
        several = call.name in READ_ONLY | {"shape_sound"} or self._asks_several
        several = several or (did == {"undo"} and call.name in FADERS)  # "no, the other one"
        unasked = bool(did) and (call.name == "propose_moves" or not several)
        if "shape_sound" in did and not numbers(self.words, self.context.names):
            unasked = unasked or call.name in FADERS
        return unasked or (bool(refused) and call.name not in refused | READ_ONLY)

    @property
    def _asks_several(self) -> bool:
        """Whether more than one thing is asked for."""
        said = Said((self.words,), self.context.names, tuple(self.context.roles))
        return said.orders > 1

    def said(self, hearing: Hearing) -> Said:
        """What the user said, and the open proposal."""
        proposal = self.session.proposal
        return replace(
            what_was_said(hearing, self.messages()),
            roles=tuple(self.context.roles),
            proposed=proposal.moves if proposal is not None else (),  # an open one only
        )

    def problems_of(self, step: Step | None, hearing: Hearing) -> list[str]:
        """Why the model's words cannot be shown."""
        if step is None or not step.text or not step.text.strip():
            return ["the model found no words"]
        if step.certainty is not None and step.certainty < LEAST_FLUENCY:
            return [f"the model was only {step.certainty:.0%} sure of its words"]
        if self.done and not self.done[-1][1].ok:
            return ["the last tool call failed"]
        worked = [(call.name, result.text, result.data) for call, result in self.done if result.ok]
        read = [] if judges(self.listener) else [meters_read(hearing.facts())]
        proposal = self.session.proposal
        evidence = gather(
            self.context.names,
            [*read, *worked],
            self.words,
            proposal.moves if proposal is not None else (),
            hearing.roles,
        )
        return check(step.text, evidence)


def run_turn(
    session: Session,
    listener: Listener,
    context: ToolContext,
    user_text: str,
    on_event: OnEvent = lambda event: None,
) -> Reply:
    """Answer one thing that the user said; every step is in the journal before it is shown."""
    context.listener, context.weighed = listener, None
    turn = _Turn(session, listener, context, user_text, on_event)
    turn.order = answered(user_text, open_question(session.events))
    turn.tell("user", text=user_text)
    try:
        if len(user_text) > MAX_CHARACTERS:
            raise TurnError(
                f"that was {len(user_text)} characters and {MAX_CHARACTERS} are read at once: "
                "say it shorter"
            )
        return _picky(turn) or _in_drill(turn) or _answer(turn)
    except JournalError:
        raise
    except Exception as error:
        if not is_ours(error):
            raise
        text = _failed(turn, str(error))
        turn.tell("reply", text=text, rewritten=True, problems=[str(error)])
        return Reply(text, _proposed(turn), (str(error),))


def _failed(turn: _Turn, message: str) -> str:
    """What is said of a turn that broke off: what was done before that is told, too."""
    worked, seed = [one for one in turn.done if one[1].ok], len(turn.session.events)
    if not worked:
        return prompts.reply("tool_error", seed, message=message)
    done = [one for one in worked if one[0].name not in READ_ONLY] or worked[-1:]
    told = " ".join(rewrite(*one, seed=seed + place) for place, one in enumerate(done))
    return prompts.served("cut_short", done=told, message=message)


def _picky(turn: _Turn) -> Reply | None:
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
    if not judges(turn.listener):  # the rates are those of the embedded listener
        text = prompts.served("sensitivity_kept", setting=wanted, model=turn.listener.name)
    turn.tell("reply", text=text, rewritten=False, problems=[])
    return Reply(text)


def _in_drill(turn: _Turn) -> Reply | None:
    """What is said to an answer to the open drill; None where the words are none."""
    if turn.order is not None or (call := drill_call(turn.context, turn.user_text)) is None:
        return None
    turn.act(call)
    text = rewrite(*turn.done[-1], seed=len(turn.session.events))
    turn.tell("reply", text=text, rewritten=False, problems=[])
    return Reply(text)


def _answer(turn: _Turn) -> Reply:
    """Let the model act until it speaks, then reply."""
    session, context = turn.session, turn.context
    hearing = context.hearing()
    spoken: Step | None = None
    while not turn.is_over:
        step = turn.ask(hearing)
        if step is None:
            continue
        step = turn.weighed(step, hearing)
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
        before = (session.state(), session.anchor)
        turn.act(step.tool)
        if (session.state(), session.anchor) != before:
            hearing, context.weighed = context.hearing(), None
    return _reply(turn, spoken, hearing)


def _ask_back(turn: _Turn, why: str, options: Sequence[Option]) -> Reply:
    """One short question instead of a call that nothing the user said supports."""
    seed, names = len(turn.session.events), list(turn.context.names)
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
    turn.tell("reply", text=text, rewritten=True, problems=[why], **offered)
    return Reply(text, _proposed(turn), (why,))


def _reply(turn: _Turn, spoken: Step | None, hearing: Hearing) -> Reply:
    """The model's words if they pass the check, else words made from the last tool result."""
    session = turn.session
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
    if session.tone == "newcomer":
        text = explained(text, [e["text"] for e in session.events if e["event"] == "reply"])
    moves = _proposed(turn)
    turn.tell("reply", text=text, rewritten=bool(problems), problems=problems)
    return Reply(text, moves, tuple(problems))


def _thing(call: ToolCall) -> tuple[str, object]:
    """What a call changes: the mix, or something of one stem."""
    return call.name, call.arguments.get("stem")


def _proposed(turn: _Turn) -> tuple[Move, ...] | None:
    """The moves proposed in this turn, or None."""
    for call, result in reversed(turn.done):
        if call.name == "propose_moves" and result.ok:
            return tuple(Move(move["stem"], move["gain_db"]) for move in result.data["moves"])
    return None
