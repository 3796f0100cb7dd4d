"""Loudness over time: short-term loudness (EBU Tech 3341) along a song.

One rule: a point is the middle of its 3 s; where there is no level it is NaN, never -inf.
"""

from dataclasses import dataclass

import numpy as np

from mixer.fader import blocks_of, lufs_of, tenth_powers
from mixer.loudness import SILENCE_LUFS

WINDOW_S = 3.0
_WINDOW = 30  # tenths of a second


@dataclass(frozen=True, eq=False)
class LoudnessCurve:
    """Short-term loudness at times (points,) in seconds, and the integrated one of it all."""

    time_s: np.ndarray
    short_term_lufs: np.ndarray
    integrated_lufs: float | None


def loudness_curve(audio: np.ndarray, sample_rate: int, step_s: float = 1.0) -> LoudnessCurve:
    """Short-term loudness of (2, samples) every step_s, a multiple of 0.1 s.

    There is no point in audio that is shorter than 3 s.
    """
    return curve_of(tenth_powers(audio, sample_rate), step_s)


def curve_of(tenths: np.ndarray, step_s: float = 1.0) -> LoudnessCurve:
    """The same from the powers of the tenths of a second, as fader.tenth_powers gives them."""
    step, lufs = max(1, round(step_s * 10.0)), lufs_of(blocks_of(tenths))
    if tenths.size < _WINDOW:
        return LoudnessCurve(np.zeros(0), np.zeros(0), lufs)
    summed = np.concatenate([[0.0], np.cumsum(tenths)])
    power = np.maximum((summed[_WINDOW:] - summed[:-_WINDOW])[::step] / _WINDOW, 1e-30)
    short_term = -0.691 + 10.0 * np.log10(power)
    short_term[short_term <= SILENCE_LUFS] = np.nan
    return LoudnessCurve(np.arange(short_term.size) * step / 10.0 + WINDOW_S / 2, short_term, lufs)
