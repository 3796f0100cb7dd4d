"""Work in shards: planned once, done by anyone, killed anywhere; nothing is lost or doubled."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors import safe_open

from finetune.manifest import claimed, faults
from finetune.runners import Processes, here, run
from finetune.same_bytes import serialised
from finetune.shards import JobError, plan
from tests.shard_works import Letters, diary, made, timeless

ROOT = Path(__file__).parents[1]
ITEMS = [f"item{number}" for number in range(10)]


def nobody(work, shards):
    raise AssertionError(f"{len(shards)} shards were to be done again")


@given(st.integers(0, 300), st.integers(1, 40), st.integers(0, 300))
def test_every_item_is_in_exactly_one_shard_and_stays_there(count, size, more):
    items = [f"{number:05d}" for number in range(count + more)]
    shards, longer = plan(items[:count], size), plan(items, size)
    assert [item for shard in shards for item in shard.items] == items[:count]
    assert [shard.number for shard in shards] == list(range(len(shards)))
    assert all(len(shard.items) == size for shard in shards[:-1])
    full = shards if count % size == 0 else shards[:-1]
    assert longer[: len(full)] == full


def test_two_items_of_one_name_are_refused():
    with pytest.raises(ValueError, match="b: there twice"):
        plan(["a", "b", "c", "b"], 2)


def test_the_manifest_is_the_same_whoever_did_the_work(tmp_path):
    runners = {"here": here, "one": Processes(1), "two": Processes(2)}
    items = [*ITEMS, "empty"]
    manifests = [
        timeless(run(Letters(tmp_path / name / "out"), items, 4, runner))
        for name, runner in runners.items()
    ]
    assert manifests[0] == manifests[1] == manifests[2]
    one = manifests[0]
    assert (one["items"], one["files"], one["left_out"], one["failed"]) == (11, 10, 1, 0)
    assert one["bytes"] == 10 * 1000 * len("item0 0\n")
    assert one["counts"] == {"letters": 50}
    assert one["why_left_out"] == {"empty": "nothing in it"}
    assert [shard["items"] for shard in one["shards"]] == [4, 4, 3]
    assert faults(tmp_path / "two" / "out") == []
    workers = {process for _, process in diary(tmp_path / "two" / "out")}
    assert len(workers) == 2 and os.getpid() not in workers


def test_a_killed_worker_costs_nothing(tmp_path):
    whole = timeless(run(Letters(tmp_path / "whole" / "out"), ITEMS, 4, here))
    work = Letters(tmp_path / "cut" / "out", deadly="item5")
    assert timeless(run(work, ITEMS, 4, Processes(2))) == whole
    assert made(work.out) == dict.fromkeys(ITEMS, 1)
    assert (tmp_path / "cut" / "grave").read_text() == "x"


def test_a_killed_run_leaves_nobody_behind_and_goes_on(tmp_path):
    whole = timeless(run(Letters(tmp_path / "whole" / "out"), ITEMS, 2, here))
    work = Letters(tmp_path / "cut" / "out", pause_s=0.3)
    script = f"""
from pathlib import Path
from finetune.runners import Processes, run
from tests.shard_works import Letters
if __name__ == "__main__":
    run(Letters(Path({str(work.out)!r}), pause_s=0.3), {ITEMS}, 2, Processes(2))
"""
    (tmp_path / "script.py").write_text(script)
    started = subprocess.Popen(
        [sys.executable, tmp_path / "script.py"], env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    until(lambda: (tmp_path / "cut" / "diary").exists() and len(diary(work.out)) >= 4)
    started.send_signal(signal.SIGKILL)
    started.wait()
    workers = {process for _, process in diary(work.out)}
    until(lambda: not any(map(alive, workers)))
    before = len(diary(work.out))
    assert 4 <= before < len(ITEMS)
    assert timeless(run(work, ITEMS, 2, here)) == whole
    assert set(made(work.out)) == set(ITEMS)
    assert len(diary(work.out)) <= len(ITEMS) + 2  # what both workers were at


def until(done) -> None:
    """Wait until something is so, for a minute at most."""
    end_s = time.monotonic() + 60
    while not done():
        assert time.monotonic() < end_s
        time.sleep(0.05)


def alive(process: int) -> bool:
    """Whether a process runs; one that nobody has buried yet does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_what_is_done_is_not_done_again_and_what_is_new_is(tmp_path):
    work = Letters(tmp_path / "out")
    manifest = run(work, ITEMS[:6], 4, here)
    files = [work.out / "manifest.json", *(work.out / f"{item}.txt" for item in ITEMS[:6])]
    before = [file.stat().st_mtime_ns for file in files]
    assert run(work, ITEMS[:6], 4, nobody) == manifest
    assert [file.stat().st_mtime_ns for file in files] == before
    assert run(work, ITEMS, 4, here)["items"] == 10
    assert made(work.out) == dict.fromkeys(ITEMS, 1)


def test_what_fails_is_named_costs_the_others_nothing_and_is_tried_again(tmp_path):
    work = Letters(tmp_path / "out", broken="item2")
    manifest = run(work, ITEMS, 4, here)
    assert (manifest["failed"], manifest["files"]) == (1, 9)
    why = manifest["why_failed"]["item2"]
    assert why.startswith("OSError: the string broke (shard_works.py:")
    (tmp_path / "mended").touch()
    assert run(work, ITEMS, 4, here)["failed"] == 0
    assert made(work.out) == dict.fromkeys(ITEMS, 1)


def test_a_shard_that_kills_every_worker_is_named_and_the_rest_is_done(tmp_path):
    work = Letters(tmp_path / "out", deadly="item5", deaths=3)
    with pytest.raises(JobError, match=r"died 3 times at shard 2 \(item4 to item5\)"):
        run(work, ITEMS, 2, Processes(1))
    assert not (work.out / "manifest.json").exists()
    assert set(made(work.out)) == set(ITEMS) - {"item5"}
    assert run(work, ITEMS, 2, here)["files"] == 10
    assert made(work.out) == dict.fromkeys(ITEMS, 1)


def test_other_options_are_refused_in_a_folder_that_was_begun(tmp_path):
    run(Letters(tmp_path / "out"), ITEMS, 4, here)
    with pytest.raises(JobError, match="begun with seed 0 and not 1: .*or another --out"):
        run(Letters(tmp_path / "out", seed=1), ITEMS, 4, here)
    assert (tmp_path / "out" / "item0.txt").read_text().startswith("item0 0\n")


def test_two_runs_do_not_work_in_one_folder(tmp_path):
    work = Letters(tmp_path / "out")
    with claimed(work), pytest.raises(JobError, match="another run is at work"):
        run(work, ITEMS, 4, here)
    assert run(work, ITEMS, 4, here)["files"] == 10


def test_a_worker_that_does_not_see_the_folder_says_so(tmp_path):
    work = Letters(tmp_path / "out")
    shard = plan(ITEMS, 4)[0]
    with pytest.raises(JobError, match="does not see .*on a disk that all machines share"):
        list(here(work, [shard]))
    run(work, ITEMS, 4, here)
    other = Letters(tmp_path / "out", seed=1)  # as a machine with other sounds would be
    with pytest.raises(JobError, match=r"other files .*\(seed 1 and not 0\)"):
        list(here(other, [shard]))


def test_a_file_that_was_cut_is_made_anew_and_a_changed_byte_is_found(tmp_path):
    work = Letters(tmp_path / "out")
    manifest = run(work, ITEMS, 4, here)
    (work.out / "item3.txt").unlink()
    os.truncate(work.out / "item7.txt", 5)
    assert faults(work.out) == [
        "item3.txt: missing, of item3",
        "item7.txt: other bytes than were written, of item7",
    ]
    (work.out / "item7.txt").unlink()
    assert timeless(run(work, ITEMS, 4, here)) == timeless(manifest)
    assert made(work.out) == {**dict.fromkeys(ITEMS, 1), "item3": 2, "item7": 2}
    with (work.out / "item1.txt").open("r+b") as file:
        file.write(b"X")
    assert faults(work.out) == ["item1.txt: other bytes than were written, of item1"]


def test_a_file_of_tensors_has_the_same_bytes_however_its_words_are_ordered():
    tensors = {"b": np.arange(3), "a": np.ones((2, 2), np.float16)}
    words = {name: f'é "{name}"\n' for name in "hgfedcba"}
    one = serialised(tensors, words)
    assert one == serialised(dict(reversed(tensors.items())), dict(sorted(words.items())))
    header = json.loads(one[8 : 8 + int.from_bytes(one[:8], "little")])
    assert list(header["__metadata__"]) == list("abcdefgh")


def test_a_file_of_tensors_reads_back(tmp_path):
    tensors = {"b": np.arange(3), "a": np.ones((2, 2), np.float16)}
    (tmp_path / "x").write_bytes(serialised(tensors, {"name": 'é "x"'}))
    with safe_open(tmp_path / "x", "np") as file:
        assert file.metadata() == {"name": 'é "x"'}
        assert all(np.array_equal(file.get_tensor(key), tensors[key]) for key in tensors)
        assert file.get_tensor("a").dtype == np.float16
