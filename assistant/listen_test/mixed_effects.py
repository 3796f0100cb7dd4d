"""What systems are worth, from ratings or comparisons: a linear mixed model with crossed effects.

One rule: listeners and songs are samples of those there are, so both are random, and so is how much
each listener and each song favours each system; intervals use Satterthwaite's degrees of freedom.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from assistant.listen_test.reml import Reml, fit_reml

FEWEST_ROWS = 8


class AnalysisError(ValueError):
    """Answers that cannot be analysed: the message says got, needed and cure."""


@dataclass(frozen=True)
class Observations:
    """Ratings of systems, or comparisons of two: value (n,) of system (n,), against other (n,).

    other: empty where each row rates one system; else positive values prefer `system`.
    """

    value: np.ndarray
    listener: tuple[str, ...]
    song: tuple[str, ...]
    system: tuple[str, ...]
    other: tuple[str, ...] = ()

    @property
    def systems(self) -> tuple[str, ...]:
        """All systems by name."""
        return tuple(sorted({*self.system, *self.other}))


@dataclass(frozen=True)
class Estimate:
    """A number with its standard error, degrees of freedom, 95 % interval and p against 0."""

    value: float
    standard_error: float
    df: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted model of k systems.

    sd: standard deviations of listener, song, listener:system, song:system (as far as they can be
    told apart) and residual. of_systems (k, p): the systems' effects from the fixed ones.
    """

    systems: tuple[str, ...]
    sd: dict[str, float]
    converged: bool
    of_systems: np.ndarray
    found: Reml

    def contrast(self, weights: Sequence[float] | np.ndarray) -> Estimate:
        """The estimate of a weighted sum of the systems' effects."""
        design = np.asarray(weights, float) @ self.of_systems
        value = float(design @ self.found.fixed)
        variance, df = self.found.variance_and_df(design)
        error = float(np.sqrt(variance))
        half = float(stats.t.ppf(0.975, df)) * error
        p = float(2 * stats.t.sf(abs(value) / error, df)) if error else float("nan")
        return Estimate(value, error, df, value - half, value + half, p)

    def mean_of(self, system: str) -> Estimate:
        """One system's effect: its mean rating, or its worth where systems were compared."""
        return self.contrast([float(name == system) for name in self.systems])

    def difference(self, system: str, other: str) -> Estimate:
        """How much better one system is than another."""
        return self.contrast(
            [float(name == system) - float(name == other) for name in self.systems]
        )


def fit(seen: Observations) -> Fit:
    """Fit by REML; ratings have a mean for every system, comparisons worths that sum to nothing."""
    _check(seen)
    systems = seen.systems
    chosen = _indicator(seen.system, systems)
    signed = chosen - _indicator(seen.other, systems) if seen.other else chosen
    # Worths of compared systems are told from each other only: k - 1 columns.
    of_systems = _centred(len(systems)) if seen.other else np.eye(len(systems))
    found = fit_reml(seen.value, signed @ of_systems, _effects(seen, signed))
    sd = {name: float(np.sqrt(variance)) for name, variance in found.variances.items()}
    return Fit(systems, sd, found.converged, of_systems, found)


def _check(seen: Observations) -> None:
    """Refuse what no such model can be fitted to."""
    counts = {
        "listeners": len(set(seen.listener)), "songs": len(set(seen.song)),
        "systems": len(seen.systems),
    }  # fmt: skip
    if few := [f"{count} {name}" for name, count in counts.items() if count < 2]:
        raise AnalysisError(
            f"{' and '.join(few)} in {len(seen.value)} answers: two of each and more are needed, "
            "since the rest would be no sample (ask more listeners, or add songs)"
        )
    if len(seen.value) < FEWEST_ROWS or float(np.ptp(seen.value)) == 0.0:
        raise AnalysisError(
            f"{len(seen.value)} answers with values {seen.value.min():g} to {seen.value.max():g}: "
            f"{FEWEST_ROWS} and more that differ are needed (ask more listeners)"
        )


def _effects(seen: Observations, signed: np.ndarray) -> dict[str, np.ndarray]:
    """Random effects by name, each as its columns (n, levels)."""
    listeners = _indicator(seen.listener, sorted(set(seen.listener)))
    songs = _indicator(seen.song, sorted(set(seen.song)))
    found = {} if seen.other else {"listener": listeners, "song": songs}
    for name, levels in (("listener", listeners), ("song", songs)):
        cells = np.einsum("nl,ns->nls", levels, signed).reshape(len(signed), -1)
        cells = cells[:, np.abs(cells).any(axis=0)]
        if cells.shape[1] < len(signed):  # else they are the residual
            found[f"{name}:system"] = cells
    return found


def _indicator(values: Sequence[str], levels: Sequence[str]) -> np.ndarray:
    """(n, levels): 1 where a row has the level."""
    place = {level: index for index, level in enumerate(levels)}
    found = np.zeros((len(values), len(levels)))
    found[np.arange(len(values)), [place[value] for value in values]] = 1.0
    return found


def _centred(count: int) -> np.ndarray:
    """(k, k - 1) whose columns span the worths that sum to nothing."""
    return np.vstack([np.eye(count - 1), -np.ones(count - 1)])
