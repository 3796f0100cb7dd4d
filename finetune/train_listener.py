"""Train the cascade audio-LLM: to judge a balance as the ideal observer does, and to talk.

One rule: every stage draws fresh scenes, so no mix is seen twice; a run stops at its time limit,
leaves a checkpoint, and goes on from it when called again.

    python -m finetune.train_listener finetune/train_listener.yaml --out runs/listener
"""

import argparse
import csv
import math
import shutil
import time
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from torch import _foreach_copy_, _foreach_lerp_  # pyright: ignore[reportPrivateImportUsage]
from torch.nn import functional

from assistant.model.modeling import GainsayForConditionalGeneration
from assistant.model.sentences import READER, TUNING, SentenceEncoder
from finetune.batches import CALL_WEIGHT, CHOICE_WEIGHT, IGNORED, Batch, Collator
from finetune.level_rows import RowObserver, read_rows
from finetune.listener_setup import begin_listener, load_tower
from finetune.scenes import SongBank
from finetune.supply import Stage, Supply
from mixer.balance import BalancePrior
from mixer.roles import ROLES

SHIPPED_READER = Path(str(files("assistant").joinpath("weights/listener"))) / READER
ADVICE_DB = torch.arange(-12.0, 12.01, 0.5)
# Lower it, leave it, raise it: which of the three each move is, (49, 3).
WAYS = torch.stack([ADVICE_DB <= -1.5, ADVICE_DB.abs() < 1.5, ADVICE_DB >= 1.5], dim=1).float()
USUAL_SCALE = torch.tensor([5.0, 5.0, 2.0])  # of observer.conditional_levels, to order 1


@dataclass(frozen=True)
class Recipe:
    """The whole training, one yaml; unknown keys are refused."""

    seed: int
    stages: tuple[Stage, ...]
    songs: str = "runs/songs"
    content: str = "runs/content"
    levels: str | None = None  # a table of real songs' levels, see finetune/level_rows.py
    begin_with: str | None = None  # a folder of weights to go on from
    sentences: str | None = None  # a tuning of the sentence encoder, see finetune/train_reader.py
    weight_decay: float = 0.05
    gradient_clip: float = 1.0
    average: float = 0.998
    judge_weight: float = 1.0
    way_weight: float = 0.5
    expectation_weight: float = 0.02
    role_weight: float = 0.2
    level_weight: float = 0.3
    usual_weight: float = 0.5
    log_every: int = 25
    checkpoint_every: int = 200


def read_recipe(file: Path) -> Recipe:
    """Read a yaml strictly: an unknown key is an error that names the known ones."""
    values = yaml.safe_load(Path(file).read_text())
    stages = tuple(_strict(Stage, stage, file) for stage in values.pop("stages"))
    return _strict(Recipe, {**values, "stages": stages}, file)


def _strict(kind, values: dict, file: Path):
    known = {field.name for field in fields(kind)}
    if unknown := sorted(set(values) - known):
        raise ValueError(f"{file}: unknown keys {unknown}; {kind.__name__} knows {sorted(known)}")
    return kind(**values)


class Trainer:
    """Everything that one run holds; state() and restore() make it resumable."""

    def __init__(self, recipe: Recipe, out: Path):
        torch.manual_seed(recipe.seed)
        self.recipe, self.out = recipe, out
        out.mkdir(parents=True, exist_ok=True)
        self.model, self.processor = begin_listener(out, recipe.seed, recipe.begin_with)
        self.prior = BalancePrior.load()
        tuning = Path(recipe.sentences) if recipe.sentences else None
        self.collate = Collator(self.processor, SentenceEncoder.load(tuning))
        self.role_head = torch.nn.Linear(self.model.config.text_config.hidden_size, len(ROLES))
        # Reads the posterior off a level token alone: keeps the level path's gradient alive.
        self.level_head = torch.nn.Linear(self.model.config.text_config.hidden_size, len(ADVICE_DB))
        # Which role a mention has, halfway up; where a stem is usual, at the top: the parts of a
        # judgement, so that they are learned before the whole.
        self.mention_head = torch.nn.Linear(self.model.config.text_config.hidden_size, len(ROLES))
        self.usual_head = torch.nn.Linear(self.model.config.text_config.hidden_size, 3)
        self.trained = [
            *(p for n, p in self.model.named_parameters() if "audio_tower" not in n),
            *self.role_head.parameters(),
            *self.level_head.parameters(),
            *self.mention_head.parameters(),
            *self.usual_head.parameters(),
        ]
        for name, parameter in self.model.named_parameters():
            parameter.requires_grad_("audio_tower" not in name)
        matrices = [p for p in self.trained if p.dim() > 1]
        vectors = [p for p in self.trained if p.dim() <= 1]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": matrices, "weight_decay": recipe.weight_decay},
                {"params": vectors, "weight_decay": 0.0},
            ],
            lr=1e-3,
            betas=(0.9, 0.98),
            fused=True,
        )
        self.averaged = [p.detach().clone() for p in self.trained]
        self.step = 0
        self.watched: dict[str, float] = {}  # logged beside the losses
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    # ---- one step

    def losses(self, batch: Batch) -> dict[str, torch.Tensor]:
        """All losses of a batch; judge is the divergence from the observer's posterior."""
        model = self.model
        # On the CPUs at hand bf16 autocast trains half as fast as float32 at this size.
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
            embeds = self._embed(batch)
            output = model.model.language_model(
                inputs_embeds=embeds,
                attention_mask=batch.attention_mask,
                output_hidden_states=len(batch.mentioned) > 0,
            )
        hidden = output.last_hidden_state.float()
        result = {}
        if bool(batch.has_content.any()):
            role = self.role_head(self._levels[batch.has_content])
            result["role"] = functional.cross_entropy(role, batch.role[batch.has_content])
        shifted = batch.labels[:, 1:]
        at = shifted != IGNORED
        if bool(at.any()):
            logits, weights = model.lm_head(hidden[:, :-1][at]), batch.weights[:, 1:][at]
            each = functional.cross_entropy(logits, shifted[at], reduction="none")
            result["text"] = (weights * each).sum() / weights.sum()
            for name, weight in (("choice", CHOICE_WEIGHT), ("call", CALL_WEIGHT)):
                if bool((weights == weight).any()):
                    self.watched[name] = float(each[weights == weight].mean().detach())
        if len(batch.asked):
            layers = output.hidden_states
            result |= self._judging_losses(batch, hidden, layers[len(layers) // 2].float())
        return result

    def _judging_losses(
        self, batch: Batch, hidden: torch.Tensor, halfway: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        """How far the moves behind the stems that are asked for are from the observer's."""
        target = batch.posterior
        asked = hidden[batch.asked[:, 0], batch.asked[:, 1]]
        logits = self.model.move_logits(asked)
        log_p = logits.log_softmax(-1)
        result = {"judge": functional.kl_div(log_p, target, reduction="batchmean")}
        ways, target_ways = log_p.exp() @ WAYS, target @ WAYS
        result["way"] = functional.kl_div(
            ways.clamp_min(1e-8).log(), target_ways, reduction="batchmean"
        )
        expected, wanted = log_p.exp() @ ADVICE_DB, target @ ADVICE_DB
        result["expectation"] = (expected - wanted).square().mean()
        heard = batch.asked_item >= 0
        if bool(heard.any()):
            log_p = self.level_head(self._levels[batch.asked_item[heard]]).log_softmax(-1)
            result["level"] = functional.kl_div(log_p, target[heard], reduction="batchmean")
        known = batch.mentioned_role != IGNORED
        if bool(known.any()):
            mention = self.mention_head(
                halfway[batch.mentioned[known, 0], batch.mentioned[known, 1]]
            )
            result["mention"] = functional.cross_entropy(mention, batch.mentioned_role[known])
            defined = batch.usual.isfinite().all(dim=1)
            usual = batch.usual[defined] / USUAL_SCALE
            result["usual"] = functional.smooth_l1_loss(self.usual_head(asked[defined]), usual)
        self.watched["spread"] = float(wanted.square().mean())
        return result

    def _embed(self, batch: Batch) -> torch.Tensor:
        """Token embeddings with the stems' tokens and the words' vectors put in."""
        model = self.model.model
        embeds = model.get_input_embeddings()(batch.input_ids)
        if len(batch.level):
            heard: Any = model.get_audio_features(
                level_features=batch.level,
                content_features=batch.content,
                level_only=batch.level_only,
            )
            self._levels = heard.last_hidden_state.float()
            stems = heard.pooler_output
            mask = model.get_placeholder_mask(batch.input_ids, embeds, stems)
            embeds = embeds.masked_scatter(mask, stems.to(embeds.dtype))
        return model.put_sentences(batch.input_ids, embeds, batch.said)

    def learn(self, batch: Batch, learning_rate: float) -> dict[str, float]:
        """One optimisation step."""
        recipe = self.recipe
        losses = self.losses(batch)
        weights = {
            "text": 1.0,
            "judge": recipe.judge_weight,
            "way": recipe.way_weight,
            "expectation": recipe.expectation_weight,
            "role": recipe.role_weight,
            "level": recipe.level_weight,
            "mention": recipe.role_weight,
            "usual": recipe.usual_weight,
        }
        total = torch.stack([weights[name] * loss for name, loss in losses.items()]).sum()
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.trained, recipe.gradient_clip)
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1
        rate = min(recipe.average, (1 + self.step) / (10 + self.step))
        _foreach_lerp_(self.averaged, [p.detach() for p in self.trained], 1 - rate)
        return {name: float(loss.detach()) for name, loss in losses.items()} | self.watched

    # ---- keeping

    def save(self) -> None:
        """Checkpoint (to go on from) and the averaged weights as a model folder."""
        state = {
            "step": self.step,
            "trained": [p.detach() for p in self.trained],
            "averaged": self.averaged,
            "optimizer": self.optimizer.state_dict(),
        }
        torch.save(state, self.out / "checkpoint.tmp")
        (self.out / "checkpoint.tmp").replace(self.out / "checkpoint.pt")
        live = [p.detach().clone() for p in self.trained]
        _foreach_copy_([p.data for p in self.trained], self.averaged)
        self.model.save_pretrained(self.out / "model")
        self.processor.save_pretrained(self.out / "model")
        if self.recipe.sentences:
            shutil.copyfile(self.recipe.sentences, self.out / "model" / TUNING)
        if SHIPPED_READER.is_file():  # it reads for any listener
            shutil.copyfile(SHIPPED_READER, self.out / "model" / READER)
        _foreach_copy_([p.data for p in self.trained], live)

    def restore(self) -> None:
        """Go on from the checkpoint, if there is one."""
        file = self.out / "checkpoint.pt"
        if not file.is_file():
            return
        state = torch.load(file, weights_only=True)
        _foreach_copy_([p.data for p in self.trained], state["trained"])
        self.averaged = state["averaged"]
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]


def rate_at(stage: Stage, done: int) -> float:
    """Learning rate after `done` steps of a stage: linear warm-up, then cosine."""
    if done < stage.warmup_steps:
        return stage.learning_rate * (done + 1) / stage.warmup_steps
    progress = (done - stage.warmup_steps) / max(1, stage.steps - stage.warmup_steps)
    low = stage.final_learning_rate
    return low + 0.5 * (stage.learning_rate - low) * (1 + math.cos(math.pi * min(progress, 1.0)))


def train(recipe: Recipe, out: Path, minutes: float, only: str | None = None) -> None:
    """Run the stages that are left until they are done or the time is up."""
    trainer = Trainer(recipe, out)
    trainer.restore()
    until = time.monotonic() + 60 * minutes
    bank = SongBank(Path(recipe.songs), Path(recipe.content), "train")
    rows = RowObserver.fit(read_rows(Path(recipe.levels), "train")) if recipe.levels else None
    begun = 0
    with open(out / "curve.csv", "a", newline="") as log:
        curve = csv.writer(log)
        for stage in recipe.stages:
            first, begun = begun, begun + stage.steps
            if trainer.step >= begun or (only is not None and stage.name != only):
                continue
            supply = Supply(bank, stage, trainer.prior, trainer.collate, recipe.seed, rows)
            sums: dict[str, list[float]] = {}
            started, tokens = time.monotonic(), 0
            while trainer.step < begun and time.monotonic() < until:
                batch = supply.batch(trainer.step)
                rate = rate_at(stage, trainer.step - first)
                tokens += batch.input_ids.numel()
                for name, value in trainer.learn(batch, rate).items():
                    sums.setdefault(name, []).append(value)
                if trainer.step % recipe.log_every == 0:
                    means = {
                        name: round(float(np.mean(values)), 4) for name, values in sums.items()
                    }
                    speed = tokens / (time.monotonic() - started)
                    curve.writerow([stage.name, trainer.step, f"{rate:.2e}", f"{speed:.0f}", means])
                    log.flush()
                    print(
                        stage.name,
                        trainer.step,
                        f"lr {rate:.1e} {speed:.0f} tok/s",
                        means,
                        flush=True,
                    )
                    sums, started, tokens = {}, time.monotonic(), 0
                if trainer.step % recipe.checkpoint_every == 0:
                    trainer.save()
            trainer.save()
            if time.monotonic() >= until:
                break


def ship(run: Path, folder: Path) -> None:
    """Write a run's averaged weights as float16 safetensors, with the shipped ear as the tower."""
    from assistant.model.processing import GainsayProcessor

    model = GainsayForConditionalGeneration.from_pretrained(run / "model", dtype=torch.float32)
    load_tower(model)
    model.half().save_pretrained(folder)
    GainsayProcessor.from_pretrained(run / "model").save_pretrained(folder)
    if (run / "model" / TUNING).is_file():
        shutil.copyfile(run / "model" / TUNING, folder / TUNING)
    print(f"{sum(file.stat().st_size for file in folder.iterdir()) / 1e6:.1f} MB in {folder}")


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
        ship(arguments.out, arguments.ship)
        return
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    train(read_recipe(arguments.recipe), arguments.out, arguments.minutes, arguments.stage)


if __name__ == "__main__":
    main()
