"""The charts: their numbers follow the faders, and their sentences hold the same numbers."""

import re
import threading

import numpy as np
import pytest

from assistant.by_hand import set_fader, set_mute
from assistant.context import ToolError
from assistant.tools_levels import usual_levels
from mixer.moves import Move
from mixer.song import song_from_arrays
from tests.scripted import RATE, a_context, a_song, song_folder

pytest.importorskip("fastapi")

from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.web.charts import charts_routes
from assistant.web.charts_audio import step_for
from assistant.web.charts_data import level_chart, loudness_chart, mixes_shown, spectrum_chart
from assistant.web.preview_jobs import PreviewJobs
from mixer.megami.mixer import faders_mix
from mixer.over_time import loudness_curve
from tests.web_rooms import room_with, wait_for


@pytest.fixture
def context(tmp_path):
    with (made := a_context(tmp_path / "session", song=a_song(seconds=6.0))).session:
        yield made


def loudness(context, stem=None):
    """The chart, with the mixes rendered here."""
    versions = {version.label: version.state for version in context.session.versions}
    rate, step_s = context.song.sample_rate, step_for(context.song.seconds)
    mixes = {
        label: loudness_curve(faders_mix(context.song, versions[label]), rate, step_s)
        for label in mixes_shown(context.session)
    }
    return loudness_chart(context, mixes, stem)


def numbers_in(text: str) -> set[float]:
    return {abs(float(number)) for number in re.findall(r"-?\d+(?:\.\d+)?", text)}


def test_levels_before_now_and_proposed(context):
    set_fader(context, "vocals", 4.0)
    context.session.propose([Move("kick", -2.0)], "")
    chart = level_chart(context)
    rows = {row["stem"]: row for row in chart["rows"]}
    assert rows["vocals"]["now_lu"] - rows["vocals"]["before_lu"] == pytest.approx(4.0, abs=0.11)
    assert rows["kick"]["proposed_lu"] - rows["kick"]["now_lu"] == pytest.approx(-2.0, abs=0.11)
    assert rows["bass"]["before_lu"] == rows["bass"]["now_lu"] == 0.0
    assert rows["bass"]["usual_lu"] is None
    assert rows["kick"]["usual_lu"] == list(usual_levels(context, "kick"))
    assert (chart["before"], chart["now"], chart["has_proposal"]) == ("v0", "v1", True)
    assert chart["text"] == (
        f"Against bass, v0 to v1: vocals from {rows['vocals']['before_lu']:+.1f} LU to "
        f"{rows['vocals']['now_lu']:+.1f} LU."
    )
    assert level_chart(context, before=1)["text"].endswith("no level has changed.")
    with pytest.raises(ToolError, match="v0 to v1"):
        level_chart(context, before=2)


def test_moving_the_anchor_moves_all_others(context):
    set_fader(context, "bass", -3.0)
    rows = {row["stem"]: row for row in level_chart(context)["rows"]}
    assert rows["kick"]["now_lu"] - rows["kick"]["before_lu"] == pytest.approx(3.0, abs=0.11)
    set_mute(context, "kick", True)
    set_mute(context, "bass", True)
    rows = {row["stem"]: row for row in level_chart(context)["rows"]}
    assert rows["kick"]["now_lu"] is None and rows["vocals"]["now_lu"] is not None


def test_a_spectrum_follows_the_fader_and_its_masking_with_it(context):
    set_fader(context, "vocals", 12.0)  # 6 dB over the anchor, band by band
    raised = spectrum_chart(context, "vocals")
    assert len(raised["bands"]) == 28
    set_fader(context, "vocals", -8.0)
    lowered = spectrum_chart(context, "vocals")
    for was, now in zip(raised["bands"], lowered["bands"], strict=True):
        assert now["stem_db"] == pytest.approx(was["stem_db"] - 20.0, abs=0.11)
        assert now["anchor_db"] == was["anchor_db"]
    judged = [band for band in lowered["bands"] if band["masked_share"] is not None]
    assert len(judged) > 15 and all(band["masked"] for band in judged)
    assert not any(band["masked"] for band in raised["bands"][10:])
    set_fader(context, "bass", -20.0)
    assert [band["masked"] for band in spectrum_chart(context, "vocals")["bands"]] == [
        band["masked"] for band in raised["bands"]
    ]


def test_the_sentence_of_a_spectrum_names_the_masked_bands(context):
    set_fader(context, "vocals", -20.0)
    chart = spectrum_chart(context, "vocals")
    assert "1.25 kHz (100 % of the time)" in chart["text"] and "5.5 dB" in chart["definition"]
    masked = sum(band["masked"] for band in chart["bands"])
    assert chart["text"].startswith(
        f"vocals, masked by bass: {masked} of the {masked} bands that play, "
    )
    set_mute(context, "vocals", True)
    assert spectrum_chart(context, "vocals")["text"].startswith("vocals (muted now)")
    own = spectrum_chart(context, "bass")
    assert "is the anchor" in own["text"] and own["bands"][5]["masked_share"] is None


def test_a_muted_anchor_masks_nothing(context):
    set_fader(context, "vocals", -20.0)
    before = spectrum_chart(context, "vocals")
    assert sum(band["masked"] for band in before["bands"]) > 15
    set_mute(context, "bass", True)
    chart = spectrum_chart(context, "vocals")
    assert not any(band["masked"] for band in chart["bands"])
    assert {band["threshold_db"] for band in chart["bands"]} == {None}
    assert {band["masked_share"] for band in chart["bands"]} == {None}
    assert [b["stem_db"] for b in chart["bands"]] == [b["stem_db"] for b in before["bands"]]
    assert chart["text"] == "bass is the anchor and muted now: it masks nothing of vocals."
    set_mute(context, "bass", False)
    assert spectrum_chart(context, "vocals")["text"] == before["text"]


def test_loudness_along_the_song_now_as_opened_and_of_a_stem(context):
    chart = loudness(context)
    assert [one["name"] for one in chart["series"]] == ["mix now (v0)"]
    assert chart["time_s"] == [1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5]
    set_fader(context, "bass", -24.0)
    set_fader(context, "kick", -24.0)
    chart = loudness(context, "bass")
    opened, now, bass = chart["series"]
    assert [one["name"] for one in chart["series"]] == [
        "mix as opened (v0)", "mix now (v2)", "bass now"
    ]  # fmt: skip
    assert now["integrated_lufs"] < opened["integrated_lufs"] - 5.0
    assert bass["integrated_lufs"] == pytest.approx(context.levels[0].lufs - 24.0, abs=0.11)
    told = numbers_in(chart["text"])
    for one in chart["series"]:
        heard = one["short_term_lufs"]
        assert len(heard) == len(chart["time_s"])
        assert {-one["integrated_lufs"], -max(heard), -min(heard)} <= told
    set_mute(context, "bass", True)
    muted = loudness(context, "bass")["series"][-1]
    assert muted["name"] == "bass now, muted" and set(muted["short_term_lufs"]) == {None}


def test_a_song_shorter_than_the_window_says_so(tmp_path):
    with (context := a_context(tmp_path, song=a_song(seconds=1.5))).session:
        chart = loudness(context, "kick")
        assert chart["time_s"] == [] and "shorter than the 3 s" in chart["text"]
        assert spectrum_chart(context, "kick")["bands"][10]["stem_db"] is not None


def test_silence_has_no_band_and_no_curve(tmp_path):
    rng = np.random.default_rng(0)
    noise = 0.1 * rng.standard_normal(5 * RATE).astype(np.float32)
    arrays = {"bass": noise, "kick": np.zeros_like(noise)}
    song = song_from_arrays("half silent", arrays, RATE)
    with (context := a_context(tmp_path, song=song)).session:
        chart = spectrum_chart(context, "kick")
        assert all(band["stem_db"] is None and not band["masked"] for band in chart["bands"])
        assert chart["text"].startswith("kick plays in no band")
        assert "Kick now: no level." in loudness(context, "kick")["text"]
        assert level_chart(context)["rows"][1]["now_lu"] is None


@pytest.mark.parametrize(("seconds", "step"), [(29.3, 0.5), (150, 1.0), (300, 2.0), (3600, 30.0)])
def test_a_curve_has_no_more_points_than_one_can_read(seconds, step):
    assert step_for(seconds) == step


@pytest.fixture
def room(rooms, tmp_path):
    return room_with(rooms, song_folder(tmp_path / "song", seconds=4.0))


def told(client, chart, **params):
    """The chart, once it is measured."""
    wait_for(lambda: "waiting" not in client.get(chart, params=params).json())
    return client.get(chart, params=params).json()


@pytest.fixture
def client(room, rooms):
    app = FastAPI()
    app.include_router(charts_routes(rooms, PreviewJobs()))
    with TestClient(app, base_url=f"http://testserver/rooms/{room.token}/charts/") as made:
        yield made


def test_the_routes_answer_json_and_refuse_in_words(client):
    assert client.get("levels").json()["rows"][0]["stem"] == "bass"
    assert told(client, "spectrum", stem="kick")["stem"] == "kick"
    for chart in ("spectrum", "loudness"):
        answer = client.get(chart, params={"stem": "kik"})
        assert answer.status_code == 422 and "did you mean kick" in answer.json()["error"]
    assert client.get("levels", params={"before": 9}).status_code == 422
    assert client.get("levels", params={"before": "x"}).status_code == 422


def test_the_mixes_of_the_loudness_chart_are_rendered_in_the_background(client, room, monkeypatch):
    goes_on, made = threading.Event(), []

    def slow(song, state, report):
        made.append(state)
        assert goes_on.wait(20.0)
        return faders_mix(song, state, report)

    monkeypatch.setattr("mixer.megami.mixer.faders_mix", slow)
    set_fader(room.context, "kick", 6.0)
    for _ in range(3):  # looking again begins nothing anew
        assert client.get("loudness").json() == {"waiting": 0.0, "doing": "Rendering the mix"}
    goes_on.set()
    wait_for(lambda: "waiting" not in client.get("loudness").json())
    chart = client.get("loudness").json()
    assert [one["name"] for one in chart["series"]] == ["mix as opened (v0)", "mix now (v1)"]
    assert chart == loudness(room.context) and len(made) == 2


def test_a_mix_that_was_stopped_or_failed_is_told_and_not_tried_without_end(client, monkeypatch):
    def broken(song, state, report):
        raise OSError("the disk is full")

    monkeypatch.setattr("mixer.megami.mixer.faders_mix", broken)
    wait_for(lambda: client.get("loudness").status_code == 422)
    error = client.get("loudness").json()["error"]
    assert error == "v0 is not rendered (the disk is full): press Render at it above"


def test_stems_are_measured_in_the_background_and_once(client, room, monkeypatch):
    goes_on, measured, as_asked = threading.Event(), [], room.context.as_asked

    def slow(index):
        measured.append(room.context.names[index])
        assert goes_on.wait(20.0)
        return as_asked(index)

    monkeypatch.setattr(room.context, "as_asked", slow)
    for _ in range(3):
        waits = client.get("spectrum", params={"stem": "vocals"}).json()
        assert waits == {"waiting": 0.0, "doing": "Measuring"}
    assert client.get("levels").status_code == 200  # the others wait for nothing
    goes_on.set()
    assert told(client, "spectrum", stem="vocals") == spectrum_chart(room.context, "vocals")
    assert measured == ["bass", "vocals"]  # the anchor and the stem
    chart = told(client, "loudness", stem="kick")
    assert chart["series"][-1]["name"] == "kick now" and measured[2:] == ["kick"]


def test_a_stem_that_cannot_be_measured_says_why(client, room, monkeypatch):
    def gone(index):
        raise ToolError("kick.wav is gone")

    monkeypatch.setattr(room.context, "as_asked", gone)
    wait_for(lambda: client.get("spectrum", params={"stem": "kick"}).status_code == 422)
    assert client.get("spectrum", params={"stem": "kick"}).json()["error"] == "kick.wav is gone"
