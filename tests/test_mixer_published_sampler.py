"""The sampler: EDM's identities, the published grid, and a distribution whose answer is known."""

import math

import pytest
import torch

from mixer.megami.published.sampler import (
    Edm,
    Sampling,
    content_tokens,
    denoiser,
    draw,
    project,
    sample,
)
from tests.test_mixer_published_networks import tiny_dit

MEAN, DEVIATION = 0.03, 0.02


def ideal(z: torch.Tensor, sigma: float) -> torch.Tensor:
    """The denoiser of numbers that are Gaussian: E[z0 | z0 + sigma n]."""
    known, noise = DEVIATION**2, sigma**2
    return (known * z + noise * MEAN) / (known + noise)


def exact(start: torch.Tensor, edm: Edm) -> torch.Tensor:
    """Where the probability flow of the Gaussian ends."""
    total = math.sqrt(DEVIATION**2 + edm.sigma_max**2)
    return MEAN + (start - MEAN) * DEVIATION / total


def flow_error(points: int, second_order: bool) -> float:
    """Distance from the exact end of the flow, in deviations."""
    made = sample(
        ideal,
        (1, 2000),
        torch.Generator().manual_seed(0),
        Sampling(points, second_order=second_order),
    )
    start = Edm().sigma_max * torch.randn((1, 2000), generator=torch.Generator().manual_seed(0))
    return float((made - exact(start, Edm())).square().mean().sqrt()) / DEVIATION


@pytest.mark.parametrize("sigma", [5e-4, 0.025, 0.3, 5.0])
def test_preconditioning_keeps_edms_identities(sigma):
    edm = Edm()
    c_skip, c_out, c_in, c_noise = edm.coefficients(sigma)
    total = sigma**2 + 0.025**2
    assert c_in**2 * total == pytest.approx(1.0)  # the network's input has unit variance
    assert c_out**2 == pytest.approx((sigma * 0.025) ** 2 / total)
    # and so has its target: ((1 - c_skip)^2 data^2 + c_skip^2 sigma^2) / c_out^2 = 1
    assert ((1 - c_skip) ** 2 * 0.025**2 + c_skip**2 * sigma**2) / c_out**2 == pytest.approx(1.0)
    assert c_noise == pytest.approx(math.log(sigma) / 4)


def test_the_grid_is_the_published_one():
    grid = Edm().grid(30)
    assert len(grid) == 30
    assert grid[:3] == pytest.approx([5.0, 4.05, 3.27], abs=0.005)
    assert grid[-2] == pytest.approx(8.3e-4, rel=0.01)
    assert grid[-1] == 0.0
    assert Edm().grid(2) == pytest.approx([5.0, 0.0])
    with pytest.raises(ValueError, match="1 noise levels were asked: 2 at least"):
        Edm().grid(1)


def test_the_flow_of_a_gaussian_ends_where_it_must():
    assert flow_error(400, False) < 0.05
    assert flow_error(100, True) < 0.01


def test_orders_of_convergence():
    assert 1.7 < flow_error(100, False) / flow_error(200, False) < 2.3
    assert flow_error(50, True) / flow_error(100, True) > 3.0


@pytest.mark.parametrize("churn", [0.0, 10.0])
def test_draws_have_the_mean_and_spread_of_the_data(churn):
    made = sample(
        ideal, (1, 40_000), torch.Generator().manual_seed(1), Sampling(200, churn, churn == 0.0)
    )
    assert float(made.mean()) == pytest.approx(MEAN, abs=5e-4)
    assert float(made.std()) == pytest.approx(DEVIATION, rel=0.04)


def test_churn_draws_noise_of_its_own_by_the_seed():
    def one(churn: float, seed: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(seed)
        return sample(ideal, (3, 8), generator, Sampling(20, churn))

    assert torch.equal(one(10.0, 3), one(10.0, 3))
    assert not torch.equal(one(10.0, 3), one(0.0, 3))
    assert not torch.equal(one(10.0, 3), one(10.0, 4))


def test_both_parts_go_back_to_their_spheres():
    torch.manual_seed(0)
    z = project(torch.randn(5, 2112))
    assert torch.allclose(z.norm(dim=-1), torch.ones(5), atol=1e-5)
    assert torch.allclose(z[:, :2048].norm(dim=-1), torch.full((5,), 0.98473), atol=1e-4)
    assert torch.allclose(z[:, 2048:].norm(dim=-1), torch.full((5,), 0.17408), atol=1e-4)
    assert torch.allclose(project(z), z, atol=1e-6)


def test_tokens_take_the_places_of_the_published_layout():
    tokens = content_tokens(torch.arange(512.0))
    assert tokens.shape == (8, 64)
    assert tokens[3, 20] == 20 * 8 + 3


def test_guidance_goes_from_without_content_through_with():
    dit, edm = tiny_dit(), Edm()
    torch.manual_seed(0)
    content, z = torch.randn(1, 2, 8, 64), torch.randn(1, 2, 64, 33)
    known = denoiser(dit, content, edm)(z, 0.5)
    blind = denoiser(dit, torch.zeros_like(content), edm)(z, 0.5)
    strong = denoiser(dit, content, edm, 2.0)(z, 0.5)
    assert not torch.allclose(known, blind)
    assert torch.allclose(strong, 2.0 * known - blind, atol=1e-6)


def test_draws_by_seed():
    contents = torch.nn.functional.normalize(torch.randn(3, 512), dim=-1)
    dit = tiny_dit()
    first, same, other = (draw(dit, contents, seed, Sampling(5)) for seed in (1, 1, 2))
    assert first.shape == (3, 2112)
    assert torch.equal(first, same)
    assert not torch.allclose(first, other)
