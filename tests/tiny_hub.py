"""Parts shaped as a hub's, a few thousand random weights each; and songs to train on."""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import (
    ClapConfig,
    ClapFeatureExtractor,
    ClapModel,
    Qwen2Tokenizer,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from finetune.hub_base import Base
from finetune.instruments import Studio
from finetune.songs import make_song, song_record
from mixer.ear_front import excerpt, log_mel
from mixer.loudness import profile
from mixer.roles import ROLES

TOWER_WIDTH = 32
TEXTS = [
    "turn the vocals up by a touch", "the bass is too loud", '{"name": "undo", "arguments": {}}',
    "Stems against kick, rock: user assistant tool", "0 1 2 3 4 5 6 7 8 9 -3.5 dB",
] * 30  # fmt: skip


def tiny_language_model(folder: Path, tied: bool = True, rows: int | None = None) -> Path:
    """A Qwen3 of two layers with a tokenizer of Qwen's kind; rows: of its vocabulary's matrix."""
    fresh = Qwen2Tokenizer()
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = fresh.backend_tokenizer.pre_tokenizer
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trained.train_from_iterator(
        TEXTS, trainers.BpeTrainer(vocab_size=400, initial_alphabet=alphabet, show_progress=False)
    )
    made = json.loads(trained.to_str())["model"]
    tokenizer = Qwen2Tokenizer(vocab=made["vocab"], merges=[tuple(m) for m in made["merges"]])
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|im_start|>", "<|im_end|>"]})
    tokenizer.add_tokens(["<tool_call>", "</tool_call>"])
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = Qwen3Config(
        vocab_size=rows or len(tokenizer),
        hidden_size=48,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=32,
        tie_word_embeddings=tied,
    )
    Qwen3ForCausalLM(config).save_pretrained(folder)
    return folder


def tiny_clap(folder: Path) -> Path:
    """A CLAP of two layers."""
    torch.manual_seed(1)
    config = ClapConfig(
        audio_config={
            "hidden_size": TOWER_WIDTH,
            "patch_embeds_hidden_size": TOWER_WIDTH // 2,
            "depths": [1, 1],
            "num_attention_heads": [2, 2],
            "spec_size": 256,
            "patch_size": 16,
            "patch_stride": [16, 16],
        },
        text_config={
            "vocab_size": 300,
            "hidden_size": 32,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "intermediate_size": 64,
        },
        projection_dim=32,
    )
    ClapModel(config).save_pretrained(folder)
    ClapFeatureExtractor().save_pretrained(folder)
    return folder


def tiny_base(folder: Path, tied: bool = True) -> Base:
    """Both parts in folders of their own."""
    language_model = tiny_language_model(folder / "llm", tied)
    return Base(str(language_model), str(tiny_clap(folder / "clap")))


ROLES_HEARD = ("kick", "bass", "piano", "lead vocal")
TONES_HZ = (60.0, 110.0, 440.0, 660.0)
RATE = 44_100


def stem(tone_hz: float, seed: int, seconds: float = 4.0) -> np.ndarray:
    """A tone in some noise, (2, samples) at 44.1 kHz."""
    time_s = np.arange(int(seconds * RATE)) / RATE
    noise = np.random.default_rng(seed).normal(scale=0.02, size=(2, len(time_s)))
    return (0.1 * np.sin(2 * np.pi * tone_hz * time_s) + noise).astype(np.float32)


def tone_songs(folder: Path, count: int) -> Path:
    """A cache of songs of four tones each, in no time."""
    folder.mkdir(parents=True)
    for index in range(count):
        stems = [stem(tone_hz, 10 * index + k) for k, tone_hz in enumerate(TONES_HZ)]
        cuts = np.stack([excerpt(one, RATE) for one in stems])
        tensors = {
            "mel_dry": log_mel(torch.from_numpy(cuts)).numpy().astype(np.float16),
            "profile": np.stack([profile(one, RATE) for one in stems]).astype(np.float32),
            "role": np.array([ROLES.index(role) for role in ROLES_HEARD]),
        }
        facts = {"names": json.dumps(ROLES_HEARD), "genre": "pop", "split": "train"}
        save_file(tensors, folder / f"{index:05d}.safetensors", facts)
    return folder


def rendered_songs(folder: Path, count: int) -> Path:
    """A cache of songs as trainings have them, by synthesis alone: some seconds each."""
    folder.mkdir(parents=True)
    studio = Studio()
    for index in range(count):
        song = make_song(0, index, studio)
        made = song_record(song, np.random.default_rng([0, index, 1]))
        assert made is not None
        tensors, words = made
        facts = {key: json.dumps(value) for key, value in words.items()}
        facts |= {"genre": song.genre, "split": "train", "source": song.source}
        save_file(tensors, folder / f"{index:05d}.safetensors", facts)
    return folder
