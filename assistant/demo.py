"""`gainsay demo`: three turns about the demo song's rough mix, a take, and what meters say.

One rule: the user's lines are scripted, the answers are not.
"""

import sys
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from rich.console import Console

from assistant.chat import greet, showing, take_turn
from assistant.context import ToolError
from assistant.hearing import ToolCall
from assistant.opening import Opened
from assistant.progress import Event
from assistant.rendering import changes, render
from assistant.tools import run_tool
from assistant.tools_listening import free_path
from mixer.loudness import integrated_lufs

LINES = (
    "How does the balance sound to you?",
    "Yes, apply that.",
    "Now render it with effects.",
)


@dataclass(frozen=True)
class Demo:
    """What the demo wrote: both mixes, and the meters on the take's stems."""

    before: Path
    after: Path
    changes: list[dict[str, Any]]
    moves: list[dict[str, Any]]


def song_folder() -> Path:
    """The rough mix that comes with the package."""
    folder = Path(str(files("assistant").joinpath("demo_song/rough")))
    if not folder.is_dir():
        raise ToolError(
            f"{folder} is missing: the demo song comes with the package, so install gainsay again"
        )
    return folder


def run_demo(opened: Opened, out: Path, console: Console) -> Demo:
    """Hold the conversation, then write the rough mix and the take side by side."""
    heard: list[Event] = []
    greet(opened, console)
    for line in LINES:
        console.print(f"[bold]you>[/bold] {line}")
        with showing(opened, console) as show:

            def both(event: Event, show: Any = show) -> None:
                heard.append(event)
                show(event)

            take_turn(opened, line, both)
    return _write(opened, out, heard, console)


def next_steps() -> list[str]:
    """What to do next, as it can be typed here: this command was called by a name that works."""
    called = Path(sys.argv[0])
    own = "python -m assistant" if called.name == "__main__.py" else str(called)
    page = f"{own} web" if find_spec("gradio") else "make web" if Path("Makefile").exists() else ""
    lines = [f"Next, train your ears on this song: {own} learn"]
    return [*lines, f"The same by mouse, with a player: {page}, then open Learn"] if page else lines


def _results(heard: list[Event], name: str) -> list[dict[str, Any]]:
    """The data of a tool's successful results."""
    return [
        event["data"]
        for event in heard
        if event["event"] == "tool_result" and event["name"] == name and event["ok"]
    ]


def _write(opened: Opened, out: Path, heard: list[Event], console: Console) -> Demo:
    """Write the rough mix and the take, and the take's stems for the meter to confirm."""
    from mixer.export import write_mix

    if not _results(heard, "render_mix"):
        console.print("(no take was rendered in those turns; rendering one)", style="dim")
        result = run_tool(opened.context, ToolCall("render_mix", {}))
        if not result.ok:
            raise ToolError(result.text)
    take, sample_rate = opened.session.takes[-1], opened.song.sample_rate
    rendered = render(opened.context, take.effects, take.seed)
    rough = opened.song.audio.sum(axis=0)
    before = write_mix(free_path(out, "before", ".wav"), rough, sample_rate)
    after = write_mix(free_path(out, "after", ".wav"), rendered.take.mix, sample_rate)
    moves = [move for data in _results(heard, "apply_moves") for move in data["moves"]]
    confirmed = measure_files(opened, rendered.take.stems, free_path(out, "stems"))
    return Demo(before.path, after.path, confirmed, moves)


def measure_files(opened: Opened, stems: np.ndarray, folder: Path) -> list[dict[str, Any]]:
    """Write stems (stems, 2, samples) and measure the files themselves, as any meter would."""
    from mixer.export import write_stems

    written = write_stems(folder, opened.song.names, stems, opened.song.sample_rate)
    after_lufs: list[float | None] = []
    for path in written.paths:
        audio, sample_rate = soundfile.read(path, dtype="float32", always_2d=True)
        lufs = integrated_lufs(np.ascontiguousarray(audio.T), sample_rate)
        after_lufs.append(None if lufs is None else lufs - written.trim_db)
    return [change.as_data() for change in changes(opened.context, after_lufs)]
