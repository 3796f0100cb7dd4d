"""Readers for real multitracks: any folder that holds one folder of stems per song.

One rule: files are only read; a folder that is no song is skipped and named.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mixer.roles import roles_from_names
from mixer.song import AudioError, Song, open_song

AUDIO_ENDINGS = (".wav", ".flac", ".aif", ".aiff", ".ogg", ".mp3", ".m4a")


@dataclass(frozen=True, eq=False)
class Multitrack:
    """A real song; a role is None where the stem's name does not tell it."""

    song: Song
    roles: tuple[str | None, ...]


def song_folders(root: Path) -> tuple[Path, ...]:
    """List the folders under a root that hold at least two audio files, sorted."""
    folders = {path.parent for path in root.rglob("*") if path.suffix.lower() in AUDIO_ENDINGS}
    return tuple(
        sorted(
            f for f in folders if sum(p.suffix.lower() in AUDIO_ENDINGS for p in f.iterdir()) >= 2
        )
    )


def read_folder(root: Path) -> Iterator[Multitrack]:
    """Yield every song under a root (MUSDB18-HQ, MedleyDB stems, MoisesDB or one's own)."""
    folders = song_folders(root)
    if not folders:
        raise FileNotFoundError(
            f"{root} holds no song: need one folder of stems per song (give the one above them)"
        )
    for folder in folders:
        try:
            song = open_song(folder)
        except AudioError as problem:
            logging.warning("%s left out: %s", folder.name, problem)
            continue
        yield Multitrack(song, roles_from_names(song.names))
