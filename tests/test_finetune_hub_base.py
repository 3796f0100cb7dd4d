"""A cascade of a hub's parts: what the parts knew is kept, and our tokens are one id each."""

import pytest
import torch
from tokenizers import Tokenizer, models
from transformers import AutoModelForCausalLM, AutoTokenizer, ClapModel, PreTrainedTokenizerFast

from assistant.model.processing import call_opening
from finetune.adapters import LINEARS, AdapterError, Lora, NewRows, add_lora
from finetune.hub_base import BaseError, build, extend, load_clap, our_tokens, weights_file
from tests.tiny_hub import TOWER_WIDTH, tiny_base, tiny_clap, tiny_language_model

TEXT = "the bass is too loud, turn it down by 3"


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return tiny_base(tmp_path_factory.mktemp("hub"))


@pytest.fixture
def built(base):
    return build(base, seed=0)


def test_our_tokens_are_one_id_each_and_the_hubs_ids_mean_what_they_meant(base, built):
    _, processor, new = built
    hub, ours = AutoTokenizer.from_pretrained(base.language_model), processor.tokenizer
    ids = [ours(text, add_special_tokens=False).input_ids for text in our_tokens()]
    assert [len(one) for one in ids] == [1] * len(ids)
    assert ours(TEXT).input_ids == hub(TEXT).input_ids
    assert ours.decode(ours(TEXT).input_ids) == TEXT
    assert min(new) == len(hub) and len(new) == len(ours) - len(hub)
    assert ours.eos_token == "<|im_end|>" and (
        ours.eos_token_id == hub.convert_tokens_to_ids("<|im_end|>")
    )
    # Qwen's pre-tokenizer would join a quote and the letters behind it, across a forced text's end.
    forced = ours('{"name": "undo", "arguments": {}}').input_ids
    assert [ours.decode([one]) for one in forced] == [call_opening("undo"), "}}"]


def test_the_parts_weights_are_kept_and_a_new_row_is_the_mean_of_its_pieces(base, built):
    model, processor, _ = built
    hub = AutoTokenizer.from_pretrained(base.language_model)
    alone = AutoModelForCausalLM.from_pretrained(base.language_model)
    ids = torch.tensor([hub(TEXT).input_ids])
    with torch.no_grad():
        before = alone(input_ids=ids).logits
        after = model(input_ids=ids).logits[..., : len(hub)]
    torch.testing.assert_close(after, before, rtol=0, atol=1e-5)
    rows = model.get_input_embeddings().weight
    pieces = hub("-3.5", add_special_tokens=False).input_ids
    assert len(pieces) == 4
    row = rows[processor.tokenizer.convert_tokens_to_ids("-3.5")]
    torch.testing.assert_close(row, rows[pieces].mean(dim=0))
    assert model.lm_head.weight is rows
    tower = ClapModel.from_pretrained(base.audio_tower).audio_model.state_dict()
    for name, weight in model.model.audio_tower.state_dict().items():
        torch.testing.assert_close(weight, tower[name], rtol=0, atol=0)
    assert model.model.multi_modal_projector.norm.normalized_shape == (TOWER_WIDTH,)
    assert not any(parameter.is_meta for parameter in model.parameters())


def test_spare_rows_of_the_vocabulary_are_used_before_new_ones_are_made(base, tmp_path):
    roomy = tiny_language_model(tmp_path, rows=1024)
    model, processor, new = build(type(base)(str(roomy), base.audio_tower), seed=0)
    assert model.get_input_embeddings().weight.shape[0] == 1024
    assert model.config.text_config.vocab_size == 1024 > len(processor.tokenizer) > max(new)


@pytest.mark.parametrize("tied", [True, False])
def test_new_rows_stand_for_the_vocabulary_and_learn_alone(tmp_path, tied):
    model, processor, new = build(tiny_base(tmp_path, tied), seed=0)
    assert (model.lm_head.weight is model.get_input_embeddings().weight) is tied
    rows = NewRows(model, new)
    assert (rows.outputs is rows.inputs) is tied
    table, head = model.get_input_embeddings().weight, model.lm_head.weight
    ids = torch.tensor([[0, new[3], 5, new[0]]])
    torch.testing.assert_close(rows.embed(table, ids), table[ids])
    hidden = torch.randn(2, table.shape[1])
    torch.testing.assert_close(rows.logits(head, hidden), hidden @ head.T)
    with torch.no_grad():
        rows.inputs[3] += 1.0
    moved = rows.embed(table, ids) - table[ids]
    torch.testing.assert_close(moved[0], torch.tensor([0.0, 1.0, 0.0, 0.0])[:, None].expand(4, 48))
    numbers = torch.tensor(model.config.number_token_ids)
    some = rows.logits_of(head, hidden, numbers)
    torch.testing.assert_close(some, rows.logits(head, hidden)[:, numbers])


def test_adapters_lie_on_the_language_model_alone_and_change_nothing_at_first(built):
    model, processor, _ = built
    ids = processor.tokenizer(TEXT, return_tensors="pt").input_ids
    with torch.no_grad():
        before = model(input_ids=ids).logits
        add_lora(model, Lora(rank=4, alpha=8))
        torch.testing.assert_close(model(input_ids=ids).logits, before, rtol=0, atol=0)
    adapted = [name for name, _ in model.named_modules() if name.endswith(".lora_A")]
    assert len(adapted) == 2 * 7  # layers, linears
    assert all(name.startswith("model.language_model.layers.") for name in adapted)


def test_targets_outside_of_the_language_model_are_refused(built):
    with pytest.raises(AdapterError, match="multi_modal_projector.*only layers of"):
        add_lora(built[0], Lora(targets=f"{LINEARS}|.*multi_modal_projector.level_in"))


def test_parts_that_do_not_fit_are_refused_with_the_cure(tmp_path):
    words = {"[UNK]": 0} | {f"w{number}": number + 1 for number in range(400)}
    other = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(models.WordLevel(words, unk_token="[UNK]")), unk_token="[UNK]"
    )
    with pytest.raises(BaseError, match="not byte-level.*like Qwen3's"):
        extend(other)
    empty = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE()))
    with pytest.raises(BaseError, match="has 0 tokens.*tokenizer.json"):
        extend(empty)
    fused = tiny_clap(tmp_path / "clap")
    config = fused / "config.json"
    config.write_text(config.read_text().replace('"enable_fusion": false', '"enable_fusion": true'))
    with pytest.raises(BaseError, match="by fusion.*laion/larger_clap_music"):
        load_clap(fused)
    (fused / "model.safetensors").unlink()
    with pytest.raises(BaseError, match="has no model.safetensors: convert"):
        weights_file(fused)
