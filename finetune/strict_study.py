"""What the sections of the strict protocol share: the mixes, the advisors, and what those said.

One rule: an advisor is asked once about a mix, whatever the number of sections that look at it.
"""

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from rich.console import Console
from rich.table import Table

from finetune import baselines
from finetune.judged_mixes import (
    Mix,
    drawn_mix,
    hearing_of,
    listen_to_all,
    pushed,
    rendered_mixes,
    unnamed,
)
from finetune.observer import GRID, KEEP, IdealObserver
from finetune.scenes import SongBank
from finetune.scoring import Case, Judged, judge
from mixer.balance import BalancePrior

CHANCE, EQUAL = "chance", "equal loudness"
LEVELS, ALWAYS = "levels only", "levels only, always error"
OBSERVER, OBSERVER_GENRE = "ideal observer (true roles)", "ideal observer (and genre)"
LISTENER, UNNAMED, GENRE_TOLD = "Gainsay, names tell", "Gainsay, no names", "Gainsay, genre told"
NOTHING = "do nothing"
CLEAR_DB = 3.0  # a smaller fault is ambiguous: neither to be found nor to be left
SWEEP_DB = (0.5, 1.0, 1.5, 2.0, 3.0, 4.5, 6.0, 9.0, 12.0)

Advisor = Callable[[Sequence[Mix]], list[np.ndarray]]


class Panel:
    """Advisors by name, each asked once about a mix."""

    def __init__(self, advisors: dict[str, Advisor]):
        self.advisors = advisors
        self._said: dict[str, dict[Mix, np.ndarray]] = {name: {} for name in advisors}

    def add(self, name: str, advisor: Advisor) -> None:
        """Seat one more advisor."""
        self.advisors[name], self._said[name] = advisor, {}

    def posteriors(self, name: str, mixes: Sequence[Mix]) -> list[np.ndarray]:
        """What an advisor says of these mixes, (S, 49) each."""
        said = self._said[name]
        new = [mix for mix in dict.fromkeys(mixes) if mix not in said]
        said.update(zip(new, self.advisors[name](new), strict=True))
        return [said[mix] for mix in mixes]

    def judged(self, name: str, mixes: Sequence[Mix]) -> Judged:
        """The same, compared with the truth."""
        said = self.posteriors(name, mixes)
        return judge(
            [Case(one, 0, mix.flaws, mix.song) for one, mix in zip(said, mixes, strict=True)]
        )


@dataclass(frozen=True, eq=False)
class Sweep:
    """One stem of a balance that is right, pushed by each of gains_db: one mix a gain."""

    stem: int
    gains_db: np.ndarray
    mixes: tuple[Mix, ...]


@dataclass(eq=False)
class Study:
    """One split of songs before a panel. threshold: from which P(fault) on a move is advised."""

    bank: SongBank
    prior: BalancePrior
    panel: Panel
    threshold: float
    rounds: int = 4
    seed: int = 0
    listener: object | None = None

    @property
    def listeners(self) -> tuple[str, ...]:
        """The listener's rows, none where no listener was given."""
        return (LISTENER, UNNAMED) if self.listener is not None else ()

    @cached_property
    def mixes(self) -> list[Mix]:
        """Balances with 0 to 3 faults."""
        return rendered_mixes(self.bank, self.prior, self.seed, self.rounds)

    @cached_property
    def sweeps(self) -> list[Sweep]:
        """One pushed stem a song."""
        sweeps = []
        gains_db = np.array(sorted({*SWEEP_DB, 0.0, *(-size for size in SWEEP_DB)}))
        for number, record in enumerate(self.bank.records):
            rng = np.random.default_rng([self.seed, number, 1])
            right = drawn_mix(record, self.prior, rng, fault_count=0, nudged_share=0.0)
            stem = int(rng.integers(1, len(right.names)))
            at_stem = np.eye(len(right.names))[stem]
            mixes = tuple(pushed(right, gain_db * at_stem) for gain_db in gains_db)
            sweeps.append(Sweep(stem, gains_db, mixes))
        return sweeps

    def clear(self, mixes: Sequence[Mix]) -> list[Mix]:
        """The mixes in which every fault is one of 3 dB or more."""
        return [mix for mix in mixes if all(abs(f.gain_db) >= CLEAR_DB for f in mix.flaws)]


def make_panel(prior: BalancePrior, listener, seed: int = 0) -> Panel:
    """All rows of the tables; without a listener, the others."""
    observer = IdealObserver(prior)
    levels_only = baselines.fit_levels_only(prior, np.random.default_rng(seed))

    def by_levels(mix: Mix) -> np.ndarray:
        return levels_only.advise(mix.relative_db, 0)

    def by_roles(mix: Mix, genre: str | None = None) -> np.ndarray:
        roles = [role or "effects" for role in mix.roles]
        return observer.posterior(mix.relative_db, roles, 0, genre, mix.activity)

    advisors = {
        CHANCE: each(lambda mix: baselines.chance(_coin(mix), len(mix.names), 0)),
        EQUAL: each(lambda mix: baselines.equal_loudness(mix.relative_db, 0)),
        LEVELS: each(by_levels),
        ALWAYS: each(lambda mix: baselines.always_error(by_levels(mix), 0)),
        OBSERVER: each(by_roles),
        OBSERVER_GENRE: each(lambda mix: by_roles(mix, mix.genre)),
        NOTHING: each(_leave_it),
    }
    if listener is not None:
        advisors[LISTENER] = asked(listener)
        advisors[UNNAMED] = lambda mixes: asked(listener)([unnamed(mix) for mix in mixes])
        advisors[GENRE_TOLD] = asked(listener, genre_told=True)
    return Panel(advisors)


def each(advise: Callable[[Mix], np.ndarray]) -> Advisor:
    """An advisor of many mixes from one that takes them one by one."""
    return lambda mixes: [advise(mix) for mix in mixes]


def asked(listener, senses: str = "all", genre_told: bool = False) -> Advisor:
    """A listener as an advisor."""
    return lambda mixes: listen_to_all(
        listener, [hearing_of(mix, genre_told) for mix in mixes], senses
    )


def _coin(mix: Mix) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(mix.levels.tobytes()))


def _leave_it(mix: Mix) -> np.ndarray:
    posterior = np.zeros((len(mix.names), len(GRID)))
    posterior[:, KEEP] = 1.0
    return posterior


def print_rows(
    console: Console, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    """A table whose first column is words and whose others are numbers."""
    console.print(f"\n{title}", style="bold")
    table = Table()
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place == 0 else "right", no_wrap=place == 0)
    for row in rows:
        table.add_row(*row)
    console.print(table)
