"""Uploaded stems: received, unpacked, checked, each under a safe name in the room's own folder.

One rule: a file has its name only when it is whole; until then it lies under a name of ours.
"""

import asyncio
import secrets
import stat
import threading
import zipfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from assistant.web.limits import (
    Limits,
    UploadError,
    is_foreign,
    kind_of,
    safe_path,
    size_told,
)
from mixer.audio_files import AudioError, read_header

_BLOCK = 1 << 18
_UNFINISHED = ".part"


@dataclass
class Uploads:
    """What was uploaded into one folder; refused holds what was not taken, and why."""

    folder: Path
    limits: Limits = Limits()
    refused: list[dict[str, str]] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _arriving: int = 0  # bytes of files that are not whole yet
    _stopped: threading.Event = field(default_factory=threading.Event, repr=False)

    def files(self) -> list[Path]:
        """The whole files that are there."""
        if not self.folder.is_dir():
            return []
        found = self.folder.rglob("*")
        return sorted(p for p in found if p.is_file() and p.suffix != _UNFINISHED)

    def names(self) -> list[str]:
        """The same as paths below the folder."""
        return [path.relative_to(self.folder).as_posix() for path in self.files()]

    async def receive(self, name: str, stream: AsyncIterator[bytes]) -> list[str]:
        """Take one file as it arrives; the names it is kept under (several for a zip)."""
        path = safe_path(name)
        self._stopped.clear()
        try:
            kind = kind_of(path)
            self._check_count(1)
            part = self._unfinished()
            try:
                await self._write(part, path.name, stream)
                if kind == "zip":
                    return await asyncio.to_thread(self.unpack, part, path.name)
                return [await asyncio.to_thread(self._keep, part, path)]
            except FileNotFoundError as error:
                raise UploadError(f"{path.name} was cleared away while it was sent", 409) from error
            finally:
                part.unlink(missing_ok=True)
        except UploadError as error:
            self.refuse(path.name, str(error))
            raise

    async def _write(self, part: Path, name: str, stream: AsyncIterator[bytes]) -> None:
        written, before = 0, self._bytes()
        try:
            with part.open("xb") as file:
                async for block in stream:
                    written += len(block)
                    self._arriving += len(block)
                    self._check_bytes(name, written, before)
                    file.write(block)
        finally:
            self._arriving -= written
        if written == 0:
            raise UploadError(f"{name} is empty (0 bytes): audio is needed, export it again")

    def stop(self) -> None:
        """Let go of a zip that is being unpacked; what was unpacked of it stays."""
        self._stopped.set()

    def unpack(self, archive: Path, name: str) -> list[str]:
        """Unpack a zip; UploadError when it is a bomb or damaged; what is no audio is refused."""
        try:
            with zipfile.ZipFile(archive) as opened:
                entries = [entry for entry in opened.infolist() if not entry.is_dir()]
                entries = [entry for entry in entries if not is_foreign(entry.filename)]
                self._check_count(len(entries))
                budget = _budget(archive, self.limits)
                if sum(entry.file_size for entry in entries) > budget:
                    raise _bomb(name, self.limits)
                return list(self._unpacked(opened, entries, name, budget))
        except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
            raise UploadError(f"{name} is no zip that can be read: pack it again") from error

    def _unpacked(
        self,
        opened: zipfile.ZipFile,
        entries: list[zipfile.ZipInfo],
        name: str,
        budget: int,
    ) -> Iterator[str]:
        spent = 0
        for entry in entries:
            try:
                path = safe_path(entry.filename)
                _need_plain(entry, path)
                part = self._unfinished()
                try:
                    spent += self._inflate(opened, entry, part, path.name)
                    if spent > budget:
                        raise _bomb(name, self.limits)
                    yield self._keep(part, path)
                finally:
                    part.unlink(missing_ok=True)
            except UploadError as error:
                if error.status == 413:
                    raise
                self.refuse(PurePosixPath(entry.filename).name, str(error))

    def _inflate(
        self, opened: zipfile.ZipFile, entry: zipfile.ZipInfo, part: Path, name: str
    ) -> int:
        """Unpack one entry; how many bytes it was."""
        written, before = 0, self._bytes()
        with opened.open(entry) as source, part.open("xb") as file:
            while block := source.read(_BLOCK):
                written += len(block)
                if self._stopped.is_set():
                    raise UploadError("stopped while it was unpacked", 413)
                self._check_bytes(name, written, before)
                file.write(block)
        return written

    def _keep(self, part: Path, path: PurePosixPath) -> str:
        """Give a whole file its name, or one like it; refused at once if no stem is in it."""
        self._check_decoded(part, path.name)
        with self._lock:
            place = self.folder / path
            if not place.resolve().is_relative_to(self.folder.resolve()):
                raise UploadError(f"{path.name} was to lie outside this room: it is not taken", 403)
            place.parent.mkdir(parents=True, exist_ok=True)
            taken = {other.name.casefold() for other in place.parent.iterdir()}
            number, chosen = 2, place
            while chosen.name.casefold() in taken:
                chosen = place.with_name(f"{place.stem} ({number}){place.suffix}")
                number += 1
            part.rename(chosen)
        return chosen.relative_to(self.folder).as_posix()

    def _check_decoded(self, part: Path, name: str) -> None:
        """Refuse what is longer, or larger in memory, than a song may be."""
        named = part.with_name(f"{part.stem}{PurePosixPath(name).suffix}")
        part.rename(named)
        try:
            header = read_header(named)
        except AudioError as error:
            raise UploadError(str(error).replace(named.name, name), 415) from error
        finally:
            named.rename(part)
        seconds = header.frames / header.sample_rate
        if seconds > self.limits.longest_s:
            raise UploadError(
                f"{name} lasts {seconds / 60:.0f} min: {self.limits.longest_s / 60:.0f} min at "
                "most are taken (export the song alone)",
                415,
            )

    def need_usable(self) -> None:
        """UploadError where there is no stem, or more than is taken once it is decoded."""
        if not self.files():
            raise UploadError("no stem was uploaded that can be used: send one at least")
        longest_frames, count = 0, 0
        for path in self.files():
            try:
                header = read_header(path)
            except AudioError:
                continue
            longest_frames, count = max(longest_frames, header.frames), count + 1
        decoded = longest_frames * count * 2 * 4
        if decoded > self.limits.most_decoded_bytes:
            raise UploadError(
                f"these {count} stems are {size_told(decoded)} when decoded: "
                f"{size_told(self.limits.most_decoded_bytes)} at most are taken "
                "(bounce groups of tracks to single stems)",
                413,
            )

    def refuse(self, name: str, reason: str) -> None:
        """Remember a file that was not taken; the last hundred."""
        self.refused.append({"name": name, "reason": reason})
        del self.refused[:-100]

    def clear(self) -> None:
        """Forget and delete everything that was uploaded."""
        import shutil

        with self._lock:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.refused.clear()

    def _unfinished(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self.folder / f".{secrets.token_hex(8)}{_UNFINISHED}"

    def _bytes(self) -> int:
        return sum(path.stat().st_size for path in self.files())

    def _check_count(self, more: int) -> None:
        if len(self.files()) + more > self.limits.most_files:
            raise UploadError(
                f"more than {self.limits.most_files} files were sent: send one song's stems", 413
            )

    def _check_bytes(self, name: str, written: int, before: int) -> None:
        if written > self.limits.most_bytes_a_file:
            most = size_told(self.limits.most_bytes_a_file)
            raise UploadError(f"{name} is larger than {most}: send it as flac", 413)
        if before + max(written, self._arriving) > self.limits.most_bytes:
            most = size_told(self.limits.most_bytes)
            raise UploadError(f"these stems are larger than {most} together: send flac", 413)


def _need_plain(entry: zipfile.ZipInfo, path: PurePosixPath) -> None:
    """Refuse an entry of a zip that is no plain, readable audio file."""
    if entry.flag_bits & 0x1:
        raise UploadError(f"{path.name} is encrypted: pack it without a password")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise UploadError(f"{path.name} is a link: pack the file itself")
    if kind_of(path) == "zip":
        raise UploadError(f"{path.name} is a zip inside a zip: unpack it first", 415)


def _budget(archive: Path, limits: Limits) -> int:
    """How many bytes a zip may unpack to, however its entries overlap."""
    return max(limits.harmless_zip_bytes, round(limits.most_zip_ratio * archive.stat().st_size))


def _bomb(name: str, limits: Limits) -> UploadError:
    return UploadError(
        f"{name} unpacks to more than {limits.most_zip_ratio:.0f} times its size: no audio does "
        "that, so the zip is not taken",
        413,
    )
