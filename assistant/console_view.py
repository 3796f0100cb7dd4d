"""What the terminal shows: tables of levels, before and after, a level chart, progress.

One rule: numbers come in ready; nothing is measured or decided here.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

CHART_CELLS = 41
CHART_STEPS_LU = (1.0, 2.0, 3.0)  # how much one cell may stand for


class ChartError(ValueError):
    """A chart that cannot be drawn: the message says the cure."""


def shown(value: float | None, sign: bool = False, unit: str = "") -> str:
    """A number with one decimal, or a dash where there is none."""
    if value is None:
        return "-"
    return f"{value:+.1f}{unit}" if sign else f"{value:.1f}{unit}"


def levels_table(rows: Sequence[dict[str, Any]], anchor: str) -> Table:
    """The meters of every stem, one line each."""
    title = Text(f"levels against {anchor}")
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("stem", no_wrap=True, min_width=min(30, max(len(r["stem"]) for r in rows)))
    for heading in ("LUFS", "LU", "max 3 s", "range LU", "peak dBTP", "crest dB"):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(
            Text(row["stem"] + (" (muted)" if row["muted"] else "")),  # names are no markup
            shown(row["lufs"]) if row["lufs"] is not None else "no level",
            "anchor" if row["stem"] == anchor else shown(row["relative_lu"], sign=True),
            shown(row["short_term_max_lufs"]),
            shown(row["range_lu"]),
            shown(row["true_peak_dbtp"]),
            shown(row["crest_db"]),
        )
    return table


def changes_table(rows: Sequence[dict[str, Any]], anchor: str) -> Table:
    """Measured levels before and after, one line a stem."""
    title = Text(f"measured, LU against {anchor}")
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("stem", no_wrap=True, min_width=min(40, max(len(r["stem"]) for r in rows)))
    for heading in ("before", "after", "change dB"):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(
            Text(row["stem"]),
            shown(row["before_lu"], sign=True),
            shown(row["after_lu"], sign=True),
            shown(row["change_db"], sign=True),
        )
    return table


def level_chart(
    names: Sequence[str],
    before: Sequence[float | None],
    after: Sequence[float | None],
    anchor: str,
) -> str:
    """Levels against the anchor as text: o before, # after, | the anchor's level."""
    told = [value for value in (*before, *after) if value is not None]
    reach = max([abs(value) for value in told], default=0.0)
    middle = CHART_CELLS // 2
    step_lu = next((step for step in CHART_STEPS_LU if reach <= step * middle), reach / middle)
    width = max(len(name) for name in names)
    lines = [f"{'':{width}}  LU against {anchor}: o before, # after, | anchor"]
    for name, was, now in zip(names, before, after, strict=True):
        cells = [" "] * CHART_CELLS
        cells[middle] = "|"
        for value, mark in ((was, "o"), (now, "#")):
            if value is not None:
                cells[middle + round(value / step_lu)] = mark
        change = shown(now, sign=True)
        if was is not None and now is not None and abs(now - was) >= 0.05:
            change = f"{shown(was, sign=True)} -> {change}"
        lines.append(f"{name:{width}}  {''.join(cells)}  {change}")
    return "\n".join(lines)


def write_chart(
    path: Path,
    names: Sequence[str],
    before: Sequence[float | None],
    after: Sequence[float | None],
    anchor: str,
) -> None:
    """The same chart as a PNG file."""
    if path.suffix.lower() != ".png":
        raise ChartError(f"the chart was to be {path.name}: give it a name that ends in .png")
    if path.exists():
        raise ChartError(f"{path} exists: choose another name, nothing is written over it")
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ChartError('a PNG chart needs matplotlib: pip install "gainsay[charts]"') from error
    figure = Figure(figsize=(7.0, 1.0 + 0.35 * len(names)), layout="constrained")
    axes = figure.subplots()
    places = list(range(len(names)))[::-1]
    for place, was, now in zip(places, before, after, strict=True):
        if was is not None and now is not None:
            axes.plot([was, now], [place, place], color="0.7", zorder=1)
    for values, label, filled in ((before, "before", False), (after, "after", True)):
        points = [(v, place) for v, place in zip(values, places, strict=True) if v is not None]
        axes.scatter(
            [value for value, _ in points],
            [place for _, place in points],
            label=label,
            edgecolors="tab:blue",
            facecolors="tab:blue" if filled else "white",
            zorder=2,
        )
    axes.axvline(0.0, color="0.3", linewidth=1.0)
    axes.set_yticks(places, labels=[name.replace("$", r"\$") for name in names])
    axes.set_xlabel(f"LU against {anchor}".replace("$", r"\$"))
    axes.legend(frameon=False, loc="best")
    figure.savefig(path, dpi=150)


@contextmanager
def progress_bar() -> Iterator[Any]:
    """A callback (done, total, what) that draws a bar on standard error, if that is a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(30), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None, visible=False)

        def on_progress(done: int, total: int, what: str) -> None:
            progress.update(
                task,
                description=what[:40],
                completed=done,
                total=max(total, 1),
                visible=done < total,
            )

        yield on_progress
