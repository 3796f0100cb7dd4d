"""LAION-CLAP's own checkpoints: the same numbers after the change of names, and what is refused."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from mixer.ear import Ear, EarError
from mixer.ear_front import WINDOW_SAMPLES, excerpt, log_mel
from mixer.laion import LOWEST_HZ, LaionError, convert, main, read_laion
from mixer.megami.published.checkpoints import CheckpointError
from tests.tiny_laion import AUDIO, TEXT, original, save, save_tokenizer, tiny_clap


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A model, its checkpoint, a tokenizer and the converted folder."""
    root = tmp_path_factory.mktemp("laion")
    model = tiny_clap()
    checkpoint = save(root / "music.pt", original(model))
    tokenizer = save_tokenizer(root / "roberta")
    convert(checkpoint, tokenizer, root / "ear")
    return model, checkpoint, tokenizer, root / "ear"


def sounds() -> torch.Tensor:
    """Three sounds of 10 s, one of them five times over full scale."""
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((3, WINDOW_SAMPLES)).astype(np.float32)
    return torch.from_numpy(noise * np.array([[0.1], [0.02], [1.7]], np.float32))


def test_both_towers_come_back_bit_for_bit(files):
    model, checkpoint, _, _ = files
    found = read_laion(checkpoint)
    wanted = model.state_dict()
    assert set(found.state_dict()) == set(wanted)
    different = [key for key, value in found.state_dict().items() if not value.equal(wanted[key])]
    assert different == []
    audio, text = found.config.audio_config, found.config.text_config
    assert {key: getattr(audio, key) for key in AUDIO} == AUDIO
    assert {key: getattr(text, key) for key in TEXT} == TEXT
    assert not found.training


def test_the_ear_hears_as_the_checkpoint_does_with_filters_from_50_hz(files):
    model, _, _, folder = files
    ear = Ear.load(folder)
    assert ear.lowest_hz == LOWEST_HZ == 50.0
    mel = log_mel(sounds(), 50.0)
    with torch.no_grad():
        pooled = model.audio_model(input_features=mel[:, None]).pooler_output
        wanted = functional.normalize(model.audio_projection(pooled), dim=-1)
    got = ear.embed(ear.picture(sounds()))
    torch.testing.assert_close(got, wanted, rtol=0, atol=1e-6)
    assert (log_mel(sounds()) - mel).abs().max() > 1.0  # with filters from 0 Hz it would be another


def test_the_ear_of_a_checkpoint_hears_a_song(files):
    from mixer.song import song_from_arrays

    ear = Ear.load(files[-1])
    stems = {"kick": sounds()[0, :96000].numpy(), "bass": sounds()[1, :96000].numpy()}
    heard = ear.hear(song_from_arrays("song", stems, 48000))
    assert heard.hidden.shape == (2, 8, 64)
    np.testing.assert_allclose(np.linalg.norm(heard.embedding, axis=1), 1.0, atol=1e-6)
    np.testing.assert_allclose(heard.role_probabilities.sum(axis=1), 1.0, atol=1e-6)


@pytest.mark.parametrize("seconds", [0.5, 9.99, 10.0, 23.0])
def test_what_is_heard_is_ten_seconds_whatever_comes(files, seconds):
    ear = Ear.load(files[-1])
    rng = np.random.default_rng(1)
    stem = rng.standard_normal((2, round(seconds * 44100))).astype(np.float32)
    cut = excerpt(stem, 44100)
    assert cut.shape == (480_000,) and cut.dtype == np.float32
    picture = ear.picture(torch.from_numpy(cut))
    assert picture.shape == (1001, 64)
    silent = 1001 - int(np.ceil(min(seconds, 10.0) * 100)) - 4
    if silent > 0:
        assert float(picture[-silent:].max()) == pytest.approx(-100.0)


def test_other_lengths_are_refused(files):
    with pytest.raises(EarError, match="need .batch, 1001, 64."):
        Ear.load(files[-1]).embed(torch.zeros(1, 900, 64))


def test_nothing_is_clipped_or_rounded_to_16_bits(files):
    ear = Ear.load(files[-1])
    loud, quiet = sounds()[2], sounds()[2] * 1e-6  # far over full scale, far under a 16-bit step
    shift = ear.picture(loud) - ear.picture(quiet * 1e3)
    assert float((shift - 60.0).abs().max()) < 1e-2
    as_16_bits = (quiet.clamp(-1, 1) * 32767).to(torch.int16).float() / 32767
    assert float(as_16_bits.abs().max()) == 0.0 and float(ear.picture(quiet).max()) > -100.0


def test_a_tower_without_words_is_for_the_cascade_and_no_ear(files, tmp_path):
    model, checkpoint, _, _ = files
    convert(checkpoint, None, tmp_path / "tower")
    from safetensors.torch import load_file

    found = load_file(tmp_path / "tower" / "model.safetensors")
    key = "audio_model.audio_encoder.layers.1.blocks.1.attention.self.key.weight"
    assert torch.equal(found[key], model.state_dict()[key])
    with pytest.raises((EarError, OSError, ValueError)):
        Ear.load(tmp_path / "tower")


def test_the_tower_fits_the_cascade(files):
    from transformers import AutoConfig

    from assistant.model.configuration import GainsayConfig
    from assistant.model.modeling import GainsayModel
    from finetune.listener_setup import load_tower

    model, _, _, folder = files

    class Cascade(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            audio = AutoConfig.from_pretrained(folder).audio_config.to_dict()
            text = {"model_type": "qwen3", "hidden_size": 32, "num_hidden_layers": 1,
                    "num_attention_heads": 1, "num_key_value_heads": 1, "vocab_size": 64,
                    "intermediate_size": 32}  # fmt: skip
            self.model = GainsayModel(GainsayConfig(audio_config=audio, text_config=text))

    cascade = Cascade().eval()
    load_tower(cascade, folder)  # pyright: ignore[reportArgumentType]
    mel = log_mel(sounds()[:1], 50.0)
    with torch.no_grad():
        wanted = model.audio_model(input_features=mel[:, None]).last_hidden_state
    got = cascade.model.hear(mel)
    assert got.shape == (1, 8, 64)
    torch.testing.assert_close(got.mean(dim=1), wanted.mean(dim=(2, 3)), rtol=0, atol=1e-5)


def test_a_tokenizer_of_another_size_is_refused(files, tmp_path):
    _, checkpoint, _, _ = files
    with pytest.raises(LaionError, match="300 words, the checkpoint 320"):
        convert(checkpoint, save_tokenizer(tmp_path / "other", 300), tmp_path / "out")
    with pytest.raises(LaionError, match="holds no tokenizer"):
        convert(checkpoint, tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"module.audio_branch.patch_embed.mel_conv2d.weight": torch.zeros(1)}, "fusion"),
        ({"module.teacher.weight": torch.zeros(1)}, "no laion-clap model"),
        ({"module.text_branch.pooler.dense.weight": torch.zeros(64, 63)}, "other shapes"),
        ({"module.text_branch.extra.weight": torch.zeros(1)}, "extra.weight besides"),
    ],
)
def test_other_checkpoints_are_refused_by_what_they_are(files, tmp_path, change, words):
    with pytest.raises(LaionError, match=words):
        read_laion(save(tmp_path / "other.pt", original(files[0]) | change))


@pytest.mark.parametrize("part", ["audio_branch", "text_branch", "audio_branch.norm"])
def test_half_a_checkpoint_is_refused(files, tmp_path, part):
    weights = {key: value for key, value in original(files[0]).items() if part not in key}
    with pytest.raises(LaionError, match="need|is needed"):
        read_laion(save(tmp_path / "half.pt", weights))


def test_a_pickle_is_not_run(files, tmp_path):
    marker = tmp_path / "ran"

    class Evil:
        def __reduce__(self):
            return (marker.touch, ())

    torch.save({"state_dict": original(files[0]), "args": Evil()}, tmp_path / "evil.pt")
    with pytest.raises(CheckpointError, match="nothing of it was run"):
        read_laion(tmp_path / "evil.pt")
    assert not marker.exists()


def test_the_command_writes_once_and_says_what_it_is(files, tmp_path, capsys):
    _, checkpoint, tokenizer, _ = files
    command = [str(checkpoint), "--tokenizer", str(tokenizer), "--out", str(tmp_path / "ear")]
    main(command)
    assert f"{tmp_path / 'ear'}: an ear" in capsys.readouterr().out
    for again, words in (
        (command, "holds a model already"),
        ([str(tmp_path / "no.pt"), "--out", str(tmp_path / "other")], "no.pt"),
    ):
        with pytest.raises(SystemExit) as stopped:
            main(again)
        assert stopped.value.code == 2 and words in capsys.readouterr().err
    assert not (tmp_path / "other").exists()
