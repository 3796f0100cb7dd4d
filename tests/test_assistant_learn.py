"""Learning by keyboard and in the talk: scripted answers, few lines, and a drill that survives."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.demo import next_steps
from assistant.drills_progress import read_progress
from assistant.turn import run_turn
from mixer.song import open_song
from tests.scripted import ScriptedListener, a_context, call, moves, say, song_folder

ROOT = Path(__file__).parents[1]
NAMES = ("bass", "kick", "vocals")


@pytest.fixture
def learn(tmp_path, gainsay):
    """Run the command on a short song: (lines, arguments) -> (exit code, output lines)."""
    folder = song_folder(tmp_path / "song", NAMES)

    def run(*lines, arguments=()):
        session = ["--session", tmp_path / "session"]
        code, out, _ = gainsay("learn", folder, *session, *arguments, lines=lines)
        return code, out.splitlines()

    return run


def opened_again(tmp_path):
    """The context that the command leaves behind."""
    return a_context(tmp_path / "session", song=open_song(tmp_path / "song"))


def answer_to(tmp_path) -> str:
    """The right answer to the open drill, by what the journal holds."""
    with opened_again(tmp_path).session as session:
        drill = session.drill
        return f"{drill.stem} {'up' if drill.gain_db > 0 else 'down'} {abs(drill.gain_db):g}"


def test_at_most_ten_lines_come_before_the_first_question_and_its_files_are_there(learn, tmp_path):
    code, out = learn("q")
    assert code == 0
    at = next(at for at, line in enumerate(out) if line.startswith("Drill 1."))
    assert at <= 10
    names, folder = out[at + 1].strip().removesuffix(", in").split(", "), Path(out[at + 2].strip())
    assert names == ["before.wav", "after.wav"]
    assert all((folder / name).is_file() for name in names)
    assert out[-1] == "Nothing answered yet."


def test_a_right_answer_then_the_next_one_then_the_summary(learn, tmp_path):
    learn("q")
    code, out = learn(answer_to(tmp_path), "what is a dB", "no idea", "quit")
    text = "\n".join(out)
    assert code == 0
    assert "Drill 1." in text and "Drill 2." in text and "Drill 3." in text
    assert "spot on" in text and "Hear" in text or "after.wav" in text
    assert "2 answers so far, 1 right." in out
    assert "Hidden change: 1 of 2 right" in text
    assert out[-1] == f"Your answers are in {tmp_path / 'session' / 'learner.jsonl'}."
    with opened_again(tmp_path).session as session:
        assert session.drill.number == 3


def test_a_word_is_explained_in_between_and_the_drill_stays(learn, tmp_path):
    _, out = learn("what is a dB?", "what is the weather", "q")
    text = "\n".join(out)
    assert "What a decibel is. A decibel" in text
    assert text.count("The drill is still open.") == 1 and "Drill 2." not in text
    with opened_again(tmp_path).session as session:
        assert session.drill is not None and session.drill.number == 1


@pytest.mark.parametrize(
    "called, told",
    [("/a/.venv/bin/gainsay", "/a/.venv/bin/gainsay"), ("/a/assistant/__main__.py", "python -m")],
)
def test_the_demo_names_the_next_command_as_it_was_called(monkeypatch, tmp_path, called, told):
    monkeypatch.setattr(sys, "argv", [called, "demo"])
    monkeypatch.chdir(tmp_path)
    lines = next_steps()
    assert lines[0].startswith("Next, train your ears on this song: ") and f"{told}" in lines[0]
    assert lines[0].endswith(" learn")


def test_what_is_asked_about_can_be_heard_without_leaving(learn, monkeypatch):
    heard = []
    monkeypatch.setattr("assistant.drills_player.FilePlayer.is_there", True)
    monkeypatch.setattr(
        "assistant.drills_player.FilePlayer.play",
        lambda self, paths: heard.append([path.name for path in paths]),
    )
    _, out = learn("play", "after", "q")
    assert heard == [["before.wav", "after.wav"], ["after.wav"]]
    assert any(line.startswith('Type "play"') for line in out)
    assert sum(line.startswith("  playing ") for line in out) == 3


def test_a_move_can_be_tried_by_ear_before_it_is_the_answer(learn, tmp_path):
    learn("skip", "skip", "q")  # the third is one to set back
    with opened_again(tmp_path).session as session:
        drill = session.drill
    assert drill.kind == "set_back"
    back = f"{-drill.gain_db:+g}"
    _, out = learn(f"try {back} dB", "try me", "q")
    tried = tmp_path / "session" / Path(drill.parts["stem"]).parent / f"try{back}.wav"
    assert f"  {tried}" in out or f"  playing {tried}" in out
    made, before = (soundfile.read(path)[0] for path in (tried, tried.with_name("before.wav")))
    assert np.abs(made - before).max() < 1e-5
    with opened_again(tmp_path).session as session:
        assert session.drill.number == 3 and session.drill.said == drill.said
    _, out = learn(back, "q")
    assert "1 answer so far, 1 right." in out


def test_a_wish_is_granted_and_the_drill_stays(learn, tmp_path):
    _, out = learn("can i hear it again", "hint", "whats a dB??", "how am i doing?", "q")
    text = "\n".join(out)
    assert text.count("Drill 1.") == 2 and "Drill 2." not in text
    assert "A way to listen: play a second of each file in turn" in text
    assert "What a decibel is." in text and text.count("Nothing answered yet.") == 2
    _, out = learn("this is too hard, can you make it easier", "ok enough for today, thanks", "x")
    text = "\n".join(out)
    assert "Drill 2." in text and "could not read" not in text
    with opened_again(tmp_path).session as session:
        assert (session.drill.number, session.drill.size_db) == (2, 6.0)


def test_a_wrong_answer_is_told_to_be_wrong_and_how(learn, tmp_path):
    learn("skip", "skip", "q")
    with opened_again(tmp_path).session as session:
        drill = session.drill
    assert drill.kind == "set_back"
    _, out = learn(f"{'up' if drill.gain_db > 0 else 'down'} 9", "q")
    told = next(line for line in out if "too loud" in line or "too quiet" in line)
    assert "it is the other way round" in told and "off by" not in told


def test_the_same_seed_asks_the_same(learn, tmp_path):
    def asked(*arguments):
        import shutil

        learn("skip", "skip", "skip", "q", arguments=arguments)
        with opened_again(tmp_path).session as session:
            drawn = [event for event in session.events if event["event"] == "drill"]
        shutil.rmtree(tmp_path / "session")
        return [(one["kind"], one["stem"], one["gain_db"], one["size_db"]) for one in drawn]

    first = asked("--seed", "4")
    assert len(first) == 4 and first == asked("--seed", "4")
    assert first != asked("--seed", "5")


def test_an_answer_in_two_parts_and_the_question_once_more(learn, tmp_path):
    learn("q")
    stem, way, size = answer_to(tmp_path).split()
    _, out = learn(way, "again", stem, "q")
    text = "\n".join(out)
    assert text.count("Drill 1.") == 2 and "which stem" in text
    assert "1 answer so far, 1 right." in out


def test_answers_go_to_the_learners_own_file(learn, tmp_path):
    mine = tmp_path / "mine.jsonl"
    learn("no idea", "stop", arguments=("--learner", str(mine)))
    (row,) = read_progress(mine)
    assert (row.kind, row.size_db, row.right) == ("hidden_change", 6.0, False)
    assert row.song == "song"
    assert not (tmp_path / "session" / "learner.jsonl").exists()


def test_a_drill_whose_files_are_gone_is_asked_anew(learn, tmp_path):
    learn("q")
    for path in (tmp_path / "session" / "drills").rglob("*.wav"):
        path.unlink()
    _, out = learn("q")
    assert any(line.startswith("Drill 2.") for line in out)


def test_a_wrong_name_of_a_chart_is_refused_before_anything_is_asked(learn):
    code, out = learn("q", arguments=("--chart", "progress.pdf"))
    assert (code, out) == (2, [])


def talk(context, text, *steps):
    listener = ScriptedListener(steps)
    return run_turn(context.session, listener, context, text), listener


def test_in_the_talk_an_answer_is_graded_without_the_model(tmp_path):
    with (context := a_context(tmp_path / "session")).session as session:
        reply, _ = talk(context, "give me a drill", call("start_drill"))
        assert "before.wav" in reply.text and session.drill is not None
        drill = session.drill
        way = "up" if drill.gain_db > 0 else "down"
        before = session.state()
        reply, listener = talk(context, f"{drill.stem}, {way}, about 6")
        assert listener.seen == [] and session.drill is None
        assert "spot on" in reply.text and drill.stem in reply.text
        assert session.state() == before
        assert len(read_progress(context.folder / "learner.jsonl")) == 1


def test_in_the_talk_anything_else_goes_the_usual_way_and_the_drill_stays(tmp_path):
    with (context := a_context(tmp_path / "session")).session as session:
        talk(context, "drill", call("start_drill"))
        talk(context, "turn the kick up 2", call("apply_moves", moves=moves(kick=2.0)), say("Ok."))
        assert session.state().gain_db == (0.0, 2.0, 0.0)
        assert session.drill is not None
        reply, listener = talk(context, "stop")
        assert listener.seen == [] and session.drill is None
        talk(context, "drill", call("start_drill"))
        stopped = "stop, let's work. kick down 1"
        talk(context, stopped, call("apply_moves", moves=moves(kick=-1.0)), say("Ok."))
        assert session.drill is None and session.state().gain_db == (0.0, 1.0, 0.0)


def test_the_question_is_asked_whatever_the_model_would_say(tmp_path):
    with (context := a_context(tmp_path / "session")).session:
        reply, listener = talk(context, "drill", call("start_drill"), say("It was the bass."))
        assert "before.wav" in reply.text and len(listener.seen) == 1


def test_skip_in_the_talk_tells_the_old_one_and_asks_the_next(tmp_path):
    with (context := a_context(tmp_path / "session")).session as session:
        talk(context, "drill", call("start_drill"))
        first = session.drill
        reply, _ = talk(context, "skip")
        assert first.stem in reply.text and session.drill.number == 2


KILLED_IN_A_DRILL = """
import os, signal, sys
from assistant.turn import run_turn
from tests.scripted import ScriptedListener, a_context, call

def die(messages):
    os.kill(os.getpid(), signal.SIGKILL)

context = a_context(sys.argv[1], ScriptedListener([call("start_drill"), die]))
for text in ("drill me", "up", "thanks"):
    run_turn(context.session, context.listener, context, text)
"""


def test_kill_9_leaves_the_drill_open(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    code = [sys.executable, "-c", KILLED_IN_A_DRILL, str(tmp_path / "session")]
    assert subprocess.run(code, env=environment, cwd=ROOT).returncode == -signal.SIGKILL
    with (context := a_context(tmp_path / "session")).session as session:
        drill = session.drill
        assert drill is not None and drill.said.direction == "up"
        reply, _ = talk(context, f"{drill.stem} {'up' if drill.gain_db > 0 else 'down'}")
        assert session.drill is None and drill.stem in reply.text
        assert read_progress(context.folder / "learner.jsonl")[0].right
