"""The check as tool, reply and command: what it says is borne out, and it changes nothing."""

import json
import re

import numpy as np
import pytest
import soundfile

from assistant.checking import SongCheck
from assistant.grounding import check, gather
from assistant.hearing import ToolCall
from assistant.rewriting import rewrite, wordings
from assistant.tools import run_tool
from assistant.turn import run_turn
from mixer.loudness import integrated_lufs, measure_song, true_peak_dbtp
from mixer.megami.mixer import render_takes
from mixer.moves import MixState, Move
from mixer.song import open_song, song_from_arrays
from tests.scripted import RATE, ScriptedListener, a_context, call, moves, say, stems

CHECK = ToolCall("check_gain_staging", {})
TWO_S = 2 * RATE


def sine(peak: float, hz: float = 220.0) -> np.ndarray:
    return (peak * np.sin(2 * np.pi * hz * np.arange(TWO_S) / RATE)).astype(np.float32)


@pytest.fixture
def faulty(tmp_path):
    """A folder of stems with one fault each."""
    folder = tmp_path / "song"
    folder.mkdir()
    rng = np.random.default_rng(0)
    vocals = (0.1 * rng.standard_normal(TWO_S)).astype(np.float32)
    made = {
        "bass": np.clip(sine(1.5), -1.0, 1.0),
        "kick": sine(0.1) + np.float32(0.01),
        "vocals": vocals,
        "vocals copy": -vocals,
        "pad": np.stack([sine(0.12, 330.0)] * 2, axis=1),
        "spare": np.zeros(TWO_S, np.float32),
    }
    for name, samples in made.items():
        soundfile.write(folder / f"{name}.wav", samples, RATE, subtype="PCM_24")
    return folder


@pytest.fixture
def context(tmp_path):
    with (made := a_context(tmp_path / "session")).session:
        yield made


def borne_out(context, result, user_text="is anything clipping?"):
    """Every wording of a result, after the check that no number in it is made up."""
    proposal = context.session.proposal
    told = (CHECK.name, result.text, result.data)
    evidence = gather(
        context.names, [told], user_text, proposal.moves if proposal is not None else ()
    )
    said = wordings(CHECK, result)
    assert len(said) >= 6
    assert [check(text, evidence) for text in said] == [[]] * len(said)
    return said


def test_the_check_reads_and_changes_nothing(context):
    before, events = context.session.state(), len(context.session.events)
    result = run_tool(context, CHECK)
    assert result.ok
    json.dumps(result.data, allow_nan=False)
    assert context.session.state() == before and len(context.session.events) == events
    assert result.data["bus"]["after"] is None and result.data["proposal"] == []
    assert [row["stem"] for row in result.data["stems"]] == ["bass", "kick", "vocals"]
    mix = context.song.audio.sum(axis=0)
    now = result.data["bus"]["now"]
    assert now["lufs"] == pytest.approx(integrated_lufs(mix, RATE), abs=0.06)
    assert now["true_peak_dbtp"] == pytest.approx(true_peak_dbtp(mix, RATE), abs=0.06)
    assert now["headroom_db"] == -now["true_peak_dbtp"]


def test_faults_come_first_and_every_word_is_borne_out(faulty, tmp_path):
    with (context := a_context(tmp_path / "session", song=open_song(faulty))).session:
        result = run_tool(context, CHECK)
        found = {(f["kind"], f["stem"]): f["grade"] for f in result.data["findings"]}
        assert found["clipped", "bass"] == "error"
        assert found["silent", "spare"] == "error"
        assert found["cancelling", "vocals"] == "error"
        assert found["offset", "kick"] == "advice"
        assert found["mono_in_stereo", "pad"] == "advice"
        assert result.data["grade"] == "error"
        grades = {row["stem"]: row["grade"] for row in result.data["stems"]}
        assert grades["vocals copy"] == "error" and grades["kick"] == "advice"
        order = [f["grade"] for f in result.data["findings"]]
        assert order == sorted(order, reverse=True)  # error before advice
        first, *_ = result.text.splitlines()
        assert first.startswith("wrong: ") and "bass is clipped in" in first
        for text in borne_out(context, result):
            assert "bass is clipped in" in text or "cancel each other" in text
            assert "in floating point" in text.casefold()


def test_a_clean_song_is_told_so(tmp_path):
    quiet = {name: np.float32(0.5) * samples for name, samples in stems(2.0).items()}
    song = song_from_arrays("song", quiet, RATE)
    with (context := a_context(tmp_path / "session", song=song)).session:
        result = run_tool(context, CHECK)
        assert result.text.startswith("nothing is wrong")
        assert all("wrong:" not in text for text in borne_out(context, result))


def test_the_open_proposal_is_forecast(context):
    arguments = {"moves": moves(vocals=8.0, kick=-4.0)}
    assert run_tool(context, ToolCall("propose_moves", arguments)).ok
    result = run_tool(context, CHECK)
    moved = MixState.untouched(3).moved(context.names, [Move("vocals", 8.0), Move("kick", -4.0)])
    mix = render_takes(context.song, None, moved, effects=False)[0].mix
    after = result.data["bus"]["after"]
    assert after["lufs"] == pytest.approx(integrated_lufs(mix, RATE), abs=0.2)
    assert after["true_peak_dbtp"] == pytest.approx(true_peak_dbtp(mix, RATE), abs=0.3)
    assert f"after the proposal {after['lufs']:.1f} LUFS" in result.text
    for text in borne_out(context, result):
        assert f"{after['lufs']:.1f} LUFS" in text


def test_the_ledger_tells_where_the_db_went(context):
    run_tool(context, ToolCall("apply_moves", {"moves": moves(vocals=12.0)}))
    result = run_tool(context, CHECK)
    row = result.data["ledger"][2]
    assert (row["stem"], row["trim_db"], row["sound_db"], row["fader_db"]) == (
        "vocals", 0.0, 0.0, 12.0,
    )  # fmt: skip
    assert row["sum_db"] == pytest.approx(row["measured_db"], abs=0.05)
    assert row["sum_db"] == pytest.approx(12.0 + result.data["bus"]["now"]["export_db"], abs=0.06)
    assert "dB spent: vocals fader +12.0 dB" in result.text


def test_24_stems_are_told_in_few_words(tmp_path):
    names = [f"stem {number:02}" for number in range(24)]
    loud = {name: np.float32(4.0) * one for name, one in stems(1.0, names).items()}
    song = song_from_arrays("song", loud, RATE)
    with (context := a_context(tmp_path / "session", song=song)).session:
        result = run_tool(context, CHECK)
        assert len(result.data["stems"]) == len(result.data["ledger"]) == 24
        assert len(result.text) < 900 and "and " in result.text
        assert max(map(len, borne_out(context, result))) < 900


def test_what_was_read_is_kept(context, monkeypatch):
    run_tool(context, CHECK)
    monkeypatch.setattr("assistant.checking.read_song", lambda *_: pytest.fail("read twice"))
    assert run_tool(context, CHECK).ok


def test_the_check_in_a_turn(context):
    listener = ScriptedListener([call("check_gain_staging"), say("All is at -99.0 dBFS.")])
    reply = run_turn(context.session, listener, context, "is anything clipping?")
    assert reply.rewritten  # a number that no meter gave is not shown
    result = run_tool(context, CHECK)
    seen = {rewrite(CHECK, result, seed) for seed in range(40)}
    assert len(seen) >= 4
    listener = ScriptedListener([call("check_gain_staging"), say(wordings(CHECK, result)[0])])
    assert not run_turn(context.session, listener, context, "check it").rewritten


def test_a_check_without_any_anchor_or_session():
    song = song_from_arrays("song", stems(1.0), RATE)
    checked = SongCheck(song, measure_song(song)).at(MixState.untouched(3))
    assert len(checked.readings) == 3 and checked.after is None


def test_check_as_json(gainsay, faulty):
    code, out, _ = gainsay("check", faulty, "--json", "--move", "VOCALS=+3")
    told = json.loads(out)
    assert code == 0  # what is wrong with a song is no failure of the command
    assert told["grade"] == "error" and told["song"] == "song"
    assert told["proposal"] == [{"stem": "vocals", "gain_db": 3.0}]
    assert told["bus"]["after"]["lufs"] is not None
    assert {usual["source"] for usual in told["conventions"]} >= {"EBU R 68"}
    trims = {row["stem"]: row["trim_db"] for row in told["stems"]}
    assert trims["bass"] < 0.0 and trims["spare"] == 0.0
    assert [row["fader_db"] for row in told["stems"]] == [-trim + 0.0 for trim in trims.values()]


def test_check_as_a_table(gainsay, faulty):
    code, out, _ = gainsay("check", faulty)
    flat = " ".join(out.split())
    assert code == 0
    assert "Really wrong: - " in flat and "bass is clipped in" in flat
    assert re.search(r"^bass +wrong +-?\d", out, re.MULTILINE)
    assert re.search(r"^pad +advice +", out, re.MULTILINE)
    assert "In floating point no level does damage" in flat and "EBU R 68" in flat
    words = flat.partition("Words in this report:")[2]
    for word in ("dBTP is", "dBFS counts", "The mix bus is", "LUFS is"):
        assert word in words
    assert "rendered version" not in words  # a take is no word of this report


def test_a_wrong_folder_or_stem_is_a_sentence(gainsay, faulty, tmp_path):
    code, _, err = gainsay("check", tmp_path / "nowhere", "--json")
    assert code == 2 and "is not there" in err
    code, _, err = gainsay("check", faulty, "--move", "voc=+3")
    assert code == 2 and "did you mean" in err
