"""The ear: CLAP's own numbers, deaf to gain, fixed for good; it tells plain sounds apart."""

import numpy as np
import pytest
import torch

from mixer.ear import (
    CONTENT_TOKENS,
    EAR_DIR,
    Ear,
    EarError,
    FixedBatchNorm,
    _active,
    _best_start,
    _distinct,
    block_powers,
    excerpt,
    fix_batch_norm,
    heard_as_named,
    log_mel,
)
from mixer.ear_front import WINDOW_SAMPLES
from mixer.roles import FAMILY_OF_ROLE, ROLES

RATE = 48_000
shipped = pytest.mark.skipif(
    not (EAR_DIR / "model.safetensors").exists(),
    reason="no ear in mixer/weights/ear yet: train one",
)


def stereo(mono: np.ndarray) -> np.ndarray:
    return np.repeat(mono[None].astype(np.float32), 2, axis=0)


def beats(period_s: float) -> np.ndarray:
    """Seconds since the last beat, (480000,)."""
    return (np.arange(WINDOW_SAMPLES) / RATE) % period_s


def kick() -> np.ndarray:
    """Four to the floor: a falling sine and a click."""
    since_s = beats(0.5)
    phase = 2 * np.pi * (50 * since_s + 120 / 30 * (1 - np.exp(-30 * since_s)))
    click = (
        np.random.default_rng(0).standard_normal(WINDOW_SAMPLES) * np.exp(-since_s / 0.002) * 0.2
    )
    return stereo((np.sin(phase) + click) * np.exp(-since_s / 0.12))


def hats() -> np.ndarray:
    """Eighth notes of high-passed noise."""
    noise = np.diff(np.random.default_rng(1).standard_normal(WINDOW_SAMPLES + 2), n=2)
    return stereo(noise * np.exp(-beats(0.25) / 0.03))


def pad() -> np.ndarray:
    """A held minor chord of detuned saws through a gentle roll-off."""
    time_s = np.arange(WINDOW_SAMPLES) / RATE
    swell = np.minimum(1, time_s / 2) * (1 + 0.1 * np.sin(2 * np.pi * 0.3 * time_s))
    voices = [
        np.sin(2 * np.pi * partial * hz * (1 + cents) * time_s + partial) / partial**1.8
        for hz in (220.0, 261.6, 329.6)
        for cents in (-0.003, 0.003)
        for partial in range(1, 12)
    ]
    return stereo(np.sum(voices, axis=0) * swell)


def low_line() -> np.ndarray:
    """A plucked bass line of eighth notes."""
    time_s, since_s = np.arange(WINDOW_SAMPLES) / RATE, beats(0.25)
    notes = np.array([41.2, 41.2, 49.0, 55.0])[(time_s // 1.0).astype(int) % 4]
    phase = 2 * np.pi * np.cumsum(notes) / RATE
    return stereo(sum(np.sin(k * phase) / k**1.3 for k in range(1, 9)) * np.exp(-since_s / 0.3))


def heard_family(ear: Ear, sound: np.ndarray) -> str:
    probabilities = ear.roles(log_mel(torch.from_numpy(excerpt(sound, RATE, 0)))[None])[0]
    sums = {
        family: sum(
            float(p)
            for role, p in zip(ROLES, probabilities, strict=True)
            if FAMILY_OF_ROLE[role] == family
        )
        for family in set(FAMILY_OF_ROLE.values())
    }
    return max(sums, key=sums.get)


def test_log_mel_has_the_numbers_of_the_clap_extractor():
    from transformers import ClapFeatureExtractor

    sounds = [kick()[0], pad()[0] * 0.1, np.zeros(WINDOW_SAMPLES, np.float32)]
    extractor = ClapFeatureExtractor(truncation="rand_trunc", padding="pad")
    heard = [extractor(sound, sampling_rate=RATE)["input_features"] for sound in sounds]
    theirs = np.stack([np.asarray(picture).reshape(1001, 64) for picture in heard])
    ours = log_mel(torch.from_numpy(np.stack(sounds))).numpy()
    assert ours.shape == (3, 1001, 64)
    loud = theirs > theirs.max(axis=2, keepdims=True) - 50.0  # float32 rounds what lies far below
    assert np.abs(ours - theirs)[loud].max() < 1e-3
    assert np.abs(ours - theirs).max() < 0.5  # 100 dB below: a bin that a sine leaves empty


@pytest.mark.parametrize("gain_db", [-20.0, -6.0, 12.0])
def test_an_excerpt_does_not_know_its_gain(gain_db):
    plain, gained = (
        excerpt(pad(), RATE, 0),
        excerpt(pad() * np.float32(10 ** (gain_db / 20)), RATE, 0),
    )
    assert np.abs(plain - gained).max() < 1e-5


def test_batch_norm_that_is_fixed_cannot_drift():
    torch.manual_seed(0)
    net = fix_batch_norm(torch.nn.Sequential(torch.nn.BatchNorm2d(3))).train()
    assert isinstance(net[0], FixedBatchNorm)
    mean = net[0].running_mean.clone()
    sound = torch.randn(4, 3, 5, 5) * 7 + 40
    out = net(sound)
    assert torch.equal(net[0].running_mean, mean)
    assert torch.equal(out, net.eval()(sound))


def test_the_window_is_where_most_stems_play():
    audio = np.zeros((3, 2, 100 * 40), np.float32)  # 40 s at 100 Hz
    audio[0] = 0.1
    audio[1, :, 100 * 20 : 100 * 32] = 0.1
    audio[2, :, 100 * 21 : 100 * 40] = 0.5
    powers = block_powers(audio, 100)
    assert powers.shape == (3, 80)
    assert 42 <= _best_start(_active(powers)) <= 44  # 21 to 22 s
    assert _best_start(_active(np.zeros((2, 80)))) == 0


def test_a_stem_that_was_split_counts_once_for_the_window():
    powers = np.random.default_rng(0).uniform(0.0, 1.0, (2, 60))
    powers[0, 30:] = 0.0
    split = np.concatenate([powers, 0.25 * powers[:1], 0.0049 * powers[:1]])
    assert np.array_equal(_distinct(split), powers)
    assert len(_distinct(np.concatenate([powers, powers[:, ::-1]]))) == 4


def test_an_ear_is_trusted_by_the_names_that_tell_and_not_by_the_others():
    chances = np.zeros((3, len(ROLES)))
    chances[0, ROLES.index("bass")], chances[1, ROLES.index("kick")] = 0.75, 0.25
    assert heard_as_named(("Bass DI", "KICK in", "Audio 4"), chances) == pytest.approx(0.5)
    assert heard_as_named(("Audio 1", "Audio 2", "Audio 3"), chances) == 1.0
    assert heard_as_named(("VOX", "Audio 2", "Audio 3"), chances) == 0.0


def test_a_folder_without_an_ear_is_refused_with_the_cure(tmp_path):
    with pytest.raises(EarError, match="need config.json and model.safetensors"):
        Ear.load(tmp_path)


@shipped
class TestShippedEar:
    @pytest.fixture(scope="class")
    def ear(self) -> Ear:
        return Ear.load()

    @pytest.fixture(scope="class")
    def mel(self) -> torch.Tensor:
        return log_mel(
            torch.from_numpy(np.stack([excerpt(make(), RATE, 0) for make in (kick, pad, low_line)]))
        )

    def test_shapes_and_lengths(self, ear, mel):
        assert ear.hidden(mel).shape == (3, CONTENT_TOKENS, 256)
        assert ear.embed(mel).shape == (3, 128)
        assert torch.allclose(ear.embed(mel).norm(dim=1), torch.ones(3), atol=1e-5)
        assert torch.allclose(ear.embed_text(["a warm pad"]).norm(dim=1), torch.ones(1), atol=1e-5)
        assert torch.allclose(ear.roles(mel).sum(dim=1), torch.ones(3), atol=1e-5)

    def test_it_is_small(self, ear):
        assert sum(weight.numel() for weight in ear.model.parameters()) < 6_000_000
        assert sum(path.stat().st_size for path in EAR_DIR.iterdir()) < 14_000_000

    def test_same_input_same_bits(self, ear, mel):
        assert torch.equal(ear.hidden(mel), ear.hidden(mel))
        assert torch.equal(ear.embed(mel), ear.embed(mel))

    def test_eval_mode_stays(self, ear, mel):
        before = ear.embed(mel)
        larger = torch.nn.Sequential(ear).train()
        assert not any(part.training for part in larger[0].modules())
        ear.model.train()  # even someone who reaches inside does not move it
        ear.embed(mel + 5)
        assert torch.equal(ear.embed(mel), before)
        ear.model.eval()

    def test_wrong_picture_is_refused(self, ear):
        with pytest.raises(EarError, match=r"\(1, 1000, 64\), need \(batch, 1001, 64\)"):
            ear.embed(torch.zeros(1, 1000, 64))

    def test_gain_does_not_reach_the_embedding(self, ear):
        quiet, loud = (excerpt(low_line() * np.float32(gain), RATE, 0) for gain in (0.1, 4.0))
        units = ear.embed(log_mel(torch.from_numpy(np.stack([quiet, loud]))))
        assert float(units[0] @ units[1]) > 0.9999

    @pytest.mark.parametrize(
        ("sound", "family"), [(kick, "drums"), (hats, "drums"), (low_line, "bass"), (pad, "other")]
    )
    def test_it_tells_plain_sounds_apart(self, ear, sound, family):
        assert heard_family(ear, sound()) == family

    def test_hear_a_song(self, ear):
        from mixer.song import song_from_arrays

        late = np.concatenate([np.zeros((2, 15 * RATE), np.float32), hats()], axis=1)
        song = song_from_arrays(
            "plain", {"kick": np.tile(kick(), 2), "pad": np.tile(pad(), 2), "hats": late}, RATE
        )
        heard = ear.hear(song)
        assert heard.hidden.shape == (3, 8, 256) and heard.hidden.dtype == np.float32
        assert heard.embedding.shape == (3, 128)
        assert np.allclose(heard.role_probabilities.sum(axis=1), 1.0, atol=1e-5)
        by_content = ear.roles_of_content(heard.hidden)
        np.testing.assert_allclose(by_content, heard.role_probabilities, atol=1e-5)
        assert len(heard.starts_s) == 3 and heard.start_s >= 10.0  # where all three play
        again = ear.hear(song)
        assert np.array_equal(heard.embedding, again.embedding)
