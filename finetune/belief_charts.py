"""Charts of beliefs: roles against the drums by genre, and the vocal against all else.

One rule: what is believed is drawn filled and in colour, what was taught hollow and grey.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from finetune.belief_tables import ANCHOR, VOCAL, Cells, vocal_beliefs
from finetune.beliefs import Belief, against_anchor

BELIEVED, TAUGHT = "tab:blue", "0.45"


def draw_charts(
    folder: Path, cells: Cells, genres: Sequence[str], roles: Sequence[str]
) -> list[Path]:
    """Write the charts as PNG files; files of the same name are replaced."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise SystemExit('charts need matplotlib: pip install "gainsay[charts]"') from error
    folder.mkdir(parents=True, exist_ok=True)
    columns = min(4, len(genres))
    rows = -(-len(genres) // columns)
    height = 1.2 + rows * (0.6 + 0.33 * len(roles))
    figure = Figure(figsize=(1.8 + 2.6 * columns, height), layout="constrained")
    panels = list(figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).flat)
    for panel, genre in zip(panels, genres, strict=False):
        found = {role: cells[genre, role] for role in roles if cells.get((genre, role))}
        _draw(panel, {role: against_anchor(one) for role, one in found.items()}, roles)
        panel.set_title(genre)
    for panel in panels[len(genres) :]:
        panel.set_visible(False)
    figure.supxlabel(f"LU against {ANCHOR}: median and 10-90 % range", fontsize="medium")
    files = [_save(figure, folder / "roles_by_genre.png")]
    if vocal := vocal_beliefs(cells):
        figure = Figure(figsize=(6.4, 1.4 + 0.4 * len(vocal)), layout="constrained")
        panel = figure.subplots()
        _draw(panel, vocal, list(vocal))
        panel.set_xlabel(f"{VOCAL} against the sum of all else, LU: median and 10-90 % range")
        files.append(_save(figure, folder / "vocal_by_genre.png"))
    return files


def _save(figure: Any, file: Path) -> Path:
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=2, frameon=False)
    figure.savefig(file, dpi=150)
    return file


def _draw(panel: Any, beliefs: Mapping[str, Belief], lines: Sequence[str]) -> None:
    """One line a role or genre, the first at the top; taught a little under believed."""
    places = {line: len(lines) - 1 - number for number, line in enumerate(lines)}
    drawn = [(places[line], found) for line, found in beliefs.items()]
    panel.errorbar(
        [found.taught_lu for _, found in drawn],
        [place - 0.16 for place, _ in drawn],
        xerr=[found.taught_spread_lu for _, found in drawn],
        fmt="o",
        color=TAUGHT,
        markerfacecolor="white",
        markersize=4.5,
        linewidth=1.0,
        label="taught",
    )
    panel.errorbar(
        [found.centre_lu for _, found in drawn],
        [place + 0.16 for place, _ in drawn],
        xerr=[found.spread_lu for _, found in drawn],
        fmt="o",
        color=BELIEVED,
        markersize=4.5,
        linewidth=1.8,
        label="believed",
    )
    panel.axvline(0.0, color="0.75", linewidth=1.0, zorder=0)
    panel.set_yticks(list(places.values()), labels=list(places))
    panel.set_ylim(-0.7, len(lines) - 0.3)
    panel.grid(axis="x", color="0.9")
    panel.set_axisbelow(True)
