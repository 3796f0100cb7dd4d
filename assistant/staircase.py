"""The smallest difference that a learner hears reliably, estimated answer by answer.

One rule: what is asked next is what is expected to tell most, and the same answers always give the
same estimate.

After QUEST (Watson and Pelli, Perception & Psychophysics 33, 1983): a posterior over the threshold
of a Weibull psychometric function with a known rate of guessing. The estimate is the posterior's
mean and the next size the one with the least expected variance, as in King-Smith et al. (Vision
Research 34, 1994); both over the logarithm of the size. Who says "no idea" does not guess: how
often a learner says so is found out along with the threshold, so a right answer of a candid learner
tells more (after Kaernbach, Perception & Psychophysics 63, 2001). `python -m
tests.benchmark_staircase` prints how many simulated learners are found within 1 dB.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

SIZES_DB = tuple(0.5 * step for step in range(1, 25))
FIRST_SIZE_DB = 6.0  # easy for most, so that one begins by getting it right
HEARD_AT_THRESHOLD = 0.75  # "reliably": three times out of four, guesses not counted
SLOPE = 3.5  # of the Weibull function, as in QUEST
LAPSES = 0.02  # not right though it was heard
LOOKED_BACK = 40  # ears get better, so what is long ago does not count
LEAST_ANSWERS = 5  # before an estimate is told
MOST_GUESSED = 0.26  # where guesses are right more often, 30 answers do not tell a threshold

_PRIOR_MEAN_DB = 3.0  # casual listeners
_PRIOR_SPREAD = 0.7  # of the logarithm: two thirds between 1.5 and 6 dB
_LOGS = np.linspace(np.log(0.4), np.log(18.0), 121)
_CANDOUR = np.array([0.0, 0.3, 0.6, 0.9])  # how often "no idea" is said instead of a guess
_PRIOR_CANDOUR = np.array([0.4, 0.2, 0.2, 0.2])
_RIGHT, _NO_IDEA, _WRONG = range(3)


@dataclass(frozen=True)
class Trial:
    """One answer: the size that was hidden, whether it was found, and the chance of guessing it."""

    size_db: float
    right: bool
    guess: float
    no_idea: bool = False


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
    """How likely one who always answers is right at a size, for one threshold or for many."""
    heard = 1.0 - (1.0 - HEARD_AT_THRESHOLD) ** ((size_db / threshold_db) ** slope)
    return guess + (1.0 - guess - LAPSES) * heard


def estimate(trials: Sequence[Trial]) -> Estimate:
    """What the last answers say of the threshold; the prior alone where there are none."""
    weights = _posterior(trials).reshape(_LOGS.size, _CANDOUR.size).sum(axis=1)
    below = np.cumsum(weights)
    low, high = (float(np.exp(np.interp(share, below, _LOGS))) for share in (0.05, 0.95))
    return Estimate(float(np.exp(weights @ _LOGS)), low, high, len(trials[-LOOKED_BACK:]))


def next_size_db(trials: Sequence[Trial], guess: float) -> float:
    """The size to ask next: the one after which the threshold is expected to be known best."""
    if not trials:
        return FIRST_SIZE_DB
    logs = np.repeat(_LOGS, _CANDOUR.size)
    moments = _posterior(trials)[:, None] * np.stack([np.ones_like(logs), logs, logs**2], axis=1)
    total, mean, square = np.moveaxis(_every_outcome(guess) @ moments, -1, 0)  # (sizes, outcomes)
    expected = (square - mean**2 / np.maximum(total, 1e-300)).sum(axis=1)
    return SIZES_DB[int(expected.argmin())]


def _posterior(trials: Sequence[Trial]) -> np.ndarray:
    """How likely each threshold with each candour is, by the prior and the last answers, (484,)."""
    prior = -0.5 * ((_LOGS - np.log(_PRIOR_MEAN_DB)) / _PRIOR_SPREAD) ** 2
    logs = (prior[:, None] + np.log(_PRIOR_CANDOUR)).ravel()
    for trial in trials[-LOOKED_BACK:]:
        outcome = _RIGHT if trial.right else _NO_IDEA if trial.no_idea else _WRONG
        logs = logs + np.log(_outcomes(trial.size_db, trial.guess)[outcome])
    weights = np.exp(logs - logs.max())
    return weights / weights.sum()


@lru_cache(maxsize=4096)
def _outcomes(size_db: float, guess: float) -> np.ndarray:
    """How likely right, no idea and wrong are, by threshold and candour, (3, 484)."""
    right = np.asarray(chance_of_right(size_db, np.exp(_LOGS), guess))
    known = ((right - guess) / (1.0 - guess))[:, None]
    says = (1.0 - known) * _CANDOUR
    guesses = (1.0 - known) * (1.0 - _CANDOUR)
    told = np.stack([known + guesses * guess, says, guesses * (1.0 - guess)])
    return np.maximum(told.reshape(3, -1), 1e-12)


@cache
def _every_outcome(guess: float) -> np.ndarray:
    """The same for every size that can be asked, (sizes, 3, 484)."""
    return np.stack([_outcomes(size_db, guess) for size_db in SIZES_DB])
