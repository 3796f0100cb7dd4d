"""Readers for real multitracks: MUSDB18, MedleyDB, MoisesDB, zips and folders of stems a song.

One rule: files are only read; a place that is no song is skipped, a song that cannot be used is
named.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from finetune.multitrack_facts import Facts, folder_facts, name_of, with_told
from finetune.multitrack_layouts import LaidOut, Track, laid_out
from finetune.multitrack_packed import is_packed, unpacked
from mixer.audio_files import AudioError, audio_files, read_header, read_samples, shown
from mixer.roles import FAMILY_OF_ROLE, roles_from_names
from mixer.song import Song, open_song, song_from_arrays
from mixer.sources import natural_key

AUDIO_ENDINGS = (".wav", ".flac", ".aif", ".aiff", ".ogg", ".mp3", ".m4a")


@dataclass(frozen=True, eq=False)
class Multitrack:
    """A real song; a role is None where neither its collection nor the stem's name tells it."""

    song: Song
    roles: tuple[str | None, ...]
    facts: Facts

    def families(self) -> dict[str, np.ndarray]:
        """The stems summed into families, mono (samples,) each; an unknown role is `other`."""
        sums: dict[str, np.ndarray] = {}
        for stem, role in zip(self.song.each(), self.roles, strict=True):
            family = FAMILY_OF_ROLE[role] if role else "other"
            mono = stem.mean(axis=0)
            sums[family] = sums[family] + mono if family in sums else mono
        return sums


def song_places(root: Path) -> tuple[Path, ...]:
    """The songs under a root: folders of a known layout or of two audio files, zips, .stem.mp4."""
    root = Path(root)
    if is_packed(root) or laid_out(root) is not None:
        return (root,)
    inside = sorted(root.iterdir()) if root.is_dir() else []
    inside = [path for path in inside if path.name[0] != "."]
    packed = [path for path in inside if is_packed(path)]
    audio = [p for p in inside if p.suffix.lower() in AUDIO_ENDINGS]
    below = [song for path in inside if path.is_dir() for song in song_places(path)]
    if len(audio) >= 2:  # a zip beside its stems is the same song again
        return (root, *below)
    return tuple(sorted((*packed, *below)))


@contextmanager
def opened(place: Path) -> Iterator[Path]:
    """The folder of a song's stems: the place itself, or for a while what it was packed from."""
    if not is_packed(place):
        yield place
        return
    with unpacked(place) as folder:
        inside = song_places(folder)
        if len(inside) > 1:
            raise AudioError(
                f"{shown(place)} holds several songs ({inside[0].name}, {inside[1].name}…)",
                "one song a zip is needed", "unpack it and give the folder",
            )  # fmt: skip
        yield inside[0] if inside else folder


def read_folder(root: Path) -> Iterator[Multitrack]:
    """Yield every song under a root, in the order of their places."""
    places = song_places(root)
    if not places:
        raise FileNotFoundError(
            f"{root} holds no song: need one folder of stems per song (give the one above them)"
        )
    for place in places:
        try:
            yield open_multitrack(place)
        except AudioError as problem:
            logging.warning("%s left out: %s", place.name, problem)


def open_multitrack(place: Path) -> Multitrack:
    """Open one song by its layout, or as any folder of stems; AudioError where it is none."""
    with opened(place) as folder:
        found = laid_out(folder, place)
        facts = with_told(found.facts if found else folder_facts(place), place)
        if found is None:
            song = replace(open_song(folder), name=name_of(place.resolve()))
            return Multitrack(song, roles_from_names(song.names), facts)
        song = _song_of(name_of(place), found.tracks)
    roles = {track.name: track.role for track in found.tracks}
    return Multitrack(song, tuple(roles[name] for name in song.names), facts)


def song_tracks(folder: Path, found: LaidOut | None) -> tuple[Track, ...]:
    """The tracks of an opened song by their files alone; roles of plain ones by their names."""
    if found is not None:
        return found.tracks
    files = sorted(audio_files(folder), key=lambda file: natural_key(file.stem))
    roles = roles_from_names([file.stem for file in files])
    return tuple(Track(file, file.stem, role) for file, role in zip(files, roles, strict=True))


def song_files(place: Path) -> tuple[Path, ...]:
    """The files by which one song is told from another, in order of their names."""
    if is_packed(place):
        return (place,)
    if (found := laid_out(place)) is not None:
        return tuple(track.path for track in found.tracks)
    top = [path for path in sorted(place.iterdir()) if path.suffix.lower() in AUDIO_ENDINGS]
    return tuple(top or sorted(audio_files(place)))


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
