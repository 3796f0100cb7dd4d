"""How near each mixer comes to mixes by others, in sound: rendered songs and real ones.

One rule: every system decides for the same songs and plays through the same console; the summed
distance is the energy score, a proper score, so neither one take nor wild takes are favoured.
Run: python -m finetune.evaluate mixer --songs runs/songs [--real DIR] [--regression DIR]
"""

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from finetune.mix_faults import Faults, find_faults
from finetune.mix_features import (
    GROUPS,
    describe,
    energy_score,
    frechet_distance,
    kernel_distance,
    untrained_embedding,
)
from finetune.mix_songs import MixSong, StudioPlaces, real_songs, render, rendered_songs
from finetune.mix_systems import Deciders, System, systems
from finetune.voices import build_bank
from mixer.ear import Ear
from mixer.megami.generator import Generator
from mixer.megami.mixer import WEIGHTS

SMALLEST_SD_DB = 1.0  # trained ears hear about 1 dB: references that differ by less weigh no more
AXES = 8  # principal axes of the Frechet distance: as few as small sets of mixes bear


@dataclass
class Heard:
    """Of one system: features (takes, 37) and embeddings a song, faults, leads."""

    features: list[np.ndarray] = field(default_factory=list)
    embeddings: list[np.ndarray] = field(default_factory=list)
    faults: list[list[str]] = field(default_factory=list)
    leads_lu: list[float] = field(default_factory=list)


@dataclass
class Table:
    """Everything that was heard: references and systems, song by song."""

    groups: list[str] = field(default_factory=list)
    references: Heard = field(default_factory=Heard)
    systems: dict[str, Heard] = field(default_factory=dict)


def listen(songs: Iterable[MixSong], mixers: dict[str, System], takes: int, seed: int) -> Table:
    """Render and describe every take of every system; one song in memory at a time."""
    table = Table()
    for song in songs:
        rate = song.song.sample_rate
        table.groups.append(song.group)
        table.references.features.append(np.stack([describe(m, rate) for m in song.references]))
        table.references.embeddings.append(
            np.stack([untrained_embedding(m, rate) for m in song.references])
        )
        before = find_faults(song.song.audio, song.lead, rate)
        for name, system in mixers.items():
            heard = table.systems.setdefault(name, Heard())
            _hear(heard, song, system(song, takes, seed), before)
        print(".", end="", flush=True)
    print()
    return table


def _hear(heard: Heard, song: MixSong, drawn, before: Faults) -> None:
    features, embeddings = [], []
    for settings, gains_db in drawn:
        stems = render(song.song, settings, gains_db)
        mix = stems.sum(axis=0)
        features.append(describe(mix, song.song.sample_rate))
        embeddings.append(untrained_embedding(mix, song.song.sample_rate))
        faults = find_faults(stems, song.lead, song.song.sample_rate)
        heard.faults.append(faults.named(before))
        heard.leads_lu.append(faults.lead_lu)
    heard.features.append(np.stack(features))
    heard.embeddings.append(np.stack(embeddings))


def scores(heard: Heard, references: Heard, scale: np.ndarray) -> np.ndarray:
    """Energy score of each song and group, (songs, 5), in sd of the references."""
    return np.array(
        [
            _score(mine / scale, theirs / scale)
            for mine, theirs in zip(heard.features, references.features, strict=True)
        ]
    )


def _score(takes: np.ndarray, references: np.ndarray) -> list[float]:
    return [energy_score(takes[:, at], references[:, at]) for at in GROUPS.values()]


def spread(features: Sequence[np.ndarray], scale: np.ndarray) -> float:
    """Mean RMS distance between two mixes of one song, summed over groups; 0 for one mix."""
    found = []
    for mixes in features:
        count = len(mixes)
        pairs = [(a, b) for a in range(count) for b in range(a)]
        for one, other in pairs:
            apart = (mixes[one] - mixes[other]) / scale
            found.append(sum(np.sqrt(np.mean(apart[at] ** 2)) for at in GROUPS.values()))
    return float(np.mean(found)) if found else 0.0


def interval(
    difference: np.ndarray, groups: Sequence[str], rounds: int = 2000
) -> tuple[float, float]:
    """95 % interval of a mean over songs by bootstrap over groups of sections."""
    names = sorted(set(groups))
    sums = np.array([difference[[g == name for g in groups]].sum() for name in names])
    counts = np.array([sum(g == name for g in groups) for name in names])
    picks = np.random.default_rng(0).integers(len(names), size=(rounds, len(names)))
    means = sums[picks].sum(1) / counts[picks].sum(1)
    return tuple(np.percentile(means, (2.5, 97.5)))


def show(title: str, table: Table) -> None:
    """Print one table as Markdown."""
    pooled = np.concatenate(table.references.features)
    scale = np.maximum(pooled.std(0), SMALLEST_SD_DB)
    nets = np.concatenate(table.references.embeddings)
    net_scale = nets.std(0) + 1e-9
    print(f"\n{title}: {len(table.groups)} songs or sections of {len(set(table.groups))} songs\n")
    head = [*GROUPS, "sum", "over MEGAMI's", "KAD", "FD", "KAD net", "FD net", "spread", "faults"]
    print("| system | " + " | ".join(head) + " |\n|---|" + "---|" * len(head))
    ours = scores(table.systems["MEGAMI"], table.references, scale).sum(1)
    if all(len(mixes) > 2 for mixes in table.references.features):
        print(f"| engineers, each against the others |{_floor(table, scale)}")
    for name, heard in table.systems.items():
        each = scores(heard, table.references, scale)
        low, high = interval(each.sum(1) - ours, table.groups)
        mixes = np.concatenate(heard.features) / scale
        made = np.concatenate(heard.embeddings) / net_scale
        cells = [*(f"{value:.2f}" for value in each.mean(0)), f"{each.sum(1).mean():.2f}"]
        cells.append("" if name == "MEGAMI" else f"[{low:+.2f}, {high:+.2f}]")
        cells += [f"{kernel_distance(mixes, pooled / scale):.1f}"]
        cells += [f"{frechet_distance(mixes, pooled / scale, AXES):.2f}"]
        cells += [f"{kernel_distance(made, nets / net_scale):.1f}"]
        cells += [f"{frechet_distance(made, nets / net_scale, AXES):.1f}"]
        cells += [f"{spread(heard.features, scale):.2f}", _faults(heard)]
        print(f"| {name} | " + " | ".join(cells) + " |")


def _floor(table: Table, scale: np.ndarray) -> str:
    """What a system that were such an engineer itself would score."""
    found = []
    for mixes in table.references.features:
        for out in range(len(mixes)):
            others = np.delete(mixes, out, axis=0)
            found.append(_score(others / scale, mixes[out : out + 1] / scale))
    means = np.mean(found, axis=0)
    blank = " | ".join([""] * 5)
    return (
        " | ".join(f" {value:.2f}" for value in means)
        + f" | {means.sum():.2f} | {blank} | {spread(table.references.features, scale):.2f} | |"
    )


def _faults(heard: Heard) -> str:
    found = [fault for faults in heard.faults for fault in faults]
    kinds = ", ".join(f"{found.count(kind)} {kind}" for kind in sorted(set(found)))
    return f"{sum(bool(faults) for faults in heard.faults)}/{len(heard.faults)}" + (
        f" ({kinds})" if kinds else ""
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--songs", type=Path, help="folder of finetune.songs: its test songs")
    parser.add_argument("--real", type=Path, help="folder of real songs whose stems sum to the mix")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="MEGAMI's")
    parser.add_argument("--regression", type=Path, help="weights trained with that objective")
    parser.add_argument("--most-songs", type=int, default=40)
    parser.add_argument("--only-real", default="", help="names of real songs, comma separated")
    parser.add_argument("--sections", type=int, default=2, help="of each real song, at most")
    parser.add_argument("--only", nargs="*", help="MEGAMI, and systems whose name starts so")
    parser.add_argument("--engineers", type=int, default=3, help="reference mixes a rendered song")
    parser.add_argument("--takes", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--soundfonts", type=Path, default=Path("/usr/share/sounds/sf2"))
    parser.add_argument("--voices", type=Path, default=Path("runs/voices"))
    parser.add_argument("--one-shots", type=Path)
    parser.add_argument("--midi", type=Path)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    load = Generator.load
    deciders = Deciders(load(options.weights), options.regression and load(options.regression))
    wanted = ("",) if options.only is None else tuple(options.only)
    mixers = {
        name: system
        for name, system in systems(deciders).items()
        if name == "MEGAMI" or name.startswith(wanted)
    }
    ear, takes, seed = Ear.load(), options.takes, options.seed
    if options.songs:
        places = StudioPlaces(
            options.soundfonts, build_bank(options.voices), options.one_shots, options.midi
        )
        found = rendered_songs(options.songs, places, options.most_songs, options.engineers, ear)
        show("rendered, held out", listen(found, mixers, takes, seed))
    if options.real:
        only = tuple(filter(None, options.only_real.split(",")))
        for rough in (False, True):
            found = real_songs(options.real, rough, options.sections, ear, only)
            title = "real, faders and sound spoilt" if rough else "real, faders drawn"
            show(title, listen(found, mixers, takes, seed))


if __name__ == "__main__":
    main()
