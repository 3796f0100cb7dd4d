"""The console as a whole: neutral is exact, levels are honest, pan, send, gradients, dynamics."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies

from mixer.console import (
    INDEX,
    PARAMETERS,
    ConsoleError,
    from_unit,
    neutral_settings,
    process,
    render_stems,
    to_unit,
)
from mixer.knobs import Knobs
from mixer.loudness import integrated_lufs

RATE = 44100


def noise(stems: int = 1, seconds: float = 2.0, seed: int = 0) -> np.ndarray:
    """Stereo noise (stems, 2, samples) around -20 dBFS, both channels their own."""
    shape = (stems, 2, int(seconds * RATE))
    return (0.1 * np.random.default_rng(seed).standard_normal(shape)).astype(np.float32)


def bursts(seconds: float = 3.0, seed: int = 0) -> np.ndarray:
    """Noise (1, 2, samples) in four decaying hits a second."""
    time_s = np.arange(int(seconds * RATE)) / RATE
    return (noise(1, seconds, seed) * np.exp(-12.0 * (time_s % 0.25))).astype(np.float32)


def with_settings(stems: int = 1, **values: float) -> torch.Tensor:
    """Neutral settings but for these, on every stem."""
    chosen = neutral_settings(stems)
    for name, value in values.items():
        chosen[:, INDEX[name]] = value
    return chosen


def random_settings(stems: int, seed: int, reach: float = 1.0) -> torch.Tensor:
    """Settings anywhere within reach (a share of each knob's travel around its middle)."""
    unit = np.random.default_rng(seed).uniform(-reach, reach, (stems, len(PARAMETERS)))
    return from_unit(torch.from_numpy(unit.astype(np.float32)))


def lufs(audio: np.ndarray) -> float:
    """Integrated loudness of (2, samples) that has one."""
    level = integrated_lufs(audio, RATE)
    assert level is not None
    return level


def power_db(audio: torch.Tensor) -> float:
    """Mean square in dB."""
    return float(10.0 * audio.square().mean().log10())


def test_the_24_parameters_stand_in_order_with_neutral_inside() -> None:
    assert [p.name for p in PARAMETERS] == list(Knobs._fields) and len(PARAMETERS) == 24
    assert all(p.low <= p.neutral <= p.high for p in PARAMETERS)


def test_z_space_and_back() -> None:
    ends = torch.tensor([[p.low for p in PARAMETERS], [p.high for p in PARAMETERS]])
    assert torch.allclose(to_unit(ends), torch.tensor([[-1.0], [1.0]]).expand(2, 24), atol=1e-6)
    middle = from_unit(torch.zeros(24))
    assert float(middle[INDEX["ratio"]]) == pytest.approx(math.sqrt(8.0))
    assert float(middle[INDEX["threshold_db"]]) == pytest.approx(-6.0)
    assert torch.equal(from_unit(to_unit(neutral_settings(2))), neutral_settings(2))
    wild = random_settings(3, seed=1, reach=1.5)
    assert torch.allclose(from_unit(to_unit(wild)), wild, rtol=1e-5, atol=1e-5)


def test_neutral_is_exact_in_process_and_in_render() -> None:
    audio = noise(2)
    for chosen in (neutral_settings(2), from_unit(to_unit(neutral_settings(2))).requires_grad_()):
        made = process(torch.from_numpy(audio), chosen, RATE)
        assert torch.equal(made.direct, torch.from_numpy(audio))
        assert not made.wet.any()
    rendered = render_stems(audio, neutral_settings(2), np.array([0.0, -6.0]), RATE)
    assert np.array_equal(rendered[0], audio[0])
    assert np.abs(rendered[1] - audio[1] * 0.5011872).max() < 1e-7


def test_a_mono_stem_pans_at_constant_power() -> None:
    mono = torch.from_numpy(noise()[:, :1].repeat(2, axis=1))
    for pan in (-1.0, -0.5, 0.3, 1.0):
        left, right = process(mono, with_settings(pan=pan), RATE).direct[0]
        assert power_db(torch.stack([left, right])) == pytest.approx(power_db(mono), abs=1e-3)
        angle = (pan + 1.0) * math.pi / 4.0  # the sine and cosine law
        assert torch.allclose(left, math.sqrt(2.0) * math.cos(angle) * mono[0, 0], atol=1e-6)
        assert torch.allclose(right, math.sqrt(2.0) * math.sin(angle) * mono[0, 1], atol=1e-6)
    hard = process(mono, with_settings(pan=1.0), RATE).direct[0]
    assert hard[0].abs().max() < 1e-6
    assert torch.allclose(hard[1], mono[0, 1] * math.sqrt(2.0), atol=1e-6)


def test_a_stereo_stem_panned_hard_is_all_on_one_side() -> None:
    left, right = process(torch.from_numpy(noise()), with_settings(pan=-1.0), RATE).direct[0]
    assert right.abs().max() < 1e-6 and left.abs().max() > 0.1


def test_width_0_is_mono_and_keeps_the_mid() -> None:
    audio = torch.from_numpy(noise())
    left, right = process(audio, with_settings(width=0.0), RATE).direct[0]
    assert torch.allclose(left, right, atol=1e-7)
    assert torch.allclose(left, audio[0].mean(0), atol=1e-7)


@pytest.mark.parametrize("send_db", [0.0, -20.0, -50.0])
def test_the_wet_signal_stands_at_the_send_level(send_db: float) -> None:
    audio = torch.from_numpy(noise(seconds=4.0))
    made = process(audio, with_settings(send_db=send_db, decay_s=0.5, predelay_ms=0.0), RATE)
    assert power_db(made.wet) - power_db(made.direct) == pytest.approx(send_db, abs=0.4)
    assert torch.equal(made.direct, audio)


def test_the_reverb_decays_in_decay_s_after_the_predelay() -> None:
    impulse = torch.zeros(1, 2, 2 * RATE)
    impulse[..., 0] = 1.0
    wet = process(impulse, with_settings(send_db=0.0, decay_s=1.0, predelay_ms=40.0), RATE).wet
    assert wet[..., : int(0.0395 * RATE)].abs().max() < 1e-7
    windows = [wet[..., int(at * RATE) : int((at + 0.05) * RATE)] for at in (0.4, 0.9)]
    assert power_db(windows[0]) - power_db(windows[1]) == pytest.approx(30.0, abs=2.0)
    assert not torch.allclose(wet[0, 0], wet[0, 1], atol=1e-4)  # two ears, two rooms


def test_wet_is_separable_and_stems_do_not_touch_each_other() -> None:
    audio = torch.from_numpy(noise(3))
    chosen = random_settings(3, seed=2, reach=0.7)
    together = process(audio, chosen, RATE)
    changed = audio.clone()
    changed[1] = 0.0
    others = process(changed, chosen, RATE)
    for part in ("direct", "wet"):
        assert torch.allclose(getattr(together, part)[2], getattr(others, part)[2], atol=1e-6)
        assert getattr(others, part)[1].abs().max() < 1e-6


def test_every_parameter_but_the_level_has_a_gradient() -> None:
    audio = torch.from_numpy(np.concatenate([bursts(), bursts(seed=1)]))
    unit = to_unit(random_settings(2, seed=3, reach=0.6)).requires_grad_()
    target = torch.from_numpy(np.concatenate([bursts(seed=2), bursts(seed=3)]))
    made = process(audio, from_unit(unit), RATE)
    ((made.direct + made.wet).square() - target.square()).square().sum().backward()
    grad = unit.grad
    assert grad is not None and bool(torch.isfinite(grad).all())
    assert bool((grad[:, 1:] != 0.0).all()) and not grad[:, 0].any()


def test_gradients_are_finite_at_neutral_and_reach_what_is_off() -> None:
    chosen = neutral_settings(1).requires_grad_()
    made = process(torch.from_numpy(bursts()), chosen, RATE)
    (made.direct[:, 0] + made.wet[:, 0]).square().sum().backward()
    assert chosen.grad is not None and bool(torch.isfinite(chosen.grad).all())
    for name in ("pan", "width", "high_pass_hz", "low_shelf_db", "peak2_db", "send_db"):
        assert chosen.grad[0, INDEX[name]] != 0.0, name


@settings(max_examples=12, deadline=None)
@given(seed=strategies.integers(0, 2**16), gain_db=strategies.sampled_from([-12.0, 0.0, 3.0]))
def test_any_settings_leave_the_level_that_was_asked_for(seed: int, gain_db: float) -> None:
    audio = np.concatenate([bursts(1.5, seed), noise(1, 1.5, seed)])
    chosen = random_settings(2, seed)
    rendered = render_stems(audio, chosen, np.array([gain_db, 0.0]), RATE)
    assert rendered.shape == audio.shape and rendered.dtype == np.float32
    assert lufs(rendered[0]) - lufs(audio[0]) == pytest.approx(gain_db, abs=0.05)
    assert lufs(rendered[1]) - lufs(audio[1]) == pytest.approx(0.0, abs=0.05)
    louder = render_stems(audio, chosen, np.array([gain_db + 3.0, 0.0]), RATE)
    assert lufs(louder[0]) - lufs(rendered[0]) == pytest.approx(3.0, abs=0.1)
    assert np.array_equal(louder[1], rendered[1])


def test_render_gives_the_numbers_of_the_differentiable_path() -> None:
    audio = noise(2, seconds=4.0)
    chosen = random_settings(2, seed=4)
    made = process(torch.from_numpy(audio), chosen.requires_grad_(), RATE)
    slow = (made.direct + made.wet).detach().numpy()
    fast = render_stems(audio, chosen, np.zeros(2), RATE)
    for one_slow, one_fast in zip(slow, fast, strict=True):
        gain = np.float32(10.0 ** ((lufs(one_fast) - lufs(one_slow)) / 20.0))
        assert np.abs(one_slow * gain - one_fast).max() < 2e-5


def test_rendering_is_deterministic_mutes_and_keeps_silence() -> None:
    audio = noise(3)
    audio[2] = 0.0
    chosen = random_settings(3, seed=5)
    first = render_stems(audio, chosen, np.array([0.0, -math.inf, 3.0]), RATE)
    again = render_stems(audio, chosen, np.array([0.0, -math.inf, 3.0]), RATE)
    assert np.array_equal(first, again)
    assert first[0].any() and not first[1].any() and not first[2].any()


@pytest.mark.parametrize("seed", range(6))
def test_moderate_settings_keep_the_chorus_above_the_verse(seed: int) -> None:
    """Thresholds from +6 dB up at any ratio, or ratios up to 1.15 anywhere; the rest is free.

    Below, a compressor is felt: of these 6 dB it takes 1.4 at threshold 0, ratio 2, and 2.5 at -12.
    """
    half = bursts(4.0, seed)
    audio = np.concatenate([half * 0.5, half], axis=-1)  # verse 6 dB under the chorus
    chosen = random_settings(1, seed)
    threshold, ratio = INDEX["threshold_db"], INDEX["ratio"]
    if seed % 2:
        chosen[:, ratio].clamp_(max=1.15)
    else:
        chosen[:, threshold].clamp_(min=6.0)
    chosen[:, INDEX["send_db"]].clamp_(max=-6.0)
    rendered = render_stems(audio, chosen, np.zeros(1), RATE)[0]
    half_at = audio.shape[-1] // 2
    kept_lu = lufs(rendered[:, half_at:]) - lufs(rendered[:, :half_at])
    assert kept_lu == pytest.approx(20.0 * math.log10(2.0), abs=1.0)


def test_a_boost_does_not_drive_the_compressor() -> None:
    audio = torch.from_numpy(noise())
    limited = with_settings(peak2_db=12.0, peak2_q=0.4, threshold_db=6.0, ratio=8.0)
    boosted = process(audio, limited, RATE).direct
    alone = process(audio, with_settings(peak2_db=12.0, peak2_q=0.4), RATE).direct
    assert power_db(boosted) == pytest.approx(power_db(alone), abs=0.05)


def test_what_does_not_fit_is_refused_with_the_cure() -> None:
    with pytest.raises(ConsoleError, match=r"\(3, 24\) is needed .*neutral_settings\(3\)"):
        process(torch.zeros(3, 2, 100), neutral_settings(2), RATE)
    with pytest.raises(ConsoleError, match="copy a mono stem to both channels"):
        process(torch.zeros(3, 100), neutral_settings(3), RATE)
    with pytest.raises(ConsoleError, match="2 gains for 3 stems"):
        render_stems(noise(3), neutral_settings(3), np.zeros(2), RATE)
    with pytest.raises(ConsoleError, match="every knob needs a number"):
        process(torch.zeros(1, 2, 100), with_settings(pan=math.nan), RATE)
