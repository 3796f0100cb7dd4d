"""Previews: what is listened to in the browser, as FLAC chunks with their meters, on the disk.

One rule: a preview is there whole or not at all, and its chunks put together are the mix to the
sample, turned down only as far as FLAC needs to hold its peaks.
"""

import json
import math
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soundfile

from mixer.fader import apply_gain, blocks_of, lufs_of, tenth_powers
from mixer.loudness import true_peak_dbtp

PREVIEWS = "auditions"  # the folder of a room's previews
CHUNK_S = 5.0
PEAK_BINS = 480
HIGHEST_SAMPLE = 0.9999  # FLAC of 24 bits ends one step below 1
META, TENTHS = "preview.json", "tenths.npy"
_DIGITS = 4

Progress = Callable[[float], None]  # told how much is done, 0 to 1; may raise to stop


class PreviewError(ValueError):
    """A preview that cannot be had: the message says got, needed and cure."""


@dataclass(frozen=True)
class Preview:
    """A rendered preview. Its levels are those of the mix as it is, before trim_db.

    trim_db (<= 0): what the chunks were turned down by. peaks: lowest and highest sample of each of
    PEAK_BINS equal parts.
    """

    folder: Path
    samples: int
    sample_rate: int
    chunk_samples: int
    trim_db: float
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    peaks: tuple[tuple[float, float], ...]

    @property
    def seconds(self) -> float:
        return self.samples / self.sample_rate

    @property
    def chunks(self) -> int:
        """How many chunks there are."""
        return math.ceil(self.samples / self.chunk_samples)

    def chunk_path(self, number: int) -> Path:
        """The FLAC file of a chunk, counted from 0."""
        if not 0 <= number < self.chunks:
            raise PreviewError(f"chunk {number} was asked: there are 0 to {self.chunks - 1}")
        return self.folder / f"{number:04d}.flac"

    def tenth_powers(self) -> np.ndarray:
        """The whole mix's K-weighted power by tenths of a second, see fader.tenth_powers."""
        return np.load(self.folder / TENTHS, allow_pickle=False)

    def block_powers(self) -> np.ndarray:
        """The same for blocks of 0.4 s, as fader.block_powers gives them."""
        return blocks_of(self.tenth_powers())

    def read(self, start_s: float, end_s: float) -> np.ndarray:
        """The mix (2, samples) between two times, as loud as it is without the trim."""
        first = min(max(0, round(start_s * self.sample_rate)), self.samples)
        end = min(max(first, round(end_s * self.sample_rate)), self.samples)
        region = np.zeros((2, end - first), np.float32)
        for number in range(first // self.chunk_samples, math.ceil(end / self.chunk_samples)):
            start = number * self.chunk_samples
            audio, _ = soundfile.read(self.chunk_path(number), dtype="float32", always_2d=True)
            low, high = max(first, start), min(end, start + len(audio))
            region[:, low - first : high - first] = audio[low - start : high - start].T
        return apply_gain(region, -self.trim_db)


def sweep_unfinished(folder: Path) -> None:
    """Remove what a killed server has left of previews; whoever calls has the room to itself."""
    for place in folder.glob(".*.part"):
        shutil.rmtree(place, ignore_errors=True)


def load_preview(folder: Path) -> Preview | None:
    """A preview that was written before, or None."""
    if not (folder / TENTHS).is_file():
        return None
    try:
        told = json.loads((folder / META).read_text(encoding="utf-8"))
        peaks = tuple((float(low), float(high)) for low, high in told.pop("peaks"))
        return Preview(folder=folder, peaks=peaks, **told)
    except (OSError, ValueError, TypeError):
        return None


def write_preview(
    folder: Path, mix: np.ndarray, sample_rate: int, on_progress: Progress
) -> Preview:
    """Write the preview of a mix (2, samples) into a folder, which then appears at once."""
    unfinished = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        highest = float(np.abs(mix).max(initial=0.0))
        trim_db = min(0.0, 20.0 * math.log10(HIGHEST_SAMPLE / highest)) if highest else 0.0
        size = round(CHUNK_S * sample_rate)
        starts = range(0, mix.shape[1], size)
        for number, start in enumerate(starts):
            chunk = apply_gain(mix[:, start : start + size], trim_db)
            path = unfinished / f"{number:04d}.flac"
            soundfile.write(path, chunk.T, sample_rate, subtype="PCM_24", format="FLAC")
            on_progress(0.5 * (number + 1) / len(starts))
        tenths = tenth_powers(mix, sample_rate)
        np.save(unfinished / TENTHS, tenths, allow_pickle=False)
        on_progress(0.7)
        preview = Preview(
            folder,
            mix.shape[1],
            sample_rate,
            size,
            trim_db,
            lufs_of(blocks_of(tenths)),
            true_peak_dbtp(mix, sample_rate),
            peaks_of(mix),
        )
        told = {name: value for name, value in asdict(preview).items() if name != "folder"}
        (unfinished / META).write_text(json.dumps(told), encoding="utf-8")
        on_progress(1.0)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(unfinished, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return preview


def peaks_of(mix: np.ndarray, bins: int = PEAK_BINS) -> tuple[tuple[float, float], ...]:
    """The lowest and the highest sample of (2, samples) in equal parts, for drawing."""
    count = min(bins, mix.shape[1])
    starts = np.arange(count) * mix.shape[1] // max(count, 1)
    if not count:
        return ()
    low = np.minimum.reduceat(mix.min(axis=0), starts)
    high = np.maximum.reduceat(mix.max(axis=0), starts)
    pairs = zip(np.round(low, _DIGITS).tolist(), np.round(high, _DIGITS).tolist(), strict=True)
    return tuple(pairs)


def keep_below(folder: Path, most_bytes: int, spared: frozenset[str]) -> None:
    """Remove the previews that were not used for longest until a folder holds no more than that.

    spared: the names of those that stay whatever they take.
    """
    found = [place for place in folder.iterdir() if (place / META).is_file()]
    sizes = {place: sum(file.stat().st_size for file in place.iterdir()) for place in found}
    total = sum(sizes.values())
    for place in sorted(found, key=lambda place: (place / META).stat().st_mtime):
        if total <= most_bytes:
            return
        if place.name not in spared:
            shutil.rmtree(place, ignore_errors=True)
            total -= sizes[place]
