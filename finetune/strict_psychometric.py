"""How surely the right direction is told of a stem that is off by so much.

One rule: "raise" or "lower" is asked of the stem that was pushed, whatever the threshold, so half
is chance; the 75 % threshold compares with a listener's just noticeable difference.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from scipy.optimize import minimize

from finetune.observer import GRID
from finetune.scoring import Estimate, bootstrap_rows
from finetune.strict_study import LEVELS, OBSERVER, OBSERVER_GENRE, Study, print_rows

_DRAWS = 100


@dataclass(frozen=True)
class Psychometric:
    """P("raise") = 1 / (1 + exp(-slope (needed move - bias_db))); slope per dB."""

    slope: float
    bias_db: float

    @property
    def threshold_db(self) -> float:
        """How far off a stem must be for three of four directions to be right."""
        return math.log(3.0) / self.slope if self.slope > 0.0 else math.inf

    @classmethod
    def fit(cls, needed_db: np.ndarray, says_raise: np.ndarray) -> "Psychometric":
        """The likeliest curve behind answers (N,) bool to needed moves (N,)."""
        sign = np.where(says_raise, 1.0, -1.0)

        def loss(line: np.ndarray) -> tuple[float, np.ndarray]:
            margin = sign * (line[0] * needed_db + line[1])
            pull = -sign / (1.0 + np.exp(np.clip(margin, -500, 500)))
            value = float(np.logaddexp(0.0, -margin).mean())
            return value, np.array([(pull * needed_db).mean(), pull.mean()])

        slope, offset = minimize(loss, np.array([0.1, 0.0]), jac=True, method="BFGS").x
        return cls(float(slope), float(-offset / slope))


def show(study: Study, console: Console) -> None:
    """Print row 6: shares right by size, and the fit."""
    sizes = sorted({abs(gain) for gain in study.sweeps[0].gains_db} - {0.0})
    names = (LEVELS, *study.listeners, OBSERVER, OBSERVER_GENRE)
    rows = [_row(study, name, sizes) for name in names]
    title = f"6. Right direction of a stem that is off, by dB ({len(study.sweeps)} songs)"
    columns = ("advisor", *(f"{size:g}" for size in sizes), "75 % at", "bias dB")
    print_rows(console, title, columns, rows)


def _row(study: Study, name: str, sizes: Sequence[float]) -> list[str]:
    needed, says_raise, songs = answers(study, name)
    right = says_raise == (needed > 0)
    shares = [float(right[np.abs(needed) == size].mean()) for size in sizes]
    at = threshold(needed, says_raise, songs)
    bias_db = Psychometric.fit(needed, says_raise).bias_db
    spelled = f"{at.value:.1f} dB [{at.low:.1f}, {at.high:.1f}]"
    return [name, *(f"{share:.0%}" for share in shares), spelled, f"{bias_db:+.1f}"]


def answers(study: Study, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The needed moves of pushed stems, whether "raise" was said of them, and the songs, (N,)."""
    needed, says_raise, songs = [], [], []
    for sweep in study.sweeps:
        for gain_db, said in zip(
            sweep.gains_db, study.panel.posteriors(name, sweep.mixes), strict=True
        ):
            if gain_db == 0.0:
                continue
            needed.append(-gain_db)
            says_raise.append(raises(said[sweep.stem]))
            songs.append(sweep.mixes[0].song)
    return np.array(needed), np.array(says_raise), np.array(songs)


def raises(row: np.ndarray) -> bool:
    """Whether a stem's posterior (49,) has more above no move than below."""
    return float(row[GRID > 0].sum()) > float(row[GRID < 0].sum())


def threshold(needed_db: np.ndarray, says_raise: np.ndarray, songs: np.ndarray) -> Estimate:
    """The 75 % threshold in dB with its interval over songs."""
    return bootstrap_rows(
        songs,
        lambda index: Psychometric.fit(needed_db[index], says_raise[index]).threshold_db,
        _DRAWS,
    )
