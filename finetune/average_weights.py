"""The mean of two listeners, or of their readers: what both learned is kept.

The second must be what the first went on from.

One rule: the two have the same tensors, and everything beside the weights is taken from the first.

    python -m finetune.average_weights LATER EARLIER --share 0.5 --out runs/listener_mean

After Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022 (WiSE-FT).
"""

import argparse
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

WEIGHTS = "model.safetensors"


def mean(
    later: Mapping[str, torch.Tensor], earlier: Mapping[str, torch.Tensor], share: float
) -> dict[str, torch.Tensor]:
    """The weighted mean of two sets of tensors, in the later one's type.

    Args:
        share: how much of the earlier one, 0 to 1.
    """
    unlike = sorted(set(later) ^ set(earlier)) + sorted(
        name for name in set(later) & set(earlier) if later[name].shape != earlier[name].shape
    )
    if unlike:
        raise ValueError(
            f"the two listeners differ in {len(unlike)} tensors ({', '.join(unlike[:3])}): "
            "only one that went on from the other can be averaged with it"
        )
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"a share of {share:g} was given: it must lie between 0 and 1")
    return {
        name: torch.lerp(kept.float(), earlier[name].float(), share).to(kept.dtype)
        for name, kept in later.items()
    }


def grown(
    earlier: Mapping[str, torch.Tensor],
    later: Mapping[str, torch.Tensor],
    known: Sequence[str],
    now: Sequence[str],
) -> dict[str, torch.Tensor]:
    """An earlier reader with the intents that came since, whose rows are the later one's.

    Args:
        known: the intents of the earlier one, in its order.
        now: those of the later one, all of these among them.
    """
    made = dict(earlier)
    for name in (name for name in later if name.startswith("head.") and known != now):
        made[name] = later[name].clone()
        made[name][[list(now).index(intent) for intent in known]] = earlier[name]
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("later", type=Path, help="folder of a listener")
    parser.add_argument("earlier", type=Path, help="folder of the one that it went on from")
    parser.add_argument("--share", type=float, default=0.5, help="of the earlier one, 0 to 1")
    parser.add_argument("--file", default=WEIGHTS, help="of each folder: reader.safetensors")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    files = [folder / options.file for folder in (options.later, options.earlier)]
    (later, earlier), told = [load_file(file) for file in files], []
    for file in files:
        with safe_open(file, "pt") as kept:
            told.append(kept.metadata() or {})
    now, known = (json.loads(facts.get("intents", "[]")) for facts in told)
    made = mean(later, grown(earlier, later, known, now), options.share)
    shutil.copytree(options.later, options.out, dirs_exist_ok=True)
    save_file(made, options.out / options.file, told[0])


if __name__ == "__main__":
    main()
