"""What the listener is trained on: an endless supply of batches, drawn anew for every step.

One rule: a batch depends on the seed, the step and the songs at hand, and on nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from finetune.batches import Batch, Collator, Example
from finetune.dialogues import Dialogues
from finetune.scenes import SongBank, draw_scene, teacher_posterior
from finetune.talk import scruffy, split_phrasings
from mixer.balance import BalancePrior

STEPS_DRAWN = 16  # drawn together, so that examples of like length make a batch


@dataclass(frozen=True)
class Stage:
    """One part of the curriculum.

    talk_share: share of conversations; the rest are bare judgements of a scene.
    asked_only_share: share of those conversations that end at their last call.
    heard_share: share of those conversations whose stems bring their content, where the stage has
        it; the others are half as long, and words are learned from them as well.
    """

    name: str
    steps: int
    batch_size: int
    learning_rate: float
    content: bool = True
    talk_share: float = 0.0
    asked_only_share: float = 0.0
    heard_share: float = 1.0
    warmup_steps: int = 100
    final_learning_rate: float = 0.0


class Supply:
    """An endless, seeded supply of batches; step n depends on the seed, n and the songs."""

    def __init__(
        self, bank: SongBank, stage: Stage, prior: BalancePrior, collate: Collator, seed: int
    ):
        self.bank, self.seed = bank, seed
        self.dialogues = Dialogues(prior, stage.asked_only_share)
        self.stage, self.prior = stage, prior
        self.collate = collate
        self._group, self._drawn = -1, []

    def batch(self, step: int) -> Batch:
        """The batch of a step: of a group of steps, each takes its share of the tokens."""
        group, place = divmod(step, STEPS_DRAWN)
        if group != self._group:
            self.bank.refresh()
            rng = np.random.default_rng([self.seed, group])
            drawn = [self.example(rng) for _ in range(STEPS_DRAWN * self.stage.batch_size)]
            encoded = [self.collate.encode(example) for example in drawn]
            shares = share_out([len(one.ids) for one in encoded], STEPS_DRAWN)
            if not all(shares):
                raise ValueError(
                    f"batch_size {self.stage.batch_size} is too small to share {STEPS_DRAWN} "
                    "batches out evenly: take a larger one"
                )
            batches = [([drawn[i] for i in s], [encoded[i] for i in s]) for s in shares]
            self._drawn = [batches[k] for k in rng.permutation(STEPS_DRAWN)]
            self._group = group
        return self.collate(*self._drawn[place])

    def example(self, rng: np.random.Generator) -> Example:
        """One bare judgement or one conversation."""
        record = self.bank.records[int(rng.integers(len(self.bank)))]
        if rng.random() < self.stage.talk_share:
            heard = self.stage.content and bool(rng.random() < self.stage.heard_share)
            return self.dialogues.draw(record, rng, with_content=heard)
        scene = draw_scene(record, self.prior, rng)
        messages = ({"role": "user", "content": question(rng)},)  # judged before any answer
        return Example(scene, messages, teacher_posterior(scene, self.prior), self.stage.content)


def share_out(lengths: Sequence[int], parts: int) -> list[list[int]]:
    """Indices in groups of like lengths, each with about the same number of tokens in all."""
    order = sorted(range(len(lengths)), key=lambda index: lengths[index])
    so_far = np.cumsum([lengths[index] for index in order])
    part = np.minimum((so_far - 1) * parts // so_far[-1], parts - 1)
    return [[index for index, p in zip(order, part, strict=True) if p == k] for k in range(parts)]


def question(rng: np.random.Generator) -> str:
    """What a bare judgement is asked with: nothing, or one of the ways to ask for advice."""
    asked = split_phrasings("ask_advice", held_out=False)
    plain = [text for text in asked if "{" not in text]
    return "" if rng.random() < 0.5 else scruffy(plain[int(rng.integers(len(plain)))], rng)
