"""Real songs as evaluations need them: each stem's profile and content, of a whole song or a part.

One rule: what was measured of the very same files by the same ear is read from the cache, so only
the first run opens audio.
"""

import hashlib
import json
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

from finetune.encode import fingerprint
from finetune.multitrack_facts import name_of
from finetune.multitrack_layouts import laid_out
from finetune.multitracks import Multitrack, open_multitrack, song_files, song_places
from mixer.ear import EAR_DIR, Ear, window
from mixer.ear_front import WINDOW_S
from mixer.loudness import PLAYS, profile
from mixer.song import AudioError, Song

# Of the project's own real songs: nothing was ever tuned on these.
HELD_OUT = (
    "evr_rubidium",
    "evr_francium",
    "fof_war_of_freedom",
    "resonate_breakbeat",
    "adaptisound_swing",
    "mixing_desk_orange",
)
MEASURED_BY = "1"  # raise it when what is measured changes, and every cache is made anew


@dataclass(frozen=True)
class Part:
    """Which part of a song: seconds None = all of it, start_s None = where most stems play."""

    seconds: float | None = None
    start_s: float | None = None

    def __str__(self) -> str:
        if self.seconds is None:
            return "whole"
        return f"{self.seconds:g}s" + ("" if self.start_s is None else f"-at-{self.start_s:g}s")


WHOLE = Part()


@dataclass(frozen=True, eq=False)
class RealSong:
    """The stems that have a level, in song order.

    roles: what collection or names tell, else what the ear says; heard: what the ear says of each.
    profile (S, 14), hidden (S, 8, 256). seconds: of the whole song.
    """

    name: str
    names: tuple[str, ...]
    roles: tuple[str, ...]
    heard: tuple[str, ...]
    profile: np.ndarray
    hidden: np.ndarray
    seconds: float

    @property
    def plays(self) -> np.ndarray:
        """For which share of the time each stem plays, (S,)."""
        return self.profile[:, PLAYS]

    def pick(self, stems: Sequence[int]) -> "RealSong":
        """The song with these of its stems, in this order."""
        return replace(
            self,
            names=tuple(self.names[stem] for stem in stems),
            roles=tuple(self.roles[stem] for stem in stems),
            heard=tuple(self.heard[stem] for stem in stems),
            profile=self.profile[list(stems)],
            hidden=self.hidden[list(stems)],
        )


def read_songs(
    folder: Path, cache: Path, part: Part = WHOLE, names: Sequence[str] | None = None
) -> list[RealSong]:
    """All songs under a folder in which two stems or more have a level in that part."""
    found = [read_song(one, cache, part) for one in folders_of(folder, names)]
    return [song for song in found if song is not None]


def folders_of(folder: Path, names: Sequence[str] | None = None) -> list[Path]:
    """Where the songs under a folder lie, or those of these names."""
    folders = [one for one in song_places(folder) if names is None or name_of(one) in names]
    if not folders:
        raise FileNotFoundError(
            f"{folder} holds no song{'' if names is None else ' called ' + ', '.join(names)}: "
            "need one folder of stems per song (give the one above them)"
        )
    return folders


def read_song(folder: Path, cache: Path, part: Part = WHOLE) -> RealSong | None:
    """One song or a part of it; None (and a warning) when fewer than two stems sound in it."""
    name = name_of(folder)
    file = cache / f"{name}-{_files_mark(folder)}-{part}.safetensors"
    if not file.is_file():
        try:
            track = _open(folder)
        except AudioError as problem:
            logging.warning("%s left out: %s", folder.name, problem)
            return None
        song = track.song
        measured = measure(cut(song, part), song.seconds, track.roles)
        _save(replace(measured, name=name), file)
    measured = _load(file)
    return measured if len(measured.names) > 1 else None


def windows(folder: Path, cache: Path, seconds: float = WINDOW_S) -> Iterator[RealSong]:
    """A song's consecutive windows in which two stems or more have a level."""
    whole = read_song(folder, cache)
    if whole is None:
        return
    for place in range(int(whole.seconds // seconds)):
        measured = read_song(folder, cache, Part(seconds, place * seconds))
        if measured is not None:
            yield measured


def cut(song: Song, part: Part) -> Song:
    """The song's part; where it names no start, about the middle of the 10 s that are fullest."""
    if part.seconds is None:
        return song
    length = round(part.seconds * song.sample_rate)
    if part.start_s is None:
        middle = window(song) + round(WINDOW_S * song.sample_rate) // 2
        start = int(np.clip(middle - length // 2, 0, max(song.audio.shape[2] - length, 0)))
    else:
        start = round(part.start_s * song.sample_rate)
    return replace(song, audio=song.audio[:, :, start : start + length])


def measure(song: Song, seconds: float, told: Sequence[str | None]) -> RealSong:
    """Profile and content of every stem that has a level; told: the roles that are known."""
    profiles = [profile(stem, song.sample_rate) for stem in song.each()]
    kept = [index for index, row in enumerate(profiles) if row is not None]
    if not kept:
        return RealSong(song.name, (), (), (), np.zeros((0, 14)), np.zeros((0, 8, 256)), seconds)
    heard = Ear.load().hear(song)
    roles = [told[index] or heard.roles[index] for index in kept]
    return RealSong(
        song.name,
        tuple(song.names[index] for index in kept),
        tuple(roles),
        tuple(heard.roles[index] for index in kept),
        np.stack([row for row in profiles if row is not None]),
        heard.hidden[kept],
        seconds,
    )


@lru_cache(maxsize=1)
def _open(folder: Path) -> Multitrack:
    return open_multitrack(folder)


@lru_cache(maxsize=1024)
def _files_mark(folder: Path) -> str:
    """Sixteen hex digits of the stems' names and bytes, the ear and the way of measuring."""
    mark = hashlib.sha256(f"{MEASURED_BY} {fingerprint(EAR_DIR)}".encode())
    for file in song_files(folder):
        mark.update(file.name.encode())
        with file.open("rb") as opened:
            mark.update(hashlib.file_digest(opened, "sha256").digest())
    if (found := laid_out(folder)) is not None:
        mark.update(repr([(track.name, track.role) for track in found.tracks]).encode())
    return mark.hexdigest()[:16]


def _save(song: RealSong, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    about = {
        "name": song.name,
        "names": json.dumps(song.names, ensure_ascii=False),
        "roles": json.dumps(song.roles),
        "heard": json.dumps(song.heard),
        "seconds": repr(song.seconds),
    }
    part = file.with_suffix(".part")
    arrays = {"profile": song.profile, "hidden": song.hidden}
    save_file({key: np.ascontiguousarray(a, np.float32) for key, a in arrays.items()}, part, about)
    os.replace(part, file)


def _load(file: Path) -> RealSong:
    with safe_open(file, framework="np") as tensors:
        about = tensors.metadata()
        arrays = [tensors.get_tensor(key) for key in ("profile", "hidden")]
    names, roles, heard = (tuple(json.loads(about[key])) for key in ("names", "roles", "heard"))
    profiles, hidden = arrays
    return RealSong(about["name"], names, roles, heard, profiles, hidden, float(about["seconds"]))
