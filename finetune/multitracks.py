"""Readers for real multitracks: MUSDB18-HQ, MedleyDB, MoisesDB, or one folder of stems a song.

One rule: files are only read; a folder that is no song is skipped, a song that cannot be used is
named.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from finetune.multitrack_layouts import Track, tracks_of
from mixer.audio_files import read_header, read_samples
from mixer.roles import FAMILY_OF_ROLE, roles_from_names
from mixer.song import AudioError, Song, open_song, song_from_arrays

AUDIO_ENDINGS = (".wav", ".flac", ".aif", ".aiff", ".ogg", ".mp3", ".m4a")


@dataclass(frozen=True, eq=False)
class Multitrack:
    """A real song; a role is None where neither its collection nor the stem's name tells it."""

    song: Song
    roles: tuple[str | None, ...]

    def families(self) -> dict[str, np.ndarray]:
        """The stems summed into families, mono (samples,) each; an unknown role is `other`."""
        sums: dict[str, np.ndarray] = {}
        for stem, role in zip(self.song.each(), self.roles, strict=True):
            family = FAMILY_OF_ROLE[role] if role else "other"
            mono = stem.mean(axis=0)
            sums[family] = sums[family] + mono if family in sums else mono
        return sums


def song_folders(root: Path) -> tuple[Path, ...]:
    """The songs under a root: folders of a known layout, and those that hold two audio files."""
    root = Path(root)
    if tracks_of(root):
        return (root,)
    inside = sorted(path for path in root.iterdir()) if root.is_dir() else []
    audio = [p for p in inside if p.suffix.lower() in AUDIO_ENDINGS and p.name[0] != "."]
    below = [song for path in inside if path.is_dir() for song in song_folders(path)]
    return (root, *below) if len(audio) >= 2 else tuple(below)


def read_folder(root: Path) -> Iterator[Multitrack]:
    """Yield every song under a root, in the order of their folders."""
    folders = song_folders(root)
    if not folders:
        raise FileNotFoundError(
            f"{root} holds no song: need one folder of stems per song (give the one above them)"
        )
    for folder in folders:
        try:
            yield _read_song(folder)
        except AudioError as problem:
            logging.warning("%s left out: %s", folder.name, problem)


def _read_song(folder: Path) -> Multitrack:
    """Open one song by its layout, or as any folder of stems."""
    tracks = tracks_of(folder)
    if not tracks:
        song = open_song(folder)
        return Multitrack(song, roles_from_names(song.names))
    song = _song_of(folder.name, tracks)
    roles = {track.name: track.role for track in tracks}
    return Multitrack(song, tuple(roles[name] for name in song.names))


def _song_of(name: str, tracks: Sequence[Track]) -> Song:
    """A song of these tracks only: a mixture or raw takes that lie beside them are left alone."""
    headers = [read_header(track.path) for track in tracks]
    rates = sorted({header.sample_rate for header in headers})
    if len(rates) > 1:
        raise AudioError(
            f"{name} comes at {' and '.join(map(str, rates))} Hz", "one sample rate is needed",
            f"ffmpeg -i IN -ar {rates[0]} OUT.wav",
        )  # fmt: skip
    samples = {
        track.name: read_samples(header)[0] for track, header in zip(tracks, headers, strict=True)
    }
    return song_from_arrays(name, samples, rates[0])
