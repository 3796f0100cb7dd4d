"""The meters: loudness (BS.1770 by pyloudnorm), true peak, crest, and the profile a model reads.

One rule: what has no level (silence, or shorter than 0.4 s) is None, never -inf. A level is that of
the stem as it sits in the stereo bus, so audio is always (2, samples).
"""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyloudnorm
import soxr
from pyloudnorm.iirfilter import IIRfilter
from scipy import fft, signal

from mixer.song import Song

SHORTEST_S = 0.4  # one BS.1770 gating block
SILENCE_LUFS = -70.0  # the absolute gate
PROFILE_SIZE = 14
OCTAVES_HZ = tuple(1000.0 * 2.0**octave for octave in range(-5, 5))
PLAYS = 3  # the entry of a profile that says for which share of the time a stem plays
LEVEL_ENTRIES = (0, 1, *range(4, PROFILE_SIZE))

_BAND_FLOOR_LU = 60.0
_FLOOR_BELOW_LOUDEST = 1e-5  # -50 LU: at usual levels the place of the absolute gate
_PEAK_BLOCK = 1 << 18
_PEAK_EDGE = 512


class MeterError(ValueError):
    """Audio that no meter can read: the message says got, needed and cure."""


@dataclass(frozen=True)
class Level:
    """What the meters say of one stem; None where there is no level."""

    lufs: float | None
    short_term_max_lufs: float | None
    momentary_max_lufs: float | None
    range_lu: float | None
    true_peak_dbtp: float | None
    sample_peak_dbfs: float | None
    crest_db: float | None


def measure(audio: np.ndarray, sample_rate: int) -> Level:
    """Read every meter on (2, samples) audio."""
    _check(audio)
    lufs, momentary, short_term, spread_lu = None, None, None, None
    dual_mono = np.array_equal(audio[0], audio[1])
    channels = audio[:1] if dual_mono else audio
    if audio.shape[1] >= SHORTEST_S * sample_rate:
        tenths = _weighted_power(channels, sample_rate) * (2.0 if dual_mono else 1.0)
        lufs = _integrated(_sliding_mean(tenths, 4))
    if lufs is not None:
        momentary = _lufs(_sliding_mean(tenths, 4).max())
        if tenths.size >= 30:
            threes = _sliding_mean(tenths, 30)
            short_term = _lufs(threes.max())
            spread_lu = _spread_lu(threes[threes > _power(SILENCE_LUFS)])
    peak = float(np.abs(audio).max(initial=0.0))
    return Level(
        lufs=lufs,
        short_term_max_lufs=short_term,
        momentary_max_lufs=momentary,
        range_lu=spread_lu,
        true_peak_dbtp=_true_peak_dbtp(channels, sample_rate),
        sample_peak_dbfs=20.0 * math.log10(peak) if peak > 0.0 else None,
        crest_db=_crest_db(audio, sample_rate) if lufs is not None else None,
    )


def measure_song(song: Song) -> tuple[Level, ...]:
    """Read every meter on every stem, in the song's order."""
    return tuple(measure(stem, song.sample_rate) for stem in song.each())


def integrated_lufs(audio: np.ndarray, sample_rate: int) -> float | None:
    """Integrated loudness of (2, samples) audio, or None where there is no level."""
    _check(audio)
    if audio.shape[1] < SHORTEST_S * sample_rate:
        return None
    meter = pyloudnorm.Meter(sample_rate)
    if np.array_equal(audio[0], audio[1]):
        lufs = float(meter.integrated_loudness(audio[0] * math.sqrt(2.0)))
    else:
        lufs = float(meter.integrated_loudness(audio.T))
    return lufs if lufs > SILENCE_LUFS else None


def relative_levels(levels: Sequence[Level], anchor_index: int) -> tuple[float | None, ...]:
    """Each stem's level minus the anchor's, in LU; all None when the anchor has no level."""
    anchor_lufs = levels[anchor_index].lufs
    if anchor_lufs is None:
        return (None,) * len(levels)
    return tuple(None if level.lufs is None else level.lufs - anchor_lufs for level in levels)


def true_peak_dbtp(audio: np.ndarray, sample_rate: int) -> float | None:
    """Highest peak between the samples of (2, samples), 4 times oversampled; None for silence."""
    _check(audio)
    return _true_peak_dbtp(audio[:1] if np.array_equal(audio[0], audio[1]) else audio, sample_rate)


def _true_peak_dbtp(audio: np.ndarray, sample_rate: int) -> float | None:
    """The same of (channels, samples) that were checked."""
    peak = float(np.abs(audio).max(initial=0.0))
    if peak == 0.0:
        return None
    factor = 4 if sample_rate < 96000 else 2
    for start in range(0, audio.shape[1], _PEAK_BLOCK):
        lead = min(start, _PEAK_EDGE)
        block = audio[:, start - lead : start + _PEAK_BLOCK + _PEAK_EDGE]
        between = soxr.resample(block.T, 1.0, factor, quality="HQ")[lead * factor :]
        peak = max(peak, float(np.abs(between[: _PEAK_BLOCK * factor]).max(initial=0.0)))
    return 20.0 * math.log10(peak)


def profile(audio: np.ndarray, sample_rate: int) -> np.ndarray | None:
    """Describe (2, samples) audio by 14 float32 numbers, or None where there is no level.

    [0] integrated LUFS, [1] loudest 3 s (0.4 s in shorter clips) LUFS, [2] spread in LU, [3] share
    of the time it plays, [4:14] octave-band levels in dB. A gain of g dB adds g to all but [2] and
    [3]: every gate is relative, so [0] parts from BS.1770 where its absolute gate decides.
    """
    _check(audio)
    if audio.shape[1] < SHORTEST_S * sample_rate:
        return None
    dual_mono = np.array_equal(audio[0], audio[1])
    channels = audio[:1] if dual_mono else audio
    tenths = _weighted_power(channels, sample_rate) * (2.0 if dual_mono else 1.0)
    blocks = _sliding_mean(tenths, 4)
    if blocks.max() <= _power(SILENCE_LUFS):
        return None
    lufs = _lufs(_gated_mean(blocks))
    longer = _sliding_mean(tenths, 30) if tenths.size >= 30 else blocks
    numbers = np.empty(PROFILE_SIZE, np.float32)
    numbers[0] = lufs
    numbers[1] = _lufs(longer.max())
    numbers[2] = _spread_lu(longer[longer > longer.max() * _FLOOR_BELOW_LOUDEST])
    numbers[3] = np.mean(blocks > _power(lufs - 20.0))
    bands = _octave_power(channels, sample_rate) * (2.0 if dual_mono else 1.0)
    numbers[4:] = 10.0 * np.log10(np.maximum(bands, 10.0 ** ((lufs - _BAND_FLOOR_LU) / 10.0)))
    return numbers


def relative_profile(profiles: np.ndarray, anchor_index: int) -> np.ndarray:
    """Turn (stems, 14) profiles into features relative to the anchor's level, of order 1."""
    features = np.array(profiles, np.float32)
    features[:, LEVEL_ENTRIES] -= features[anchor_index, 0]
    features[:, (*LEVEL_ENTRIES, 2)] /= 10.0
    return np.clip(features, -8.0, 8.0)


def relative_levels_only(levels_db: np.ndarray, anchor_index: int) -> np.ndarray:
    """The features (stems, 14) of stems of which nothing but the levels (stems,) is known."""
    features = np.zeros((len(levels_db), PROFILE_SIZE), np.float32)
    relative = np.asarray(levels_db, np.float32) - np.float32(levels_db[anchor_index])
    features[:, :2] = relative[:, None] / 10.0
    return np.clip(features, -8.0, 8.0)


def _check(audio: np.ndarray) -> None:
    """Refuse what would read as silence by mistake: NaN, infinity, a wrong shape."""
    if audio.ndim != 2 or audio.shape[0] != 2:
        raise MeterError(
            f"audio of shape {audio.shape} was given to a meter: (2, samples) is needed "
            "(copy a mono signal to both channels)"
        )
    if not np.isfinite(audio).all():
        raise MeterError(
            "audio with NaN or infinite samples was given to a meter: finite samples are needed "
            "(render the stem anew)"
        )


@functools.lru_cache(maxsize=16)
def _weighting(sample_rate: int) -> tuple[np.ndarray, np.ndarray]:
    """pyloudnorm's two K-weighting filters as one: numerator and denominator."""
    shelf = IIRfilter(4.0, 1.0 / math.sqrt(2.0), 1500.0, sample_rate, "high_shelf")
    high_pass = IIRfilter(0.0, 0.5, 38.0, sample_rate, "high_pass")
    return np.convolve(shelf.b, high_pass.b), np.convolve(shelf.a, high_pass.a)


def _weighted_power(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    """K-weighted mean square per 100 ms, channels summed: (tenths,)."""
    count = round((audio.shape[1] / sample_rate - SHORTEST_S) * 10.0) + 4
    starts = np.arange(count) * sample_rate // 10
    end = min(audio.shape[1], count * sample_rate // 10)
    power = np.zeros(count)
    for channel in audio:
        weighted = np.asarray(signal.lfilter(*_weighting(sample_rate), channel[:end]))
        power += np.add.reduceat(np.square(weighted, out=weighted), starts)
    return power / (sample_rate / 10.0)


def _octave_power(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    """Mean square per octave band while the audio plays, channels summed: (10,)."""
    size = 2 ** round(math.log2(0.18 * sample_rate))
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(audio, size, axis=1)[:, :: size // 2]
    edges_hz = np.array([centre / math.sqrt(2.0) for centre in (*OCTAVES_HZ, 2 * OCTAVES_HZ[-1])])
    edges = np.minimum(np.ceil(edges_hz * size / sample_rate).astype(int), size // 2 + 1)
    bands = np.zeros((frames.shape[1], len(OCTAVES_HZ)))
    for start in range(0, frames.shape[1], 64):
        for channel in frames[:, start : start + 64]:
            power = np.square(np.abs(np.asarray(fft.rfft(channel * window))))
            for band, (low, high) in enumerate(zip(edges[:-1], edges[1:], strict=True)):
                bands[start : start + 64, band] += power[:, low:high].sum(axis=1)
    total = bands.sum(axis=1)
    return bands[_open_gate(total)].mean(axis=0) * 2.0 / (size * float(np.square(window).sum()))


def _open_gate(power: np.ndarray) -> np.ndarray:
    """Which blocks count: not 50 dB under the loudest, then not 10 dB under their mean."""
    heard = power >= power.max() * _FLOOR_BELOW_LOUDEST
    return heard & (power >= power[heard].mean() * 0.1)


def _gated_mean(power: np.ndarray) -> float:
    """Mean of the blocks that pass the gate."""
    return float(power[_open_gate(power)].mean())


def _integrated(blocks: np.ndarray) -> float | None:
    """Integrated loudness of 0.4 s blocks' power: what pyloudnorm gives, from power at hand."""
    heard = blocks[blocks > _power(SILENCE_LUFS)]
    if not heard.size:
        return None
    lufs = _lufs(heard[heard > heard.mean() * 0.1].mean())
    return lufs if lufs > SILENCE_LUFS else None


def _sliding_mean(power: np.ndarray, width: int) -> np.ndarray:
    """Means over width neighbours, one step apart."""
    return np.lib.stride_tricks.sliding_window_view(power, width).mean(axis=1)


def _spread_lu(power: np.ndarray) -> float:
    """Loudness range (EBU Tech 3342): 10th to 95th percentile of blocks above mean - 20 LU."""
    low, high = np.percentile(power[power >= power.mean() * 0.01], (10, 95))
    return float(10.0 * math.log10(high / low))


def _crest_db(audio: np.ndarray, sample_rate: int) -> float:
    """Peak over RMS of the louder channel, over the 0.4 s blocks within 30 dB of the loudest."""
    size = round(SHORTEST_S * sample_rate)
    channel = audio[int(np.abs(audio).max(axis=1).argmax())]
    blocks = channel[: channel.size // size * size].reshape(-1, size)
    power = np.square(blocks, dtype=np.float64).mean(axis=1)
    rms_squared = power[power >= power.max() * 1e-3].mean()
    return float(10.0 * math.log10(float(np.abs(channel).max()) ** 2 / rms_squared))


def _power(lufs: float) -> float:
    """Channel-summed K-weighted mean square at a loudness (BS.1770, equation 2)."""
    return 10.0 ** ((lufs + 0.691) / 10.0)


def _lufs(power: float) -> float:
    """Loudness of a channel-summed K-weighted mean square (BS.1770, equation 2)."""
    return -0.691 + 10.0 * math.log10(power)
