"""The folder of converted weights: its files, its sizes, and the networks built from it.

One rule: every tensor of a file is named and shaped as its network asks, or nothing is loaded.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from mixer.megami.generator import WeightsError
from mixer.megami.published.adaptor import CONTENT_SIZE, Adaptor
from mixer.megami.published.content import HTSAT_BASE, build_tower
from mixer.megami.published.dit import Dit, DitConfig
from mixer.megami.published.tcn import Tcn, TcnConfig

if TYPE_CHECKING:
    from transformers import ClapAudioModelWithProjection

CONFIG_FILE = "config.json"
FORMAT = "megami-published-1"
GENERATOR, PROCESSOR, ADAPTOR, CLAP, CURVE = (
    f"{name}.safetensors" for name in ("generator", "processor", "adaptor", "clap", "curve")
)
CURE = (
    "(convert the authors' checkpoints with python -m mixer.megami.published.convert "
    "--checkpoints DIR --out DIR, and give the folder it wrote)"
)


@dataclass(frozen=True)
class Sizes:
    """The shapes of all networks; the defaults are the published ones."""

    generator: DitConfig = DitConfig()
    processor: TcnConfig = TcnConfig()
    content_size: int = CONTENT_SIZE
    clap: dict[str, Any] = field(default_factory=lambda: dict(HTSAT_BASE))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Sizes":
        """What as_json() wrote."""
        generator, processor = DitConfig(**data["generator"]), TcnConfig(**data["processor"])
        return cls(generator, processor, data["content_size"], data["clap"])

    def as_json(self) -> dict[str, Any]:
        """For config.json."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Networks:
    """All that the mixer needs, in eval mode; curve (2049,) is FxNorm's target."""

    generator: Dit
    processor: Tcn
    adaptor: Adaptor
    clap: "ClapAudioModelWithProjection"
    curve: Tensor


def build(sizes: Sizes) -> dict[str, nn.Module]:
    """Empty networks by file name."""
    return {
        GENERATOR: Dit(sizes.generator),
        PROCESSOR: Tcn(sizes.processor),
        ADAPTOR: Adaptor(sizes.content_size),
        CLAP: build_tower(sizes.clap),
    }


def manifest(sizes: Sizes) -> dict[str, dict[str, tuple[int, ...]]]:
    """Names and shapes that every file must hold, by file name."""
    with torch.device("meta"):
        networks = build(sizes)
    return {
        file: {key: tuple(value.shape) for key, value in network.state_dict().items()}
        for file, network in networks.items()
    }


def check(what: str, weights: Mapping[str, Tensor], wanted: Mapping[str, tuple[int, ...]]) -> None:
    """Refuse weights whose names or shapes are not the wanted ones, and say which."""
    missing = sorted(set(wanted) - set(weights))
    unexpected = sorted(set(weights) - set(wanted))
    misshapen = [
        f"{key} {tuple(weights[key].shape)} in place of {shape}"
        for key, shape in wanted.items()
        if key in weights and tuple(weights[key].shape) != shape
    ]
    faults = [
        f"{len(names)} {kind}: {', '.join(names[:6])}{' …' if len(names) > 6 else ''}"
        for kind, names in (
            ("missing", missing),
            ("unexpected", unexpected),
            ("of another shape", misshapen),
        )
        if names
    ]
    if faults:
        raise WeightsError(
            f"{what} does not hold the published network ({'; '.join(faults)}): "
            "use the published checkpoint"
        )


def write(folder: Path, sizes: Sizes, weights: Mapping[str, Mapping[str, Tensor]]) -> None:
    """Write checked weights by file name, then the config: where it is, all is there."""
    for file, wanted in manifest(sizes).items():
        check(file, weights[file], wanted)
    folder.mkdir(parents=True, exist_ok=True)
    for file, tensors in weights.items():
        save_file(
            {key: value.contiguous().clone() for key, value in tensors.items()}, folder / file
        )
    config = {"format": FORMAT, **sizes.as_json()}
    (folder / CONFIG_FILE).write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def check_folder(folder: Path) -> None:
    """Refuse a folder that lacks one of the converted files."""
    absent = [
        name
        for name in (CONFIG_FILE, GENERATOR, PROCESSOR, ADAPTOR, CLAP, CURVE)
        if not (folder / name).is_file()
    ]
    if absent:
        raise WeightsError(f"{folder} has no {', no '.join(absent)}: it is not complete {CURE}")


def load(folder: Path) -> Networks:
    """Read a converted folder; WeightsError with the cure when something is amiss."""
    check_folder(folder)
    config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    if config.pop("format", None) != FORMAT:
        raise WeightsError(f"{folder / CONFIG_FILE} is not of the form {FORMAT} {CURE}")
    sizes = Sizes.from_json(config)
    networks: dict[str, Any] = build(sizes)
    for file, wanted in manifest(sizes).items():
        weights = load_file(folder / file)
        check(str(folder / file), weights, wanted)
        networks[file].load_state_dict({key: _full(value) for key, value in weights.items()})
        networks[file].eval().requires_grad_(False)
    return Networks(
        networks[GENERATOR],
        networks[PROCESSOR],
        networks[ADAPTOR],
        networks[CLAP],
        load_file(folder / CURVE)["curve"],
    )


def _full(value: Tensor) -> Tensor:
    return value.float() if value.is_floating_point() else value
