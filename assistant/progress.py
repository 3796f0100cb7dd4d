"""A turn in progress: what was said, what was done about it so far, and whether it may go on.

One rule: nothing here speaks to the user.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from assistant.acting import FADERS, READ_ONLY, comes_back, stems_set
from assistant.asking import Option
from assistant.context import ToolContext, ToolResult
from assistant.facts import meters_read
from assistant.grounding import check, gather
from assistant.hearing import Hearing, Listener, NotAskedError, ReplyError, Step, ToolCall, judges
from assistant.idioms import without_dialect
from assistant.numerals import numbers
from assistant.orders.advice_asked import plainly_asked
from assistant.orders.amounts import Course, with_amounts
from assistant.orders.asides import ActsOf
from assistant.orders.before import Before, before
from assistant.orders.lexicon import owns_to_a_mistake
from assistant.orders.reading import Stems
from assistant.orders.references import Known, with_referents
from assistant.orders.returns import Now
from assistant.orders.same_reference import with_its_reference
from assistant.orders.short import last_deed
from assistant.orders.stays import asked_besides
from assistant.rewriting import wordings
from assistant.said import Said
from assistant.said_gains import says_way
from assistant.said_sides import without_idioms
from assistant.said_sound import softened
from assistant.session import Session
from assistant.tools import run_tool
from assistant.transcript import Message
from assistant.waiting import (
    completed,
    corrects,
    names_another,
    open_question,
    said_so,
    what_was_said,
)
from assistant.weighing import proposal, weigh
from assistant.words_read import Read, Reading

MAX_STEPS = 4  # tool calls in one turn
MAX_ERRORS = 2  # the model is told of its first error, the user of its second
LEAST_FLUENCY = 0.7  # geometric mean of the token probabilities of a reply
# Results after which no more is asked.
_FINAL = frozenset({"unknown_words", "unknown_topic", "drill_number"})

Event = dict[str, Any]
OnEvent = Callable[[Event], None]


@dataclass
class Progress:
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
    is_part: bool = False  # of a message that asks for several things
    named: str | None = None  # what the user said as it is read: stems by name, nothing taken back
    lacks_amount: bool = False  # whether an amount is ordered that another stem never got
    first: str | None = None  # what the reply to calls begins with
    _reading: Reading | None = field(default=None, repr=False)  # of the words as they stood

    @property
    def words(self) -> str:
        """What the user said; of an answer to a question the order that it completes."""
        said = self.user_text if self.named is None else self.named
        return said if self.order is None else self.order

    def messages(self) -> list[Message]:
        """The talk, an answer to a question of ours as the order that it completes."""
        told = self.session.messages()
        if self.order is not None:
            return completed(told, self.order)
        return told if self.named is None else said_so(told, self.named)

    def tell(self, event: str, **fields: Any) -> None:
        """Write an event into the journal, then show it."""
        self.session.record(event, **fields)
        self.on_event({"event": event, **fields})

    def answer(self, **fields: Any) -> None:
        """Write what the user reads of this turn, or of this part of one."""
        self.tell("part_reply" if self.is_part else "reply", **fields)

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
        if self.is_part and self._did_its_part:
            return True
        return bool(self.done) and bool(_FINAL & set(self.done[-1][1].data))

    @property
    def _did_its_part(self) -> bool:
        """Whether the one thing that a part asks for was done; what was undone is done anew."""
        return bool(self.done) and self.done[-1][1].ok and self.done[-1][0].name != "undo"

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
        several = call.name in READ_ONLY | {"shape_sound"} or len(self.reading.said.clauses) > 1
        if self._read is not None:  # several orders were told apart before
            several = call.name == "shape_sound" and did == {"shape_sound"}
        if did == {"undo"} and call.name in FADERS:
            several = corrects(self.reading.said)
        unasked = bool(did) and (call.name == "propose_moves" or not several)
        if "shape_sound" in did and not numbers(self.words, self.context.names):
            unasked = unasked or call.name in FADERS
        return unasked or (bool(refused) and call.name not in refused | READ_ONLY)

    def turns_round(self, call: ToolCall) -> bool:
        """Whether a move goes against one that another part of the same message made."""
        events = self.session.events
        begun = max((n for n, event in enumerate(events) if event["event"] == "user"), default=0)
        done = {
            move["stem"]: move["gain_db"]
            for event in events[begun:]
            if event["event"] == "tool_result" and event["ok"] and event["name"] == "apply_moves"
            for move in event["data"].get("moves", ())
        }
        moves = call.arguments.get("moves") or () if call.name == "apply_moves" else ()
        return self.is_part and any(done.get(m["stem"], 0.0) * m["gain_db"] < 0.0 for m in moves)

    def agrees_to_nothing(self, step: Step) -> bool:
        """Whether a yes was understood where nothing is proposed: the user is pleased, then."""
        call = step.tool
        is_yes = call is not None and call.name == "apply_moves" and not call.arguments.get("moves")
        return is_yes and not self.done and self.session.proposal is None

    def orders_in(self, text: str, told: Before) -> list[ToolCall]:
        """The calls of plain orders in a text, behind what was done before; none in any other."""
        return self._read_in(told).orders_in(text)

    @property
    def reading(self) -> Reading:
        """What the words, as they stand now, ask for."""
        if self._reading is None or self._reading.text != self.words:
            self._reading = self._read_in(self.before)
        return self._reading

    def _read_in(self, told: Before) -> Reading:
        return Reading(self.words, self._song, told, self._read)

    @cached_property
    def before(self) -> Before:
        """What a short order goes on from."""
        song = self._song
        return before(self.earlier, song.names, song.roles, self.session.proposed)

    def with_referents(self, text: str) -> str:
        """A text in which what was said or done before is told: stems by name, amounts in dB."""
        if self.acts_of is None:
            return text
        song = self._song
        text = plainly_asked(softened(without_dialect(text)))
        text = with_its_reference(text, self.before, song.anchor)
        told = with_referents(text, Known(song.names, song.roles, self.before, song.anchor))
        course = Course(song.names, [version.state for version in self.session.walked])
        amount = with_amounts(told, course, song.roles, self.before.focus)
        self.lacks_amount, told = amount is None, amount or told
        return asked_besides(told, song.names, song.roles)

    @property
    def asked_before(self) -> list[Option]:
        """What the last reply offered, if it asked a question."""
        return [Option(**one) for one in open_question(self.earlier)]

    @property
    def meant_instead(self) -> list[ToolCall]:
        """What was done last, for the other stems that a correction names and says no more of."""
        said, last = self.reading.said, last_deed(self.before)
        if last is None or not said.named or set(said.named) & set(last.stems):
            return []
        if (
            not names_another(said.latest)
            or said.numbers()
            or says_way(without_idioms(said.latest.casefold()))
        ):
            return []
        return last.for_stems(tuple(said.named)).calls()

    def as_it_stands(self, call: ToolCall) -> ToolCall:
        """A call as it can be meant: what is muted is not muted again, but is to come back.

        A stem that plays and is to come back gets back what its last move took or gave.
        """
        stem, muted = call.arguments.get("stem"), call.arguments.get("muted")
        names = self.context.names
        if call.name != "set_mute" or muted is None or stem not in names:
            return call
        is_muted = self.session.state().muted[names.index(stem)]
        again = muted and is_muted and comes_back(self.reading.said.latest)
        if not muted and not is_muted and stem in self.before.gains_db:
            return ToolCall("undo", {"stem": stem})
        return ToolCall("set_mute", {"stem": stem, "muted": False}) if again else call

    def is_done_anew(self, call: ToolCall) -> bool:
        """Whether moves stand for the last ones of the same stems, which were a mistake."""
        last = self.before.deeds[-1:]
        if self.done or not last or not call.arguments.get("moves"):
            return False
        same = last[0].name == call.name and set(stems_set(last[0])) == set(stems_set(call))
        return same and owns_to_a_mistake(self.reading.said.latest)

    @property
    def acts_of(self) -> ActsOf | None:
        """How likely acts are meant by a text; None: a served model reads the words itself."""
        return self.reading.acts_of

    @property
    def _read(self) -> Read | None:
        return getattr(self.listener, "read", None)

    @cached_property
    def _song(self) -> Stems:
        """What names mean, and how the mix stands before anything is done in this turn."""
        names, roles = self.context.names, tuple(self.context.roles)
        return Stems(names, roles, self.session.anchor, self._set_now)

    @property
    def _set_now(self) -> Now:
        names, state = self.context.names, self.session.state()
        muted = frozenset(name for name, off in zip(names, state.muted, strict=True) if off)
        gains = dict(zip(names, state.gain_db, strict=True))
        pans = {name: pan or 0.0 for name, pan in zip(names, state.pan, strict=True)}
        return Now(gains, muted, pans)

    @property
    def earlier(self) -> Sequence[Mapping[str, Any]]:
        """The journal up to what the user said, or to the part of it that is answered now."""
        events = self.session.events
        told = ("part",) if self.is_part else ("user",)
        last = max((n for n, event in enumerate(events) if event["event"] in told), default=0)
        return events[:last]

    def said(self, hearing: Hearing) -> Said:
        """What the user said, and the open proposal."""
        return replace(
            what_was_said(hearing, self.messages()),
            roles=tuple(self.context.roles),
            proposed=self.session.proposed,  # an open one only
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
        evidence = gather(
            self.context.names, [*read, *worked], self.words, self.session.proposed, hearing.roles
        )
        return check(step.text, evidence)


def _thing(call: ToolCall) -> tuple[str, object]:
    """What a call changes: the mix, or something of one stem."""
    return call.name, call.arguments.get("stem")
