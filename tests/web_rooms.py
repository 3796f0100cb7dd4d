"""Rooms with a scripted listener for tests; a move by hand in one; waiting for what comes about."""

import time

from assistant.web.rooms import Rooms
from mixer.moves import Move
from tests.scripted import ScriptedListener


def some_rooms(folder, **options):
    return Rooms(folder, ScriptedListener, **options)


def room_with(rooms, song, anchor="bass"):
    """A new room with a song open, judged against this anchor."""
    room = rooms.create()
    room.open_song(song)
    room.session.set_anchor(anchor)
    return room


def wait_for(condition, within_s=20.0):
    until = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.01)


def move(room, stem, gain_db):
    """Move a fader as a new version."""
    session = room.session
    return session.change(session.state().moved(session.names, [Move(stem, gain_db)]), "moved")


def texts(messages):
    """What was said, without tool steps."""
    return [m["content"] for m in messages if "metadata" not in m]


def titles(messages):
    return [m["metadata"]["title"] for m in messages if "metadata" in m]
