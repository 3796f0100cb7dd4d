"""From scenes and conversations to tensors: token ids, and which of them are learned.

One rule: only what the model itself decides is trained. Tokens that the product forces (stem
index tokens, the moves of a proposal) carry no loss.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
import torch

from assistant.model.configuration import CONTENT_TOKENS, SENTENCE_FEATURES, TOKENS_PER_STEM
from assistant.model.processing import (
    AUDIO,
    GainsayProcessor,
    conversation,
    said_by,
)
from assistant.model.sentences import SentenceEncoder
from finetune.scenes import Scene
from mixer.roles import ROLES

IGNORED = -100
# What each learned token counts: the choice to listen, call or speak; a call; plain words.
CHOICE_WEIGHT, CALL_WEIGHT, WORDS_WEIGHT = 4.0, 2.0, 0.5
_ASSISTANT = re.compile(r"<\|im_start\|>assistant\n(.*?<\|im_end\|>)", re.DOTALL)
_CALL = re.compile(r"<tool_call>.*?</tool_call>", re.DOTALL)
_FORCED = re.compile(
    r'(?<=<\|hear\|>)<tool_call>\{"name": "propose_moves", "arguments": \{"moves": \[.*?\], '
    r'"reason": "|(?<="\}\})</tool_call><\|im_end\|>',
    re.DOTALL,
)


@dataclass(frozen=True, eq=False)
class Example:
    """One conversation: a scene and the talk about it.

    messages: as the product shows them to the model, without the system and stems parts; an
    assistant message that listens says heard=True.
    """

    scene: Scene
    messages: tuple[dict, ...]
    with_content: bool = True


@dataclass(eq=False)
class Batch:
    """Tensors of one optimisation step; N = audio items, H = stems that are asked for."""

    input_ids: torch.Tensor  # (B, L)
    attention_mask: torch.Tensor  # (B, L)
    labels: torch.Tensor  # (B, L)
    weights: torch.Tensor  # (B, L) of each label
    said: torch.Tensor  # (U, 384) one vector for each user turn that has words
    content: torch.Tensor  # (N, 8, 256)
    level: torch.Tensor  # (N, 14)
    level_only: torch.Tensor  # (N,) bool: an item is its level token alone
    has_content: torch.Tensor  # (N,) bool: an item knows what it is
    role: torch.Tensor  # (N,)
    asked: torch.Tensor  # (H, 2) row and column of the token behind which a stem's move follows
    asked_item: torch.Tensor  # (H,) which of the N items each is, -1 without audio
    posterior: torch.Tensor  # (H, 49)
    usual: torch.Tensor  # (H, 3) see observer.conditional_levels; NaN where it is not defined
    mentioned: torch.Tensor  # (M, 2) row and column of the last token of each first mention
    mentioned_role: torch.Tensor  # (M,) IGNORED where it is not known

    def to(self, device: torch.device) -> "Batch":
        """The same batch on a device."""
        return Batch(**{field.name: getattr(self, field.name).to(device) for field in fields(self)})


def said_vectors(sentences: SentenceEncoder | None, texts: Sequence[str]) -> torch.Tensor:
    """One vector (texts, 384) for each of the users' texts; none for a model that takes none."""
    if sentences is None:
        return torch.zeros((0, SENTENCE_FEATURES))
    return torch.from_numpy(sentences.encode(texts))


class Encoded(NamedTuple):
    """An example as tokens: ids, labels (IGNORED where not trained) and the labels' weights."""

    ids: list[int]
    labels: list[int]
    weights: list[float]


class Collator:
    """Turns examples into a batch.

    sentences: None for a model that takes no vectors of words. width: of the tower's content.
    """

    def __init__(
        self, processor: GainsayProcessor, sentences: SentenceEncoder | None, width: int = 256
    ):
        self.processor, self.sentences, self.width = processor, sentences, width
        tokenizer = processor.tokenizer
        self.pad_id = tokenizer.pad_token_id

    def encode(self, example: Example) -> Encoded:
        """One example as tokens."""
        vectors = self.sentences is not None
        chat = conversation(example.scene.names, example.messages, vectors=vectors)
        text = self.processor.apply_chat_template(chat, tokenize=False, add_generation_prompt=False)
        per_stem = TOKENS_PER_STEM if example.with_content else TOKENS_PER_STEM - CONTENT_TOKENS
        text = text.replace(AUDIO, AUDIO * per_stem)
        encoded = self.processor.tokenizer(
            text, add_special_tokens=False, return_offsets_mapping=True
        )
        ids, starts = (
            encoded["input_ids"],
            np.array([start for start, _ in encoded["offset_mapping"]]),
        )
        learned = np.zeros(len(ids), dtype=bool)
        weights = np.full(len(ids), WORDS_WEIGHT, dtype=np.float32)
        for span in _CALL.finditer(text):
            weights[(starts >= span.start()) & (starts < span.end())] = CALL_WEIGHT
        for span in _ASSISTANT.finditer(text):
            spoken = (starts >= span.start(1)) & (starts < span.end(1))
            learned |= spoken
            weights[int(np.argmax(spoken))] = CHOICE_WEIGHT
        for span in _FORCED.finditer(text):
            learned &= ~((starts >= span.start()) & (starts < span.end()))
        labels = np.where(learned, ids, IGNORED)
        return Encoded(ids, labels.tolist(), weights.tolist())

    def __call__(
        self, examples: Sequence[Example], encoded: Sequence[Encoded] | None = None
    ) -> Batch:
        """Examples as one batch; encoded: what encode() made of them, if it has already."""
        if encoded is None:
            encoded = [self.encode(example) for example in examples]
        length = max(len(ids) for ids, _, _ in encoded)
        size = len(examples)
        input_ids = torch.full((size, length), self.pad_id)
        labels = torch.full((size, length), IGNORED)
        weights = torch.zeros((size, length))
        mask = torch.zeros((size, length), dtype=torch.long)
        content, level, has_content, role = [], [], [], []
        said = []
        for row, (example, (ids, label, weight)) in enumerate(zip(examples, encoded, strict=True)):
            input_ids[row, : len(ids)] = torch.tensor(ids)
            labels[row, : len(ids)] = torch.tensor(label)
            weights[row, : len(ids)] = torch.tensor(weight)
            mask[row, : len(ids)] = 1
            said.extend(said_by(example.messages))
            scene, stems = example.scene, len(example.scene.names)
            level.append(scene.relative_profile)
            role.extend(ROLES.index(name) for name in scene.roles)
            has_content.extend([example.with_content] * stems)
            hidden = scene.hidden if example.with_content else None
            content.append(
                np.zeros((stems, CONTENT_TOKENS, self.width), np.float16)
                if hidden is None
                else hidden
            )
        return Batch(
            input_ids=input_ids,
            attention_mask=mask,
            labels=labels,
            weights=weights,
            said=said_vectors(self.sentences, said),
            content=torch.from_numpy(np.concatenate(content)).float(),
            level=torch.from_numpy(np.concatenate(level)).float(),
            level_only=~torch.tensor(has_content),
            has_content=torch.tensor(has_content),
            role=torch.tensor(role),
            asked=torch.zeros((0, 2), dtype=torch.long),
            asked_item=torch.zeros(0, dtype=torch.long),
            posterior=torch.zeros((0, 49)),
            usual=torch.zeros((0, 3)),
            mentioned=torch.zeros((0, 2), dtype=torch.long),
            mentioned_role=torch.zeros(0, dtype=torch.long),
        )
