"""Hold the published-size networks against vectors of their published originals, at any size.

One rule: shapes are read from the vectors' own weights. A folder has tcn, dit, adaptor and
dynamic_features .safetensors: `w.<key>` weights, `x.<name>` inputs, `y…` outputs.

Run: python -m mixer.megami.published.conformance DIR
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from mixer.megami.published import dynamics
from mixer.megami.published.adaptor import Adaptor
from mixer.megami.published.dit import Dit, DitConfig
from mixer.megami.published.tcn import Tcn, TcnConfig
from mixer.megami.published.tcn_fast import FastTcn

LIMIT = 1e-4
RATE = 44_100


def relative_error(ours: Tensor, theirs: Tensor) -> float:
    """Length of the difference over length of theirs."""
    return float((ours - theirs).norm() / theirs.norm().clamp(min=1e-12))


@torch.no_grad()
def _adaptor(vectors: Mapping[str, Tensor], weights: Mapping[str, Tensor]) -> dict[str, float]:
    network = Adaptor(weights["model.0.weight"].shape[0])
    network.load_state_dict(dict(weights))
    return {"adaptor": relative_error(network(vectors["x.clap"]), vectors["y"])}


@torch.no_grad()
def _dit(vectors: Mapping[str, Tensor], weights: Mapping[str, Tensor]) -> dict[str, float]:
    network = Dit(DitConfig.of(weights)).eval()
    network.load_state_dict(dict(weights))
    inputs = [vectors[f"x.{name}"] for name in ("latent", "c_noise", "content", "mask")]
    return {"dit": relative_error(network(*inputs), vectors["y"])}


@torch.no_grad()
def _tcn(vectors: Mapping[str, Tensor], weights: Mapping[str, Tensor]) -> dict[str, float]:
    network = Tcn(TcnConfig.of(weights)).eval()
    network.load_state_dict(dict(weights))
    audio, condition, theirs = vectors["x.audio"], vectors["x.cond"], vectors["y"]
    fast = FastTcn(network)
    quick = torch.stack([fast(a[0], c) for a, c in zip(audio, condition, strict=True)])
    plain = network(audio, condition)
    return {"tcn": relative_error(plain, theirs), "tcn, fast": relative_error(quick, theirs)}


def _dynamics(vectors: Mapping[str, Tensor], weights: Mapping[str, Tensor]) -> dict[str, float]:
    measured = dynamics.measure(vectors["x.audio"], RATE).as_tensor()
    decoded = dynamics.decode(vectors["y"])
    return {
        "dynamics, measured": relative_error(measured, _features(vectors, "y.")),
        "dynamics, code": relative_error(dynamics.encode(measured), vectors["y"]),
        "dynamics, decoded": relative_error(decoded, _features(vectors, "decoded.")),
    }


def _features(vectors: Mapping[str, Tensor], prefix: str) -> Tensor:
    names = ("log_rms", "crest", "log_spread", "stereo_width", "stereo_imbalance")
    parts = [vectors[prefix + name] for name in names]
    return torch.cat([part.reshape(part.shape[0], -1) for part in parts], dim=-1)


CHECKS: dict[str, Callable[[Mapping[str, Tensor], Mapping[str, Tensor]], dict[str, float]]] = {
    "adaptor": _adaptor,
    "dit": _dit,
    "tcn": _tcn,
    "dynamic_features": _dynamics,
}


def errors(folder: Path) -> dict[str, float]:
    """Relative error of every part that the folder has vectors of."""
    found: dict[str, float] = {}
    for name, measure in CHECKS.items():
        path = folder / f"{name}.safetensors"
        if path.is_file():
            vectors = load_file(path)
            weights = {key[2:]: value for key, value in vectors.items() if key.startswith("w.")}
            found |= measure(vectors, weights)
    if not found:
        raise FileNotFoundError(
            f"{folder} has none of {', '.join(f'{name}.safetensors' for name in CHECKS)}: "
            "name the folder with the vectors"
        )
    return found


def main() -> None:
    """Print every error; exit code 1 when one is above the limit, 2 without vectors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder with the vectors")
    try:
        found = errors(parser.parse_args().folder)
    except FileNotFoundError as error:
        print(f"conformance: {error}", file=sys.stderr)
        sys.exit(2)
    for name, error in found.items():
        print(f"{name}: {error:.1e}{'' if error <= LIMIT else f', above {LIMIT:g}'}")
    sys.exit(int(max(found.values()) > LIMIT))


if __name__ == "__main__":
    main()
