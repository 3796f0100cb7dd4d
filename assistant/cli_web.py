"""`gainsay web`: what can be typed after it, and the server that it starts.

One rule: as in cli.py, whatever is slow to import is imported inside the command.
"""

from pathlib import Path
from typing import Annotated

import typer


def web(
    song: Annotated[
        Path | None,
        typer.Argument(metavar="[SONG]", help="Folder of stems; the page asks if left out."),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen at; others than this machine need a password.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 7860,
    password: Annotated[
        str | None,
        typer.Option(envvar="GAINSAY_PASSWORD", help="Asked for by the browser; any user name."),
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Host name that the page is reached by; repeatable."),
    ] = None,
    rooms: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where sessions live; your data folder if left out."),
    ] = None,
    keep_days: Annotated[
        float, typer.Option(min=0.0, help="Sessions unused for so many days are removed.")
    ] = 30.0,
    open_page: Annotated[bool, typer.Option("--open/--no-open", help="Open a browser.")] = True,
) -> None:
    """Open the page: talk, move faders, compare versions, in the browser."""
    from assistant.context import ToolError
    from assistant.opening import load_listener
    from mixer.audio_files import audio_files

    try:
        from assistant.web.serving import Server, default_rooms, is_loopback
    except ImportError as error:
        raise ToolError(f'the page needs {error.name}: pip install "gainsay[web]"') from error
    if song is not None:
        audio_files(song)  # refused now rather than in the page
    if not is_loopback(host) and not password:
        raise ToolError(
            f"--host {host} lets others in: give a --password (or GAINSAY_PASSWORD), or leave "
            "--host out"
        )
    server = Server(
        rooms or default_rooms(), load_listener, song, host, port, password, tuple(name or ()),
        keep_days,
    )  # fmt: skip
    print(f"Gainsay is at {server.address}; Ctrl-C ends it.", flush=True)
    server.run(open_page)
