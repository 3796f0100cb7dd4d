"""Whether what is said is as sure as it is said: chances of a fault, and the range of a move.

One rule: a stem counts, not a mix, since the product shows a confidence and a range per move.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console

from assistant.hearing import Judgement
from finetune.judged_mixes import Mix
from finetune.scoring import Judged, curve, p_fault, told_fault
from finetune.strict_scores import Reliability, reliability
from finetune.strict_study import LEVELS, OBSERVER, OBSERVER_GENRE, Study, print_rows
from mixer.moves import on_grid


@dataclass(frozen=True)
class Coverage:
    """How often the range holds the needed move, how wide it is, and of how many faults."""

    held: float
    width_db: float
    count: int


def coverage(said: Sequence[np.ndarray], mixes: Sequence[Mix], threshold: float = -1.0) -> Coverage:
    """How often the product's range holds the needed move, given the direction of the fault.

    Of faults whose P(fault) exceeds the threshold; a move counts as the one nearest on the grid.
    """
    held, width = [], []
    for posterior, mix in zip(said, mixes, strict=True):
        chance = told_fault(posterior)
        for flaw in mix.flaws:
            if chance[flaw.stem] <= threshold:
                continue
            judged = Judgement(mix.names, 0, posterior)
            needed = judged.needed(flaw.stem, 1 if flaw.gain_db < 0 else -1)
            held.append(needed.low_db <= on_grid(-flaw.gain_db) <= needed.high_db)
            width.append(needed.high_db - needed.low_db)
    if not held:
        return Coverage(float("nan"), float("nan"), 0)
    return Coverage(float(np.mean(held)), float(np.mean(width)), len(held))


def of_stems(said: Sequence[np.ndarray], mixes: Sequence[Mix]) -> Reliability:
    """P(fault) of every stem but the anchors against whether it is at fault."""
    chance = np.concatenate([p_fault(one)[1:] for one in said])
    return reliability(
        np.clip(chance, 0.0, 1.0), np.concatenate([at_fault(mix)[1:] for mix in mixes])
    )


def at_fault(mix: Mix) -> np.ndarray:
    """Which stems are off by 1.5 dB or more, (S,) bool."""
    wrong = np.zeros(len(mix.names), bool)
    wrong[[flaw.stem for flaw in mix.flaws]] = True
    return wrong


def show(study: Study, console: Console, plots: Path | None = None) -> None:
    """Print the reliability of P(fault) and the coverage of ranges; draw them if asked."""
    names = (LEVELS, *study.listeners, OBSERVER, OBSERVER_GENRE)
    found = {
        name: of_stems(study.panel.posteriors(name, study.mixes), study.mixes) for name in names
    }
    columns = ("advisor", *(f"{low}-{low + 10} %" for low in range(0, 100, 10)), "ECE")
    rows = [
        [
            name,
            *(f"{t:.0%} of {n}" if n else "-" for t, n in zip(one.true, one.count, strict=True)),
            f"{one.error:.3f}",
        ]
        for name, one in found.items()
    ]
    print_rows(console, "Share at fault of stems that are said to be, by P(fault)", columns, rows)
    rows = []
    for name in names:
        said = study.panel.posteriors(name, study.mixes)
        cells = [name]
        for limit in (-1.0, study.threshold):
            one = coverage(said, study.mixes, limit)
            cells += [f"{one.held:.1%}", f"{one.width_db:.1f}", str(one.count)]
        rows.append(cells)
    columns = ("advisor", "all faults: held", "width dB", "faults",
               "advised on: held", "width dB", "faults")  # fmt: skip
    title = "Range of 80 % of the needed move, given a fault in this direction"
    print_rows(console, title, columns, rows)
    if plots is not None:
        clear = study.clear(study.mixes)
        judged = {name: study.panel.judged(name, clear) for name in names}
        draw(plots, found, judged, study.bank.split)
        console.print(f"drawn: {plots / 'reliability.png'}, {plots / 'curve.png'}")


def draw(
    folder: Path, found: dict[str, Reliability], judged: dict[str, Judged], split: str
) -> None:
    """Write reliability.png, and curve.png with joint accuracy against false alarms."""
    try:
        import matplotlib
    except ImportError as error:
        raise ImportError(
            'matplotlib is missing, plots need it: pip install "gainsay[charts]"'
        ) from error
    matplotlib.use("Agg")
    from matplotlib import pyplot

    folder.mkdir(parents=True, exist_ok=True)
    figure, axes = pyplot.subplots(figsize=(5, 5), layout="constrained")
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
    for name, one in found.items():
        axes.plot(one.said, one.true, marker="o", markersize=3, label=f"{name}, {one.error:.3f}")
    axes.set(xlabel="P(fault) said of a stem", ylabel="share at fault", title=f"{split} songs, ECE")
    axes.legend(fontsize=7)
    figure.savefig(folder / "reliability.png", dpi=150)
    figure, axes = pyplot.subplots(figsize=(5, 5), layout="constrained")
    for name, one in judged.items():
        alarms, joint = curve(one)
        axes.plot(alarms, joint, linewidth=1.2, label=name)
    axes.set(xlabel="false alarms on untouched mixes", ylabel="stem and direction right",
             title=f"{split} songs, one fault of 3 dB or more")  # fmt: skip
    axes.legend(fontsize=7)
    figure.savefig(folder / "curve.png", dpi=150)
    pyplot.close("all")
