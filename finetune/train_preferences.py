"""Train the listener on what its users preferred: direct preference optimisation (DPO).

One rule: the listener as it was is the reference, its log-probabilities computed once; weights are
written only if its judging of fixed scenes has moved less than the recipe allows. TRL's DPOTrainer
(1.16) is not used: its one way for more than text is images, and it scores completions token by
token, while a proposal of ours is read off 49 moves behind every stem.

    python -m finetune.train_preferences finetune/train_preferences.yaml \
        --pairs runs/preferences/pairs.jsonl --out runs/preferences/listener
"""

import argparse
import csv
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml

from assistant.hearing import GRID
from assistant.model.modeling import GainsayForConditionalGeneration
from assistant.model.processing import GainsayProcessor
from assistant.model.sentences import READER, TUNING, SentenceEncoder
from finetune.judgements import JudgingCollator
from finetune.preference_batches import (
    Asked,
    PairBatch,
    asked_of,
    asked_of_scene,
    batch_of,
    log_ratios,
    move_log_probs,
    preference_loss,
    read_pairs,
)
from finetune.preferences import Pair
from finetune.real_songs import RealSong, measure
from finetune.scenes import SongRecord, draw_scene
from mixer.balance import BalancePrior

SCENES, SCENES_SEED, SCENES_GENRE = 24, 11, "pop"
COLUMNS = ("epoch", "loss", "margin", "accuracy", "held_out_accuracy", "kl", "shift_db")
_GRID_DB = torch.from_numpy(GRID).float()


@dataclass(frozen=True)
class Recipe:
    """One training; unknown keys are refused."""

    seed: int = 0
    listener: str = "assistant/weights/listener"
    beta: float = 0.1
    learning_rate: float = 1e-4
    lora_rank: int = 8
    epochs: int = 6
    batch_size: int = 8
    held_out: float = 0.25
    most_shift_db: float = 0.5
    gradient_clip: float = 1.0


def read_recipe(file: Path) -> Recipe:
    """Read a yaml strictly."""
    values = yaml.safe_load(file.read_text())
    known = {field.name for field in fields(Recipe)}
    if unknown := sorted(set(values) - known):
        raise ValueError(f"{file}: unknown keys {unknown}; Recipe knows {sorted(known)}")
    return Recipe(**values)


@dataclass(frozen=True)
class Score:
    """Pairs whose chosen proposal gained on the rejected one; KL (nats a stem) to the reference."""

    accuracy: float
    margin: float
    kl: float


class PreferenceTrainer:
    """A listener, the pairs, and what it was like before."""

    def __init__(
        self,
        model: GainsayForConditionalGeneration,
        collate: JudgingCollator,
        recipe: Recipe,
        asked: Sequence[Asked],
        held_out: Sequence[Asked],
        scenes: Sequence[Asked],
    ):
        torch.manual_seed(recipe.seed)
        self.model, self.recipe = model, recipe
        size = recipe.batch_size
        # The batches stay as they are, so that the reference is that of the very same prompts.
        by_size = sorted(asked, key=lambda one: len(one.hearing.names))
        parts = [by_size[at : at + size] for at in range(0, len(by_size), size)]
        self.batches = [batch_of(part, collate) for part in parts]
        self.held_out = batch_of(held_out, collate) if held_out else None
        self.scenes = batch_of(scenes, collate) if scenes else None
        model.eval()  # no dropout: the loss begins at ln 2
        self.before = {id(b): self._log_p(b) for b in self._all()}
        self.trained = self._open(recipe)
        self.optimizer = torch.optim.AdamW(self.trained, recipe.learning_rate, weight_decay=0.0)

    def _all(self) -> list[PairBatch]:
        return [*self.batches, *(b for b in (self.held_out, self.scenes) if b is not None)]

    @torch.no_grad()
    def _log_p(self, batch: PairBatch) -> torch.Tensor:
        return move_log_probs(self.model, batch)

    def _open(self, recipe: Recipe) -> list[torch.nn.Parameter]:
        """Freeze all but the language model: low-rank changes of it, or all of its layers."""
        self.model.requires_grad_(False)
        inner: Any = self.model.model
        language = inner.language_model
        if recipe.lora_rank:
            from peft import LoraConfig, get_peft_model

            config = LoraConfig(
                r=recipe.lora_rank, lora_alpha=2 * recipe.lora_rank, target_modules="all-linear"
            )
            inner.language_model = get_peft_model(language, config)
            return [p for p in self.model.parameters() if p.requires_grad]
        words = {id(p) for p in language.get_input_embeddings().parameters()}
        opened = [p for p in language.parameters() if id(p) not in words]
        for parameter in opened:
            parameter.requires_grad_(True)
        return opened

    def losses(self, batch: PairBatch) -> tuple[torch.Tensor, torch.Tensor]:
        """Loss and margin of every pair of a batch."""
        ratios = log_ratios(move_log_probs(self.model, batch), batch)
        reference = log_ratios(self.before[id(batch)], batch)
        return preference_loss(ratios, reference, self.recipe.beta)

    def epoch(self, rng: np.random.Generator) -> tuple[float, Score]:
        """One pass over the pairs: mean loss, and how they score afterwards."""
        total, count = 0.0, 0
        for at in rng.permutation(len(self.batches)):
            batch = self.batches[int(at)]
            loss, _ = self.losses(batch)
            loss.mean().backward()
            torch.nn.utils.clip_grad_norm_(self.trained, self.recipe.gradient_clip)
            self.optimizer.step()
            self.optimizer.zero_grad()
            total, count = total + float(loss.detach().sum()), count + batch.count
        return total / count, self.score(self.batches)

    @torch.no_grad()
    def score(self, batches: Sequence[PairBatch]) -> Score:
        """Accuracy, margin and divergence over some batches."""
        margins = torch.cat([self.losses(batch)[1] for batch in batches])
        kl = torch.cat([self._divergence(batch) for batch in batches])
        right = (margins > 0.0).float() + 0.5 * (margins == 0.0).float()
        return Score(float(right.mean()), float(margins.mean()), float(kl.mean()))

    def _divergence(self, batch: PairBatch) -> torch.Tensor:
        log_p = self._log_p(batch)
        return (log_p.exp() * (log_p - self.before[id(batch)])).sum(-1)

    def shift_db(self) -> float:
        """How far the expected move of a stem in the fixed scenes has gone, on average."""
        if self.scenes is None:
            return 0.0
        now, before = self._log_p(self.scenes).exp(), self.before[id(self.scenes)].exp()
        return float(((now - before) @ _GRID_DB).abs().mean())

    def merged(self) -> GainsayForConditionalGeneration:
        """The listener as its own class again; it can be trained no further."""
        if self.recipe.lora_rank:
            inner: Any = self.model.model
            inner.language_model = inner.language_model.merge_and_unload()
        return self.model


def train(trainer: PreferenceTrainer, log: Path) -> list[dict[str, float]]:
    """Run the epochs; stops after one in which judging has moved too far, which the rows tell."""
    rng, rows = np.random.default_rng(trainer.recipe.seed), []
    with log.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for epoch in range(1, trainer.recipe.epochs + 1):
            loss, score = trainer.epoch(rng)
            held_out = trainer.score([trainer.held_out]) if trainer.held_out else None
            accuracy, kl = (held_out.accuracy, held_out.kl) if held_out else (np.nan, score.kl)
            values = (epoch, loss, score.margin, score.accuracy, accuracy, kl, trainer.shift_db())
            rows.append(dict(zip(COLUMNS, map(float, values), strict=True)))
            writer.writerow(rows[-1])
            file.flush()
            print(", ".join(f"{name} {value:.4g}" for name, value in rows[-1].items()), flush=True)
            if rows[-1]["shift_db"] > trainer.recipe.most_shift_db:
                break
    return rows


def split(pairs: Sequence[Pair], share: float, seed: int) -> tuple[list[Pair], list[Pair]]:
    """Pairs to train on and to test on; a session is in one of both only."""
    sessions = sorted({pair.session for pair in pairs})
    order = np.random.default_rng(seed).permutation(len(sessions))
    kept = {sessions[int(at)] for at in order[: round(share * len(sessions))]}
    return [p for p in pairs if p.session not in kept], [p for p in pairs if p.session in kept]


def fixed_scenes(song: RealSong, count: int = SCENES) -> list[Asked]:
    """The same drawn mixes of a song every time."""
    record = SongRecord(
        song.name, song.roles, song.names, SCENES_GENRE, "test", song.profile, song.hidden
    )
    rng, prior = np.random.default_rng(SCENES_SEED), BalancePrior.load()
    return [asked_of_scene(draw_scene(record, prior, rng, own_names=True)) for _ in range(count)]


def demo_song() -> RealSong:
    """The song that comes with the package."""
    from assistant.demo import song_folder
    from mixer.roles import roles_from_names
    from mixer.song import open_song

    song = open_song(song_folder())
    return measure(song, song.seconds, roles_from_names(song.names))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe", type=Path, help="yaml, as finetune/train_preferences.yaml")
    parser.add_argument("--pairs", type=Path, required=True, help="of finetune.preferences")
    parser.add_argument("--out", type=Path, required=True, help="a new folder for the listener")
    arguments = parser.parse_args()
    recipe = read_recipe(arguments.recipe)
    if arguments.out.exists():
        raise SystemExit(f"{arguments.out} is there already: choose another folder")
    folder = Path(recipe.listener)
    model = GainsayForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)
    processor = GainsayProcessor.from_pretrained(folder)
    collate = JudgingCollator(processor, SentenceEncoder.of(folder))
    pairs, songs = read_pairs(arguments.pairs)
    learned, tested = split(pairs, recipe.held_out, recipe.seed)
    if not learned:
        raise SystemExit(f"{len(pairs)} pairs of one session: more sessions or held_out: 0 needed")
    print(f"{len(learned)} pairs to learn from, {len(tested)} of other sessions to test on")
    asked = [[asked_of(pair, songs[pair.song]) for pair in some] for some in (learned, tested)]
    trainer = PreferenceTrainer(
        model, collate, recipe, asked[0], asked[1], fixed_scenes(demo_song())
    )
    arguments.out.mkdir(parents=True)
    last = train(trainer, arguments.out / "curve.csv")[-1]
    if last["shift_db"] > recipe.most_shift_db:
        raise SystemExit(
            f"judging has moved by {last['shift_db']:.2f} dB, {recipe.most_shift_db:g} dB are "
            "allowed: no weights are written (fewer epochs, or a lower learning rate)"
        )
    trainer.merged().save_pretrained(arguments.out / "model")
    processor.save_pretrained(arguments.out / "model")
    for name in (TUNING, READER):
        if (folder / name).is_file():
            shutil.copyfile(folder / name, arguments.out / "model" / name)
    print(f"the listener is in {arguments.out / 'model'}: evaluate it before it replaces another")


if __name__ == "__main__":
    main()
