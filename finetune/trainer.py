"""One training run: the objective, its optimizer and averaged weights; steps, checkpoints, export.

One rule: a run that is stopped at any moment and called again ends with the weights of one that
was not. Step n depends on the recipe and n, and on nothing that a checkpoint does not hold.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, cast

import torch
from accelerate import Accelerator
from accelerate.utils import DistributedDataParallelKwargs, DistributedType
from torch import _foreach_lerp_  # pyright: ignore[reportPrivateImportUsage]

from assistant.model.modeling import GainsayForConditionalGeneration
from assistant.model.processing import GainsayProcessor
from assistant.model.sentences import SentenceEncoder
from finetune.adapters import NewRows, add_lora
from finetune.batches import Batch, Collator
from finetune.export import write_listener
from finetune.hub_base import build
from finetune.listener_setup import begin_listener
from finetune.objective import LOSSES, WATCHED, Objective, counts
from finetune.recipe import Recipe
from finetune.supply import Share

TERMS = (*LOSSES, *WATCHED)
_SPREAD = 1_000_003  # between the seeds of two runs' steps


class Trainer:
    """Everything that one run holds, on this process; save() and restore() make it resumable."""

    def __init__(self, recipe: Recipe, out: Path):
        torch.manual_seed(recipe.seed)
        self.recipe, self.out, self.step = recipe, out, 0
        out.mkdir(parents=True, exist_ok=True)
        unused = DistributedDataParallelKwargs(find_unused_parameters=True)
        # Precision is the objective's: FSDP's own would round the level features at the door.
        # Without a GPU it must be told so: else processes that were launched together do not meet.
        on_cpu = not torch.accelerator.is_available()
        self.accelerator = Accelerator(cpu=on_cpu, mixed_precision="no", kwargs_handlers=[unused])
        model, self.processor, new = self._begin()
        reads = model.config.sentence_features > 0
        tuning = Path(recipe.sentences) if recipe.sentences else None
        encoder = SentenceEncoder.load(tuning) if reads else None
        width = model.config.audio_config.hidden_size
        self.collate = Collator(self.processor, encoder, width)
        self.adapted = None if recipe.lora is None else add_lora(model, recipe.lora)
        rows = NewRows(model, new) if new and "all" not in recipe.tunes else None
        device = self.accelerator.device
        bf16 = recipe.precision == "bf16" or (recipe.precision == "auto" and device.type == "cuda")
        shards = self.accelerator.distributed_type == DistributedType.FSDP
        if shards and recipe.average > 0:
            raise ValueError(
                f"average is {recipe.average}, and weights that FSDP shards are not averaged: "
                "write average: 0 into the recipe"
            )
        self.objective = Objective(model, rows, bf16, touches_all=shards).train()
        if recipe.recompute:
            model.model.language_model.gradient_checkpointing_enable({"use_reentrant": False})
        self._prepare()

    def _begin(self) -> tuple[GainsayForConditionalGeneration, GainsayProcessor, list[int]]:
        """The cascade that the recipe begins with, and the ids of tokens new to its LLM."""
        if self.recipe.base is not None:
            return build(self.recipe.base, self.recipe.seed)
        with self.accelerator.main_process_first():  # it writes the tokenizer down
            model, processor = begin_listener(self.out, self.recipe.seed, self.recipe.begin_with)
        return model, processor, []

    def _prepare(self) -> None:
        """Hand over to accelerate all that any stage trains, with its optimizer."""
        for name, parameter in self.objective.named_parameters():
            parameter.requires_grad_(any(trains(name, tune) for tune in self.recipe.tunes))
        trained = [(n, p) for n, p in self.objective.named_parameters() if p.requires_grad]
        decay = {n for n, p in trained if p.dim() > 1 and not n.startswith("rows.")}
        optimizer = torch.optim.AdamW(
            [
                {
                    "params": [p for n, p in trained if n in decay],
                    "weight_decay": self.recipe.weight_decay,
                },
                {"params": [p for n, p in trained if n not in decay], "weight_decay": 0.0},
            ],
            lr=1e-3,
            betas=(0.9, 0.98),
            fused=True,
        )
        self.wrapped, self.optimizer = self.accelerator.prepare(self.objective, optimizer)
        self.names = [n for n, _ in trained]
        parameters = dict(self.objective.named_parameters())
        self.trained = [parameters[name] for name in self.names]
        averages = self.recipe.average > 0
        self.averaged = [p.detach().clone() for p in self.trained] if averages else []
        self.idle: list[torch.nn.Parameter] = []

    @property
    def share(self) -> Share:
        """What this process computes of every step."""
        here = self.accelerator
        return Share(here.process_index, here.num_processes, self.recipe.micro_batch_size)

    def begin(self, tune: str) -> None:
        """From here on train what this way of tuning trains.

        The others' gradients are dropped; FSDP would not notice were requires_grad changed.
        """
        named = zip(self.names, self.trained, strict=True)
        self.idle = [parameter for name, parameter in named if not trains(name, tune)]

    # ---- one step

    def learn(self, batches: Sequence[Batch], learning_rate: float) -> dict[str, float]:
        """One optimisation step on this process's part of it; mean losses of the whole step."""
        here, weights = self.accelerator, self.recipe.loss_weights
        torch.manual_seed(_SPREAD * self.recipe.seed + self.step * 997 + here.process_index)
        total = self._counted(batches)
        sums = torch.zeros(len(TERMS), device=here.device)
        for place, batch in enumerate(batches):
            last = place == len(batches) - 1
            with nullcontext() if last else here.no_sync(self.wrapped):
                terms = self.wrapped(batch.to(here.device))
                means = [
                    weights[name] * terms[name] / total[TERMS.index(name)]
                    for name in LOSSES
                    if name in terms
                ]
                # The mean over processes is taken of gradients: each counts for all of them.
                here.backward(torch.stack(means).sum() * here.num_processes)
            for name, value in terms.items():
                sums[TERMS.index(name)] += value.detach()
        for parameter in self.idle:
            parameter.grad = None
        here.clip_grad_norm_(self.trained, self.recipe.gradient_clip)
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1
        if self.averaged:
            rate = min(self.recipe.average, (1 + self.step) / (10 + self.step))
            _foreach_lerp_(self.averaged, [p.detach() for p in self.trained], 1 - rate)
        means = self._summed(sums) / total
        return {name: float(means[k]) for k, name in enumerate(TERMS) if self._there[k]}

    def _counted(self, batches: Sequence[Batch]) -> torch.Tensor:
        """What each term is divided by, over all processes (terms,)."""
        each = [counts(batch) for batch in batches]
        mine = torch.tensor([sum(one[name] for one in each) for name in TERMS])
        total = self._summed(mine.float().to(self.accelerator.device))
        self._there = (total > 0).tolist()
        return torch.where(total > 0, total, 1.0)

    def _summed(self, values: torch.Tensor) -> torch.Tensor:
        """Values summed over all processes."""
        if self.accelerator.num_processes == 1:
            return values
        # Untyped: what comes back is of the kind that was given.
        return cast(torch.Tensor, self.accelerator.reduce(values, "sum"))

    def agree(self, go_on: bool) -> bool:
        """Whether all processes would go on: one whose time is up stops them all."""
        stop = torch.tensor(0.0 if go_on else 1.0, device=self.accelerator.device)
        return float(self._summed(stop)) == 0.0

    # ---- keeping

    def keep(self) -> None:
        """Write the checkpoint, and a small model as it stands; a large one is written at last."""
        self.save()
        if self.recipe.base is None:
            self.write()

    @property
    def checkpoint(self) -> Path:
        """The file to go on from; where weights are sharded, each process has its own."""
        here = self.accelerator
        if here.distributed_type == DistributedType.FSDP:
            return self.out / f"checkpoint-{here.process_index}-of-{here.num_processes}.pt"
        return self.out / "checkpoint.pt"

    def save(self) -> None:
        """Write the checkpoint, whole or not at all."""
        here = self.accelerator
        if here.is_main_process or here.distributed_type == DistributedType.FSDP:
            state = {
                "step": self.step,
                "trained": [p.detach() for p in self.trained],
                "averaged": self.averaged,
                "optimizer": self.optimizer.state_dict(),
            }
            part = self.checkpoint.with_suffix(".tmp")
            torch.save(state, part)
            part.replace(self.checkpoint)
        here.wait_for_everyone()

    def restore(self) -> None:
        """Go on from the checkpoint, if there is one."""
        if not self.checkpoint.is_file():
            return
        state: dict[str, Any] = torch.load(
            self.checkpoint, map_location=self.accelerator.device, weights_only=True
        )
        if [p.shape for p in state["trained"]] != [p.shape for p in self.trained]:
            raise ValueError(
                f"{self.checkpoint} is of another training ({len(state['trained'])} trained "
                f"tensors, this recipe has {len(self.trained)}): take another --out folder"
            )
        self._put(state["trained"])
        self.averaged = state["averaged"]
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]

    def _put(self, values: Sequence[torch.Tensor]) -> None:
        for parameter, value in zip(self.trained, values, strict=True):
            parameter.data.copy_(value)

    def write(self) -> None:
        """Write the listener, with averaged weights if they are kept, to the folder model."""
        live = [p.detach().clone() for p in self.trained] if self.averaged else []
        if self.averaged:
            self._put(self.averaged)
        # Untyped, and guessed at from the branch of a wrapper that is not used here.
        state = cast(dict[str, torch.Tensor], self.accelerator.get_state_dict(self.wrapped))
        if self.accelerator.is_main_process:
            state = {name: tensor.cpu() for name, tensor in state.items()}
            write_listener(
                self.objective, self.adapted, self.processor, state, self.recipe, self.out
            )
        if live:
            self._put(live)
        self.accelerator.wait_for_everyone()


def trains(name: str, tune: str) -> bool:
    """Whether a way of tuning trains a parameter of the objective."""
    if "audio_tower" in name:
        return False
    if tune == "all" or not name.startswith("model."):  # heads and rows
        return True
    if ".lora_" in name:
        return tune == "lora"
    return "multi_modal_projector" in name or "sentence_projector" in name
