"""`gainsay …`: what can be typed, and nothing else. Try `python -m assistant --help`.

One rule: whatever is slow to import is imported inside the command that needs it.
"""

import io
import json
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.cli_check import check
from assistant.cli_consent import consent
from assistant.cli_learn import learn
from assistant.cli_listen_test import listen_test
from assistant.cli_mix import mix
from assistant.cli_serve import PASSED_ON, serve
from assistant.cli_web import web
from assistant.options import (
    Anchor,
    AsJson,
    BaseUrl,
    Chart,
    Genre,
    KeyVariable,
    ListenerKind,
    Model,
    SendsAudio,
    Sensitivity,
    SongFolder,
    TimeoutS,
)

app = typer.Typer(
    name="gainsay",
    help="Talk about a mix: open a folder of stems, choose an anchor, ask, render, compare.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

# Nothing is looked for on a hub, and no library talks over the conversation.
QUIET = {
    "HF_HUB_OFFLINE": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "TRANSFORMERS_VERBOSITY": "error",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}

INTERRUPTED = 130  # exit code after Ctrl-C, which typer has already turned into an exit


@app.command()
def levels(
    song: SongFolder, anchor: Anchor = None, as_json: AsJson = False, chart: Chart = None
) -> None:
    """Measure every stem: LUFS, relative to the anchor, peak, crest."""
    from rich.console import Console

    from assistant.console_view import level_chart, levels_table, progress_bar, write_chart
    from assistant.opening import opened, remarks
    from assistant.tools_levels import level_rows

    with progress_bar() as on_progress, opened(song, anchor, on_progress=on_progress) as here:
        rows = level_rows(here.context)
        if chart is not None:
            relative = here.context.relative_now()
            write_chart(chart, here.song.names, relative, relative, here.anchor)
    if as_json:
        notes = remarks(here.song)
        _print_json({"anchor": here.anchor, "anchor_why": here.why, "levels": rows, "notes": notes})
        return
    console = Console()
    for remark in [*remarks(here.song), here.why]:
        console.print(remark, markup=False, highlight=False)
    console.print(levels_table(rows, here.anchor))
    relative = [row["relative_lu"] for row in rows]
    print(level_chart(here.song.names, relative, relative, here.anchor))


@app.command()
def advise(
    song: SongFolder,
    anchor: Anchor = None,
    about: Annotated[
        str | None,
        typer.Option(metavar="WORDS", help='What you hear, as in "the vocal feels buried".'),
    ] = None,
    sensitivity: Sensitivity = None,
    genre: Genre = None,
    as_json: AsJson = False,
    chart: Chart = None,
    listener: ListenerKind = "embedded",
    base_url: BaseUrl = None,
    model: Model = None,
    audio: SendsAudio = False,
    timeout: TimeoutS = 60.0,
    api_key_env: KeyVariable = None,
) -> None:
    """Listen once, and say what to move against the anchor, or to leave it."""
    from assistant.console_view import level_chart, progress_bar, write_chart
    from assistant.opening import ListenerChoice, Wishes, opened

    wishes = Wishes(sensitivity, genre)
    choice = ListenerChoice(listener, base_url, model, audio, timeout, api_key_env)
    with progress_bar() as on_progress:
        asked = choice.load(on_progress)
        with opened(song, anchor, listener=asked, on_progress=on_progress, wishes=wishes) as here:
            advice = _advice(here.context, about)
    before = [row["relative_lu"] for row in advice.levels]
    after = list(before)
    for move in advice.moves:
        index = here.song.names.index(move.stem)
        after[index] = None if before[index] is None else before[index] + move.gain_db
    if chart is not None:
        write_chart(chart, here.song.names, before, after, advice.anchor)
    if as_json:
        _print_json(advice.as_data())
        return
    reasons = [f"  {reason}" for reason in advice.reasons]
    print("\n".join([here.why, advice.reply, *reasons, advice.setting]))
    print(level_chart(here.song.names, before, after, advice.anchor))


@app.command()
def chat(
    song: SongFolder,
    anchor: Anchor = None,
    session: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Where the journal lives; the user's data folder if left out."
        ),
    ] = None,
    sensitivity: Sensitivity = None,
    genre: Genre = None,
    as_json: AsJson = False,
    listener: ListenerKind = "embedded",
    base_url: BaseUrl = None,
    model: Model = None,
    audio: SendsAudio = False,
    timeout: TimeoutS = 60.0,
    api_key_env: KeyVariable = None,
) -> None:
    """Talk about the song; reads one turn per line when its input is not a terminal."""
    from rich.console import Console

    from assistant.chat import chat_as_json, chat_as_lines, chat_in_terminal, stdin_lines
    from assistant.console_view import progress_bar
    from assistant.opening import ListenerChoice, Wishes, opened

    wishes = Wishes(sensitivity, genre)
    choice = ListenerChoice(listener, base_url, model, audio, timeout, api_key_env)
    with ExitStack() as stack:
        with progress_bar() as on_progress:  # the bar must be gone before the talk begins
            asked = choice.load(on_progress)
            here = stack.enter_context(
                opened(song, anchor, session, True, asked, on_progress, wishes)
            )
        here.context.on_progress = None
        if as_json:
            chat_as_json(here, stdin_lines())
        elif sys.stdin.isatty():
            chat_in_terminal(here, Console())
        else:
            chat_as_lines(here, stdin_lines())


app.command()(check)
app.command()(mix)
app.command()(learn)
app.command(context_settings=PASSED_ON)(serve)
app.command()(web)
app.command()(consent)
app.add_typer(listen_test, name="listen-test")


@app.command()
def demo(
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="DIR", help="Where the mixes go.")
    ] = Path("gainsay-demo"),
) -> None:
    """Three turns about the demo song, and the mix that comes of them."""
    from rich.console import Console

    from assistant.console_view import changes_table, progress_bar
    from assistant.demo import next_steps, run_demo, song_folder
    from assistant.opening import load_listener, opened
    from assistant.tools_listening import free_path

    with progress_bar() as on_progress:
        listener = load_listener(on_progress)
    session = free_path(out, "session")
    with opened(song_folder(), None, session, keep=True, listener=listener) as here:
        shown = run_demo(here, out, Console())
    console = Console()
    console.print(changes_table(shown.changes, here.anchor))
    print(f"before: {shown.before}\nafter:  {shown.after}")
    print("", *next_steps(), sep="\n")


def _advice(context: Any, about: str | None) -> Any:
    """The advice of a listener that judges, or of one that only says what it would move."""
    from assistant.hearing import judges

    if judges(context.listener):
        from assistant.advising import advise as advise_on

        return advise_on(context, about)
    from assistant.serving_advice import advise_read

    return advise_read(context, about)


def _print_json(data: dict[str, Any]) -> None:
    print(json.dumps(data, indent=2))


def main() -> None:
    """Run the command line: 0 = done, 130 = stopped, 2 = a sentence says what the user can mend."""
    given = dict(os.environ)
    for setting, value in QUIET.items():
        os.environ.setdefault(setting, value)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name that the terminal cannot show
    try:
        app(obj=given)
    except (KeyboardInterrupt, SystemExit) as end:
        if isinstance(end, SystemExit) and end.code != INTERRUPTED:
            raise
        print("gainsay: stopped, and nothing half-written is left behind", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # whoever was reading has gone
        sys.exit(141)
    except Exception as error:
        from assistant.context import is_ours

        if not (is_ours(error) or isinstance(error, OSError)):
            raise
        sentence = " ".join(str(error).split())
        print(f"gainsay: {sentence}", file=sys.stderr)
        sys.exit(2)
