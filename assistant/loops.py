"""Where to listen: the seconds of a song in which a stem and the anchor both play loudest.

One rule: each is measured against its own loudest seconds, so that faders change nothing.
"""

import math
from dataclasses import dataclass

import numpy as np

LOOP_S = 8  # long enough to hear a balance, short enough to hear it again


@dataclass(frozen=True)
class Loop:
    """A part of the song, in seconds from its start."""

    start_s: int
    end_s: float


def loudest_together(stem: np.ndarray, anchor: np.ndarray, sample_rate: int) -> Loop:
    """The 8 s in which the weaker of two stems (2, samples) is nearest to its own loudest 8 s.

    A song that is shorter is one loop.
    """
    seconds = stem.shape[1] / sample_rate
    both = np.minimum(_share(stem, sample_rate), _share(anchor, sample_rate))
    start_s = int(np.argmax(both))
    return Loop(start_s, round(min(start_s + LOOP_S, seconds), 1))


def _share(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    """Power of every 8 s that begin on a whole second, as a share of the loudest: (starts,)."""
    whole_s = max(math.floor(audio.shape[1] / sample_rate), 1)
    power = np.array(
        [
            float(np.square(audio[:, second * sample_rate : (second + 1) * sample_rate]).sum())
            for second in range(whole_s)
        ]
    )
    windows = np.convolve(power, np.ones(min(LOOP_S, whole_s)), mode="valid")
    return windows / max(float(windows.max()), 1e-12)
