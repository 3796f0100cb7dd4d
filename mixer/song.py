"""Song and Stem: open a folder of stems as one float32 array (stems, 2, samples).

One rule: everything strange about audio is dealt with here, at the door, so the rest of the code
meets finite stereo stems of one length and rate. The user's files are never written to.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soxr

from mixer.audio_files import AudioError, audio_files, check_rate, shown
from mixer.moves import MoveError, stem_index
from mixer.overlaps import Candidate, find_overlaps
from mixer.sources import (
    Source,
    distinct_names,
    from_array,
    from_file,
    in_order,
    join_sides,
    named,
)
from mixer.stem_faults import ClippedRun, broken_samples, clipped_runs, faults_of, mend
from mixer.storage import each, give_back, zeros

__all__ = ["AudioError", "Refusal", "Song", "SongError", "Stem", "open_song", "song_from_arrays"]

USUAL_RATE = 44100
SHORTEST_SONG_S = 0.4

Progress = Callable[[int, int, str], None]


class SongError(ValueError):
    """A stem was asked for that the song does not have."""


@dataclass(frozen=True)
class Stem:
    """One track as it was found: channels, sample_rate, subtype and seconds are the file's own.

    broken: how many samples were no numbers. clipped: where a wave is cut off at full scale.
    """

    name: str
    path: Path | None
    channels: int
    sample_rate: int
    subtype: str
    seconds: float
    faults: tuple[str, ...] = ()
    broken: int = 0
    clipped: tuple[ClippedRun, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """A file that could not be used, and the sentence that says why."""

    name: str
    path: Path | None
    reason: str

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True, eq=False)
class Song:
    """The stems in natural order of their names; audio is float32 (stems, 2, samples)."""

    name: str
    folder: Path | None
    stems: tuple[Stem, ...]
    audio: np.ndarray
    sample_rate: int
    notes: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The stems' names, in order."""
        return tuple(stem.name for stem in self.stems)

    @property
    def seconds(self) -> float:
        """How long the song lasts."""
        return self.audio.shape[2] / self.sample_rate

    def each(self) -> Iterator[np.ndarray]:
        """The stems' audio (2, samples) in order, with one at a time in memory."""
        return each(self.audio)

    def index(self, name: str) -> int:
        """Where a stem is; SongError with the nearest names if there is none."""
        try:
            return stem_index(self.names, name)
        except MoveError as error:
            raise SongError(str(error)) from error


def open_song(folder: Path | str, on_progress: Progress | None = None) -> Song:
    """Open a folder of stems; AudioError when nothing in it can be used.

    Args:
        folder: Its subfolders are searched if it holds no stems itself.
        on_progress: Called with (files read, files in all, name of the file).
    """
    folder = Path(folder).expanduser()
    sources: list[Source] = []
    refused: list[Refusal] = []
    for path, name in named(audio_files(folder), folder):
        try:
            sources.append(from_file(path, name))
        except AudioError as error:
            refused.append(Refusal(name, path, str(error)))
    sources, notes = join_sides(in_order(sources))
    name = shown(folder.resolve())
    sources = in_order(sources)
    sample_rate = _common_rate(sources, notes)
    audio, loaded = _load(sources, sample_rate, refused, on_progress)
    _need_sound(name, audio, sample_rate, refused)
    candidates = [Candidate(source.name, source.label) for source, _ in loaded]
    overlaps = find_overlaps(audio, sample_rate, candidates)
    rows = [row for row in range(len(loaded)) if row not in overlaps.left_out]
    for place, row in enumerate(rows):  # in place: a copy could be larger than the memory
        if place != row:
            audio[place] = audio[row]
            give_back(audio[place : row + 1])
    stems = _stems([loaded[row] for row in rows])
    notes = (*notes, *overlaps.notes, *_length_notes(stems))
    return Song(name, folder, stems, audio[: len(rows)], sample_rate, notes, tuple(refused))


def song_from_arrays(name: str, stems: Mapping[str, np.ndarray], sample_rate: int) -> Song:
    """Make a song of arrays (samples,) or (2, samples), all at one rate.

    They pass the checks of files, but what is given is meant: nothing is joined or left out, and a
    stem that cannot be used is an AudioError.
    """
    check_rate(name, sample_rate)
    sources = in_order([from_array(stem, array, sample_rate) for stem, array in stems.items()])
    refused: list[Refusal] = []
    audio, loaded = _load(sources, sample_rate, refused, None)
    if refused:
        raise AudioError(refused[0].reason, "every array must be usable", "leave it out")
    _need_sound(name, audio, sample_rate, refused)
    found = _stems(loaded)
    return Song(name, None, found, audio, sample_rate, tuple(_length_notes(found)))


def _common_rate(sources: Sequence[Source], notes: list[str]) -> int:
    """The one rate of all sources, else 44.1 kHz and a note."""
    rates = sorted({source.sample_rate for source in sources})
    if len(rates) == 1:
        return rates[0]
    if rates:
        listed = " and ".join(str(rate) for rate in rates)
        notes.append(f"the stems come at {listed} Hz: they are worked on at {USUAL_RATE} Hz")
    return USUAL_RATE


def _load(
    sources: Sequence[Source],
    sample_rate: int,
    refused: list[Refusal],
    on_progress: Progress | None,
) -> tuple[np.ndarray, list[tuple[Source, Stem]]]:
    """Load all sources into one array; what cannot be used goes to refused."""
    longest = max((source.length(sample_rate) for source in sources), default=0)
    audio = zeros((len(sources), 2, longest), "the song")
    loaded, end = [], 0
    for done, source in enumerate(sources, start=1):
        try:
            stem, length = _load_into(audio[len(loaded)], source, sample_rate)
            give_back(audio[len(loaded)])
            loaded.append((source, stem))
            end = max(end, length)
        except AudioError as error:
            refused.append(Refusal(source.name, source.path, str(error)))
        if on_progress:
            on_progress(done, len(sources), source.label)
    return audio[: len(loaded), :, :end], loaded


def _load_into(row: np.ndarray, source: Source, sample_rate: int) -> tuple[Stem, int]:
    """Load one source into its (2, samples) row of zeros; return the stem and its length."""
    samples, noticed = source.load()
    broken = broken_samples(samples)
    samples, mended = mend(source.label, samples)
    faults = noticed + mended + faults_of(source.label, samples, source.sample_rate)
    clipped = clipped_runs(samples, source.sample_rate)
    seconds = samples.shape[1] / source.sample_rate
    if source.sample_rate != sample_rate:
        samples = soxr.resample(samples.T, source.sample_rate, sample_rate, quality="VHQ").T
    length = min(samples.shape[1], row.shape[1])
    row[:, :length] = samples[:, :length]  # one channel goes to both sides
    stem = Stem(
        source.name,
        source.path,
        source.channels,
        source.sample_rate,
        source.subtype,
        seconds,
        faults,
        broken,
        clipped,
    )
    return stem, length


def _stems(loaded: Sequence[tuple[Source, Stem]]) -> tuple[Stem, ...]:
    """The stems under names that differ."""
    names = distinct_names([source for source, _ in loaded])
    return tuple(replace(stem, name=name) for (_, stem), name in zip(loaded, names, strict=True))


def _need_sound(name: str, audio: np.ndarray, sample_rate: int, refused: Sequence[Refusal]) -> None:
    """Refuse a song with no stem left, shorter than a loudness block, or silent throughout."""
    if audio.shape[0] == 0:
        reasons = "; ".join(refusal.reason for refusal in refused[:3]) or "add a stem"
        raise AudioError(f"{name} has no stem that can be used", "one at least is needed", reasons)
    seconds = audio.shape[2] / sample_rate
    if seconds < SHORTEST_SONG_S:
        raise AudioError(
            f"{name} lasts {seconds:.2g} s", f"{SHORTEST_SONG_S} s at least are needed",
            "export the stems over the whole song",
        )  # fmt: skip
    if not any(stem.any() for stem in each(audio)):
        raise AudioError(
            f"every stem of {name} is digital silence", "one at least must sound",
            "unmute the tracks and export them again",
        )  # fmt: skip


def _length_notes(stems: Sequence[Stem]) -> list[str]:
    """Tell of a single stem, and of lengths that differ."""
    if len(stems) == 1:
        return [f"{stems[0].name} is the only stem: there is nothing to balance it against"]
    shortest = min(stems, key=lambda stem: stem.seconds)
    longest = max(stems, key=lambda stem: stem.seconds)
    if longest.seconds - shortest.seconds < 0.05:
        return []
    return [
        f"the stems last {shortest.seconds:.1f} s ({shortest.name}) to {longest.seconds:.1f} s "
        f"({longest.name}): the short ones are padded with silence at the end"
    ]
