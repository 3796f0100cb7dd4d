"""What many songs cost, from what few songs cost: the arithmetic of finetune/SCALE.md.

One rule: processor time and storage come from manifests, so they were measured; GPU hours are
counted from operations at an assumed speed, and are said to be.
Run as: python -m finetune.scale runs/songs runs/content OUT [--songs 100000]
"""

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finetune.manifest import NAME

LORA_OPERATIONS = 4  # a parameter and token: forward 2, backward through frozen weights 2
PEAK_FLOPS = 989e12  # an H100 or H200 in bfloat16, dense, by its data sheet
USED = 0.3  # of the peak; assumed
SIZES = {"Qwen3-0.6B": 0.6e9, "Qwen3-1.7B": 1.7e9, "Qwen3-4B": 4.0e9}


@dataclass(frozen=True)
class Cost:
    """What one folder's work costs for so many songs."""

    work: str
    measured: int  # songs
    cpu_s: float  # a song
    megabytes: float  # a song
    cpu_hours: float  # in all
    gigabytes: float  # in all


def cost(manifest: Mapping[str, Any], songs: int) -> Cost:
    """Scale a manifest's times and bytes up, in proportion."""
    done = manifest["items"] - manifest["failed"]
    if done < 1:
        raise ValueError(f"no item of {manifest['work']} was made: there is nothing to go by")
    cpu_s, size = manifest["times"]["cpu_s"] / done, manifest["bytes"] / done
    return Cost(manifest["work"], done, cpu_s, size / 1e6, songs * cpu_s / 3600, songs * size / 1e9)


def lora_gpu_hours(examples: float, tokens: float, parameters: float) -> float:
    """Hours of one GPU to show a model of so many parameters examples of so many tokens once."""
    return examples * tokens * parameters * LORA_OPERATIONS / (PEAK_FLOPS * USED) / 3600


def main() -> None:
    parser = argparse.ArgumentParser(description="Scale measured costs up to many songs.")
    parser.add_argument("folders", type=Path, nargs="+", help="folders that hold manifest.json")
    parser.add_argument("--songs", type=int, default=100_000)
    parser.add_argument("--examples", type=float, default=47.0, help="shown a song, in training")
    parser.add_argument("--tokens", type=float, default=600.0, help="of an example")
    arguments = parser.parse_args()
    print(f"| {arguments.songs} songs | by | CPU s a song | MB a song | CPU hours | GB |")
    print("|---|---|---|---|---|---|")
    for folder in arguments.folders:
        path = folder / NAME
        if not path.exists():
            raise SystemExit(f"{folder} holds no {NAME}: it is written when all shards are done")
        one = cost(json.loads(path.read_text(encoding="utf-8")), arguments.songs)
        print(
            f"| {one.work} | {one.measured} songs | {one.cpu_s:.2f} | {one.megabytes:.3f} "
            f"| {one.cpu_hours:.0f} | {one.gigabytes:.1f} |"
        )
    for name, parameters in SIZES.items():
        examples = arguments.songs * arguments.examples
        hours = lora_gpu_hours(examples, arguments.tokens, parameters)
        print(f"{name}, LoRA, {examples:.3g} examples of {arguments.tokens:.0f} tokens: ", end="")
        print(f"{hours:.1f} GPU hours (counted, not measured)")


if __name__ == "__main__":
    main()
