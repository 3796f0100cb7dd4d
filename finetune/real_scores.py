"""How advice on real songs follows what was done to them: slopes, closed loop, ranges.

One rule: pure arithmetic on posteriors and known flaws; nothing here opens a song or asks a model.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from finetune.flaws import LEAST_DB, Flaw, needed_moves
from finetune.observer import GRID
from finetune.real_mixes import RealMix
from finetune.scoring import Case, Judged, decide, judge, move_given_fault, p_fault

FARTHEST_AIM_DB = 24.0
SAME_DB = 0.05  # a smaller change of the mean error is none
CLOSED_LOOP_DB = (6.0, 12.0)  # sizes of the faults whose mending is counted
RANGE = (0.1, 0.9)
_NOTHING = 1e-12  # probability below which a move counts as ruled out
_MOVED = np.abs(GRID) >= LEAST_DB
# How likely each of these moves is before anything is heard: even, half at the ends of the range.
_BEFORE = np.where(np.isin(np.abs(GRID[_MOVED]), (LEAST_DB, np.abs(GRID).max())), 0.5, 1.0)

Statistic = Callable[[np.ndarray], np.ndarray]


def mean_move_db(posterior: np.ndarray) -> np.ndarray:
    """The expected move (S,) in dB, "leave it" among the moves."""
    return posterior @ GRID


def aim_db(posterior: np.ndarray) -> np.ndarray:
    """Where the evidence points (S,) in dB: the posterior's centre, had all moves been as likely.

    A parabola is fitted to log(posterior / prior) over the moves of a fault, each weighed by its
    mass. NaN where the evidence has no peak, or stands on fewer than three moves.
    """
    aims = np.full(len(posterior), np.nan)
    moves = GRID[_MOVED]
    for stem, row in enumerate(np.maximum(posterior[:, _MOVED], _NOTHING)):
        weights = np.sqrt(row / row.max())
        bend, tilt, _ = np.polyfit(moves, np.log(row / _BEFORE), 2, w=weights)
        if (row > _NOTHING).sum() > 2 and bend < -1e-6:
            aims[stem] = np.clip(-tilt / (2 * bend), -FARTHEST_AIM_DB, FARTHEST_AIM_DB)
    return aims


STATISTICS: dict[str, Statistic] = {
    "mean move": mean_move_db,
    "move given a fault": move_given_fault,
    "aim": aim_db,
}


def slopes(
    mixes: Sequence[RealMix], posteriors: Sequence[np.ndarray], statistic: Statistic
) -> tuple[np.ndarray, np.ndarray]:
    """How much a stem's answer moves by dB that the stem was pushed, ideal -1: (slopes, songs).

    One line is fitted to every stem of every view over its pushes, the untouched mix among them.
    """
    points: dict[tuple[str, str, int], list[tuple[float, float]]] = defaultdict(list)
    songs: dict[tuple[str, str, int], str] = {}
    for mix, posterior in zip(mixes, posteriors, strict=True):
        said = statistic(posterior)
        stems = [mix.flaws[0].stem] if mix.flaws else range(1, len(posterior))
        for stem in stems:
            if len(mix.flaws) < 2 and np.isfinite(said[stem]):
                key = (mix.song, mix.view, stem)
                points[key].append((mix.flaws[0].gain_db if mix.flaws else 0.0, said[stem]))
                songs[key] = mix.song
    kept = [key for key, seen in points.items() if len({gain for gain, _ in seen}) > 2]
    lines = [np.array(points[key]).T for key in kept]
    fits = [np.polyfit(gains_db, said_db, 1)[0] for gains_db, said_db in lines]
    return np.array(fits), np.array([songs[key] for key in kept])


@dataclass(frozen=True)
class Loop:
    """What became of faulty mixes when the advice was applied; shares of all, or of the advised.

    residual: mean error over the stems that can be moved, before and after, in dB.
    """

    mixes: int
    improved: float
    unchanged: float
    worsened: float
    advised: float
    improved_of_advised: float
    worsened_of_advised: float
    before_db: float
    after_db: float


def residuals(
    posterior: np.ndarray, flaws: Sequence[Flaw], threshold: float
) -> tuple[float, float]:
    """Mean |error| in dB of all stems but the first, before and after the advice is applied."""
    needed = needed_moves(len(posterior), flaws)[1:]
    left = needed - decide(posterior, threshold)[1:]
    return float(np.abs(needed).mean()), float(np.abs(left).mean())


def close_loop(
    flaws: Sequence[Sequence[Flaw]], posteriors: Sequence[np.ndarray], threshold: float
) -> Loop:
    """Apply the advice on mixes of which every flaw is of 6 to 12 dB, and measure again."""
    low, high = CLOSED_LOOP_DB
    taken = [
        (drawn, posterior)
        for drawn, posterior in zip(flaws, posteriors, strict=True)
        if drawn and all(low <= abs(flaw.gain_db) <= high for flaw in drawn)
    ]
    if not taken:
        raise ValueError(f"no mix has flaws of {low:g} to {high:g} dB only: the loop needs some")
    pairs = np.array([residuals(posterior, drawn, threshold) for drawn, posterior in taken])
    advised = np.array([bool(np.any(decide(p, threshold)[1:] != 0.0)) for _, p in taken])
    gained = pairs[:, 0] - pairs[:, 1]
    better, worse = gained > SAME_DB, gained < -SAME_DB
    return Loop(
        mixes=len(taken),
        improved=float(better.mean()),
        unchanged=float((~better & ~worse).mean()),
        worsened=float(worse.mean()),
        advised=float(advised.mean()),
        improved_of_advised=_share(better[advised]),
        worsened_of_advised=_share(worse[advised]),
        before_db=float(pairs[:, 0].mean()),
        after_db=float(pairs[:, 1].mean()),
    )


@dataclass(frozen=True)
class Untouched:
    """What is said of the artists' own balances. in_range: stems whose 80 % range holds 0."""

    stems: int
    in_range: float
    mixes_advised: float
    stems_advised: float
    median_move_db: float
    largest_move_db: float


def move_range_db(posterior: np.ndarray) -> np.ndarray:
    """The 10-90 % range (S, 2) of the needed move, "leave it" among the moves."""
    mass = posterior.cumsum(axis=1) / posterior.sum(axis=1, keepdims=True)
    return np.stack([GRID[(mass >= share - 1e-9).argmax(axis=1)] for share in RANGE], axis=1)


def untouched(posteriors: Sequence[np.ndarray], threshold: float) -> Untouched:
    """Ranges and moves on mixes in which nothing is wrong; the first stem is the anchor."""
    ranges = np.concatenate([move_range_db(posterior)[1:] for posterior in posteriors])
    moves = [decide(posterior, threshold)[1:] for posterior in posteriors]
    sizes = np.abs(np.concatenate(moves))
    made = sizes[sizes > 0.0]
    return Untouched(
        stems=len(ranges),
        in_range=float(np.mean((ranges[:, 0] <= 0.0) & (ranges[:, 1] >= 0.0))),
        mixes_advised=float(np.mean([bool(np.any(one != 0.0)) for one in moves])),
        stems_advised=float(np.mean(sizes > 0.0)),
        median_move_db=float(np.median(made)) if len(made) else 0.0,
        largest_move_db=float(made.max(initial=0.0)),
    )


def judge_first(mixes: Sequence[RealMix], posteriors: Sequence[np.ndarray]) -> Judged:
    """Judge the surest stem of each mix; of several flaws, against its own if it has one."""
    cases = []
    for mix, posterior in zip(mixes, posteriors, strict=True):
        surest = 1 + int(np.argmax(p_fault(posterior)[1:]))
        own = [flaw for flaw in mix.flaws if flaw.stem == surest]
        cases.append(Case(posterior, 0, tuple((own or list(mix.flaws))[:1]), mix.song))
    return judge(cases)


def over_songs(
    values: np.ndarray, songs: np.ndarray, draws: int = 1000, seed: int = 0
) -> tuple[float, float, float]:
    """Mean of values with its 95 % interval over songs drawn anew: (mean, low, high)."""
    if not len(values):
        return float("nan"), float("nan"), float("nan")
    rng = np.random.default_rng(seed)
    members = [values[songs == song] for song in np.unique(songs)]
    sums, counts = (np.array([f(one) for one in members]) for f in (np.sum, len))
    chosen = rng.integers(len(members), size=(draws, len(members)))
    means = sums[chosen].sum(axis=1) / counts[chosen].sum(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return float(values.mean()), float(low), float(high)


def _share(chosen: np.ndarray) -> float:
    return float(chosen.mean()) if len(chosen) else float("nan")
