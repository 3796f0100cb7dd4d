"""Sources: stems to be, known by name and header before their samples are loaded.

One rule: two files make one source only when they are the mono sides of one track.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mixer.audio_files import AudioError, read_header, read_samples, shown

Loaded = tuple[np.ndarray, tuple[str, ...]]
_SIDE = re.compile(
    r"^(?P<name>.+?)[ ._\-(\[]+(?P<side>L|R|left|right)[)\]]?(?P<take>[ ._\-]?\d+)?$", re.IGNORECASE
)


@dataclass(frozen=True, eq=False)
class Source:
    """A stem before it is loaded; label is how messages call it (the file's name)."""

    name: str
    label: str
    path: Path | None
    channels: int
    sample_rate: int
    subtype: str
    frames: int
    load: Callable[[], Loaded]  # samples (channels, frames) and what was noticed on the way

    def length(self, sample_rate: int) -> int:
        """Samples after resampling to a rate."""
        return -(-self.frames * sample_rate // self.sample_rate)


def named(paths: Sequence[Path], folder: Path) -> list[tuple[Path, str]]:
    """Each path with its stem name; where there are several subfolders theirs leads it."""
    subfolders = {path.parent for path in paths} - {folder}
    pairs = []
    for path in paths:
        words = [Path(path.stem)]
        if len(subfolders) > 1:
            words = [*map(Path, path.parent.relative_to(folder).parts), *words]
        pairs.append((path, unicodedata.normalize("NFC", " ".join(map(shown, words)))))
    return pairs


def from_file(path: Path, name: str) -> Source:
    """Read the header of one file; AudioError when it cannot be a stem."""
    header = read_header(path)

    def load() -> Loaded:
        samples, ended_early = read_samples(header)
        if not ended_early:
            return samples, ()
        seconds = samples.shape[1] / header.sample_rate
        return samples, (
            f"{shown(path)} ends early: only {seconds:.1f} s are there (copy or export it again)",
        )

    return Source(
        name, shown(path), path, header.channels, header.sample_rate, header.subtype,
        header.frames, load,
    )  # fmt: skip


def from_array(name: str, samples: np.ndarray, sample_rate: int) -> Source:
    """Take one floating-point array (samples,), (1, samples) or (2, samples)."""
    array = np.atleast_2d(np.asarray(samples))
    if array.ndim != 2 or array.shape[0] > 2 or array.size == 0:
        raise AudioError(
            f"{name} has shape {np.shape(samples)}", "(samples,) or (2, samples) is needed",
            "transpose it if its channels come last",
        )  # fmt: skip
    if array.dtype.kind != "f":
        raise AudioError(
            f"{name} has dtype {array.dtype}", "floating point with full scale 1.0 is needed",
            "divide integers by their full scale",
        )  # fmt: skip

    def load() -> Loaded:
        with np.errstate(over="ignore"):
            return array.astype(np.float32), ()

    return Source(name, name, None, array.shape[0], sample_rate, "FLOAT", array.shape[1], load)


def join_sides(sources: Sequence[Source]) -> tuple[list[Source], list[str]]:
    """Make one stereo source of each pair of mono files called name.L and name.R; say so."""
    pairs: dict[tuple, dict[str, Source]] = {}
    for source in sources:
        match = _SIDE.match(source.name)
        if match and source.path and source.channels == 1:
            track = (match["name"] + (match["take"] or "")).casefold()
            key = (track, source.sample_rate, source.path.parent)
            pairs.setdefault(key, {}).setdefault(match["side"][0].upper(), source)
    joined, notes = list(sources), []
    for sides in pairs.values():
        if len(sides) == 2:
            whole = _whole(sides["L"], sides["R"])
            joined = [whole if s is sides["L"] else s for s in joined if s is not sides["R"]]
            notes.append(f"{whole.label} were joined into one stereo stem, {whole.name}")
    return joined, notes


def _whole(left: Source, right: Source) -> Source:
    """The stereo source of two mono ones, the shorter padded."""

    def load() -> Loaded:
        (left_samples, left_faults), (right_samples, right_faults) = left.load(), right.load()
        samples = np.zeros((2, max(left_samples.size, right_samples.size)), np.float32)
        samples[0, : left_samples.size] = left_samples[0]
        samples[1, : right_samples.size] = right_samples[0]
        return samples, left_faults + right_faults

    name = _SIDE.sub(r"\g<name>\g<take>", left.name)
    label = f"{left.label} and {right.label}"
    frames = max(left.frames, right.frames)
    return replace(left, name=name, label=label, channels=2, frames=frames, load=load)


def in_order(sources: Sequence[Source]) -> list[Source]:
    """Sort naturally: 'Tom 2' comes before 'Tom 10'."""
    return sorted(sources, key=lambda source: (natural_key(source.name), source.label))


def distinct_names(sources: Sequence[Source]) -> list[str]:
    """Names in which no two are equal but for case: the format or a number tells them apart."""
    folded = [source.name.casefold() for source in sources]
    taken = {name for name in folded if folded.count(name) == 1}
    names = []
    for source, name in zip(sources, folded, strict=True):
        chosen = source.name
        if folded.count(name) > 1:
            suffix = source.path.suffix[1:].lower() if source.path else "1"
            marks = ["", f" ({suffix})", *(f" ({n})" for n in range(2, len(sources) + 2))]
            chosen = next(
                source.name + mark for mark in marks if (name + mark).casefold() not in taken
            )
            taken.add(chosen.casefold())
        names.append(chosen)
    return names


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """A sort key that reads numbers as numbers."""
    parts = re.split(r"(\d+)", name.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]
