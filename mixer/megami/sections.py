"""Keep verses and choruses as far apart as they came, whatever a compressor does within them.

One rule: the correction is slower than a phrase (a 6 s window) and knows only the stem's own level.
"""

import numpy as np

WINDOW_S = 6.0
HOP_S = 0.05
PASSES = 3  # a smoothed ratio does not undo all of a step at once
MOST_DB = 12.0
GATE_DB = -25.0  # against the stem's mean power; below, the last gain is kept (reverb tails, rests)


def keep_sections(before: np.ndarray, after: np.ndarray, sample_rate: int) -> np.ndarray:
    """Give after (2, n) the slow level contour of before (2, n), up to a common gain; float32."""
    hop = int(HOP_S * sample_rate)
    source = _contour(before, hop)
    open_gate = source > source.mean() * 10.0 ** (GATE_DB / 10.0)
    if not open_gate.any():
        return after
    times = np.arange(source.size)
    for _ in range(PASSES):
        result = _contour(after, hop)[open_gate]
        ride_db = 10.0 * np.log10(source[open_gate] / np.maximum(result, 1e-20))
        ride_db = np.clip(ride_db - np.median(ride_db), -MOST_DB, MOST_DB)
        gain = 10.0 ** (np.interp(times, times[open_gate], ride_db) / 20.0)
        smooth = np.interp(np.arange(after.shape[1]) / hop - 0.5, times, gain)
        after = after * smooth.astype(np.float32)
    return after


def _contour(audio: np.ndarray, hop: int) -> np.ndarray:
    """Mean power of (2, n) under a sliding Hann window of 6 s, one value a hop."""
    samples = audio.shape[1]
    starts = np.arange(0, samples, hop)
    power = np.add.reduceat(np.einsum("cn,cn->n", audio, audio), starts)
    weight = np.minimum(hop, samples - starts)
    window = np.hanning(min(int(WINDOW_S / HOP_S), 2 * starts.size - 1) + 2)[1:-1]
    full = np.convolve(power, window), np.convolve(weight, window)
    cut = slice((window.size - 1) // 2, (window.size - 1) // 2 + starts.size)
    return (full[0][cut] / full[1][cut]).astype(np.float64)
