"""What may be uploaded, and under which name it is kept.

One rule: a limit is held against the bytes that arrive, never against what a header promises.
"""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from mixer.audio_files import CONVERTIBLE, READABLE

AUDIO = frozenset(READABLE + CONVERTIBLE)
ARCHIVES = frozenset({".zip"})
LONGEST_NAME = 120  # bytes of one part of a path, as file systems count
_MOST_PARTS = 4
_RESERVED = re.compile(r"(?i)^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)")
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_FOREIGN = frozenset({"__macosx", "$recycle.bin"})


class UploadError(ValueError):
    """A file that is not taken: the message says why, status is the HTTP one."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Limits:
    """What one room may hold. Bytes are those on the disk, decoded ones those of float32 stereo."""

    most_files: int = 192
    most_bytes_a_file: int = 1 << 30
    most_bytes: int = 6 << 30
    least_free_bytes: int = 2 << 30  # that uploads leave on the disk, whatever room they are for
    longest_s: float = 1800.0
    most_decoded_bytes: int = 16 << 30
    most_zip_ratio: float = 100.0  # of a whole zip; one silent stem in it may pack better
    harmless_zip_bytes: int = 256 << 20  # what any zip may unpack to

    def as_data(self) -> dict[str, Any]:
        """What a page can check before it sends anything."""
        return {
            "suffixes": sorted(AUDIO | ARCHIVES),
            "most_files": self.most_files,
            "most_bytes_a_file": self.most_bytes_a_file,
        }


def safe_path(name: str) -> PurePosixPath:
    """A path inside a folder for whatever name a browser or an archive gives.

    Parts that climb or hide are dropped; what a file system may refuse becomes an underscore.
    """
    name = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    raw = [part for part in re.split(r"[\\/]", name) if part.strip(". ")]
    parts = [part for part in map(_safe_part, raw) if part]
    if not parts:
        raise UploadError("a file without a name was sent: give it one")
    return PurePosixPath(*parts[-_MOST_PARTS:])


def _safe_part(part: str) -> str:
    """One part of a path: printable, not hidden, no device of Windows, short enough."""
    part = "".join(c if c.isprintable() else "_" for c in part)
    part = _FORBIDDEN.sub("_", part).strip().lstrip(".").rstrip(". ")
    stem, dot, suffix = part.rpartition(".")
    if not dot or len(suffix) > 8:
        stem, suffix = part, ""
    room = LONGEST_NAME - len(f"_.{suffix}".encode())
    stem = stem.encode()[:room].decode("utf-8", "ignore").rstrip()
    name = f"{stem}.{suffix}" if suffix else stem
    return f"_{name}" if _RESERVED.match(name) else name


def is_foreign(name: str) -> bool:
    """Whether a file is a system's own (__MACOSX, ._kick.wav, .DS_Store) and passed by unseen."""
    parts = [part for part in re.split(r"[\\/]", name) if part]
    return any(part.casefold() in _FOREIGN or _is_hidden(part) for part in parts)


def _is_hidden(part: str) -> bool:
    return part.startswith(".") and part not in (".", "..")


def kind_of(path: PurePosixPath) -> str:
    """audio or zip; UploadError for anything else."""
    suffix = path.suffix.lower()
    if suffix in ARCHIVES:
        return "zip"
    if suffix in AUDIO:
        return "audio"
    raise UploadError(
        f"{path.name} is no audio: wav, aiff, flac, ogg or mp3 is needed, or a zip of them", 415
    )


def size_told(count: int) -> str:
    """Bytes as people say them."""
    for unit, size in (("GB", 1 << 30), ("MB", 1 << 20), ("kB", 1 << 10)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} bytes"
