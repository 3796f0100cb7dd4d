"""Advisors of the seed's protocol that hear nothing, as rows of one table.

One rule: each answers with posteriors (n, 4, 49), and what is fitted is fitted on other songs than
those it is asked about.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from finetune.flaws import LEAST_DB
from finetune.level_rows import CLASS_PROBABILITY, STEMS, LevelRows, RowObserver, move_weights
from finetune.observer import GRID, KEEP
from finetune.seed_models import (
    DOUBT_DB,
    GainRegression,
    LevelModel,
    fit_network,
    fit_regression,
    line_ups,
    meant,
)
from finetune.seed_protocol import OTHER, Advisor, Trials
from mixer.balance import BalancePrior
from mixer.roles import GENRES

ROLES_OF_STEMS = ("bass", "drums", "lead vocal", "electric guitar")  # one role of each of STEMS
_SURE_ENOUGH = 1.0 - float(np.exp(-LEAST_DB / DOUBT_DB))  # of a move of 1.5 dB


def equal_loudness(trials: Trials) -> np.ndarray:
    """Bring every stem to the mean level of those there."""
    moves_db = np.nanmean(trials.levels, axis=1, keepdims=True) - trials.levels
    return meant(np.nan_to_num(moves_db))


def chance(trials: Trials, seed: int) -> np.ndarray:
    """Some stem that may be wrong, never the anchor, by 4.5 or 9 dB: always a fault."""
    rng = np.random.default_rng(seed)
    posterior = np.tile(np.eye(len(GRID))[KEEP], (len(trials), len(STEMS), 1))
    for one, anchor, levels in zip(posterior, trials.anchor, trials.levels, strict=True):
        stems = [stem for stem in range(OTHER) if stem != anchor and np.isfinite(levels[stem])]
        one[rng.choice(stems)] = np.eye(len(GRID))[GRID == rng.choice((-9.0, -4.5, 4.5, 9.0))][0]
    return posterior


@dataclass(frozen=True, eq=False)
class LevelObserver:
    """Knows the density of balances, a mixture of Gaussians, and how the seed draws its faults.

    weights (k,), means (k, 4), covariances (k, 4, 4): of STEMS' levels up to a common offset.
    """

    weights: np.ndarray
    means: np.ndarray
    covariances: np.ndarray

    @classmethod
    def of_rows(cls, rows: LevelRows) -> "LevelObserver":
        """The density that RowObserver fits, spread from three coordinates to four levels."""
        density = RowObserver.fit(rows).density
        spread = np.vstack([np.eye(3), -np.ones(3)])  # levels up to their mean sum to nothing
        weights, means, covariances = (
            np.asarray(part) for part in (density.weights_, density.means_, density.covariances_)
        )
        return cls(weights, means @ spread.T, spread @ covariances @ spread.T)

    @classmethod
    def of_prior(cls, prior: BalancePrior) -> "LevelObserver":
        """The density that rendered songs are drawn from, all genres alike."""
        moments = [prior.moments(ROLES_OF_STEMS, genre) for genre in GENRES]
        means, covariances = (np.array(part) for part in zip(*moments, strict=True))
        return cls(np.full(len(GENRES), 1.0 / len(GENRES)), means, covariances)

    def posterior(self, trials: Trials) -> np.ndarray:
        """Exact posteriors (n, 4, 49); stems that are not there are integrated out."""
        posterior = np.zeros((len(trials), len(STEMS), len(GRID)))
        for line_up, index in line_ups(trials):
            for anchor in np.unique(trials.anchor[index]):
                asked = index[trials.anchor[index] == anchor]
                others = [s for s in np.flatnonzero(line_up) if s != anchor]
                targets = [stem for stem in others if stem != OTHER]
                change = np.eye(len(STEMS))[others] - np.eye(len(STEMS))[anchor]
                off = trials.levels[asked][:, others] - trials.levels[asked, anchor][:, None]
                moved = np.eye(len(STEMS))[targets] @ change.T  # (targets, others)
                faults = self._faults(off, moved, change)
                posterior[np.ix_(asked, targets)] = faults
        posterior[:, :, KEEP] = 1.0 - posterior.sum(axis=2)
        return posterior

    def _faults(self, off: np.ndarray, moved: np.ndarray, change: np.ndarray) -> np.ndarray:
        """P(each target needs each move) (n, targets, 49) at differences off (n, others)."""
        points = off[:, None, None] + moved[:, None] * GRID[:, None]
        parts = [
            np.log(weight)
            + multivariate_normal(change @ mean, change @ covariance @ change.T).logpdf(points)
            for weight, mean, covariance in zip(
                self.weights, self.means, self.covariances, strict=True
            )
        ]
        log_density = logsumexp(parts, axis=0).reshape(len(off), len(moved), len(GRID))
        likelihood = np.exp(log_density - log_density.max(axis=(1, 2), keepdims=True))
        faults = likelihood * move_weights() * (1.0 - CLASS_PROBABILITY) / len(moved)
        evidence = faults.sum(axis=(1, 2)) + CLASS_PROBABILITY * likelihood[:, 0, KEEP]
        return faults / evidence[:, None, None]


def baselines(rows: LevelRows | None, observer: LevelObserver | None, seed: int) -> list[Advisor]:
    """The rows of the table that hear nothing; those that are fitted need rows."""
    table = [
        Advisor("chance (not the anchor)", lambda trials: chance(trials, seed), -1.0),
        Advisor("equal loudness", equal_loudness, _SURE_ENOUGH),
    ]
    if rows is not None:
        logistic = LevelModel(rows, fit_regression, seed).posterior
        table += [
            Advisor("logistic regression", logistic),
            Advisor("  the same, always an error", logistic, -1.0),
            Advisor("MLP of levels", LevelModel(rows, fit_network, seed).posterior),
            Advisor("gain regression", GainRegression(rows, seed).posterior, _SURE_ENOUGH),
        ]
    if observer is not None:
        table.append(Advisor("exact observer of levels", observer.posterior))
    return table
