"""Uploaded stems: received, unpacked, checked, each under a safe name in the room's own folder.

One rule: a file has its name only when it is whole; until then it lies under a name of ours.
"""

import asyncio
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
from assistant.web.quota import Part, Quota
from mixer.audio_files import AudioError, read_header

_BLOCK = 1 << 18


@dataclass
class Uploads:
    """What was uploaded into one folder; refused holds what was not taken, and why."""

    folder: Path
    limits: Limits = Limits()
    refused: list[dict[str, str]] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _stopped: threading.Event = field(default_factory=threading.Event, repr=False)

    def __post_init__(self) -> None:
        self._quota = Quota(self.folder, self.limits)
        self._quota.sweep()

    @property
    def is_receiving(self) -> bool:
        """Whether a file is being received or unpacked."""
        return self._quota.is_arriving

    def files(self) -> list[Path]:
        """The whole files that are there."""
        return self._quota.files()

    def names(self) -> list[str]:
        """The same as paths below the folder."""
        return [path.relative_to(self.folder).as_posix() for path in self.files()]

    async def receive(self, name: str, stream: AsyncIterator[bytes]) -> list[str]:
        """Take one file as it arrives; the names it is kept under (several for a zip)."""
        path = safe_path(name)
        self._stopped.clear()
        try:
            is_zip = kind_of(path) == "zip"
            with self._quota.part(path.suffix, counts=not is_zip) as part:
                await self._write(part, path.name, stream)
                if is_zip:
                    return await asyncio.to_thread(self.unpack, part.path, path.name)
                return [await asyncio.to_thread(self._keep, part, path)]
        except FileNotFoundError as error:
            gone = UploadError(f"{path.name} was cleared away while it was sent", 409)
            self.refuse(path.name, str(gone))
            raise gone from error
        except UploadError as error:
            self.refuse(path.name, str(error))
            raise

    async def _write(self, part: Part, name: str, stream: AsyncIterator[bytes]) -> None:
        with part.path.open("xb") as file:
            async for block in stream:
                part.take(name, len(block))
                file.write(block)
        if part.bytes == 0:
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
                self._quota.check_count(len(entries))
                budget = _budget(archive, self.limits)
                if sum(entry.file_size for entry in entries) > budget:
                    raise _bomb(name, self.limits)
                return list(self._unpacked(opened, entries, name, budget))
        except FileNotFoundError:
            raise  # it was cleared away
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
                with self._quota.part(path.suffix) as part:
                    self._inflate(opened, entry, part, path.name)
                    spent += part.bytes
                    if spent > budget:
                        raise _bomb(name, self.limits)
                    yield self._keep(part, path)
            except UploadError as error:
                if error.status == 413:
                    raise
                self.refuse(PurePosixPath(entry.filename).name, str(error))

    def _inflate(
        self, opened: zipfile.ZipFile, entry: zipfile.ZipInfo, part: Part, name: str
    ) -> None:
        with opened.open(entry) as source, part.path.open("xb") as file:
            while block := source.read(_BLOCK):
                if self._stopped.is_set():
                    raise UploadError("stopped while it was unpacked", 413)
                part.take(name, len(block))
                file.write(block)

    def _keep(self, part: Part, path: PurePosixPath) -> str:
        """Give a whole file its name, or one like it; refused at once if no stem is in it."""
        self._check_decoded(part.path, path.name)
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
            part.keep(chosen)
        return chosen.relative_to(self.folder).as_posix()

    def _check_decoded(self, part: Path, name: str) -> None:
        """Refuse what is longer, or larger in memory, than a song may be."""
        try:
            header = read_header(part)
        except AudioError as error:
            part.stat()  # FileNotFoundError where it was cleared away
            raise UploadError(str(error).replace(part.name, name), 415) from error
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
        self._quota.forget()


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
