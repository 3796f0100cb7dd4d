"""What a program may call: Gradio endpoints for a room, beside the plain routes of the page.

One rule: an endpoint does what a button of the page does, by the same code, and what cannot be done
is told to whoever asked, in a sentence.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.events import api

from assistant.context import is_ours
from assistant.demo import song_folder
from assistant.hearing import ToolCall
from assistant.web.chat_turns import act, say
from assistant.web.desk_state import desk_state
from assistant.web.room import LOOK_EVERY_S, OPENING, Room, RoomError
from assistant.web.rooms import Rooms

Data = dict[str, Any]
AT_ONCE = 8  # rooms that one endpoint serves side by side; Gradio would let one wait for another


def add_endpoints(rooms: Rooms) -> None:
    """Add /new_room, /open_demo, /open_uploaded, /room, /say, /apply_moves and /set_anchor."""

    def new_room() -> str:
        """A new room: its token goes into every other call."""
        return rooms.issue()

    def open_demo(room: str) -> Data:
        """Open the demo song in a room, and wait for it."""
        with _telling():
            return _opened(rooms.get(room), song_folder())

    def open_uploaded(room: str) -> Data:
        """Open what was sent by PUT /rooms/{token}/stems?name=..., and wait for it."""
        with _telling():
            return _opened(rooms.get(room), rooms.get(room).stems_folder)

    def about_room(room: str) -> Data:
        """The song, its stems and anchor, what was refused, faders and versions."""
        with _telling():
            return _about(rooms.get(room))

    def say_words(room: str, words: str) -> Iterator[Data]:
        """Say something; the steps as they happen, then the reply and the open proposal."""
        with _telling():
            if not isinstance(words, str):
                raise RoomError("what is said must be text: send a string")
            yield from _said(rooms.get(room), words)

    def apply_moves(room: str, moves: list[Data] | None = None) -> Data:
        """Apply the open proposal, or these moves [{"stem", "gain_db"}]."""
        arguments = {} if moves is None else {"moves": moves}
        with _telling():
            return _acted(rooms.get(room), ToolCall("apply_moves", arguments), "Apply that.")

    def set_anchor(room: str, stem: str) -> Data:
        """Judge everything against this stem."""
        words = f"Take {stem} as the anchor."
        with _telling():
            return _acted(rooms.get(room), ToolCall("set_anchor", {"stem": stem}), words)

    named = {
        "new_room": new_room, "open_demo": open_demo, "open_uploaded": open_uploaded,
        "room": about_room, "say": say_words, "apply_moves": apply_moves, "set_anchor": set_anchor,
    }  # fmt: skip
    for name, endpoint in named.items():
        api(endpoint, api_name=name, concurrency_limit=AT_ONCE)


@contextmanager
def _telling() -> Iterator[None]:
    """An error of ours is told to the caller, a bug is not."""
    try:
        yield
    except Exception as error:
        if not is_ours(error):
            raise
        raise gr.Error(str(error), print_exception=False) from error


def _said(room: Room, words: str) -> Iterator[Data]:
    """A turn on what was said, step by step; a song that was put away is opened again first."""
    for _ in room.waking():
        yield _waking(room)
        time.sleep(LOOK_EVERY_S)
    before = len(room.session.events)
    for _ in say(room, words):
        yield _answer(room, before)
    room.changed()
    yield _answer(room, before)


def _opened(room: Room, folder: Path) -> Data:
    if folder == room.stems_folder:
        room.uploads.need_usable()
    if not room.work.run(OPENING, lambda: room.open_song(folder)):
        raise RoomError("this room is busy: wait, or stop what it is doing")
    if room.work.state != "done":
        raise RoomError(room.work.error or "stopped: nothing was opened")
    return _about(room)


def _about(room: Room) -> Data:
    """What is known of a room; a song that was put away is opened again first."""
    if room.sleeps:
        room.be_awake()
    return {**room.as_data(), **(desk_state(room.context) if room.song_open else {})}


def _acted(room: Room, call: ToolCall, words: str) -> Data:
    room.be_awake()
    before = len(room.session.events)
    for _ in act(room, call, words):
        pass
    room.changed()
    return _answer(room, before)


def _waking(room: Room) -> Data:
    """The answer while a song that was put away is being opened again."""
    told = {"reply": None, "steps": [], "proposed": [], "version": None}
    return {**told, "doing": room.work.what}


def _answer(room: Room, before: int) -> Data:
    """What a turn has come to: its tool steps, and its reply once there is one."""
    events = list(room.session.events)[before:]
    replies = [event["text"] for event in events if event["event"] == "reply"]
    steps = [
        {name: event[name] for name in ("name", "ok", "text")}
        for event in events
        if event["event"] == "tool_result"
    ]
    proposed = [{"stem": move.stem, "gain_db": move.gain_db} for move in room.session.proposed]
    doing = room.work.what if room.work.is_running else None
    return {
        "reply": replies[-1] if replies else None, "steps": steps, "proposed": proposed,
        "version": room.session.version.number, "doing": doing,
    }  # fmt: skip
