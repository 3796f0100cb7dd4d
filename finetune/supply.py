"""What the listener is trained on: an endless supply of batches, drawn anew for every step.

One rule: a batch depends on the seed, the step and the songs at hand, and on nothing else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from finetune.batches import Batch, Collator, Example
from finetune.dialogues import Dialogues
from finetune.judgements import Judgements, JudgingCollator
from finetune.level_rows import RowObserver
from finetune.scenes import SongBank
from mixer.balance import BalancePrior

TUNES = ("projector", "lora", "all")
STEPS_DRAWN = 16  # drawn together, so that examples of like length make a batch


@dataclass(frozen=True)
class Stage:
    """One part of the curriculum.

    tune: what is trained. projector: the projector with its level path and the rows of new tokens;
        lora: these and the adapters; all: everything. The tower never is.
    batch_size: mixes of a judging step. talk_share: share of steps that learn to talk.
    talk_batch_size: conversations of such a step.
    asked_only_share: share of conversations that end at their last call.
    heard_share: share of conversations whose stems bring their content; the others are half as
        long, and words are learned from them as well.
    """

    name: str
    steps: int
    batch_size: int
    learning_rate: float
    talk_share: float = 0.0
    talk_batch_size: int = 40
    asked_only_share: float = 0.0
    heard_share: float = 1.0
    warmup_steps: int = 100
    final_learning_rate: float = 0.0
    tune: str = "all"

    def __post_init__(self) -> None:
        if self.tune not in TUNES:
            raise ValueError(f"stage {self.name}: tune is {self.tune!r}, one of {TUNES} is needed")


@dataclass(frozen=True)
class Share:
    """Which part of every step one of several processes computes, and in what portions.

    at_once: examples of a portion, one more where they do not share out evenly; 0: all.
    """

    process: int = 0
    processes: int = 1
    at_once: int = 0

    def of(self, examples: Sequence[int]) -> list[list[int]]:
        """This process's portions of a step's examples; every process has as many of them."""
        mine = list(examples[self.process :: self.processes])
        portions = 1
        if self.at_once:
            portions = max(1, -(-(len(examples) // self.processes) // self.at_once))
        return [mine[first::portions] for first in range(portions)]


class Supply:
    """An endless, seeded supply of batches; step n depends on the seed, n and the songs."""

    def __init__(
        self,
        bank: SongBank,
        stage: Stage,
        prior: BalancePrior,
        collate: Collator,
        seed: int,
        rows: RowObserver | None = None,
        share: Share = Share(),
    ):
        self.bank, self.seed, self.stage, self.share = bank, seed, stage, share
        self.dialogues = Dialogues(prior, stage.asked_only_share)
        self.judgements = Judgements(bank, prior, rows)
        self.collate = collate
        self.collate_judged = JudgingCollator(collate.processor, collate.sentences, collate.width)
        self._group: int = -1
        self._drawn: list[Callable[[], list[Batch]]] = []

    def batches(self, step: int) -> list[Batch]:
        """This process's part of a step: of a group of steps, each has its share of the tokens."""
        group, place = divmod(step, STEPS_DRAWN)
        if group != self._group:
            self._drawn, self._group = self._draw(group), group
        return self._drawn[place]()

    def _draw(self, group: int) -> list[Callable[[], list[Batch]]]:
        """A group of steps: some talk, the rest judges."""
        rng = np.random.default_rng([self.seed, group])
        talking = int(rng.binomial(STEPS_DRAWN, self.stage.talk_share))
        stage = self.stage
        steps = [
            *_shared(self._talk, self.collate, stage.talk_batch_size, talking, rng, self.share),
            *_shared(
                self.judgements.draw, self.collate_judged, stage.batch_size,
                STEPS_DRAWN - talking, rng, self.share,
            ),
        ]  # fmt: skip
        return [steps[k] for k in rng.permutation(STEPS_DRAWN)]

    def _talk(self, rng: np.random.Generator) -> Example:
        """One conversation."""
        record = self.bank.records[int(rng.integers(len(self.bank)))]
        heard = bool(rng.random() < self.stage.heard_share)
        return self.dialogues.draw(record, rng, with_content=heard)


def _shared(
    draw: Callable[[np.random.Generator], Any],
    collate: Any,
    batch_size: int,
    steps: int,
    rng: np.random.Generator,
    part: Share,
) -> list[Callable[[], list[Batch]]]:
    """Steps of one kind: examples of like length make a batch, each with its share of tokens."""
    if not steps:
        return []
    drawn = [draw(rng) for _ in range(steps * batch_size)]
    encoded = [collate.encode(example) for example in drawn]
    shares = share_out([len(one.ids) for one in encoded], steps)
    if min(map(len, shares)) < part.processes:
        raise ValueError(
            f"a batch of {batch_size} is too small to share {steps} batches out evenly among "
            f"{part.processes} processes: take a larger one"
        )
    return [
        lambda share=share: [
            collate([drawn[i] for i in some], [encoded[i] for i in some]) for some in part.of(share)
        ]
        for share in shares
    ]


def share_out(lengths: Sequence[int], parts: int) -> list[list[int]]:
    """Indices in groups of like lengths, each with about the same number of tokens in all."""
    order = sorted(range(len(lengths)), key=lambda index: lengths[index])
    so_far = np.cumsum([lengths[index] for index in order])
    part = np.minimum((so_far - 1) * parts // so_far[-1], parts - 1)
    return [[index for index, p in zip(order, part, strict=True) if p == k] for k in range(parts)]
