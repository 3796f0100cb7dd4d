"""shape_sound and styles through the tools: told in units, undone, exported, refused plainly."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.context import ToolContext, ToolResult
from assistant.grounding import check, gather
from assistant.hearing import ToolCall
from assistant.near_words import near_words
from assistant.rewriting import wordings
from assistant.session import Session
from assistant.tools import run_tool
from mixer import words_ear
from mixer.loudness import integrated_lufs
from mixer.words_ear import ByEar
from mixer.words_shape import Shaped
from tests.scripted import a_context
from tests.word_stems import centroid_hz


@pytest.fixture
def context(tmp_path):
    with (made := a_context(tmp_path / "session")).session:
        yield made


def run(context: ToolContext, name: str, **arguments: object) -> ToolResult:
    return run_tool(context, ToolCall(name, arguments))


def shaped(context: ToolContext, stem: str, words: str, **more: object) -> ToolResult:
    result = run(context, "shape_sound", stem=stem, words=words, **more)
    assert result.ok, result.text
    json.dumps(result.data, allow_nan=False)
    return result


def audio_of(path: str) -> np.ndarray:
    return soundfile.read(path, dtype="float32", always_2d=True)[0].T


def test_what_was_done_is_told_in_units_and_again_goes_further(context):
    told = shaped(context, "VOCALS", "a bit brighter, and less boxy")
    assert told.text == (
        "applied as v1: vocals a bit brighter, and less boxy: -2.5 dB at 500 Hz, "
        "+1.2 dB above 8.0 kHz"
    )
    assert told.data["sound"]["high_shelf_db"] == 1.2 and told.data["version"] == 1
    again = shaped(context, "vocals", "brighter")
    assert again.text.endswith("+2.5 dB above 8.0 kHz (now +3.7 dB)")
    much = shaped(context, "kick", "brighter", amount=1.0)
    assert much.data["changes"] == ["+5.0 dB above 8.0 kHz"]


def test_further_back_moves_the_fader_too(context):
    told = shaped(context, "vocals", "further back")
    assert told.data["changes"] == ["-1.5 dB above 8.0 kHz", "reverb -18.0 dB", "level -1.5 dB"]
    assert context.session.state().gain_db == (0.0, 0.0, -1.5)
    take = run(context, "render_mix", effects=False).data["takes"][0]
    row = next(row for row in take["stems"] if row["stem"] == "vocals")
    assert row["change_db"] == pytest.approx(-1.5, abs=0.1)


def test_a_sound_is_undone_redone_and_kept_in_the_journal(context, tmp_path):
    shaped(context, "vocals", "brighter")
    shaped(context, "vocals", "warmer")
    assert run(context, "undo").text == "back at v1: vocals (sound +2.5 dB above 8.0 kHz)"
    assert run(context, "redo").text.startswith("forward at v2: vocals (sound +1.8 dB below 250 Hz")
    state = context.session.state()
    context.session.close()
    with Session.open(context.song, tmp_path / "session") as again:
        assert again.state() == state and again.state().sound_of(2) == state.sound_of(2) != {}
        assert [version.state.sound_of(2).get("high_shelf_db") for version in again.versions] == [
            None,
            2.5,
            1.5,
        ]


def test_it_is_heard_in_versions_solos_exports_and_faders_only_takes(context):
    before = audio_of(run(context, "export_mix").data["files"][0])
    shaped(context, "vocals", "much brighter")
    after = audio_of(run(context, "export_mix").data["files"][0])
    assert centroid_hz(after) > centroid_hz(before)
    stems = [Path(path) for path in run(context, "export_mix", format="stems").data["files"]]
    vocals = audio_of(str(stems[2]))
    assert centroid_hz(vocals) > 1.02 * centroid_hz(context.song.audio[2])
    assert np.abs(audio_of(str(stems[0])) - context.song.audio[0]).max() < 1e-6
    versions = run(context, "audition", versions=["v0", "v1"]).data["files"]
    assert centroid_hz(audio_of(versions[1]["file"])) > centroid_hz(audio_of(versions[0]["file"]))
    solo = audio_of(run(context, "audition", stems=["vocals"]).data["files"][0]["file"])
    assert centroid_hz(solo) == pytest.approx(centroid_hz(vocals), rel=1e-3)
    saved = run(context, "export_mix", format="session").data["files"][0]
    assert json.loads(Path(saved).read_text())["stems"][2]["sound"]["high_shelf_db"] == 5.0


def test_the_meters_read_the_sound(context):
    def row() -> dict:
        return run(context, "measure_levels", stems=["vocals"]).data["levels"][0]

    before = row()
    shaped(context, "vocals", "much more squashed")
    after = row()
    assert after["crest_db"] != before["crest_db"]
    assert (after["lufs"], after["relative_lu"]) == (before["lufs"], before["relative_lu"])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"words": "wider"}, "it is mono, and width does nothing there"),
        ({"words": "brighter", "amount": 0.0}, "an amount of 0 was asked"),
    ],
)
def test_what_would_change_nothing_is_told_and_makes_no_version(context, arguments, told):
    result = run(context, "shape_sound", stem="vocals", **arguments)
    assert result.ok and told in result.text and result.data["changes"] == []
    assert context.session.version.number == 0


def test_knobs_end_somewhere(context):
    for _ in range(3):
        shaped(context, "kick", "much brighter")
    assert context.session.state().sound_of(1)["high_shelf_db"] == 12.0
    end = shaped(context, "kick", "much brighter")
    assert "at the end of their travel" in end.text and context.session.version.number == 3


def test_effects_that_are_not_there_are_named(context):
    result = run(context, "shape_sound", stem="vocals", words="dirtier")
    assert not result.ok and "it needs distortion, which this console has not" in result.text
    assert context.session.version.number == 0


def test_words_of_which_the_ear_knows_nothing_change_nothing(context):
    result = run(context, "shape_sound", stem="vocals", words="velvet")
    assert not result.ok and "velvet" in result.text and "nothing was changed; try " in result.text
    assert len(result.data["near"]) == 3 and context.session.version.number == 0


def test_words_that_a_trusted_ear_can_follow_are_followed(context, monkeypatch):
    found = Shaped({"high_shelf_db": -3.0, "high_shelf_hz": 9000.0}, 0.0)
    by_ear = ByEar(found, "", 8, 0.1)
    monkeypatch.setattr(words_ear, "shape_by_ear", lambda *_: by_ear)
    told = shaped(context, "vocals", "velvet")
    assert told.text == "applied as v1: vocals velvet: -3.0 dB above 9.0 kHz"


def test_near_words_are_near():
    assert "punchy" in near_words("unchy")
    assert {"smooth", "silky", "soft"} & set(near_words("velvet", 5))


@pytest.mark.parametrize("words", ["brighter", "further back", "wider", "dirtier", "much warmer"])
def test_every_reply_to_it_is_borne_out(context, words):
    call = ToolCall("shape_sound", {"stem": "vocals", "words": words})
    result = run_tool(context, call)
    evidence = gather(context.names, [(call.name, result.text, result.data)], f"vocals {words}")
    for reply in wordings(call, result):
        assert check(reply, evidence) == [], reply


def test_a_style_is_told_as_it_was_understood_and_steers_the_take(context):
    plain, styled = (
        run(context, "render_mix", seed=2, **style) for style in ({}, {"style": "much darker"})
    )
    assert styled.text.splitlines()[-1].startswith("style: much darker, by the effects of every")
    assert styled.data["style"] == "much darker" and plain.data["style"] is None
    before, after = (audio_of(one.data["takes"][0]["file"]) for one in (plain, styled))
    assert centroid_hz(after) < centroid_hz(before)
    levels = [integrated_lufs(np.ascontiguousarray(audio), 44100) for audio in (before, after)]
    assert None not in levels
    assert "no mixing word" in run(context, "render_mix", style="blorgish").text
    assert "needs them on" in run(context, "render_mix", style="warm", effects=False).text
