"""`gainsay check`: what can be typed after it, and what it prints.

One rule: what is found wrong is not a failure of the command; it ends with 0 all the same.
"""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.options import AsJson, SongFolder

if TYPE_CHECKING:
    from rich.table import Table

GRADES = {"error": "wrong", "advice": "advice", "fine": "fine"}
COLUMNS = {  # what stands over each column, and where its numbers are
    "average": "average_dbfs",
    "peak": "sample_peak_dbfs",
    "true peak": "true_peak_dbtp",
    "LUFS": "lufs",
    "quietest": "noise_floor_dbfs",
}


def check(
    song: SongFolder,
    move: Annotated[
        list[str] | None,
        typer.Option(metavar="STEM=DB", help="Forecast the mix bus after this move; repeatable."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check gain staging: clipping, peaks, noise, twins, trims, and room on the mix bus."""
    from rich.console import Console

    from assistant.checking import SongCheck
    from assistant.console_view import progress_bar
    from assistant.mixing import parse_moves
    from mixer.loudness import measure
    from mixer.moves import MixState, Move
    from mixer.song import open_song

    with progress_bar() as on_progress:
        opened = open_song(song, on_progress)
        moves = [Move(opened.names[opened.index(name)], db) for name, db in parse_moves(move or ())]
        levels = []
        for done, audio in enumerate(opened.each(), start=1):
            levels.append(measure(audio, opened.sample_rate))
            if on_progress is not None:
                on_progress(done, len(opened.names), "measuring")
        state = MixState.untouched(len(opened.names))
        data = SongCheck(opened, levels).at(state, moves).as_data()
    notes = [*opened.notes, *(str(refusal) for refusal in opened.refused)]
    if as_json:
        print(json.dumps({"song": opened.name, **data, "notes": notes}, indent=2))
        return
    console = Console()
    for line in [*notes, *found_lines(data)]:
        console.print(line, markup=False, highlight=False)
    console.print(check_table(data["stems"]))
    closing = closing_lines(data)
    for line in [*closing, *words_told([*found_lines(data), check_title(), closing[0]])]:
        console.print(line, markup=False, highlight=False)


def words_told(lines: list[str]) -> list[str]:
    """Words of the trade that these lines use, each in plain ones."""
    from assistant.plain_words import meanings_in

    meanings = meanings_in(" ".join(lines), no_terms=("take",))
    return ["Words in this report:", *(f"- {meaning}" for meaning in meanings)] if meanings else []


def check_title() -> str:
    """What stands over the table."""
    return "each stem as its file has it, in dBFS (true peak in dBTP)"


def found_lines(data: dict[str, Any]) -> list[str]:
    """What was found, the worst first, each with what to do; unusual levels are in the table."""
    from assistant.checking import LEVELS

    lines = []
    for grade, heading in (("error", "Really wrong:"), ("advice", "Good to know:")):
        found = [f for f in data["findings"] if f["grade"] == grade and f["kind"] not in LEVELS]
        if found:
            lines.append(heading)
        for finding in found:
            lines += [f"- {finding['told']}.", f"  {finding['cure']}"]
    return lines or ["Nothing is wrong: nothing clips, nothing is silent, the mix bus has room."]


def check_table(stems: list[dict[str, Any]]) -> "Table":
    """The readings of every stem and the trim it would get, one line each."""
    from rich.table import Table
    from rich.text import Text

    from assistant.console_view import shown

    title = Text(check_title())
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("stem", no_wrap=True, min_width=min(30, max(len(r["stem"]) for r in stems)))
    table.add_column("grade")
    for heading in (*COLUMNS, "trim dB"):
        table.add_column(heading, justify="right")
    for row in stems:
        table.add_row(
            Text(row["stem"]),
            GRADES[row["grade"]],
            *(shown(row[key]) for key in COLUMNS.values()),
            shown(row["trim_db"] or None, sign=True),
        )
    return table


def closing_lines(data: dict[str, Any]) -> list[str]:
    """The mix bus now and after the moves, and what the trims rest on."""
    from assistant.tools_checking import bus_text

    lines = [f"mix bus: {bus_text(data['bus']['now'])}"]
    if data["bus"]["after"] is not None:
        moves = ", ".join(f"{move['stem']} {move['gain_db']:+.1f} dB" for move in data["proposal"])
        lines.append(f"after {moves}: {bus_text(data['bus']['after'])}")
    if data["trims"]:
        lines.append(
            "A trim is the gain before any plug-in, set in your own program; the fader behind "
            "them goes the other way, so that the balance stays. In floating point no level does "
            "damage: trims are for plug-ins that model analogue gear."
        )
    lines.append("What is usual, who says so, and how far others part from it:")
    for usual in data["conventions"]:
        span = f"{usual['low']:g} to {usual['high']:g} {usual['unit']}"
        lines.append(f"- {usual['name']}, {span}: {usual['source']}, {usual['basis']}")
        lines.append(f"  ({usual['spread']})")
    return lines
