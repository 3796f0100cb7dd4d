"""What a test found: estimates with intervals by system, differences of all pairs, counts, checks.

One rule: what is left out of the model is said: listeners that fail the screening, the low anchor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from assistant.listen_test.answers import Result
from assistant.listen_test.kit import LOW_ANCHOR
from assistant.listen_test.mixed_effects import (
    AnalysisError,
    Estimate,
    Fit,
    Observations,
    fit,
)
from assistant.listen_test.screening import Heard, screen_listeners


@dataclass(frozen=True)
class SystemRow:
    """One system's estimate in one item, and the plain numbers: answers, mean, sd, median."""

    item: str
    system: str
    estimate: Estimate
    answers: int
    mean: float
    sd: float
    median: float


@dataclass(frozen=True)
class PairRow:
    """How much better a system is than another; p after Holm over the item's pairs."""

    item: str
    system: str
    other: str
    estimate: Estimate
    p_holm: float


@dataclass(frozen=True)
class Count:
    """How many answers have a value (rate: the mark's scale word), by item and system or pair."""

    item: str
    system: str
    other: str
    value: str
    answers: int


@dataclass(frozen=True, eq=False)
class Analysis:
    """Everything that is reported; left_out: listeners that failed the screening."""

    systems: tuple[SystemRow, ...]
    pairs: tuple[PairRow, ...]
    counts: tuple[Count, ...]
    fits: dict[str, Fit]
    screened: tuple[Heard, ...]
    left_out: tuple[str, ...]
    listeners: int
    songs: int
    answers: int


def analyse(results: Sequence[Result], keep_all: bool = False) -> Analysis:
    """Analyse a test's results; keep_all: listeners that fail the screening too."""
    if not results:
        raise AnalysisError("no answers were given: collect some first")
    screened = screen_listeners(results)
    failed = tuple(one.listener for one in screened if not one.passes)
    left_out = () if keep_all else failed
    kept = [r for r in results if r.listener not in left_out]
    if not kept:
        raise AnalysisError(
            f"all {len(failed)} listeners failed the screening: nothing is left to be analysed "
            "(--keep-all takes them in)"
        )
    systems, pairs, fits = [], [], {}
    for item in dict.fromkeys(r.item for r in kept):
        modelled = [r for r in kept if r.item == item and r.role != LOW_ANCHOR]
        fits[item] = fit(observed(modelled))
        systems += _system_rows(item, fits[item], modelled)
        pairs += _pair_rows(item, fits[item])
    return Analysis(
        tuple(systems), tuple(pairs), tuple(_counts(kept)), fits, tuple(screened), left_out,
        len({r.listener for r in kept}), len({r.song for r in kept}), len(kept),
    )  # fmt: skip


def observed(results: Sequence[Result]) -> Observations:
    """Results as the model takes them."""
    compared = any(r.other for r in results)
    return Observations(
        np.array([r.value for r in results], float),
        tuple(r.listener for r in results),
        tuple(r.song for r in results),
        tuple(r.system for r in results),
        tuple(r.other for r in results) if compared else (),
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down adjustment (1979)."""
    order = np.argsort(p_values, kind="stable")
    adjusted, running = np.empty(len(p_values)), 0.0
    for rank, at in enumerate(order):
        running = max(running, (len(p_values) - rank) * p_values[at])
        adjusted[at] = min(1.0, running)
    return adjusted.tolist()


def _system_rows(item: str, found: Fit, results: Sequence[Result]) -> list[SystemRow]:
    rows = []
    for system in found.systems:
        # Seen from the system: what others were preferred to it by counts against it.
        own = [r.value for r in results if r.system == system]
        own += [-r.value for r in results if r.other == system]
        values = np.array(own)
        sd = float(values.std(ddof=1)) if len(values) > 1 else 0.0
        estimate = found.mean_of(system)
        rows.append(
            SystemRow(
                item,
                system,
                estimate,
                len(values),
                float(values.mean()),
                sd,
                float(np.median(values)),
            )  # fmt: skip
        )
    return sorted(rows, key=lambda row: -row.estimate.value)


def _pair_rows(item: str, found: Fit) -> list[PairRow]:
    chosen = list(combinations(found.systems, 2))
    estimates = [found.difference(*pair) for pair in chosen]
    adjusted = holm([estimate.p for estimate in estimates])
    return [
        PairRow(item, *pair, estimate, p)
        for pair, estimate, p in zip(chosen, estimates, adjusted, strict=True)
    ]


def _counts(results: Sequence[Result]) -> list[Count]:
    """Answers by value; marks of 0 to 100 by fifths, as their scale has them."""
    found: dict[tuple[str, str, str, str], int] = {}
    for r in results:
        system, other, value = r.system, r.other, r.value
        if other and other < system:  # both sides of a pair together
            system, other, value = other, system, 0.0 - value
        marked = r.item == "quality" and not other
        said = _fifth(value) if marked else f"{value:+g}" if other else f"{value:g}"
        key = (r.item, system, other, said)
        found[key] = found.get(key, 0) + 1
    return [Count(*key, answers) for key, answers in sorted(found.items())]


def _fifth(mark: float) -> str:
    low = min(int(mark // 20), 4) * 20
    return f"{low}-{low + 20 if low == 80 else low + 19}"
