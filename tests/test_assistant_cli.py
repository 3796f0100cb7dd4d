"""The command line: its JSON, its exit codes, and how quickly it answers for help."""

import io
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from rich.console import Console

from assistant import opening
from assistant.chat import chat_in_terminal, greet
from assistant.console_view import level_chart
from assistant.hearing import ToolCall
from assistant.sensitivity import operating_points
from mixer.loudness import integrated_lufs
from tests.scripted import NAMES, ScriptedListener, call, judgement, moves, say, song_folder

ROOT = Path(__file__).parents[1]


@pytest.fixture
def folder(tmp_path):
    return song_folder(tmp_path / "song")


@pytest.fixture
def listener(monkeypatch):
    """The command line meets this listener in place of the trained one."""
    scripted = ScriptedListener(needed={"vocals": 3.0})
    monkeypatch.setattr(opening, "load_listener", lambda on_progress=None, folder=None: scripted)
    return scripted


def lufs_of(path) -> float:
    audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    level = integrated_lufs(np.repeat(audio.T, 3 - audio.shape[1], axis=0)[:2], rate)
    assert level is not None
    return level


def test_help_answers_in_under_a_second_of_computing():
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    times_s = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [sys.executable, "-m", "assistant", "--help"],
            capture_output=True,
            text=True,
            env=environment,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times_s.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert done.returncode == 0
    for command in ("levels", "advise", "chat", "mix", "demo"):
        assert command in done.stdout
    assert min(times_s) < 1.0


def test_nothing_slow_is_imported_for_help():
    slow = ("torch", "numpy", "transformers", "pydantic", "scipy")
    code = f"import sys, assistant.cli; print([m for m in {slow} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_levels_as_json(gainsay, folder):
    code, out, _ = gainsay("levels", folder, "--anchor", "kick", "--json")
    told = json.loads(out)
    assert code == 0
    assert told["anchor"] == "kick"
    assert [row["stem"] for row in told["levels"]] == ["bass", "kick", "vocals"]
    assert [row["relative_lu"] for row in told["levels"]] == pytest.approx(
        [3.0, 0.0, -3.0], abs=0.1
    )


def test_without_an_anchor_one_is_chosen_and_said(gainsay, folder):
    code, out, _ = gainsay("levels", folder)
    assert code == 0
    first = out.splitlines()[0]
    assert "is the anchor" in first and first.split()[0] in ("bass", "kick")
    assert "o before, # after" in out


def test_advise_as_json(gainsay, folder, listener):
    code, out, _ = gainsay("advise", folder, "--anchor", "bass", "--json")
    told = json.loads(out)
    assert code == 0
    assert told["anchor"] == "bass"
    assert told["verdict"] == "change"
    assert told["moves"] == [
        {"stem": "vocals", "gain_db": 3.0, "low_db": 3.0, "high_db": 3.0, "confidence": 0.9}
    ]
    assert told["sensitivity"]["name"] == "balanced" and told["genre"] is None
    assert {row["stem"] for row in told["levels"]} == {"bass", "kick", "vocals"}
    assert "vocals" in told["reply"] and "3.0 dB" in told["reply"]
    listener.needed = {}
    told = json.loads(gainsay("advise", folder, "--anchor", "bass", "--json")[1])
    assert (told["verdict"], told["moves"]) == ("leave_it", [])


def test_sensitivity_makes_it_pickier_or_calmer(gainsay, folder, listener):
    faint = judgement(NAMES, 0, {"vocals": 3.0})
    faint.probability[2, [24, 30]] = [0.3, 0.7]
    listener.judge = lambda hearing, messages: faint
    verdicts = []
    for name in ("cautious", "balanced"):
        out = gainsay("advise", folder, "--anchor", "bass", "--json", "--sensitivity", name)[1]
        verdicts.append(json.loads(out)["verdict"])
    assert verdicts == ["leave_it", "change"]


def test_what_one_hears_and_the_genre_count_in_advice(gainsay, folder, listener):
    place = ("advise", folder, "--anchor", "bass", "--about", "the vocals are too loud")
    told = json.loads(gainsay(*place, "--genre", "Hip Hop", "--json")[1])
    assert told["genre"] == "hip hop"
    assert [remark["complaint"] for remark in told["remarks"]] == ["loud"]
    out = gainsay(*place, "--genre", "jazz")[1]
    assert "usual in jazz is" in out and "sensitivity balanced: flags" in out


def test_advice_for_people_says_why(gainsay, folder, listener):
    _, out, _ = gainsay("advise", folder, "--anchor", "bass")
    assert "vocals +3.0 dB: 90 % sure that it is too quiet; it measures -6.0 LU against bass" in out
    assert "-6.0 -> -3.0" in out


def test_chat_as_json_events(gainsay, folder, listener, tmp_path):
    listener.steps = [
        call("propose_moves", moves=moves(vocals=3.0), reason="x"), say("Raise vocals by 3.0 dB."),
        call("apply_moves"), say("That is v1."),
    ]  # fmt: skip
    code, out, _ = gainsay(
        "chat",
        folder,
        "--anchor",
        "bass",
        "--session",
        tmp_path / "s",
        "--json",
        lines=["the vocals are weak", "", "yes"],
    )
    events = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [event["event"] for event in events] == ["user", "tool_call", "tool_result", "reply"] * 2
    assert events[1]["name"] == "propose_moves"
    assert events[1]["arguments"]["moves"] == [{"stem": "vocals", "gain_db": 3.0}]
    assert events[6]["data"]["version"] == 1
    assert (tmp_path / "s" / "journal.jsonl").exists()
    assert sorted(path.name for path in folder.iterdir()) == ["bass.wav", "kick.wav", "vocals.wav"]


def test_chat_in_a_terminal_shows_each_step(folder, listener, tmp_path, monkeypatch):
    listener.steps = [
        call("measure_levels"), say("Measured."),
        call("propose_moves", moves=moves(vocals=3.0), reason="x"), say("vocals up 3.0 dB. Apply?"),
        call("apply_moves", moves=moves(vocals=99)), say("Too far."), call("undo"), say("Undone."),
        call("export_mix"), say("Saved."),
    ]  # fmt: skip
    console = Console(file=io.StringIO(), force_terminal=True, width=100, color_system=None)
    lines = iter(
        ["levels?", "the vocals are weak", "vocals up 99", "undo", "save [bold]it", "/quit"]
    )
    monkeypatch.setattr(console, "input", lambda prompt: next(lines))
    with opening.opened(folder, "bass", tmp_path / "s", keep=True, listener=listener) as here:
        chat_in_terminal(here, console)
    shown = console.file.getvalue()
    for expected in (
        "bass is the anchor, as you asked.", "levels against bass", "vocals up 3.0 dB. Apply?",
        "-6.0 -> -3.0", "within -24 and +24 dB", "nothing to undo", "Saved.", "mix-v0.wav",
    ):  # fmt: skip
        assert expected in shown, expected


def test_chat_goes_on_where_it_was(gainsay, folder, listener, tmp_path):
    listener.steps = [call("apply_moves", moves=moves(vocals=3.0)), say("Done, v1.")]
    place = ("chat", folder, "--session", tmp_path / "s")
    assert gainsay(*place, "--anchor", "kick", lines=["vocals up 3"])[1] == "Done, v1.\n"
    listener.steps = [call("list_versions"), say("You are on v1.")]
    assert gainsay(*place, lines=["where?"])[1] == "You are on v1.\n"


def test_a_chat_keeps_its_sensitivity_and_genre(gainsay, folder, listener, tmp_path):
    place = ("chat", folder, "--session", tmp_path / "s", "--anchor", "bass")
    gainsay(*place, "--sensitivity", "keen", "--genre", "metal", lines=[])
    out = gainsay(*place, lines=["be pickier"])[1]
    told = operating_points().told("picky")
    assert f"{told['hit_percent']} %" in out and "picky" in out.casefold()
    with opening.opened(folder, "bass", tmp_path / "s", keep=True, listener=listener) as here:
        assert (here.session.sensitivity, here.session.genre) == ("picky", "metal")
        console = Console(file=io.StringIO(), width=300)
        greet(here, console)
    shown = console.file.getvalue()
    assert operating_points().line("picky") in shown and "Judged as metal." in shown


def test_mix_with_ones_own_moves(gainsay, folder, tmp_path):
    out_file, report = tmp_path / "mix.wav", tmp_path / "report.json"
    code, out, err = gainsay(
        "mix", folder, "-o", out_file, "--anchor", "bass",
        "--move", "vocals=+3", "--move", "kick=-1.5 dB", "--no-effects",
        "--stems", tmp_path / "stems", "--report", report,
    )  # fmt: skip
    assert (code, err) == (0, "")
    told = json.loads(report.read_text())
    assert told["anchor"] == "bass"
    assert told["moves"] == [{"stem": "vocals", "gain_db": 3.0}, {"stem": "kick", "gain_db": -1.5}]
    take = told["takes"][0]
    changes = {row["stem"]: row["change_db"] for row in take["stems"]}
    assert changes == {
        "bass": 0.0,
        "kick": pytest.approx(-1.5, abs=0.1),
        "vocals": pytest.approx(3.0, abs=0.1),
    }
    assert lufs_of(out_file) == pytest.approx(take["lufs"], abs=0.06)
    change = lufs_of(tmp_path / "stems" / "vocals.wav") - lufs_of(folder / "vocals.wav")
    assert change == pytest.approx(3.0, abs=0.1)
    assert "vocals +3.0 dB: as you asked" in out


def test_mix_takes_the_advice_otherwise(gainsay, folder, listener, tmp_path):
    code, out, _ = gainsay(
        "mix", folder, "-o", tmp_path / "m.flac", "--anchor", "bass", "--no-effects", "--takes", "2"
    )
    assert code == 0
    assert sorted(path.name for path in tmp_path.glob("*.flac")) == ["m-1.flac", "m-2.flac"]
    assert "vocals +3.0 dB: 90 % sure that it is too quiet" in out
    assert "sensitivity balanced: flags" in out


def test_mix_says_where_the_meters_speak_against_the_advice(gainsay, folder, listener, tmp_path):
    samples, rate = soundfile.read(folder / "vocals.wav")
    soundfile.write(folder / "vocals.wav", 30.0 * samples, rate, subtype="FLOAT")
    report = tmp_path / "r.json"
    place = ("mix", folder, "-o", tmp_path / "m.wav", "--anchor", "bass", "--no-effects")
    code, out, _ = gainsay(*place, "--report", report)
    (doubt,) = (line for line in json.loads(report.read_text())["why"] if "from 0 s" in line)
    assert code == 0 and doubt in out
    assert "23.6 LU above bass, over the usual" in doubt and "from 0 s to 1.5 s" in doubt


def test_the_nearest_take_is_said_and_its_seed_gives_it_again(gainsay, folder, tmp_path):
    place = ("mix", folder, "--anchor", "bass", "--move", "vocals=+3")
    report = tmp_path / "r.json"
    code, out, _ = gainsay(*place, "-o", tmp_path / "a.wav", "--nearest", "--report", report)
    told = json.loads(report.read_text())
    seed = told["takes"][0]["seed"]
    assert code == 0 and told["nearest"] is True and 0 <= seed < 16
    assert "of 16 draws the nearest to your own mix" in out
    gainsay(*place, "-o", tmp_path / "b.wav", "--seed", seed)
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


@pytest.mark.parametrize("where", ["render", "stems"])
def test_ctrl_c_leaves_nothing_half_written_and_says_so(
    gainsay, folder, tmp_path, monkeypatch, where
):
    out = tmp_path / "out"
    out.mkdir()
    if where == "render":
        monkeypatch.setattr("mixer.megami.mixer.render", _interrupted)
    else:
        monkeypatch.setattr("mixer.export.os.fsync", _interrupted)
    code, printed, err = gainsay(
        "mix", folder, "-o", out / "mix.wav", "--anchor", "bass", "--move", "vocals=+3",
        "--no-effects", "--stems", out / "stems", "--report", out / "report.json",
    )  # fmt: skip
    assert (code, printed) == (130, "")
    assert err == "gainsay: stopped, and nothing half-written is left behind\n"
    assert list(out.iterdir()) == []


def _interrupted(*_):
    raise KeyboardInterrupt


def test_mix_in_a_style(gainsay, folder, tmp_path):
    arguments = ["mix", folder, "--anchor", "bass", "--move", "vocals=+1", "--seed", "2"]
    told = []
    for number, style in enumerate(([], ["--style", "much drker, please"])):
        report = tmp_path / f"{number}.json"
        out = tmp_path / f"{number}.wav"
        code, printed, err = gainsay(*arguments, "-o", out, "--report", report, *style)
        assert code == 0, err
        told.append(json.loads(report.read_text()))
    assert [one["style"] for one in told] == [None, "much darker"]
    assert "style: much darker, by the effects of every stem" in printed
    changes = [[row["change_db"] for row in one["takes"][0]["stems"]] for one in told]
    assert changes[0] == pytest.approx(changes[1], abs=0.1)
    assert told[0]["takes"][0]["sound"] != told[1]["takes"][0]["sound"]


def test_a_chart_is_drawn(gainsay, folder, tmp_path):
    pytest.importorskip("matplotlib")
    code, _, _ = gainsay("levels", folder, "--anchor", "bass", "--chart", tmp_path / "c.png")
    assert code == 0
    assert (tmp_path / "c.png").read_bytes()[:4] == b"\x89PNG"


def test_without_matplotlib_the_extra_is_named(gainsay, folder, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    code, _, err = gainsay("levels", folder, "--anchor", "bass", "--chart", tmp_path / "c.png")
    assert code == 2
    assert 'pip install "gainsay[charts]"' in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["levels", "{song}", "--anchor", "basss"], "did you mean bass"),
        (["levels", "{song}/nowhere"], "nowhere"),
        (["mix", "{song}", "-o", "{song}/mix.wav"], "song's own folder"),
        (["mix", "{song}", "-o", "{tmp}/mix.mp3"], ".wav or .flac"),
        (["mix", "{song}", "-o", "{tmp}/no/mix.wav"], "there is no folder"),
        (["mix", "{song}", "-o", "{tmp}/there.wav"], "nothing is written over it"),
        (["mix", "{song}", "-o", "{tmp}/m.wav", "--move", "vocals+3"], "as in vocals=+3"),
        (["mix", "{song}", "-o", "{tmp}/m.wav", "--move", "vocals=+30"], "within -24 and +24 dB"),
        (["mix", "{song}", "-o", "{tmp}/m.wav", "--move", "voclas=+3"], "did you mean vocals"),
        (
            ["mix", "{song}", "-o", "{tmp}/m.wav", "--stems", "{song}/x", "--move", "kick=1"],
            "own folder",
        ),
        (["mix", "{song}", "-o", "{tmp}/m.wav", "--style", "blorgish"], "no mixing word"),
        (
            ["mix", "{song}", "-o", "{tmp}/m.wav", "--style", "warm", "--no-effects"],
            "a style needs them on",
        ),
        (["chat", "{song}", "--session", "{song}/s"], "inside the song's own folder"),
        (["advise", "{song}", "--sensitivity", "fussy"], "cautious, careful, balanced"),
        (["chat", "{song}", "--genre", "polka"], "pop, rock"),
    ],
)
def test_a_users_mistake_is_one_sentence_and_exit_code_2(
    gainsay, folder, listener, tmp_path, arguments, told
):
    (tmp_path / "there.wav").write_bytes(b"")
    filled = [text.format(song=folder, tmp=tmp_path) for text in arguments]
    code, out, err = gainsay(*filled)
    assert (code, out) == (2, "")
    assert told in err
    assert err.startswith("gainsay: ") and err.count("\n") == 1
    assert sorted(path.name for path in folder.iterdir()) == ["bass.wav", "kick.wav", "vocals.wav"]


def test_a_wrong_option_is_exit_code_2(gainsay, folder):
    code, _, err = gainsay("levels", folder, "--ancor", "bass")
    assert code == 2
    assert "--ancor" in err


def test_the_text_chart():
    chart = level_chart(["bass", "vocals", "hum"], [0.0, -6.0, None], [0.0, -3.0, None], "bass")
    lines = chart.splitlines()
    assert lines[2].index("#") - lines[2].index(" o") == 4
    assert lines[2].endswith("-6.0 -> -3.0")
    assert lines[3].endswith("-")
    far = level_chart(["a", "b"], [0.0, -90.0], [0.0, 30.0], "a")
    assert max(len(line) for line in far.splitlines()) < 70


def test_the_demo_holds_three_turns_and_the_meter_confirms_them(
    gainsay, listener, tmp_path, monkeypatch
):
    import assistant.demo

    monkeypatch.setattr(assistant.demo, "song_folder", lambda: song_folder(tmp_path / "rough"))
    listener.steps = [
        call("propose_moves", moves=moves(vocals=3.0), reason="x"), say("vocals up 3.0 dB. Apply?"),
        call("apply_moves"), say("That is v1."),
        call("render_mix", effects=False), say("Have a listen."),
    ]  # fmt: skip
    code, out, _ = gainsay("demo", "-o", tmp_path / "demo")
    assert code == 0
    assert all(f"you> {line}" in out for line in assistant.demo.LINES)
    assert {"before.wav", "after.wav", "stems", "session"} <= {
        p.name for p in (tmp_path / "demo").iterdir()
    }
    row = next(line for line in out.splitlines()[::-1] if line.startswith("vocals"))
    assert row.split()[1:] != [] and "+3.0" in out
    assert lufs_of(tmp_path / "demo" / "stems" / "vocals.wav") < 0
    assert sorted(p.name for p in (tmp_path / "rough").iterdir()) == [
        "bass.wav",
        "kick.wav",
        "vocals.wav",
    ]


def test_tool_calls_are_plain_data():
    assert ToolCall("undo") == ToolCall("undo", {})
