"""Scenes: a song's stems at drawn levels, with drawn flaws, and what an ideal observer would think.

One rule: levels are arithmetic. A stem's cached profile at one loudness gives its profile at any,
so a few thousand rendered songs make an endless supply of mixes without touching audio.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from safetensors import safe_open

from finetune import flaws
from finetune.observer import conditional_levels, fault_posterior
from finetune.stem_names import names_for
from mixer.balance import BalancePrior
from mixer.loudness import LEVEL_ENTRIES, PLAYS, relative_profile
from mixer.roles import ROLES

if TYPE_CHECKING:
    from finetune.packed import Stored

MOST_STEMS = 12
KEPT_SHARE = 0.85
OWN_NAMES_SHARE = 0.2
# Of the scenes: stems enter and pause as in whole songs. A stem's gated levels do not change when
# it plays in fewer sections, only the share of the time does.
SPARSE_SHARE, SPAREST = 0.35, 0.15


@dataclass(frozen=True, eq=False)
class SongRecord:
    """One rendered song as trainings need it: no audio, no mel."""

    key: str
    roles: tuple[str, ...]
    names: tuple[str, ...]
    genre: str
    split: str
    profile: np.ndarray  # (S, 14) at the loudness the builder stored
    hidden: "np.ndarray | Stored | None"  # (S, 8, tower hidden)


@dataclass(frozen=True, eq=False)
class Scene:
    """One flawed mix to be judged. Stems in canonical order: the anchor first."""

    record: SongRecord
    stems: tuple[int, ...]  # rows of the record
    roles: tuple[str, ...]
    names: tuple[str, ...]
    levels: np.ndarray  # (S,) LU as heard, flaws included
    flaws: tuple[flaws.Flaw, ...]
    relative_profile: np.ndarray  # (S, 14)
    needed_db: np.ndarray  # (S,)

    @property
    def plays(self) -> np.ndarray:
        """For which share of the time each stem plays, (S,)."""
        return self.relative_profile[:, PLAYS]

    @property
    def hidden(self) -> np.ndarray:
        """Content (S, 8, tower hidden) in the scene's order."""
        if self.record.hidden is None:
            raise ValueError(
                f"song {self.record.key} has no content: run python -m finetune.encode"
            )
        return self.record.hidden[list(self.stems)]


class SongBank:
    """All rendered songs of a split, profiles and (if encoded) content in memory.

    content: a folder of the tower's files, or of songs packed with them (finetune/packed.py),
        which stay on disk.
    """

    def __init__(self, songs: Path, content: Path | None, split: str):
        self.songs, self.split = Path(songs), split
        self.content = None if content is None else Path(content)
        self.records: list[SongRecord] = []
        self._read: set[Path] = set()
        self.refresh()
        if not self.records:
            raise ValueError(
                f"no {split!r} song in {songs}: build some with python -m finetune.songs"
            )

    def refresh(self) -> None:
        """Take in songs that were built since."""
        if self.content is not None and (self.content / "dataset_info.json").is_file():
            from finetune.packed import read_packed

            self.records = self.records or read_packed(self.content, self.split)
            return
        for file in sorted(set(self.songs.glob("*.safetensors")) - self._read):
            if self.content is not None and not (self.content / file.name).is_file():
                continue
            self._read.add(file)
            if (record := read_record(file, self.content, self.split)) is not None:
                self.records.append(record)

    def __len__(self) -> int:
        return len(self.records)


def read_record(file: Path, content: Path | None, split: str | None = None) -> SongRecord | None:
    """Read one song of the cache, or None when it is of another split or not encoded yet."""
    with safe_open(file, framework="np") as tensors:
        metadata = tensors.metadata()
        if split is not None and metadata["split"] != split:
            return None
        profile = tensors.get_tensor("profile").astype(np.float32)
        roles = tuple(ROLES[int(index)] for index in tensors.get_tensor("role"))
    hidden = None
    if content is not None:
        encoded = Path(content) / file.name
        if not encoded.is_file():
            return None
        with safe_open(encoded, framework="np") as tensors:
            hidden = tensors.get_tensor("hidden")
    names = tuple(json.loads(metadata["names"]))
    genre = metadata["genre"]
    return SongRecord(file.stem, roles, names, genre, metadata["split"], profile, hidden)


def draw_scene(
    record: SongRecord,
    prior: BalancePrior,
    rng: np.random.Generator,
    fault_count: int | None = None,
    own_names: bool | None = None,
    all_stems: bool = False,
    most_stems: int = MOST_STEMS,
) -> Scene:
    """Draw stems, names, anchor, balance and flaws for one song."""
    count = len(record.roles)
    keep = np.arange(count)
    if not all_stems:
        keep = np.flatnonzero(rng.random(count) < KEPT_SHARE)
        if len(keep) < 2:
            keep = rng.permutation(count)[: min(2, count)]
    keep = rng.permutation(keep)[:most_stems]
    roles = tuple(record.roles[index] for index in keep)
    if own_names is None:
        own_names = bool(rng.random() < OWN_NAMES_SHARE)
    names = tuple(record.names[i] for i in keep) if own_names else tuple(names_for(roles, rng))
    profiles = record.profile[keep].copy()
    if rng.random() < SPARSE_SHARE:
        profiles[:, PLAYS] *= rng.uniform(SPAREST, 1.0, len(keep)).astype(np.float32)
    balance = prior.draw(roles, record.genre, rng, plays=profiles[:, PLAYS])
    drawn = flaws.draw(rng, len(keep), 0, fault_count)  # the anchor is the first
    levels = flaws.apply(balance, drawn)
    shift = levels - profiles[:, 0]
    profiles[:, LEVEL_ENTRIES] += shift[:, None].astype(np.float32)
    return Scene(
        record=record,
        stems=tuple(int(index) for index in keep),
        roles=roles,
        names=names,
        levels=levels,
        flaws=drawn,
        relative_profile=relative_profile(profiles, 0),
        needed_db=flaws.needed_moves(len(keep), drawn),
    )


def teacher_posterior(
    scene: Scene,
    prior: BalancePrior,
    genre: str | None = None,
    evidence: np.ndarray | None = None,
) -> np.ndarray:
    """What an observer who knows the roles would think, (S, 49).

    genre: as told; without it genres are pooled in one Gaussian. evidence (S, 49): see observer.
    """
    mean, covariance = prior.moments(scene.roles, genre, scene.plays)
    return fault_posterior(scene.levels - scene.levels[0], 0, mean, covariance, evidence)


def usual_levels(scene: Scene, prior: BalancePrior, genre: str | None = None) -> np.ndarray:
    """Where an observer who knows the roles expects each stem, (S, 3): see conditional_levels."""
    mean, covariance = prior.moments(scene.roles, genre, scene.plays)
    return conditional_levels(scene.levels - scene.levels[0], 0, mean, covariance)
