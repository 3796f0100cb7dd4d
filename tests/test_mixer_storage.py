"""Large arrays lie in files, and what was read of them leaves the memory again."""

import gc
import tempfile
from pathlib import Path

import numpy as np
import pytest

from mixer.audio_files import AudioError
from mixer.storage import each, give_back, zeros

MIB = 2**20


def resident_mib() -> float:
    """How much of this process is in memory now."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) / 1024


def test_small_arrays_are_in_memory_and_large_ones_in_a_file_that_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("mixer.storage.MEMORY_LIMIT_BYTES", 800)
    assert type(zeros((2, 2, 50), "a take")) is np.ndarray
    large = zeros((2, 2, 51), "a take")
    assert isinstance(large, np.memmap) and large.dtype == np.float32 and not large.any()
    del large
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_too_small_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mixer.storage.MEMORY_LIMIT_BYTES", 800)
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 10})())
    with pytest.raises(AudioError, match=r"a take takes 0.0 GB .*set TMPDIR"):
        zeros((2, 2, 1000), "a take")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's /proc")
def test_what_was_read_is_given_back_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mixer.storage.MEMORY_LIMIT_BYTES", MIB)
    audio = zeros((16, 2, MIB), "a song")  # 128 MiB
    before_mib = resident_mib()
    most_mib = 0.0
    for number, stem in enumerate(each(audio)):
        stem[:] = number + 1
        most_mib = max(most_mib, resident_mib() - before_mib)
    assert most_mib < 30.0
    assert [float(stem.mean()) for stem in each(audio)] == list(range(1, 17))
    assert resident_mib() - before_mib < 30.0
    rows = audio[3:5]
    assert rows.sum() == 9 * 2 * MIB
    give_back(rows)
    assert resident_mib() - before_mib < 30.0


def test_an_array_in_memory_is_left_alone() -> None:
    audio = np.ones((3, 2, 10), np.float32)
    assert [stem.sum() for stem in each(audio)] == [20.0] * 3
    give_back(audio[1])
    assert audio.sum() == 60.0
