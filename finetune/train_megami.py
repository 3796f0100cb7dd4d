"""Train MEGAMI's generator: contents of songs in, the rule-based engineer's mixes out.

One rule: batch k depends on the seed and k only, so a stopped run goes on as if it had not been.
Run: python -m finetune.train_megami finetune/train_megami.yaml --out runs/megami [--ship]
"""

import argparse
import csv
import json
import logging
import math
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from finetune.line_ups import SongFacts, read_songs, vary
from finetune.mixes import BLOCK, Batch, TrainingConfig, draw_block
from mixer.megami.code import Code
from mixer.megami.contents import ROLES_AT
from mixer.megami.generator import Generator, GeneratorConfig

log = logging.getLogger("train_megami")
REPORT_STEPS = 250
ROLE_SCALE = 0.3  # of a one-hot role, so that it weighs about as much as the facts
WEIGHTS_FOLDER = Path(__file__).parents[1] / "mixer" / "weights" / "megami"


def loss_of(generator: Generator, batch: Batch) -> Tensor:
    """EDM loss (weight 1 / c_out^2) over the free coordinates of the stems that are there.

    With all noise at the highest level and no z to be seen this is least squares: the regression.
    """
    sigma = batch.sigma.view(-1, 1, 1)
    denoised = generator(
        batch.z * batch.seen + sigma * batch.noise,
        batch.sigma,
        batch.content,
        batch.held,
        present=batch.present,
        content_known=batch.known,
    )
    _, c_out, _ = generator.preconditioning(sigma)
    free = torch.isnan(batch.held) & batch.present.unsqueeze(-1)
    return (((denoised - batch.z) / c_out) ** 2 * free).sum() / free.sum().clamp(min=1)


def new_generator(songs: Sequence[SongFacts], config: TrainingConfig) -> Generator:
    """Fresh weights; code, sigma_data and content statistics are measured on 1000 mixes."""
    rng = np.random.default_rng([config.seed, 0])
    some = [songs[index] for index in rng.integers(len(songs), size=1000)]
    some = [vary(song, songs, rng) for song in some]
    settings = torch.from_numpy(np.concatenate([song.mixed(rng) for song in some]))
    code = Code.fit(settings)
    content = torch.from_numpy(np.concatenate([song.contents(song.roles) for song in some]))
    torch.manual_seed(config.seed)
    shape = GeneratorConfig(
        width=config.width,
        depth=config.depth,
        heads=config.heads,
        content_size=content.shape[1],
        sigma_data=round(float(code.encode(settings).std()), 4),
        code_shift=code.shift.tolist(),
        code_scale=code.scale.tolist(),
    )
    generator = Generator(shape)
    generator.content_shift.copy_(content.mean(0))
    generator.content_scale.copy_(content.std(0).clamp(min=0.005))
    generator.content_shift[ROLES_AT], generator.content_scale[ROLES_AT] = 0.0, ROLE_SCALE
    return generator


class Trainer:
    """Generator, its moving average and the optimiser; saves and resumes."""

    def __init__(self, songs: list[SongFacts], config: TrainingConfig, folder: Path) -> None:
        self.config, self.folder, self.step, self.seconds = config, folder, 0, 0.0
        self.train = [song for song in songs if song.split == "train"]
        self.generator = new_generator(self.train, config)
        self.ema = Generator(self.generator.config)
        self.ema.load_state_dict(self.generator.state_dict())
        self.ema.eval()
        self.optimizer = torch.optim.AdamW(
            self.generator.parameters(),
            lr=config.learning_rate,
            betas=(0.9, 0.99),
            weight_decay=config.weight_decay,
        )
        self.code, self.data = self.generator.code, self.generator.config.sigma_data
        valid = [song for song in songs if song.split == "valid"] or self.train[:64]
        plain = replace(
            config, seed=config.seed + 1000, batch_songs=min(32, len(valid)), content_dropout=0.0
        )
        self.valid = draw_block(valid, 0, self.code, plain, self.data)[:4]
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / "state.pt").is_file():
            self._resume()

    def run(self, minutes: float = math.inf) -> None:
        """Train to the last step, saving at every report, or to the first report after minutes."""
        started, losses = time.perf_counter() - self.seconds, []
        until = time.perf_counter() + 60.0 * minutes
        batches: list[Batch] = []
        while self.step < self.config.steps:
            if not batches or self.step % BLOCK == 0:
                batches = draw_block(
                    self.train, self.step // BLOCK, self.code, self.config, self.data
                )
            losses.append(self._update(batches[self.step % BLOCK]))
            self.step += 1
            if self.step % REPORT_STEPS == 0 or self.step == self.config.steps:
                self.seconds = time.perf_counter() - started
                self._report(float(np.mean(losses)))
                losses.clear()
                if time.perf_counter() > until:
                    return

    def _update(self, batch: Batch) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.learning_rate * self._pace()
        loss = loss_of(self.generator, batch)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.generator.parameters(), self.config.gradient_clip)
        self.optimizer.step()
        decay = min(self.config.ema, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            averages, values = list(self.ema.parameters()), list(self.generator.parameters())
            for average, value in zip(averages, values, strict=True):
                average.lerp_(value, 1.0 - decay)
        return float(loss.detach())

    def _pace(self) -> float:
        """Share of the learning rate now: linear warm-up, then cosine to 2 %."""
        warm = min(1.0, (self.step + 1) / max(1, self.config.warmup_steps))
        return warm * (
            0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * self.step / max(1, self.config.steps)))
        )

    def valid_loss(self) -> float:
        """The moving average's loss on fixed batches of validation songs."""
        with torch.no_grad():
            return float(np.mean([float(loss_of(self.ema, batch)) for batch in self.valid]))

    def _report(self, loss: float) -> None:
        valid = self.valid_loss()
        log.info("step %d  %.0f s  loss %.4f  valid %.4f", self.step, self.seconds, loss, valid)
        curve = self.folder / "curve.csv"
        new = not curve.is_file()
        with curve.open("a", newline="") as opened:
            writer = csv.writer(opened)
            if new:
                writer.writerow(("step", "seconds", "train_loss", "valid_loss"))
            writer.writerow((self.step, round(self.seconds, 1), round(loss, 5), round(valid, 5)))
        self.ema.save(self.folder)
        state = {"generator": self.generator.state_dict(), "ema": self.ema.state_dict()}
        state |= {
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
        }
        torch.save(state | {"config": json.dumps(asdict(self.config))}, self.folder / "state.part")
        (self.folder / "state.part").replace(self.folder / "state.pt")

    def _resume(self) -> None:
        state = torch.load(self.folder / "state.pt", weights_only=True)
        before = json.loads(state["config"]) | {"steps": self.config.steps}  # may be changed
        if before != asdict(self.config):
            raise ValueError(
                f"{self.folder} holds a run with other settings: choose another --out, or delete it"
            )
        self.generator.load_state_dict(state["generator"])
        self.ema.load_state_dict(state["ema"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds = state["step"], state["seconds"]
        log.info("resumed at step %d", self.step)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the data, train, and with --ship copy the result into the package."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--songs", type=Path, default=Path("runs/songs"), help="folder of finetune.songs"
    )
    parser.add_argument(
        "--content", type=Path, default=Path("runs/content"), help="folder of finetune.encode"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("runs/megami"), help="weights, state and curve go here"
    )
    parser.add_argument("config", type=Path, nargs="?", default=Path(__file__).with_suffix(".yaml"))
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop after so many")
    parser.add_argument("--steps", type=int, default=None, help="instead of the file's steps")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads")
    parser.add_argument(
        "--ship", action="store_true", help="write the weights into the package at the end"
    )
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(options.threads)
    config = TrainingConfig.read(options.config)
    if options.steps is not None:
        config = replace(config, steps=options.steps)
    trainer = Trainer(read_songs(options.songs, options.content), config, options.out)
    count = sum(parameter.numel() for parameter in trainer.generator.parameters())
    log.info("%d songs to train on, %.2f M parameters", len(trainer.train), count / 1e6)
    trainer.run(options.minutes)
    if options.ship and trainer.step == config.steps:
        trainer.ema.save(WEIGHTS_FOLDER)
        log.info("weights written to %s", WEIGHTS_FOLDER)


if __name__ == "__main__":
    main()
