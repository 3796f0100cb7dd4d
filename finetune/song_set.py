"""A set of rendered songs on disk: NNNNN.safetensors each, made in shards.

One rule: a song's file depends on the set's options and its own number alone.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open

from finetune.instruments import open_studio
from finetune.same_bytes import serialised
from finetune.shards import Outcome, file_hash, whole
from finetune.songs import make_song, song_record, split_of
from mixer.roles import ROLES
from mixer.workers import one_torch_thread

SHARD_SONGS = 16  # about a minute of one core


@dataclass(frozen=True)
class SongSet:
    """Where songs come from and go to; the paths are absolute, and the same on every machine."""

    out: Path
    seed: int
    soundfonts: Path | None = None
    bank: Path | None = None
    midi: Path | None = None
    one_shots: Path | None = None
    name = "songs"
    replaces = False

    def options(self) -> dict[str, Any]:
        """The seed, and what the sounds are made from."""
        return {
            "seed": self.seed,
            "soundfonts": _listing(self.soundfonts, "*.sf2"),
            "voices": file_hash(self.bank)[:16] if self.bank and self.bank.exists() else None,
            "midi": _listing(self.midi, "*.mid"),
            "one_shots": _listing(self.one_shots, "*"),
        }

    def source(self, item: str) -> str:
        """Nothing but the options."""
        return ""

    def open(self) -> Callable[[str], Outcome]:
        studio = open_studio(self.soundfonts, self.bank, self.one_shots)
        midi = tuple(sorted(self.midi.rglob("*.mid"))) if self.midi else ()

        def make(item: str) -> Outcome:
            path, index = self.out / f"{item}.safetensors", int(item)
            if path.exists():
                return described(path)
            with one_torch_thread():
                song = make_song(self.seed, index, studio, midi)
                made = song_record(song, np.random.default_rng([self.seed, index, 1]))
            if made is None:
                return Outcome(left_out="fewer than two stems have a level")
            words = {key: json.dumps(value) for key, value in made[1].items()}
            words |= {"genre": song.genre, "split": split_of(self.seed, index)}
            words |= {"source": song.source}
            with whole(self.out, path) as part:
                part.write_bytes(serialised(made[0], words))
            return described(path)

        return make


def items_of(songs: int, seed: int = 0, split: str | None = None) -> list[str]:
    """The first songs of a set, by name; with a split, those of them that are in it."""
    return [f"{index:05d}" for index in range(songs) if split in (None, split_of(seed, index))]


def described(path: Path) -> Outcome:
    """What a song's file holds, read from the file."""
    with safe_open(path, "np") as file:
        roles, words = file.get_tensor("role"), file.metadata()
    counts = Counter(f"role: {ROLES[role]}" for role in roles)
    counts.update({"stems": len(roles), f"split: {words['split']}": 1})
    counts.update({f"genre: {words['genre']}": 1})
    return Outcome((path.name,), counts)


def _listing(folder: Path | None, pattern: str) -> str | None:
    """A mark of the names and lengths of the files under a folder."""
    if folder is None or not folder.is_dir():
        return None
    files = sorted(path for path in folder.rglob(pattern) if path.is_file())
    lines = [f"{path.relative_to(folder).as_posix()} {path.stat().st_size}\n" for path in files]
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:16]
