"""Models of levels for the seed's protocol: logistic regression, a network, gain regression.

One rule: a song that lacks a stem is answered by a fit on the same rows without that stem.
"""

from collections.abc import Callable, Iterator

import numpy as np
from sklearn.linear_model import LinearRegression, LogisticRegression

from finetune.flaws import SEED_CLASSES
from finetune.level_rows import STEMS, LevelRows
from finetune.observer import GRID, KEEP
from finetune.seed_protocol import FLAWED, NONE, OTHER, Segment, Trials, enumerate_trials

DOUBT_DB = 4.0  # a regressed move of this size is meant with 63 %, larger ones with more
_HIDDEN, _STEPS, _BATCH, _RATE = 64, 1500, 1024, 3e-3
_FAULTS = [category for category in range(len(SEED_CLASSES)) if category != NONE]

Probabilities = Callable[[np.ndarray], np.ndarray]  # features (n, f) -> classes (n, k)


def features(levels: np.ndarray, anchor: np.ndarray) -> np.ndarray:
    """11 numbers a trial: levels re the anchor, levels re the mixture, which stem is the anchor.

    Fewer where stems are missing: levels (n, 4) are NaN in the same columns throughout.
    """
    present = np.isfinite(levels[0])
    known = levels[:, present]
    mixture = 10.0 * np.log10(np.sum(10.0 ** (known / 10.0), axis=1))
    own = levels[np.arange(len(levels)), anchor]
    one_hot = np.eye(len(STEMS))[anchor][:, present & (np.arange(4) != OTHER)]
    return np.hstack([known - own[:, None], known - mixture[:, None], one_hot])


def line_ups(trials: Trials) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Which stems are there (4,), and the indices of the trials that have just those."""
    there = np.isfinite(trials.levels)
    for line_up in np.unique(there, axis=0):
        yield line_up, np.flatnonzero((there == line_up).all(axis=1))


class LevelModel:
    """A classifier of levels, fitted anew for every line-up that it is asked about."""

    def __init__(
        self, rows: LevelRows, fit: Callable[[np.ndarray, np.ndarray], Probabilities], seed: int
    ) -> None:
        self._rows, self._fit, self._seed = rows, fit, seed

    def posterior(self, trials: Trials) -> np.ndarray:
        """Posteriors (n, 4, 49): each class' probability lies evenly inside its band."""
        posterior = np.zeros((len(trials), len(STEMS), len(GRID)))
        for line_up, index in line_ups(trials):
            known = training_trials(self._rows, line_up, self._seed)
            labels = np.where(known.faulty, 1 + known.target * 4 + _rank(known.category), 0)
            classes, compact = np.unique(labels, return_inverse=True)
            model = self._fit(features(known.levels, known.anchor), compact)
            chances = np.zeros((len(index), 1 + 4 * len(FLAWED)))
            chances[:, classes] = model(features(trials.levels[index], trials.anchor[index]))
            bands = chances[:, 1:].reshape(len(index), len(FLAWED), 4) @ _BANDS
            posterior[index, : len(FLAWED)] = bands
        posterior[:, :, KEEP] += 1.0 - posterior.sum(axis=2)
        return posterior


def training_trials(rows: LevelRows, line_up: np.ndarray, seed: int) -> Trials:
    """The protocol's trials of rows in which only these stems are left."""
    levels = np.where(line_up, rows.levels, np.nan)
    songs = map(str, rows.songs)
    segments = [Segment(song, row) for song, row in zip(songs, levels, strict=True)]
    return enumerate_trials(segments, seed)


def _rank(category: np.ndarray) -> np.ndarray:
    """Number the four classes of faults 0 to 3."""
    return np.where(category > NONE, category - 1, category)


def _bands() -> np.ndarray:
    """The needed moves of each class of faults (4, 49), even inside its band; rows sum to 1."""
    rows = []
    for category in _FAULTS:
        low, high = sorted(-gain_db for gain_db in tuple(SEED_CLASSES.values())[category])
        inside = ((low <= GRID) & (high >= GRID)) * np.where(np.isin(GRID, (low, high)), 0.5, 1.0)
        rows.append(inside / inside.sum())
    return np.array(rows)


_BANDS = _bands()


def _scaling(known: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Bring features to mean 0 and spread 1, as they have them in training."""
    mean, spread = known.mean(axis=0), known.std(axis=0)
    return lambda asked: (asked - mean) / np.where(spread > 0.0, spread, 1.0)


def fit_regression(known: np.ndarray, labels: np.ndarray) -> Probabilities:
    """Logistic regression, features scaled to unit spread."""
    scaled = _scaling(known)
    model = LogisticRegression(max_iter=2000).fit(scaled(known), labels)
    return lambda asked: np.asarray(model.predict_proba(scaled(asked)))


def fit_network(known: np.ndarray, labels: np.ndarray, seed: int = 0) -> Probabilities:
    """Two hidden layers of 64 GELUs, 1500 steps of AdamW."""
    import torch

    scaled = _scaling(known)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        sizes = (known.shape[1], _HIDDEN, _HIDDEN)
        layers: list[torch.nn.Module] = []
        for before, after in zip(sizes, sizes[1:], strict=False):
            layers += [torch.nn.Linear(before, after), torch.nn.GELU()]
        model = torch.nn.Sequential(*layers, torch.nn.Linear(_HIDDEN, int(labels.max()) + 1))
        optimizer = torch.optim.AdamW(model.parameters(), _RATE)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, _STEPS)
        inputs = torch.from_numpy(scaled(known).astype(np.float32))
        wanted = torch.from_numpy(labels)
        for _ in range(_STEPS):
            batch = torch.randint(len(inputs), (_BATCH,))
            loss = torch.nn.functional.cross_entropy(model(inputs[batch]), wanted[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()

    def probabilities(asked: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            logits = model(torch.from_numpy(scaled(asked).astype(np.float32)))
            return torch.softmax(logits.double(), dim=1).numpy()

    return probabilities


def meant(moves_db: np.ndarray) -> np.ndarray:
    """Moves (n, 4) as posteriors (n, 4, 49): the larger a move, the surer."""
    sure = 1.0 - np.exp(-np.abs(moves_db) / DOUBT_DB)
    posterior = np.zeros((*moves_db.shape, len(GRID)))
    posterior[..., KEEP] = 1.0 - sure
    nearest = np.abs(moves_db[..., None] - GRID).argmin(axis=-1)
    np.put_along_axis(posterior, nearest[..., None], sure[..., None], axis=-1)
    posterior[..., KEEP] += 1.0 - posterior.sum(axis=-1)
    return posterior


class GainRegression:
    """Linear regression from levels to the needed moves of all stems at once."""

    def __init__(self, rows: LevelRows, seed: int) -> None:
        self._rows, self._seed = rows, seed

    def posterior(self, trials: Trials) -> np.ndarray:
        """Posteriors (n, 4, 49) of the regressed moves."""
        moves_db = np.zeros((len(trials), len(STEMS)))
        for line_up, index in line_ups(trials):
            known = training_trials(self._rows, line_up, self._seed)
            needed_db = -known.gain_db[:, None] * np.eye(len(STEMS))[known.target]
            model = LinearRegression().fit(features(known.levels, known.anchor), needed_db)
            asked = features(trials.levels[index], trials.anchor[index])
            moves_db[index] = model.predict(asked)
        return meant(moves_db)

    def told_error_db(self, trials: Trials) -> float:
        """Mean |needed - regressed move| over faults by a fit that is told which stem it is."""
        errors_db = []
        for line_up, index in line_ups(trials):
            known, asked = training_trials(self._rows, line_up, self._seed), trials.taken(index)
            for target in np.unique(asked.target):
                fit, ask = (
                    one.taken(np.flatnonzero(one.faulty & (one.target == target)))
                    for one in (known, asked)
                )
                model = LinearRegression().fit(features(fit.levels, fit.anchor), fit.gain_db)
                guess = model.predict(features(ask.levels, ask.anchor))
                errors_db.append(np.abs(ask.gain_db - guess))
        return float(np.mean(np.concatenate(errors_db)))
