"""The effects processor: a dilated convolutional network from mono to stereo, conditioned by z.

One rule: key names, shapes and output are those of the published checkpoint in eval mode. This is
the plain form; tcn_fast.py computes the same several times faster.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class TcnConfig:
    """Shape of the network; block n has dilation 2^n."""

    width: int = 128
    depth: int = 14
    kernel: int = 15
    condition_size: int = 2112 + 512
    channels_in: int = 1
    channels_out: int = 2

    @property
    def receptive_field(self) -> int:
        """Samples of input that one sample of output depends on."""
        return 1 + (self.kernel - 1) * (2**self.depth - 1)

    @classmethod
    def of(cls, weights: Mapping[str, Tensor]) -> "TcnConfig":
        """The shape that a state dict has."""
        depth = 1 + max(int(key.split(".")[1]) for key in weights if key.startswith("blocks."))
        width, channels_in, kernel = weights["blocks.0.conv1.weight"].shape
        condition_size = weights["blocks.0.film.film_fc.weight"].shape[1]
        out = weights["output.weight"].shape[0]
        return cls(width, depth, kernel, condition_size, channels_in, out)


class Film(nn.Module):
    """A scale and a shift for every channel, from the conditioning."""

    def __init__(self, condition_size: int, width: int) -> None:
        super().__init__()
        self.film_fc = nn.Linear(condition_size, 2 * width)

    def forward(self, condition: Tensor) -> tuple[Tensor, Tensor]:
        """Conditioning (B, size) to scale and shift, (B, width, 1) each."""
        scale, shift = self.film_fc(condition).unsqueeze(-1).chunk(2, dim=1)
        return scale, shift


class TcnBlock(nn.Module):
    """Convolution, batch norm, leaky ReLU, FiLM, plus the input scaled channel by channel."""

    def __init__(self, config: TcnConfig, index: int) -> None:
        super().__init__()
        self.dilation = 2**index
        self.padding = (config.kernel - 1) // 2 * self.dilation
        channels_in = config.channels_in if index == 0 else config.width
        self.conv1 = nn.Conv1d(
            channels_in, config.width, config.kernel, dilation=self.dilation, bias=False
        )
        self.film = Film(config.condition_size, config.width)
        self.bn = nn.BatchNorm1d(config.width)
        self.res = nn.Conv1d(channels_in, config.width, 1, groups=channels_in, bias=False)

    def forward(self, audio: Tensor, condition: Tensor) -> Tensor:
        """audio (B, channels, samples), condition (B, size) to (B, width, samples)."""
        padded = functional.pad(audio, (self.padding, self.padding))
        heard = functional.leaky_relu(self.bn(self.conv1(padded)), LEAK)
        scale, shift = self.film(condition)
        return heard * scale + shift + self.res(audio)


class Tcn(nn.Module):
    """Mono in, stereo out, at most full scale. 12,610,434 parameters at published size."""

    def __init__(self, config: TcnConfig) -> None:
        super().__init__()
        self.config = config
        self.blocks = nn.ModuleList(TcnBlock(config, index) for index in range(config.depth))
        self.output = nn.Conv1d(config.width, config.channels_out, 1)

    def in_order(self) -> list[TcnBlock]:
        """The blocks in order, as what they are."""
        return [block for block in self.blocks if isinstance(block, TcnBlock)]

    @torch.no_grad()
    def forward(self, audio: Tensor, condition: Tensor) -> Tensor:
        """audio (B, 1, samples), condition (B, size) to (B, 2, samples) within -1..1."""
        for block in self.blocks:
            audio = block(audio, condition)
        return self.output(audio).clamp(-1.0, 1.0)


LEAK = 0.01  # slope of the leaky ReLU below zero
