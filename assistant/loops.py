"""Where to listen: the seconds of a song in which a stem and the anchor both play loudest.

One rule: each is measured against its own loudest seconds, so that faders change nothing.
"""

import math
from dataclasses import dataclass

import numpy as np

_PLAYS = 1e-4  # of the power of its own loudest second, -40 dB
LOOP_S = 8  # long enough to hear a balance, short enough to hear it again


@dataclass(frozen=True)
class Loop:
    """A part of the song, in seconds from its start."""

    start_s: int
    end_s: float


def loudest_together(stem: np.ndarray, anchor: np.ndarray, sample_rate: int) -> Loop | None:
    """The 8 s in which the weaker of two stems (2, samples) is nearest to its own loudest 8 s.

    A song that is shorter is one loop; None where there is no second in which both sound.
    """
    seconds = stem.shape[1] / sample_rate
    powers = [_power(audio, sample_rate) for audio in (stem, anchor)]
    together = np.all([power > _PLAYS * power.max() for power in powers], axis=0)
    if not together.any():
        return None
    both = np.minimum(*(_loops(power) / _loops(power).max() for power in powers))
    start_s = int(np.argmax(np.where(_loops(together) > 0.5, both, -1.0)))
    return Loop(start_s, round(min(start_s + LOOP_S, seconds), 1))


def _power(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    """Power of every whole second of a sound (2, samples), at least one: (seconds,)."""
    whole_s = max(math.floor(audio.shape[1] / sample_rate), 1)
    return np.array(
        [
            float(np.square(audio[:, second * sample_rate : (second + 1) * sample_rate]).sum())
            for second in range(whole_s)
        ]
    )


def _loops(power: np.ndarray) -> np.ndarray:
    """What every 8 s that begin on a whole second hold of it: (starts,)."""
    return np.convolve(power, np.ones(min(LOOP_S, len(power))), mode="valid")
