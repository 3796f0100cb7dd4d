"""Turns of the chat in a room: begun, followed step by step, stopped, said again.

One rule: a turn holds the room from its first event to its last, so hand and chat never mix.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.context import ToolResult
from assistant.hearing import ToolCall
from assistant.progress import Event, Progress
from assistant.rewriting import rewrite
from assistant.session import Proposal, Session
from assistant.turn import run_turn
from assistant.web.chat_messages import Shown, shown_messages
from assistant.web.room import Room, RoomError
from mixer.moves import Move

LOOK_EVERY_S = 0.1


class Follower:
    """What a running turn has told so far; its events come from the turn's own thread."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.words = 0
        self._news = threading.Event()

    def __call__(self, event: Event) -> None:
        if event["event"] == "token":
            # The words themselves are shown once they have passed the check.
            self.words += event["text"].count(" ") + event["text"].count("\n")
            self.room.work.what = f"writing, {self.words} words"
        elif event["event"] == "tool_call":
            self.room.work.what = event["name"].replace("_", " ")
            self.words = 0
        self._news.set()
        if event["event"] != "reply":  # what is said is said
            self.room.work.check()

    def wait(self) -> None:
        self._news.wait(LOOK_EVERY_S)
        self._news.clear()


@dataclass(frozen=True)
class _Turn:
    """What a turn does; call: what a button asked for, None where words were said."""

    run: Callable[[Follower], object]
    call: ToolCall | None = None


def say(room: Room, words: str) -> Iterator[list[Shown]]:
    """Run a turn on what the user said; yields the whole chat whenever there is something new."""
    words = " ".join(words.split())
    if words:
        yield from _followed(room, lambda: _saying(room, words))


def act(room: Room, call: ToolCall, words: str) -> Iterator[list[Shown]]:
    """Carry out a call that a button stands for, told in the chat as if its words were said."""
    yield from _followed(room, lambda: _pressing(room, call, words, []))


def carry_out(room: Room, call: ToolCall, words: str) -> ToolResult:
    """The same for who waits for the end; RoomError where it was not carried out."""
    results: list[ToolResult] = []
    for _ in _followed(room, lambda: _pressing(room, call, words, results)):
        pass
    if not results:
        raise RoomError(room.work.error or "stopped: nothing was changed")
    if not results[-1].ok:
        raise RoomError(results[-1].text.removeprefix(f"{call.name}: "), status=422)
    return results[-1]


def say_again(room: Room) -> Iterator[list[Shown]]:
    """Take back what the last turn changed, then say the same words, or press the same button."""

    def again() -> _Turn:
        asked = last_turn(room)
        if asked is None:
            raise RoomError("nothing was asked yet: there is nothing to try again")
        if asked.touched_since:
            raise RoomError("the desk was changed since then: undo that first, or say it anew")
        _take_back(room.session, asked)
        if asked.call is None:
            return _saying(room, asked.words)
        return _pressing(room, asked.call, asked.words, [])

    yield from _followed(room, again)


@dataclass(frozen=True)
class LastTurn:
    """What was said last; version, proposal: heard and open before it, None where no note tells."""

    words: str
    version: int | None
    touched_since: bool  # whether the hand changed something after the reply
    proposal: Proposal | None = None
    call: ToolCall | None = None  # of the button that was pressed


def last_turn(room: Room) -> LastTurn | None:
    """The last turn, by the journal; None where nothing was said yet."""
    events = room.session.events
    places = [at for at, event in enumerate(events) if event["event"] == "user"]
    if not places:
        return None
    note = events[places[-1] - 1]
    if note["event"] != "turn":
        note = {}
    kinds = [event["event"] for event in events[places[-1] :]]
    after = kinds[kinds.index("reply") + 1 :] if "reply" in kinds else []
    return LastTurn(
        events[places[-1]]["text"],
        note.get("version"),
        bool({"state", "undo", "redo", "restore"} & set(after)),
        _proposal_in(note),
        ToolCall(**note["call"]) if note.get("call") else None,
    )


def _note(session: Session, turn: _Turn) -> dict[str, Any]:
    """What is written down before a turn, so that it can be taken back and done again."""
    call, found = turn.call, session.proposal
    moves = [{"stem": move.stem, "gain_db": move.gain_db} for move in session.proposed]
    return {
        "version": session.version.number,
        "proposal": None if found is None else {"moves": moves, "reason": found.reason},
        "call": None if call is None else {"name": call.name, "arguments": call.arguments},
    }


def _proposal_in(note: dict[str, Any]) -> Proposal | None:
    told = note.get("proposal")
    if told is None:
        return None
    return Proposal(tuple(Move(**move) for move in told["moves"]), told["reason"])


def _take_back(session: Session, asked: LastTurn) -> None:
    """Go back to the version and the advice that a turn began with."""
    if asked.version is not None and asked.version != session.version.number:
        session.restore(asked.version)
    if asked.proposal is not None and asked.proposal != session.proposal:
        session.propose(asked.proposal.moves, asked.proposal.reason)


def _saying(room: Room, words: str) -> _Turn:
    return _Turn(lambda told: run_turn(room.session, room.listener, room.context, words, told))


def _pressing(room: Room, call: ToolCall, words: str, results: list[ToolResult]) -> _Turn:
    """A turn that is one call; its result is added to results, even if the turn breaks off."""

    def run(follower: Follower) -> None:
        context = room.context
        context.listener, context.weighed = room.listener, None
        turn = Progress(room.session, room.listener, context, words, follower)
        turn.tell("user", text=words)
        try:
            turn.act(call)
        finally:
            results.extend(result for _, result in turn.done)
        text = rewrite(*turn.done[-1], seed=len(room.session.events))
        turn.answer(text=text, rewritten=False, problems=[])

    return _Turn(run, call)


def _followed(room: Room, prepared: Callable[[], _Turn]) -> Iterator[list[Shown]]:
    """Run a turn in a thread of its own, and yield the chat as it grows.

    prepared: gives the turn, under the lock that the turn then runs under; its RoomError is raised.
    """
    follower, refused = Follower(room), list[RoomError]()

    def do() -> None:
        with room.lock:
            try:
                turn = prepared()
            except RoomError as error:
                refused.append(error)
                return
            room.session.record("turn", **_note(room.session, turn))
            turn.run(follower)

    events, begun = room.session.events, len(room.session.events)
    if not room.work.start("listening", do):
        raise RoomError("Gainsay is still at work here: wait, or stop it")
    before = shown_messages(events[:begun])
    while room.work.is_running:
        follower.wait()
        # Asked before the events are read: a turn that ends in between is not shown as stopped.
        running = room.work.is_running
        yield before + shown_messages(_since(events, begun), running)
    if refused:
        raise refused[0]
    yield before + shown_messages(_since(events, begun))


def _since(events: Sequence[dict[str, Any]], begun: int) -> list[dict[str, Any]]:
    return list(events[begun:])
