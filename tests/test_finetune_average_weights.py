"""Two listeners averaged: tensor by tensor, in the later one's type; unlike ones are refused."""

import json
import sys

import pytest
import torch
from safetensors.torch import load_file, save_file

from finetune.average_weights import main, mean


def test_the_mean_lies_between_and_keeps_the_type():
    later = {"a": torch.tensor([0.0, 4.0], dtype=torch.float16), "b": torch.tensor([[1.0]])}
    earlier = {"a": torch.tensor([2.0, 0.0], dtype=torch.float16), "b": torch.tensor([[3.0]])}
    made = mean(later, earlier, 0.25)
    assert made["a"].dtype == torch.float16 and made["a"].tolist() == [0.5, 3.0]
    assert made["b"].tolist() == [[1.5]]
    assert mean(later, earlier, 0.0)["b"].equal(later["b"])


def test_what_did_not_go_on_from_the_other_is_refused():
    with pytest.raises(ValueError, match="differ in 1 tensors .a."):
        mean({"a": torch.zeros(2)}, {"a": torch.zeros(3)}, 0.5)
    with pytest.raises(ValueError, match="between 0 and 1"):
        mean({"a": torch.zeros(2)}, {"a": torch.zeros(2)}, 1.5)


def test_a_reader_may_have_learned_an_intent_since(tmp_path, monkeypatch):
    for name, intents, rows in (
        ("earlier", ["mute", "undo"], [[2.0], [4.0]]),
        ("later", ["mute", "remark", "undo"], [[0.0], [9.0], [2.0]]),
    ):
        (tmp_path / name).mkdir()
        save_file({"head.weight": torch.tensor(rows)}, tmp_path / name / "reader.safetensors",
                  {"intents": json.dumps(intents)})  # fmt: skip
    paths = [str(tmp_path / name) for name in ("later", "earlier")]
    where = ["--file", "reader.safetensors", "--out", str(tmp_path / "mean")]
    monkeypatch.setattr(sys, "argv", ["average", *paths, *where])
    main()
    made = load_file(tmp_path / "mean" / "reader.safetensors")["head.weight"]
    assert made.tolist() == [[1.0], [9.0], [3.0]]


def test_a_folder_is_made_with_all_that_stands_beside(tmp_path, monkeypatch):
    for name, value in (("later", 1.0), ("earlier", 3.0)):
        (tmp_path / name).mkdir()
        save_file({"a": torch.full((2,), value)}, tmp_path / name / "model.safetensors")
    (tmp_path / "later" / "config.json").write_text("{}")
    paths = [str(tmp_path / name) for name in ("later", "earlier")]
    monkeypatch.setattr(sys, "argv", ["average", *paths, "--out", str(tmp_path / "mean")])
    main()
    assert load_file(tmp_path / "mean" / "model.safetensors")["a"].tolist() == [2.0, 2.0]
    assert (tmp_path / "mean" / "config.json").read_text() == "{}"
