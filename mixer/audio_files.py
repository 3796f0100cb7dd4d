"""Audio files: find the stems of a folder, read one file.

One rule: files are opened for reading only, and whatever is wrong with one is an AudioError that
says what was got, what is needed and how to mend it.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

LOWEST_RATE, HIGHEST_RATE = 8000, 384000
MOST_STEMS = 96
READABLE = (
    *(".wav", ".wave", ".bwf", ".rf64", ".w64", ".aif", ".aiff", ".aifc", ".flac"),
    *(".ogg", ".oga", ".opus", ".mp3", ".caf", ".au"),
)
# Known as audio; libsndfile is tried, and if it cannot read them the cure is a conversion.
CONVERTIBLE = (
    ".m4a",
    ".mp4",
    ".aac",
    ".alac",
    ".wma",
    ".wv",
    ".ape",
    ".mp2",
    ".mka",
    ".ac3",
    ".dsf",
)
LOSSY = (".mp3", ".ogg", ".oga", ".opus", ".m4a", ".mp4", ".aac", ".wma", ".mp2")

_BLOCK = 1 << 18
_IGNORED_FOLDERS = frozenset(("__macosx", "$recycle.bin"))
_UNKNOWN_LENGTH = 0xFFFFFF00  # streamed files promise about this many bytes
_DATA_SIZE = re.compile(r"^\s*(?:data|SSND|Data size)\s*:\s*(\d+) \(should be (\d+)\)", re.M)
_FRAME_COUNT = re.compile(r"^\s*Frames\s*:\s*(\d+)", re.M)


class AudioError(ValueError):
    """Audio that cannot be used: got, need and cure make one sentence."""

    def __init__(self, got: str, need: str, cure: str) -> None:
        super().__init__(f"{got}: {need} ({cure})")
        self.got, self.need, self.cure = got, need, cure


@dataclass(frozen=True)
class Header:
    """What a file says of itself before its samples are read."""

    path: Path
    channels: int
    sample_rate: int
    subtype: str
    frames: int
    ends_early: bool


def shown(path: Path) -> str:
    """A file's name as it can be printed: one line, valid Unicode."""
    decoded = os.fsencode(path.name).decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in decoded).split()) or "?"


def audio_files(folder: Path) -> list[Path]:
    """The audio files of a folder; of its subfolders too if the top has one (a mix) or none."""
    _need_folder(folder)
    try:
        found = _found(folder)
    except PermissionError as error:
        raise AudioError(
            f"{folder} cannot be opened", "a folder that you may read is needed",
            "change its permissions, or copy the stems elsewhere",
        ) from error  # fmt: skip
    if not found:
        archives = sorted(shown(path) for path in folder.rglob("*.zip"))
        raise AudioError(
            f"{folder} holds no audio files" + (f", only {archives[0]}" if archives else ""),
            "at least one stem is needed, as wav, aiff, flac, ogg or mp3",
            f"unzip {archives[0]} first" if archives else "export the stems of the song into it",
        )
    if len(found) > MOST_STEMS:
        raise AudioError(
            f"{folder} holds {len(found)} audio files", f"at most {MOST_STEMS} stems are handled",
            "open the folder of one song, or bounce groups of tracks to single stems",
        )  # fmt: skip
    return found


def read_header(path: Path) -> Header:
    """Read what a file says of itself; AudioError when it cannot be a stem."""
    name = shown(path)
    export_again = "export it again"
    try:
        size = path.stat().st_size
        if size == 0:
            raise AudioError(f"{name} is empty (0 bytes)", "audio is needed", export_again)
        with soundfile.SoundFile(_openable(path)) as file:
            header = Header(
                path, file.channels, file.samplerate, file.subtype, file.frames, _ends_early(file)
            )
    except OSError as error:
        raise AudioError(
            f"{name} cannot be opened", "a file that is there and that you may read is needed",
            "check its permissions and where it links to",
        ) from error  # fmt: skip
    except soundfile.LibsndfileError as error:
        raise _not_readable(path, error) from error
    if header.channels > 2:
        raise AudioError(
            f"{name} has {header.channels} channels", "1 or 2 are needed",
            "export it as stereo, or: ffmpeg -i IN -ac 2 OUT.wav",
        )  # fmt: skip
    if header.frames == 0:
        raise AudioError(f"{name} holds no samples", "audio is needed", export_again)
    check_rate(name, header.sample_rate)
    return header


def read_samples(header: Header) -> tuple[np.ndarray, bool]:
    """The samples as float32 (channels, frames), and whether the file ended before its time."""
    samples = np.empty((header.frames, header.channels), np.float32)
    done = 0
    try:
        with soundfile.SoundFile(_openable(header.path)) as file:
            while done < header.frames:
                block = file.read(_BLOCK, "float32", always_2d=True, out=samples[done:][:_BLOCK])
                done += len(block)
                if len(block) == 0:
                    break
    except (soundfile.LibsndfileError, OSError):
        pass  # what was read so far is kept
    if done == 0:
        raise AudioError(
            f"{shown(header.path)} breaks off before its first samples", "audio is needed",
            "copy or export it again",
        )  # fmt: skip
    return samples[:done].T, header.ends_early or done < header.frames


def check_rate(name: str, sample_rate: int) -> None:
    """Refuse sample rates that are no audio."""
    if not LOWEST_RATE <= sample_rate <= HIGHEST_RATE:
        raise AudioError(
            f"{name} says {sample_rate} Hz", f"{LOWEST_RATE} to {HIGHEST_RATE} Hz are needed",
            "export it at 44100 or 48000 Hz",
        )  # fmt: skip


def _need_folder(folder: Path) -> None:
    """Refuse what is not a folder, and say which folder may be meant."""
    need = "a folder of stems is needed"
    if folder.is_dir():
        return
    if not folder.exists():
        raise AudioError(f"{folder} is not there", need, "check the spelling of the path")
    if folder.suffix.lower() in (".zip", ".rar", ".7z", ".tar", ".gz"):
        raise AudioError(f"{folder.name} is an archive", need, "unzip it and open the folder")
    raise AudioError(f"{folder.name} is a file", need, f"open {folder.absolute().parent}")


def _found(folder: Path) -> list[Path]:
    """The files at the top, else those below; a subfolder called stems is taken before others."""
    top = [path for path in folder.iterdir() if _is_audio(path)]
    if len(top) > 1:
        return top
    children = _subfolders(folder)
    stems = [child for child in children if child.name.lower().endswith("stems")]
    return top + [path for child in stems or children for path in _within(child)]


def _within(folder: Path) -> Iterator[Path]:
    """The audio files of a folder and of all its subfolders."""
    yield from (path for path in folder.iterdir() if _is_audio(path))
    for child in _subfolders(folder):
        yield from _within(child)


def _subfolders(folder: Path) -> list[Path]:
    """The subfolders that may hold stems; links to folders are not followed."""
    return sorted(
        child for child in folder.iterdir()
        if child.is_dir() and not child.is_symlink()
        and not child.name.startswith(".") and child.name.lower() not in _IGNORED_FOLDERS
    )  # fmt: skip


def _is_audio(path: Path) -> bool:
    """By its name; hidden files (also ._kick.wav of macOS) are none."""
    known = path.suffix.lower() in READABLE + CONVERTIBLE
    return known and not path.name.startswith(".") and not path.is_dir()


def _openable(path: Path) -> Any:
    """The path as libsndfile takes it: bytes where names need not be valid Unicode.

    soundfile reads bytes, which its type hints do not say.
    """
    return os.fsencode(path) if os.name == "posix" else str(path)


def _ends_early(file: soundfile.SoundFile) -> bool:
    """Whether libsndfile's log tells of a header that promises more than there is."""
    log = file.extra_info
    promised = [(int(said), int(real)) for said, real in _DATA_SIZE.findall(log)]
    if any(real < said < _UNKNOWN_LENGTH for said, real in promised):
        return True
    if any(file.frames < int(frames) < _UNKNOWN_LENGTH for frames in _FRAME_COUNT.findall(log)):
        return True
    return "lacks an end-of-stream bit" in log


def _not_readable(path: Path, error: soundfile.LibsndfileError) -> AudioError:
    """Tell a foreign format from a broken file."""
    name, suffix = shown(path), path.suffix.lower()
    if suffix in CONVERTIBLE:
        return AudioError(
            f"{name} is in a format that libsndfile cannot read",
            "wav, aiff, flac, ogg or mp3 is needed", "convert it: ffmpeg -i IN OUT.wav",
        )  # fmt: skip
    if "not recognised" in error.error_string:
        return AudioError(
            f"{name} holds no audio although it is called {suffix}",
            "wav, aiff, flac, ogg or mp3 is needed",
            "export it again; renaming a file does not convert it",
        )
    return AudioError(
        f"{name} is damaged ({error.error_string.rstrip('.')})", "a whole file is needed",
        "copy or export it again",
    )  # fmt: skip
