"""A room: a song with its session, what is being worked on, and a number that grows with changes.

One rule: the user's files are read where they are; a room's folder holds only what was uploaded,
a note of where the song is, the session and previews.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from assistant.context import Progress, ToolContext, is_ours
from assistant.demo import song_folder
from assistant.opening import Opened, remarks, settle_anchor
from assistant.session import Session
from assistant.web.limits import Limits
from assistant.web.previews import PREVIEWS, sweep_unfinished
from assistant.web.song_note import SongNote
from assistant.web.uploads import Uploads
from assistant.web.work import Stopped, Work
from mixer.song import Song

OpenSong = Callable[[Path, Progress], Song]
LOCKED = 423  # the status of a RoomError that passes by itself: who asks again will be answered
OPENS_WITHIN_S = 600.0  # no longer is waited for a song that is opened again
LOOK_EVERY_S = 0.1
OPENING = "opening the song"


class RoomError(ValueError):
    """A room that cannot do what is asked: the message says why, status is the HTTP one."""

    def __init__(self, message: str, status: int = 409) -> None:
        super().__init__(message)
        self.status = status


class Room:
    """One room. The lock is held by whoever changes the session, for a whole turn of the chat."""

    def __init__(
        self, token: str, folder: Path, listener: Any, open_song: OpenSong, limits: Limits
    ) -> None:
        self.token, self.folder = token, folder
        self.lock = threading.RLock()
        self.used_at = time.monotonic()
        self.revision = time.time_ns() // 1_000_000  # never seen before, after a restart either
        self.work = Work(told=self.changed)
        self.why_anchor = ""
        self.uploads = Uploads(folder / "stems", limits)
        self._note = SongNote(folder, self.uploads.folder)
        self._listener, self._open = listener, open_song
        self._opened: Opened | None = None
        self._not_opened = ""  # why the last opening came to nothing
        self._counting = threading.Lock()
        self._is_swept = False

    # ---- what is open

    @property
    def stems_folder(self) -> Path:
        """Where uploaded stems lie."""
        return self.uploads.folder

    @property
    def cache(self) -> Path:
        """Where previews lie; it may be emptied at any time."""
        place = self.folder / "cache"
        place.mkdir(parents=True, exist_ok=True)
        return place

    @property
    def song_open(self) -> bool:
        return self._opened is not None

    @property
    def has_song(self) -> bool:
        """Whether a song was opened here before, though it may have to be opened again."""
        return self.song_open or self._note.is_there

    @property
    def sleeps(self) -> bool:
        """Whether the song was put away, and is to be opened again when it is asked for."""
        return self.has_song and not self.song_open and not self._not_opened

    @property
    def is_empty(self) -> bool:
        """Whether nothing is open here, and nothing is being opened or sent."""
        return not (self.song_open or self.work.is_running or self.uploads.is_receiving)

    @property
    def context(self) -> ToolContext:
        """The tools' context; RoomError while no song is open.

        A song that was put away begins to be opened again: whoever asks may ask again later.
        """
        opened = self._opened
        if opened is None:
            raise self._why_closed()
        return opened.context

    def _why_closed(self) -> RoomError:
        """Why there is no open song; where it sleeps, it is woken."""
        if self.sleeps:
            with suppress(RoomError):
                self.begin_opening()
            return RoomError("the song is being opened again: wait a moment", LOCKED)
        if self.has_song and self._not_opened:
            return RoomError(
                f"the song was not opened again ({self._not_opened}): load the page again"
            )
        return RoomError("no song is open in this room: open one, or load the page again")

    def waking(self) -> Iterator[None]:
        """Yield for as long as a song that was put away is being opened again, and hold nobody up.

        RoomError at the end says why it is not open; whoever asks rests between the looks.
        """
        with suppress(RoomError):
            _ = self.context
        until = time.monotonic() + OPENS_WITHIN_S
        # The song is there a little before its opening has ended and the room is free.
        while self.work.is_running and self.work.name == OPENING and time.monotonic() < until:
            yield
        _ = self.context

    def be_awake(self) -> None:
        """The same for who may wait in a thread of their own."""
        for _ in self.waking():
            time.sleep(LOOK_EVERY_S)

    @property
    def song_name(self) -> str:
        """How the open song is called: by its folder, where the folder is one of the user's."""
        song = self.context.song
        ours = {self.stems_folder.resolve(): "Your stems", song_folder().resolve(): "The demo song"}
        return song.name if song.folder is None else ours.get(song.folder.resolve(), song.name)

    @property
    def session(self) -> Session:
        return self.context.session

    @property
    def listener(self) -> Any:
        return self._listener

    # ---- changes

    def changed(self) -> int:
        """Note that something is new, for everybody who asks; the new revision."""
        with self._counting:
            self.revision += 1
            return self.revision

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the room for a change that is made at once; RoomError while a turn goes on.

        Nobody waits here: the status says that it may be asked again.
        """
        if not self.lock.acquire(blocking=False):
            what = f" ({self.work.what})" if self.work.is_running else ""
            raise RoomError(
                f"Gainsay is still at work here{what}: ask again when it has finished, or stop it",
                LOCKED,
            )
        try:
            yield
        finally:
            self.lock.release()

    def refuse_if_busy(self) -> None:
        """RoomError while a turn, a render or an opening is going on."""
        if self.work.is_running:
            raise RoomError(f"Gainsay is busy ({self.work.what}): wait, or stop it")

    # ---- opening

    def begin_opening(self, folder: Path | None = None) -> None:
        """Open a song in a thread of its own: one by its folder, or the one noted before."""
        if self.song_open:
            raise RoomError("a song is open here: start a new page for another")
        place = self._place(folder)
        if not self.work.start(OPENING, lambda: self._open_song(place)):
            raise RoomError("this room is busy: wait, or stop what it is doing")

    def open_song(self, folder: Path | None = None) -> None:
        """The same, waiting for it; errors are raised."""
        self._open_song(self._place(folder))
        self.changed()

    def _place(self, folder: Path | None) -> Path:
        """The folder to open: the given one, unless another song is put away here."""
        if folder is None:
            return self._noted()
        if self.sleeps and folder.resolve() != self._noted().resolve():
            raise RoomError("another song belongs here: start a new page for this one")
        return folder

    def _open_song(self, place: Path) -> None:
        with self.lock:
            if self.song_open:
                return
            self._not_opened = ""
            try:
                self._opened = self._opened_at(place)
            except BaseException as error:
                self._not_opened = _why(error)
                raise

    def _opened_at(self, place: Path) -> Opened:
        song = self._open(place, self.work.on_progress)
        session = Session.open(song, self.folder / "session")
        self._sweep_once()
        context = ToolContext(song, session, self._listener, self.work.on_progress)
        try:
            self.why_anchor = settle_anchor(context, None)
            _ = context.levels, context.roles
            self.work.on_progress(0, 1, "waking the listener")
            self._listener.load()
            self.work.check()
            self._note.write(place)
        except BaseException:
            session.close()
            raise
        return Opened(context, self.why_anchor)

    def _sweep_once(self) -> None:
        """Remove what a killed server has left unfinished; the session's lock keeps others out."""
        if not self._is_swept:
            sweep_unfinished(self.cache / PREVIEWS)
            self._is_swept = True

    def _noted(self) -> Path:
        """Where this room's song is, by its note."""
        place = self._note.read()
        if place is None:
            raise RoomError("no song was opened in this room yet")
        return place

    def put_away(self) -> bool:
        """Let go of the song until it is asked for; False where it is in use, or there is none."""
        if not self.lock.acquire(blocking=False):
            return False
        try:
            if self.work.is_running or self.uploads.is_receiving or not self.song_open:
                return False
            self._let_go()
        finally:
            self.lock.release()
        self.changed()
        return True

    def close(self) -> None:
        """Stop the work, let go of the song and the session; the folder stays."""
        self.work.stop()
        with self.lock:
            self._let_go()

    def _let_go(self) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.session.close()

    # ---- what the page shows

    def as_data(self) -> dict[str, Any]:
        """The room for the page: what is open in it, what was refused, what it is doing."""
        data: dict[str, Any] = {
            "song": None, "revision": self.revision, "work": self.work.as_data(),
            "has_song": self.has_song, "refused": list(self.uploads.refused),
            "uploaded": [] if self.song_open else self.uploads.names(),
            "limits": self.uploads.limits.as_data(),
        }  # fmt: skip
        opened = self._opened
        if opened is not None:
            song = opened.song
            data["song"] = self.song_name
            data["stems"], data["anchor"] = list(song.names), opened.session.anchor
            data["why_anchor"], data["seconds"] = self.why_anchor, round(song.seconds, 2)
            data["notes"] = [r for r in remarks(song) if r not in map(str, song.refused)]
            data["refused"] += [
                {"name": refusal.name, "reason": refusal.reason} for refusal in song.refused
            ]
            data["tone"] = opened.session.tone
            data["cut_off"] = opened.session.cut_off and not self.work.is_running
        return data


def _why(error: BaseException) -> str:
    """Why a song was not opened, for the user."""
    if isinstance(error, Stopped):
        return "it was stopped"
    if is_ours(error) or isinstance(error, OSError):
        return str(error)
    return "the reason is in Gainsay's log"
