"""What MEGAMI learns from: contents of songs and, fresh in every batch, an engineer's mix of each.

One rule: a batch depends on the songs, the configuration and its number only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import torch
import yaml
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor

from finetune.engineer import Taste, mix
from mixer.megami.code import COORDINATES, GROUPS, Code
from mixer.megami.generator import GeneratorConfig
from mixer.roles import ROLES

BLOCK = 8  # batches that are drawn together, so that songs of like size share a batch


@dataclass(frozen=True)
class TrainingConfig:
    """What train_megami.yaml may set."""

    steps: int = 5000
    batch_songs: int = 64
    learning_rate: float = 1e-3
    warmup_steps: int = 200
    weight_decay: float = 0.01
    gradient_clip: float = 1.0
    ema: float = 0.999
    content_dropout: float = 0.2
    content_noise: float = 0.01
    held_probability: float = 0.6
    width: int = 192
    depth: int = 7
    heads: int = 6
    sigma_law: str = "log_normal"
    sigma_log_mean: float = -0.3
    sigma_log_sd: float = 1.4
    seed: int = 0

    @classmethod
    def read(cls, file: Path) -> "TrainingConfig":
        """Read the YAML; unknown keys are refused."""
        given = yaml.safe_load(file.read_text()) or {}
        unknown = sorted(set(given) - {one.name for one in fields(cls)})
        if unknown:
            known = ", ".join(one.name for one in fields(cls))
            raise ValueError(f"{file}: unknown keys {', '.join(unknown)}: use {known}")
        return cls(**given)


@dataclass(frozen=True, eq=False)
class SongFacts:
    """What is known of a song: profile (S, 14), embedding (S, 128), both float32."""

    roles: tuple[str, ...]
    profile: np.ndarray
    embedding: np.ndarray
    genre: str | None
    split: str


def read_songs(songs: Path, content: Path, split: str | None = None) -> list[SongFacts]:
    """All songs that have both a rendered file and a content file, in the order of their names."""
    found = []
    for file in sorted(content.glob("*.safetensors")):
        if not (songs / file.name).is_file():
            continue
        with safe_open(songs / file.name, framework="np") as opened:
            about = opened.metadata()
            if split is not None and about["split"] != split:
                continue
            profile, role = opened.get_tensor("profile"), opened.get_tensor("role")
        embedding = load_file(file)["embedding"].float().numpy()
        genre = about.get("genre") or None
        roles = tuple(ROLES[index] for index in role)
        found.append(SongFacts(roles, profile, embedding, genre, about["split"]))
    if not found:
        raise FileNotFoundError(
            f"no song has a file in both {songs} and {content}: make them with "
            "python -m finetune.songs, then python -m finetune.encode"
        )
    return found


@dataclass(frozen=True, eq=False)
class Batch:
    """Padded songs: content (B, S, 128), z, noise, held (B, S, 24; NaN = free), present (B, S)."""

    content: Tensor
    z: Tensor
    held: Tensor
    present: Tensor
    known: Tensor
    sigma: Tensor
    noise: Tensor


def vary(song: SongFacts, songs: Sequence[SongFacts], rng: np.random.Generator) -> SongFacts:
    """Another line-up from the same stems: fewer, one doubled, or two songs' stems at once."""
    choice = rng.uniform()
    keep = np.arange(len(song.roles))
    if choice < 0.25 and keep.size > 2:
        keep = rng.permutation(keep)[: rng.integers(1, keep.size)]
    elif choice < 0.40:
        keep = np.append(keep, rng.choice(keep))
    embedding, profile = song.embedding[keep], song.profile[keep]
    roles = tuple(song.roles[index] for index in keep.tolist())
    if choice > 0.92:
        other = songs[int(rng.integers(len(songs)))]
        embedding, profile = (
            np.concatenate((embedding, other.embedding)),
            np.concatenate((profile, other.profile)),
        )
        roles += other.roles
    return replace(song, roles=roles, embedding=embedding, profile=profile)


def draw_held(stems: int, rng: np.random.Generator, probability: float) -> np.ndarray:
    """What a user might have fixed (stems, 24): whole groups, whole stems, or single knobs."""
    held = np.zeros((stems, COORDINATES), dtype=bool)
    if rng.uniform() >= probability:
        return held
    for name, columns in GROUPS.items():
        if rng.uniform() < (0.6 if name == "level" else 0.2):
            some = rng.uniform(size=stems) < rng.choice((0.3, 0.7, 1.0), p=(0.3, 0.2, 0.5))
            held[np.ix_(some, columns)] = True
    if rng.uniform() < 0.2:
        held[rng.uniform(size=stems) < rng.uniform()] = True
    if rng.uniform() < 0.2:
        held |= rng.uniform(size=held.shape) < 0.15
    return held


def draw_block(
    songs: Sequence[SongFacts], block: int, code: Code, config: TrainingConfig, data: float
) -> list[Batch]:
    """BLOCK batches of songs, each mixed by an engineer with a taste of its own."""
    rng = np.random.default_rng([config.seed, 1, block])
    picks = [songs[index] for index in rng.integers(len(songs), size=BLOCK * config.batch_songs)]
    varied = sorted((vary(song, songs, rng) for song in picks), key=lambda song: len(song.roles))
    starts = rng.permutation(BLOCK) * config.batch_songs
    return [
        _collate(varied[start : start + config.batch_songs], code, config, data, rng)
        for start in starts
    ]


def _collate(
    songs: Sequence[SongFacts], code: Code, config: TrainingConfig, data: float, rng
) -> Batch:
    count, most = len(songs), max(len(song.roles) for song in songs)
    size = songs[0].embedding.shape[1]
    content = np.zeros((count, most, size), np.float32)
    settings = np.tile(np.float32(0.5), (count, most, COORDINATES))
    held = np.zeros((count, most, COORDINATES), dtype=bool)
    present = np.zeros((count, most), dtype=bool)
    for row, song in enumerate(songs):
        stems = len(song.roles)
        taste = Taste.draw(rng, song.genre)
        settings[row, :stems] = mix(song.roles, song.profile, song.genre, taste, rng)
        noisy = song.embedding + config.content_noise * rng.standard_normal((stems, size))
        content[row, :stems] = noisy / np.linalg.norm(noisy, axis=1, keepdims=True)
        held[row, :stems] = draw_held(stems, rng, config.held_probability)
        present[row, :stems] = True
    z = code.encode(torch.from_numpy(settings))
    return Batch(
        content=torch.from_numpy(content),
        z=z,
        held=torch.where(torch.from_numpy(held), z, torch.nan),
        present=torch.from_numpy(present),
        known=torch.from_numpy(rng.uniform(size=count) >= config.content_dropout),
        sigma=draw_sigma(count, config, data, rng),
        noise=torch.from_numpy(rng.standard_normal(z.shape).astype(np.float32)),
    )


def draw_sigma(count: int, config: TrainingConfig, data: float, rng: np.random.Generator) -> Tensor:
    """One noise level a song: EDM's log-normal, or uniform in the sampler's warped grid."""
    if config.sigma_law == "log_normal":
        sigma = data * np.exp(
            config.sigma_log_mean + config.sigma_log_sd * rng.standard_normal(count)
        )
    elif config.sigma_law == "warped":
        shape = GeneratorConfig()
        high, low = shape.sigma_max ** (1 / shape.rho), shape.sigma_min ** (1 / shape.rho)
        sigma = (high + rng.uniform(size=count) * (low - high)) ** shape.rho
    else:
        raise ValueError(f"sigma_law {config.sigma_law!r}: use log_normal or warped")
    return torch.from_numpy(sigma.astype(np.float32))
