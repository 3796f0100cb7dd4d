"""`gainsay chat`: one user turn per line, shown as it happens; events as JSON lines for programs.

One rule: nothing is decided here; every turn goes through run_turn, whoever is asking.
"""

import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.status import Status

from assistant.console_view import changes_table, level_chart, levels_table
from assistant.hearing import Listener, judges
from assistant.opening import Opened, listener_lines, remarks
from assistant.progress import Event, OnEvent
from assistant.turn import Reply, run_turn

QUIT = ("/quit", "/exit")


def chat_as_json(opened: Opened, lines: Iterator[str]) -> None:
    """One JSON event per line on standard output, flushed as it happens."""

    def show(event: Event) -> None:
        if event["event"] != "token":
            print(json.dumps(event, ensure_ascii=True), flush=True)

    if header := _header(opened):
        hears = _listener(opened).hears
        show({"event": "listener", "name": _listener(opened).name, "hears": hears, "text": header})
    for line in lines:
        if text := line.strip():
            take_turn(opened, text, show)


def chat_as_lines(opened: Opened, lines: Iterator[str]) -> None:
    """Plain text for pipes: the reply to each line."""

    def show(event: Event) -> None:
        if event["event"] == "reply":
            print(event["text"], flush=True)

    if header := _header(opened):
        print(f"{header}.", file=sys.stderr)
    for line in lines:
        if text := line.strip():
            take_turn(opened, text, show)


def take_turn(opened: Opened, text: str, show: OnEvent) -> Reply:
    """Run one turn on what the user said."""
    return run_turn(opened.session, _listener(opened), opened.context, text, show)


def _listener(opened: Opened) -> Listener:
    listener = opened.context.listener
    assert listener is not None, "chat is opened with a listener"
    return listener


def _header(opened: Opened) -> str | None:
    """What stands above every reply of a model that was not trained here: what it is given."""
    listener = _listener(opened)
    return None if judges(listener) else str(getattr(listener, "header", listener.name))


def chat_in_terminal(opened: Opened, console: Console) -> None:
    """Talk: prompt, show each step as it happens, reply."""
    greet(opened, console)
    while True:
        try:
            text = console.input("[bold]you>[/bold] ").strip()
        except (EOFError, KeyboardInterrupt):
            console.print()
            return
        if text in QUIT:
            return
        if text:
            with showing(opened, console) as show:
                take_turn(opened, text, show)


def greet(opened: Opened, console: Console) -> None:
    """Say what was opened, what was strange about it, and where things go."""
    song, session = opened.song, opened.session
    console.print(f"{song.name}: {', '.join(song.names)}", markup=False)
    for remark in remarks(song):
        console.print(f"  {remark}", markup=False, style="dim")
    console.print(opened.why, markup=False)
    if session.genre is not None:
        console.print(f"Judged as {session.genre}.", markup=False)
    for line in listener_lines(_listener(opened), session.sensitivity):
        console.print(line, markup=False, highlight=False, style="dim")
    if session.version.number:
        console.print(f"You are on {session.version.label} of an earlier session.", markup=False)
    if session.cut_off:
        console.print("The last turn was cut off before its reply.", markup=False, style="dim")
    console.print(f"Files go to {session.folder}. /quit ends.", markup=False, style="dim")


@contextmanager
def showing(opened: Opened, console: Console) -> Iterator[OnEvent]:
    """Show a turn's events; while the model thinks, a status line tells what is going on."""
    with console.status("listening") as status:
        before = opened.context.relative_now()
        yield _Show(opened, console, status, before)


class _Show:
    """Prints events; callable, so that a turn can call it."""

    def __init__(
        self, opened: Opened, console: Console, status: Status, before: tuple[float | None, ...]
    ) -> None:
        self.opened, self.console, self.status, self.before = opened, console, status, before
        self.words = 0

    def __call__(self, event: Event) -> None:
        show: Callable[[Event], None] = getattr(self, f"_{event['event']}", lambda event: None)
        show(event)

    def _token(self, event: Event) -> None:
        # The words themselves are shown once they have passed the check.
        self.words += event["text"].count(" ") + event["text"].count("\n")
        self.status.update(f"writing, {self.words} words")

    def _tool_call(self, event: Event) -> None:
        told = json.dumps(event["arguments"], ensure_ascii=False) if event["arguments"] else ""
        self.console.print(f"  {event['name']} {told}", markup=False, style="dim")
        self.status.update(event["name"].replace("_", " "))

    def _tool_result(self, event: Event) -> None:
        if not event["ok"]:
            self.console.print(f"  {event['text']}", markup=False, style="yellow")
            return
        data = event["data"]
        if event["name"] == "measure_levels":
            self.console.print(levels_table(data["levels"], data["anchor"]))
        elif event["name"] == "render_mix":
            for take in data["takes"]:
                self.console.print(changes_table(take["stems"], self.opened.anchor))
        else:
            self.console.print(f"  {event['text']}", markup=False, style="dim")
        if data.get("moves"):
            self.console.print(self._chart(event), markup=False, highlight=False)
        for path in files_of(data):
            self.console.print(f"  {path}", markup=False, highlight=False)

    def _chart(self, event: Event) -> str:
        """Before and after the moves, against the anchor; a proposal is shown as if applied."""
        context = self.opened.context
        after = list(context.relative_now())
        if event["name"] == "propose_moves":
            for move in event["data"]["moves"]:
                index = context.names.index(move["stem"])
                level = after[index]
                after[index] = None if level is None else level + move["gain_db"]
        return level_chart(context.names, self.before, after, self.opened.anchor)

    def _reply(self, event: Event) -> None:
        if header := _header(self.opened):
            self.console.print(f"{header}:", markup=False, highlight=False, style="dim")
        self.console.print(event["text"], markup=False, style="bold")


def files_of(data: dict[str, Any]) -> list[Path]:
    """The files that a tool result says were written."""
    rows = [*data.get("takes", ()), *data.get("files", ())]
    return [Path(row["file"] if isinstance(row, dict) else row) for row in rows]


def stdin_lines() -> Iterator[str]:
    """Lines of standard input, as they arrive; bytes that are no text become question marks."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    yield from iter(sys.stdin.readline, "")
