"""The tools: what they change, what they refuse, and that what they write is where it should be."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.hearing import ToolCall
from assistant.tools import TOOLS, run_tool
from mixer.loudness import integrated_lufs
from mixer.song import open_song
from tests.scripted import RATE, a_context, moves, song_folder

NAMED_IN_THE_DESIGN = {  # and set_level ("3 dB under the drums"), and prefer ("I like it loud")
    "measure_levels", "set_anchor", "propose_moves", "apply_moves", "set_level", "set_pan",
    "set_mute", "shape_sound", "render_mix", "audition", "undo", "redo", "list_versions",
    "restore_version", "prefer",
    "check_gain_staging", "explain", "start_drill", "answer_drill", "export_mix",
}  # fmt: skip


@pytest.fixture
def context(tmp_path):
    with (made := a_context(tmp_path / "session")).session:
        yield made


def run(context, name, **arguments):
    return run_tool(context, ToolCall(name, arguments))


def must(context, name, **arguments):
    result = run(context, name, **arguments)
    assert result.ok, result.text
    json.dumps(result.data, allow_nan=False)
    return result


def lufs_of(path) -> float:
    audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    level = integrated_lufs(np.ascontiguousarray(audio.T), rate)
    assert level is not None
    return level


def test_every_tool_of_the_design_is_there_and_described():
    assert set(TOOLS) == NAMED_IN_THE_DESIGN
    for tool in TOOLS.values():
        assert len(tool.description) > 10
        assert tool.model.model_json_schema()["additionalProperties"] is False


def test_a_stem_is_set_to_a_level_against_the_anchor_or_another(context):
    told = must(context, "set_level", stem="vocals", relative_lu=-2.0)
    assert told.text.startswith("applied as v1: vocals +") and "to -2.0 LU)" in told.text
    levels = must(context, "measure_levels").data["levels"]
    relative = {row["stem"]: row["relative_lu"] for row in levels}
    assert relative["vocals"] == pytest.approx(-2.0, abs=0.06)
    must(context, "set_level", stem="vocals", relative_lu=1.5, against="kick")
    levels = must(context, "measure_levels").data["levels"]
    relative = {row["stem"]: row["relative_lu"] for row in levels}
    assert relative["vocals"] - relative["kick"] == pytest.approx(1.5, abs=0.11)
    again = must(context, "set_level", stem="vocals", relative_lu=1.5, against="kick")
    assert again.data["moves"] == [] and "nothing to apply" in again.text
    assert "against itself" in run(context, "set_level", stem="bass", relative_lu=3).text
    assert "-24 and +24" in run(context, "set_level", stem="vocals", relative_lu=50).text


def test_levels_are_told_as_they_stand(context):
    lines = must(context, "measure_levels").text.splitlines()
    assert lines[0] == "anchor bass"
    assert lines[2].startswith("kick ") and "-3.0 LU" in lines[2] and "dBTP, crest" in lines[2]
    before = must(context, "measure_levels", stems=["vocals"]).data["levels"][0]
    must(context, "apply_moves", moves=moves(vocals=4.5))
    after = must(context, "measure_levels", stems=["vocals"]).data["levels"][0]
    assert after["relative_lu"] == pytest.approx(before["relative_lu"] + 4.5, abs=0.051)
    assert after["true_peak_dbtp"] == pytest.approx(before["true_peak_dbtp"] + 4.5, abs=0.051)
    assert after["crest_db"] == before["crest_db"]


def test_one_stem_is_told_with_what_is_usual(context):
    result = must(context, "measure_levels", stems=["vocals"])
    row = result.data["levels"][0]
    assert result.text.endswith(
        f"usual {row['usual_low_lu']:+.1f} to {row['usual_high_lu']:+.1f} LU"
    )
    assert row["usual_low_lu"] < row["usual_high_lu"]


def test_three_stems_add_up(context):
    def relative(anchor, stem):
        must(context, "set_anchor", stem=anchor)
        index = context.names.index(stem)
        return context.relative_now()[index]

    over = relative("bass", "kick") + relative("kick", "vocals")
    assert over == pytest.approx(relative("bass", "vocals"), abs=1e-9)


def test_a_proposal_changes_nothing_until_it_is_applied(context):
    result = must(context, "propose_moves", moves=moves(vocals=3.0, kick=-1.5), reason="x")
    assert result.text.startswith("proposed: vocals +3.0 dB (-6.0 LU to -3.0 LU), kick -1.5 dB (")
    assert result.text.endswith(", against bass")
    assert context.session.version.number == 0
    applied = must(context, "apply_moves")
    assert applied.text.startswith("applied as v1: vocals +3.0 dB (-6.0 LU to -3.0 LU)")
    assert context.session.state().gain_db == (0.0, -1.5, 3.0)
    assert "none are proposed" in run(context, "apply_moves").text


def test_leave_it_is_a_proposal(context):
    result = must(context, "propose_moves", moves=[], reason="fine")
    assert result.text == "leave it, against bass"
    assert result.data["verdict"] == "leave_it"
    must(context, "apply_moves")
    assert context.session.version.number == 0


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("apply_moves", {"moves": moves(vocals=24.5)}, "within -24 and +24 dB"),
        ("apply_moves", {"moves": moves(vocals=-30)}, "a move of -30 dB was asked"),
        ("apply_moves", {"moves": moves(vocals=float("nan"))}, "finite"),
        ("apply_moves", {"moves": moves(vokals=3)}, "did you mean vocals"),
        ("apply_moves", {"moves": moves(vocals=3) + moves(vocals=1)}, "named 2 times"),
        ("propose_moves", {"moves": moves(bass=3)}, "the others are judged against it"),
        ("apply_moves", {"moves": moves(vocals="loud")}, "gain_db was 'loud'"),
        ("apply_moves", {"moves": moves(vocals=3), "now": True}, "there is no argument now"),
        ("set_anchor", {"stem": "snare"}, "no stem is called 'snare'"),
        ("set_pan", {"stem": "kick", "pan": 1.5}, "pan was 1.5"),
        ("measure_levels", {"stems": ["brass"]}, "did you mean bass"),
        ("restore_version", {"version": 3}, "there are v0 to v0"),
        ("undo", {}, "nothing to undo"),
        ("redo", {}, "nothing to redo"),
        ("audition", {}, "only v0"),
        ("audition", {"versions": ["v9", "v0"]}, "there are v0 to v0"),
        ("audition", {"versions": ["take1"]}, "none is rendered yet"),
        ("audition", {"versions": ["../../x"]}, "versions.0 was '../../x'"),
        ("audition", {"versions": ["v0"], "stems": ["kick"]}, "one kind at a time"),
        ("render_mix", {"takes": 9}, "takes was 9"),
        ("export_mix", {"format": "mp3"}, "format was 'mp3'"),
        ("make_tea", {}, "no tool is called 'make_tea'"),
    ],
)
def test_bad_calls_are_answered_and_change_nothing(context, name, arguments, told):
    events = len(context.session.events)
    result = run(context, name, **arguments)
    assert not result.ok
    assert told in result.text
    assert len(context.session.events) == events
    files = {path.name for path in context.folder.rglob("*") if path.is_file()}
    assert files == {"journal.jsonl", "lock"}


def test_moves_add_up_to_at_most_24_db(context):
    must(context, "apply_moves", moves=moves(vocals=20))
    assert "+25 dB" in run(context, "apply_moves", moves=moves(vocals=5)).text
    assert "+25 dB" in run(context, "propose_moves", moves=moves(vocals=5)).text
    assert context.session.version.number == 1


def test_versions_can_be_walked(context):
    must(context, "apply_moves", moves=moves(VOCALS=3))  # spelling is forgiven
    must(context, "set_pan", stem="kick", pan=-0.25)
    must(context, "set_mute", stem="kick", muted=True)
    assert must(context, "list_versions").text.splitlines() == [
        "v0: as opened",
        "v1: vocals +3.0 dB",
        "v2: kick pan -0.25, vocals +3.0 dB",
        "v3 (now): kick pan -0.25 muted, vocals +3.0 dB",
    ]
    assert must(context, "undo").text == "back at v2: kick pan -0.25, vocals +3.0 dB"
    assert must(context, "redo").data == {"version": 3}
    assert must(context, "restore_version", version=0).text == "restored v0: as opened"


def test_a_muted_anchor_still_counts(context):
    before = context.relative_now()[2]
    must(context, "set_mute", stem="bass", muted=True)
    assert context.relative_now()[2] == before
    assert must(context, "measure_levels").text.splitlines()[1] == "bass is muted"


def test_render_reports_what_the_meter_reads(context):
    must(context, "apply_moves", moves=moves(vocals=3.0))
    result = must(context, "render_mix", effects=False, seed=4)
    take = result.data["takes"][0]
    by_stem = {row["stem"]: row for row in take["stems"]}
    assert by_stem["vocals"]["change_db"] == pytest.approx(3.0, abs=0.1)
    assert by_stem["kick"]["change_db"] == pytest.approx(0.0, abs=0.01)
    assert by_stem["vocals"]["after_lu"] == pytest.approx(-3.0, abs=0.1)
    assert take["lufs"] == pytest.approx(lufs_of(take["file"]), abs=0.06)
    assert Path(take["file"]).parent == context.folder / "takes"
    assert "vocals -6.0 LU to -3.0 LU" in result.text
    again = must(context, "render_mix", effects=False, seed=4).data["takes"][0]
    assert again["file"] != take["file"]
    assert Path(again["file"]).read_bytes() == Path(take["file"]).read_bytes()


def test_more_takes_are_no_copies_of_those_before(context):
    first = must(context, "render_mix", effects=False, takes=2).data["takes"]
    more = must(context, "render_mix", effects=False).data["takes"]
    anew = must(context, "render_mix", effects=False, seed=0).data["takes"]
    assert [take["seed"] for take in (*first, *more, *anew)] == [0, 1, 2, 0]


def test_audition_is_fair(context):
    must(context, "apply_moves", moves=moves(bass=12.0))
    result = must(context, "audition")
    files = {row["what"]: row for row in result.data["files"]}
    assert set(files) == {"v0", "v1"}
    assert abs(lufs_of(files["v0"]["file"]) - lufs_of(files["v1"]["file"])) < 0.1
    assert files["v0"]["offset_db"] - files["v1"]["offset_db"] > 5.0
    solo = must(context, "audition", stems=["vocals", "kick"])
    assert [row["what"] for row in solo.data["files"]] == ["vocals", "kick"]


def test_a_blind_audition_hides_which_is_which(context):
    must(context, "apply_moves", moves=moves(vocals=6.0))
    result = must(context, "audition", versions=[0, "v1"], blind=True)
    assert "v1" not in result.text
    assert all("what" not in row and "v1" not in row["file"] for row in result.data["files"])
    assert [Path(row["file"]).name for row in result.data["files"]] == ["A.wav", "B.wav"]


def test_a_take_can_be_compared(context):
    must(context, "render_mix", effects=False)
    files = must(context, "audition").data["files"]
    assert [row["what"] for row in files] == ["v0", "take1"]


def test_exports_go_to_the_session_and_never_over_a_file(context):
    must(context, "apply_moves", moves=moves(vocals=3.0))
    paths = [Path(must(context, "export_mix").data["files"][0]) for _ in range(2)]
    assert [path.name for path in paths] == ["mix-v1.wav", "mix-v1-2.wav"]
    flac = must(context, "export_mix", file_type="flac").data["files"][0]
    assert soundfile.info(flac).format == "FLAC"
    stems = [Path(path) for path in must(context, "export_mix", format="stems").data["files"]]
    assert [path.name for path in stems] == ["bass.wav", "kick.wav", "vocals.wav"]
    total = sum(soundfile.read(path, dtype="float64")[0] for path in stems)
    mixed, rate = soundfile.read(paths[0], dtype="float64")
    assert rate == RATE
    assert np.abs(total - mixed).max() < 1e-5
    session = json.loads(
        Path(must(context, "export_mix", format="session").data["files"][0]).read_text()
    )
    assert session["stems"][2] == {
        "stem": "vocals",
        "gain_db": 3.0,
        "pan": None,
        "muted": False,
        "sound": {},
    }


def test_the_users_folder_is_never_written_to(tmp_path):
    folder = song_folder(tmp_path / "song")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    context = a_context(tmp_path / "session", song=open_song(folder))
    with context.session:
        must(context, "apply_moves", moves=moves(vocals=3.0))
        for name in ("measure_levels", "audition", "export_mix", "list_versions", "undo"):
            must(context, name)
        must(context, "render_mix", effects=False)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_silent_stem_has_no_level_and_is_no_anchor(tmp_path):
    from mixer.song import song_from_arrays
    from tests.scripted import stems

    song = song_from_arrays("s", {**stems(), "zilch": np.zeros(RATE, np.float32)}, RATE)
    with (context := a_context(tmp_path / "session", song=song)).session:
        told = must(context, "measure_levels").text.splitlines()[-1]
        assert told == "zilch has no level (silence, or too short to measure)"
        assert "choose bass, kick, vocals" in run(context, "set_anchor", stem="zilch").text
        assert "no level" in run(context, "audition", stems=["zilch"]).text
        must(context, "propose_moves", moves=moves(zilch=3.0), reason="")
        row = must(context, "render_mix", effects=False).data["takes"][0]["stems"][3]
        assert row["after_lu"] is None and row["change_db"] is None
