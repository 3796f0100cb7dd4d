"""A second reading of a message: as it was typed, by the sentence model as it came.

One rule: it has not been tuned to talk of mixing, so it still knows that "kick smoking" is no kick;
what it finds only counts beside the tuned reader (assistant/courtesy_turn.py).
"""

import json
from functools import cache
from pathlib import Path

import torch
from safetensors import safe_open
from torch.nn import functional

from assistant.model.configuration import SENTENCE_FEATURES
from assistant.model.sentences import SentenceEncoder, SentenceError

TYPED = "typed.safetensors"  # beside the weights of the listener


def features(encoder: SentenceEncoder, texts: list[str]) -> torch.Tensor:
    """Vectors (texts, 384) of about unit variance; case and spacing do not matter."""
    plain = [" ".join(text.casefold().split()) for text in texts]
    return torch.from_numpy(encoder.encode(plain)) * SENTENCE_FEATURES**0.5


class TypedReader:
    """One hidden layer behind the untuned sentence model, which tells intents apart.

    file: hidden.weight (width, 384), hidden.bias, head.weight (intents, width), head.bias, and the
    intents' names (finetune/train_typed.py).
    """

    def __init__(self, file: Path):
        with safe_open(file, "pt") as kept:
            self._layers = {name: kept.get_tensor(name).float() for name in kept.keys()}
            self.intents = tuple(json.loads((kept.metadata() or {}).get("intents", "[]")))
        needed = {"hidden.weight", "hidden.bias", "head.weight", "head.bias"}
        if set(self._layers) != needed or len(self._layers["head.bias"]) != len(self.intents):
            raise SentenceError(
                f"{file} has {', '.join(sorted(self._layers)) or 'nothing'} for "
                f"{len(self.intents)} intents, and {', '.join(sorted(needed))} are needed: "
                "train it anew with python -m finetune.train_typed"
            )
        self._encoder = SentenceEncoder.load()

    @classmethod
    @cache
    def of(cls, listener: Path) -> "TypedReader | None":
        """The reader that came with a listener's weights; None where none was trained."""
        file = listener / TYPED
        return cls(file) if file.is_file() else None

    @torch.inference_mode()
    def intents_of(self, text: str) -> dict[str, float]:
        """How likely each intent is meant by a text."""
        layers = self._layers
        (given,) = features(self._encoder, [text])
        hidden = functional.gelu(
            functional.linear(given, layers["hidden.weight"], layers["hidden.bias"])
        )
        logits = functional.linear(hidden, layers["head.weight"], layers["head.bias"])
        return dict(zip(self.intents, logits.softmax(dim=-1).tolist(), strict=True))
