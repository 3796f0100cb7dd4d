"""Hearing a drill from the terminal: what is played, by a real process, and silence after it."""

import os
import stat
import sys
import time

import pytest

from assistant.drills import Drill
from assistant.drills_loop import played
from assistant.drills_player import FilePlayer

HIDDEN = Drill(
    1, "hidden_change", 0, 3.0, 0.1, {"before": "d/before.wav", "after": "d/after.wav"}, 0.0
)
CLIPPED = Drill(1, "clipping", 0, 3.0, 0.25, {letter: f"{letter}.wav" for letter in "ABCD"}, 0.0)


@pytest.mark.parametrize(
    "drill, text, paths",
    [
        (HIDDEN, "play", ["d/before.wav", "d/after.wav"]),
        (HIDDEN, "Play after", ["d/after.wav"]),
        (HIDDEN, "after.wav", ["d/after.wav"]),
        (HIDDEN, "before", ["d/before.wav"]),
        (HIDDEN, "play bass", ["d/before.wav", "d/after.wav"]),
        (CLIPPED, "p c", ["C.wav"]),
        (CLIPPED, "play b a", ["B.wav", "A.wav"]),
        (CLIPPED, "c", None),  # an answer
        (HIDDEN, "bass up", None),
        (HIDDEN, "no idea", None),
    ],
)
def test_what_a_line_asks_to_hear(drill, text, paths):
    assert played(text, drill) == paths


@pytest.fixture
def player(tmp_path, monkeypatch):
    """A player that notes what it plays, and takes as long as its file's name says."""
    if sys.platform == "win32":
        pytest.skip("the player is a shell script")
    script = tmp_path / "bin" / "noteplay"
    script.parent.mkdir()
    script.write_text('#!/bin/sh\nbasename "$1" >> "$NOTES"\nsleep "$(basename "$1" .wav)"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("NOTES", str(tmp_path / "notes"))
    return FilePlayer([("no-such-player-here",), ("noteplay",)])


def noted(tmp_path, count: int) -> list[str]:
    until = time.monotonic() + 60.0
    while time.monotonic() < until:
        notes = tmp_path / "notes"
        lines = notes.read_text().split() if notes.exists() else []
        if len(lines) >= count:
            return lines
        time.sleep(0.05)
    raise AssertionError("nothing was played")


def test_files_are_played_in_turn_and_the_next_thing_stops_them(player, tmp_path):
    assert player.is_there
    player.play([tmp_path / "0.wav", tmp_path / "600.wav", tmp_path / "1.wav"])
    assert noted(tmp_path, 2) == ["0.wav", "600.wav"]
    begun = time.monotonic()
    player.play([tmp_path / "0.wav"])
    assert noted(tmp_path, 3) == ["0.wav", "600.wav", "0.wav"]
    player.stop()
    assert time.monotonic() - begun < 300.0, "the long one was not waited for"


def test_without_a_player_nothing_fails(tmp_path):
    silent = FilePlayer([("no-such-player-here",)])
    assert not silent.is_there
    silent.play([tmp_path / "0.wav"])
    silent.stop()
