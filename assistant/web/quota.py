"""What a folder of uploads holds and may still take: files, bytes, and what the disk has left.

One rule: a place is taken before a file is made and bytes before they are written, so files that
arrive side by side are counted together.
"""

import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.web.limits import Limits, UploadError, size_told

UNFINISHED = ".part-"  # no name that is sent can begin so


class Part:
    """One file that is not whole yet, under a name of ours that ends as its own will."""

    def __init__(self, quota: "Quota", path: Path, counts: bool) -> None:
        self._quota, self.path, self.counts = quota, path, counts
        self.bytes = 0

    def take(self, name: str, count: int) -> None:
        """Take room for so many bytes more, before they are written; UploadError if there is none.

        name: how the file is called where it is refused.
        """
        self._quota.take(self, name, count)

    def keep(self, place: Path) -> None:
        """Give the file its name, now that it is whole."""
        self._quota.keep(self, place)


class Quota:
    """The count of one folder."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.folder, self.limits = folder, limits
        self._lock = threading.Lock()
        self._whole: tuple[int, int] | None = None  # files, bytes; None: to be counted anew
        self._parts: set[Part] = set()

    @property
    def is_arriving(self) -> bool:
        """Whether a file is being received or unpacked."""
        return bool(self._parts)

    def files(self) -> list[Path]:
        """The whole files that are there."""
        if not self.folder.is_dir():
            return []
        found = self.folder.rglob("*")
        return sorted(p for p in found if p.is_file() and not p.name.startswith(UNFINISHED))

    def sweep(self) -> None:
        """Remove what a killed server has left unfinished."""
        for path in self.folder.glob(f"{UNFINISHED}*"):
            path.unlink(missing_ok=True)

    def forget(self) -> None:
        """Count anew: the folder was changed from elsewhere."""
        with self._lock:
            self._whole = None

    def check_count(self, more: int) -> None:
        """UploadError where so many files more would be too many."""
        with self._lock:
            self._check_count(more)

    @contextmanager
    def part(self, suffix: str, counts: bool = True) -> Iterator[Part]:
        """A new unfinished file, which is gone at the end unless it was kept.

        counts: whether it will stay as a file; an archive does not.
        """
        with self._lock:
            self._check_count(1)
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = self.folder / f"{UNFINISHED}{secrets.token_hex(8)}{suffix}"
            part = Part(self, path, counts)
            self._parts.add(part)
        try:
            yield part
        finally:
            path.unlink(missing_ok=True)
            with self._lock:
                self._parts.discard(part)

    def take(self, part: Part, name: str, count: int) -> None:
        """See Part.take."""
        limits = self.limits
        with self._lock:
            if part.bytes + count > limits.most_bytes_a_file:
                most = size_told(limits.most_bytes_a_file)
                raise UploadError(f"{name} is larger than {most}: send it as flac", 413)
            arriving = sum(one.bytes for one in self._parts)
            if self._counted()[1] + arriving + count > limits.most_bytes:
                most = size_told(limits.most_bytes)
                raise UploadError(f"these stems are larger than {most} together: send flac", 413)
            if shutil.disk_usage(self.folder).free - count < limits.least_free_bytes:
                least = size_told(limits.least_free_bytes)
                raise UploadError(
                    f"{name} would leave less than {least} free on the server's disk: make space "
                    "there, or start it with its rooms elsewhere",
                    413,
                )
            part.bytes += count

    def keep(self, part: Part, place: Path) -> None:
        """See Part.keep."""
        with self._lock:
            files, size = self._counted()
            part.path.rename(place)
            self._parts.discard(part)
            self._whole = files + 1, size + part.bytes

    def _check_count(self, more: int) -> None:
        arriving = sum(part.counts for part in self._parts)
        if self._counted()[0] + arriving + more > self.limits.most_files:
            raise UploadError(
                f"more than {self.limits.most_files} files were sent: send one song's stems", 413
            )

    def _counted(self) -> tuple[int, int]:
        if self._whole is None:
            sizes = [path.stat().st_size for path in self.files()]
            self._whole = len(sizes), sum(sizes)
        return self._whole
