"""Train the cascade audio-LLM: to judge a balance as the ideal observer does, and to talk.

One rule: every stage draws fresh scenes, so no mix is seen twice; a run stops at its time limit,
leaves a checkpoint, and goes on from it when called again.

    python -m finetune.train_listener finetune/train_listener.yaml --out runs/listener
    accelerate launch --config_file finetune/fsdp.yaml -m finetune.train_listener \
        finetune/train_full.yaml --out runs/full
"""

import argparse
import csv
import math
import time
from pathlib import Path

import numpy as np
import torch

from finetune.export import embedded
from finetune.level_rows import RowObserver, read_rows
from finetune.recipe import Recipe, read_recipe
from finetune.scenes import SongBank
from finetune.supply import Stage, Supply
from finetune.trainer import Trainer
from mixer.balance import BalancePrior

NEVER = 10**12


class Curve:
    """The losses' course: means of some steps as lines of a table, and on the screen."""

    def __init__(self, file: Path, every: int):
        self._log = open(file, "a", newline="")
        self._every = every
        self._begin()

    def __enter__(self) -> "Curve":
        return self

    def __exit__(self, *_: object) -> None:
        self._log.close()

    def _begin(self) -> None:
        self._sums: dict[str, list[float]] = {}
        self._started_s, self._tokens = time.monotonic(), 0

    def note(self, stage: str, step: int, rate: float, tokens: int, found: dict) -> None:
        """Take in a step."""
        self._tokens += tokens
        for name, value in found.items():
            self._sums.setdefault(name, []).append(value)
        if step % self._every:
            return
        means = {name: round(float(np.mean(some)), 4) for name, some in self._sums.items()}
        speed = self._tokens / (time.monotonic() - self._started_s)
        csv.writer(self._log).writerow([stage, step, f"{rate:.2e}", f"{speed:.0f}", means])
        self._log.flush()
        print(stage, step, f"lr {rate:.1e} {speed:.0f} tok/s", means, flush=True)
        self._begin()


def rate_at(stage: Stage, done: int) -> float:
    """Learning rate after `done` steps of a stage: linear warm-up, then cosine."""
    if done < stage.warmup_steps:
        return stage.learning_rate * (done + 1) / stage.warmup_steps
    progress = (done - stage.warmup_steps) / max(1, stage.steps - stage.warmup_steps)
    low = stage.final_learning_rate
    return low + 0.5 * (stage.learning_rate - low) * (1 + math.cos(math.pi * min(progress, 1.0)))


def train(recipe: Recipe, out: Path, minutes: float = math.inf, only: str | None = None) -> None:
    """Run the stages that are left until they are done or the time is up."""
    trainer = Trainer(recipe, out)
    trainer.restore()
    until = time.monotonic() + 60 * minutes
    bank = SongBank(Path(recipe.songs), Path(recipe.content), "train")
    bank = fitting(bank, recipe, trainer.collate.width)
    rows = RowObserver.fit(read_rows(Path(recipe.levels), "train")) if recipe.levels else None
    prior, share, begun = BalancePrior.load(), trainer.share, 0
    with Curve(out / "curve.csv", NEVER if share.process else recipe.log_every) as curve:
        for stage in recipe.stages:
            first, begun = begun, begun + stage.steps
            if trainer.step >= begun or (only is not None and stage.name != only):
                continue
            trainer.begin(stage.tune)
            supply = Supply(bank, stage, prior, trainer.collate, recipe.seed, rows, share)
            while trainer.step < begun and trainer.agree(time.monotonic() < until):
                batches = supply.batches(trainer.step)
                rate = rate_at(stage, trainer.step - first)
                found = trainer.learn(batches, rate)
                tokens = sum(batch.input_ids.numel() for batch in batches)
                curve.note(stage.name, trainer.step, rate, tokens, found)
                if trainer.step % recipe.checkpoint_every == 0 and trainer.step < begun:
                    trainer.keep()
            trainer.keep()
            if trainer.step < begun:
                break
    if recipe.base is not None:
        trainer.write()


def fitting(bank: SongBank, recipe: Recipe, width: int) -> SongBank:
    """The bank, if its content was heard by the tower that the listener has."""
    found = [len(record.hidden[0][0]) for record in bank.records if record.hidden is not None]
    if found and set(found) != {width}:
        tower = f" --ear {recipe.base.audio_tower}" if recipe.base is not None else ""
        raise ValueError(
            f"{recipe.content} holds content of width {sorted(set(found))}, the listener's tower "
            f"has {width}: python -m finetune.encode --songs {recipe.songs}{tower} --out FOLDER, "
            "and name that folder as content"
        )
    return bank


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe", type=Path, help="yaml, for example finetune/train_listener.yaml")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder of checkpoint, curve and model"
    )
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after so many minutes")
    parser.add_argument("--threads", type=int, default=0, help="torch threads (0 = as it is)")
    parser.add_argument("--stage", default=None, help="run this stage only")
    parser.add_argument(
        "--ship", type=Path, help="do not train: write the run's model to this folder"
    )
    arguments = parser.parse_args()
    if arguments.ship:
        embedded(arguments.out, arguments.ship)
        return
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    train(read_recipe(arguments.recipe), arguments.out, arguments.minutes, arguments.stage)


if __name__ == "__main__":
    main()
