"""LAION-CLAP's own checkpoints as ears: from laion-clap's layout to a folder that Ear.load takes.

One rule: nothing is downloaded and nothing in a pickle is run; the shape of both towers is read
from the weights, so HTSAT-tiny, HTSAT-base and smaller ones go the same way. What the ear then
hears is exactly 10 s at 48 kHz in float: no int16 step, nothing clipped at full scale.

Run: python -m mixer.laion CHECKPOINT.pt --tokenizer ROBERTA_FOLDER --out FOLDER
"""

import argparse
import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import Tensor

from mixer.ear import FRONT_FILE
from mixer.laion_names import from_laion, text_from_laion, unknown_keys
from mixer.megami.published.checkpoints import CheckpointError, read_checkpoint

if TYPE_CHECKING:
    from transformers import ClapModel

LOWEST_HZ = 50.0  # where laion-clap's mel filters begin; transformers' begin at 0
HEAD_SIZE = 64  # of RoBERTa: how many heads there are cannot be read from the weights
_RELATIVE = "attention.self.relative_position_bias_table"
_ENCODER = "audio_model.audio_encoder."
_WORDS = "text_model.embeddings.word_embeddings.weight"
_BUFFERS = ("position_ids", "token_type_ids", "relative_position_index", "num_batches_tracked")
_TOKENIZER_FILES = (
    "tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt",
    "special_tokens_map.json",
)  # fmt: skip


class LaionError(ValueError):
    """A checkpoint or tokenizer that cannot be used: got, need and cure."""


def read_laion(path: Path) -> "ClapModel":
    """The CLAP in a checkpoint of laion-clap's (.pt), on transformers' classes, in eval mode."""
    from transformers import ClapConfig, ClapModel

    weights = _state(path)
    renamed = from_laion(weights) | text_from_laion(weights)
    floats = {name for name, value in renamed.items() if value.is_floating_point()}
    renamed = {name: v.float() if name in floats else v for name, v in renamed.items()}
    audio, text = audio_shape(path.name, renamed), text_shape(path.name, renamed)
    projection_dim = renamed["audio_projection.linear2.weight"].shape[0]
    config = ClapConfig(audio_config=audio, text_config=text, projection_dim=projection_dim)
    model = ClapModel(config)
    try:
        missing, unexpected = model.load_state_dict(renamed, strict=False)
    except RuntimeError as error:
        raise LaionError(f"{path.name} has weights of other shapes than CLAP's: {error}") from error
    missing = [name for name in missing if not name.endswith(_BUFFERS)]
    if missing or unexpected:
        raise LaionError(
            f"{path.name} lacks {', '.join(missing[:3]) or 'nothing'} and has "
            f"{', '.join(unexpected[:3]) or 'nothing'} besides: a whole checkpoint of an HTSAT "
            "with RoBERTa is needed (music_audioset_epoch_15_esc_90.14.pt is one)"
        )
    return model.eval().requires_grad_(False)


def audio_shape(name: str, weights: Mapping[str, Tensor]) -> dict[str, Any]:
    """ClapAudioConfig's arguments, from an HTSAT's weights under transformers' names."""
    depths: list[int] = []
    heads: list[int] = []
    while (tables := _stage(weights, len(depths))) and len(depths) < 16:
        depths.append(len(tables))
        heads.append(tables[0].shape[1])
    patches = weights.get(f"{_ENCODER}patch_embed.proj.weight")
    if not depths or patches is None:
        raise LaionError(
            f"{name} has no HTSAT audio tower (audio_branch.layers…): need a checkpoint of "
            "laion-clap with HTSAT-tiny or HTSAT-base"
        )
    window = round((round(_stage(weights, 0)[0].shape[0] ** 0.5) + 1) / 2)
    return {
        "hidden_size": patches.shape[0] * 2 ** (len(depths) - 1),
        "patch_embeds_hidden_size": patches.shape[0],
        "patch_size": patches.shape[2],
        "patch_stride": [patches.shape[2]] * 2,
        "depths": depths,
        "num_attention_heads": heads,
        "num_hidden_layers": len(depths),
        "window_size": window,
        "num_mel_bins": weights[f"{_ENCODER}batch_norm.weight"].shape[0],
    }


def _stage(weights: Mapping[str, Tensor], stage: int) -> list[Tensor]:
    """The tables of relative positions of a stage's blocks; none where there is no such stage."""
    start = f"{_ENCODER}layers.{stage}.blocks."
    return [value for key, value in weights.items()
            if key.startswith(start) and key.endswith(_RELATIVE)]  # fmt: skip


def text_shape(name: str, weights: Mapping[str, Tensor]) -> dict[str, Any]:
    """ClapTextConfig's arguments, from a RoBERTa's weights under transformers' names."""
    if _WORDS not in weights:
        raise LaionError(
            f"{name} has no text tower (text_branch.embeddings…): need a checkpoint of laion-clap "
            "trained with RoBERTa"
        )
    words, hidden = weights[_WORDS].shape
    layers = {key.split(".")[3] for key in weights if key.startswith("text_model.encoder.layer.")}
    inner = weights["text_model.encoder.layer.0.intermediate.dense.weight"].shape[0]
    return {
        "vocab_size": words,
        "hidden_size": hidden,
        "num_hidden_layers": len(layers),
        "num_attention_heads": max(1, hidden // HEAD_SIZE),
        "intermediate_size": inner,
        "max_position_embeddings": weights[
            "text_model.embeddings.position_embeddings.weight"
        ].shape[0],
        "type_vocab_size": weights["text_model.embeddings.token_type_embeddings.weight"].shape[0],
        "layer_norm_eps": 1e-5,
    }


def convert(checkpoint: Path, tokenizer: Path | None, out: Path) -> None:
    """Write a checkpoint as a folder: config.json, model.safetensors, front end and tokenizer.

    tokenizer: a folder with roberta-base's files; None: an audio tower alone, no Ear.
    """
    from safetensors.torch import save_file

    if (out / "model.safetensors").exists():
        raise LaionError(f"{out} holds a model already: choose another folder")
    model = read_laion(checkpoint)
    files = [] if tokenizer is None else _tokenizer_files(tokenizer, model)
    out.mkdir(parents=True, exist_ok=True)
    for file in files:
        shutil.copyfile(file, out / file.name)
    model.config.save_pretrained(out)
    front = {"feature_extractor_type": "ClapFeatureExtractor", "sampling_rate": 48000,
             "frequency_min": LOWEST_HZ, "frequency_max": 14000, "max_length_s": 10,
             "truncation": "rand_trunc", "padding": "pad"}  # fmt: skip
    (out / FRONT_FILE).write_text(json.dumps(front, indent=2) + "\n")
    part = out / "model.part"
    state = {name: value.contiguous() for name, value in model.state_dict().items()}
    save_file(state, part, {"format": "pt"})
    part.chmod(0o644)
    os.replace(part, out / "model.safetensors")


def _tokenizer_files(folder: Path, model: "ClapModel") -> list[Path]:
    """The tokenizer's files, once it has been seen to fit the text tower."""
    from transformers import AutoTokenizer

    files = [folder / name for name in _TOKENIZER_FILES if (folder / name).is_file()]
    if not files:
        raise LaionError(
            f"{folder} holds no tokenizer: need roberta-base's tokenizer.json, or vocab.json with "
            "merges.txt (they come with the model roberta-base)"
        )
    words = len(AutoTokenizer.from_pretrained(folder, local_files_only=True))
    rows = model.text_model.embeddings.word_embeddings.num_embeddings
    if words != rows:
        raise LaionError(
            f"the tokenizer in {folder} has {words} words, the checkpoint {rows}: need the one "
            "that the text tower was trained with (roberta-base)"
        )
    return files


def _state(path: Path) -> dict[str, Tensor]:
    """The state dict in a checkpoint, and a word on what is not read."""
    found = read_checkpoint(path)
    weights = found.get("state_dict", found)
    tensors = isinstance(weights, Mapping) and all(isinstance(v, Tensor) for v in weights.values())
    if not tensors or not weights:
        raise LaionError(f"{path.name} holds no state dict of tensors: need laion-clap's own .pt")
    if any("mel_conv2d" in key or "fusion_model" in key for key in weights):
        raise LaionError(
            f"{path.name} is a fusion checkpoint, which hears clips of more than 10 s by chance "
            "crops: need one without fusion (music_audioset_epoch_15_esc_90.14.pt is one)"
        )
    if odd := unknown_keys(weights):
        raise LaionError(
            f"{path.name} has keys of no laion-clap model ({', '.join(odd[:3])}): need its own .pt"
        )
    return dict(weights)


def main(arguments: Sequence[str] | None = None) -> None:
    """Convert, and say how it is used; exit code 2 with a sentence when that cannot be."""
    parser = argparse.ArgumentParser(prog="python -m mixer.laion", description=__doc__)
    parser.add_argument("checkpoint", type=Path, help="laion-clap's .pt")
    parser.add_argument("--tokenizer", type=Path, help="folder of roberta-base's tokenizer")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    options = parser.parse_args(arguments)
    try:
        convert(options.checkpoint, options.tokenizer, options.out)
    except (CheckpointError, LaionError, OSError) as error:
        print(f"laion: {error}", file=sys.stderr)
        sys.exit(2)
    kind = "an ear" if options.tokenizer else "an audio tower without words (no --tokenizer)"
    print(f"{options.out}: {kind}; Ear.load('{options.out}') reads it")


if __name__ == "__main__":
    main()
