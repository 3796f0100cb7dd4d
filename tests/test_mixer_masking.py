"""Third-octave power and masking: known signals read their numbers; a common gain is nothing."""

import math

import numpy as np
import pytest

from mixer.masking import OFFSET_DB, bark, masked_threshold, masking
from mixer.third_octaves import CENTRES_HZ, NOMINAL_HZ, third_octave_power

RATE = 44100
SECONDS = 4


def tone(frequency_hz: float, amplitude: float = 0.5) -> np.ndarray:
    wave = amplitude * np.sin(2 * np.pi * frequency_hz * np.arange(SECONDS * RATE) / RATE)
    return np.stack([wave, wave]).astype(np.float32)


def noise(seed: int, rms: float = 0.1) -> np.ndarray:
    mono = rms * np.random.default_rng(seed).standard_normal(SECONDS * RATE)
    return np.stack([mono, mono]).astype(np.float32)


def gained(power: np.ndarray, gain_db: float) -> np.ndarray:
    return power * 10 ** (gain_db / 10)


@pytest.mark.parametrize(
    ("frequency_hz", "rate"), [(63.0, 44100), (1000.0, 48000), (8000.0, 96000)]
)
def test_a_tone_is_in_its_band_with_its_power(frequency_hz, rate):
    wave = 0.5 * np.sin(2 * np.pi * frequency_hz * np.arange(4 * rate) / rate)
    power = third_octave_power(np.stack([wave, wave]).astype(np.float32), rate)
    band = NOMINAL_HZ.index(frequency_hz)
    assert 10 * math.log10(power.sum(axis=1).mean()) == pytest.approx(
        10 * math.log10(2 * 0.5**2 / 2), abs=0.1
    )
    assert power[:, band].mean() / power.sum(axis=1).mean() > 0.97


def test_white_noise_has_a_tenth_of_a_decade_more_in_every_next_band():
    power = third_octave_power(noise(0), RATE).mean(axis=0)
    level_db = 10 * np.log10(power)
    expected_db = 10 * np.log10(
        2 * 0.1**2 * np.array(CENTRES_HZ) * (10**0.05 - 10**-0.05) / (RATE / 2)
    )
    assert np.abs(level_db - expected_db)[12:].max() < 0.5
    assert np.abs(level_db - expected_db).max() < 1.5


def test_left_alone_counts_half_and_short_audio_is_read():
    both, left = tone(1000.0), tone(1000.0)
    left[1] = 0.0
    ratio = third_octave_power(both, RATE).sum() / third_octave_power(left, RATE).sum()
    assert ratio == pytest.approx(2.0, rel=1e-4)
    assert third_octave_power(both[:, :1000], RATE).shape == (1, 28)


def test_the_threshold_of_equal_bands_is_the_offset_under_them():
    threshold = masked_threshold(np.ones((1, 28)))
    assert np.allclose(10 * np.log10(threshold), -OFFSET_DB)


def test_masking_spreads_further_up_than_down():
    masker = np.zeros((1, 28))
    masker[0, NOMINAL_HZ.index(500.0)] = 1.0
    threshold = masked_threshold(masker)[0]
    assert threshold[NOMINAL_HZ.index(1000.0)] > 10 * threshold[NOMINAL_HZ.index(250.0)]
    assert threshold.argmax() == NOMINAL_HZ.index(500.0)


def test_barks_of_zwicker():
    told = bark(np.array([100.0, 510.0, 1000.0, 4400.0, 15500.0]))
    assert np.abs(told - [1.0, 5.0, 8.5, 18.0, 24.0]).max() < 0.25


@pytest.mark.parametrize("common_db", [0.0, -30.0, 12.0])
def test_how_far_a_noise_must_lie_under_another_to_be_masked(common_db):
    sound, masker = third_octave_power(noise(1), RATE), third_octave_power(noise(2), RATE)
    for own_db, masked in ((-15.0, True), (10.0, False)):
        found = masking(gained(sound, own_db + common_db), gained(masker, common_db))
        judged = ~np.isnan(found.masked_share)
        assert judged[8:].all()
        assert (found.is_masked[judged] == masked).all()


def test_a_band_that_does_not_play_is_not_judged_and_silence_masks_nothing():
    low = third_octave_power(tone(100.0), RATE)
    high = third_octave_power(noise(3), RATE)
    found = masking(low, high * 1e6)
    assert np.isnan(found.masked_share[NOMINAL_HZ.index(4000.0)])
    assert found.is_masked[NOMINAL_HZ.index(100.0)]
    assert not masking(low, np.zeros_like(low)).is_masked.any()
    assert np.isnan(masking(np.zeros_like(low), high).masked_share).all()


def test_only_the_time_in_which_a_sound_plays_counts():
    sound, masker = third_octave_power(noise(1), RATE), third_octave_power(noise(2), RATE)
    sound[len(sound) // 2 :] = 0.0
    masker[: len(masker) // 4] = 0.0
    found = masking(gained(sound, -20.0), masker)
    assert np.nanmax(found.played_share) == pytest.approx(0.5, abs=0.03)
    assert np.nanmean(found.masked_share) == pytest.approx(0.5, abs=0.06)
