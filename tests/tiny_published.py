"""The published-size MEGAMI at toy sizes, with random weights, none at a special value."""

from pathlib import Path

import torch
from torch import Tensor

from mixer.megami.published.dit import Dit, DitConfig
from mixer.megami.published.mixer import PublishedMegami
from mixer.megami.published.tcn import Tcn, TcnConfig
from mixer.megami.published.weights import CURVE, GENERATOR, PROCESSOR, Sizes, build, write

CLAP = {
    "hidden_size": 32,
    "patch_embeds_hidden_size": 16,
    "depths": [1, 1],
    "num_attention_heads": [2, 2],
    "spec_size": 256,
    "patch_stride": [4, 4],
    "projection_dim": 512,
}
SIZES = Sizes(
    generator=DitConfig(width=256, depth=2, inner=64, frequencies=8),
    processor=TcnConfig(width=8, depth=5),
    clap=CLAP,
)


def stir(tcn: Tcn) -> Tcn:
    """Give the batch norms of a processor statistics and gains as training would."""
    for block in tcn.in_order():
        bn = block.bn
        assert bn.running_mean is not None and bn.running_var is not None
        with torch.no_grad():
            bn.running_mean.normal_(std=0.1)
            bn.running_var.uniform_(0.5, 1.5)
            bn.weight.uniform_(0.5, 1.5)
            bn.bias.normal_(std=0.1)
    return tcn.eval().requires_grad_(False)


def stirred_dit(dit: Dit) -> Dit:
    """Weights so large that every branch of the generator is heard in its output."""
    with torch.no_grad():
        for weight in dit.parameters():
            if weight.ndim > 1:
                weight.normal_(std=1.5 / weight[0].numel() ** 0.5)
    return dit.eval().requires_grad_(False)


def random_weights(seed: int = 0) -> dict[str, dict[str, Tensor]]:
    """State dicts of all files at toy sizes, with a target curve that falls with frequency."""
    torch.manual_seed(seed)
    networks = build(SIZES)
    processor, generator = networks[PROCESSOR], networks[GENERATOR]
    assert isinstance(processor, Tcn) and isinstance(generator, Dit)
    stir(processor)
    stirred_dit(generator)
    weights = {file: dict(network.state_dict()) for file, network in networks.items()}
    return weights | {CURVE: {"curve": torch.linspace(1.0, 0.01, 2049)}}


def tiny_folder(folder: Path, seed: int = 0) -> Path:
    """Write a converted folder at toy sizes."""
    write(folder, SIZES, random_weights(seed))
    return folder


def tiny_megami(folder: Path) -> PublishedMegami:
    """The mixer on such a folder."""
    return PublishedMegami.load(tiny_folder(folder))
