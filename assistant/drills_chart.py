"""A learner's progress as a picture: every size, whether it was found, and the smallest one heard.

One rule: everything in the picture stands in the plain summary too.
"""

from collections.abc import Sequence
from pathlib import Path

from assistant.console_view import ChartError
from assistant.drills_progress import Answered, estimates


def check_chart(path: Path) -> None:
    """Refuse a name that cannot be written, before anything is practised."""
    if path.suffix.lower() != ".png":
        raise ChartError(f"the chart was to be {path.name}: give it a name that ends in .png")
    if path.exists():
        raise ChartError(f"{path} exists: choose another name, nothing is written over it")


def write_progress_chart(path: Path, rows: Sequence[Answered]) -> None:
    """Write hidden changes over the answers as a PNG file."""
    check_chart(path)
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ChartError('a PNG chart needs matplotlib: pip install "gainsay[charts]"') from error
    own = [row for row in rows if row.kind == "hidden_change"]
    figure = Figure(figsize=(7.0, 3.5), layout="constrained")
    axes = figure.subplots()
    for right, label in ((True, "found"), (False, "missed")):
        points = [(at, row.size_db) for at, row in enumerate(own, start=1) if row.right == right]
        axes.scatter(
            [at for at, _ in points],
            [size_db for _, size_db in points],
            label=label,
            marker="o" if right else "x",  # told apart without colour
            color="tab:blue" if right else "tab:red",
            zorder=2,
        )
    known = [(at, one) for at, one in enumerate(estimates(own), start=1) if one is not None]
    if known:
        places = [at for at, _ in known]
        axes.plot(places, [one.threshold_db for _, one in known], color="0.3", label="reliable")
        low, high = [one.low_db for _, one in known], [one.high_db for _, one in known]
        axes.fill_between(places, low, high, color="0.85", zorder=0)
    axes.set_xlabel("answer")
    axes.set_ylabel("hidden change in dB")
    axes.set_ylim(bottom=0.0)
    axes.legend(frameon=False, loc="best")
    figure.savefig(path, dpi=150)
