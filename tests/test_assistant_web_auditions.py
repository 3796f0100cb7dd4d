"""The audition on the server: chunks to the sample, fair over a loop, blind votes kept."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

pytest.importorskip("fastapi", reason='the browser page needs pip install "gainsay[web]"')

from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.web.audition_routes import audition_routes
from assistant.web.preview_jobs import MOST_WAITING, JobsError, PreviewJobs
from assistant.web.previews import keep_below, load_preview, write_preview
from assistant.web.rooms import Room
from mixer.loudness import integrated_lufs, true_peak_dbtp
from mixer.moves import Move
from tests.web_songs import RATE, noise, open_room, write_song


class Page:
    """What a page asks of the routes, in a room with a song of three noises."""

    def __init__(self, client: TestClient, room: Room) -> None:
        self.client, self.room = client, room
        self.url = f"/rooms/{room.token}/auditions"

    def get(self, path: str = "", **query: Any) -> Any:
        answer = self.client.get(self.url + path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str = "", **body: Any) -> Any:
        answer = self.client.post(self.url + path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, path: str, **query: Any) -> tuple[int, str]:
        answer = self.client.get(self.url + path, params=query)
        return answer.status_code, answer.json()["error"]

    def rows(self) -> dict[str, dict[str, Any]]:
        return {row["id"]: row for row in self.get()}

    def ready(self, *ids: str) -> dict[str, dict[str, Any]]:
        """The rows of these, once they are rendered."""
        end = time.monotonic() + 20.0
        self.post(want=list(ids))
        while time.monotonic() < end:
            rows = {name: self.get(f"/{name}") for name in ids}
            if all(row["state"] == "ready" for row in rows.values()):
                return rows
            time.sleep(0.02)
        raise AssertionError(f"not rendered in time: {rows}")

    def played(self, row: dict[str, Any], gain_db: float = 0.0) -> np.ndarray:
        """The chunks of an item, put together and turned by gain_db: (2, samples)."""
        chunks = []
        for number in range(row["chunks"]):
            url = f"{self.url}/{row['id']}/chunks/{number}"
            answer = self.client.get(url, params={"key": row["key"]})
            assert answer.status_code == 200 and answer.headers["content-type"] == "audio/flac"
            assert "immutable" in answer.headers["cache-control"]
            chunks.append(_read(answer.content))
        return np.concatenate(chunks, axis=1) * 10.0 ** (gain_db / 20.0)


def _read(content: bytes) -> np.ndarray:
    import io

    audio, rate = soundfile.read(io.BytesIO(content), dtype="float32", always_2d=True)
    assert rate == RATE
    return audio.T


STEMS = {"bass": noise(0.05, 0), "drums": noise(0.2, 1), "vocals": noise(0.02, 2)}
STEMS["bass"][:, : 4 * RATE] *= 0.1  # a quiet beginning, so that a loop differs from the song


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    rooms, room = open_room(tmp_path / "rooms", write_song(tmp_path / "song", STEMS))
    app = FastAPI()
    app.include_router(audition_routes(rooms, PreviewJobs()))
    with TestClient(app) as client:
        yield Page(client, room)
    rooms.close()


def move(room: Room, stem: str, gain_db: float) -> None:
    state = room.session.state().moved(room.context.names, [Move(stem, gain_db)])
    room.session.change(state, f"{stem} {gain_db:+.1f} dB")


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


def test_blind_votes_go_into_the_journal(page: Page) -> None:
    move(page.room, "vocals", 6.0)
    move(page.room, "vocals", 3.0)
    ids = ["v0", "v1", "v2"]
    drawn = page.post("/blind", ids=ids)
    assert sorted(drawn["order"]) == [0, 1, 2]
    sent = {"ids": ids, "seed": drawn["seed"], "start_s": 2.0, "end_s": 6.0}
    sent["keys"] = drawn["keys"]
    told = page.post("/votes", **sent, choice=1, match_db={"v1": -0.4, "v2": -1.1, "x": -1.0})
    chosen = ids[drawn["order"][1]]
    assert told["chosen"] == chosen == told["labels"]["B"]
    assert told["votes"] == {chosen: 1}
    event = page.room.session.events[-1]
    assert event["event"] == "vote" and event["chosen"] == chosen and event["end_s"] == 6.0
    assert event["match_db"] == {"v1": -0.4, "v2": -1.1}
    labels = ["v0 as opened", "v1 vocals +6.0 dB", "v2 vocals +3.0 dB"]
    assert [event["heard"][name]["label"] for name in ids] == labels
    told = page.post("/votes", **sent, choice=None, match_db={})
    assert told["votes"] == {chosen: 1, "none": 1}
    orders = {tuple(page.post("/blind", ids=ids)["order"]) for _ in range(40)}
    assert len(orders) == 6
    bad = page.client.post(f"{page.url}/votes", json=sent | {"choice": 3, "match_db": {}})
    assert bad.status_code == 422 and "choice 3 was given" in bad.json()["error"]


def preferred(page: Page, ids: list[str], wanted: str | None) -> dict[str, Any]:
    """Vote for one of these in a blind test of its own; what is told of it."""
    drawn = page.post("/blind", ids=ids)
    choice = None if wanted is None else drawn["order"].index(ids.index(wanted))
    sent = {"ids": ids, "seed": drawn["seed"], "keys": drawn["keys"], "match_db": {}}
    return page.post("/votes", **sent, choice=choice, start_s=0.0, end_s=6.0)


def test_votes_are_counted_by_what_was_heard(page: Page) -> None:
    page.room.session.propose([Move("vocals", 3.0)], "")
    ids = ["v0", "proposal"]
    assert preferred(page, ids, "proposal")["votes"] == {"proposal": 1}
    heard = page.room.session.events[-1]["heard"]["proposal"]
    assert heard["label"] == "proposed vocals +3.0 dB" and heard["key"]
    assert heard["moves"] == [{"stem": "vocals", "gain_db": 3.0}]
    drawn = page.post("/blind", ids=ids)
    page.room.session.propose([Move("vocals", -6.0)], "")
    sent = {"ids": ids, "seed": drawn["seed"], "choice": 0, "start_s": 0.0, "end_s": 6.0}
    late = page.client.post(
        f"{page.url}/votes", json=sent | {"match_db": {}, "keys": drawn["keys"]}
    )
    assert late.status_code == 409 and "sounds different by now" in late.json()["error"]
    assert preferred(page, ids, "v0")["votes"] == {"v0": 1}  # of +3 dB nothing is counted here
    move(page.room, "vocals", 3.0)  # the sound that was proposed at first
    assert preferred(page, ["v0", "v1"], None)["votes"] == {"v1": 1, "none": 1}


def test_stems_alone_are_not_compared_blind(page: Page) -> None:
    answer = page.client.post(f"{page.url}/blind", json={"ids": ["v0", "v0.s1"]})
    assert answer.status_code == 422 and "v0.s1 is stems alone" in answer.json()["error"]


def test_a_job_is_made_once_told_and_stoppable() -> None:
    jobs, steps = PreviewJobs(), []

    def slow(report) -> None:
        for step in range(200):
            report(step / 200)
            steps.append(step)
            time.sleep(0.01)

    first = jobs.want(("room", "a"), slow)
    assert jobs.want(("room", "a"), slow) is first
    waiting = jobs.want(("room", "b"), slow)
    while first.progress < 0.05:
        time.sleep(0.005)
    assert (first.state, waiting.state) == ("rendering", "waiting")
    assert jobs.cancel(("room", "b")) and jobs.cancel(("room", "a"))
    while first.state == "rendering":
        time.sleep(0.005)
    assert (first.state, waiting.state) == ("cancelled", "cancelled")
    assert len(steps) < 150 and not jobs.cancel(("room", "a"))


def test_a_room_cannot_fill_the_queue() -> None:
    jobs, goes_on = PreviewJobs(), threading.Event()
    first = jobs.want(("a", "first"), lambda report: goes_on.wait(10.0) and None)
    while first.state == "waiting":
        time.sleep(0.005)
    for number in range(MOST_WAITING):
        last = jobs.want(("a", str(number)), lambda report: None)
    with pytest.raises(JobsError, match="60 renderings wait in this room already"):
        jobs.want(("a", "one more"), lambda report: None)
    other = jobs.want(("b", "another room's"), lambda report: None)
    goes_on.set()
    while "waiting" in (last.state, other.state):
        time.sleep(0.005)


def test_one_room_does_not_keep_the_others_waiting() -> None:
    jobs, made, begun = PreviewJobs(), [], threading.Event()

    def job(name: str):
        def make(report) -> None:
            begun.wait(5.0)
            made.append(name)

        return make

    for room, name in [("a", "a1"), ("a", "a2"), ("a", "a3"), ("b", "b1")]:
        last = jobs.want((room, name), job(name))
    begun.set()
    while any(jobs.get(("a", name)).state != "done" for name in ("a1", "a2", "a3")):
        time.sleep(0.005)
    assert last.state == "done" and made == ["a1", "b1", "a2", "a3"]


@pytest.mark.parametrize("content", [lambda whole: whole[:44], lambda whole: b"no audio" * 9])
def test_a_failure_is_told_and_leaves_nothing_behind(page: Page, content) -> None:
    take = page.room.session.folder / "take1.wav"
    soundfile.write(take, noise(0.1, 5, 1.0).T, RATE, subtype="PCM_24")
    page.room.session.add_take(take, 0, False)
    take.write_bytes(content(take.read_bytes()))
    page.post(want=["take1"])
    end = time.monotonic() + 10.0
    while (row := page.get("/take1"))["state"] != "failed" and time.monotonic() < end:
        time.sleep(0.02)
    assert row["state"] == "failed"
    assert row["error"].startswith("take1 ") and "render it again with seed 0" in row["error"]
    assert not list(page.room.cache.rglob("*.part"))


def test_previews_that_were_not_used_for_longest_go_first(tmp_path: Path) -> None:
    for place in range(3):
        write_preview(tmp_path / f"p{place}", noise(0.1, place, 1.0), RATE, lambda done: None)
        time.sleep(0.02)
    size = sum(file.stat().st_size for file in (tmp_path / "p0").iterdir())
    (tmp_path / "p0" / "preview.json").touch()
    keep_below(tmp_path, round(1.5 * size), frozenset({"p2"}))
    assert [load_preview(tmp_path / f"p{place}") is not None for place in range(3)] == [
        False,
        False,
        True,
    ]
    keep_below(tmp_path, 0, frozenset({"p2"}))
    assert load_preview(tmp_path / "p2") is not None


def test_silence_is_played_and_does_not_count(tmp_path: Path) -> None:
    quiet = write_preview(tmp_path / "a", np.zeros((2, 2 * RATE), np.float32), RATE, lambda d: None)
    assert quiet.loudness_lufs is None and quiet.trim_db == 0.0
    from assistant.web.matching import matching

    loud = write_preview(tmp_path / "b", noise(0.1, 0, 2.0), RATE, lambda d: None)
    found = matching({"a": quiet, "b": loud})
    assert (found.each["a"].match_db, found.each["b"].match_db) == (0.0, 0.0)
