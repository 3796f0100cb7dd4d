"""The closed loop: carry out the advice, measure again, ask again.

One rule: what is left is counted against the balance that was there before it was upset, over all
stems but the anchor, so advice on a stem that was right counts as harm.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import Console

from finetune.judged_mixes import Mix, pushed
from finetune.scoring import Estimate, bootstrap_rows, decide
from finetune.strict_study import LEVELS, NOTHING, OBSERVER, OBSERVER_GENRE, Study, print_rows

TURNS = 3
_SAME_DB = 1e-6
_DRAWS = 300


@dataclass(frozen=True, eq=False)
class Loop:
    """Mean |needed move| over stems (N, turns + 1) before and after each turn of each mix.

    advised: whether anything was advised in each turn, (N, turns) bool. song: (N,).
    """

    residual_db: np.ndarray
    advised: np.ndarray
    song: np.ndarray

    def taken(self, index: np.ndarray) -> "Loop":
        """The mixes at these indices, or where this mask is true."""
        return Loop(self.residual_db[index], self.advised[index], self.song[index])

    def outcome(self, turns: int = 1) -> tuple[float, float, float]:
        """Shares of mixes that are nearer, as far off, and farther off than at the start."""
        change = self.residual_db[:, turns] - self.residual_db[:, 0]
        better, worse = float(np.mean(change < -_SAME_DB)), float(np.mean(change > _SAME_DB))
        return better, 1.0 - better - worse, worse


def run(study: Study, name: str, mixes: Sequence[Mix], turns: int = TURNS) -> Loop:
    """Let one advisor mend these mixes, turn by turn, by its own threshold decisions."""
    current = list(mixes)
    residual, advised = [residuals(current)], []
    for _ in range(turns):
        said = study.panel.posteriors(name, current)
        moves = [decide(one, study.threshold) for one in said]
        for move in moves:
            move[0] = 0.0
        current = [
            pushed(mix, move) if move.any() else mix
            for mix, move in zip(current, moves, strict=True)
        ]
        residual.append(residuals(current))
        advised.append(np.array([bool(move.any()) for move in moves]))
    songs = np.array([mix.song for mix in mixes])
    return Loop(np.stack(residual, axis=1), np.stack(advised, axis=1), songs)


def residuals(mixes: Sequence[Mix]) -> np.ndarray:
    """Mean |needed move| (N,) in dB over the stems of each mix but the anchor."""
    return np.array([float(np.abs(mix.needed_db[1:]).mean()) for mix in mixes])


def show(study: Study, console: Console) -> None:
    """Print row 13: over all mixes, those advised on, and by size of the one fault."""
    mixes = study.mixes
    groups = {
        "all mixes": np.ones(len(mixes), bool),
        "untouched": np.array([not mix.flaws for mix in mixes]),
        "one fault of 3-6 dB": sized(mixes, 3.0, 6.0),
        "one fault of 6-12 dB": sized(mixes, 6.0, 12.0),
        "two or three faults": np.array([len(mix.flaws) > 1 for mix in mixes]),
    }
    names = (NOTHING, LEVELS, *study.listeners, OBSERVER, OBSERVER_GENRE)
    loops = {name: run(study, name, mixes) for name in names}
    for group, inside in groups.items():
        if not inside.any():
            continue
        rows = []
        for name, loop in loops.items():
            rows.append(_row(name, loop.taken(inside)))
            spoken = inside & loop.advised[:, 0]
            if spoken.any() and name != NOTHING:
                rows.append(_row("  of those advised on", loop.taken(spoken)))
        title = f"13. Closed loop, {group} ({int(inside.sum())} mixes; residual: mean over stems)"
        columns = ("advisor", "mixes", "improved", "unchanged", "worsened", "residual before",
                   *(f"turn {turn + 1}" for turn in range(TURNS)), "worsened, turn 3",
                   "silent by turn 3")  # fmt: skip
        print_rows(console, title, columns, rows)


def sized(mixes: Sequence[Mix], low_db: float, high_db: float) -> np.ndarray:
    """Which mixes have exactly one fault, of low_db or more and less than high_db (or 12)."""
    return np.array(
        [
            len(mix.flaws) == 1
            and low_db <= abs(mix.flaws[0].gain_db)
            and (abs(mix.flaws[0].gain_db) < high_db or high_db == 12.0)
            for mix in mixes
        ]
    )


def _row(name: str, loop: Loop) -> list[str]:
    better, same, worse = loop.outcome()
    interval = bootstrap_rows(loop.song, lambda index: loop.taken(index).outcome()[0], _DRAWS)
    return [
        name,
        str(len(loop.song)),
        _share(interval),
        f"{same:.0%}",
        f"{worse:.0%}",
        *(f"{residual:.2f}" for residual in loop.residual_db.mean(axis=0)),
        f"{loop.outcome(TURNS)[2]:.0%}",
        f"{1 - loop.advised[:, -1].mean():.0%}",
    ]


def _share(estimate: Estimate) -> str:
    return f"{estimate.value:.0%} [{100 * estimate.low:.0f}, {100 * estimate.high:.0f}]"
