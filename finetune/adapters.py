"""What is trained beside a large model's weights: low-rank adapters, and the rows of new tokens.

One rule: an adapter is LoRA on the language model and nothing else, which is what vLLM takes.
Projector and new rows are written into the base that it belongs to.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch import nn
from torch.nn import functional

from assistant.model.modeling import GainsayForConditionalGeneration

LINEARS = (
    r".*language_model\.layers\.\d+\."
    r"(self_attn\.(q|k|v|o)_proj|mlp\.(gate|up|down)_proj)"
)


class AdapterError(ValueError):
    """Adapters that cannot be put where they are wanted."""


@dataclass(frozen=True)
class Lora:
    """Low-rank adapters. targets: a regular expression over names of linear layers."""

    rank: int = 32
    alpha: int = 64
    dropout: float = 0.0
    targets: str = LINEARS


def add_lora(model: GainsayForConditionalGeneration, lora: Lora) -> PeftModel:
    """Put adapters that change nothing yet into the model; returns it as peft sees it."""
    config = LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=lora.targets,
        bias="none",
        task_type="CAUSAL_LM",
    )
    elsewhere = [
        name
        for name, _ in model.named_modules()
        if re.fullmatch(lora.targets, name) and not name.startswith("model.language_model.")
    ]
    if elsewhere:
        raise AdapterError(
            f"targets {lora.targets!r} put an adapter into {elsewhere[0]}: only layers of "
            "model.language_model may have one"
        )
    return get_peft_model(model, config)


class NewRows(nn.Module):
    """Rows of a vocabulary's matrices that are trained while all the others stay frozen.

    inputs, outputs (new, hidden): the same parameter where the model ties its matrices.
    """

    tokens: torch.Tensor  # (new,) their ids
    place: torch.Tensor  # (vocabulary,) which of the rows a token has, -1: none

    def __init__(self, model: GainsayForConditionalGeneration, ids: Sequence[int]):
        super().__init__()
        tokens = torch.tensor(ids)
        inputs, outputs = model.get_input_embeddings().weight, model.lm_head.weight
        self.inputs = nn.Parameter(inputs[tokens].detach().clone())
        tied = outputs is inputs
        self.outputs = self.inputs if tied else nn.Parameter(outputs[tokens].detach().clone())
        place = torch.full((len(inputs),), -1)
        place[tokens] = torch.arange(len(tokens))
        self.register_buffer("tokens", tokens, persistent=False)
        self.register_buffer("place", place, persistent=False)

    def embed(self, weight: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
        """Input embeddings (..., hidden) of ids (...)."""
        return self._pick(weight, self.inputs, ids)

    def logits(self, weight: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        """Logits (n, vocabulary) of hidden states (n, hidden)."""
        logits = functional.linear(hidden, weight)
        return logits.index_copy(1, self.tokens, functional.linear(hidden, self.outputs))

    def logits_of(
        self, weight: torch.Tensor, hidden: torch.Tensor, ids: torch.Tensor
    ) -> torch.Tensor:
        """Logits (n, ids) of some tokens alone."""
        return functional.linear(hidden, self._pick(weight, self.outputs, ids))

    def _pick(self, weight: torch.Tensor, rows: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
        place = self.place[ids]
        new = functional.embedding(place.clamp_min(0), rows)
        return torch.where((place >= 0)[..., None], new, functional.embedding(ids, weight))
