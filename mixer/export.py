"""Write mixes and stems: wav or flac, 24 bit or (wav) 32-bit float.

One rule: a file is there whole or not at all, nothing is overwritten unasked, and the song's own
folder is never written to.
"""

import contextlib
import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from mixer.fader import apply_gain, song_lufs
from mixer.loudness import true_peak_dbtp
from mixer.storage import each

HIGHEST_PEAK_DBTP = -1.0
SUBTYPES = {".wav": ("PCM_24", "FLOAT"), ".flac": ("PCM_24",)}
_UNSAFE = '<>:"/\\|?*'


class ExportError(ValueError):
    """A file that cannot be written: the message says got, needed and cure."""


@dataclass(frozen=True)
class MixFile:
    """A written mix. trim_db (0 or less) is what its peaks cost; the rest is read after it."""

    path: Path
    trim_db: float
    true_peak_dbtp: float | None
    lufs: float | None


@dataclass(frozen=True)
class StemFiles:
    """Written stems, in the order given, all trimmed by one trim_db, so they sum to the mix."""

    paths: tuple[Path, ...]
    trim_db: float


def write_mix(
    path: Path | str,
    mix: np.ndarray,
    sample_rate: int,
    subtype: str = "PCM_24",
    *,
    overwrite: bool = False,
    song_folder: Path | None = None,
) -> MixFile:
    """Write a mix (2, samples), turned down only if its true peak lies above -1 dBTP."""
    path = Path(path)
    _check_audio(mix, path.name)
    _check_path(path, subtype, overwrite, song_folder)
    peak_dbtp = true_peak_dbtp(mix, sample_rate)
    trim_db = trim_for(peak_dbtp)
    if trim_db < 0.0:
        mix = apply_gain(mix, trim_db)
        peak_dbtp = true_peak_dbtp(mix, sample_rate)
    write_audio(path, mix, sample_rate, subtype)
    return MixFile(path, trim_db, peak_dbtp, song_lufs(mix, sample_rate))


def write_stems(
    folder: Path | str,
    names: Sequence[str],
    stems: np.ndarray,
    sample_rate: int,
    subtype: str = "PCM_24",
    *,
    suffix: str = ".wav",
    overwrite: bool = False,
    song_folder: Path | None = None,
) -> StemFiles:
    """Write stems (stems, 2, samples) as NAME.wav, with the one trim they and their sum need.

    All of them are written or none; one stem at a time is in memory.
    """
    if len(names) != len(stems):
        raise ExportError(f"{len(names)} names for {len(stems)} stems: one name a stem is needed")
    paths = [Path(folder) / (safe_name(name) + suffix) for name in names]
    folded = [path.name.casefold() for path in paths]
    if len(set(folded)) < len(folded):
        raise ExportError(f"two stems would be the same file ({', '.join(folded)}): rename one")
    total, trim_db = np.zeros(stems.shape[1:], np.float32), 0.0
    for path, stem in zip(paths, each(stems), strict=True):
        _check_audio(stem, path.name)
        _check_path(path, subtype, overwrite, song_folder)
        trim_db = min(trim_db, trim_for(true_peak_dbtp(stem, sample_rate)))
        total += stem
    trim_db = min(trim_db, trim_for(true_peak_dbtp(total, sample_rate)))
    trimmed = (apply_gain(stem, trim_db) for stem in each(stems))
    write_together(paths, trimmed, sample_rate, subtype)
    return StemFiles(tuple(paths), trim_db)


def trim_for(peak_dbtp: float | None) -> float:
    """The gain (0 or less) that brings a true peak down to -1 dBTP; 0 for silence."""
    return 0.0 if peak_dbtp is None else min(0.0, HIGHEST_PEAK_DBTP - peak_dbtp)


def write_audio(path: Path, audio: np.ndarray, sample_rate: int, subtype: str) -> None:
    """Write (2, samples) through a temporary file beside path, then put it in place at once."""
    write_together([path], [audio], sample_rate, subtype)


def write_together(
    paths: Sequence[Path], audio: Iterable[np.ndarray], sample_rate: int, subtype: str
) -> None:
    """Write files of (2, samples) each through temporary ones, put in place when all are whole.

    An error or an interruption leaves nothing behind, nor a folder that was made for them.
    """
    parts = [path.with_name(f".{path.name}.{os.getpid()}.part") for path in paths]
    made = [folder for folder in {path.parent for path in paths} if not folder.exists()]
    path = paths[0]
    try:
        for path, part, one in zip(paths, parts, audio, strict=True):
            path.parent.mkdir(parents=True, exist_ok=True)
            container = path.suffix.lower().lstrip(".").upper()
            soundfile.write(part, one.T, sample_rate, subtype=subtype, format=container)
            with open(part, "rb+") as written:
                os.fsync(written.fileno())
        for path, part in zip(paths, parts, strict=True):
            os.replace(part, path)
    except (OSError, soundfile.LibsndfileError) as error:
        raise ExportError(
            f"{path} could not be written ({error}): free space and a folder that may be written "
            "to are needed (choose another folder)"
        ) from error
    finally:
        for part in parts:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
        for folder in made:
            with contextlib.suppress(OSError):  # it holds the files, as it should
                folder.rmdir()


def safe_name(name: str) -> str:
    """A stem's name as a file name that every system takes."""
    safe = "".join("_" if letter in _UNSAFE or ord(letter) < 32 else letter for letter in name)
    return safe.strip(" .") or "_"


def _check_audio(audio: np.ndarray, name: str) -> None:
    """Refuse what is not finite stereo audio."""
    if audio.ndim != 2 or audio.shape[0] != 2 or audio.shape[1] == 0:
        raise ExportError(f"{name}: audio of shape {audio.shape}, (2, samples) is needed")
    if not math.isfinite(float(np.abs(audio).max())):
        raise ExportError(f"{name}: audio with NaN or infinite samples (render it anew)")


def _check_path(path: Path, subtype: str, overwrite: bool, song_folder: Path | None) -> None:
    """Refuse formats we do not write, files that are there, and the song's own folder."""
    kinds = SUBTYPES.get(path.suffix.lower())
    if kinds is None:
        raise ExportError(f"{path.name}: {' or '.join(SUBTYPES)} is written (change the ending)")
    if subtype not in kinds:
        raise ExportError(f"{path.name} as {subtype}: {' or '.join(kinds)} is needed here")
    if song_folder is not None and path.resolve().is_relative_to(song_folder.resolve()):
        raise ExportError(
            f"{path} lies in the song's own folder, which is never written to "
            "(choose a folder outside it)"
        )
    if path.exists() and not (overwrite and path.is_file()):
        raise ExportError(f"{path} is there already (choose another name, or ask to overwrite it)")
