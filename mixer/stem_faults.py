"""Faults of one stem, told in sentences that name the cure.

One rule: samples that are no numbers are silenced or the stem is refused; all else is only told.
"""

import math

import numpy as np

from mixer.audio_files import AudioError

FULL_SCALE = 0.9999  # 32767/32768 counts, float that was clipped at 1.0 too
CLIPPED_RUN = 3
LARGEST_SAMPLE = 1000.0  # +60 dBFS
MOST_BROKEN = 0.01
DC_LIMIT = 0.005  # -46 dBFS
NEAR_SILENCE_DBFS = -70.0
OPPOSITE = -0.9


def mend(label: str, samples: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Silence samples that are no numbers; AudioError when they are more than 1 % of the stem."""
    if _peak(samples) <= LARGEST_SAMPLE:  # NaN is not
        return samples, ()
    broken = ~(np.abs(samples) <= LARGEST_SAMPLE)
    count = int(broken.sum())
    got = f"{label} has {count} samples that are NaN, infinite or above +60 dBFS"
    if count > MOST_BROKEN * samples.size:
        raise AudioError(got, "finite samples are needed", "render it again")
    mended = np.where(broken, np.float32(0.0), samples)
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
    if peak < FULL_SCALE:
        return None
    at_rail = np.abs(samples) >= FULL_SCALE
    run = at_rail[:, :-2] & at_rail[:, 1:-1] & at_rail[:, 2:]
    starts = run & ~np.pad(run, ((0, 0), (1, 0)))[:, :-1]
    if peak > 1.0001:
        over_db = 20.0 * math.log10(peak)
        return (
            f"{label} goes {over_db:.1f} dB over full scale: nothing is lost here, but a "
            "fixed-point export would clip (lower it at the source)"
        )
    if not starts.any():
        return None
    count = int(starts.sum())
    first_s = float(np.flatnonzero(starts.any(axis=0))[0] / sample_rate)
    return (
        f"{label} is clipped in {count} place{'s' * (count > 1)}, first at {first_s:.1f} s "
        "(lower it at the source and export it again)"
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
