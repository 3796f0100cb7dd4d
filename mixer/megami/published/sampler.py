"""Draw effect embeddings: EDM preconditioning, warped grid, Euler or Heun steps, churn, guidance.

One rule: what the network predicts stays outside; sample() integrates any denoiser, so that it can
be held against one whose answer is known. Karras et al. 2022 (EDM, arXiv 2206.00364).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from mixer.megami.published.dit import Dit
from mixer.megami.published.dynamics import CODE_SIZE

STYLE_SIZE = 2048
Z_SIZE = STYLE_SIZE + CODE_SIZE
CONTENT_TOKENS = 8
CHURN_BELOW = 10.0  # noise levels that churn may raise

Denoise = Callable[[Tensor, float], Tensor]


@dataclass(frozen=True)
class Edm:
    """Noise range and preconditioning; sigma_data is about the RMS of z per number."""

    sigma_data: float = 0.025
    sigma_min: float = 5e-4
    sigma_max: float = 5.0
    rho: float = 10.0

    def coefficients(self, sigma: float) -> tuple[float, float, float, float]:
        """c_skip, c_out, c_in and c_noise (EDM table 1)."""
        total = sigma**2 + self.sigma_data**2
        root = math.sqrt(total)
        return (
            self.sigma_data**2 / total,
            sigma * self.sigma_data / root,
            1 / root,
            self.time(sigma),
        )

    def time(self, sigma: float) -> float:
        """c_noise: what the network is told of the noise level."""
        return math.log(sigma) / 4.0

    def grid(self, points: int) -> list[float]:
        """Noise levels from sigma_max down the warped grid (EDM equation 5), the last one zero."""
        if points < 2:
            raise ValueError(
                f"{points} noise levels were asked: 2 at least are needed (30 is usual)"
            )
        high, low = self.sigma_max ** (1 / self.rho), self.sigma_min ** (1 / self.rho)
        levels = [(high + i / (points - 1) * (low - high)) ** self.rho for i in range(points)]
        return [*levels[:-1], 0.0]


@dataclass(frozen=True)
class Sampling:
    """How to draw. The authors' benchmark: 30 points, no churn; their demo: 100, churn 10."""

    points: int = 30
    churn: float = 0.0
    second_order: bool = False
    guidance: float = 1.0


def denoiser(dit: Dit, content: Tensor, edm: Edm, guidance: float = 1.0) -> Denoise:
    """The network as a denoiser of z (B, N, 64, 33), given content tokens (B, N, 8, 64)."""

    def predict(z: Tensor, sigma: float, content: Tensor) -> Tensor:
        c_skip, c_out, c_in, c_noise = edm.coefficients(sigma)
        time = torch.full((z.shape[0], 1), c_noise)
        return c_skip * z + c_out * dit(c_in * z, time, content)

    def denoise(z: Tensor, sigma: float) -> Tensor:
        known = predict(z, sigma, content)
        if guidance == 1.0:
            return known
        blind = predict(z, sigma, torch.zeros_like(content))
        return blind + guidance * (known - blind)

    return denoise


@torch.no_grad()
def sample(
    denoise: Denoise,
    shape: tuple[int, ...],
    generator: torch.Generator,
    sampling: Sampling = Sampling(),
    edm: Edm = Edm(),
) -> Tensor:
    """One draw of z of a shape; the same generator state gives the same draw (EDM algorithm 2)."""
    levels = edm.grid(sampling.points)
    z = levels[0] * torch.randn(shape, generator=generator)
    gamma = min(sampling.churn / sampling.points, math.sqrt(2.0) - 1.0)
    for now, then in zip(levels[:-1], levels[1:], strict=True):
        raised = min(now * (1.0 + gamma), edm.sigma_max) if now < CHURN_BELOW else now
        if raised > now:
            noise = torch.randn(shape, generator=generator)
            z, now = z + math.sqrt(raised**2 - now**2) * noise, raised
        slope = (z - denoise(z, now)) / now
        moved = z + (then - now) * slope
        if sampling.second_order and then > 0.0:
            slope_then = (moved - denoise(moved, then)) / then
            moved = z + (then - now) * 0.5 * (slope + slope_then)
        z = moved
    return z


def project(z: Tensor) -> Tensor:
    """Bring z (..., 2112) back to where embeddings live: both its parts on their spheres."""
    style, dynamics = z[..., :STYLE_SIZE], z[..., STYLE_SIZE:]
    return torch.cat(
        (
            functional.normalize(style, dim=-1) * math.sqrt(STYLE_SIZE / Z_SIZE),
            functional.normalize(dynamics, dim=-1) * math.sqrt(CODE_SIZE / Z_SIZE),
        ),
        dim=-1,
    )


def content_tokens(content: Tensor) -> Tensor:
    """Contents (..., 512) as 8 tokens of 64: number c * 8 + n is entry c of token n."""
    return content.unflatten(-1, (-1, CONTENT_TOKENS)).transpose(-1, -2)


def draw(
    dit: Dit, contents: Tensor, seed: int, sampling: Sampling = Sampling(), edm: Edm = Edm()
) -> Tensor:
    """z (N, 2112) of all N tracks of a song at once, from their contents (N, 512)."""
    generator = torch.Generator().manual_seed(seed)
    denoise = denoiser(dit, content_tokens(contents).unsqueeze(0), edm, sampling.guidance)
    latent = dit.config.latent
    shape = (1, len(contents), latent, Z_SIZE // latent)
    return project(sample(denoise, shape, generator, sampling, edm).flatten(2)[0])
