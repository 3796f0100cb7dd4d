"""`gainsay mix`: what can be typed after it, and what it prints.

One rule: as in cli.py, whatever is slow to import is imported inside the command.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.options import Anchor, Chart, Sensitivity, SongFolder


def mix(
    song: SongFolder,
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="OUT", help="The mix: .wav or .flac.")
    ],
    anchor: Anchor = None,
    move: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STEM=DB", help="Move this stem instead of asking for advice; repeatable."
        ),
    ] = None,
    effects: Annotated[
        bool, typer.Option("--effects/--no-effects", help="Let MEGAMI add effects, or faders only.")
    ] = True,
    takes: Annotated[int, typer.Option(min=1, max=64, help="How many different takes.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same take.")] = 0,
    stems: Annotated[Path | None, typer.Option(metavar="DIR", help="Write the stems too.")] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what was done as JSON.")
    ] = None,
    free_levels: Annotated[bool, typer.Option(help="Let MEGAMI set the levels too.")] = False,
    nearest: Annotated[
        bool, typer.Option("--nearest", help="Of 16 draws the one that changes your mix least.")
    ] = False,
    mixer: Annotated[
        str, typer.Option(help="megami, or megami-published: it sets all levels, needs --weights.")
    ] = "megami",
    weights: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The published MEGAMI's, converted.")
    ] = None,
    style: Annotated[
        str | None,
        typer.Option(metavar="WORDS", help='Where the effects should go, as in "warm vintage".'),
    ] = None,
    sensitivity: Sensitivity = None,
    chart: Chart = None,
) -> None:
    """Apply the advice (or your own moves), render with MEGAMI, report what was done and why."""
    from assistant.console_view import progress_bar
    from assistant.mixing import (
        MixOptions,
        check_mixer,
        check_places,
        needs_advice,
        parse_moves,
        write_report,
    )
    from assistant.mixing import mix as mix_song
    from assistant.opening import Wishes, load_listener, opened
    from assistant.tools_listening import understood_style

    wishes = Wishes(sensitivity)
    published = check_mixer(mixer, weights, effects)
    options = MixOptions(
        out, tuple(move or ()), effects, takes, seed, stems, free_levels, nearest, published, style
    )
    check_places(options, song, report)
    parse_moves(options.moves)
    understood_style(style, effects)
    with progress_bar() as on_progress:
        listener = load_listener(on_progress) if needs_advice(options) else None
        with opened(
            song, anchor, listener=listener, on_progress=on_progress, wishes=wishes
        ) as here:
            mixed = mix_song(here, options)
    if report is not None:
        write_report(report, mixed)
    _show_mix(mixed, chart)


def _show_mix(mixed: Any, chart: Path | None) -> None:
    """Print what was done and why, and the measured levels of every take."""
    from rich.console import Console

    from assistant.console_view import changes_table, level_chart, write_chart

    console = Console()
    style = [f"style: {mixed.style}, by the effects of every stem"] if mixed.style else []
    print("\n".join([mixed.anchor_why, *mixed.why, *style]))
    for take in mixed.takes:
        console.print(changes_table([change.as_data() for change in take.changes], mixed.anchor))
        for name, sound in take.sound.items():
            print(f"  {name}: {sound}")
        trim = f", all turned down {-take.trim_db:.1f} dB for the peak" if take.trim_db else ""
        print(f"{take.path}: seed {take.seed}, {_loudness(take.lufs, take.true_peak_dbtp)}{trim}")
    changes = mixed.takes[0].changes
    names = [change.stem for change in changes]
    before, after = ([c.before_lu for c in changes], [c.after_lu for c in changes])
    print(level_chart(names, before, after, mixed.anchor))
    if chart is not None:
        write_chart(chart, names, before, after, mixed.anchor)


def _loudness(lufs: float | None, true_peak_dbtp: float | None) -> str:
    if lufs is None or true_peak_dbtp is None:
        return "silent"
    return f"{lufs:.1f} LUFS, peak {true_peak_dbtp:.1f} dBTP"
