"""The eight dynamic features and their code: values reckoned by hand, and the way back."""

import math

import numpy as np
import pytest
import torch

from mixer.megami.published import dynamics
from mixer.megami.published.dynamics import Dynamics, decode, encode, measure, within

RATE = 44_100


def stereo(left: float, right: float, seconds: float = 2.0) -> torch.Tensor:
    """Noise of these RMS values, unlike in left and right."""
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(2, round(seconds * RATE), generator=generator)
    noise = noise / noise.square().mean(dim=-1, keepdim=True).sqrt()
    return noise * torch.tensor([[left], [right]])


def test_a_sine_reads_as_arithmetic_says():
    time_s = torch.arange(2 * RATE, dtype=torch.float64) / RATE
    sine = 0.5 * torch.sin(2 * math.pi * 441.0 * time_s)
    found = measure(torch.stack((sine, 0.5 * sine)), RATE)
    assert found.log_rms_db.tolist() == pytest.approx([-9.0309, -15.0515], abs=5e-3)
    assert found.crest_db.tolist() == pytest.approx([3.0103, 3.0103], abs=1e-2)
    assert float(found.width) == pytest.approx(0.25 / 2.25, abs=1e-6)
    assert float(found.imbalance) == pytest.approx(-0.6, abs=1e-6)


def test_log_rms_is_that_of_the_loudest_400_ms():
    audio = torch.zeros(4 * RATE)
    audio[RATE : RATE + 17_640] = 0.1
    assert float(dynamics.loudest_rms_db(audio, RATE)) == pytest.approx(-20.0, abs=1e-3)
    assert float(dynamics.loudest_rms_db(audio[:0], RATE)) == -160.0
    assert float(dynamics.loudest_rms_db(torch.full((100,), 0.1), RATE)) == pytest.approx(-20.0)


def test_spread_and_crest_do_not_change_with_gain():
    one, other = measure(stereo(0.1, 0.05), RATE), measure(stereo(0.01, 0.005), RATE)
    assert torch.allclose(one.crest_db, other.crest_db, atol=1e-3)
    assert torch.allclose(one.spread_db, other.spread_db, atol=1e-3)
    assert torch.allclose(one.log_rms_db - other.log_rms_db, torch.full((2,), 20.0), atol=1e-3)
    assert float(one.spread_db[0]) == pytest.approx(-5.52, abs=0.1)  # of Gaussian noise


def test_encode_and_decode_are_inverse():
    generator = torch.Generator().manual_seed(1)
    unit = torch.rand(500, 8, generator=generator, dtype=torch.float64)
    low = torch.tensor([-60.0, -60.0, 3.0, 3.0, -40.0, -40.0, 0.0, -1.0])
    high = torch.tensor([0.0, 0.0, 30.0, 30.0, -3.0, -3.0, 2.0, 1.0])
    features = within((low + unit * (high - low)).float())
    code = encode(features)
    assert torch.allclose(code.norm(dim=-1), torch.ones(500), atol=1e-5)
    assert (decode(code) - features).abs().max() < 1e-4
    assert (decode(3.0 * code) - features).abs().max() < 1e-4  # only phases count


def test_usual_features_are_not_changed_by_within():
    features = measure(stereo(0.1, 0.05), RATE).as_tensor()
    assert torch.allclose(within(features), features, atol=1e-5)
    assert torch.equal(Dynamics.from_tensor(features).as_tensor(), features)


@pytest.mark.parametrize(
    "audio",
    [
        torch.zeros(2, RATE),
        torch.stack((torch.ones(RATE) * 0.3, torch.zeros(RATE))),
        torch.stack((stereo(0.1, 0.1)[0], -stereo(0.1, 0.1)[0])),
    ],
    ids=["silence", "one side only", "opposite sides"],
)
def test_what_would_turn_a_phase_around_is_clipped_first(audio):
    measured = measure(audio, RATE).as_tensor()
    features = within(measured)
    assert torch.isfinite(features).all()
    assert float(features[:2].min()) >= -60.0 - 1e-4
    assert float(features[6]) <= 4.0
    assert (decode(encode(features)) - features).abs().max() < 1e-3
    assert (decode(encode(measured)) - measured).abs().max() > 1.0  # as it would be without


def test_projection_rows_are_nearly_at_right_angles():
    product = (dynamics.projection() @ dynamics.projection().T).numpy()
    assert np.allclose(np.diag(product), 0.62, atol=0.03)
    assert np.abs(product - np.diag(np.diag(product))).max() <= 0.0201
    assert np.linalg.cond(dynamics.projection().numpy()) == pytest.approx(1.15, abs=0.01)
