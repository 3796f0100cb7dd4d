"""Faults of one stem, told in sentences that name the cure.

One rule: samples that are no numbers are silenced or the stem is refused; all else is only told.
"""

import math
from dataclasses import dataclass

import numpy as np

from mixer.audio_files import AudioError

FULL_SCALE = 0.9999  # 32767/32768 counts, float that was clipped at 1.0 too
CLIPPED_RUN = 3
OVER_FULL_SCALE = 1.0001  # only float files go there
_CUT_OFF = 1e-3  # of full scale: the top of a low note that just touches full scale stays below it
LARGEST_SAMPLE = 1000.0  # +60 dBFS
MOST_BROKEN = 0.01
DC_LIMIT = 0.005  # -46 dBFS
NEAR_SILENCE_DBFS = -70.0
OPPOSITE = -0.9


@dataclass(frozen=True)
class ClippedRun:
    """A stretch of at least 3 samples in which a wave was cut off at full scale."""

    start_s: float
    samples: int


def broken_samples(samples: np.ndarray) -> int:
    """How many samples are no numbers, or too large to be audio."""
    if _peak(samples) <= LARGEST_SAMPLE:  # NaN is not
        return 0
    return int((~(np.abs(samples) <= LARGEST_SAMPLE)).sum())


def clipped_runs(samples: np.ndarray, sample_rate: int) -> tuple[ClippedRun, ...]:
    """Where (channels, samples) at the file's own rate are cut off at full scale, in order.

    What is cut off on both sides at once is one run. A float file that goes over full scale is not
    cut off there, so it has none.
    """
    if not FULL_SCALE <= _peak(samples) <= OVER_FULL_SCALE:
        return ()
    merged: list[list[int]] = []
    for start, end in sorted(run for channel in samples for run in _runs_of(channel)):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return tuple(ClippedRun(start / sample_rate, end - start) for start, end in merged)


def _runs_of(channel: np.ndarray) -> list[tuple[int, int]]:
    """The first sample of each run in which one channel is cut off, and the first behind it."""
    at_rail = np.concatenate([[False], np.abs(channel) >= FULL_SCALE, [False]])
    edges = np.flatnonzero(at_rail[1:] != at_rail[:-1]).reshape(-1, 2)
    runs = edges[edges[:, 1] - edges[:, 0] >= CLIPPED_RUN]
    return [(start, end) for start, end in runs.tolist() if _is_cut(channel, start, end)]


def _is_cut(channel: np.ndarray, start: int, end: int) -> bool:
    """Whether a wave that came and went with these slopes would have gone over full scale.

    A parabola through the run's ends rises above them by a quarter of its length times the slope.
    """
    around = np.abs(channel[max(start - 1, 0) : end + 1].astype(np.float64))
    rising = around[1] - around[0] if start > 0 else 0.0
    falling = around[-2] - around[-1] if end < channel.size else 0.0
    slopes = [slope for slope in (rising, falling) if slope > 0.0]
    return bool(slopes) and (end - start) * float(np.mean(slopes)) / 4.0 >= _CUT_OFF


def mend(label: str, samples: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Silence samples that are no numbers; AudioError when they are more than 1 % of the stem."""
    count = broken_samples(samples)
    if count == 0:
        return samples, ()
    got = f"{label} has {count} samples that are NaN, infinite or above +60 dBFS"
    if count > MOST_BROKEN * samples.size:
        raise AudioError(got, "finite samples are needed", "render it again")
    mended = np.where(np.abs(samples) <= LARGEST_SAMPLE, samples, np.float32(0.0))
    return mended, (f"{got}: they were replaced by silence here (render it again)",)


def faults_of(label: str, samples: np.ndarray, sample_rate: int) -> tuple[str, ...]:
    """What is wrong with (channels, samples) at the file's own rate, a sentence each."""
    peak = _peak(samples)
    if peak == 0.0:
        return (f"{label} is digital silence: it has no level, so it gets no advice",)
    found = [
        _too_quiet(label, peak),
        _too_short(label, samples.shape[1] / sample_rate),
        _clipped(label, samples, sample_rate, peak),
        _offset(label, samples),
        _sides(label, samples),
    ]
    return tuple(sentence for sentence in found if sentence)


def _peak(samples: np.ndarray) -> float:
    """The largest sample; NaN if there is one."""
    return float(np.maximum(samples.max(initial=0.0), -samples.min(initial=0.0)))


def _too_quiet(label: str, peak: float) -> str | None:
    peak_dbfs = 20.0 * math.log10(peak)
    if peak_dbfs < NEAR_SILENCE_DBFS:
        return f"{label} is almost silent (peak {peak_dbfs:.0f} dBFS): check that it was exported"
    return None


def _too_short(label: str, seconds: float) -> str | None:
    if seconds < 0.4:
        return (
            f"{label} lasts {seconds:.2g} s: loudness is measured over 0.4 s, so its level counts "
            "the silence after it (export all stems from the same start to the same end)"
        )
    return None


def _clipped(label: str, samples: np.ndarray, sample_rate: int, peak: float) -> str | None:
    """Runs of 3 and more samples at full scale; above full scale only float files can go."""
    if peak > OVER_FULL_SCALE:
        over_db = 20.0 * math.log10(peak)
        return (
            f"{label} goes {over_db:.1f} dB over full scale: nothing is lost here, but a "
            "fixed-point export would clip (lower it at the source)"
        )
    runs = clipped_runs(samples, sample_rate)
    if not runs:
        return None
    return (
        f"{label} is clipped in {len(runs)} place{'s' * (len(runs) > 1)}, first at "
        f"{runs[0].start_s:.1f} s (lower it at the source and export it again)"
    )


def _offset(label: str, samples: np.ndarray) -> str | None:
    offset = samples.mean(axis=1, dtype=np.float64)
    worst = float(offset[np.abs(offset).argmax()])
    if abs(worst) < DC_LIMIT:
        return None
    return f"{label} has a DC offset of {worst:+.3f} (put a high-pass filter at 20 Hz on it)"


def _sides(label: str, samples: np.ndarray) -> str | None:
    """One-sided stereo, and stereo whose sides cancel."""
    if samples.shape[0] == 1:
        return None
    left, right = samples
    powers = np.array([left @ left, right @ right])
    if powers.min() < powers.max() * 1e-8:
        side = "left" if powers[0] > powers[1] else "right"
        return f"{label} sounds on the {side} only (export it as mono if that is not meant)"
    likeness = float(left @ right) / math.sqrt(float(powers[0]) * float(powers[1]))
    if likeness < OPPOSITE:
        return (
            f"{label} has opposite sides (correlation {likeness:.2f}): it vanishes in mono "
            "(turn the polarity of one side)"
        )
    return None
