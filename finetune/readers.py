"""Ways to read a message, to be compared: each turns words into one vector of 384 numbers.

One rule: all are trained on the same messages to tell the same intents apart, so that what differs
is what they know of English beforehand.
"""

from collections.abc import Mapping, Sequence

import torch
from peft import LoraConfig, get_peft_model
from torch import nn
from torch.nn import functional
from transformers import AutoConfig, AutoModel, AutoTokenizer

from assistant.english import model_folder
from assistant.model.configuration import SENTENCE_FEATURES
from assistant.model.sentences import PACKAGE, SentenceError

KINDS = {
    "scratch": "a transformer of two layers, from scratch",
    "words": "the same, MiniLM's word embeddings to begin with",
    "distilled": "the same, taught MiniLM's vectors as well",
    "frozen": "MiniLM's vector as it is, a layer behind it",
    "tuned": "MiniLM tuned (LoRA)",
}
MOST_TOKENS = 96
SMALL = {"num_hidden_layers": 2, "intermediate_size": 768}
RANK, SCALE, TUNED_LAYERS = 16, 2.0, (0, 1, 2, 3, 4, 5)
DISTILLED_WEIGHT = 4.0


class Reader(nn.Module):
    """An encoder and the intents that are told by its vector."""

    def __init__(self, kind: str, intents: int):
        super().__init__()
        folder = model_folder()
        if folder is None:
            raise SentenceError(f"the package {PACKAGE} is not installed")
        self.kind, self.intents = kind, intents
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        pretrained = AutoModel.from_pretrained(folder, dtype=torch.float32)
        pretrained.requires_grad_(False)
        self.teacher = pretrained if kind == "distilled" else None
        if kind == "frozen":
            self.encoder = pretrained
        elif kind == "tuned":
            self.encoder = get_peft_model(
                pretrained,
                LoraConfig(
                    r=RANK,
                    lora_alpha=int(RANK * SCALE),
                    lora_dropout=0.1,
                    target_modules=["query", "key", "value", "dense"],
                    layers_to_transform=list(TUNED_LAYERS),
                    layers_pattern="layer",
                ),
            )
        else:
            config = AutoConfig.from_pretrained(folder)
            for name, value in SMALL.items():
                setattr(config, name, value)
            self.encoder = AutoModel.from_config(config)
            if kind == "words":
                known = pretrained.get_input_embeddings().weight
                self.encoder.get_input_embeddings().weight.data.copy_(known)
        width = 512 if kind == "frozen" else 0
        self.head = (
            nn.Sequential(nn.Linear(SENTENCE_FEATURES, width), nn.GELU(), nn.Dropout(0.3),
                          nn.Linear(width, intents))
            if width else nn.Sequential(nn.Dropout(0.2), nn.Linear(SENTENCE_FEATURES, intents))
        )  # fmt: skip

    def vectors(self, texts: Sequence[str], encoder: nn.Module | None = None) -> torch.Tensor:
        """Mean-pooled vectors (texts, 384), not normalised."""
        inputs = self.tokenizer(
            list(texts), padding=True, truncation=True, max_length=MOST_TOKENS, return_tensors="pt"
        )
        hidden = (encoder or self.encoder)(**inputs).last_hidden_state
        mask = inputs["attention_mask"][..., None]
        return (hidden * mask).sum(dim=1) / mask.sum(dim=1)

    def forward(self, texts: Sequence[str]) -> torch.Tensor:
        """Logits (texts, intents)."""
        return self.head(self.vectors(texts))

    def loss(self, texts: Sequence[str], intents: torch.Tensor) -> torch.Tensor:
        """Cross-entropy to intents (texts, intents), each row a distribution."""
        vectors = self.vectors(texts)
        total = functional.cross_entropy(self.head(vectors), intents)
        if self.teacher is not None:
            with torch.no_grad():
                taught = self.vectors(texts, self.teacher)
            likeness = functional.cosine_similarity(vectors, taught, dim=-1)
            total = total + DISTILLED_WEIGHT * (1.0 - likeness).mean()
        return total

    @torch.no_grad()
    def go_on_from(
        self, changes: Mapping[str, torch.Tensor], earlier: Sequence[str], now: Sequence[str]
    ) -> None:
        """Take up what changes() gave of a reader of the same kind.

        Args:
            earlier: the intents of that reader, in its order.
            now: those of this one; one that the other has not begins as it stands here.
        """
        own = self.changes()
        unlike = sorted(set(own) ^ set(changes)) + sorted(
            name for name in set(own) & set(changes)
            if own[name].shape != changes[name].shape and not name.startswith("head.")
        )  # fmt: skip
        if lost := sorted(set(earlier) - set(now)):
            unlike.append(f"the intent {lost[0]}")
        if unlike or not own or len(now) != self.intents:
            raise ValueError(
                f"a {self.kind} reader of {self.intents} intents cannot go on from these weights "
                f"(they differ in {', '.join(unlike[:3]) or 'everything'}): train it from the start"
            )
        rows = [list(now).index(name) for name in earlier]
        for name, kept in self.head[-1].named_parameters():
            kept[rows] = changes[f"head.{name}"].to(kept.dtype)
        for name, module in self.encoder.named_modules():
            if hasattr(module, "lora_A") and "default" in module.lora_A:
                layer = name.removeprefix("base_model.model.")
                module.lora_A["default"].weight.copy_(changes[f"{layer}.down"])
                up = changes[f"{layer}.up"].float() / module.scaling["default"]
                module.lora_B["default"].weight.copy_(up)

    def changes(self) -> dict[str, torch.Tensor]:
        """What a tuned encoder changes and its head, as assistant/model/sentences.py takes them."""
        if self.kind != "tuned":
            return {}
        found = {f"head.{name}": kept.detach() for name, kept in self.head[-1].named_parameters()}
        for name, module in self.encoder.named_modules():
            if hasattr(module, "lora_A") and "default" in module.lora_A:
                layer = name.removeprefix("base_model.model.")
                found[f"{layer}.down"] = module.lora_A["default"].weight.detach().contiguous()
                up = module.lora_B["default"].weight.detach() * module.scaling["default"]
                found[f"{layer}.up"] = up.contiguous()
        return found
