"""A training as its yaml says it: what the listener is made of, the stages, the losses' weights.

One rule: unknown keys are refused, and so is a recipe whose parts contradict each other.
"""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from finetune.adapters import Lora
from finetune.hub_base import Base
from finetune.supply import Stage

PRECISIONS = ("auto", "float32", "bf16")


@dataclass(frozen=True)
class Recipe:
    """The whole training, one yaml; unknown keys are refused."""

    seed: int
    stages: tuple[Stage, ...]
    songs: str = "runs/songs"
    content: str = "runs/content"
    levels: str | None = None  # a table of real songs' levels, see finetune/level_rows.py
    begin_with: str | None = None  # a folder of weights to go on from
    base: Base | None = None  # or parts of a hub to make the listener of
    lora: Lora | None = None  # for stages that tune by it
    sentences: str | None = None  # a tuning of the sentence encoder, see finetune/train_reader.py
    precision: str = "auto"  # bf16: by autocast, weights stay float32; auto: bf16 on a GPU
    recompute: bool = False  # activations in the backward pass: slower, and much less memory
    micro_batch_size: int = 0  # examples of a process that are computed at once; 0: all of a step
    weight_decay: float = 0.05
    gradient_clip: float = 1.0
    average: float = 0.998  # of the weights, as they are written down; 0: the last ones are
    judge_weight: float = 1.0
    way_weight: float = 0.5
    expectation_weight: float = 0.02
    role_weight: float = 0.2
    level_weight: float = 0.3
    usual_weight: float = 0.5
    log_every: int = 25
    checkpoint_every: int = 200

    def __post_init__(self) -> None:
        if self.precision not in PRECISIONS:
            raise ValueError(f"precision {self.precision!r}: one of {PRECISIONS} is needed")
        if self.base is not None and self.begin_with is not None:
            raise ValueError("both base and begin_with say what to begin with: leave one out")
        if ("lora" in self.tunes) != (self.lora is not None):
            raise ValueError(
                "a stage with tune: lora and the key lora (rank, alpha...) belong together: "
                f"the stages tune {sorted(self.tunes)}, lora is {self.lora}"
            )
        if {"all", "lora"} <= self.tunes:
            raise ValueError(
                "tune: all changes the weights that adapters of tune: lora would lie on: make two "
                "trainings of it, the second with begin_with"
            )

    @property
    def tunes(self) -> set[str]:
        """The ways in which the stages tune."""
        return {stage.tune for stage in self.stages}

    @property
    def loss_weights(self) -> dict[str, float]:
        """What every loss counts."""
        return {
            "text": 1.0,
            "judge": self.judge_weight,
            "way": self.way_weight,
            "expectation": self.expectation_weight,
            "role": self.role_weight,
            "level": self.level_weight,
            "mention": self.role_weight,
            "usual": self.usual_weight,
        }


def read_recipe(file: Path) -> Recipe:
    """Read a yaml strictly: an unknown key is an error that names the known ones."""
    values = yaml.safe_load(Path(file).read_text())
    values["stages"] = tuple(_strict(Stage, stage, file) for stage in values["stages"])
    for key, kind in (("base", Base), ("lora", Lora)):
        if values.get(key) is not None:
            values[key] = _strict(kind, values[key], file)
    return _strict(Recipe, values, file)


def _strict(kind: Any, values: dict, file: Path) -> Any:
    known = {field.name for field in fields(kind)}
    if unknown := sorted(set(values) - known):
        raise ValueError(f"{file}: unknown keys {unknown}; {kind.__name__} knows {sorted(known)}")
    return kind(**values)
