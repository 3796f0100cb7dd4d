"""A cascade of a few thousand random weights: tests of behaviour need no trained model."""

import torch
from transformers import ClapFeatureExtractor

from assistant.model.configuration import GainsayConfig
from assistant.model.modeling import GainsayForConditionalGeneration
from assistant.model.processing import (
    ADVICE_GRID_DB,
    AUDIO,
    HEAR,
    SAID,
    STEM_TOKENS,
    GainsayProcessor,
    train_tokenizer,
)
from assistant.tools import TOOLS

TEXTS = [
    "turn the vocals up by a touch",
    '{"name": "apply_moves", "arguments": {"moves": []}}',
] * 20


def tiny_listener(
    seed: int = 0, head_dim: int = 32
) -> tuple[GainsayForConditionalGeneration, GainsayProcessor]:
    """Model and processor at toy size; the tower's hidden size is the real 256."""
    tokenizer = train_tokenizer(TEXTS, 420, TOOLS)
    ids = tokenizer.convert_tokens_to_ids
    config = GainsayConfig(
        audio_config={
            "hidden_size": 256,
            "patch_embeds_hidden_size": 128,
            "depths": [1, 1],
            "num_attention_heads": [2, 2],
            "spec_size": 256,
            "patch_size": 16,
            "patch_stride": [16, 16],
        },
        text_config={
            "model_type": "qwen3",
            "vocab_size": -(-len(tokenizer) // 64) * 64,
            "hidden_size": 64,
            "intermediate_size": 96,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "num_key_value_heads": 1,
            "head_dim": head_dim,
            "tie_word_embeddings": True,
            "pad_token_id": tokenizer.pad_token_id,
            "eos_token_id": tokenizer.eos_token_id,
            "bos_token_id": None,
        },
        audio_token_id=ids(AUDIO),
        said_token_id=ids(SAID),
        hear_token_id=ids(HEAR),
        stem_token_ids=ids(list(STEM_TOKENS)),
        number_token_ids=ids([f"{gain:.1f}" for gain in ADVICE_GRID_DB]),
    )
    torch.manual_seed(seed)
    model = GainsayForConditionalGeneration(config).eval()
    extractor = ClapFeatureExtractor(truncation="rand_trunc", padding="pad")
    return model, GainsayProcessor(extractor, tokenizer)
