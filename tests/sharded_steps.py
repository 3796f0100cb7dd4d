"""Steps of an objective sharded by FSDP over CPU processes, beside one that is whole.

Run as: python -m torch.distributed.run --nproc-per-node 2 -m tests.sharded_steps BASE_AND_SONGS
Prints, a line of JSON each: a step's losses as (sharded, whole); at last how far weights are apart.
"""

import json
import sys
from pathlib import Path

import torch
import torch.distributed as dist
from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard

from finetune.adapters import Lora, NewRows, add_lora
from finetune.batches import Collator
from finetune.hub_base import Base, build
from finetune.objective import LOSSES, Objective, counts
from finetune.scenes import SongBank
from finetune.supply import Share, Stage, Supply
from finetune.trainer import trains
from mixer.balance import BalancePrior
from tests.tiny_hub import TOWER_WIDTH

STEPS = 3
STAGE = Stage("both", 100, 8, 1e-2, 0.5, 8, 1.0, 0.5)


def objective(base):
    """The objective as a sharded training has it, in its stage of adapters."""
    model, processor, new = build(base, 3)
    add_lora(model, Lora(4, 8))
    torch.manual_seed(1)
    made = Objective(model, NewRows(model, new), touches_all=True).train()
    for name, parameter in made.named_parameters():
        parameter.requires_grad_(trains(name, "lora"))
    return made, processor


def shard(made):
    """What accelerate does with the objective: a unit for every layer, one for the rest."""
    mesh = init_device_mesh("cpu", (dist.get_world_size(),))
    for module in list(made.modules()):
        if type(module).__name__ in made._no_split_modules:
            fully_shard(module, mesh=mesh)
    fully_shard(made, mesh=mesh)


def learn(made, optimizer, batch, total, processes):
    """One step; the sums of the losses on this process."""
    terms = made(batch)
    means = [terms[name] / max(total[name], 1) for name in LOSSES if name in terms]
    (torch.stack(means).sum() * processes).backward()
    trained = [parameter for parameter in made.parameters() if parameter.requires_grad]
    torch.nn.utils.clip_grad_norm_(trained, 1.0)
    optimizer.step()
    optimizer.zero_grad()
    return {name: terms[name].detach() for name in LOSSES if name in terms}


def main(folder):
    dist.init_process_group("gloo")
    rank, world = dist.get_rank(), dist.get_world_size()
    base = Base(str(folder / "llm"), str(folder / "clap"))
    (whole, processor), (sharded, _) = objective(base), objective(base)
    shard(sharded)
    optimizers = [
        torch.optim.AdamW([p for p in made.parameters() if p.requires_grad], lr=1e-2)
        for made in (whole, sharded)
    ]
    bank = SongBank(folder / "songs", folder / "content", "train")
    collate, prior = Collator(processor, None, TOWER_WIDTH), BalancePrior.load()
    shares = (Share(), Share(rank, world))
    drawn, mine = (Supply(bank, STAGE, prior, collate, 3, None, share) for share in shares)
    for step in range(STEPS):
        (batch,), (part,) = drawn.batches(step), mine.batches(step)
        total = counts(batch)
        alone = learn(whole, optimizers[0], batch, total, 1)
        found = learn(sharded, optimizers[1], part, total, world)
        told = {}
        for name in LOSSES:
            value = found.get(name, torch.zeros(())).clone()
            dist.all_reduce(value)
            if name in alone:
                told[name] = (float(value), float(alone[name]))
        if rank == 0:
            print(json.dumps(told), flush=True)
    options = StateDictOptions(full_state_dict=True, cpu_offload=True)
    state = get_model_state_dict(sharded, options=options)
    if rank == 0:
        off = {name: float((state[name] - w).abs().max()) for name, w in whole.state_dict().items()}
        print(json.dumps(off), flush=True)
    dist.destroy_process_group()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
