"""What a program may call: Gradio endpoints for a room, beside the plain routes of the page.

One rule: an endpoint does what a button of the page does, by the same code.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr
from gradio.events import api

from assistant.context import is_ours
from assistant.demo import song_folder
from assistant.hearing import ToolCall
from assistant.web.chat_turns import act, say
from assistant.web.desk_state import desk_state
from assistant.web.room import Room, RoomError
from assistant.web.rooms import Rooms

Data = dict[str, Any]
T = TypeVar("T")


def add_endpoints(rooms: Rooms) -> None:
    """Add /new_room, /open_demo, /open_uploaded, /room, /say, /apply_moves and /set_anchor."""

    def new_room() -> str:
        """A new room: its token goes into every other call."""
        return rooms.issue()

    def open_demo(room: str) -> Data:
        """Open the demo song in a room, and wait for it."""
        return _told(lambda: _opened(rooms.get(room), song_folder()))

    def open_uploaded(room: str) -> Data:
        """Open what was sent by PUT /rooms/{token}/stems?name=..., and wait for it."""
        return _told(lambda: _opened(rooms.get(room), rooms.get(room).stems_folder))

    def about_room(room: str) -> Data:
        """The song, its stems and anchor, what was refused, faders and versions."""
        return _told(lambda: _about(rooms.get(room)))

    def say_words(room: str, words: str) -> Iterator[Data]:
        """Say something; the steps as they happen, then the reply and the open proposal."""
        here = rooms.get(room)
        before = len(_told(lambda: here.session.events))
        turn = say(here, words)
        while _told(lambda: next(turn, None)) is not None:
            yield _answer(here, before)
        here.changed()
        yield _answer(here, before)

    def apply_moves(room: str, moves: list[Data] | None = None) -> Data:
        """Apply the open proposal, or these moves [{"stem", "gain_db"}]."""
        arguments = {} if moves is None else {"moves": moves}
        return _acted(rooms.get(room), ToolCall("apply_moves", arguments), "Apply that.")

    def set_anchor(room: str, stem: str) -> Data:
        """Judge everything against this stem."""
        words = f"Take {stem} as the anchor."
        return _acted(rooms.get(room), ToolCall("set_anchor", {"stem": stem}), words)

    named = {
        "new_room": new_room, "open_demo": open_demo, "open_uploaded": open_uploaded,
        "room": about_room, "say": say_words, "apply_moves": apply_moves, "set_anchor": set_anchor,
    }  # fmt: skip
    for name, endpoint in named.items():
        api(endpoint, api_name=name)


def _told(do: Callable[[], T]) -> T:
    """What comes of it; an error of ours is told to the caller, a bug is not."""
    try:
        return do()
    except Exception as error:
        if not is_ours(error):
            raise
        raise gr.Error(str(error), print_exception=False) from error


def _opened(room: Room, folder: Path) -> Data:
    if folder == room.stems_folder:
        room.uploads.need_usable()
    if not room.work.run("opening the song", lambda: room.open_song(folder)):
        raise RoomError("this room is busy: wait, or stop what it is doing")
    if room.work.state != "done":
        raise RoomError(room.work.error or "stopped: nothing was opened")
    return _about(room)


def _about(room: Room) -> Data:
    return {**room.as_data(), **(desk_state(room.context) if room.song_open else {})}


def _acted(room: Room, call: ToolCall, words: str) -> Data:
    def do() -> Data:
        before = len(room.session.events)
        for _ in act(room, call, words):
            pass
        room.changed()
        return _answer(room, before)

    return _told(do)


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
