"""An analysis on paper: a text, three CSVs and, where matplotlib is there, a picture.

One rule: every number of the text stands in one of the CSVs.
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from assistant.listen_test.analysis import Analysis
from assistant.listen_test.mixed_effects import Estimate
from assistant.listen_test.screening import LEAST_MARK, MOST_SHARE
from assistant.listen_test.sources import TestError

FILES = ("report.txt", "systems.csv", "pairs.csv", "counts.csv")
CHART = "systems.png"
_ESTIMATE = ("estimate", "standard_error", "df", "low_95", "high_95", "p")


def write_report(folder: Path, found: Analysis) -> list[Path]:
    """Write everything into a folder; the picture is left out where matplotlib is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    if there := [name for name in (*FILES, CHART) if (folder / name).exists()]:
        raise TestError(f"{folder / there[0]} is there already: choose another folder with --out")
    (folder / FILES[0]).write_text("\n".join(report_lines(found)) + "\n", encoding="utf-8")
    _write(
        folder / FILES[1],
        ("item", "system", *_ESTIMATE, "answers", "mean", "sd", "median"),
        (
            (r.item, r.system, *_numbers(r.estimate), r.answers, r.mean, r.sd, r.median)
            for r in found.systems
        ),
    )
    _write(
        folder / FILES[2],
        ("item", "system", "other", *_ESTIMATE, "p_holm"),
        ((r.item, r.system, r.other, *_numbers(r.estimate), r.p_holm) for r in found.pairs),
    )
    _write(
        folder / FILES[3],
        ("item", "system", "other", "value", "answers"),
        ((r.item, r.system, r.other, r.value, r.answers) for r in found.counts),
    )
    files = [folder / name for name in FILES]
    return [*files, folder / CHART] if _draw(folder / CHART, found) else files


def report_lines(found: Analysis) -> list[str]:
    """The analysis as it is printed."""
    lines = [
        f"{found.answers} answers of {found.listeners} listeners on {found.songs} songs.",
        *_screening_lines(found),
    ]
    for item, fitted in found.fits.items():
        compared = any(row.item == item for row in found.pairs) and not _rates(fitted.sd)
        unit = "worth on the scale of -3 to 3, 0 on average" if compared else "mean"
        lines += ["", f"{item}: {unit}, with 95 % intervals"]
        for row in (r for r in found.systems if r.item == item):
            lines.append(f"  {row.system:<24} {_told(row.estimate)}   {row.answers} answers")
        lines.append("  differences (p after Holm)")
        for pair in (r for r in found.pairs if r.item == item):
            name = f"{pair.system} - {pair.other}"
            lines.append(f"  {name:<24} {_told(pair.estimate)}   p {_p(pair.p_holm)}")
        parts = ", ".join(f"{name} {sd:.2f}" for name, sd in fitted.sd.items())
        lines.append(f"  standard deviations: {parts}")
        if not fitted.converged:
            lines.append("  the fit did not settle: take these numbers with care")
        lines += _count_lines(found, item)
    return [
        *lines,
        "",
        "A linear mixed model by REML: listeners, songs, and how each of them favours each system "
        "are random; degrees of freedom after Satterthwaite.",
    ]


def _screening_lines(found: Analysis) -> list[str]:
    if not found.screened:
        return ["There was no hidden reference, so listeners were not screened."]
    rule = (
        f"Screening (ITU-R BS.1534-3): the hidden reference below {LEAST_MARK:g}, or the low "
        f"anchor above it, on more than {MOST_SHARE:.0%} of the screens."
    )
    failed = [one for one in found.screened if not one.passes]
    if not failed:
        return [f"{rule} All {len(found.screened)} listeners pass."]
    done = "left out" if found.left_out else "kept as you asked"
    return [
        f"{rule} {len(failed)} of {len(found.screened)} listeners fail, {done}:",
        *(f"  {one.told()}" for one in failed),
    ]


def _count_lines(found: Analysis, item: str) -> list[str]:
    """How often each value was given, one line a system or pair."""
    counts = [c for c in found.counts if c.item == item]
    lines = ["  how often each value was given"]
    for system, other in dict.fromkeys((c.system, c.other) for c in counts):
        own = [c for c in counts if (c.system, c.other) == (system, other)]
        name = f"{system} - {other}" if other else system
        own.sort(key=lambda c: float(c.value.split("-")[0] or c.value))
        lines.append(f"  {name:<24} {', '.join(f'{c.value}: {c.answers}' for c in own)}")
    return lines


def _rates(sd: dict[str, float]) -> bool:
    """Whether an item was rated: comparisons have no effect of a listener alone."""
    return "listener" in sd


def _told(one: Estimate) -> str:
    return f"{one.value:7.2f} [{one.low:.2f}, {one.high:.2f}]"


def _p(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _numbers(one: Estimate) -> tuple[float, ...]:
    return (one.value, one.standard_error, one.df, one.low, one.high, one.p)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            writer.writerow(f"{x:.6g}" if isinstance(x, float) else x for x in row)


def _draw(path: Path, found: Analysis) -> bool:
    """Estimates with their intervals, a panel an item."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return False
    items = list(found.fits)
    figure = Figure(figsize=(4.0 * len(items), 3.5), layout="constrained")
    for axes, item in zip(figure.subplots(1, len(items), squeeze=False)[0], items, strict=True):
        rows = [row for row in found.systems if row.item == item]
        values = [row.estimate.value for row in rows]
        ends = [
            [row.estimate.value - row.estimate.low for row in rows],
            [row.estimate.high - row.estimate.value for row in rows],
        ]
        axes.errorbar(values, range(len(rows)), xerr=ends, fmt="o", capsize=4)
        axes.set_yticks(range(len(rows)), [row.system for row in rows])
        axes.invert_yaxis()
        axes.set_title(item)
        axes.set_xlabel("estimate, 95 % interval")
        axes.grid(axis="x", alpha=0.3)
    figure.savefig(path, dpi=150)
    return True
