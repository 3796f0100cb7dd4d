"""The linear probe: what a linear model makes of the same inputs as the listener.

One rule: it sees a stem, the mean of the others and nothing else, learns from train songs, and
answers with a posterior like every other advisor.
"""

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

from finetune.flaws import LEAST_DB, MOST_DB
from finetune.judged_mixes import Mix
from finetune.observer import GRID, KEEP

SENSES = ("content", "level", "text", "all")
_RIDGE, _INVERSE_PENALTY, _ROUNDS_OF_FIT = 100.0, 0.01, 300


def features(mix: Mix, senses: str) -> np.ndarray:
    """What is known of each stem but the anchor (S - 1, features).

    "level": the 14 meters of the stem, of the others on average and of the anchor; "text": the
    relative level alone, as a meter's line tells it; "content": the same three of what is heard.
    """
    known = {
        "level": mix.relative_profile,
        "text": mix.relative_profile[:, :1],
        "content": mix.hidden.mean(axis=1),
    }
    if senses not in SENSES:
        raise ValueError(f"senses {senses!r} are not known: use one of {', '.join(SENSES)}")
    parts = ("level", "content") if senses == "all" else (senses,)
    return np.concatenate([_beside_others(known[part]) for part in parts], axis=1)


def _beside_others(values: np.ndarray) -> np.ndarray:
    """Each stem but the first, the mean of the stems that are neither, and the first."""
    stems = values[1:]
    others = (stems.sum(axis=0) - stems) / max(len(stems) - 1, 1)
    return np.concatenate([stems, others, np.broadcast_to(values[0], stems.shape)], axis=1)


class Probe:
    """Keep, raise or lower by logistic regression; by how much by ridge regression of faults."""

    def __init__(self, senses: str, mixes: Sequence[Mix]):
        needed_db = np.concatenate([mix.needed_db[1:] for mix in mixes])
        fault = np.abs(needed_db) >= LEAST_DB
        if not ((needed_db[fault] > 0).any() and (needed_db[fault] < 0).any() and (~fault).any()):
            raise ValueError(
                f"{len(mixes)} mixes hold no fault of either kind beside stems that are right: a "
                "probe needs all three (give it more mixes)"
            )
        self.senses = senses
        known = np.concatenate([features(mix, senses) for mix in mixes])
        self._scale = StandardScaler().fit(known)
        known = np.asarray(self._scale.transform(known))
        self._which = LogisticRegression(C=_INVERSE_PENALTY, max_iter=_ROUNDS_OF_FIT)
        self._which.fit(known, np.where(fault, np.sign(needed_db), 0.0))
        self._how_much = Ridge(_RIDGE).fit(known[fault], needed_db[fault])

    def posterior(self, mix: Mix) -> np.ndarray:
        """Posterior (S, 49): all of a direction's mass on one move."""
        known = self._scale.transform(features(mix, self.senses))
        chances = self._which.predict_proba(known)  # lower, keep, raise
        moves_db = self._how_much.predict(known)
        posterior = np.zeros((len(mix.names), len(GRID)))
        posterior[0, KEEP] = 1.0
        posterior[1:, KEEP] = chances[:, 1]
        for chance, sign in ((chances[:, 0], -1.0), (chances[:, 2], 1.0)):
            size = np.clip(sign * moves_db, LEAST_DB, MOST_DB)
            bins = np.rint((sign * size - GRID[0]) / (GRID[1] - GRID[0])).astype(int)
            posterior[np.arange(1, len(mix.names)), bins] += chance
        return posterior
