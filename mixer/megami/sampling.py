"""Draw settings from the generator: seeded, and blind to the order in which the stems were given.

One rule: noise belongs to the stem, not to its slot: it is seeded by the seed and by what the stem
sounds like, and the network always sees the stems in one canonical order.
"""

import hashlib
import math

import numpy as np
import torch
from torch import Tensor

from mixer.megami.contents import EMBEDDING_AT
from mixer.megami.generator import Generator

_PRINT_ROWS = 16
_PRINT_STEP = 0.02


def fingerprints(embedding: np.ndarray) -> list[bytes]:
    """A name for what each stem sounds like, (stems, size) -> stems names; blind to errors of 1e-6.

    16 fixed cosine projections, coarsely rounded: a fine hash would flip with the last bit of any.
    """
    size = embedding.shape[1]
    rows = np.cos(np.pi * np.outer(np.arange(1, _PRINT_ROWS + 1), np.arange(size) + 0.5) / size)
    steps = np.floor(
        embedding.astype(np.float64) @ rows.T * math.sqrt(2.0 / size) / _PRINT_STEP + 0.5
    )
    return [row.astype(np.int16).tobytes() for row in steps]


def canonical_order(prints: list[bytes], content: np.ndarray, held: np.ndarray) -> list[int]:
    """Stem indices in an order that does not depend on how they were given (twins are alike)."""
    keys = [
        (name, row.tobytes(), np.nan_to_num(fixed, nan=-999.0).tobytes())
        for name, row, fixed in zip(prints, content, held, strict=True)
    ]
    return sorted(range(len(prints)), key=lambda index: keys[index])


def stem_noise(prints: list[bytes], seed: int, coordinates: int) -> Tensor:
    """Unit noise (stems, coordinates) by seed, fingerprint, and rank among equal fingerprints."""
    rows, seen = [], {}
    for name in prints:
        rank = seen[name] = seen.get(name, -1) + 1
        digest = hashlib.sha256(name + rank.to_bytes(2, "little")).digest()
        words = np.frombuffer(digest, dtype=np.uint32).tolist()
        generator = np.random.default_rng(np.random.SeedSequence([seed & (2**64 - 1), *words]))
        rows.append(generator.standard_normal(coordinates))
    return torch.from_numpy(np.stack(rows)).float()


def sigma_steps(generator: Generator, steps: int) -> list[float]:
    """Noise levels from sigma_max to sigma_min in the warped grid (EDM eq. 5), then zero."""
    config = generator.config
    if steps < 2:
        raise ValueError(f"{steps} sampling steps were asked: at least 2 are needed (30 is usual)")
    high, low = config.sigma_max ** (1 / config.rho), config.sigma_min ** (1 / config.rho)
    grid = [(high + step / (steps - 1) * (low - high)) ** config.rho for step in range(steps)]
    return [*grid, 0.0]


@torch.no_grad()
def sample(
    generator: Generator,
    content: np.ndarray,
    held: np.ndarray,
    seed: int,
    *,
    guidance: float = 1.0,
    steps: int = 30,
    second_order: bool = True,
) -> np.ndarray:
    """One draw of z (stems, 24) for contents (stems, size); held is z with NaN where free."""
    prints = fingerprints(content[:, EMBEDDING_AT])
    order = canonical_order(prints, content, held)
    known = torch.from_numpy(np.ascontiguousarray(content[order], dtype=np.float32)).unsqueeze(0)
    fixed = torch.from_numpy(np.ascontiguousarray(held[order], dtype=np.float32)).unsqueeze(0)
    noise = stem_noise([prints[stem] for stem in order], seed, held.shape[1]).unsqueeze(0)
    drawn = integrate(
        generator, known, fixed, noise, guidance=guidance, steps=steps, second_order=second_order
    )
    z = np.empty(held.shape, dtype=np.float32)
    z[order] = drawn.squeeze(0).numpy()
    return z


@torch.no_grad()
def integrate(
    generator: Generator,
    content: Tensor,
    held: Tensor,
    noise: Tensor,
    *,
    present: Tensor | None = None,
    guidance: float = 1.0,
    steps: int = 30,
    second_order: bool = True,
) -> Tensor:
    """Follow the probability flow from noise (B, S, 24) to z (EDM algorithm 1; Heun or Euler)."""
    sigmas = sigma_steps(generator, steps)
    is_held = ~torch.isnan(held)

    def denoise(z: Tensor, sigma: float) -> Tensor:
        level = torch.full((z.shape[0],), sigma)
        known = generator(z, level, content, held, present=present)
        if guidance == 1.0:
            return known
        nothing = torch.zeros(z.shape[0], dtype=torch.bool)
        blind = generator(z, level, content, held, present=present, content_known=nothing)
        return blind + guidance * (known - blind)

    z = torch.where(is_held, held, noise * sigmas[0])
    for now, then in zip(sigmas[:-1], sigmas[1:], strict=True):
        slope = (z - denoise(z, now)) / now
        moved = z + (then - now) * slope
        if second_order and then > 0.0:
            moved = z + (then - now) * 0.5 * (slope + (moved - denoise(moved, then)) / then)
        z = torch.where(is_held, held, moved)
    return z
