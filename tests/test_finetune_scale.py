"""The arithmetic of many songs."""

import pytest

from finetune.scale import cost, lora_gpu_hours


def test_processor_time_and_storage_go_with_the_songs_that_were_made():
    manifest = {
        "work": "songs",
        "items": 12,
        "failed": 2,
        "bytes": 17_000_000,
        "times": {"cpu_s": 36.0},
    }
    one = cost(manifest, 100_000)
    assert (one.measured, one.cpu_s, one.megabytes) == (10, 3.6, 1.7)
    assert one.cpu_hours == pytest.approx(100.0)
    assert one.gigabytes == pytest.approx(170.0)


def test_gpu_hours_are_operations_over_speed():
    # 10^9 tokens through 10^9 parameters at 4 operations: 4e18, at 0.3 of 989e12 a second
    assert lora_gpu_hours(1e6, 1e3, 1e9) == pytest.approx(4e18 / 2.967e14 / 3600, rel=1e-9)


def test_nothing_made_is_nothing_to_go_by():
    with pytest.raises(ValueError, match="no item of songs was made"):
        cost({"work": "songs", "items": 2, "failed": 2, "bytes": 0, "times": {"cpu_s": 1.0}}, 10)
