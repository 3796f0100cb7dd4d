"""An append-only journal of JSON lines, one event each, that survives a kill at any moment.

One rule: an event counts once its whole line is on the disk; a torn end is set aside, not guessed.
"""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

JOURNAL_NAME = "journal.jsonl"


class JournalError(Exception):
    """A journal that cannot be opened or written: the message says got, needed and cure."""


def _lock(file: BinaryIO) -> bool:
    """Take the lock on an open file without waiting; False when another process holds it."""
    try:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError:
        return False
    return True


def _parse(line: bytes) -> dict[str, Any] | None:
    """One event, or None for a line that is not a JSON object."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None


class Journal:
    """The events of one session, in order; holds a lock on its folder while open."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / JOURNAL_NAME
        self._lock_file = self._take_lock(folder)
        try:
            self._file = self.path.open("a+b", buffering=0)
            self.events = self._read()
            _sync_folder(folder)
        except BaseException:
            self._lock_file.close()
            raise

    @staticmethod
    def _take_lock(folder: Path) -> BinaryIO:
        """Keep other processes out; the lock goes with the process, however it ends."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock_file = (folder / "lock").open("a+b")
        except OSError as error:
            raise JournalError(
                f"the session folder {folder} cannot be written ({error.strerror}): "
                "choose another with --session DIR"
            ) from error
        if not _lock(lock_file):
            lock_file.close()
            raise JournalError(
                f"the session in {folder} is open in another Gainsay: close that one, "
                "or start a second session with --session DIR"
            )
        return lock_file

    def _read(self) -> list[dict[str, Any]]:
        """All whole events; what a kill left half-written moves into a .torn file beside."""
        content = self.path.read_bytes()
        lines = content.splitlines(keepends=True)
        parsed = [_parse(line) if line.endswith(b"\n") else None for line in lines]
        whole = len(parsed)
        while whole and parsed[whole - 1] is None:
            whole -= 1
        events = [event for event in parsed[:whole] if event is not None]
        if len(events) < whole:
            damaged = parsed.index(None) + 1
            raise JournalError(
                f"line {damaged} of {self.path} is damaged, and good lines follow it: put a saved "
                f"copy back, delete line {damaged}, or start afresh with --session DIR"
            )
        good_bytes = sum(len(line) for line in lines[:whole])
        if good_bytes < len(content):
            self._set_aside(content[good_bytes:], good_bytes)
        return events

    def _set_aside(self, torn: bytes, good_bytes: int) -> None:
        """Keep the torn end in a side file first, then cut it off the journal."""
        with self.path.with_suffix(".jsonl.torn").open("ab") as side:
            side.write(torn + b"\n")
            side.flush()
            os.fsync(side.fileno())
        self._file.truncate(good_bytes)
        os.fsync(self._file.fileno())

    def append(self, event: str, **fields: Any) -> dict[str, Any]:
        """Write one event through to the disk; on a full disk the journal stays as it was."""
        record = {
            "event": event,
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            **fields,
        }
        text = json.dumps(record, ensure_ascii=False, allow_nan=False)
        line = text.encode("utf-8", "backslashreplace") + b"\n"  # odd file names stay valid JSON
        length = os.fstat(self._file.fileno()).st_size
        try:
            written = 0
            while written < len(line):
                written += self._file.write(line[written:]) or 0
            os.fsync(self._file.fileno())
        except OSError as error:
            self._file.truncate(length)
            raise JournalError(
                f"the journal {self.path} cannot be written ({error.strerror}): "
                "free some space on the disk, then say it again"
            ) from error
        # What is in memory must be what a reader of the file would see.
        self.events.append(json.loads(line))
        return self.events[-1]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.events)

    def close(self) -> None:
        """Let go of the file and the lock."""
        self._file.close()
        self._lock_file.close()


def _sync_folder(folder: Path) -> None:
    """Make a new file's name durable (not possible, nor needed, on Windows)."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
