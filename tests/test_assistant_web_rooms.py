"""Rooms: one session each, opened anew after a restart, stopped, refused with reasons."""

import json
import threading
import time

import numpy as np
import pytest
import soundfile

pytest.importorskip("gradio", reason='needs gradio: pip install "gainsay[web]"')

from assistant.journal import JournalError
from assistant.web.room import RoomError
from assistant.web.rooms import Rooms
from assistant.web.work import Stopped, Work
from tests.scripted import NAMES, RATE, ScriptedListener
from tests.web_rooms import move, some_rooms, wait_for


def test_only_tokens_that_were_issued_are_known(rooms):
    token = rooms.issue()
    assert len(token) == 22 and rooms.issue() != token
    assert rooms.knows(token) and rooms.get(token) is rooms.get(token)
    for other in ("A" * 22, "", None, "../etc", f"{token}/..", token + "A", token[:-1]):
        assert not rooms.knows(other)
    with pytest.raises(RoomError, match="no such room") as caught:
        rooms.get("A" * 22)
    assert caught.value.status == 404


def test_a_room_writes_nothing_until_a_song_is_opened(rooms):
    room = rooms.create()
    assert room.as_data()["song"] is None and not room.has_song
    assert list(rooms.root.iterdir()) == []
    with pytest.raises(RoomError, match="no song is open"):
        _ = room.session


def test_a_song_is_opened_where_it_is_and_nothing_is_written_there(rooms, song):
    before = {path: path.stat().st_mtime_ns for path in song.iterdir()}
    room = rooms.open_song(rooms.issue(), song)
    told = room.as_data()
    assert told["song"] == "My song" and told["stems"] == list(NAMES)
    assert told["anchor"] in NAMES and told["anchor"] in told["why_anchor"]
    assert {path: path.stat().st_mtime_ns for path in song.iterdir()} == before
    assert not room.stems_folder.exists()
    assert json.loads((room.folder / "song.json").read_text()) == {"folder": str(song.resolve())}


def test_two_rooms_of_one_song_keep_separate_sessions_and_one_copy_of_the_audio(rooms, song):
    first, second = (rooms.open_song(rooms.issue(), song) for _ in range(2))
    move(first, "vocals", 3.0)
    assert first.session.state().gain_db == (0.0, 0.0, 3.0)
    assert second.session.state().gain_db == (0.0, 0.0, 0.0)
    assert first.context.song is second.context.song


def test_a_restart_leads_back_to_the_same_state(tmp_path, song):
    before = some_rooms(tmp_path / "rooms")
    room = before.open_song(before.issue(), song)
    move(room, "vocals", 3.0)
    room.session.set_anchor("kick")
    room.session._journal._lock_file.close()  # as a kill leaves it: nothing was closed in order
    after = some_rooms(tmp_path / "rooms")
    again = after.get(room.token)
    assert again.has_song and not again.song_open
    again.begin_opening()
    wait_for(lambda: not again.work.is_running)
    assert again.session.state().gain_db == (0.0, 0.0, 3.0)
    assert again.session.anchor == "kick" and again.why_anchor == "kick is the anchor, as before."
    after.close()


def test_a_room_that_another_process_has_open_is_told_of(tmp_path, song):
    first, second = some_rooms(tmp_path / "rooms"), some_rooms(tmp_path / "rooms")
    room = first.open_song(first.issue(), song)
    with pytest.raises(JournalError, match="open in another Gainsay"):
        second.open_song(room.token, song)
    first.close()
    second.close()


def test_uploaded_stems_are_opened_from_the_room_and_again_after_a_restart(rooms, song):
    room = rooms.create()
    song.rename(room.uploads.folder.parent.parent / "moved")  # the rooms' folder has it now
    room.folder.mkdir()
    (rooms.root / "moved").rename(room.stems_folder)
    (room.stems_folder / "broken.wav").write_bytes(b"RIFF")
    soundfile.write(room.stems_folder / "surround.wav", np.zeros((RATE, 6), np.float32), RATE)
    room.begin_opening(room.stems_folder)
    wait_for(lambda: not room.work.is_running)
    told = room.as_data()
    assert told["song"] == "Your stems" and told["stems"] == list(NAMES)
    reasons = {one["name"]: one["reason"] for one in told["refused"]}
    assert "holds no audio" in reasons["broken"] or "damaged" in reasons["broken"]
    assert "surround.wav has 6 channels: 1 or 2 are needed" in reasons["surround"]
    assert json.loads((room.folder / "song.json").read_text()) == {"folder": None}
    rooms.close()
    again = rooms.get(room.token)
    again.open_song()
    assert again.session.names == NAMES


def test_a_song_that_cannot_be_opened_says_why_and_can_be_tried_again(rooms, tmp_path, song):
    room = rooms.create()
    room.begin_opening(tmp_path / "missing")
    wait_for(lambda: not room.work.is_running)
    assert room.work.state == "failed" and "is not there" in room.work.error
    assert not room.has_song
    room.begin_opening(song)
    wait_for(lambda: not room.work.is_running)
    assert room.song_open and room.work.error == ""
    with pytest.raises(RoomError, match="start a new page"):
        room.begin_opening(song)


def test_opening_can_be_stopped(rooms, song):
    room, reached, go_on = rooms.create(), threading.Event(), threading.Event()
    open_once = room._open

    def slow(folder, on_progress):
        reached.set()
        assert go_on.wait(10.0)
        return open_once(folder, on_progress)

    room._open = slow
    room.begin_opening(song)
    assert reached.wait(10.0)
    with pytest.raises(RoomError, match="busy"):
        room.begin_opening(song)
    assert room.work.stop()
    go_on.set()
    wait_for(lambda: not room.work.is_running)
    assert room.work.state == "stopped" and not room.song_open and not room.has_song


def test_the_revision_grows_and_is_never_one_that_was_seen_before_a_restart(rooms, tmp_path):
    room = rooms.create()
    before = room.revision
    assert room.changed() == before + 1 == room.revision
    time.sleep(0.01)
    assert some_rooms(tmp_path / "rooms").create().revision > room.revision


def test_the_listener_is_loaded_once_for_all_rooms(tmp_path, song):
    loads = []
    rooms = Rooms(tmp_path / "rooms", lambda: loads.append(1) or ScriptedListener())
    assert loads == []
    for _ in range(2):
        rooms.open_song(rooms.issue(), song)
    assert loads == [1]
    rooms.close()


def test_work_tells_its_progress_and_how_it_ended():
    work = Work()
    assert work.run("counting", lambda: work.on_progress(2, 5, "at two"))
    assert (work.state, work.done, work.total, work.what) == ("done", 2, 5, "at two")

    def refused():
        raise RoomError("no")

    work.run("refusing", refused)
    assert (work.state, work.error) == ("failed", "no")


def test_work_is_stopped_through_code_that_catches_every_exception():
    work = Work()

    def stubborn():
        try:
            work.stop()
            work.check()
        except Exception:
            pytest.fail("a stop is no failure of the tool")

    work.run("working", stubborn)
    assert work.state == "stopped" and issubclass(Stopped, BaseException)
    assert not work.stop()
