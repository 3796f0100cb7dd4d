"""Train the ear: a small CLAP on rendered songs, so that the audio and the words of a stem meet.

One rule: a step is a function of (seed, step, files): a cut run goes on as if it had not stopped.
Run as: python -m finetune.train_ear finetune/train_ear.yaml --songs runs/songs --out runs/ear
"""

import argparse
import csv
import logging
import os
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional
from transformers import ClapModel, PreTrainedTokenizerFast

from finetune.ear_clips import Clips, Shelf, augment, draw_batch, load_clips
from finetune.ear_recipe import EarRecipe, export, new_model, read_recipe
from finetune.ear_words import role_phrases, train_tokenizer
from mixer.ear import embed_audio, embed_words
from mixer.roles import ROLES


def losses(
    model: ClapModel, tokenizer: PreTrainedTokenizerFast, clips: Clips, phrases: list[str]
) -> dict[str, torch.Tensor]:
    """The three contrastive losses of a batch whose pictures are augmented already."""
    count = len(clips.role)
    _, heard = embed_audio(model, torch.cat([clips.dry, clips.wet]))
    captions = sorted(
        set(clips.captions)
    )  # one row a caption: a clip is never its own twin's negative
    read = embed_words(model, tokenizer, captions + phrases)
    said, roles = read[: len(captions)], read[len(captions) :]
    target = torch.tensor([captions.index(caption) for caption in clips.captions]).repeat(2)
    scale, pair_scale = model.logit_scale_a.exp(), model.logit_scale_t.exp()
    to_text = functional.cross_entropy(scale * heard @ said.T, target, label_smoothing=0.05)
    to_audio = (scale * said @ heard.T).log_softmax(dim=-1)  # every clip with the caption is right
    belongs = functional.one_hot(target, len(captions)).T.float()
    to_audio = -((to_audio * belongs).sum(dim=1) / belongs.sum(dim=1)).mean()
    pairs = pair_scale * heard[:count] @ heard[count:].T
    same = torch.arange(count)
    pair = (functional.cross_entropy(pairs, same) + functional.cross_entropy(pairs.T, same)) / 2
    role = functional.cross_entropy(
        scale * heard @ roles.T, clips.role.repeat(2), label_smoothing=0.05
    )
    return {"caption": (to_text + to_audio) / 2, "pair": pair, "role": role}


def augmented(clips: Clips, rng: torch.Generator, share: float) -> Clips:
    """Augment both views of a batch, each by its own draw."""
    pictures = augment(torch.cat([clips.dry, clips.wet]), rng, share)
    return Clips(
        pictures[: len(clips.role)],
        pictures[len(clips.role) :],
        clips.role,
        clips.captions,
        clips.song,
    )


def learning_rate(recipe: EarRecipe, step: int) -> float:
    """Warm up, stay, then fall to zero."""
    falling = (recipe.steps - step) / max(1.0, recipe.decay_share * recipe.steps)
    return recipe.learning_rate * min(1.0, (step + 1) / recipe.warmup_steps, max(falling, 0.0))


@torch.no_grad()
def role_accuracy(
    model: ClapModel, tokenizer: PreTrainedTokenizerFast, clips: Clips
) -> tuple[float, float]:
    """Share of roles named rightly, dry and wet, by the first phrase of each role."""
    model.eval()
    phrases = embed_words(model, tokenizer, [f"the sound of {role}" for role in ROLES])
    right = [
        (embed_audio(model, mel)[1] @ phrases.T).argmax(dim=1) == clips.role
        for mel in (clips.dry, clips.wet)
    ]
    model.train()
    return float(right[0].float().mean()), float(right[1].float().mean())


class Training:
    """One run: model, optimiser, data and where it stands."""

    def __init__(self, recipe: EarRecipe, songs: Path, out: Path, recordings: Path | None) -> None:
        torch.manual_seed(recipe.seed)
        torch.set_num_threads(recipe.threads)
        self.recipe, self.out = recipe, out
        self.shelves = [Shelf(songs, "train")] + (
            [Shelf(recordings, "train")] if recordings else []
        )
        self.shares = (
            [1.0 - recipe.recordings_share, recipe.recordings_share] if recordings else [1.0]
        )
        self.valid = Shelf(songs, "valid")
        for shelf in (*self.shelves, self.valid):
            if not shelf.refresh():
                raise FileNotFoundError(
                    f"no {shelf.split} songs in {shelf.folder}: make them with finetune.songs first"
                )
        out.mkdir(parents=True, exist_ok=True)
        self.tokenizer = self._tokenizer(out / "model")
        self.model = new_model(recipe, len(self.tokenizer)).train()
        learned = [p for p in self.model.parameters() if p.requires_grad]
        decayed, others = [p for p in learned if p.ndim > 1], [p for p in learned if p.ndim <= 1]
        groups = [
            {"params": decayed, "weight_decay": recipe.weight_decay},
            {"params": others, "weight_decay": 0.0},
        ]
        self.optimiser = torch.optim.AdamW(groups, lr=recipe.learning_rate, betas=(0.9, 0.98))
        self.step = self._resume()

    def _tokenizer(self, folder: Path) -> PreTrainedTokenizerFast:
        """The run's tokenizer, made from the captions at hand when the run begins."""
        if not (folder / "tokenizer.json").exists():
            captions = [
                caption
                for shelf in self.shelves
                for song in shelf.songs
                for caption in song.captions
            ]
            train_tokenizer(captions, self.recipe.vocabulary).save_pretrained(folder)
        return PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)

    def _resume(self) -> int:
        """Go on from the checkpoint, if there is one; return the step to do next."""
        path = self.out / "checkpoint.pt"
        if not path.exists():
            return 0
        saved = torch.load(path, weights_only=True)
        self.model.load_state_dict(saved["model"])
        self.optimiser.load_state_dict(saved["optimiser"])
        logging.info("going on from step %d", saved["step"])
        return saved["step"]

    def take_step(self) -> dict[str, float]:
        """Draw, augment, learn; return the losses."""
        recipe = self.recipe
        numbers, chance = np.random.default_rng([recipe.seed, self.step]), torch.Generator()
        chance.manual_seed(recipe.seed * 1_000_003 + self.step)
        torch.manual_seed(recipe.seed * 1_000_003 + self.step)  # dropout
        clips = augmented(
            draw_batch(self.shelves, self.shares, recipe.clips, numbers),
            chance,
            recipe.augmented_share,
        )
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(recipe, self.step)
        with torch.autocast("cpu", torch.bfloat16, enabled=recipe.bf16):
            parts = losses(self.model, self.tokenizer, clips, role_phrases(numbers))
        total = (
            recipe.caption_weight * parts["caption"]
            + recipe.pair_weight * parts["pair"]
            + recipe.role_weight * parts["role"]
        )
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        with torch.no_grad():
            self.model.logit_scale_a.clamp_(0.0, 4.0)
            self.model.logit_scale_t.clamp_(0.0, 4.0)
        self.step += 1
        return {name: float(value.detach()) for name, value in parts.items()}

    def save(self) -> None:
        """Write the checkpoint, whole or not at all, and a copy that Ear.load reads."""
        part = self.out / "checkpoint.part"
        torch.save(
            {
                "model": self.model.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "step": self.step,
            },
            part,
        )
        os.replace(part, self.out / "checkpoint.pt")
        export(self.model, self.tokenizer, self.out / "model")

    def validate(self) -> tuple[float, float]:
        """Role accuracy, dry and wet, on the first songs of the valid split."""
        songs = self.valid.songs[: self.recipe.valid_songs]
        clips = load_clips(songs, [range(len(song.captions)) for song in songs])
        return role_accuracy(self.model, self.tokenizer, clips)

    def run(self) -> None:
        """Train to the last step, log the curve, leave a checkpoint on the way."""
        started_s = time.monotonic()
        sums: dict[str, float] = dict.fromkeys(("caption", "pair", "role"), 0.0)
        curve = self.out / "curve.csv"
        if not curve.exists():
            curve.write_text("step,seconds,songs,caption,pair,role,valid_dry,valid_wet\n")
        first = self.step
        while self.step < self.recipe.steps:
            if self.step % self.recipe.refresh_every == 0:
                self.shelves[0].refresh()
            for name, value in self.take_step().items():
                sums[name] += value
            if self.step % self.recipe.checkpoint_every == 0 or self.step == self.recipe.steps:
                done = max(1, self.step - max(first, self.step - self.recipe.checkpoint_every))
                self.save()
                row = [self.step, round(time.monotonic() - started_s), len(self.shelves[0].songs)]
                row += [round(value / done, 4) for value in sums.values()] + [
                    round(value, 4) for value in self.validate()
                ]
                with curve.open("a", newline="") as file:
                    csv.writer(file).writerow(row)
                logging.info(
                    "step %d, %d s, %d songs: caption %.3f, pair %.3f, role %.3f; "
                    "valid roles dry %.3f, wet %.3f",
                    *row,
                )
                sums = dict.fromkeys(sums, 0.0)


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the ear on cached songs.")
    parser.add_argument("recipe", type=Path, help="yaml of EarRecipe")
    parser.add_argument("--songs", type=Path, required=True, help="folder made by finetune.songs")
    parser.add_argument("--recordings", type=Path, help="folder made by finetune.recordings")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint, curve.csv and model/")
    parser.add_argument("--steps", type=int, help="instead of the recipe's")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    recipe = read_recipe(arguments.recipe)
    recipe = EarRecipe(**{**asdict(recipe), "steps": arguments.steps or recipe.steps})
    Training(recipe, arguments.songs, arguments.out, arguments.recordings).run()


if __name__ == "__main__":
    main()
