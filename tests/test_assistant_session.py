"""The journal and the session: nothing is lost, and every version can be gone back to."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.journal import JOURNAL_NAME, Journal, JournalError
from assistant.session import Session, SessionError, default_folder
from mixer.moves import Move
from tests.scripted import NAMES, a_song, song_folder

SONG = a_song(seconds=0.5)


def raised(session: Session, stem: str, gain_db: float) -> int:
    state = session.state().moved(session.names, [Move(stem, gain_db)])
    return session.change(state, f"{stem} {gain_db:+}").number


def test_the_state_is_what_the_journal_says(tmp_path):
    with Session.open(SONG, tmp_path) as session:
        session.set_anchor("bass")
        session.propose([Move("vocals", 3.0)], "too quiet")
        assert raised(session, "kick", -2.5) == 1
        session.change(session.state().panned(NAMES, "vocals", -0.5), "pan")
        session.change(session.state().with_mute(NAMES, "kick", True), "mute")
        before = session.state()
    with Session.open(SONG, tmp_path) as session:
        assert session.state() == before
        assert session.state().gain_db == (0.0, -2.5, 0.0)
        assert session.state().pan == (None, None, -0.5)
        assert session.state().muted == (False, True, False)
        assert session.anchor == "bass"
        assert session.version.number == 3


def test_undo_reaches_the_first_state_and_redo_comes_back(tmp_path):
    with Session.open(SONG, tmp_path) as session:
        for gain_db in (1.0, 2.0, 3.0):
            raised(session, "vocals", gain_db)
        assert session.state().gain_db[2] == 6.0
        assert [session.undo().number for _ in range(3)] == [2, 1, 0]
        assert session.state().gain_db == (0.0, 0.0, 0.0)
        with pytest.raises(SessionError, match="nothing to undo"):
            session.undo()
        assert session.redo().number == 1
    with Session.open(SONG, tmp_path) as session:
        assert session.version.number == 1
        assert session.redo().number == 2


def test_a_change_after_undo_ends_redo_but_keeps_the_version(tmp_path):
    with Session.open(SONG, tmp_path) as session:
        raised(session, "vocals", 1.0)
        session.undo()
        assert raised(session, "vocals", -4.0) == 2
        with pytest.raises(SessionError, match="nothing to redo"):
            session.redo()
        assert session.restore(1).state.gain_db[2] == 1.0
        assert session.undo().number == 2  # undo of a restore leads back to where one was
        with pytest.raises(SessionError, match="v0 to v2"):
            session.restore(7)


@given(st.lists(st.sampled_from(["change", "undo", "redo", "restore", "reopen"]), max_size=12))
@settings(max_examples=25, deadline=None)
def test_any_walk_survives_reopening(steps):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        session = Session.open(SONG, folder)
        for number, step in enumerate(steps):
            try:
                if step == "change":
                    raised(session, "vocals", 0.5 if number % 2 else -0.5)
                elif step == "restore":
                    session.restore(number // 2)
                elif step != "reopen":
                    getattr(session, step)()
            except SessionError:
                pass
            known = (session.version, session.versions, session.state())
            session.close()
            session = Session.open(SONG, folder)
            assert (session.version, session.versions, session.state()) == known
        while session.version.number:
            session.undo()
        assert session.state().gain_db == (0.0, 0.0, 0.0)
        session.close()


def test_a_torn_last_line_is_set_aside_and_nothing_else_is_lost(tmp_path):
    with Session.open(SONG, tmp_path) as session:
        raised(session, "vocals", 3.0)
        session.record("user", text="louder ♪")
    journal = tmp_path / JOURNAL_NAME
    whole = journal.read_bytes()
    for torn in (
        b'{"event": "state", "ver',
        b"\x00\x00\x00\n",
        '{"event": "user", "text": "é'.encode()[:-1],
    ):
        journal.write_bytes(whole + torn)
        with Session.open(SONG, tmp_path) as session:
            assert session.state().gain_db[2] == 3.0
            assert session.events[-1]["text"] == "louder ♪"
        assert journal.read_bytes() == whole
        assert torn.rstrip(b"\n") in (tmp_path / "journal.jsonl.torn").read_bytes()


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_wherever_the_last_line_is_cut_the_lines_before_stand(tmp_path, cut):
    with Session.open(SONG, tmp_path) as session:
        raised(session, "vocals", 3.0)
        raised(session, "vocals", 1.0)
    journal = tmp_path / JOURNAL_NAME
    journal.write_bytes(journal.read_bytes()[:-cut])
    with Session.open(SONG, tmp_path) as session:
        assert session.state().gain_db[2] == 3.0
        assert raised(session, "vocals", 2.0) == 2


def test_a_damaged_line_in_the_middle_is_told_not_guessed(tmp_path):
    with Session.open(SONG, tmp_path) as session:
        raised(session, "vocals", 3.0)
    journal = tmp_path / JOURNAL_NAME
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([lines[0][:9] + b"\n", *lines[1:]]))
    with pytest.raises(JournalError, match="line 1 .* is damaged"):
        Session.open(SONG, tmp_path)
    with pytest.raises(JournalError, match="line 1"):  # and not "open in another Gainsay"
        Session.open(SONG, tmp_path)


def test_a_second_process_is_refused_with_a_cure(tmp_path):
    with Session.open(SONG, tmp_path):
        with pytest.raises(JournalError, match="open in another Gainsay.*--session DIR"):
            Session.open(SONG, tmp_path)
    Session.open(SONG, tmp_path).close()


KILLED = """
import sys
from assistant.session import Session
from mixer.moves import Move
from tests.scripted import a_song
session = Session.open(a_song(seconds=0.5), sys.argv[1])
number = 0
while True:
    sign = 1 if number % 2 == 0 else -1
    state = session.state().moved(session.names, [Move("vocals", 0.5 * sign)])
    session.change(state, "x" * 3000)
    number += 1
    print(number, flush=True)
"""


def test_kill_9_loses_nothing_that_was_done(tmp_path):
    root = Path(__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        stdout=subprocess.PIPE,
        env=environment,
        cwd=root,
    )
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(0.2)
    process.send_signal(signal.SIGKILL)
    done = [int(line) for line in process.stdout.read().split()]
    process.wait()
    with Session.open(SONG, tmp_path) as session:  # the lock went with the process
        assert session.version.number >= done[-1]
        assert session.version.number <= done[-1] + 1
        assert session.state().gain_db[2] == 0.5 * (session.version.number % 2)
        while session.version.number:
            session.undo()
        assert session.state().gain_db == (0.0, 0.0, 0.0)


def test_a_full_disk_leaves_the_journal_whole(tmp_path, monkeypatch):
    journal = Journal(tmp_path)
    journal.append("user", text="one")

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(JournalError, match="No space left on device.*free some space"):
        journal.append("user", text="two")
    monkeypatch.undo()
    journal.append("user", text="three")
    journal.close()
    texts = [json.loads(line)["text"] for line in (tmp_path / JOURNAL_NAME).open()]
    assert texts == ["one", "three"]


def test_a_proposal_is_open_until_the_gains_move(tmp_path):
    with Session.open(SONG, tmp_path) as session:
        assert session.proposal is None
        session.propose([Move("vocals", 3.0)], "too quiet")
        session.change(session.state().panned(NAMES, "kick", 0.2), "pan")
        assert session.proposal is not None and session.proposal.moves == (Move("vocals", 3.0),)
        raised(session, "kick", 1.0)
        assert session.proposal is None
        session.propose([], "fine")
        assert session.proposal is not None and session.proposal.moves == ()


def test_stems_may_come_and_go(tmp_path):
    with Session.open(SONG, tmp_path) as session:
        session.set_anchor("kick")
        raised(session, "vocals", 3.0)
    larger = a_song(("bass", "keys", "vocals"), seconds=0.5)
    with Session.open(larger, tmp_path) as session:
        assert session.state().gain_db == (0.0, 0.0, 3.0)
        assert session.anchor is None
    with Session.open(SONG, tmp_path) as session:
        assert session.state().gain_db == (0.0, 0.0, 3.0)


def test_messages_hold_the_last_turns_and_leave_out_broken_ones(tmp_path):
    with Session.open(SONG, tmp_path) as session:
        for number in range(4):
            session.record("user", text=f"question {number}")
            session.record("tool_call", name="undo", arguments={})
            session.record("tool_result", name="undo", ok=True, text="v0", data={})
            if number != 2:  # killed before its reply
                session.record("reply", text=f"answer {number}")
        assert not session.cut_off
        session.record("user", text="now")
        assert session.cut_off
        told = session.messages(turns=3)
    assert [message["role"] for message in told] == [
        "user", "assistant", "tool", "assistant", "user", "assistant", "tool", "assistant", "user",
    ]  # fmt: skip
    assert [m["content"] for m in told if m["role"] == "user"] == [
        "question 1",
        "question 3",
        "now",
    ]
    assert told[1]["tool_calls"] == [{"name": "undo", "arguments": {}}]


def test_the_songs_own_folder_is_never_used(tmp_path):
    from mixer.song import open_song

    song = open_song(song_folder(tmp_path / "song", seconds=0.5))
    before = sorted((tmp_path / "song").iterdir())
    with pytest.raises(SessionError, match="inside the song's own folder"):
        Session.open(song, tmp_path / "song" / "session")
    assert sorted((tmp_path / "song").iterdir()) == before


def test_the_default_folder_is_one_per_song(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    one = replace(SONG, folder=tmp_path / "a", name="a/b: song")
    other = replace(SONG, folder=tmp_path / "b", name="a/b: song")
    assert default_folder(one) == default_folder(one)
    assert default_folder(one) != default_folder(other)
    assert default_folder(one).parent == tmp_path / "data" / "gainsay" / "sessions"
    assert default_folder(one).name.startswith("a_b_song-")


def test_odd_stem_names_survive_the_journal(tmp_path):
    odd = 'lead "x"\u2028\udcff 3'
    song = replace(
        SONG,
        stems=tuple(replace(s, name=n) for s, n in zip(SONG.stems, ("a", "b", odd), strict=True)),
    )
    with Session.open(song, tmp_path) as session:
        raised(session, odd, 3.0)
    with Session.open(song, tmp_path) as session:
        assert session.state().gain_db == (0.0, 0.0, 3.0)
