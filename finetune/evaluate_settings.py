"""Print how near MEGAMI's settings are to the engineer's on test songs, beside controls.

One rule: every system gives the same number of takes for the same songs, and the engineer's second
set of takes (the floor) is measured exactly like them.
Run: python -m finetune.evaluate settings --songs runs/songs --content runs/content
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import astuple, fields, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from finetune.line_ups import SongFacts, read_songs
from finetune.setting_metrics import COLUMNS, Row, Takes, measure
from mixer.console import INDEX, neutral_settings
from mixer.megami.code import COORDINATES
from mixer.megami.generator import Generator
from mixer.megami.mixer import WEIGHTS, Megami
from mixer.megami.sampling import integrate


def standardise(settings: np.ndarray, generator: Generator) -> np.ndarray:
    """Settings (..., 24) in units to coordinates with sd 1 over the engineer's mixes."""
    return generator.code.encode(torch.from_numpy(np.asarray(settings, np.float32))).numpy()


def engineer_takes(
    songs: Sequence[SongFacts], takes: int, generator: Generator, seed: int
) -> Takes:
    """The engineer's mixes of each song under as many tastes."""
    rng = np.random.default_rng(seed)
    return [
        standardise(np.stack([song.mixed(rng) for _ in range(takes)]), generator) for song in songs
    ]


def megami_takes(
    songs: Sequence[SongFacts], takes: int, generator: Generator, seed: int, **how
) -> Takes:
    """MEGAMI's takes; how: guidance, steps, second_order, alone (a stem is its own song)."""
    random = torch.Generator().manual_seed(seed)
    alone = how.pop("alone", False)
    found = []
    for song in songs:
        content = torch.from_numpy(song.contents(song.roles)).expand(takes, -1, -1)
        noise = torch.randn(*content.shape[:2], COORDINATES, generator=random)
        if alone:
            content, noise = (one.reshape(-1, 1, one.shape[-1]) for one in (content, noise))
        z = integrate(generator, content, torch.full_like(noise, torch.nan), noise, **how)
        settings = generator.code.decode(z).view(takes, -1, COORDINATES).numpy()
        found.append(standardise(settings, generator))
    return found


def regression_takes(
    songs: Sequence[SongFacts], takes: int, generator: Generator, seed: int
) -> Takes:
    """The expected settings given the contents, every time: what least squares leads to.

    At the highest noise level the EDM denoiser is that regression (nothing of z can be seen), from
    the same network, data and training budget.
    """
    random = torch.Generator().manual_seed(seed)
    found = []
    for song in songs:
        content = torch.from_numpy(song.contents(song.roles)).expand(16, -1, -1)
        high = torch.full((16,), generator.config.sigma_max)
        noise = high.view(-1, 1, 1) * torch.randn(*content.shape[:2], COORDINATES, generator=random)
        with torch.no_grad():
            mean: Tensor = generator(noise, high, content, torch.full_like(noise, torch.nan)).mean(
                0
            )
        settings = generator.code.decode(mean).numpy()
        found.append(np.repeat(standardise(settings, generator)[None], takes, axis=0))
    return found


def neutral_takes(songs: Sequence[SongFacts], takes: int, generator: Generator) -> Takes:
    """The untouched console."""
    return [
        np.repeat(
            standardise(neutral_settings(len(song.roles)).numpy(), generator)[None], takes, axis=0
        )
        for song in songs
    ]


def shuffled(songs: Sequence[SongFacts], seed: int) -> list[SongFacts]:
    """The same songs with the stems of other songs in their places."""
    rng = np.random.default_rng(seed)
    facts = np.concatenate([song.facts for song in songs])
    embedding = np.concatenate([song.embedding for song in songs])
    roles = [role for song in songs for role in song.roles]
    order = rng.permutation(len(roles))
    ends = np.cumsum([len(song.roles) for song in songs])
    dealt = []
    for song, end in zip(songs, ends, strict=True):
        rows = order[end - len(song.roles) : end]
        names = tuple(roles[row] for row in rows.tolist())
        dealt.append(replace(song, roles=names, facts=facts[rows], embedding=embedding[rows]))
    return dealt


def held_error(songs: Sequence[SongFacts], megami: Megami, seed: int = 0) -> float:
    """Largest change of a held setting over songs with half of all settings held (0 = exact)."""
    rng = np.random.default_rng(seed)
    worst = 0.0
    for song in songs:
        held = song.mixed(rng)
        held[rng.uniform(size=held.shape) < 0.5] = np.nan
        drawn = megami.sample(song.contents(song.roles), seed=seed, held=held, steps=4)[0]
        worst = max(worst, float(np.nanmax(np.abs(drawn - held))))
    return worst


def systems(
    generator: Generator, takes: int, seed: int
) -> dict[str, Callable[[Sequence[SongFacts]], Takes]]:
    """Every line of the table: a name and how its takes are made."""

    def megami(**how) -> Callable[[Sequence[SongFacts]], Takes]:
        return lambda songs: megami_takes(songs, takes, generator, seed, **how)

    return {
        "engineer again (floor)": lambda songs: engineer_takes(songs, takes, generator, seed + 1),
        "MEGAMI": megami(),
        "MEGAMI, 15 steps": megami(steps=15),
        "MEGAMI, 30 Euler steps": megami(second_order=False),
        "MEGAMI, guidance 1.5": megami(guidance=1.5),
        "MEGAMI, guidance 2": megami(guidance=2.0),
        "each stem alone": megami(alone=True),
        "contents shuffled": lambda songs: megami()(shuffled(songs, seed)),
        "regression (the mean)": lambda songs: regression_takes(songs, takes, generator, seed),
        "neutral console": lambda songs: neutral_takes(songs, takes, generator),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--songs", type=Path, default=Path("runs/songs"), help="folder of finetune.songs"
    )
    parser.add_argument(
        "--content", type=Path, default=Path("runs/content"), help="folder of finetune.encode"
    )
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="folder with config.json")
    parser.add_argument("--most-songs", type=int, default=80, help="test songs at most")
    parser.add_argument("--takes", type=int, default=8, help="takes a song")
    parser.add_argument("--only", nargs="*", default=None, help="systems whose name starts so")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    songs = read_songs(options.songs, options.content, split="test")[: options.most_songs]
    generator = Generator.load(options.weights)
    engineer = engineer_takes(songs, options.takes, generator, options.seed + 100)
    decay_scale = generator.config.code_scale[INDEX["decay_s"]]
    print(
        f"{len(songs)} test songs, {sum(len(song.roles) for song in songs)} stems, "
        f"{options.takes} takes each\n"
    )
    for name, meaning in COLUMNS.items():
        print(f"- {name}: {meaning}")
    names = [one.name for one in fields(Row)]
    print("\n| system | " + " | ".join(names) + " |\n|---|" + "---|" * len(names))
    truth = measure(songs, engineer, engineer, decay_scale)
    print("| engineer | " + " | ".join(f"{value:.3f}" for value in astuple(truth)) + " |")
    for name, make in systems(generator, options.takes, options.seed).items():
        if options.only and not name.startswith(tuple(options.only)):
            continue
        row = measure(songs, make(songs), engineer, decay_scale)
        print(
            f"| {name} | " + " | ".join(f"{value:.3f}" for value in astuple(row)) + " |", flush=True
        )
    print(f"\nlargest change of a held setting: {held_error(songs[:10], Megami(generator)):g}")


if __name__ == "__main__":
    main()
