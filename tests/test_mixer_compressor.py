"""The compressor: gain reduction on steady tones, its timing, and what leaves it alone."""

import numpy as np
import pytest
import torch

from mixer.compressor import above_knee_db, follow
from mixer.console import INDEX, neutral_settings, process
from mixer.loudness import integrated_lufs

RATE = 44100


def tone(seconds: float = 3.0, amplitude: float = 0.1, hz: float = 1000.0) -> torch.Tensor:
    """A stereo sine (1, 2, samples)."""
    time_s = torch.arange(int(seconds * RATE)) / RATE
    return (amplitude * torch.sin(2.0 * torch.pi * hz * time_s)).repeat(1, 2, 1)


def compressed(audio: torch.Tensor, **settings: float) -> torch.Tensor:
    """The console with these compressor settings and nothing else."""
    values = neutral_settings(len(audio))
    for name, value in settings.items():
        values[:, INDEX[name]] = value
    return process(audio, values, RATE).direct


def reduction_db(before: torch.Tensor, after: torch.Tensor, start_s: float, end_s: float) -> float:
    """How much quieter a stretch became, in dB."""
    cut = slice(int(start_s * RATE), int(end_s * RATE))
    ratio = before[..., cut].square().mean() / after[..., cut].square().mean()
    return float(10.0 * ratio.log10())


@pytest.mark.parametrize("threshold_db, ratio", [(-12.0, 2.0), (-12.0, 4.0), (-20.0, 8.0)])
def test_a_steady_tone_is_reduced_by_the_static_curve(threshold_db: float, ratio: float) -> None:
    audio = tone()
    lufs = integrated_lufs(audio[0].numpy(), RATE)
    assert lufs is not None
    level_db = -0.691 + 10.0 * np.log10(2.0 * 0.1**2 / 2.0)  # both channels, without K-weighting
    expected_db = (level_db - lufs - threshold_db) * (1.0 - 1.0 / ratio)
    after = compressed(audio, threshold_db=threshold_db, ratio=ratio)
    assert reduction_db(audio, after, 1.5, 2.5) == pytest.approx(expected_db, abs=0.1)


def test_the_reduction_does_not_depend_on_the_level_of_the_file() -> None:
    settings = {"threshold_db": -10.0, "ratio": 4.0}
    loud, quiet = compressed(tone(), **settings), compressed(tone() * 0.05, **settings)
    assert torch.allclose(loud * 0.05, quiet, atol=1e-6)


def test_below_the_threshold_and_at_ratio_1_nothing_happens() -> None:
    audio = tone()
    assert torch.equal(compressed(audio, threshold_db=12.0, ratio=8.0), audio)
    assert torch.equal(compressed(audio, threshold_db=-24.0, ratio=1.0), audio)


def test_the_knee_is_smooth() -> None:
    over_db = torch.tensor([-3.0, 0.0, 3.0, 10.0])
    assert above_knee_db(over_db).tolist() == pytest.approx([0.0, 0.75, 3.0, 10.0])


def test_attack_and_release_are_time_constants() -> None:
    target_db = torch.full((1, 400), -10.0)
    target_db[:, 200:] = 0.0
    attack, release = (1.0 - torch.exp(torch.tensor([-1.0 / n])) for n in (10.0, 50.0))
    gain_db = follow(target_db, attack, release)[0]
    assert float(gain_db[9]) == pytest.approx(-10.0 * (1.0 - np.exp(-1.0)), abs=0.01)
    assert float(gain_db[249]) == pytest.approx(-10.0 * np.exp(-1.0), abs=0.01)


def test_a_slow_attack_lets_the_hit_through() -> None:
    audio = torch.cat([tone(1.0, 0.01), tone(1.0, 0.3)], -1)
    fast = compressed(audio, threshold_db=-6.0, ratio=8.0, attack_ms=1.0)
    slow = compressed(audio, threshold_db=-6.0, ratio=8.0, attack_ms=100.0)
    assert reduction_db(audio, fast, 1.01, 1.03) > reduction_db(audio, slow, 1.01, 1.03) + 3.0


def test_both_channels_get_one_gain() -> None:
    audio = tone()
    audio[:, 1] *= 0.25
    after = compressed(audio, threshold_db=-12.0, ratio=4.0)
    assert torch.allclose(after[:, 0] * 0.25, after[:, 1], atol=1e-6)


def test_silence_and_clips_too_short_for_a_level_are_left_alone() -> None:
    for audio in (torch.zeros(1, 2, RATE), tone(0.2)):
        assert torch.equal(compressed(audio, threshold_db=-24.0, ratio=8.0), audio)


def test_the_recursion_has_the_gradient_of_its_numbers() -> None:
    torch.manual_seed(0)
    target = torch.randn(2, 30, dtype=torch.float64, requires_grad=True)
    attack = torch.tensor([0.5, 0.2], dtype=torch.float64, requires_grad=True)
    release = torch.tensor([0.1, 0.3], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(follow, (target, attack, release))
