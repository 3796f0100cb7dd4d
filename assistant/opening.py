"""Open a song for the command line: its stems, session, anchor and listener.

One rule: what only looks (levels, advise) keeps its session in a temporary folder, then drops it.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import prompts
from assistant.context import Progress, ToolContext, ToolError
from assistant.hearing import Listener, ToolCall, judges, rated
from assistant.sensitivity import known_setting, operating_points
from assistant.session import Session, known_genre
from assistant.tools import run_tool
from mixer.balance import choose_anchor
from mixer.loudness import profile
from mixer.song import Song, open_song


@dataclass(frozen=True)
class Opened:
    """A song ready to be worked on; why says how the anchor was chosen."""

    context: ToolContext
    why: str

    @property
    def song(self) -> Song:
        return self.context.song

    @property
    def session(self) -> Session:
        return self.context.session

    @property
    def anchor(self) -> str:
        return self.context.names[self.context.anchor_index]


@dataclass(frozen=True)
class Wishes:
    """What the user wants kept in the session; None leaves what it has."""

    sensitivity: str | None = None
    genre: str | None = None

    def __post_init__(self) -> None:
        if self.sensitivity is not None:
            known_setting(self.sensitivity)
        if self.genre is not None:
            known_genre(self.genre)

    def write(self, session: Session) -> None:
        """Keep them in the journal."""
        if self.sensitivity is not None:
            session.prefer_sensitivity(self.sensitivity)
        if self.genre is not None:
            session.prefer_genre(self.genre)


NO_WISHES = Wishes()


@dataclass(frozen=True)
class ListenerChoice:
    """Who listens: the embedded model, one in a folder, or one behind a server (kind openai)."""

    kind: str = "embedded"
    base_url: str | None = None
    model: str | None = None
    audio: bool = False
    timeout_s: float = 60.0
    key_variable: str | None = None

    def __post_init__(self) -> None:
        given = {"--base-url": self.base_url, "--model": self.model}
        if self.folder is not None or self.kind == "embedded":
            used = [*given.items(), ("--audio", self.audio), ("--api-key-env", self.key_variable)]
            if wrong := [name for name, value in used if value]:
                raise ToolError(
                    f"{wrong[0]} was given for the listener {self.kind}, which asks no server: "
                    "add --listener openai"
                )
        elif self.kind != "openai":
            raise ToolError(
                f"--listener {self.kind!r} was given: use embedded, openai, or the folder of a "
                "trained listener"
            )
        elif missing := [name for name, value in given.items() if not value]:
            raise ToolError(
                f"--listener openai needs {' and '.join(missing)}: say where the server is and "
                "which model to ask, as in --base-url http://localhost:8000/v1 --model NAME"
            )

    @property
    def folder(self) -> Path | None:
        """The folder that was named, if one was."""
        return Path(self.kind) if Path(self.kind).is_dir() else None

    def load(self, on_progress: Progress | None = None) -> Listener:
        """The listener itself; a server is first asked when there is something to ask."""
        if self.folder is not None or self.kind == "embedded":
            return load_listener(on_progress, self.folder)
        from assistant.serving import ServedListener, Server, key_from

        assert self.base_url is not None and self.model is not None
        server = Server(self.base_url, self.model, self.timeout_s, key_from(self.key_variable))
        return ServedListener(server, self.audio)


def listener_lines(listener: Listener, sensitivity: str) -> list[str]:
    """What is to be known of a listener: how often it is right, or that nobody has measured it."""
    if rated(listener):
        return [operating_points().line(sensitivity)]
    if judges(listener):
        return [prompts.served("unrated", setting=sensitivity, model=listener.name)]
    told = prompts.served("no_rates", setting=sensitivity, model=listener.name)
    return [f"{getattr(listener, 'header', listener.name)}.", f"{told}."]


@contextmanager
def opened(
    folder: Path,
    anchor: str | None = None,
    session_folder: Path | None = None,
    keep: bool = False,
    listener: Listener | None = None,
    on_progress: Progress | None = None,
    wishes: Wishes = NO_WISHES,
) -> Iterator[Opened]:
    """Open a song and its session; without keep, the session is gone afterwards."""
    song = open_song(folder, on_progress)
    with tempfile.TemporaryDirectory(prefix="gainsay-") as temporary:
        place = session_folder if keep else Path(temporary) / "session"
        with Session.open(song, place) as session:
            wishes.write(session)
            context = ToolContext(song, session, listener, on_progress)
            yield Opened(context, settle_anchor(context, anchor))


def settle_anchor(context: ToolContext, asked: str | None) -> str:
    """Set the anchor that was asked for, keep the session's, or choose one; say which and why."""
    session = context.session
    if asked is not None:
        result = run_tool(context, ToolCall("set_anchor", {"stem": asked}))
        if not result.ok:
            raise ToolError(result.text.removeprefix("set_anchor: "))
        return f"{session.anchor} is the anchor, as you asked."
    if session.anchor is not None:
        return f"{session.anchor} is the anchor, as before."
    profiles = [profile(stem_audio, context.song.sample_rate) for stem_audio in context.song.each()]
    index, reason = choose_anchor(
        context.roles,
        [0.0 if numbers is None else float(numbers[3]) for numbers in profiles],
        [level.lufs for level in context.levels],
        context.names,
    )
    session.set_anchor(context.names[index])
    return reason


def remarks(song: Song) -> list[str]:
    """What was strange about a song's files, one sentence each."""
    faults = [fault for stem in song.stems for fault in stem.faults]
    return [*song.notes, *faults, *(str(refusal) for refusal in song.refused)]


def load_listener(on_progress: Progress | None = None, folder: Path | None = None) -> Listener:
    """The listener that comes with the package, or a folder's; loading takes a few seconds."""
    if on_progress is not None:
        on_progress(0, 1, "loading the listener")
    from assistant.listener import EmbeddedListener

    listener = EmbeddedListener(folder)
    if on_progress is not None:
        on_progress(1, 1, "loading the listener")
    return listener
