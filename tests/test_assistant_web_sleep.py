"""Rooms are put away when nobody looks, woken when somebody asks, and removed in the end."""

import gc
import threading
import time
import weakref

import numpy as np
import pytest
import soundfile

pytest.importorskip("gradio", reason='needs gradio: pip install "gainsay[web]"')

from assistant.web.auditions import Auditions
from assistant.web.preview_jobs import PreviewJobs
from assistant.web.room import RoomError
from assistant.web.rooms import DAY_S
from mixer.song import open_song
from tests.scripted import song_folder
from tests.web_rooms import move, some_rooms, wait_for


def test_idle_rooms_are_put_away_and_come_back(rooms, song):
    room = rooms.open_song(rooms.issue(), song)
    move(room, "vocals", -2.0)
    room.used_at -= 4000.0
    rooms.sweep()
    assert not room.song_open
    again = rooms.get(room.token)
    assert again is not room
    again.open_song()
    assert again.session.state().gain_db == (0.0, 0.0, -2.0)


def test_rooms_that_nobody_used_for_long_are_removed(tmp_path, song, monkeypatch):
    rooms = some_rooms(tmp_path / "rooms", keep_days=2.0)
    old, new = (rooms.open_song(rooms.issue(), song) for _ in range(2))
    rooms.close()
    (tmp_path / "rooms" / "not a room").mkdir()
    now = time.time()
    monkeypatch.setattr(
        "assistant.web.rooms._last_used",
        lambda folder: now - (3.0 if folder.name == old.token else 1.0) * DAY_S,
    )
    rooms.sweep()
    assert {path.name for path in rooms.root.iterdir()} == {new.token, "not a room"}
    assert not rooms.knows(old.token) and len(list(song.iterdir())) == 3


def test_a_room_that_sleeps_is_woken_by_whoever_asks(rooms, song):
    room = rooms.open_song(rooms.issue(), song)
    move(room, "vocals", -2.0)
    seen = room.revision
    assert room.put_away() and room.sleeps and room.revision > seen
    with pytest.raises(RoomError, match="being opened again"):
        _ = room.session
    wait_for(lambda: room.song_open)
    assert room.session.state().gain_db == (0.0, 0.0, -2.0)
    assert room.put_away()
    room.be_awake()
    assert room.song_open


def test_who_has_waited_for_a_room_to_wake_finds_it_free(rooms, song):
    room = rooms.open_song(rooms.issue(), song)
    assert room.put_away()
    end, go_on = room.work.end, threading.Event()

    def late(*how):
        assert go_on.wait(60.0)
        end(*how)

    room.work.end = late
    waking = room.waking()
    next(waking)
    wait_for(lambda: room.song_open)
    next(waking)  # the song is open, and its opening has not ended yet
    go_on.set()
    for _ in waking:
        time.sleep(0.01)
    assert room.work.state == "done" and room.work.start("listening", lambda: None)


def test_a_song_that_cannot_be_opened_again_is_told_and_not_tried_without_end(rooms, song):
    room = rooms.open_song(rooms.issue(), song)
    room.put_away()
    moved = song.rename(song.with_name("elsewhere"))
    with pytest.raises(RoomError, match="is not there"):
        room.be_awake()
    seen = room.revision
    with pytest.raises(RoomError, match="load the page again"):
        _ = room.session
    assert not room.work.is_running and room.revision == seen
    moved.rename(song)
    room.begin_opening()
    wait_for(lambda: room.song_open)


def test_a_sleeping_room_takes_no_other_song(rooms, song, tmp_path):
    room = rooms.open_song(rooms.issue(), song)
    room.put_away()
    with pytest.raises(RoomError, match="another song belongs here"):
        room.begin_opening(song_folder(tmp_path / "Another"))
    room.open_song(song)
    assert room.song_name == "My song"


def test_a_room_at_work_is_not_put_away(rooms, song):
    room, go_on = rooms.open_song(rooms.issue(), song), threading.Event()
    room.used_at -= 4000.0
    assert room.work.start("rendering", lambda: go_on.wait(10.0))
    rooms.sweep()
    assert room.song_open
    go_on.set()
    wait_for(lambda: not room.work.is_running)
    room.used_at -= 4000.0
    rooms.sweep()
    assert not room.song_open


def test_a_room_that_files_are_sent_to_is_kept_however_long_they_take(rooms, song, monkeypatch):
    room = rooms.create()
    with room.uploads._quota.part(".wav") as arriving:
        arriving.path.write_bytes(b"RIFF")
        room.used_at -= 4000.0
        rooms.sweep()
        monkeypatch.setattr("assistant.web.rooms.MOST_EMPTY", 1)
        for _ in range(3):
            rooms.create()
        assert rooms.get(room.token) is room and arriving.path.is_file()
    room.used_at -= 4000.0
    rooms.sweep()
    assert rooms.get(room.token) is not room


def test_previews_that_a_kill_left_unfinished_are_removed(rooms, song):
    room = rooms.create()
    folder = room.cache / "auditions"
    for name in (".0123abc.77.part", ".0123abc.1.part", "0123abd"):
        (folder / name).mkdir(parents=True)
    room.open_song(song)
    assert [place.name for place in folder.iterdir()] == ["0123abd"]
    (folder / ".0123abc.2.part").mkdir()  # as one that is being made
    room.put_away()
    room.open_song()
    assert (folder / ".0123abc.2.part").is_dir()


def test_only_so_many_songs_are_in_memory(rooms, song, monkeypatch):
    monkeypatch.setattr("assistant.web.rooms.MOST_OPEN", 2)
    opened = [rooms.open_song(rooms.issue(), song) for _ in range(2)]
    with pytest.raises(RoomError, match="2 songs are open here, and all are in use"):
        rooms.open_song(rooms.issue(), song)
    opened[0].used_at -= 100.0
    opened.append(rooms.open_song(rooms.issue(), song))
    assert [room.song_open for room in opened] == [False, True, True]


def test_empty_rooms_close_nobody_s_session_and_are_forgotten_first(rooms, song, monkeypatch):
    room = rooms.open_song(rooms.issue(), song)
    room.used_at -= 100.0
    for _ in range(30):
        rooms.create()
    assert room.song_open and rooms.get(room.token) is room
    monkeypatch.setattr("assistant.web.rooms.MOST_EMPTY", 5)
    token = rooms.create().token
    assert len(rooms._awake) == 6 and rooms.knows(token) and room.song_open


def test_nobody_waits_for_a_room_that_is_being_closed(rooms, song):
    room, other = (rooms.open_song(rooms.issue(), song) for _ in range(2))
    held, done = threading.Event(), threading.Event()

    def closing():
        held.set()
        assert done.wait(10.0)

    room.session.close, close = closing, room.session.close
    room.used_at -= 4000.0
    sweeping = threading.Thread(target=rooms.sweep)
    sweeping.start()
    assert held.wait(10.0)
    begun = time.monotonic()
    assert rooms.get(other.token) is other and time.monotonic() - begun < 1.0
    done.set()
    sweeping.join(10.0)
    close()


def test_a_song_that_was_put_away_is_out_of_memory_though_its_previews_were_made(rooms, song):
    room, jobs = rooms.open_song(rooms.issue(), song), PreviewJobs()
    gone = weakref.ref(room.context.song)
    auditions, waiting = Auditions(room, jobs), threading.Event()
    auditions.want(["v0"])
    wait_for(lambda: auditions.row("v0")["state"] == "ready")
    jobs.want(("another room", "that takes long"), lambda report: waiting.wait(10.0) and None)
    assert auditions.solo("v0", ["kick"])["state"] == "waiting"
    assert auditions.cancel(["v0.s1"])[0]["state"] == "cancelled"
    assert room.put_away()
    wait_for(lambda: gc.collect() >= 0 and gone() is None)
    waiting.set()


def test_a_song_whose_files_were_written_anew_is_read_anew(rooms, song):
    first = rooms.open_song(rooms.issue(), song)
    audio, rate = soundfile.read(song / "vocals.wav")
    soundfile.write(song / "vocals.wav", 0.5 * audio, rate)
    second = rooms.open_song(rooms.issue(), song)
    peaks = [float(np.abs(room.context.song.audio[2]).max()) for room in (first, second)]
    assert peaks[1] == pytest.approx(0.5 * peaks[0], rel=0.01)


def test_waiting_for_a_song_that_another_room_opens_can_be_stopped(rooms, song, monkeypatch):
    reached, go_on = threading.Event(), threading.Event()

    def slow(folder, on_progress):
        reached.set()
        assert go_on.wait(20.0)
        return open_song(folder, on_progress)

    monkeypatch.setattr("assistant.web.rooms.open_song", slow)
    first, second = rooms.create(), rooms.create()
    first.begin_opening(song)
    assert reached.wait(10.0)
    second.begin_opening(song)
    wait_for(lambda: second.work.what == "waiting for the same song")
    second.work.stop()
    wait_for(lambda: not second.work.is_running)
    assert second.work.state == "stopped" and first.work.is_running
    go_on.set()
    wait_for(lambda: first.song_open)
