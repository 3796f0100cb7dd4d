"""What meters say of a stem's sound, whatever its level: spectrum, dynamics, image, gaps.

One rule: a gain on the stem changes no number here, so MEGAMI cannot copy the fader it came with.
"""

import math

import numpy as np

from mixer.loudness import profile

FACTS: tuple[str, ...] = (
    "short_term_lu",  # loudest 3 s against the loudness
    "spread_lu",
    "activity",
    *(f"octave_{hz}_db" for hz in (31, 63, 125, 250, 500, 1000, 2000, 4000, 8000, 16000)),
    "peak_db",  # highest sample against the loudness
    "side_db",  # side against mid: width, -40 is mono
    "lean",  # (right - left) / (right + left) of power
    "gap_db",  # what is left between notes: 20 % point of 50 ms levels against the loudness
    "middle_db",  # 50 % point of the same
)
OCTAVES = slice(3, 13)
_SIDE_DB = (-40.0, 6.0)
_GAP_FLOOR_DB = -50.0
_FRAME_S = 0.05


def stem_facts(audio: np.ndarray, sample_rate: int) -> np.ndarray | None:
    """Measure (2, samples): (18,) float32 as FACTS names them, None where there is no level."""
    numbers = profile(audio, sample_rate)
    if numbers is None:
        return None
    lufs = float(numbers[0])
    facts = np.empty(len(FACTS), np.float32)
    facts[0], facts[1:3] = numbers[1] - lufs, numbers[2:4]
    facts[OCTAVES] = numbers[4:14] - lufs
    facts[13] = 20.0 * math.log10(float(np.abs(audio).max())) - lufs
    facts[14:16] = image(audio)
    facts[16:18] = _frame_levels_db(audio, sample_rate, lufs)
    return facts


def image(audio: np.ndarray) -> tuple[float, float]:
    """Side against mid in dB within -40..6, and lean of the power to the right, -1..1."""
    left, right = (float(np.dot(channel, channel)) for channel in audio)
    cross = float(np.dot(audio[0], audio[1]))
    mid, side = left + right + 2.0 * cross, left + right - 2.0 * cross
    ratio_db = 10.0 * math.log10(max(side, 1e-20) / max(mid, 1e-20))
    return float(np.clip(ratio_db, *_SIDE_DB)), (right - left) / max(left + right, 1e-20)


def _frame_levels_db(audio: np.ndarray, sample_rate: int, lufs: float) -> np.ndarray:
    """20 % and 50 % points of the levels of 50 ms frames against the loudness, dB."""
    frame = int(_FRAME_S * sample_rate)
    whole = audio[:, : audio.shape[1] // frame * frame].reshape(2, -1, frame)
    power = np.einsum("cfn,cfn->f", whole, whole) / frame
    points = np.percentile(10.0 * np.log10(np.maximum(power, 1e-20)), (20.0, 50.0))
    return np.maximum(points - lufs, _GAP_FLOOR_DB)
