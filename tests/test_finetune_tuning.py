"""A listener of a hub's parts, tuned and used: the loss falls, what is frozen stays, it advises."""

import csv
import json
from ast import literal_eval
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from peft import PeftModel
from safetensors.torch import load_file

from assistant.listener import EmbeddedListener
from assistant.model.modeling import GainsayForConditionalGeneration
from finetune.adapters import Lora
from finetune.encode import encode
from finetune.recipe import Recipe
from finetune.scenes import SongBank
from finetune.supply import Share, Stage
from finetune.train_listener import fitting, train
from finetune.trainer import Trainer, trains
from mixer.moves import MixState
from mixer.song import song_from_arrays
from tests.tiny_hub import RATE, TONES_HZ, TOWER_WIDTH, stem, tiny_base, tone_songs

ALIGN = Stage("align", 10, 4, 2e-2, 0.5, 4, 1.0, 0.5, warmup_steps=0, tune="projector")
TUNE = replace(ALIGN, name="tune", steps=6, tune="lora")


@pytest.fixture(scope="session")
def recipe(tmp_path_factory):
    """Two songs, heard by a tower of its own, and a recipe of two stages."""
    folder = tmp_path_factory.mktemp("tune")
    songs, base = tone_songs(folder / "songs", 2), tiny_base(folder)
    manifest = encode(songs, folder / "content", base.audio_tower)
    assert manifest["items"] == 2, manifest
    return Recipe(
        seed=3,
        stages=(ALIGN, TUNE),
        songs=str(songs),
        content=str(folder / "content"),
        base=base,
        lora=Lora(rank=4, alpha=8, dropout=0.1),
        average=0.0,
        log_every=1,
        checkpoint_every=3,
    )


@pytest.fixture(scope="session")
def run(recipe, tmp_path_factory):
    """The folder of a whole training."""
    out = tmp_path_factory.mktemp("run")
    train(recipe, out)
    return out


def curve(run):
    with open(run / "curve.csv") as file:
        return [(row[0], literal_eval(row[4])) for row in csv.reader(file)]


def test_the_losses_fall(run):
    found = curve(run)
    assert [stage for stage, _ in found] == ["align"] * 10 + ["tune"] * 6
    for name in ("judge", "level"):
        judged = [losses[name] for _, losses in found if name in losses]
        assert np.median(judged[2:]) < 0.8 * np.mean(judged[:2]), judged  # batches are tiny
    text = [losses["text"] for _, losses in found if "text" in losses]
    assert text[-1] < text[0]


def test_what_is_frozen_stays_and_the_adapter_is_lora_alone(recipe, run):
    base, clap = load_file(run / "base" / "model.safetensors"), recipe.base
    llm = load_file(f"{clap.language_model}/model.safetensors")
    for name, weight in llm.items():
        if "embed_tokens" not in name:
            kept = base[name.replace("model.", "model.language_model.", 1)]
            torch.testing.assert_close(kept, weight, rtol=0, atol=0)
    old = llm["model.embed_tokens.weight"]
    rows = base["model.language_model.embed_tokens.weight"]
    torch.testing.assert_close(rows[: len(old)], old, rtol=0, atol=0)
    tower = load_file(f"{clap.audio_tower}/model.safetensors")
    drift = [n for n in tower if n.startswith("audio_model.") and "num_batches" not in n]
    for name in drift:
        kept = base[name.replace("audio_model.", "model.audio_tower.", 1)]
        torch.testing.assert_close(kept, tower[name], rtol=0, atol=0)
    adapter = load_file(run / "adapter" / "adapter_model.safetensors")
    assert len(adapter) == 2 * 7 * 2 and all(".lora_" in name for name in adapter)
    assert max(float(t.abs().max()) for n, t in adapter.items() if "lora_B" in n) > 0
    config = json.loads((run / "adapter" / "adapter_config.json").read_text())
    assert config["modules_to_save"] is None and config["bias"] == "none"


def test_merged_is_base_with_adapter(run):
    merged = GainsayForConditionalGeneration.from_pretrained(run / "model").eval()
    base = GainsayForConditionalGeneration.from_pretrained(run / "base")
    ids = torch.arange(2, 40)[None]
    with torch.no_grad():
        alone = base(input_ids=ids).logits
        tuned = PeftModel.from_pretrained(base, str(run / "adapter")).eval()
        together, one = tuned(input_ids=ids).logits, merged(input_ids=ids).logits
    torch.testing.assert_close(one, together, rtol=0, atol=1e-5)
    assert float((one - alone).abs().max()) > 1e-3


def test_the_tuned_listener_advises_by_its_path(run, tmp_path, gainsay):
    song = tmp_path / "song"
    song.mkdir()
    for place, name in enumerate(("kick", "bass", "vocals")):
        soundfile.write(song / f"{name}.wav", stem(TONES_HZ[place], place).T, 44_100)
    code, out, err = gainsay(
        "advise", song, "--anchor", "kick", "--listener", run / "model", "--json"
    )
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told["anchor"] == "kick" and set(told["p_fault"]) == {"kick", "bass", "vocals"}
    assert told["sensitivity"]["name"] == "balanced" and "hit_percent" not in told["sensitivity"]
    code, out, _ = gainsay("advise", song, "--anchor", "kick", "--listener", run / "model")
    assert code == 0 and "how often gainsay (model) is right has not been measured" in out


def test_a_listener_kept_in_bf16_is_used_in_it_but_for_levels_and_content(recipe, tmp_path):
    Trainer(replace(recipe, precision="bf16"), tmp_path).write()
    kept = load_file(tmp_path / "model" / "model.safetensors")
    assert {
        name.split(".")[1]: tensor.dtype for name, tensor in kept.items() if tensor.dim() > 1
    } == {
        "audio_tower": torch.float32,
        "multi_modal_projector": torch.float32,
        "language_model": torch.bfloat16,
    }
    listener = EmbeddedListener(tmp_path / "model")
    assert listener.model.model.language_model.dtype == torch.bfloat16
    song = song_from_arrays("two", {"kick": stem(60.0, 0), "bass": stem(110.0, 1)}, RATE)
    heard = listener.hear(song, MixState.untouched(2), "kick")
    assert heard.hidden.shape == (2, 8, TOWER_WIDTH)
    judged = listener.judge(heard, [{"role": "user", "content": "how is it?"}])
    np.testing.assert_allclose(judged.probability.sum(axis=1), 1.0, atol=1e-3)


class Killed(Exception):
    """Stands for a kill: nothing is written after it."""


def test_a_run_that_is_killed_and_called_again_ends_with_the_same_weights(
    recipe, run, tmp_path, monkeypatch
):
    learn = Trainer.learn

    def dies(trainer, batches, rate):
        if trainer.step == dies.at:
            raise Killed
        return learn(trainer, batches, rate)

    monkeypatch.setattr(Trainer, "learn", dies)
    dies.at = 14  # in the second stage, two steps after a checkpoint
    with pytest.raises(Killed):
        train(recipe, tmp_path)
    dies.at = None
    train(recipe, tmp_path)
    for file in ("base/model.safetensors", "adapter/adapter_model.safetensors"):
        once, again = load_file(run / file), load_file(tmp_path / file)
        assert once.keys() == again.keys()
        for name in once:
            torch.testing.assert_close(again[name], once[name], rtol=0, atol=0)


def test_a_checkpoint_of_another_recipe_is_refused_and_stages_leave_what_is_not_theirs(recipe, run):
    trainer = Trainer(replace(recipe, lora=Lora(rank=2, alpha=8)), run)
    with pytest.raises(ValueError, match="of another training.*another --out"):
        trainer.restore()
    trainer.begin("projector")
    adapters = [p for n, p in zip(trainer.names, trainer.trained, strict=True) if ".lora_" in n]
    assert len(adapters) == 28
    assert set(map(id, trainer.idle)) == set(map(id, adapters))
    trainer.begin("lora")
    assert trainer.idle == []


def test_content_of_another_tower_is_refused_with_the_command_that_makes_it(recipe):
    bank = SongBank(Path(recipe.songs), Path(recipe.content), "train")
    assert fitting(bank, recipe, TOWER_WIDTH) is bank
    with pytest.raises(ValueError, match=r"width \[32\].*has 768.*--ear .*clap --out"):
        fitting(bank, recipe, 768)


def test_every_way_of_tuning_leaves_the_tower_alone():
    names = {
        "model.model.audio_tower.audio_encoder.batch_norm.weight": set(),
        "model.model.multi_modal_projector.level_in.weight": {"projector", "lora", "all"},
        "model.model.language_model.layers.0.mlp.up_proj.lora_A.default.weight": {"lora", "all"},
        "model.model.language_model.layers.0.mlp.up_proj.base_layer.weight": {"all"},
        "rows.inputs": {"projector", "lora", "all"},
        "level_head.weight": {"projector", "lora", "all"},
    }
    for name, tunes in names.items():
        assert {tune for tune in ("projector", "lora", "all") if trains(name, tune)} == tunes


def test_processes_share_a_step_out_and_none_has_more_portions_than_another():
    for processes, at_once in ((1, 0), (2, 0), (2, 2), (3, 4)):
        parts = [Share(k, processes, at_once).of(list(range(11))) for k in range(processes)]
        assert sorted(sum(sum(parts, []), [])) == list(range(11))
        assert len({len(one) for one in parts}) == 1 and all(all(one) for one in parts)
    assert [len(one) for one in Share(0, 1, 4).of(list(range(8)))] == [4, 4]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lora": None}, "belong together"),
        ({"begin_with": "weights"}, "leave one out"),
        ({"precision": "fp8"}, "one of"),
        ({"stages": (replace(ALIGN, tune="all"), TUNE)}, "two trainings"),
    ],
)
def test_a_recipe_that_contradicts_itself_is_refused(recipe, change, message):
    with pytest.raises(ValueError, match=message):
        replace(recipe, **change)
    with pytest.raises(ValueError, match="tune is 'head'"):
        replace(ALIGN, tune="head")
