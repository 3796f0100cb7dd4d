"""Stem levels of real songs as a table, and the exact observer of the seed's protocol upon them.

One rule: a balance is a level up to a common offset; the density of balances is fitted on train
rows only and may be drawn from without end.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.mixture import GaussianMixture

from finetune.fit_balance import MIXTURE_GATE_DBFS, STEM_GATE_DBFS
from finetune.flaws import MOST_DB
from finetune.observer import GRID, KEEP

STEMS = ("bass", "drums", "vocals", "other")
CLASS_PROBABILITY = 0.2  # of each of the seed's five classes, "none" among them
SEED_LEAST_DB, SEED_EDGE_DB = 3.0, 6.0  # a fault is 3-6 or 6-12 dB, either way
_COMPONENTS, _RIDGE_DB2 = 3, 2.0
_OTHER = STEMS.index("other")


@dataclass(frozen=True, eq=False)
class LevelRows:
    """Levels (n, 4) in dB RMS of 10 s of each of STEMS, and the song of every row."""

    levels: np.ndarray
    songs: np.ndarray


def read_rows(table: Path, split: str) -> LevelRows:
    """Read the rows of a split in which all stems play, gated as the seed gates its segments.

    table: split, track, stem, start_sec, rms_dbfs and, if it has it, active_frame_ratio.
    """
    segments: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    with Path(table).open(newline="") as lines:
        for row in csv.DictReader(lines):
            if row["split"] == split:
                segments[row["track"], row["start_sec"]][row["stem"]] = float(row["rms_dbfs"])
    kept = {
        key: [level[stem] for stem in STEMS]
        for key, level in segments.items()
        if all(level.get(stem, -np.inf) > STEM_GATE_DBFS for stem in STEMS)
        and level.get("mixture", -np.inf) > MIXTURE_GATE_DBFS
    }
    if not kept:
        raise ValueError(
            f"{table} has no row of split {split!r} in which {', '.join(STEMS)} all play: need the "
            "columns split, track, stem, start_sec, rms_dbfs"
        )
    return LevelRows(np.array(list(kept.values())), np.array([track for track, _ in kept]))


def move_weights() -> np.ndarray:
    """Probability (49,) of each needed move on the grid, given a fault of the seed's classes."""
    size = np.abs(GRID)
    bands = ((SEED_LEAST_DB, SEED_EDGE_DB), (SEED_EDGE_DB, MOST_DB))
    inside = [(size >= low) & (size <= high) for low, high in bands]
    shared = np.isin(size, (SEED_LEAST_DB, SEED_EDGE_DB, MOST_DB))  # half of a bin lies outside
    ends = [np.where(shared, 0.5, 1.0) * one for one in inside]
    return (ends[0] / ends[0].sum() + ends[1] / ends[1].sum()) / 2


class RowObserver:
    """Knows what balances are usual in a table of rows, and how the seed draws its faults."""

    def __init__(self, density: GaussianMixture):
        self.density = density
        self._weights = move_weights()

    @classmethod
    def fit(cls, rows: LevelRows, seed: int = 0) -> "RowObserver":
        """Fit the density of balances, a mixture of three Gaussians."""
        mixture = GaussianMixture(_COMPONENTS, reg_covar=_RIDGE_DB2, random_state=seed)
        return cls(mixture.fit(_centred(rows.levels)))

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """A balance (4,) in dB that is as usual as those of the rows."""
        means, covariances = self.density.means_, self.density.covariances_
        assert means is not None and covariances is not None  # it was fitted
        part = int(rng.choice(_COMPONENTS, p=self.density.weights_))
        drawn = rng.multivariate_normal(means[part], covariances[part], method="cholesky")
        return np.append(drawn, -drawn.sum())

    def posterior(self, levels: np.ndarray, anchor: int) -> np.ndarray:
        """Posterior (4, 49) over needed moves of one row; `other` and the anchor are never wrong.

        Args:
            levels: (4,) in dB, in the order of STEMS, up to a common offset.
            anchor: index of bass, drums or vocals.
        """
        targets = [stem for stem in range(_OTHER) if stem != anchor]
        raised = levels + GRID[:, None, None] * np.eye(4)[targets]  # (49, targets, 4)
        log_density = self.density.score_samples(_centred(raised.reshape(-1, 4)))
        log_density = log_density.reshape(len(GRID), len(targets))
        likelihood = np.exp(log_density - log_density.max())
        faults = likelihood * self._weights[:, None] * (1 - CLASS_PROBABILITY) / len(targets)
        evidence = faults.sum() + CLASS_PROBABILITY * likelihood[KEEP, 0]
        posterior = np.zeros((4, len(GRID)))
        posterior[targets] = faults.T / evidence
        posterior[:, KEEP] = 1.0 - posterior.sum(axis=1)
        return posterior


def _centred(levels: np.ndarray) -> np.ndarray:
    """Levels (n, 4) up to their mean: the first three say it all."""
    return (levels - levels.mean(axis=1, keepdims=True))[:, :3]
