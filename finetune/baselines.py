"""Advisors that hear nothing of what a stem is: levels only, equal loudness, chance.

One rule: each answers with a posterior (S, 49) over needed moves, like every other advisor, so that
finetune/scoring.py judges all of them alike.
"""

from collections.abc import Sequence

import numpy as np

from finetune.arrangements import line_up
from finetune.observer import GRID, KEEP, fault_posterior
from mixer.balance import BalancePrior
from mixer.roles import GENRES

_DOUBT_DB = 4.0  # equal loudness: how large a move must be before it outweighs leaving it


class LevelsOnlyAdvisor:
    """The exact posterior when all stems but the anchor are exchangeable: no roles, no genre."""

    def __init__(self, offset_db: float, shared_sd_db: float, stem_sd_db: float) -> None:
        self.offset_db = offset_db
        self.shared_sd_db = shared_sd_db
        self.stem_sd_db = stem_sd_db

    @classmethod
    def fit(cls, balanced: Sequence[np.ndarray], anchors: Sequence[int]) -> "LevelsOnlyAdvisor":
        """Fit on balanced levels: where the others stand re the anchor, and how they spread."""
        relative = [
            np.delete(levels, anchor) - levels[anchor]
            for levels, anchor in zip(balanced, anchors, strict=True)
            if len(levels) > 2
        ]
        if len(relative) < 10:
            raise ValueError(
                f"{len(relative)} songs of three or more stems: a fit needs at least 10"
            )
        within = np.concatenate([song - song.mean() for song in relative])
        freedom = sum(len(song) - 1 for song in relative)
        stem_variance = float(within @ within) / freedom
        means = np.array([song.mean() for song in relative])
        sampling = stem_variance * np.mean([1 / len(song) for song in relative])
        shared_variance = max(float(means.var()) - float(sampling), 0.0)
        offset = float(np.concatenate(relative).mean())
        return cls(offset, shared_variance**0.5, stem_variance**0.5)

    def advise(self, relative_db: np.ndarray, anchor: int) -> np.ndarray:
        """Posterior (S, 49) over needed moves."""
        stems = len(relative_db)
        mean = np.full(stems, self.offset_db)
        mean[anchor] = 0.0
        covariance = np.eye(stems) * self.stem_sd_db**2
        covariance[anchor, anchor] = self.shared_sd_db**2
        return fault_posterior(np.asarray(relative_db, dtype=np.float64), anchor, mean, covariance)


def equal_loudness(relative_db: np.ndarray, anchor: int) -> np.ndarray:
    """Bring every stem to the mean level; the larger the move, the surer (S, 49)."""
    levels = np.asarray(relative_db, dtype=np.float64)
    posterior = np.zeros((len(levels), len(GRID)))
    for stem, move_db in enumerate(levels.mean() - levels):
        sure = 0.0 if stem == anchor else 1.0 - np.exp(-abs(move_db) / _DOUBT_DB)
        posterior[stem, int(np.argmin(np.abs(GRID - move_db)))] += sure
        posterior[stem, KEEP] += 1.0 - sure
    return posterior


def always_error(posterior: np.ndarray, anchor: int) -> np.ndarray:
    """The same advisor made never to say "leave it": its likeliest stem is surely flagged."""
    forced = posterior.copy()
    keep = posterior[:, KEEP].copy()
    keep[anchor] = np.inf
    stem = int(np.argmin(keep))
    if keep[stem] < 1.0:
        forced[stem, KEEP] = 0.0
        forced[stem] /= forced[stem].sum()
    return forced


def chance(rng: np.random.Generator, stems: int, anchor: int) -> np.ndarray:
    """A random stem (never the anchor) and a random move of 6 dB, always (S, 49)."""
    posterior = np.zeros((stems, len(GRID)))
    posterior[:, KEEP] = 1.0
    stem = int(rng.choice([other for other in range(stems) if other != anchor]))
    posterior[stem, KEEP] = 0.0
    posterior[stem, int(np.argmin(np.abs(GRID - rng.choice((-6.0, 6.0)))))] = 1.0
    return posterior


def fit_levels_only(
    prior: BalancePrior, rng: np.random.Generator, songs: int = 2000
) -> LevelsOnlyAdvisor:
    """The levels-only advisor, fitted on balances of line-ups like the rendered songs'."""
    balanced, anchors = [], []
    for _ in range(songs):
        genre = GENRES[int(rng.integers(len(GENRES)))]
        roles = line_up(genre, rng)
        if len(roles) > 1:
            balanced.append(prior.draw(roles, genre, rng))
            anchors.append(int(rng.integers(len(roles))))
    return LevelsOnlyAdvisor.fit(balanced, anchors)
