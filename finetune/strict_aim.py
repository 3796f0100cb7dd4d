"""Where a posterior aims: the centre of its likelihood, free of what was likely beforehand.

One rule: only moves of 1.5 dB or more are looked at, so "leave it" cannot pull. A posterior's mean
shrinks towards no move even in an ideal observer; its aim follows a pushed stem one for one.
"""

from collections.abc import Sequence

import numpy as np

from finetune.flaws import LEAST_DB, MOST_DB
from finetune.observer import GRID

_FAULTS = np.abs(GRID) >= LEAST_DB
_MOVES = GRID[_FAULTS]
# A size even in 1.5 to 12 dB, by the trapezoid rule: the bins at the ends are half as wide.
_HALF = (np.abs(_MOVES) == LEAST_DB) | (np.abs(_MOVES) == MOST_DB)
_LEAST_SHARE = 1e-4  # of the likeliest move: what is less likely is not looked at
_LEAST_MOVES = 4


def aims(posterior: np.ndarray) -> np.ndarray:
    """The aim (S,) in dB of each stem; NaN where the likelihood has no peak.

    A parabola is fitted to the log likelihood, each move weighing as much as it is likely.
    """
    likelihood = posterior[:, _FAULTS] / np.where(_HALF, 0.5, 1.0)
    return np.array([_centre(row) for row in likelihood.astype(np.float64)])


def _centre(likelihood: np.ndarray) -> float:
    """The top of the parabola through the log of a likelihood (44,) over the moves."""
    seen = likelihood > likelihood.max() * _LEAST_SHARE
    if likelihood.max() <= 0.0 or seen.sum() < _LEAST_MOVES:
        return float("nan")
    weight = np.sqrt(likelihood[seen] / likelihood.max())
    bend, slope, _ = np.polyfit(_MOVES[seen], np.log(likelihood[seen]), 2, w=weight)
    return float(-slope / (2 * bend)) if bend < 0.0 else float("nan")


def slope(gains_db: np.ndarray, advised_db: Sequence[float]) -> float:
    """The slope of advice against gain, over the gains with advice; NaN below half of them."""
    advised = np.array(advised_db)
    known = np.isfinite(advised)
    if known.sum() * 2 < len(advised):
        return float("nan")
    return float(np.polyfit(gains_db[known], advised[known], 1)[0])
