"""What gain staging starts from: each stem's average, peak, offset, noise floor, sides, and twins.

One rule: only measuring. What a reading means is for gain_staging_grades, how it is said for
prompts. A level here is a sine's peak (AES17): a sine at full scale reads 0 dBFS, as on a meter.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mixer.loudness import SHORTEST_S, Level
from mixer.overlaps import TWIN, correlations
from mixer.song import Song
from mixer.stem_faults import OPPOSITE
from mixer.storage import give_back

Sides = Literal["mono", "stereo", "mono in stereo", "left only", "right only", "opposite"]

SAME_SIDES = 0.9999  # correlation of left and right from which a stereo file holds a mono sound
_SILENCE_DBFS = -70.0
_AES17_DB = 10.0 * math.log10(2.0)
_MOST_ZEROS = 0.2  # a part with more samples of digital silence says nothing of noise
_ALIKE_DB = 3.0
_MOMENTS = 8  # in a part; noise and hum are as strong in each, a note or a beat is not
_ONE_SIDED = 1e-8
_PERHAPS_TWIN = 0.99  # by the estimate; then the whole of both is compared
_PIECE = 1 << 18


@dataclass(frozen=True)
class StemReading:
    """One stem as its file has it, before any fader; None where there is nothing to read.

    average_dbfs: of the louder side, while it plays. noise_*: the quietest 0.4 s that are not
    digital silence, and how long the stem is about as quiet as that, without a swell or a decay, in
    all (0 if the quietest part itself has one). dc_offset: of the side
    that has more, in full scale. side_correlation: of left with right, None for a mono file.
    """

    stem: str
    average_dbfs: float | None
    sample_peak_dbfs: float | None
    true_peak_dbtp: float | None
    lufs: float | None
    dc_offset: float
    noise_floor_dbfs: float | None
    noise_start_s: float | None
    noise_seconds: float
    sides: Sides
    side_correlation: float | None


@dataclass(frozen=True)
class Twins:
    """Two stems that hold the same sound. together_db: of their sum against the louder of them."""

    first: str
    second: str
    correlation: float
    together_db: float | None


def read_song(song: Song, levels: Sequence[Level]) -> tuple[StemReading, ...]:
    """Read every stem of a song, in its order; levels are those of its files."""
    rows = zip(song.stems, song.each(), levels, strict=True)
    return tuple(
        read_stem(
            stem.name,
            audio[:, : max(1, round(stem.seconds * song.sample_rate))],
            song.sample_rate,
            level,
            stem.channels,
        )
        for stem, audio, level in rows
    )


def read_stem(
    name: str, audio: np.ndarray, sample_rate: int, level: Level, channels: int = 2
) -> StemReading:
    """Read one stem (2, samples) without the silence that was padded behind it."""
    sides, correlation = _sides(audio) if channels == 2 else ("mono", None)
    heard = audio[:1] if np.array_equal(audio[0], audio[1]) else audio
    offsets = heard.mean(axis=1, dtype=np.float64)
    parts = _parts(heard, sample_rate)
    floor_dbfs, start_s, seconds = _noise(parts)
    return StemReading(
        name,
        _average_dbfs(parts.power),
        level.sample_peak_dbfs,
        level.true_peak_dbtp,
        level.lufs,
        float(offsets[np.abs(offsets).argmax()]),
        floor_dbfs,
        start_s,
        seconds,
        sides,
        correlation,
    )


def find_twins(song: Song) -> tuple[Twins, ...]:
    """The pairs of stems that hold the same sound, at whatever gain, the right way up or not."""
    alike = np.abs(correlations(song.audio)) > _PERHAPS_TWIN
    pairs = np.argwhere(np.triu(alike, k=1)).tolist()
    return tuple(
        twins for first, second in pairs if (twins := _compare(song, first, second)) is not None
    )


def as_power(level_dbfs: float) -> float:
    """Mean square of a level."""
    return 10.0 ** ((level_dbfs - _AES17_DB) / 10.0)


def as_dbfs(power: float) -> float | None:
    """The level of a mean square: a sine's peak; None for silence."""
    return 10.0 * math.log10(power) + _AES17_DB if power > 0.0 else None


@dataclass(frozen=True)
class _Parts:
    """A stem in parts of 0.4 s: mean square (channels, parts); which are silence, which steady."""

    power: np.ndarray
    silent: np.ndarray
    steady: np.ndarray
    seconds: float


def _parts(heard: np.ndarray, sample_rate: int) -> _Parts:
    """Cut (channels, samples) into parts; a shorter stem is one."""
    size = min(round(SHORTEST_S * sample_rate), heard.shape[1])
    moment = max(1, size // _MOMENTS)
    count = heard.shape[1] // size
    power, silent = np.empty((heard.shape[0], count)), np.empty(count, bool)
    steady = np.empty(count, bool)
    step = max(1, _PIECE // size)  # small pieces stay in the cache
    for first in range(0, count, step):
        piece = heard[:, first * size : min(first + step, count) * size]
        piece = piece.reshape(heard.shape[0], -1, size)
        power[:, first : first + step] = np.einsum("cps,cps->cp", piece, piece) / size
        zeros = size - np.count_nonzero(piece, axis=2).max(axis=0)
        silent[first : first + step] = zeros > _MOST_ZEROS * size
        moments = piece[..., : size // moment * moment].reshape(*piece.shape[:2], -1, moment)
        moments = np.einsum("cpms,cpms->pm", moments, moments)
        alike = moments.max(axis=1) <= moments.min(axis=1) * 10.0 ** (_ALIKE_DB / 10.0)
        steady[first : first + step] = alike
    return _Parts(power, silent, steady, size / sample_rate)


def _average_dbfs(power: np.ndarray) -> float | None:
    """The louder side's level while it plays, gated as loudness is (BS.1770, equations 4 to 7)."""
    side = power[int(power.mean(axis=1).argmax())]
    heard = side[side > as_power(_SILENCE_DBFS)]
    if not heard.size:
        return None
    return as_dbfs(float(heard[heard > heard.mean() * 0.1].mean()))


def _noise(parts: _Parts) -> tuple[float | None, float | None, float]:
    """Level and start of the quietest part, and for how many seconds the stem is just as quiet."""
    power = parts.power.mean(axis=0)
    sounding = np.flatnonzero(~parts.silent & (power > 0.0))
    if not sounding.size:
        return None, None, 0.0
    quietest = int(sounding[power[sounding].argmin()])
    alike = power[sounding] <= power[quietest] * 10.0 ** (_ALIKE_DB / 10.0)
    steady_parts = int((alike & parts.steady[sounding]).sum()) if parts.steady[quietest] else 0
    return as_dbfs(float(power[quietest])), quietest * parts.seconds, steady_parts * parts.seconds


def _sides(audio: np.ndarray) -> tuple[Sides, float | None]:
    """What the two sides of a stereo file are to each other."""
    left, right, both = _products(audio[0], audio[1])
    if max(left, right) == 0.0:
        return "stereo", None
    if min(left, right) < _ONE_SIDED * max(left, right):
        return ("left only" if left > right else "right only"), None
    correlation = both / math.sqrt(left * right)
    if correlation > SAME_SIDES:
        return "mono in stereo", correlation
    return ("opposite" if correlation < OPPOSITE else "stereo"), correlation


def _compare(song: Song, first: int, second: int) -> Twins | None:
    """What two stems are to each other over their whole length; None if they are no twins."""
    one, other, both = _products(song.audio[first].ravel(), song.audio[second].ravel())
    for index in (first, second):
        give_back(song.audio[index])
    if min(one, other) == 0.0 or abs(both) / math.sqrt(one * other) <= TWIN:
        return None
    together = one + other + 2.0 * both
    together_db = None
    if together > max(one, other) * 1e-12:
        together_db = 10.0 * math.log10(together / max(one, other))
    names, correlation = song.names, both / math.sqrt(one * other)
    return Twins(names[first], names[second], correlation, together_db)


def _products(one: np.ndarray, other: np.ndarray) -> tuple[float, float, float]:
    """Inner products of two long arrays in float64: each with itself, and with the other."""
    sums = np.zeros(3)
    for start in range(0, one.size, _PIECE):
        a = one[start : start + _PIECE].astype(np.float64)
        b = other[start : start + _PIECE].astype(np.float64)
        sums += (a @ a, b @ b, a @ b)
    return float(sums[0]), float(sums[1]), float(sums[2])
