"""Power in third-octave bands over time: what a spectrum shows, and what masking is judged by.

One rule: the centres are those of IEC 61260-1 in base ten, and a gain of g dB adds g to every band.
"""

import functools
import math

import numpy as np
from scipy import fft

CENTRES_HZ = tuple(1000.0 * 10.0 ** (place / 10.0) for place in range(-15, 13))
NOMINAL_HZ = (
    31.5, 40.0, 50.0, 63.0, 80.0, 100.0, 125.0, 160.0, 200.0, 250.0, 315.0, 400.0, 500.0, 630.0,
    800.0, 1000.0, 1250.0, 1600.0, 2000.0, 2500.0, 3150.0, 4000.0, 5000.0, 6300.0, 8000.0,
    10000.0, 12500.0, 16000.0,
)  # fmt: skip
FRAME_S = 0.18  # about as long as the ear sums power over
_HALF_BAND = 10.0**0.05
_FRAMES_AT_ONCE = 64


def third_octave_power(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    """Mean square in every band of (2, samples), channels summed: (frames, 28).

    Frames last about 0.18 s and overlap by half; audio shorter than one is filled up with silence.
    """
    size = 2 ** round(math.log2(FRAME_S * sample_rate))
    if audio.shape[1] < size:
        audio = np.pad(audio, ((0, 0), (0, size - audio.shape[1])))
    dual_mono = np.array_equal(audio[0], audio[1])
    channels = audio[:1] if dual_mono else audio
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    into_bands = _into_bands(size, sample_rate)
    scale = (2.0 if dual_mono else 1.0) * 2.0 / (size * float(np.square(window).sum()))
    frames = np.lib.stride_tricks.sliding_window_view(channels, size, axis=1)[:, :: size // 2]
    bands = np.zeros((frames.shape[1], len(CENTRES_HZ)), np.float32)
    for start in range(0, len(bands), _FRAMES_AT_ONCE):
        for channel in frames[:, start : start + _FRAMES_AT_ONCE]:
            power = np.square(np.abs(np.asarray(fft.rfft(channel * window))))
            bands[start : start + _FRAMES_AT_ONCE] += power @ into_bands
    return bands * np.float32(scale)


@functools.lru_cache(maxsize=8)
def _into_bands(size: int, sample_rate: int) -> np.ndarray:
    """Which share of each bin's power lies in each band: (bins, 28)."""
    edges_hz = np.array(CENTRES_HZ)[:, None] * np.array([1 / _HALF_BAND, _HALF_BAND])
    bins = np.arange(size // 2 + 1)
    edges = edges_hz * size / sample_rate  # a bin reaches half a bin to both sides
    upper = np.minimum(bins[:, None] + 0.5, edges[:, 1])
    lower = np.maximum(bins[:, None] - 0.5, edges[:, 0])
    return np.clip(upper - lower, 0.0, 1.0).astype(np.float32)
