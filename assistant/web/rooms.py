"""Rooms: one open song each, with its session, tools and listener; one room per browser tab.

One rule: a room is its folder. What a kill leaves there is what is opened again under its token.
"""

import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from weakref import WeakValueDictionary

from assistant.context import Progress
from assistant.hearing import Listener
from assistant.web.limits import Limits
from assistant.web.listening import Shared
from assistant.web.room import Room, RoomError
from mixer.audio_files import audio_files
from mixer.song import Song, open_song

__all__ = ["Room", "RoomError", "Rooms"]

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
IDLE_S = 3600.0  # a room that nobody asks for is put away; its folder stays
IN_USE_S = 60.0  # a page that is looked at asks more often; its song is not put away
MOST_OPEN = 24  # rooms with a song in memory
MOST_EMPTY = 1000  # rooms without one that are remembered
MOST_ISSUED = 10_000  # tokens of pages that have not opened a song yet
DAY_S = 86400.0
_GONE = ".gone"  # behind the name of a room that is being removed
_LOOK_EVERY_S = 0.1


class Rooms:
    """All rooms of one server, below one folder."""

    def __init__(
        self,
        root: Path,
        load_listener: Callable[[], Listener],
        first_song: Path | None = None,
        keep_days: float = 30.0,
        limits: Limits | None = None,
    ) -> None:
        """Open the rooms that lie in a folder.

        Args:
            load_listener: Called once, when a listener is first needed.
            first_song: The song that every new room opens; the page asks for one if left out.
            keep_days: Rooms that nobody used for so long are removed by sweep().
        """
        self.root = root.resolve()
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.first_song = first_song
        self.keep_days = keep_days
        self.limits = limits or Limits()
        self._listener = Shared(load_listener)
        self._issued: dict[str, None] = {}
        self._awake: dict[str, Room] = {}
        self._songs: WeakValueDictionary[str, Song] = WeakValueDictionary()
        self._opening: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()
        self._lock = threading.RLock()  # never held while a room is closed or a song is read

    def issue(self) -> str:
        """A token for a new page; its room has no folder until a song is opened in it."""
        token = secrets.token_urlsafe(16)
        with self._lock:
            self._issued[token] = None
            while len(self._issued) > MOST_ISSUED:
                del self._issued[next(iter(self._issued))]
        return token

    def create(self) -> Room:
        """A new room without a song."""
        return self.get(self.issue())

    def knows(self, token: object) -> bool:
        """Whether a token is one that was issued here, now or before a restart."""
        if not isinstance(token, str) or _TOKEN.fullmatch(token) is None:
            return False
        return token in self._awake or token in self._issued or (self.root / token).is_dir()

    def get(self, token: str) -> Room:
        """The room of a token; RoomError for one that was never issued."""
        with self._lock:
            if not self.knows(token):
                raise RoomError("there is no such room: open the page afresh", status=404)
            room = self._awake.get(token)
            if room is None:
                room = self._make(token)
                self._awake[token] = room
                self._issued.pop(token, None)
                self._forget_empty_beyond(MOST_EMPTY)
            room.used_at = time.monotonic()
            return room

    def open_song(self, token: str, folder: Path) -> Room:
        """Open a folder of stems in a room, here and now; the page uses Room.begin_opening."""
        room = self.get(token)
        room.open_song(folder)
        return room

    def sweep(self) -> None:
        """Put idle rooms away, and remove those that nobody used for keep_days."""
        now = time.monotonic()
        for room in self._least_used():
            if now - room.used_at > IDLE_S:
                room.put_away()
        with self._lock:
            for token, room in list(self._awake.items()):
                if room.is_empty and now - room.used_at > IDLE_S:
                    self._forget(token)
            for folder in self.root.iterdir():
                if folder.name not in self._awake and _TOKEN.fullmatch(folder.name) is not None:
                    if time.time() - _last_used(folder) > self.keep_days * DAY_S:
                        folder.rename(folder.with_name(f"{folder.name}{_GONE}"))
        for folder in self.root.glob(f"*{_GONE}"):
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Close every room, as when the server ends."""
        with self._lock:
            rooms = list(self._awake.values())
            for room in rooms:
                self._forget(room.token)
        for room in rooms:
            room.close()

    def listen_early(self) -> None:
        """Load the listener before somebody waits for it."""
        threading.Thread(target=self._listener.load, daemon=True).start()

    def _make(self, token: str) -> Room:
        return Room(token, self.root / token, self._listener, self._open_once, self.limits)

    def _least_used(self) -> list[Room]:
        """Rooms with a song in memory, the one that was not asked for longest first."""
        with self._lock:
            rooms = [room for room in self._awake.values() if room.song_open]
        return sorted(rooms, key=lambda room: room.used_at)

    def _make_space(self) -> None:
        """Put songs away until another may be opened; RoomError where all are in use."""
        rooms = self._least_used()
        over, now = len(rooms) - MOST_OPEN + 1, time.monotonic()
        for room in rooms:
            if over > 0 and now - room.used_at > IN_USE_S:
                over -= room.put_away()
        if over > 0:
            raise RoomError(
                f"{MOST_OPEN} songs are open here, and all are in use: "
                "close a page that you do not need, and try again in a minute"
            )

    def _forget_empty_beyond(self, most: int) -> None:
        empty = [room for room in self._awake.values() if room.is_empty]
        for room in empty[: max(0, len(empty) - most)]:
            self._forget(room.token)

    def _forget(self, token: str) -> None:
        room = self._awake.pop(token)
        if not room.folder.is_dir():
            self._issued[token] = None

    def _open_once(self, folder: Path, on_progress: Progress) -> Song:
        """A song, in memory once however many rooms have it open, as its files are now."""
        self._make_space()
        key = _as_it_lies(folder)
        with self._lock:
            opening = self._opening.setdefault(key, threading.Lock())
        while not opening.acquire(timeout=_LOOK_EVERY_S):
            on_progress(0, 1, "waiting for the same song")  # where the work can be stopped
        try:
            song = self._songs.get(key)
            if song is None:
                song = self._songs[key] = open_song(folder, on_progress)
            return song
        finally:
            opening.release()


def _as_it_lies(folder: Path) -> str:
    """What tells the audio files of a folder from those that lay there before."""
    told = [str(folder.resolve())]
    for path in audio_files(folder):
        found = path.stat()
        told.append(f"{path} {found.st_size} {found.st_mtime_ns}")
    return "\n".join(told)


def _last_used(folder: Path) -> float:
    """When a room's journal was last written to, in seconds since 1970."""
    journal = folder / "session" / "journal.jsonl"
    try:
        return max(folder.stat().st_mtime, journal.stat().st_mtime if journal.exists() else 0.0)
    except OSError:
        return time.time()
