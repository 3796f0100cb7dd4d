"""What happens to a track before the networks: FxNorm, and the window that CLAP hears."""

import numpy as np
import pytest
import torch

from mixer.ear_front import log_mel
from mixer.laion_names import from_laion
from mixer.megami.published import fxnorm
from mixer.megami.published.content import (
    HTSAT_BASE,
    LOWEST_HZ,
    build_tower,
    embed,
    loudest_start,
    window,
)
from mixer.megami.published.dynamics import loudest_rms_db
from tests.tiny_published import CLAP

RATE = 44_100


def noise(seconds: float, seed: int = 0) -> torch.Tensor:
    return torch.randn(round(seconds * RATE), generator=torch.Generator().manual_seed(seed))


def spectrum_db(audio: torch.Tensor) -> torch.Tensor:
    """RMS-over-time spectrum (2049,) in dB."""
    window_ = torch.hann_window(2048).sqrt()
    found = torch.stft(audio, 4096, 1024, 2048, window_, pad_mode="constant", return_complex=True)
    return 10 * torch.log10(found.abs().square().mean(dim=1))


def slope(decibels_an_octave: float) -> torch.Tensor:
    """A curve that changes by so much an octave above bin 1."""
    bins = torch.arange(2049).clamp(min=1)
    return 10.0 ** (decibels_an_octave * torch.log2(bins) / 20.0)


def test_the_spectrum_becomes_the_curve_and_the_level_minus_16_db():
    made = fxnorm.normalise(0.01 * noise(12.0), slope(-4.5))
    assert float(loudest_rms_db(made, RATE)) == pytest.approx(-16.0, abs=1e-3)
    found = spectrum_db(made)
    for low, high in ((20, 40), (40, 80), (160, 320), (320, 640)):
        step = found[high : 2 * high].mean() - found[low : 2 * low].mean()
        assert float(step) == pytest.approx(-4.5, abs=0.15)


def test_fxnorm_does_not_know_how_loud_or_which_way_up_the_track_came():
    audio, curve = noise(3.0), slope(-3.0)
    plain = fxnorm.normalise(audio, curve)
    assert torch.allclose(fxnorm.normalise(-0.001 * audio, curve), -plain, atol=1e-5)


def test_one_filter_for_the_whole_track_keeps_its_sections_apart():
    section = torch.where(torch.arange(8 * RATE) < 4 * RATE, 0.1, 1.0)
    made = fxnorm.normalise(noise(8.0) * section, slope(-3.0))
    verse, chorus = made[RATE : 3 * RATE], made[5 * RATE : 7 * RATE]
    assert float(20 * torch.log10(chorus.std() / verse.std())) == pytest.approx(20.0, abs=0.3)


def test_boost_ends_at_40_db():
    lowpassed = torch.fft.irfft(
        torch.fft.rfft(noise(6.0)) * (torch.arange(6 * RATE // 2 + 1) < 6 * 5000), n=6 * RATE
    )
    window_ = torch.hann_window(2048).sqrt()
    spectrum = torch.stft(
        lowpassed, 4096, 1024, 2048, window_, pad_mode="constant", return_complex=True
    )
    gains = fxnorm.matching(spectrum, slope(0.0))
    assert float(gains.max()) == pytest.approx(100.0, rel=1e-4)
    assert float(gains[100:300].max()) < 2.0


@pytest.mark.parametrize("samples", [1, 100, 4095, 17_641])
def test_fxnorm_keeps_any_length(samples):
    made = fxnorm.normalise(noise(1.0)[:samples], slope(-3.0))
    assert made.shape == (samples,)
    assert torch.isfinite(made).all()


def test_silence_stays_silence():
    assert not fxnorm.normalise(torch.zeros(5000), slope(-3.0)).any()


def test_the_authors_curve_is_thinned_to_our_bins():
    fine = torch.arange(32_769, dtype=torch.float64)
    assert torch.equal(fxnorm.curve_of(fine), torch.arange(2049) * 16.0)
    with pytest.raises(ValueError, match="a target curve of 1000 bins was given"):
        fxnorm.curve_of(torch.ones(1000))


def test_smoothing_is_a_third_of_an_octave_wide_and_keeps_what_is_flat():
    weights = fxnorm._smoothing()
    assert torch.allclose(weights.sum(dim=1), torch.ones(2049), atol=1e-5)
    place = torch.arange(2049.0)
    deviation = (weights[500] * (place - 500.0).square()).sum().sqrt()
    assert float(deviation) == pytest.approx(500 / 3 / torch.pi, rel=1e-3)


def test_the_window_is_the_loudest_and_always_the_same():
    track = 0.01 * noise(30.0).numpy()
    track[12 * RATE : 22 * RATE] *= 10.0
    assert loudest_start(track, 10 * RATE, RATE // 10) == 12 * RATE
    heard = window(track, RATE)
    assert heard.shape == (480_000,) and heard.dtype == np.float32
    assert np.array_equal(heard, window(track, RATE))
    assert 20 * np.log10(np.sqrt(np.mean(heard**2))) == pytest.approx(-25.0, abs=0.3)
    assert np.allclose(window(7.0 * track, RATE), heard, atol=1e-5)


def test_short_tracks_are_repeated_whole_then_padded():
    heard = window(noise(4.0).numpy(), RATE)
    assert np.array_equal(heard[:192_000], heard[192_000:384_000])
    assert not heard[384_000:].any()
    assert not window(np.zeros(RATE, np.float32), RATE).any()
    assert not window(np.zeros(0, np.float32), RATE).any()


def test_log_mel_is_that_of_the_published_front_end():
    audio = 0.1 * torch.sin(2 * torch.pi * 1000.0 * torch.arange(480_000) / 48_000)
    mel = log_mel(audio, LOWEST_HZ)
    assert mel.shape == (1001, 64)
    assert int(mel[500].argmax()) == 17  # (15 - 0.75) / 0.81 mel, less one
    assert float(log_mel(torch.zeros(480_000), LOWEST_HZ).max()) == pytest.approx(-100.0)


def test_embeddings_have_unit_length_and_do_not_depend_on_the_fader():
    torch.manual_seed(0)
    tower = build_tower(CLAP)
    track = noise(11.0).numpy()
    made = embed(tower, [track, 0.05 * track, noise(3.0, seed=1).numpy()], RATE)
    assert made.shape == (3, 512)
    assert torch.allclose(made.norm(dim=-1), torch.ones(3), atol=1e-5)
    assert torch.allclose(made[0], made[1], atol=1e-4)


def test_the_published_tower_has_the_published_size():
    with torch.device("meta"):
        tower = build_tower(HTSAT_BASE)
    assert sum(parameter.numel() for parameter in tower.parameters()) == 68_611_864


def test_only_the_audio_tower_is_taken_from_a_clap_checkpoint():
    qkv = torch.arange(12.0).reshape(6, 2)
    prefix = "module.audio_branch.layers.2.blocks.1"
    found = from_laion(
        {
            f"{prefix}.attn.qkv.weight": qkv,
            f"{prefix}.attn_mask": qkv,
            f"{prefix}.mlp.fc2.bias": qkv,
            "module.audio_branch.bn0.running_var": qkv,
            "module.audio_branch.tscam_conv.weight": qkv,
            "module.audio_branch.logmel_extractor.melW": qkv,
            "module.audio_projection.2.bias": qkv,
            "module.text_branch.embeddings.position_ids": qkv,
            "module.logit_scale_a": qkv,
        }
    )
    block = "audio_model.audio_encoder.layers.2.blocks.1"
    assert set(found) == {
        f"{block}.attention.self.query.weight",
        f"{block}.attention.self.key.weight",
        f"{block}.attention.self.value.weight",
        f"{block}.output.dense.bias",
        "audio_model.audio_encoder.batch_norm.running_var",
        "audio_projection.linear2.bias",
    }
    assert torch.equal(found[f"{block}.attention.self.key.weight"], qkv[2:4])
