"""Twins: copies up to a gain are found wherever they play, and nothing else is."""

import numpy as np
import pytest

from mixer.megami.analysis import loudness
from mixer.megami.twins import same_sound, sketch, together_lufs

RATE = 8000


def noise(seed: int, seconds: float = 3.0) -> np.ndarray:
    """Stereo noise (2, n)."""
    shape = (2, int(seconds * RATE))
    return (0.1 * np.random.default_rng(seed).standard_normal(shape)).astype(np.float32)


def found(*stems: np.ndarray) -> tuple[int, ...]:
    return same_sound([sketch(stem) for stem in stems])


@pytest.mark.parametrize("seconds", [0.4, 0.6, 3.0, 7.3])
def test_copies_up_to_a_gain_are_twins(seconds: float) -> None:
    one, other = noise(0, seconds), noise(1, seconds)
    assert found(one, other, one * np.float32(0.3), other, one) == (0, 1, 0, 1, 0)


def test_16_bits_do_not_hide_a_twin() -> None:
    stem = noise(2)
    half = (np.round(stem * 0.5 * 2**15) / 2**15).astype(np.float32)
    assert found(stem, half) == (0, 0)


def test_what_differs_is_no_twin() -> None:
    stem = noise(3)
    late = np.roll(stem, 20, axis=1)
    louder_left = stem * np.array([[1.0], [0.9]], np.float32)
    with_a_note = stem.copy()
    with_a_note[:, 10_000:12_000] += noise(4)[:, :2000]
    assert found(stem, late, louder_left, with_a_note, -stem, stem[::-1]) == (0, 1, 2, 3, 4, 5)


def test_stems_that_play_in_one_place_only_and_silence() -> None:
    early, late = np.zeros_like(noise(5)), np.zeros_like(noise(5))
    early[:, :800], late[:, -800:] = noise(5)[:, :800], noise(5)[:, -800:]
    silence = np.zeros_like(early)
    assert found(early, late, early * np.float32(2.0), silence, silence) == (0, 1, 0, 3, 4)


def test_twins_are_as_loud_together_as_their_sum() -> None:
    stem = noise(6)
    shares = [stem * np.float32(share) for share in (0.2, 0.7)]
    apart = np.array([loudness(one, RATE) for one in shares])
    assert together_lufs(apart) == pytest.approx(loudness(shares[0] + shares[1], RATE), abs=0.001)
    assert together_lufs(apart[:1]) == apart[0]
