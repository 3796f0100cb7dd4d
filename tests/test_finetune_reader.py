"""Reading a message: intents drawn with a song's words, and a tuning that the product takes."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

import prompts
from assistant.intents import tool_of
from assistant.model.sentences import TUNING, SentenceEncoder
from finetune.intents import JOINED, Message, Messages

pytest.importorskip("peft", reason="peft comes with the [train] extra")


def test_what_may_be_joined_is_among_the_intents():
    assert set(JOINED) <= set(prompts.intents())
    assert all(tool_of(name) for name in JOINED)


def test_messages_are_filled_differ_and_keep_what_is_held_out_apart():
    drawn = [Messages(np.random.default_rng([7, n])).draw() for n in range(400)]
    assert not any("{" in one.said for one in drawn)
    assert len({one.said for one in drawn}) > 380
    joined = [one for one in drawn if len(one.intents) == 2]
    assert 20 <= len(joined) <= 80  # 12 % of 400
    held = Messages(np.random.default_rng(0), held_out=True).each()
    templates = sum(len(prompts.phrasings(name)) for name in prompts.intents())
    assert abs(len(held) - templates / 12) < len(prompts.intents())
    again = Messages(np.random.default_rng([7, 3])).draw()
    assert again == drawn[3]


def test_a_tuned_reader_reads_in_the_product_as_in_training(tmp_path):
    from finetune.readers import Reader

    torch.manual_seed(0)
    reader = Reader("tuned", 5).eval()
    with torch.no_grad():
        for name, parameter in reader.encoder.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.02)
    told = ["order_up", "why", "mute", "pan_right", "thanks"]
    save_file(reader.changes(), tmp_path / TUNING, metadata={"intents": json.dumps(told)})
    said = ["turn the pad down a touch", "why?", "mute gtr L and pan the organ hard right"]
    with torch.no_grad():
        trained = torch.nn.functional.normalize(reader.vectors(said), dim=-1).numpy()
    shipped = SentenceEncoder.of(tmp_path).encode(said)
    np.testing.assert_allclose(shipped, trained, atol=2e-5)
    assert np.abs(shipped - SentenceEncoder.load().encode(said)).max() > 0.01
    likely = SentenceEncoder.of(tmp_path).intents_of(said[2])
    with torch.no_grad():
        np.testing.assert_allclose(list(likely.values()), reader(said)[2].softmax(-1), atol=2e-5)
    assert list(likely) == told and SentenceEncoder.load().intents_of(said[2]) == {}


def test_targets_share_between_two_deeds():
    from finetune.readers import Reader
    from finetune.train_reader import targets

    reader = Reader("frozen", 4)
    shares = targets([Message("a", (2,)), Message("b", (0, 3))], reader)
    np.testing.assert_allclose(shares, [[0, 0, 1, 0], [0.5, 0, 0, 0.5]])
    assert reader.changes() == {}


@pytest.mark.slow
def test_a_run_that_is_done_is_taken_up_where_it_ended(tmp_path):
    from finetune.readers import Reader
    from finetune.train_reader import train

    count = len(prompts.intents())
    first, second = Reader("frozen", count), Reader("frozen", count)
    train(first, tmp_path, 3, seed=2, learning_rate=1e-3)
    begun = second.head[0].weight.clone()
    train(second, tmp_path, 3, seed=2, learning_rate=1e-3)
    np.testing.assert_allclose(second.head[0].weight.detach(), first.head[0].weight.detach())
    assert not torch.allclose(begun, second.head[0].weight)


FOUR = ("it_up", "mute", "undo", "why")


def test_a_reader_goes_on_from_another_and_refuses_what_does_not_fit():
    from finetune.readers import Reader

    torch.manual_seed(1)
    first, second = Reader("tuned", 4).eval(), Reader("tuned", 4).eval()
    with torch.no_grad():
        for name, parameter in first.encoder.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.02)
    said = ["bring the vocal up", "what did you change so far"]
    with torch.no_grad():
        assert (first(said) - second(said)).abs().max() > 0.01
        second.go_on_from(first.changes(), FOUR, FOUR)
        torch.testing.assert_close(first(said), second(said))
    wider = Reader("tuned", 5).eval()
    wider.go_on_from(first.changes(), FOUR, ("it_up", "mute", "remark", "undo", "why"))
    with torch.no_grad():
        torch.testing.assert_close(wider(said)[:, [0, 1, 3, 4]], first(said))
    with pytest.raises(ValueError, match="the intent why.*train it from the start"):
        Reader("tuned", 4).go_on_from(first.changes(), FOUR, ("it_up", "mute", "remark", "undo"))
    with pytest.raises(ValueError, match="cannot go on from these weights"):
        Reader("frozen", 4).go_on_from(first.changes(), FOUR, FOUR)
