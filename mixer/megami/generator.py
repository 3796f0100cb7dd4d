"""The generator: a transformer over the set of a song's stems that denoises their settings.

One rule: a stem is one token and no token knows its place, so another order of the stems gets the
same answer in that order. Preconditioning: Karras et al. 2022 (EDM, arXiv 2206.00364, table 1).
"""

import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from mixer.megami.code import COORDINATES, Code

CONFIG_FILE, WEIGHTS_FILE = "config.json", "model.safetensors"
HELD_LIMIT = 6.0  # a held value is shown to the network within this many standard deviations


class WeightsError(ValueError):
    """Weights that cannot be used: got, need and cure."""


@dataclass(frozen=True)
class GeneratorConfig:
    """Shape of the network, its noise range (in units of z) and the code's standardisation."""

    width: int = 192
    depth: int = 7
    heads: int = 6
    content_size: int = 164
    sigma_data: float = 1.0
    sigma_min: float = 0.005
    sigma_max: float = 20.0
    rho: float = 7.0
    code_shift: list[float] = field(default_factory=lambda: [0.0] * COORDINATES)
    code_scale: list[float] = field(default_factory=lambda: [1.0] * COORDINATES)


class Block(nn.Module):
    """Attention among a song's stems, then a two-layer net, both modulated by noise level."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.modulation = nn.Linear(width, 6 * width)
        self.qkv = nn.Linear(width, 3 * width)
        self.attended = nn.Linear(width, width)
        self.widen = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def forward(self, tokens: Tensor, time: Tensor, mask: Tensor | None) -> Tensor:
        """tokens (B, T, width), time (B, width), mask (B, 1, 1, T) True = may be seen."""
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = (
            self.modulation(functional.silu(time)).unsqueeze(1).chunk(6, dim=-1)
        )
        batch, length, width = tokens.shape
        qkv = self.qkv(self.norm(tokens) * (1 + scale_a) + shift_a)
        query, key, value = qkv.view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        tokens = tokens + gate_a * self.attended(seen.transpose(1, 2).reshape(batch, length, width))
        hidden = functional.gelu(
            self.widen(self.norm(tokens) * (1 + scale_m) + shift_m), approximate="tanh"
        )
        return tokens + gate_m * self.narrow(hidden)


class Generator(nn.Module):
    """D(z + noise; sigma | contents, held): the denoised coordinates of all stems of a song."""

    content_shift: Tensor
    content_scale: Tensor

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.from_coordinates = nn.Linear(3 * COORDINATES, width)
        self.from_content = nn.Linear(config.content_size, width)
        self.no_content = nn.Parameter(torch.zeros(width))
        self.song_token = nn.Parameter(torch.randn(width) * 0.02)  # lets attention count the stems
        self.time = nn.Sequential(nn.Linear(64, width), nn.SiLU(), nn.Linear(width, width))
        self.blocks = nn.ModuleList(Block(width, config.heads) for _ in range(config.depth))
        self.norm = nn.LayerNorm(width)
        self.to_coordinates = nn.Linear(width, COORDINATES)
        nn.init.zeros_(self.to_coordinates.weight)
        nn.init.zeros_(self.to_coordinates.bias)
        self.register_buffer("content_shift", torch.zeros(config.content_size))
        self.register_buffer("content_scale", torch.ones(config.content_size))
        frequencies = torch.exp(torch.linspace(math.log(0.25), math.log(16.0), 32))
        self.register_buffer("frequencies", frequencies, persistent=False)

    @property
    def code(self) -> Code:
        """How z and settings translate for these weights."""
        return Code(torch.tensor(self.config.code_shift), torch.tensor(self.config.code_scale))

    def forward(
        self,
        noisy: Tensor,
        sigma: Tensor,
        content: Tensor,
        held: Tensor,
        *,
        present: Tensor | None = None,
        content_known: Tensor | None = None,
    ) -> Tensor:
        """Denoise; held coordinates come back as they were given.

        Args:
            noisy: z plus noise, (B, S, 24). sigma: noise level of each song, (B,).
            content: what is known of each stem (contents.py), NaN = unknown, (B, S, content_size).
            held: z of held coordinates, NaN where free, (B, S, 24).
            present: (B, S) False for padding; None = all stems are there.
            content_known: (B,) False where contents are to be ignored; None = all known.
        """
        is_held = ~torch.isnan(held)
        given = torch.where(is_held, held, torch.zeros_like(held))
        c_skip, c_out, c_in = self.preconditioning(sigma.view(-1, 1, 1))
        shown = given.clamp(-HELD_LIMIT, HELD_LIMIT)
        coordinates = torch.cat(
            (torch.where(is_held, shown, noisy * c_in), is_held.float(), shown), dim=-1
        )
        raw = self._network(coordinates, sigma, content, present, content_known)
        return torch.where(is_held, given, c_skip * noisy + c_out * raw)

    def preconditioning(self, sigma: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """c_skip, c_out, c_in of EDM (table 1, column 'Ours')."""
        data = self.config.sigma_data
        total = (sigma**2 + data**2).sqrt()
        return data**2 / total**2, sigma * data / total, 1.0 / total

    def _network(self, coordinates, sigma, content, present, content_known) -> Tensor:
        batch, stems, _ = coordinates.shape
        about = self.from_content(
            ((content - self.content_shift) / self.content_scale).nan_to_num(nan=0.0)
        )
        if content_known is not None:
            about = torch.where(content_known.view(-1, 1, 1), about, self.no_content)
        tokens = self.from_coordinates(coordinates) + about
        tokens = torch.cat((self.song_token.expand(batch, 1, -1), tokens), dim=1)
        angle = (sigma.log() / 4.0).view(-1, 1) * self.frequencies
        time = self.time(torch.cat((angle.cos(), angle.sin()), dim=-1))
        mask = None
        if present is not None:
            mask = functional.pad(present, (1, 0), value=True).view(batch, 1, 1, stems + 1)
        for block in self.blocks:
            tokens = block(tokens, time, mask)
        return self.to_coordinates(self.norm(tokens[:, 1:]))

    def save(self, folder: Path) -> None:
        """Write config.json and model.safetensors (float16) into the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / CONFIG_FILE).write_text(json.dumps(asdict(self.config), indent=1) + "\n")
        save_file(
            {name: value.half().contiguous() for name, value in self.state_dict().items()},
            folder / WEIGHTS_FILE,
        )

    @classmethod
    def load(cls, folder: Path) -> "Generator":
        """Read what save() wrote; in eval mode, float32."""
        for file in (CONFIG_FILE, WEIGHTS_FILE):
            if not (folder / file).is_file():
                raise WeightsError(
                    f"{folder} has no {file}: MEGAMI needs its generator's weights "
                    "(reinstall gainsay, or train them with python -m finetune.train_megami)"
                )
        config = GeneratorConfig(**json.loads((folder / CONFIG_FILE).read_text()))
        generator = cls(config)
        generator.load_state_dict(
            {name: value.float() for name, value in load_file(folder / WEIGHTS_FILE).items()}
        )
        return generator.eval()
