"""What MEGAMI learns from: contents of songs and, fresh in every batch, an engineer's mix of each.

One rule: a batch depends on the songs, the configuration and its number only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import torch
import yaml
from torch import Tensor

from finetune.engineer import STEREO_FROM_DB
from finetune.line_ups import UNMEASURED_SHARE, SongFacts, told_roles, vary
from mixer.console import INDEX
from mixer.megami.code import COORDINATES, GROUPS, Code
from mixer.megami.contents import EMBEDDING_AT, FACTS_AT
from mixer.megami.facts import FACTS
from mixer.megami.generator import GeneratorConfig

BLOCK = 8  # batches that are drawn together, so that songs of like size share a batch
IMAGE = (INDEX["pan"], INDEX["width"])
IMAGE_HELD_SHARE = 0.5


@dataclass(frozen=True)
class TrainingConfig:
    """What train_megami.yaml may set."""

    objective: str = "diffusion"  # or regression: the expected settings, a deterministic control
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
        if given.get("objective", "diffusion") not in ("diffusion", "regression"):
            raise ValueError(
                f"{file}: objective {given['objective']!r}: use diffusion or regression"
            )
        return cls(**given)


@dataclass(frozen=True, eq=False)
class Batch:
    """Padded songs: content (B, S, 164), z, noise, held (B, S, 24; NaN = free), present (B, S)."""

    content: Tensor
    z: Tensor
    held: Tensor
    present: Tensor
    known: Tensor
    sigma: Tensor
    noise: Tensor
    seen: float  # 0: nothing of z is shown, for regression


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
    size = songs[0].contents([None] * len(songs[0].roles)).shape[1]
    content = np.zeros((count, most, size), np.float32)
    settings = np.tile(np.float32(0.5), (count, most, COORDINATES))
    held = np.zeros((count, most, COORDINATES), dtype=bool)
    present = np.zeros((count, most), dtype=bool)
    for row, song in enumerate(songs):
        stems = len(song.roles)
        settings[row, :stems] = song.mixed(rng)
        content[row, :stems] = _told(song, config, rng)
        held[row, :stems] = draw_held(stems, rng, config.held_probability)
        if rng.uniform() < IMAGE_HELD_SHARE:  # as takes hold the image of stereo stems
            stereo = song.facts[:, FACTS.index("side_db")] > STEREO_FROM_DB
            for knob in IMAGE:
                held[row, :stems, knob] |= stereo
        present[row, :stems] = True
    z = code.encode(torch.from_numpy(settings))
    regression = config.objective == "regression"
    sigma = draw_sigma(count, config, data, rng)
    noise = torch.from_numpy(rng.standard_normal(z.shape).astype(np.float32))
    return Batch(
        content=torch.from_numpy(content),
        z=z,
        held=torch.where(torch.from_numpy(held), z, torch.nan),
        present=torch.from_numpy(present),
        known=torch.from_numpy(rng.uniform(size=count) >= config.content_dropout),
        sigma=torch.full_like(sigma, GeneratorConfig().sigma_max) if regression else sigma,
        noise=torch.zeros_like(noise) if regression else noise,
        seen=0.0 if regression else 1.0,
    )


def _told(song: SongFacts, config: TrainingConfig, rng: np.random.Generator) -> np.ndarray:
    """What MEGAMI hears of a song (S, 164): noisy embeddings, some roles, mostly the facts."""
    content = song.contents(told_roles(song.roles, rng))
    noisy = content[:, EMBEDDING_AT]
    noisy += config.content_noise * rng.standard_normal(noisy.shape)
    noisy /= np.linalg.norm(noisy, axis=1, keepdims=True)
    if rng.uniform() < UNMEASURED_SHARE:
        content[:, FACTS_AT] = np.nan
    return content


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
