"""From posteriors to decisions, and from decisions to scores: the same for every advisor.

One rule: an advisor is a posterior (S, 49) over needed moves; only this file turns it into moves,
so no advisor is scored by a threshold of its own. The unit of resampling is the song.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.sensitivity import among_several
from finetune.flaws import LEAST_DB, Flaw
from finetune.observer import GRID
from mixer.moves import on_grid

_FAULT_BINS = np.abs(GRID) >= LEAST_DB
_LOWER, _RAISE = GRID <= -LEAST_DB, GRID >= LEAST_DB


@dataclass(frozen=True, eq=False)
class Case:
    """What an advisor said of one mix, and what was wrong with it. song: what to resample by."""

    posterior: np.ndarray
    anchor: int
    flaws: tuple[Flaw, ...]
    song: int | str


@dataclass(frozen=True)
class Estimate:
    """A score with its 95 % interval from resampling songs."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True)
class Scores:
    """Rates at one threshold. joint, stem, direction, error_db: on mixes with exactly one flaw.

    error_db: mean |needed - advised move| on the flawed stem, where naming another stem advises 0.
    false_alarm: share of untouched mixes in which anything is flagged.
    """

    threshold: float
    joint: float
    stem: float
    direction: float
    error_db: float
    false_alarm: float


Statistic = Callable[["Judged"], float]


def p_fault(posterior: np.ndarray) -> np.ndarray:
    """Probability (S,) that a stem needs a move of at least 1.5 dB."""
    return posterior[:, _FAULT_BINS].sum(axis=1)


def move_given_fault(posterior: np.ndarray) -> np.ndarray:
    """The likelier direction's mean move (S,) in dB on the 0.5 dB grid, 0 without any."""
    moves = np.zeros(len(posterior))
    for stem, row in enumerate(posterior):
        side = _RAISE if row[_RAISE].sum() > row[_LOWER].sum() else _LOWER
        mass = float(row[side].sum())
        if mass > 0.0:
            moves[stem] = on_grid(float(row[side] @ GRID[side]) / mass)
    return moves


def told_fault(posterior: np.ndarray) -> np.ndarray:
    """P(fault) (S,) as the product's thresholds take it, see sensitivity.among_several."""
    return np.asarray(among_several(p_fault(posterior), len(posterior)))


def decide(posterior: np.ndarray, threshold: float) -> np.ndarray:
    """The advised moves (S,) in dB: stems whose P(fault) exceeds the threshold; 0 = leave it."""
    return np.where(told_fault(posterior) > threshold, move_given_fault(posterior), 0.0)


@dataclass(frozen=True, eq=False)
class Judged:
    """One entry a case (N,), threshold apart: all that the scores need."""

    certainty: np.ndarray  # P(fault) of the likeliest stem that is not the anchor: the named one
    told: np.ndarray  # the same as the product's thresholds take it, see sensitivity.among_several
    stem_right: np.ndarray  # bool: the named stem is at fault
    direction_right: np.ndarray  # bool: its move goes the way that the flaw needs
    move_db: np.ndarray  # of the named stem
    needed_db: np.ndarray  # of the flawed stem: the named one, or else the one farthest off; or 0
    flaw_count: np.ndarray
    song: np.ndarray  # song index, 0 to songs - 1

    def taken(self, index: np.ndarray) -> "Judged":
        """The cases at these indices, or where this mask (N,) is true."""
        return Judged(*(getattr(self, name)[index] for name in self.__dataclass_fields__))

    def advised_db(self, threshold: float) -> np.ndarray:
        """What is advised (N,) for the flawed stem: 0 where another or none is named."""
        return np.where((self.told > threshold) & self.stem_right, self.move_db, 0.0)


def judge(cases: Sequence[Case]) -> Judged:
    """Name each case's likeliest stem and its move, and compare with the truth."""
    rows = [_judge_one(case) for case in cases]
    certainty, told, stem, direction, move, needed, count = map(np.array, zip(*rows, strict=True))
    songs = np.unique([str(case.song) for case in cases], return_inverse=True)[1]
    return Judged(certainty, told, stem, direction, move, needed, count, songs)


def _judge_one(case: Case) -> tuple[float, float, bool, bool, float, float, int]:
    fault = p_fault(case.posterior)
    fault[case.anchor] = -1.0
    top = int(np.argmax(fault))
    certainty = max(float(fault[top]), 0.0)
    told = float(among_several(certainty, len(case.posterior)))
    move_db = float(move_given_fault(case.posterior)[top])
    if not case.flaws:
        return certainty, told, False, False, move_db, 0.0, 0
    flaw = max(case.flaws, key=lambda one: (one.stem == top, abs(one.gain_db)))
    needed_db = -flaw.gain_db
    right = move_db * needed_db > 0
    return certainty, told, flaw.stem == top, right, move_db, needed_db, len(case.flaws)


def score(judged: Judged, threshold: float) -> Scores:
    """All rates at one threshold."""
    flagged = judged.told > threshold
    one, none = judged.flaw_count == 1, judged.flaw_count == 0
    hit = flagged[one]
    stem, direction = hit & judged.stem_right[one], hit & judged.direction_right[one]
    error_db = np.abs(judged.needed_db - judged.advised_db(threshold))[one]
    return Scores(
        threshold,
        joint=_mean(stem & direction),
        stem=_mean(stem),
        direction=_mean(direction),
        error_db=_mean(error_db),
        false_alarm=_mean(flagged[none]),
    )


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def curve(judged: Judged) -> tuple[np.ndarray, np.ndarray]:
    """All points of joint against false-alarm rate, alarms ascending: (false_alarm, joint)."""
    none = np.sort(judged.certainty[judged.flaw_count == 0])
    one = judged.flaw_count == 1
    right = np.sort(judged.certainty[one & judged.stem_right & judged.direction_right])
    if not len(none) or not one.any():
        raise ValueError(
            f"{len(none)} untouched mixes and {int(one.sum())} with one flaw: a curve needs both"
        )
    thresholds = np.concatenate([np.unique(judged.certainty)[::-1], [-1.0]])
    alarms = 1.0 - np.searchsorted(none, thresholds, side="right") / len(none)
    joint = (len(right) - np.searchsorted(right, thresholds, side="right")) / one.sum()
    return alarms, joint


def joint_at(judged: Judged, false_alarm: float) -> float:
    """The joint rate where false alarms are this frequent."""
    return float(joints_at(judged, (false_alarm,))[0])


def joints_at(judged: Judged, false_alarms: Sequence[float]) -> np.ndarray:
    """The joint rates at these rates of false alarms, linear between the curve's points.

    NaN where there are no untouched mixes or none with one flaw: songs drawn anew may hold none.
    """
    if not (judged.flaw_count == 0).any() or not (judged.flaw_count == 1).any():
        return np.full(len(false_alarms), np.nan)
    alarms, joint = curve(judged)
    last = np.append(alarms[1:] != alarms[:-1], True)  # best of equal alarms
    return np.interp(false_alarms, alarms[last], joint[last])


def bootstrap(judged: Judged, statistic: Statistic, draws: int = 1000, seed: int = 0) -> Estimate:
    """A statistic of judged cases with its 95 % interval over songs drawn anew."""
    return bootstrap_rows(judged.song, lambda index: statistic(judged.taken(index)), draws, seed)


def paired_difference(
    first: Judged, second: Judged, statistic: Statistic, draws: int = 1000, seed: int = 0
) -> Estimate:
    """statistic(first) - statistic(second) on the same cases, songs drawn anew together."""
    if not np.array_equal(first.song, second.song):
        raise ValueError("the advisors were judged on other cases: give both the same ones")
    return bootstrap_rows(
        first.song,
        lambda index: statistic(first.taken(index)) - statistic(second.taken(index)),
        draws,
        seed,
    )


def bootstrap_rows(
    songs: np.ndarray, statistic: Callable[[np.ndarray], float], draws: int = 1000, seed: int = 0
) -> Estimate:
    """A statistic of row indices with its 95 % interval over songs drawn anew.

    songs: which song each row is of (N,).
    """
    return bootstrap_several(songs, lambda index: np.array([statistic(index)]), draws, seed)[0]


def bootstrap_several(
    songs: np.ndarray,
    statistics: Callable[[np.ndarray], np.ndarray],
    draws: int = 1000,
    seed: int = 0,
) -> list[Estimate]:
    """The same of several statistics at once; draws in which one is NaN do not count for it."""
    rng = np.random.default_rng(seed)
    number = np.unique(songs, return_inverse=True)[1]
    members = [np.flatnonzero(number == song) for song in range(int(number.max()) + 1)]
    values = []
    for _ in range(draws):
        chosen = rng.integers(len(members), size=len(members))
        values.append(statistics(np.concatenate([members[song] for song in chosen])))
    estimates = []
    for value, drawn in zip(statistics(np.arange(len(songs))), np.array(values).T, strict=True):
        known = drawn[np.isfinite(drawn)]
        low, high = np.percentile(known, (2.5, 97.5)) if len(known) else (np.nan, np.nan)
        estimates.append(Estimate(float(value), float(low), float(high)))
    return estimates
