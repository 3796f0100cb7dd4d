"""Keep verses and choruses as far apart as they came, whatever a compressor does within them.

One rule: the correction is slower than a phrase (a window of 6 s, or of a quarter of a short song)
and knows only the stem's own level.
"""

import numpy as np

WINDOW_S = 6.0
HOP_S = 0.05
PASSES = 3  # a smoothed ratio does not undo all of a step at once
MOST_DB = 12.0
GATE_DB = -25.0  # against the stem's mean power; below, the last gain is kept (reverb tails, rests)
_PIECE_HOPS = 100  # what fits the cache


def keep_sections(before: np.ndarray, after: np.ndarray, sample_rate: int) -> np.ndarray:
    """Give after (2, n) the slow level contour of before (2, n), up to a common gain; in place."""
    hop = int(HOP_S * sample_rate)
    source = _contour(_hop_powers(before, hop), before.shape[1], hop)
    open_gate = source > source.mean() * 10.0 ** (GATE_DB / 10.0)
    if not open_gate.any():
        return after
    times = np.arange(source.size)
    powers, ride = _hop_powers(after, hop), np.ones(source.size)
    for _ in range(PASSES):  # the ride hardly moves within a hop, so the hops' powers are enough
        result = _contour(powers * np.square(ride), after.shape[1], hop)[open_gate]
        ride_db = 10.0 * np.log10(source[open_gate] / np.maximum(result, 1e-20))
        ride_db = np.clip(ride_db - np.median(ride_db), -MOST_DB, MOST_DB)
        ride *= 10.0 ** (np.interp(times, times[open_gate], ride_db) / 20.0)
    _apply(after, ride, hop)
    return after


def _apply(audio: np.ndarray, ride: np.ndarray, hop: int) -> None:
    """Multiply (2, n) by a gain that goes straight from the middle of a hop to that of the next."""
    times = np.arange(ride.size)
    for start in range(0, audio.shape[1], _PIECE_HOPS * hop):
        piece = audio[:, start : start + _PIECE_HOPS * hop]
        at = (start + np.arange(piece.shape[1])) / hop - 0.5
        piece *= np.interp(at, times, ride).astype(np.float32)


def _hop_powers(audio: np.ndarray, hop: int) -> np.ndarray:
    """Sum of squares of (2, n) in every hop."""
    starts = np.arange(0, audio.shape[1], hop)
    return np.add.reduceat(np.einsum("cn,cn->n", audio, audio), starts).astype(np.float64)


def _contour(powers: np.ndarray, samples: int, hop: int) -> np.ndarray:
    """Mean power under a sliding Hann window, one value a hop."""
    weight = np.minimum(hop, samples - hop * np.arange(powers.size))
    window = np.hanning(min(int(WINDOW_S / HOP_S), -(-powers.size // 4)) + 2)[1:-1]
    cut = slice((window.size - 1) // 2, (window.size - 1) // 2 + powers.size)
    return np.convolve(powers, window)[cut] / np.convolve(weight, window)[cut]
