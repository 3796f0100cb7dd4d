"""The fader's loudness is the meters', and its gain is the one that was missing."""

import numpy as np
import pytest

from mixer.fader import apply_gain, honest_gain_db, song_lufs
from mixer.loudness import integrated_lufs


@pytest.mark.parametrize("sample_rate", [22050, 44100, 48000, 96000])
@pytest.mark.parametrize("seed", range(4))
def test_the_fast_loudness_is_that_of_the_meters(sample_rate: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    samples = int(sample_rate * generator.uniform(0.45, 6.0))
    swell = 10.0 ** np.repeat(generator.uniform(-3.0, 0.0, 20), samples // 20 + 1)[:samples]
    audio = (0.1 * swell * generator.standard_normal((2, samples))).astype(np.float32)
    if seed == 0:
        audio[1] = audio[0]
    expected = integrated_lufs(audio, sample_rate)
    assert song_lufs(audio, sample_rate) == pytest.approx(expected, abs=0.005)


def test_no_level_is_none() -> None:
    assert song_lufs(np.zeros((2, 44100), np.float32), 44100) is None
    assert song_lufs(np.ones((2, 10000), np.float32), 44100) is None


def test_gains() -> None:
    assert honest_gain_db(-20.0, -17.0, 3.0) == 0.0
    assert honest_gain_db(None, -17.0, 3.0) == 3.0
    assert apply_gain(np.ones(1, np.float32), -6.0)[0] == pytest.approx(0.5011872)
    audio = np.random.default_rng(0).standard_normal(100).astype(np.float32)
    assert np.array_equal(apply_gain(audio, 0.0), audio)
