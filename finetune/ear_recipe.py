"""What the ear is made of: the recipe that a yaml fills, the model it describes, and its export.

One rule: a key that the recipe does not know is refused.
"""

import os
from dataclasses import dataclass, fields
from pathlib import Path

import yaml
from safetensors.torch import save_file
from transformers import ClapConfig, ClapModel, PreTrainedTokenizerFast


@dataclass(frozen=True)
class EarRecipe:
    """What can be set in the yaml; an unknown key is refused."""

    seed: int = 0
    steps: int = 2000
    decay_share: float = 0.3  # of the steps, at the end, in which the learning rate falls to zero
    warmup_steps: int = 60
    learning_rate: float = 1e-3
    weight_decay: float = 0.05
    clips: int = 24  # stems a step; each is heard dry and wet
    recordings_share: float = 0.25  # of the songs drawn, where recordings are given
    augmented_share: float = 0.7  # of the clips; the others are only rolled in time
    caption_weight: float = 1.0
    pair_weight: float = 0.5
    role_weight: float = 1.0
    checkpoint_every: int = 150
    refresh_every: int = 50  # steps after which new songs are looked for
    valid_songs: int = 24
    threads: int = 2
    bf16: bool = False
    depths: tuple[int, ...] = (1, 1, 2)
    patch: int = 8
    audio_hidden: int = 256
    text_hidden: int = 160
    text_layers: int = 2
    vocabulary: int = 1200
    projection: int = 128


def read_recipe(path: Path) -> EarRecipe:
    """Read a yaml into a recipe; refuse keys that it does not know."""
    given = yaml.safe_load(path.read_text()) or {}
    known = {field.name for field in fields(EarRecipe)}
    if unknown := sorted(set(given) - known):
        raise ValueError(
            f"{path} has unknown keys {', '.join(unknown)}: known are {', '.join(sorted(known))}"
        )
    if "depths" in given:
        given["depths"] = tuple(given["depths"])
    return EarRecipe(**given)


def new_model(recipe: EarRecipe, words: int) -> ClapModel:
    """A small CLAP with fresh weights for a vocabulary of `words`."""
    stages = len(recipe.depths)
    audio = dict(
        hidden_size=recipe.audio_hidden,
        patch_embeds_hidden_size=recipe.audio_hidden // 2 ** (stages - 1),
        depths=list(recipe.depths),
        num_attention_heads=[2 * 2**stage for stage in range(stages)],
        spec_size=256,
        patch_size=recipe.patch,
        patch_stride=[recipe.patch] * 2,
        num_mel_bins=64,
        hidden_act="relu",
        attention_probs_dropout_prob=0.0,
        hidden_dropout_prob=0.0,
        drop_path_rate=0.0,
        enable_fusion=False,
    )
    text = dict(
        vocab_size=words,
        hidden_size=recipe.text_hidden,
        num_hidden_layers=recipe.text_layers,
        num_attention_heads=4,
        intermediate_size=2 * recipe.text_hidden,
        max_position_embeddings=66,
    )
    model = ClapModel(
        ClapConfig(audio_config=audio, text_config=text, projection_dim=recipe.projection)
    )
    model.audio_model.audio_encoder.batch_norm.requires_grad_(
        False
    )  # the patch convolution says the same; a tenth faster
    return model


def export(model: ClapModel, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write the ear as half-precision safetensors; BatchNorm statistics stay in float32."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {
        name: value.contiguous()
        if "batch_norm" in name or not value.is_floating_point()
        else value.half().contiguous()
        for name, value in model.state_dict().items()
    }
    save_file(state, folder / "model.part", {"format": "pt"})
    model.config.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / "model.part").chmod(0o644)
    os.replace(folder / "model.part", folder / "model.safetensors")
