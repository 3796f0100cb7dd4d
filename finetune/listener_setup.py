"""Make an untrained cascade at the embedded size: tokenizer from our own texts, tower from the ear.

One rule: the tokenizer is made once per run folder; weights mean nothing under another one.
"""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import cast

import numpy as np
import torch
from safetensors.torch import load_file
from transformers import (
    AddedToken,
    AutoConfig,
    ClapAudioConfig,
    ClapFeatureExtractor,
    PreTrainedTokenizerFast,
)

import prompts
from assistant.model.configuration import GainsayConfig
from assistant.model.modeling import GainsayForConditionalGeneration
from assistant.model.processing import (
    GainsayProcessor,
    call_opening,
    chat_template,
    own_token_ids,
    train_tokenizer,
)
from finetune.stem_names import names_for
from mixer.ear import EAR_DIR
from mixer.roles import ROLES

TEXT_SIZES = {
    "model_type": "qwen3",
    "hidden_size": 288,
    "intermediate_size": 864,
    "num_hidden_layers": 5,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 64,
    "max_position_embeddings": 4096,
    "tie_word_embeddings": True,
    "rope_theta": 10000.0,
}
VOCABULARY = 2560


def build_listener(
    out: Path, seed: int, text_sizes: dict | None = None
) -> tuple[GainsayForConditionalGeneration, GainsayProcessor]:
    """The cascade with fresh weights and the shipped ear as its tower."""
    folder = out / "tokenizer"
    if folder.is_dir():
        tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
        tokenizer.chat_template = chat_template()
    else:
        tokenizer = train_tokenizer(corpus(seed), VOCABULARY, prompts.tools())
        tokenizer.save_pretrained(folder)
    extractor = ClapFeatureExtractor(truncation="rand_trunc", padding="pad")
    processor = GainsayProcessor(extractor, tokenizer)
    audio_config = ear_config()
    text_config = {
        **TEXT_SIZES,
        **(text_sizes or {}),
        "vocab_size": -(-len(tokenizer) // 64) * 64,
        "pad_token_id": tokenizer.pad_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "bos_token_id": None,
    }
    config = GainsayConfig(
        audio_config=audio_config.to_dict(),
        text_config=text_config,
        **own_token_ids(tokenizer),
    )
    torch.manual_seed(seed)
    model = GainsayForConditionalGeneration(config)
    load_tower(model)
    return model, processor


def begin_listener(
    out: Path, seed: int, folder: str | None
) -> tuple[GainsayForConditionalGeneration, GainsayProcessor]:
    """Fresh weights, or those of a folder with its tokenizer; the shipped ear as the tower."""
    if folder is None:
        return build_listener(out, seed)
    torch.manual_seed(seed)
    model = GainsayForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)
    load_tower(model)
    processor = GainsayProcessor.from_pretrained(folder)
    learn_tools(model, processor.tokenizer)
    return model, processor


def learn_tools(
    model: GainsayForConditionalGeneration, tokenizer: PreTrainedTokenizerFast
) -> list[str]:
    """Give the tools that came since a token each for the opening of their calls; which did."""
    openings = [call_opening(tool) for tool in prompts.tools()]
    new = [text for text in openings if text not in tokenizer.get_vocab()]
    if not new:
        return []
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in new])
    if len(tokenizer) > model.config.text_config.vocab_size:
        model.resize_token_embeddings(-(-len(tokenizer) // 64) * 64)
    known = cast(list[int], tokenizer.convert_tokens_to_ids([t for t in openings if t not in new]))
    with torch.no_grad():  # a call like the others, to begin with
        weight = model.get_input_embeddings().weight
        for text in new:
            weight[cast(int, tokenizer.convert_tokens_to_ids(text))] = weight[known].mean(dim=0)
    return new


def ear_config() -> ClapAudioConfig:
    """The shape of the shipped ear's tower, or the recipe's where no ear is trained yet."""
    if (EAR_DIR / "config.json").is_file():
        return AutoConfig.from_pretrained(EAR_DIR).audio_config
    from finetune.train_ear import new_model, read_recipe

    recipe = read_recipe(Path(str(files("finetune").joinpath("train_ear.yaml"))))
    audio_config = new_model(recipe, words=recipe.vocabulary).config.audio_config
    assert isinstance(audio_config, ClapAudioConfig)
    return audio_config


def load_tower(model: GainsayForConditionalGeneration, folder: Path = EAR_DIR) -> None:
    """Put the ear's audio tower into the cascade."""
    file = folder / "model.safetensors"
    if not file.is_file():
        print(
            f"no ear in {folder}: the tower stays random, so only stages without content make sense"
        )
        return
    weights = load_file(file)
    prefix = "audio_model."
    tower = {
        name.removeprefix(prefix): tensor.float() if tensor.is_floating_point() else tensor
        for name, tensor in weights.items()
        if name.startswith(prefix)
    }
    missing, unexpected = model.model.audio_tower.load_state_dict(tower, strict=False)
    if unexpected or [name for name in missing if "num_batches_tracked" not in name]:
        raise ValueError(
            f"the ear in {folder} does not fit: missing {missing[:3]}, unexpected {unexpected[:3]}"
        )


def corpus(seed: int) -> Iterator[str]:
    """The texts that the tokenizer is trained on: everything said in prompts/, and stem names."""
    rng = np.random.default_rng(seed)
    yield prompts.system()
    for intent in prompts.intents():
        yield from prompts.phrasings(intent)
    for situation in prompts.situations():
        yield from prompts.replies(situation)
    for _ in range(1500):
        roles = rng.choice(ROLES, size=6)
        yield from names_for(tuple(str(role) for role in roles), rng)
