"""Scores of the strict protocol that need no threshold, or more than right and wrong.

One rule: pure functions of arrays; what a number is of is said by the section that prints it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm, rankdata

from finetune.scoring import Judged, joints_at, p_fault

FALSE_ALARMS = (0.05, 0.10, 0.15, 0.20, 0.30, 0.40, 0.50)


@dataclass(frozen=True, eq=False)
class Reliability:
    """Per bin of stated probability: how many, their mean, and how often it was so (NaN: none)."""

    count: np.ndarray
    said: np.ndarray
    true: np.ndarray

    @property
    def error(self) -> float:
        """Expected calibration error: |said - true|, weighted by how many."""
        held = self.count > 0
        gap = np.abs(self.said - self.true)[held]
        return float(gap @ self.count[held] / self.count.sum())


@dataclass(frozen=True)
class MoveErrors:
    """How far advice is from what is needed. bias_db: above 0 = too much is added."""

    mean_db: float
    median_db: float
    bias_db: float
    within: tuple[float, float, float]  # share within 1, 2 and 3 dB
    rank_correlation: float


def auroc(positive: np.ndarray, negative: np.ndarray) -> float:
    """Chance that one of the positive is above one of the negative; equal ones count half."""
    if not len(positive) or not len(negative):
        return float("nan")
    ranks = rankdata(np.concatenate([positive, negative]))[: len(positive)]
    above = ranks.sum() - len(positive) * (len(positive) + 1) / 2
    return float(above / (len(positive) * len(negative)))


def reliability(probability: np.ndarray, truth: np.ndarray, bins: int = 10) -> Reliability:
    """Stated probabilities (N,) against what was so (N,) bool, in bins of equal width."""
    place = np.minimum((probability * bins).astype(int), bins - 1)
    count = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        said = np.bincount(place, probability, minlength=bins) / count
        true = np.bincount(place, truth, minlength=bins) / count
    return Reliability(count, said, true)


def d_prime(hits: int, problems: int, alarms: int, untouched: int) -> float:
    """z(hit rate) - z(false-alarm rate), half a case added to each so that 0 and 1 are finite."""
    hit = (hits + 0.5) / (problems + 1)
    alarm = (alarms + 0.5) / (untouched + 1)
    return float(norm.ppf(hit) - norm.ppf(alarm))


def macro_f1(truth: Sequence[str], said: Sequence[str]) -> float:
    """F1 of each label that occurs in truth, averaged over those labels."""
    scores = []
    for label in sorted(set(truth)):
        both = sum(true == label == named for true, named in zip(truth, said, strict=True))
        scores.append(2 * both / (truth.count(label) + said.count(label)))
    return float(np.mean(scores)) if scores else float("nan")


def p_problem(posterior: np.ndarray) -> float:
    """Probability that anything is at fault, as if stems were at fault independently."""
    return float(1.0 - np.prod(1.0 - np.clip(p_fault(posterior), 0.0, 1.0)))


def balanced_direction(judged: Judged) -> tuple[float, float]:
    """Share of right directions, and its mean over what must be raised and what lowered."""
    right, up = judged.direction_right, judged.needed_db > 0
    sides = [float(right[side].mean()) for side in (up, ~up) if side.any()]
    return float(right.mean()), float(np.mean(sides))


def move_errors(needed_db: np.ndarray, advised_db: np.ndarray) -> MoveErrors:
    """How far the advised moves (N,) are from the needed ones (N,)."""
    off = advised_db - needed_db
    within = [float(np.mean(np.abs(off) <= limit)) for limit in (1.0, 2.0, 3.0)]
    same = np.ptp(advised_db) == 0.0 or np.ptp(needed_db) == 0.0
    return MoveErrors(
        float(np.abs(off).mean()),
        float(np.median(np.abs(off))),
        float(off.mean()),
        (within[0], within[1], within[2]),
        float("nan")
        if same
        else float(np.corrcoef(rankdata(needed_db), rankdata(advised_db))[0, 1]),
    )


def mean_joint(judged: Judged) -> float:
    """Joint accuracy averaged over the false-alarm rates of the curve."""
    return float(joints_at(judged, FALSE_ALARMS).mean())


def share_kept(mine: float, without: float, best: float) -> float:
    """Which share of the way from a score without content to the best with it is covered."""
    return (mine - without) / (best - without) if best != without else float("nan")
