"""The audition on the server: chunks to the sample, stems alone, fair over a loop."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

pytest.importorskip("fastapi", reason='the browser page needs pip install "gainsay[web]"')


from assistant.web.previews import write_preview
from mixer.loudness import integrated_lufs, true_peak_dbtp
from mixer.moves import Move
from tests.audition_page import STEMS, Page, opened
from tests.player_page import move
from tests.web_songs import RATE, noise


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with opened(tmp_path) as made:
        yield made


def test_what_can_be_played_is_versions_and_takes_and_the_open_proposal(page: Page) -> None:
    assert [(row["id"], row["kind"]) for row in page.get()] == [("v0", "rough")]
    move(page.room, "vocals", 6.0)
    page.room.session.propose([Move("bass", -2.0)], "too loud")
    take = page.room.session.folder / "takes" / "take1.wav"
    take.parent.mkdir()
    soundfile.write(take, noise(0.1, 5).T, RATE, subtype="PCM_24")
    page.room.session.add_take(take, 7, True)
    rows = page.rows()
    assert [row["label"] for row in rows.values()] == [
        "v0 as opened",
        "v1 vocals +6.0 dB",
        "proposed bass -2.0 dB",
        "take1 of v1, with effects, seed 7",
    ]
    assert all(row["usual"] for row in rows.values())
    take.unlink()
    assert "take1" not in page.rows()
    status, error = page.refused("/take1")
    assert status == 422 and error == "take1 is gone from the disk: render it again"


def test_chunks_put_together_are_the_mix_to_the_24th_bit(page: Page) -> None:
    move(page.room, "vocals", 6.0)
    row = page.ready("v1")["v1"]
    assert row["chunks"] == 3 and row["samples"] == 12 * RATE and row["seconds"] == 12.0
    expected = STEMS["bass"] + STEMS["drums"] + STEMS["vocals"] * 10.0**0.3
    heard = page.played(row, -row["trim_db"])
    assert heard.shape == expected.shape
    assert np.abs(heard - expected).max() < 3e-7
    assert row["loudness_lufs"] == pytest.approx(integrated_lufs(expected, RATE), abs=0.02)
    assert len(row["peaks"]) == 480
    assert row["peaks"][0][1] == pytest.approx(expected[:, : 12 * RATE // 480].max(), abs=1e-4)


def test_a_version_beyond_full_scale_is_turned_down_not_clipped(page: Page) -> None:
    move(page.room, "drums", 12.0)
    rows = page.ready("v0", "v1")
    assert rows["v1"]["trim_db"] < -8.0
    matched = {one["id"]: one for one in page.get("/match", ids="v0,v1")["items"]}
    for name, row in rows.items():
        heard = page.played(row, matched[name]["play_db"])
        assert true_peak_dbtp(heard.astype(np.float32), RATE) <= -0.99
        assert matched[name]["play_db"] <= 0.0 and matched[name]["plain_db"] <= 0.0
    loud, quiet = (page.played(rows[name], matched[name]["plain_db"]) for name in ("v1", "v0"))
    before = integrated_lufs(quiet, RATE)
    assert integrated_lufs(loud, RATE) - before == pytest.approx(
        rows["v1"]["loudness_lufs"] - rows["v0"]["loudness_lufs"], abs=0.05
    )


@pytest.mark.parametrize("start_s, end_s", [(None, None), (0.5, 3.9), (4.2, 9.7), (7.0, 7.4)])
def test_what_is_played_matches_within_a_tenth_over_the_loop(
    page: Page, start_s: float | None, end_s: float | None
) -> None:
    move(page.room, "bass", 9.0)
    move(page.room, "vocals", 12.0)
    region = {} if start_s is None else {"start_s": start_s, "end_s": end_s}
    rows = page.ready("v0", "v1", "v2")
    told = page.get("/match", ids="v0,v1,v2", **region)
    cut = slice(None) if start_s is None else slice(round(start_s * RATE), round(end_s * RATE))
    lufs = [
        integrated_lufs(page.played(rows[one["id"]], one["play_db"])[:, cut], RATE)
        for one in told["items"]
    ]
    assert max(lufs) - min(lufs) <= 0.1
    assert told["spread_lu"] <= 0.02
    offsets = [one["match_db"] for one in told["items"]]
    assert max(offsets) == 0.0 and min(offsets) < -0.3


def test_the_loop_has_its_own_offset(page: Page) -> None:
    move(page.room, "bass", 12.0)
    page.ready("v0", "v1")
    whole = page.get("/match", ids="v0,v1")["items"][1]["match_db"]
    loop = page.get("/match", ids="v0,v1", start_s=0.5, end_s=3.5)["items"][1]["match_db"]
    assert whole < -1.0 and loop > -0.2
    status, error = page.refused("/match", ids="v0,v1", start_s=1.0, end_s=1.2)
    assert status == 422 and "a loop of 0.4 s or more is needed" in error


def test_a_stem_alone_is_as_loud_as_inside_its_version(page: Page) -> None:
    move(page.room, "vocals", 6.0)
    rows = page.ready("v0", "v1")
    solo = page.post(solo={"inside": "v1", "stems": ["vocals", "bass"]})[0]
    assert solo["id"] == "v1.s0-2" and solo["label"] == "bass, vocals in v1 vocals +6.0 dB"
    rows |= page.ready("v1.s0-2")
    told = {one["id"]: one for one in page.get("/match", ids="v0,v1,v1.s0-2")["items"]}
    heard = page.played(rows["v1.s0-2"], told["v1.s0-2"]["play_db"])
    mix = page.played(rows["v1"], told["v1"]["play_db"])
    gain = 10.0 ** ((told["v1"]["play_db"] + rows["v1"]["trim_db"]) / 20.0)
    assert np.abs(mix - heard - STEMS["drums"] * gain).max() < 1e-6
    answer = page.client.post(page.url, json={"solo": {"inside": "take1", "stems": ["bass"]}})
    assert answer.status_code == 422 and "take1 is one file" in answer.json()["error"]


def test_a_stem_alone_has_the_loudness_of_the_loop(page: Page) -> None:
    page.ready("v0")
    page.post(solo={"inside": "v0", "stems": ["bass"]})
    row = page.ready("v0.s0")["v0.s0"]
    whole = page.get("/match", ids="v0,v0.s0")["items"][1]
    assert whole["loudness_lufs"] == row["loudness_lufs"]
    loop = page.get("/match", ids="v0,v0.s0", start_s=0.5, end_s=3.5)["items"][1]
    part = STEMS["bass"][:, RATE // 2 : 7 * RATE // 2]  # 20 dB below the rest of it
    assert loop["loudness_lufs"] == pytest.approx(integrated_lufs(part, RATE), abs=0.02)
    assert loop["loudness_lufs"] < whole["loudness_lufs"] - 15.0


def test_a_key_names_one_sound(page: Page) -> None:
    page.room.session.propose([Move("bass", -2.0)], "")
    row = page.ready("proposal")["proposal"]
    page.room.session.propose([Move("bass", -4.0)], "")
    status, error = page.refused("/proposal/chunks/0", key=row["key"])
    assert status == 409 and "sounds different by now" in error
    assert page.get("/proposal")["state"] == "idle"
    move(page.room, "bass", -4.0)
    move(page.room, "bass", 4.0)
    first, last = page.get("/v0"), page.get("/v2")
    assert first["key"] == last["key"]  # the same sound is rendered once


@pytest.mark.parametrize(
    "path",
    [
        "/v7", "/take1", "/v0.s9", "/v0.s", "/..%2F..%2Fsong.json", "/v0/chunks/3", "/v0/chunks/-1",
        "/v٣", "/" + "v" * 500,
    ],
)  # fmt: skip
def test_what_is_not_there_is_refused_in_a_sentence(page: Page, path: str) -> None:
    page.ready("v0")
    answer = page.client.get(page.url + path)
    assert answer.status_code in (404, 422)
    assert "detail" in answer.json() or len(answer.json()["error"]) > 20


def test_unknown_rooms_and_rooms_without_a_song_are_told(page: Page, tmp_path: Path) -> None:
    answer = page.client.get("/rooms/AAAAAAAAAAAAAAAAAAAAAA/auditions")
    assert answer.status_code == 404 and "no such room" in answer.json()["error"]


def test_silence_is_played_and_does_not_count(tmp_path: Path) -> None:
    quiet = write_preview(tmp_path / "a", np.zeros((2, 2 * RATE), np.float32), RATE, lambda d: None)
    assert quiet.loudness_lufs is None and quiet.trim_db == 0.0
    from assistant.web.matching import matching

    loud = write_preview(tmp_path / "b", noise(0.1, 0, 2.0), RATE, lambda d: None)
    found = matching({"a": quiet, "b": loud})
    assert (found.each["a"].match_db, found.each["b"].match_db) == (0.0, 0.0)
