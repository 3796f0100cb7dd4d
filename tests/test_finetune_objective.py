"""The losses: a tenth of a decibel survives bf16, and parts of a step add up to the whole."""

from dataclasses import fields, replace

import numpy as np
import pytest
import torch
from accelerate.utils import FullyShardedDataParallelPlugin
from torch.distributed.fsdp.wrap import transformer_auto_wrap_policy
from transformers.models.qwen3.modeling_qwen3 import Qwen3DecoderLayer

from assistant.model.modeling import GainsayForConditionalGeneration
from finetune.batches import Batch
from finetune.hub_base import build
from finetune.objective import LOSSES, Objective, counts
from finetune.scenes import SongBank
from finetune.supply import Share, Stage, Supply
from mixer.balance import BalancePrior
from tests.tiny_hub import TOWER_WIDTH, tiny_base, tone_songs
from tests.tiny_listener import tiny_listener

STAGE = Stage("both", 100, 6, 1e-3, 0.5, 6, 0.5, 0.5)
STEPS = 6


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return tiny_base(tmp_path_factory.mktemp("hub"))


@pytest.fixture(scope="module")
def parts(base, tmp_path_factory):
    """A processor's collator and what it draws from: songs without content."""
    from finetune.batches import Collator

    _, processor, _ = build(base, 0)
    songs = tone_songs(tmp_path_factory.mktemp("objective") / "songs", 2)
    bank = SongBank(songs, None, "train")
    for place, record in enumerate(bank.records):
        drawn = np.random.default_rng(place).normal(size=(4, 8, TOWER_WIDTH)).astype(np.float16)
        bank.records[place] = replace(record, hidden=drawn)
    return Collator(processor, None, TOWER_WIDTH), bank


@pytest.fixture(scope="module")
def steps(parts):
    """Steps as (the whole, its portions of two processes)."""
    collate, bank = parts
    whole, *shared = [
        Supply(bank, STAGE, BalancePrior.load(), collate, 1, None, share)
        for share in (Share(), Share(0, 2, 2), Share(1, 2, 2))
    ]
    return [
        (whole.batches(step)[0], [batch for one in shared for batch in one.batches(step)])
        for step in range(STEPS)
    ]


def level_tokens(projector, raised_db):
    """The level tokens of six stems, float32 as they reach the language model."""
    rng = np.random.default_rng(0)
    content = torch.from_numpy(rng.normal(size=(6, 8, 256)).astype(np.float32))
    level = torch.from_numpy(rng.uniform(-3, 1, (6, 14)).astype(np.float32))
    with torch.no_grad():
        return projector.level_token(content, level + raised_db / 10)


def test_a_tenth_of_a_decibel_survives_bf16():
    model, _ = tiny_listener()
    projector = model.model.multi_modal_projector
    exact = level_tokens(projector, 0.1) - level_tokens(projector, 0.0)
    with torch.autocast("cpu", torch.bfloat16):
        kept = level_tokens(projector, 0.1) - level_tokens(projector, 0.0)
    torch.testing.assert_close(kept, exact, rtol=0, atol=0)
    rounded = projector.to(torch.bfloat16)  # as an engine loads it that keeps no part apart
    kept = level_tokens(rounded, 0.1) - level_tokens(rounded, 0.0)
    off = (kept - exact).norm(dim=1) / exact.norm(dim=1)
    assert kept.dtype == torch.float32 and float(off.max()) < 0.05


def test_loaded_in_bf16_levels_and_tower_stay_float32(tmp_path):
    model, _ = tiny_listener()
    model.save_pretrained(tmp_path)
    loaded = GainsayForConditionalGeneration.from_pretrained(tmp_path, dtype=torch.bfloat16).model
    kept = {name: next(part.parameters()).dtype for name, part in loaded.named_children()}
    assert kept == {
        "audio_tower": torch.float32,
        "multi_modal_projector": torch.float32,
        "sentence_projector": torch.float32,
        "language_model": torch.bfloat16,
    }
    tower = dict(loaded.audio_tower.named_buffers())
    assert {buffer.dtype for buffer in tower.values()} == {torch.float32, torch.int64}
    with torch.no_grad():
        assert loaded.hear(torch.zeros(1, 1001, 64)).dtype == torch.float32


def test_bf16_changes_no_loss_by_much_and_none_of_the_levels(base, steps):
    model, _, _ = build(base, 0)
    torch.manual_seed(0)
    exact = Objective(model)
    rough = Objective(model, bf16=True)
    rough.load_state_dict(exact.state_dict())
    with torch.no_grad():
        for batch, _ in steps:
            one, other = exact(batch), rough(batch)
            assert one.keys() == other.keys()
            for name in set(one) & {"level", "role"}:  # read off level tokens
                torch.testing.assert_close(other[name], one[name], rtol=0, atol=0)
            for name in one:
                torch.testing.assert_close(other[name], one[name], rtol=0.03, atol=0.03)


def test_portions_of_processes_add_up_to_the_step(base, steps):
    model, _, _ = build(base, 0)
    objective = Objective(model).eval()
    seen = set()
    for whole, some in steps:
        assert len(some) >= 2
        total = counts(whole)
        for name, value in total.items():
            assert value == pytest.approx(sum(counts(batch)[name] for batch in some))
        with torch.no_grad():
            sums, each = objective(whole), [objective(batch) for batch in some]
        for name, value in sums.items():
            added = torch.stack([one[name] for one in each if name in one]).sum()
            torch.testing.assert_close(added, value, rtol=1e-3, atol=1e-4)
        seen |= {name for name in sums if total[name]}
    assert seen >= set(LOSSES)


def test_where_it_must_every_trained_parameter_has_a_gradient_and_no_loss_changes(base, steps):
    model, _, _ = build(base, 0)
    model.requires_grad_(False)
    model.model.multi_modal_projector.requires_grad_(True)
    torch.manual_seed(0)
    plain, touching = Objective(model), Objective(model, touches_all=True)
    touching.load_state_dict(plain.state_dict())
    portions = [batch for _, some in steps for batch in some]
    deaf = next(batch for batch in portions if not bool(batch.has_content.any()))
    one, other = plain(deaf), touching(deaf)
    assert {name: float(value) for name, value in one.items()} == {
        name: float(value) for name, value in other.items()
    }
    sum(other[name] for name in LOSSES if name in other).backward()
    trained = [parameter for parameter in touching.parameters() if parameter.requires_grad]
    assert len(trained) == 8 + 15 and all(parameter.grad is not None for parameter in trained)
    assert float(touching.role_head.weight.grad.abs().max()) == 0.0


def test_a_batch_moves_whole_to_a_device(steps):
    moved = steps[0][0].to(torch.device("meta"))
    assert all(getattr(moved, field.name).is_meta for field in fields(Batch))


def test_what_fsdp_shards_together_is_a_layer_of_the_language_model(base):
    objective = Objective(build(base, 0)[0])
    plugin = FullyShardedDataParallelPlugin(
        fsdp_version=2, auto_wrap_policy="transformer_based_wrap"
    )
    plugin.set_auto_wrap_policy(objective)
    assert plugin.auto_wrap_policy.func is transformer_auto_wrap_policy
    assert plugin.auto_wrap_policy.keywords["transformer_layer_cls"] == {Qwen3DecoderLayer}


def test_accelerate_takes_the_fsdp_configuration():
    from importlib.resources import files

    from accelerate.commands.config.config_args import load_config_from_file

    config = load_config_from_file(str(files("finetune").joinpath("fsdp.yaml")))
    assert config.distributed_type == "FSDP"
    assert config.mixed_precision == "no"  # FSDP's bf16 would round the level features
    known = {field.name for field in fields(FullyShardedDataParallelPlugin)} | {"offload_params"}
    assert {key.removeprefix("fsdp_") for key in config.fsdp_config} - {"version"} <= known
    assert config.fsdp_config["fsdp_version"] == 2
