"""The listener's training: batches of even size, a strict recipe, the rate's course, going on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.model.processing import call_opening
from finetune.supply import Stage, share_out
from finetune.train_listener import rate_at, read_recipe
from tests.tiny_listener import tiny_listener


@given(st.lists(st.integers(20, 400), min_size=64, max_size=256))
def test_batches_share_the_tokens_and_pad_little(lengths):
    parts = share_out(lengths, 8)
    assert sorted(index for part in parts for index in part) == list(range(len(lengths)))
    sums = [sum(lengths[index] for index in part) for part in parts]
    assert max(sums) - min(sums) <= 2 * max(lengths)
    ordered = [[lengths[index] for index in part] for part in parts if part]
    assert all(max(a) <= min(b) for a, b in zip(ordered, ordered[1:], strict=False))


def test_a_recipe_with_an_unknown_key_is_refused(tmp_path):
    file = tmp_path / "recipe.yaml"
    file.write_text("seed: 1\nstages: [{name: a, steps: 1, batch_size: 2, learning_rat: 3}]\n")
    with pytest.raises(ValueError, match=r"unknown keys \['learning_rat'\]; Stage knows .*steps"):
        read_recipe(file)


def test_the_rate_warms_up_and_falls_to_where_it_should():
    stage = Stage("x", 100, 8, 1e-3, warmup_steps=10, final_learning_rate=1e-4)
    assert rate_at(stage, 0) == pytest.approx(1e-4)
    assert rate_at(stage, 10) == pytest.approx(1e-3)
    assert rate_at(stage, 100) == pytest.approx(1e-4)
    assert rate_at(stage, 55) == pytest.approx(5.5e-4)


def test_the_choice_of_a_tool_is_one_token():
    _, processor = tiny_listener()
    tokenizer = processor.tokenizer
    ids = tokenizer('<tool_call>{"name": "undo", "arguments": {}}</tool_call>').input_ids
    assert [tokenizer.decode([i]) for i in ids] == [
        "<tool_call>",
        call_opening("undo"),
        "}}",
        "</tool_call>",
    ]
