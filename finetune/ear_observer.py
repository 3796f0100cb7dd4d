"""The observer that knows roles by the ear alone: the ceiling where names tell nothing.

One rule: it is the ideal observer, but for the roles. These are drawn, stem by stem, from what a
classifier makes of the ear's content and of the meters' shape, and each line-up that was drawn
counts by how likely it is to the ear and how well the levels fit it.
"""

from collections.abc import Sequence

import numpy as np
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from finetune.judged_mixes import Mix
from finetune.observer import differences, fault_posterior
from finetune.scenes import SongRecord
from mixer.balance import BalancePrior
from mixer.loudness import LEVEL_ENTRIES
from mixer.roles import GENRES, ROLES

DRAWS = 24
_LEAST_LIKELY = 1e-4  # no role is ruled out by a classifier
_FAULT_SD_DB = 3.0  # added to the spread of levels where a draw of roles is weighed: flaws


def sound_of(hidden: np.ndarray, profile: np.ndarray) -> np.ndarray:
    """What is heard of stems whatever their levels: content (S, 8, h) pooled, meters' shape."""
    shape = np.array(profile, np.float64)
    shape[:, LEVEL_ENTRIES] -= shape[:, :1]
    pooled = np.asarray(hidden, np.float64)
    return np.concatenate([pooled.mean(axis=1), pooled.std(axis=1), shape], axis=1)


class EarObserver:
    """Posterior of needed moves by levels, pauses and the ear; roles are never told."""

    def __init__(self, prior: BalancePrior, records: Sequence[SongRecord], seed: int = 0):
        """records: songs to learn from which role sounds how."""
        self.prior, self.seed = prior, seed
        heard = [r for r in records if r.hidden is not None]
        known = np.concatenate([sound_of(np.asarray(r.hidden), r.profile) for r in heard])
        roles = np.concatenate([[ROLES.index(role) for role in r.roles] for r in heard])
        self._classifier = make_pipeline(
            StandardScaler(),
            MLPClassifier((256,), alpha=1.0, early_stopping=True, random_state=seed),
        ).fit(known, roles)

    def role_chances(self, mix: Mix) -> np.ndarray:
        """Probability (S, roles) of each role, over ROLES."""
        profile = 10.0 * np.asarray(mix.relative_profile, np.float64)
        profile[:, 3] /= 10.0  # the share of the time is no level
        found = self._classifier.predict_proba(sound_of(mix.hidden, profile))
        chances = np.full((len(found), len(ROLES)), _LEAST_LIKELY)
        chances[:, self._classifier.classes_] += found
        return chances / chances.sum(axis=1, keepdims=True)

    def posterior(self, mix: Mix) -> np.ndarray:
        """Posterior (S, 49) over needed moves, the anchor first."""
        rng = np.random.default_rng([self.seed, len(mix.names)])
        chances = self.role_chances(mix)
        drawn = {tuple(int(rng.choice(len(ROLES), p=row)) for row in chances) for _ in range(DRAWS)}
        answers, logs = [], []
        for roles in sorted(drawn):
            moments = [
                self.prior.moments([ROLES[role] for role in roles], genre, mix.activity)
                for genre in GENRES
            ]
            means, covariance = np.stack([mean for mean, _ in moments]), moments[0][1]
            levels = np.asarray(mix.relative_db, np.float64)
            answers.append(fault_posterior(levels, 0, means, covariance))
            # Each distinct draw stands for its probability: how often it came tells that roughly.
            likely = np.log(chances[np.arange(len(roles)), list(roles)]).sum()
            logs.append(likely + _fit(levels, means, covariance))
        weights = np.exp(np.array(logs) - max(logs))
        return np.einsum("d,dsg->sg", weights / weights.sum(), np.stack(answers))


def _fit(levels: np.ndarray, means: np.ndarray, covariance: np.ndarray) -> float:
    """How likely levels are under roles, flaws taken as more spread: log density, genres even."""
    wide = covariance + _FAULT_SD_DB**2 * np.eye(len(levels))
    _, off_db, precision = differences(levels, 0, means, wide)
    square = np.einsum("cn,nm,cm->c", off_db, precision, off_db)
    _, log_determinant = np.linalg.slogdet(precision)
    peak = square.min()
    return float(0.5 * (log_determinant - peak) + np.log(np.exp(0.5 * (peak - square)).mean()))
