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
from mixer.song import Song, open_song

__all__ = ["Room", "RoomError", "Rooms"]

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
IDLE_S = 3600.0  # a room that nobody asks for is put away; its folder stays
MOST_AWAKE = 24  # rooms with a song in memory
MOST_ISSUED = 10_000  # tokens of pages that have not opened a song yet
DAY_S = 86400.0


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
        self._lock = threading.RLock()
        self._song_lock = threading.Lock()

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

    def knows(self, token: str | None) -> bool:
        """Whether a token is one that was issued here, now or before a restart."""
        if token is None or _TOKEN.fullmatch(token) is None:
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
                self._put_away_beyond(MOST_AWAKE)
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
        with self._lock:
            for token, room in list(self._awake.items()):
                if now - room.used_at > IDLE_S and not room.work.is_running:
                    self._put_away(token)
            for folder in self.root.iterdir():
                if folder.name in self._awake or _TOKEN.fullmatch(folder.name) is None:
                    continue
                if time.time() - _last_used(folder) > self.keep_days * DAY_S:
                    shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Put every room away, as when the server ends."""
        with self._lock:
            for token in list(self._awake):
                self._put_away(token)

    def listen_early(self) -> None:
        """Load the listener before somebody waits for it."""
        threading.Thread(target=self._listener.load, daemon=True).start()

    def _make(self, token: str) -> Room:
        return Room(token, self.root / token, self._listener, self._open_once, self.limits)

    def _put_away_beyond(self, most: int) -> None:
        idle = sorted(
            (room for room in self._awake.values() if not room.work.is_running),
            key=lambda room: room.used_at,
        )
        for room in idle[: max(0, len(self._awake) - most)]:
            self._put_away(room.token)

    def _put_away(self, token: str) -> None:
        room = self._awake.pop(token)
        room.close()
        if not room.folder.is_dir():
            self._issued[token] = None

    def _open_once(self, folder: Path, on_progress: Progress) -> Song:
        """A song, in memory once however many rooms have it open."""
        key = str(folder.resolve())
        with self._song_lock:
            song = self._songs.get(key)
            if song is None:
                song = open_song(folder, on_progress)
                self._songs[key] = song
        return song


def _last_used(folder: Path) -> float:
    """When a room's journal was last written to, in seconds since 1970."""
    journal = folder / "session" / "journal.jsonl"
    try:
        return max(folder.stat().st_mtime, journal.stat().st_mtime if journal.exists() else 0.0)
    except OSError:
        return time.time()
