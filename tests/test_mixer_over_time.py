"""Loudness over time: a steady tone is steady, a step comes where it is, silence has no level."""

import numpy as np
import pytest

from mixer.loudness import integrated_lufs, measure
from mixer.over_time import loudness_curve

RATE = 48000


def tone(seconds: float, amplitude: float) -> np.ndarray:
    wave = amplitude * np.sin(2 * np.pi * 997.0 * np.arange(round(seconds * RATE)) / RATE)
    return np.stack([wave, wave]).astype(np.float32)


def test_a_steady_tone_reads_its_loudness_at_every_point():
    curve = loudness_curve(tone(10.0, 10 ** (-23 / 20)), RATE)  # EBU Tech 3341, case 1
    assert curve.time_s.tolist() == [1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5]
    assert np.abs(curve.short_term_lufs + 23.0).max() < 0.1
    assert curve.integrated_lufs == pytest.approx(-23.0, abs=0.1)


def test_the_loudest_point_is_the_meters_and_a_step_shows():
    audio = np.concatenate([tone(6.0, 0.05), tone(6.0, 0.2)], axis=1)
    curve = loudness_curve(audio, RATE, 0.1)
    assert curve.short_term_lufs.max() == pytest.approx(measure(audio, RATE).short_term_max_lufs)
    assert curve.integrated_lufs == pytest.approx(integrated_lufs(audio, RATE), abs=0.01)
    rise = curve.short_term_lufs[-1] - curve.short_term_lufs[0]
    assert rise == pytest.approx(20 * np.log10(4), abs=0.05)
    halfway = np.interp(6.0, curve.time_s, curve.short_term_lufs)
    assert halfway - curve.short_term_lufs[0] == pytest.approx(10 * np.log10(8.5), abs=0.2)


def test_silence_and_short_audio_have_no_points_to_draw():
    silent = loudness_curve(np.zeros((2, 5 * RATE), np.float32), RATE)
    assert np.isnan(silent.short_term_lufs).all() and silent.integrated_lufs is None
    short = loudness_curve(tone(2.0, 0.1), RATE)
    assert short.time_s.size == 0 and short.integrated_lufs is not None
