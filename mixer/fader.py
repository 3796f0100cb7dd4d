"""The fader: how loud a stem is as a whole, and the one gain that makes it as loud as was asked.

One rule: one gain for the whole song, so what was a quiet verse stays a quiet verse.
"""

import math

import numpy as np
from scipy import signal

from mixer.loudness import SHORTEST_S, SILENCE_LUFS
from mixer.loudness import _weighting as k_weighting

_RELATIVE_GATE = 0.1  # -10 LU as a power
_TENTHS_A_PIECE = 50  # small pieces stay in the cache: three times faster than the whole at once


def song_lufs(audio: np.ndarray, sample_rate: int) -> float | None:
    """Integrated loudness of (2, samples): that of loudness.integrated_lufs, several times faster.

    None where there is no level: silence, or shorter than 0.4 s.
    """
    return lufs_of(block_powers(audio, sample_rate))


def block_powers(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    """K-weighted mean square of every 0.4 s block of (2, samples), a tenth of a second apart.

    A gain of g scales them all by g squared; empty where audio is shorter than a block.
    """
    return blocks_of(tenth_powers(audio, sample_rate))


def blocks_of(tenths: np.ndarray) -> np.ndarray:
    """The powers of all 0.4 s blocks from those of the tenths of a second."""
    return np.convolve(tenths, np.full(4, 0.25), mode="valid") if tenths.size else tenths


def tenth_powers(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    """K-weighted mean square of every tenth of a second of (2, samples), channels summed.

    Empty where audio is shorter than a block of 0.4 s.
    """
    if audio.shape[1] < SHORTEST_S * sample_rate:
        return np.zeros(0)
    twins = np.array_equal(audio[0], audio[1])
    channels = audio[: 1 if twins else 2]
    powers = np.sum([_tenths_power(channel, sample_rate) for channel in channels], axis=0)
    return powers * 2.0 if twins else powers


def lufs_of(blocks: np.ndarray) -> float | None:
    """Integrated loudness of what block_powers gives; None where there is no level."""
    blocks = blocks[blocks > 10.0 ** ((SILENCE_LUFS + 0.691) / 10.0)]  # BS.1770, equation 4
    if not blocks.size:
        return None
    loud = blocks[blocks > blocks.mean() * _RELATIVE_GATE]  # equation 6
    return -0.691 + 10.0 * math.log10(float(loud.mean()))


def _tenths_power(channel: np.ndarray, sample_rate: int) -> np.ndarray:
    """K-weighted mean square of (samples,) in every tenth of a second that a block may hold."""
    count = round((channel.size / sample_rate - SHORTEST_S) * 10.0) + 4
    edges = np.minimum(np.arange(count + 1) * sample_rate // 10, channel.size)
    numerator, denominator = k_weighting(sample_rate)
    state = np.zeros(denominator.size - 1)
    power = np.empty(count)
    for first in range(0, count, _TENTHS_A_PIECE):
        cuts = edges[first : first + _TENTHS_A_PIECE + 1]
        piece = channel[cuts[0] : cuts[-1]]
        weighted, state = signal.lfilter(numerator, denominator, piece, zi=state)
        np.square(weighted, out=weighted)
        power[first : first + cuts.size - 1] = np.add.reduceat(weighted, cuts[:-1] - cuts[0])
    return power / (sample_rate / 10.0)


def apply_gain(audio: np.ndarray, gain_db: float) -> np.ndarray:
    """Scale float32 audio; 0 dB is exact."""
    return audio * np.float32(10.0 ** (gain_db / 20.0))


def honest_gain_db(before_lufs: float | None, after_lufs: float | None, gain_db: float) -> float:
    """The gain after the effects that makes a stem as loud as before them plus gain_db."""
    if before_lufs is None or after_lufs is None:
        return gain_db
    return before_lufs - after_lufs + gain_db
