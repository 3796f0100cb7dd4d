"""Turns of the chat in a room: begun, followed step by step, stopped, said again.

One rule: a turn holds the room from its first event to its last, so hand and chat never mix.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.hearing import ToolCall
from assistant.progress import Event, Progress
from assistant.rewriting import rewrite
from assistant.turn import run_turn
from assistant.web.chat_messages import Shown, shown_messages
from assistant.web.room import Room, RoomError

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


def say(room: Room, words: str) -> Iterator[list[Shown]]:
    """Run a turn on what the user said; yields the whole chat whenever there is something new."""
    words = " ".join(words.split())
    if not words:
        return

    def turn(follower: Follower) -> None:
        run_turn(room.session, room.listener, room.context, words, follower)

    yield from _followed(room, turn)


def say_again(room: Room) -> Iterator[list[Shown]]:
    """Take back what the last turn changed, then run a turn on the same words."""
    room.refuse_if_busy()
    asked = last_turn(room)
    if asked is None:
        raise RoomError("nothing was asked yet: there is nothing to try again")
    if asked.touched_since:
        raise RoomError("the desk was changed since then: undo that first, or say it anew")
    if asked.version is not None and asked.version != room.session.version.number:
        with room.lock:
            room.session.restore(asked.version)
    yield from say(room, asked.words)


@dataclass(frozen=True)
class LastTurn:
    """What was said last; version: the one heard before it, None where no note tells."""

    words: str
    version: int | None
    touched_since: bool  # whether the hand changed something after the reply


def last_turn(room: Room) -> LastTurn | None:
    """The last turn, by the journal; None where nothing was said yet."""
    events = room.session.events
    places = [at for at, event in enumerate(events) if event["event"] == "user"]
    if not places:
        return None
    note = events[places[-1] - 1]
    version = note["version"] if note["event"] == "turn" else None
    kinds = [event["event"] for event in events[places[-1] :]]
    after = kinds[kinds.index("reply") + 1 :] if "reply" in kinds else []
    touched = bool({"state", "undo", "redo", "restore"} & set(after))
    return LastTurn(events[places[-1]]["text"], version, touched)


def act(room: Room, call: ToolCall, words: str) -> Iterator[list[Shown]]:
    """Carry out a call that a button stands for, told in the chat as if its words were said."""

    def turn(follower: Follower) -> None:
        context = room.context
        context.listener, context.weighed = room.listener, None
        turn = Progress(room.session, room.listener, context, words, follower)
        turn.tell("user", text=words)
        turn.act(call)
        text = rewrite(*turn.done[-1], seed=len(room.session.events))
        turn.answer(text=text, rewritten=False, problems=[])

    yield from _followed(room, turn)


def _followed(room: Room, turn: Callable[[Follower], None]) -> Iterator[list[Shown]]:
    """Run a turn in a thread of its own, and yield the chat as it grows."""
    follower = Follower(room)

    def do() -> None:
        with room.lock:
            room.session.record("turn", version=room.session.version.number)
            turn(follower)

    events, begun = room.session.events, len(room.session.events)
    if not room.work.start("listening", do):
        raise RoomError("Gainsay is still at work here: wait, or stop it")
    before = shown_messages(events[:begun])
    while room.work.is_running:
        follower.wait()
        yield before + shown_messages(_since(events, begun), running=room.work.is_running)
    yield before + shown_messages(_since(events, begun))


def _since(events: Sequence[dict[str, Any]], begun: int) -> list[dict[str, Any]]:
    return list(events[begun:])
