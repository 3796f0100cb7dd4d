"""Batches for the ear: stems drawn from cached songs, and the augmentation of their pictures.

One rule: the same generator gives the same batch from the same files.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from torch.nn import functional

from mixer.ear_front import FRAMES, MELS

SILENCE_DB = -100.0  # what log_mel gives for digital silence
DB_PER_NEPER = 10.0 / np.log(10.0)


@dataclass(frozen=True)
class CachedSong:
    """One file of the cache: what its metadata say."""

    path: Path
    captions: tuple[str, ...]
    genre: str
    split: str


@dataclass(frozen=True)
class Clips:
    """A batch: dry, wet (clips, 1001, 64) in dB, role (clips,), captions, song number (clips,)."""

    dry: torch.Tensor
    wet: torch.Tensor
    role: torch.Tensor
    captions: tuple[str, ...]
    song: torch.Tensor


@dataclass
class Shelf:
    """The cached songs of one folder and split; refresh() finds those that came since."""

    folder: Path
    split: str
    songs: list[CachedSong] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def refresh(self) -> int:
        """Read the metadata of new files; return how many songs there are."""
        for path in sorted(self.folder.glob("*.safetensors")):
            if path.name not in self._seen:
                self._seen.add(path.name)
                song = read_song(path)
                if song.split == self.split:
                    self.songs.append(song)
        return len(self.songs)


def read_song(path: Path) -> CachedSong:
    """Read one file's metadata."""
    with safe_open(path, "pt") as file:
        words = file.metadata()
    return CachedSong(path, tuple(json.loads(words["captions"])), words["genre"], words["split"])


def load_clips(songs: Sequence[CachedSong], picks: Sequence[Sequence[int]]) -> Clips:
    """Load the picked stems of each song."""
    dry, wet, role, captions, which = [], [], [], [], []
    for index, (song, stems) in enumerate(zip(songs, picks, strict=True)):
        with safe_open(song.path, "pt") as file:
            mel_dry, mel_wet, roles = (
                file.get_slice(name) for name in ("mel_dry", "mel_wet", "role")
            )
            all_roles = roles[:]
            for stem in stems:
                dry.append(mel_dry[stem : stem + 1])
                wet.append(mel_wet[stem : stem + 1])
                role.append(all_roles[stem])
                captions.append(song.captions[stem])
                which.append(index)
    return Clips(
        torch.cat(dry).float(),
        torch.cat(wet).float(),
        torch.stack(role),
        tuple(captions),
        torch.tensor(which),
    )


def draw_batch(
    shelves: Sequence[Shelf], shares: Sequence[float], clips: int, rng: np.random.Generator
) -> Clips:
    """Draw songs (a shelf by its share, then evenly), at most 8 stems of each, to `clips` stems."""
    songs, picks, missing = [], [], clips
    while missing > 0:
        shelf = shelves[int(rng.choice(len(shelves), p=shares))]
        song = shelf.songs[int(rng.integers(len(shelf.songs)))]
        stems = rng.permutation(len(song.captions))[: min(8, missing)]
        songs.append(song)
        picks.append([int(stem) for stem in stems])
        missing -= len(stems)
    return load_clips(songs, picks)


def add_powers(first_db: torch.Tensor, second_db: torch.Tensor) -> torch.Tensor:
    """The level of two independent sounds together, in dB."""
    return torch.logaddexp(first_db / DB_PER_NEPER, second_db / DB_PER_NEPER) * DB_PER_NEPER


def augment(mel: torch.Tensor, rng: torch.Generator, share: float = 1.0) -> torch.Tensor:
    """Make log-mel (clips, 1001, 64) look as other takes, rooms and microphones would have.

    A share of the clips, drawn clip by clip, is changed; the others are only rolled in time.
    """
    shifts = torch.randint(FRAMES, (len(mel),), generator=rng).tolist()
    rolled = torch.stack([row.roll(shift, 0) for row, shift in zip(mel, shifts, strict=True)])
    changed = _warp(rolled, rng) + _tilt_db(len(mel), rng)
    changed = _bleed(changed, rng)
    floor_db = _uniform(len(mel), -100.0, -45.0, rng)  # recordings are never digitally silent
    noise_db = floor_db + 3.0 * torch.randn(mel.shape, generator=rng)
    changed = torch.where(_coin(len(mel), 0.6, rng), add_powers(changed, noise_db), changed)
    changed = changed + _uniform(len(mel), 0.0, 1.5, rng) * torch.randn(mel.shape, generator=rng)
    changed = _mask(changed, rng).clamp_min(SILENCE_DB)
    return torch.where(_coin(len(mel), share, rng), changed, rolled)


def _uniform(count: int, low: float, high: float, rng: torch.Generator) -> torch.Tensor:
    """One number a clip, (clips, 1, 1)."""
    return low + (high - low) * torch.rand(count, 1, 1, generator=rng)


def _coin(count: int, share: float, rng: torch.Generator) -> torch.Tensor:
    """True for about `share` of the clips, (clips, 1, 1)."""
    return torch.rand(count, 1, 1, generator=rng) < share


def _warp(mel: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
    """Stretch and cut in time, shift pitch by up to two bins; what is cut is silence."""
    count = len(mel)
    stretch, shift = _uniform(count, 0.85, 1.18, rng), _uniform(count, -2.0, 2.0, rng) * 2 / MELS
    times = torch.linspace(-1, 1, FRAMES)[None, :, None] * stretch
    bins = torch.linspace(-1, 1, MELS)[None, None, :] + shift
    grid = torch.stack(
        [bins.expand(count, FRAMES, MELS), times.expand(count, FRAMES, MELS)], dim=-1
    )
    warped = functional.grid_sample(
        mel[:, None], grid, padding_mode="reflection", align_corners=True
    )[:, 0]
    kept = torch.where(
        _coin(count, 0.3, rng), _uniform(count, 0.25, 1.0, rng), torch.ones(count, 1, 1)
    )
    beyond = torch.arange(FRAMES)[None, :, None] > kept * FRAMES
    return warped.masked_fill(beyond, SILENCE_DB)


def _tilt_db(count: int, rng: torch.Generator) -> torch.Tensor:
    """A random equaliser and level offset, (clips, 1, 64): slope, two bells, some steep cuts."""
    bins = torch.linspace(-1, 1, MELS)[None, None, :]
    curve = _uniform(count, -3, 3, rng) + _uniform(count, -8, 8, rng) * bins
    for _ in range(2):
        centre, width = _uniform(count, -1, 1, rng), _uniform(count, 0.08, 0.5, rng)
        curve = curve + _uniform(count, -7, 7, rng) * torch.exp(-(((bins - centre) / width) ** 2))
    low, high = _uniform(count, -1.0, -0.7, rng), _uniform(count, 0.3, 1.0, rng)
    cut_low = torch.where(_coin(count, 0.25, rng), 60 * functional.relu(low - bins), torch.zeros(1))
    cut_high = torch.where(
        _coin(count, 0.35, rng), 90 * functional.relu(bins - high), torch.zeros(1)
    )
    return curve - cut_low - cut_high


def _bleed(mel: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
    """Let a little of another clip of the batch through on a fifth of the clips."""
    other = mel[torch.randperm(len(mel), generator=rng)] + _uniform(len(mel), -35.0, -14.0, rng)
    return torch.where(_coin(len(mel), 0.2, rng), add_powers(mel, other), mel)


def _mask(mel: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
    """Hide up to a second and up to six bins behind the clip's mean on a third of the clips."""
    mean = mel.mean(dim=(1, 2), keepdim=True)
    for axis, longest, size in ((1, 100, FRAMES), (2, 6, MELS)):
        shape = (1, -1, 1) if axis == 1 else (1, 1, -1)
        start = _uniform(len(mel), 0, size - longest, rng)
        place = torch.arange(size).reshape(shape)
        hidden = (place >= start) & (place < start + _uniform(len(mel), 0, longest, rng))
        mel = torch.where(hidden & _coin(len(mel), 0.33, rng), mean, mel)
    return mel
