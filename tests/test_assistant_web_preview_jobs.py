"""Previews are made in the background: once, in turn, stoppable; what fails is told."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

pytest.importorskip("fastapi", reason='the browser page needs pip install "gainsay[web]"')


from assistant.web.preview_jobs import MOST_WAITING, JobsError, PreviewJobs
from assistant.web.previews import keep_below, load_preview, write_preview
from tests.audition_page import Page, opened
from tests.web_songs import RATE, noise


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with opened(tmp_path) as made:
        yield made


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
