"""A checkpoint as laion-clap writes it, at toy size with random weights, and a tokenizer for it."""

from collections.abc import Mapping
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from torch import Tensor
from transformers import ClapConfig, ClapModel, PreTrainedTokenizerFast

WORDS = 320
AUDIO = {
    "hidden_size": 64,
    "patch_embeds_hidden_size": 16,
    "depths": [1, 2, 1],
    "num_attention_heads": [2, 4, 4],
    "num_hidden_layers": 3,
    "patch_size": 4,
    "patch_stride": [4, 4],
}
TEXT = {
    "vocab_size": WORDS,
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 1,
    "intermediate_size": 96,
    "max_position_embeddings": 70,
    "layer_norm_eps": 1e-5,
}
# transformers' names and the original's, for the audio tower.
RENAMED = (
    ("audio_model.audio_encoder.", "audio_branch."),
    (".attention.self.relative", ".attn.relative"),
    (".attention.output.dense.", ".attn.proj."),
    (".intermediate.dense.", ".mlp.fc1."),
    (".output.dense.", ".mlp.fc2."),
    (".layernorm_before.", ".norm1."),
    (".layernorm_after.", ".norm2."),
    (".batch_norm.", ".bn0."),
)


def tiny_clap(seed: int = 0) -> ClapModel:
    """A CLAP whose every weight, batch norm's included, is at no special value."""
    torch.manual_seed(seed)
    model = ClapModel(ClapConfig(audio_config=AUDIO, text_config=TEXT, projection_dim=32)).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.05 * torch.randn_like(weight))
        norm = model.audio_model.audio_encoder.batch_norm
        norm.running_mean.normal_(-30.0, 5.0)
        norm.running_var.uniform_(100.0, 400.0)
    return model


def original(model: ClapModel) -> dict[str, Tensor]:
    """A model's weights under laion-clap's names, with what its checkpoints hold besides."""
    state = model.state_dict()
    found: dict[str, Tensor] = {}
    for name, value in state.items():
        if ".attention.self.query." in name and name.startswith("audio_model"):
            parts = [state[name.replace("query", part)] for part in ("query", "key", "value")]
            found[audio_name(name.replace(".attention.self.query.", ".attn.qkv."))] = torch.cat(
                parts
            )
        elif ".attention.self.key." in name or ".attention.self.value." in name:
            if name.startswith("text_model"):
                found[name.replace("text_model.", "text_branch.")] = value
        elif name.startswith("audio_model"):
            found[audio_name(name)] = value
        else:
            found[
                name.replace("text_model.", "text_branch.")
                .replace("projection.linear1", "projection.0")
                .replace("projection.linear2", "projection.2")
            ] = value
    found["audio_branch.spectrogram_extractor.stft.conv_real.weight"] = torch.zeros(513, 1, 1024)
    found["audio_branch.logmel_extractor.melW"] = torch.zeros(513, 64)
    found["audio_branch.tscam_conv.weight"] = torch.zeros(527, 64, 2, 3)
    found["audio_branch.head.weight"] = torch.zeros(527, 527)
    found["audio_branch.layers.0.blocks.0.attn_mask"] = torch.zeros(64, 64, 64)
    found["audio_transform.sequential.0.weight"] = torch.zeros(32, 32)
    found["text_transform.sequential.3.bias"] = torch.zeros(32)
    return {f"module.{name}": value.clone() for name, value in found.items()}


def audio_name(name: str) -> str:
    for ours, theirs in RENAMED:
        name = name.replace(ours, theirs)
    return name


def save(path: Path, weights: Mapping[str, Tensor]) -> Path:
    """A .pt as a training of laion-clap leaves it: epoch and optimiser beside the weights."""
    torch.save({"epoch": 15, "name": "run", "state_dict": weights, "optimizer": {"lr": 1e-4}}, path)
    return path


def save_tokenizer(folder: Path, words: int = WORDS) -> Path:
    """A byte-level tokenizer of so many words, in roberta-base's files."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trainer = trainers.BpeTrainer(
        vocab_size=words,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = [
        "the sound of a kick drum",
        "a recording of lead vocal and electric guitar, brass",
        "percussion strings synthesizer arpeggio acoustic piano organ backing effects",
    ]
    tokenizer.train_from_iterator(texts * 9, trainer)
    assert tokenizer.get_vocab_size() == words
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>",
        unk_token="<unk>", mask_token="<mask>",
    )  # fmt: skip
    fast.save_pretrained(folder)
    return folder
