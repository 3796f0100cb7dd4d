"""From scenes and conversations to tensors: token ids, what is trained on, and the observer's view.

One rule: only what the model itself decides is trained. Tokens that the product forces (stem
index tokens, the moves of a proposal) carry no loss.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from assistant.listener import natural_key
from assistant.model.configuration import CONTENT_TOKENS, TOKENS_PER_STEM
from assistant.model.processing import AUDIO, GainsayProcessor, conversation
from finetune.scenes import Scene
from mixer.roles import ROLES

IGNORED = -100
_ASSISTANT = re.compile(r"<\|im_start\|>assistant\n(.*?<\|im_end\|>)", re.DOTALL)
_FORCED = re.compile(
    r"(?<=<\|hear\|>)(?:<\|s\d+\|>)*<\|/hear\|>"
    r'(?:<tool_call>\{"name": "propose_moves", "arguments": \{"moves": \[.*?\], "reason": ")?'
    r'|(?<="\}\})</tool_call><\|im_end\|>',
    re.DOTALL,
)


@dataclass(frozen=True, eq=False)
class Example:
    """One training example: a scene, the talk about it, and the posterior its hear block must show.

    messages: as the product shows them to the model, without the system and stems parts. The last
    assistant message that listens says heard=True; given=True marks what is history, not trained.
    posterior (S, 49), or None where nothing is judged.
    """

    scene: Scene
    messages: tuple[dict, ...]
    posterior: np.ndarray | None
    with_content: bool = True


@dataclass(eq=False)
class Batch:
    """Tensors of one optimisation step; N = stems in the batch, H = judged stems in the batch."""

    input_ids: torch.Tensor  # (B, L)
    attention_mask: torch.Tensor  # (B, L)
    labels: torch.Tensor  # (B, L)
    content: torch.Tensor  # (N, 8, 256)
    level: torch.Tensor  # (N, 14)
    has_content: torch.Tensor  # (N,) bool
    role: torch.Tensor  # (N,)
    judged: torch.Tensor  # (H, 2) row and column of each judged stem token
    judged_stem: torch.Tensor  # (H,) which of the N stems each is
    slot: torch.Tensor  # (H, 2) row and column of the same stem's token right after its audio
    posterior: torch.Tensor  # (H, 49)
    needed_db: torch.Tensor  # (H,)


def canonical(scene: Scene) -> list[int]:
    """The order in which the product shows stems: anchor first, then by name."""
    others = sorted(range(1, len(scene.names)), key=lambda i: natural_key(scene.names[i]))
    return [0, *others]


class Collator:
    """Turns examples into a batch."""

    def __init__(self, processor: GainsayProcessor):
        self.processor = processor
        tokenizer = processor.tokenizer
        self.audio_id = processor.audio_token_id
        self.hear_id, self.hear_end_id = tokenizer.convert_tokens_to_ids(["<|hear|>", "<|/hear|>"])
        self.pad_id = tokenizer.pad_token_id

    def encode(self, example: Example) -> tuple[list[int], list[int]]:
        """Ids and labels of one example."""
        order = canonical(example.scene)
        names = [example.scene.names[index] for index in order]
        heard = list(range(1, len(order)))
        messages = [
            {**message, "heard": heard} if message.get("heard") is True else message
            for message in example.messages
        ]
        chat = conversation(names, messages)
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
        given = [bool(m.get("given")) for m in example.messages if m["role"] == "assistant"]
        for span, is_given in zip(_ASSISTANT.finditer(text), given, strict=True):
            if not is_given:
                learned |= (starts >= span.start(1)) & (starts < span.end(1))
        for span in _FORCED.finditer(text):
            learned &= ~((starts >= span.start()) & (starts < span.end()))
        labels = np.where(learned, ids, IGNORED)
        return ids, labels.tolist()

    def __call__(self, examples: Sequence[Example]) -> Batch:
        encoded = [self.encode(example) for example in examples]
        length = max(len(ids) for ids, _ in encoded)
        size = len(examples)
        input_ids = torch.full((size, length), self.pad_id)
        labels = torch.full((size, length), IGNORED)
        mask = torch.zeros((size, length), dtype=torch.long)
        content, level, has_content, role = [], [], [], []
        judged, judged_stem, slot, posterior, needed = [], [], [], [], []
        for row, (example, (ids, label)) in enumerate(zip(examples, encoded, strict=True)):
            input_ids[row, : len(ids)] = torch.tensor(ids)
            labels[row, : len(ids)] = torch.tensor(label)
            mask[row, : len(ids)] = 1
            scene, order = example.scene, canonical(example.scene)
            level.append(scene.relative_profile[order])
            role.extend(ROLES.index(scene.roles[index]) for index in order)
            has_content.extend([example.with_content] * len(order))
            hidden = scene.hidden[order] if example.with_content else None
            content.append(
                np.zeros((len(order), CONTENT_TOKENS, 256), np.float16)
                if hidden is None
                else hidden
            )
            if example.posterior is not None:
                start, first = ids.index(self.hear_id), len(role) - len(order)
                judged_stem.extend(range(first + 1, first + len(order)))
                slot.extend((row, ids.index(ids[start + k])) for k in range(1, len(order)))
                judged.extend((row, start + 1 + position) for position in range(len(order) - 1))
                posterior.append(example.posterior[order[1:]])
                needed.append(scene.needed_db[order[1:]])
        none = np.zeros((0, 49))
        return Batch(
            input_ids=input_ids,
            attention_mask=mask,
            labels=labels,
            content=torch.from_numpy(np.concatenate(content)).float(),
            level=torch.from_numpy(np.concatenate(level)).float(),
            has_content=torch.tensor(has_content),
            role=torch.tensor(role),
            judged=torch.tensor(judged, dtype=torch.long).reshape(-1, 2),
            judged_stem=torch.tensor(judged_stem, dtype=torch.long),
            slot=torch.tensor(slot, dtype=torch.long).reshape(-1, 2),
            posterior=torch.from_numpy(np.concatenate(posterior or [none])).float(),
            needed_db=torch.from_numpy(np.concatenate(needed or [none[:, 0]])).float(),
        )
