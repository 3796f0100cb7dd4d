"""The ideal observer: the exact posterior over needed moves when the prior and the roles are known.

One rule: nothing is sampled. Every set of up to three flawed stems is enumerated on a 0.5 dB grid,
so what it reaches is the ceiling for any listener that judges songs drawn from this prior.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from finetune.flaws import LEAST_DB, MOST_DB, count_probability
from mixer.balance import BalancePrior
from mixer.moves import GRID_DB
from mixer.roles import GENRES

GRID = np.arange(-MOST_DB, MOST_DB + GRID_DB / 2, GRID_DB)  # needed moves in dB, shape (49,)
KEEP = len(GRID) // 2  # index of 0 dB
_MOVES = GRID[np.abs(GRID) >= LEAST_DB]  # the moves that a flaw can need, shape (44,)
_MOVE_BINS = np.flatnonzero(np.abs(GRID) >= LEAST_DB)
_CHUNK = 512  # triples of stems held in memory at once
_FARTHEST_DB = 60.0  # levels farther off than this are judged as if they were this far off


def _size_weights() -> np.ndarray:
    """Trapezoid weights (44,) of a size even in 1.5 to 12 dB and a sign by coin; sum 1."""
    sizes = np.abs(_MOVES)
    weights = np.where((sizes == LEAST_DB) | (sizes == MOST_DB), 0.5, 1.0)
    return weights / weights.sum()


def fault_posterior(
    relative_db: np.ndarray,
    anchor: int,
    means: np.ndarray,
    covariance: np.ndarray,
    evidence: np.ndarray | None = None,
) -> np.ndarray:
    """Posterior (S, 49) of each stem's needed move under the prior of flaws.draw.

    Args:
        relative_db: observed levels (S,) in LU, relative to the anchor or up to any common offset.
        anchor: the stem that is never flawed.
        means: expected levels (S,), or (components, S) of an even mixture (genres).
        covariance: (S, S) of balanced levels, the same for all components.
        evidence: likelihood (S, 49) of what else is known (a complaint) for each needed move.
    """
    stems = len(relative_db)
    posterior = np.zeros((stems, len(GRID)))
    posterior[:, KEEP] = 1.0
    others = [stem for stem in range(stems) if stem != anchor]
    if not others:
        return posterior
    means = np.atleast_2d(means)
    _, off_db, precision = differences(relative_db, anchor, means, covariance)
    told = np.zeros((len(others), len(_MOVES)))
    if evidence is not None:
        told = np.log(evidence[others][:, _MOVE_BINS] / evidence[others][:, [KEEP]])
    faults, total = _enumerate(off_db, precision, told)
    posterior[np.array(others)[:, None], _MOVE_BINS] = faults / total
    posterior[others, KEEP] = np.clip(1.0 - faults.sum(axis=1) / total, 0.0, 1.0)
    return posterior


def differences(
    relative_db: np.ndarray, anchor: int, means: np.ndarray, covariance: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Levels as differences of the others to the anchor.

    The change (n, S) from levels to differences, how far these are from their means (..., n) in
    dB, and their precision (n, n).
    """
    unit = np.eye(len(relative_db))
    change = np.delete(unit, anchor, axis=0) - unit[anchor]
    off_db = np.clip((relative_db - means) @ change.T, -_FARTHEST_DB, _FARTHEST_DB)
    return change, off_db, np.linalg.inv(change @ covariance @ change.T)


def conditional_levels(
    relative_db: np.ndarray, anchor: int, mean: np.ndarray, covariance: np.ndarray
) -> np.ndarray:
    """Where each stem is usual (S, 3), as the others stand; 0, 0, 1 for the anchor.

    Re the anchor in LU; how far from it the stem is, in dB, which is the centre of the likelihood
    of its move; and the sd of that in dB.
    """
    stems = len(relative_db)
    others = [stem for stem in range(stems) if stem != anchor]
    change, off_db, precision = differences(relative_db, anchor, mean, covariance)
    told = np.tile([0.0, 0.0, 1.0], (stems, 1))
    diagonal = np.diag(precision)
    told[others] = np.stack(
        [change @ mean, -(precision @ off_db) / diagonal, diagonal**-0.5], axis=1
    )
    return told


def _enumerate(
    off_db: np.ndarray, precision: np.ndarray, told: np.ndarray
) -> tuple[np.ndarray, float]:
    """Joint mass (n, 44) of each stem needing each move, and the evidence of the data.

    With r the distance from the mean and g the needed moves (observed + g = balanced), a set F has
    likelihood exp(-(r + E g)' P (r + E g) / 2), times exp(told) of each move: per-stem factors
    exp(told - g_k (P r)_k - P_kk g_k^2 / 2) times per-pair factors exp(-P_kl g_k g_l), which makes
    sums over three moves matrix products.
    """
    count = off_db.shape[1]
    chances = count_probability(count + 1)
    pull = off_db @ precision  # (components, n)
    fit = -0.5 * np.einsum("cn,cn->c", off_db, pull)
    single_log = (
        told - pull[:, :, None] * _MOVES - 0.5 * np.diag(precision)[:, None] * _MOVES**2
    )  # (components, n, 44)
    peak = single_log.max(initial=0.0)
    weigh = np.exp(fit - fit.max())  # (components,), even prior
    single = np.exp(single_log - peak) * _size_weights()
    unit = np.exp(-peak)  # one stem left alone, on the same scale as one flawed stem
    faults = np.zeros((count, len(_MOVES)))
    evidence = float(chances[0] * weigh.sum()) * unit**3
    if len(chances) > 1:
        each = np.einsum("c,cnm->nm", weigh, single) * chances[1] / count * unit**2
        faults += each
        evidence += float(each.sum())
    if len(chances) > 2:
        evidence += _add_sets(faults, weigh * chances[2] * unit, single, precision, 2)
    if len(chances) > 3:
        evidence += _add_sets(faults, weigh * chances[3], single, precision, 3)
    return faults, evidence


def _add_sets(
    faults: np.ndarray, weigh: np.ndarray, single: np.ndarray, precision: np.ndarray, size: int
) -> float:
    """Add the mass of all sets of two or three flawed stems to faults; return their evidence."""
    sets = np.array(list(combinations(range(faults.shape[0]), size)))
    evidence = 0.0
    for chunk in np.array_split(sets, max(1, -(-len(sets) // _CHUNK))):
        first, second = chunk[:, 0], chunk[:, 1]
        pair = _pair_factor(precision, first, second)
        for component, weight in enumerate(weigh / len(sets)):
            factor = single[component]
            joint = pair * factor[first][:, :, None] * factor[second][:, None, :]
            if size == 3:
                third = chunk[:, 2]
                left = _pair_factor(precision, first, third) * factor[third][:, None, :]
                right = _pair_factor(precision, second, third).transpose(0, 2, 1)
                last = np.einsum("sac,sca->sc", left, right @ joint.transpose(0, 2, 1))
                np.add.at(faults, third, weight * last)
                joint = joint * (left @ right)
            np.add.at(faults, first, weight * joint.sum(axis=2))
            np.add.at(faults, second, weight * joint.sum(axis=1))
            evidence += weight * float(joint.sum())
    return evidence


def _pair_factor(precision: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """exp(-P_kl g_k g_l) for sets of stems, shape (sets, 44, 44)."""
    return np.exp(-precision[one, other][:, None, None] * np.outer(_MOVES, _MOVES))


class IdealObserver:
    """Knows roles, the prior and how flaws are drawn; of the sound, levels and pauses."""

    def __init__(self, prior: BalancePrior) -> None:
        self.prior = prior

    def posterior(
        self,
        relative_db: np.ndarray,
        roles: Sequence[str],
        anchor: int,
        genre: str | None = None,
        plays: np.ndarray | None = None,
    ) -> np.ndarray:
        """Posterior (S, 49) over needed moves; without a genre, the even mixture over GENRES.

        plays (S,): for which share of the time each stem plays; without it, all the time.
        """
        genres = GENRES if genre is None else (genre,)
        moments = [self.prior.moments(roles, one, plays) for one in genres]
        means = np.stack([mean for mean, _ in moments])
        levels = np.asarray(relative_db, dtype=np.float64)
        return fault_posterior(levels, anchor, means, moments[0][1])
