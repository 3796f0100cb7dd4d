"""`gainsay listen-test`: what can be typed after it, and what it prints.

One rule: as in cli.py, whatever is slow to import is imported inside the command.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.options import SongFolder

if TYPE_CHECKING:
    from assistant.listen_test.kit import Made

listen_test = typer.Typer(
    help="Listening tests with people: loudness-matched, blind, balanced; with their analysis.",
    no_args_is_help=True,
)
TestFolder = Annotated[Path, typer.Argument(metavar="TEST", help="Folder that make has written.")]


@listen_test.command()
def gather(
    song: SongFolder,
    into: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where FOLDER/SONG/NAME.wav is written.")
    ],
    version: Annotated[
        list[str],
        typer.Option(metavar="NAME=VERSION", help="As in before=v0, advised=v2, megami=take1."),
    ],
    session: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The session; the song's usual one.")
    ] = None,
) -> None:
    """Write versions and takes of a session as mixes that a test can be made from."""
    from assistant.listen_test.gathering import gather as gather_versions
    from assistant.opening import opened

    with opened(song, None, session, keep=True) as here:
        for path in gather_versions(here.context, into, version):
            print(path)


@listen_test.command()
def make(
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="FOLDER/SONG/SYSTEM.wav, the same systems each."),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="TEST", help="A new folder.")],
    kind: Annotated[
        str,
        typer.Option(
            help="rate: all mixes of a song from 0 to 100; compare: two at a time, seven grades; "
            "advice: texts (SONG/SYSTEM.txt beside one mix), four statements."
        ),
    ] = "rate",
    listeners: Annotated[int, typer.Option(min=1, max=999, help="How many will listen.")] = 12,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same orders.")] = 0,
    seconds: Annotated[float, typer.Option(min=1.0, max=300.0, help="Of each song.")] = 20.0,
    start: Annotated[
        float | None, typer.Option(min=0.0, metavar="SECONDS", help="Else where it is loudest.")
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(
            metavar="SYSTEM", help="rate: this one is shown, and hidden among the others."
        ),
    ] = None,
    low_anchor: Annotated[
        bool, typer.Option(help="rate: add the reference without what is above 3.5 kHz.")
    ] = False,
    question: Annotated[str | None, typer.Option(help="What is asked, in your words.")] = None,
) -> None:
    """Make a test: matched excerpts, an order for every listener, a page; the key beside it."""
    from assistant.listen_test.design import KINDS
    from assistant.listen_test.kit import TestOptions
    from assistant.listen_test.kit import make as make_test
    from assistant.listen_test.sources import TestError, read_sources

    if kind not in KINDS:
        raise TestError(f"--kind {kind} was given: {', '.join(KINDS)} are known")
    options = TestOptions(kind, listeners, seed, seconds, start, reference, low_anchor, question)
    made = make_test(read_sources(folder, kind), out, options)
    for line in made_lines(made, listeners):
        print(line)


def made_lines(made: "Made", listeners: int) -> list[str]:
    """What a test holds: every level as it was read back, and how even the orders are."""
    levels = [one.lufs for one in made.stimuli.values() if one.lufs is not None]
    heard = [one for one in made.stimuli.values() if one.offset_db is not None]
    lines = []
    for song, region in made.regions.items():
        end_s = region.start_s + region.seconds
        lines.append(f"{song}: {region.start_s:.1f} to {end_s:.1f} s")
        for one in sorted((s for s in heard if s.song == song), key=lambda s: (s.role, s.system)):
            name = one.system if one.role in ("system", "mix") else f"{one.system} ({one.role})"
            lines.append(f"  {name:<32} {one.offset_db:+6.2f} dB, {one.lufs:.2f} LUFS as written")
    return [
        *lines,
        f"{len(heard)} recordings, {max(levels) - min(levels):.2f} LU apart; {made.screens} "
        f"screens a listener.",
        f"{made.balance.told(listeners)[:1].upper()}{made.balance.told(listeners)[1:]}.",
        f"Run it: gainsay listen-test run {made.folder} (or put {made.folder / 'page'} on any web "
        "server, and what listeners download into answers/).",
        f"What is which stands in {made.folder / 'key.json'}: leave it closed until all have "
        "listened.",
    ]


@listen_test.command()
def run(
    test: TestFolder,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 7870,
    open_page: Annotated[bool, typer.Option("--open/--no-open", help="Open a browser.")] = True,
) -> None:
    """Open the page of a test on this machine; every answer is saved when it is given."""
    import webbrowser

    from assistant.listen_test.serving import TestServer
    from assistant.listen_test.sources import TestError

    with TestServer(test, port) as server:
        if server.book.is_closed:
            raise TestError(f"{test} has ended: no answer is taken any more (make a new test)")
        done = len(server.book.finished())
        print(f"{done} of {server.book.listeners} listeners have finished.")
        print(
            f"The test is at {server.address}; Ctrl-C ends it, what was answered stays.", flush=True
        )
        if open_page:
            webbrowser.open(server.address)
        server.serve_forever()


@listen_test.command()
def collect(
    test: TestFolder,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE.csv", help="The results.")],
    end: Annotated[
        bool, typer.Option("--end", help="End the test now: no answer is taken after that.")
    ] = False,
) -> None:
    """Open the key and write all answers with their names, once everybody has listened."""
    from assistant.listen_test.answers import as_csv
    from assistant.listen_test.answers import collect as collect_answers
    from assistant.listen_test.sources import TestError

    if out.exists():
        raise TestError(f"{out} is there already: choose another name, nothing is written over it")
    results = collect_answers(test, end)
    out.write_text(as_csv(results), encoding="utf-8")
    people = len({result.listener for result in results})
    print(f"{out}: {len(results)} answers of {people} listeners. The test has ended.")


@listen_test.command()
def analyse(
    results: Annotated[
        Path, typer.Argument(metavar="RESULTS.csv", help="What collect has written.")
    ],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="DIR", help="Write report, CSVs, picture.")
    ] = None,
    keep_all: Annotated[
        bool, typer.Option("--keep-all", help="Keep listeners that miss the hidden reference.")
    ] = False,
) -> None:
    """Estimate what each system is worth: a mixed model with random listeners and songs."""
    from assistant.listen_test.analysis import analyse as analyse_results
    from assistant.listen_test.answers import read_results
    from assistant.listen_test.report import report_lines, write_report

    found = analyse_results(read_results(results), keep_all)
    for line in report_lines(found):
        print(line)
    if out is not None:
        for path in write_report(out, found):
            print(path)
