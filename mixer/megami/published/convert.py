"""Turn the authors' checkpoints into safetensors, once, for `--mixer megami-published`.

One rule: nothing that is in a pickle is run (checkpoints.py), and every tensor is checked against
the published shapes. The originals are only read. Their licence (CC BY-NC-SA 4.0 for MEGAMI's)
goes with the converted files.

Run: python -m mixer.megami.published.convert --checkpoints DIR --out DIR
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mixer.laion_names import from_laion
from mixer.megami.generator import WeightsError
from mixer.megami.published.checkpoints import CheckpointError, read_checkpoint, read_features
from mixer.megami.published.fxnorm import curve_of
from mixer.megami.published.weights import (
    ADAPTOR,
    CLAP,
    CONFIG_FILE,
    CURVE,
    GENERATOR,
    PROCESSOR,
    Sizes,
    check,
    manifest,
    write,
)

# File of ours: (file of the authors', which of its weights they use).
SOURCES = {
    GENERATOR: ("FxGenerator_public.pt", "ema"),
    PROCESSOR: ("FxProcessor_public.pt", "network"),
    ADAPTOR: ("CLAP_DA_public.pt", "network"),
}
CLAP_NAMES = (
    "music_audioset_epoch_15_esc_90.14.pt",
    "music_audioset_epoch_15_esc_90.14.patched.pt",
)
FEATURES = "features.npy"
CURVE_CLASS = "other"  # the authors give every track this class's spectrum, whatever it is


def convert(checkpoints: Path, out: Path, sizes: Sizes | None = None) -> None:
    """Read DIR of the authors' files and write a folder that weights.load() takes."""
    sizes = sizes or Sizes()
    if (out / CONFIG_FILE).exists():
        raise WeightsError(f"{out} holds converted weights already: choose another folder")
    wanted = manifest(sizes)
    converted: dict[str, Mapping[str, Tensor]] = {}
    for file, (name, part) in SOURCES.items():
        converted[file] = _part(checkpoints / name, part)
        check(name, converted[file], wanted[file])
    clap = _clap_path(checkpoints)
    weights = read_checkpoint(clap)
    converted[CLAP] = from_laion(_tensors(clap.name, weights.get("state_dict", weights)))
    check(clap.name, converted[CLAP], wanted[CLAP])
    converted[CURVE] = {"curve": target_curve(read_features(checkpoints / FEATURES))}
    write(out, sizes, converted)


def target_curve(features: Mapping[Any, Any]) -> Tensor:
    """FxNorm's target (2049,) out of the authors' features."""
    try:
        eq = np.asarray(features["eq"][CURVE_CLASS], dtype=np.float64)
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"{FEATURES} has no numbers under eq, {CURVE_CLASS}: the authors' file does"
        ) from error
    if eq.ndim != 1 or not np.isfinite(eq).all() or eq.min() < 0.0 or eq.max() == 0.0:
        raise CheckpointError(
            f"the curve under eq, {CURVE_CLASS} in {FEATURES} is of shape {eq.shape} with values "
            f"from {eq.min():g} to {eq.max():g}: finite magnitudes in one row are needed"
        )
    return curve_of(torch.from_numpy(eq))


def _part(path: Path, part: str) -> dict[str, Tensor]:
    """One of the state dicts in a checkpoint of the authors'."""
    found = read_checkpoint(path)
    if part not in found:
        raise CheckpointError(
            f"{path.name} holds {', '.join(map(str, found))}: {part} is needed "
            "(use the file of the authors' release)"
        )
    return _tensors(path.name, found[part])


def _tensors(name: str, weights: Any) -> dict[str, Tensor]:
    """A state dict whose values are all tensors."""
    if not isinstance(weights, Mapping):
        raise CheckpointError(f"{name} holds a {type(weights).__name__} for weights, not a dict")
    odd = [str(key) for key, value in weights.items() if not isinstance(value, Tensor)]
    if odd:
        raise CheckpointError(f"{name} holds no tensors under {', '.join(odd[:6])}")
    return {key: value.detach() for key, value in weights.items()}


def _clap_path(checkpoints: Path) -> Path:
    for name in CLAP_NAMES:
        if (checkpoints / name).is_file():
            return checkpoints / name
    raise CheckpointError(
        f"{checkpoints} has no {CLAP_NAMES[0]}: the content encoder is needed too "
        "(it is published as lukewys/laion_clap on the Hugging Face hub, CC0)"
    )


def main() -> None:
    """Convert, and say where the weights are; exit code 2 with a sentence when that cannot be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--checkpoints", type=Path, required=True, help="folder with the authors' files"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    options = parser.parse_args()
    try:
        convert(options.checkpoints, options.out)
    except (CheckpointError, WeightsError, OSError) as error:
        print(f"convert: {error}", file=sys.stderr)
        sys.exit(2)
    print(f"{options.out}: ready for gainsay mix --mixer megami-published --weights {options.out}")


if __name__ == "__main__":
    main()
