"""The generator: a diffusion transformer over the effect embeddings of all tracks of a song.

One rule: key names, shapes and concatenation orders are those of the published checkpoint, in eval
mode. A track is 33 tokens of 64; which track and which token it is stands in one-hot numbers.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class DitConfig:
    """Shape of the network."""

    width: int = 512
    depth: int = 16
    head_width: int = 32
    latent: int = 64
    positions: int = 50  # token numbers that the one-hot can tell apart; a track uses 33
    slots: int = 14  # tracks that the one-hot can tell apart; further tracks share numbers
    inner: int = 2048
    frequencies: int = 128

    def __post_init__(self) -> None:
        heads, content_heads = self.width // self.head_width, self.token_size // self.head_width
        if heads % content_heads or not heads:
            raise ValueError(
                f"width {self.width} has {heads} heads: a multiple of the contents' "
                f"{content_heads} is needed"
            )

    @property
    def token_size(self) -> int:
        """Numbers in a token with its two one-hots."""
        return self.latent + self.positions + self.slots

    @classmethod
    def of(cls, weights: Mapping[str, Tensor]) -> "DitConfig":
        """The shape that a state dict has; the split of the one-hots is the published one."""
        prefix = "transformer.layers."
        depth = 1 + max(int(key.split(".")[2]) for key in weights if key.startswith(prefix))
        width, token_size = weights["transformer.project_in.weight"].shape
        latent = weights["preprocess_conv.weight"].shape[0]
        slots = token_size - latent - cls.positions
        inner = weights[f"{prefix}0.ff.ff.2.weight"].shape[1]
        frequencies = weights["timestep_features.weight"].shape[0]
        return cls(width, depth, 32, latent, cls.positions, slots, inner, frequencies)


class Norm(nn.Module):
    """Layer norm with a gain; its offset is a buffer of zeros that the checkpoint carries."""

    beta: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(width))
        self.register_buffer("beta", torch.zeros(width))

    def forward(self, tokens: Tensor) -> Tensor:
        return functional.layer_norm(tokens, tokens.shape[-1:], self.gamma, self.beta)


class SelfAttention(nn.Module):
    """Every token of every track sees every other."""

    def __init__(self, width: int, head_width: int) -> None:
        super().__init__()
        self.head_width = head_width
        self.to_qkv = nn.Linear(width, 3 * width, bias=False)
        self.to_out = nn.Linear(width, width, bias=False)

    def forward(self, tokens: Tensor, seen: Tensor | None) -> Tensor:
        """tokens (B, T, width); seen (B, 1, 1, T), False where a token is hidden and gets zeros."""
        heads = [_split(part, self.head_width) for part in self.to_qkv(tokens).chunk(3, dim=-1)]
        made = _join(functional.scaled_dot_product_attention(*heads, attn_mask=seen))
        made = self.to_out(made)
        return made if seen is None else made * seen[:, 0, 0].unsqueeze(-1)


class CrossAttention(nn.Module):
    """Tokens look at the contents; each head of contents serves several heads of tokens."""

    def __init__(self, width: int, content_size: int, head_width: int) -> None:
        super().__init__()
        self.head_width = head_width
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_kv = nn.Linear(content_size, 2 * content_size, bias=False)
        self.to_out = nn.Linear(width, width, bias=False)

    def forward(self, tokens: Tensor, content: Tensor, seen: Tensor | None) -> Tensor:
        """tokens (B, T, width), content (B, C, content_size), seen (B, 1, 1, C)."""
        query = _split(self.to_q(tokens), self.head_width)
        key, value = (
            _split(part, self.head_width) for part in self.to_kv(content).chunk(2, dim=-1)
        )
        share = query.shape[1] // key.shape[1]
        key, value = (part.repeat_interleave(share, dim=1) for part in (key, value))
        return self.to_out(
            _join(functional.scaled_dot_product_attention(query, key, value, attn_mask=seen))
        )


class Gated(nn.Module):
    """A linear layer whose first half is the value and whose second half is its SiLU gate."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.proj = nn.Linear(width, 2 * inner)

    def forward(self, tokens: Tensor) -> Tensor:
        value, gate = self.proj(tokens).chunk(2, dim=-1)
        return value * functional.silu(gate)


class FeedForward(nn.Module):
    """Gated layer and back; `ff.1` is a place without weights in the published layout."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.ff = nn.Sequential(Gated(width, inner), nn.Identity(), nn.Linear(inner, width))

    def forward(self, tokens: Tensor) -> Tensor:
        return self.ff(tokens)


class Layer(nn.Module):
    """Self-attention, cross-attention to the contents, feed-forward: each normed and added."""

    def __init__(self, config: DitConfig) -> None:
        super().__init__()
        width = config.width
        self.pre_norm, self.cross_attend_norm, self.ff_norm = Norm(width), Norm(width), Norm(width)
        self.self_attn = SelfAttention(width, config.head_width)
        self.cross_attn = CrossAttention(width, config.token_size, config.head_width)
        self.ff = FeedForward(width, config.inner)

    def forward(
        self, tokens: Tensor, content: Tensor, seen: Tensor | None, heard: Tensor | None
    ) -> Tensor:
        tokens = tokens + self.self_attn(self.pre_norm(tokens), seen)
        tokens = tokens + self.cross_attn(self.cross_attend_norm(tokens), content, heard)
        return tokens + self.ff(self.ff_norm(tokens))


class Transformer(nn.Module):
    """The layers between a projection in and one out."""

    def __init__(self, config: DitConfig) -> None:
        super().__init__()
        self.project_in = nn.Linear(config.token_size, config.width, bias=False)
        self.project_out = nn.Linear(config.width, config.latent, bias=False)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.depth))


class TimeFeatures(nn.Module):
    """Cosines and sines of the noise level at learned frequencies."""

    def __init__(self, frequencies: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(frequencies, 1))

    def forward(self, c_noise: Tensor) -> Tensor:
        angle = 2.0 * math.pi * c_noise @ self.weight.T
        return torch.cat((angle.cos(), angle.sin()), dim=-1)


class Dit(nn.Module):
    """What the noise conceals, for all tracks at once. 76,620,928 parameters at published size."""

    def __init__(self, config: DitConfig) -> None:
        super().__init__()
        self.config = config
        width, features = config.width, 2 * config.frequencies
        self.timestep_features = TimeFeatures(config.frequencies)
        self.to_timestep_embed = nn.Sequential(
            nn.Linear(features, width), nn.SiLU(), nn.Linear(width, width)
        )
        self.transformer = Transformer(config)
        self.preprocess_conv = nn.Conv1d(config.latent, config.latent, 1, bias=False)
        self.postprocess_conv = nn.Conv1d(config.latent, config.latent, 1, bias=False)

    @torch.no_grad()
    def forward(
        self, latent: Tensor, c_noise: Tensor, content: Tensor, present: Tensor | None = None
    ) -> Tensor:
        """The raw output (B, N, 64, 33); that of tracks that are not there means nothing.

        Args:
            latent: scaled noisy z, (B, N tracks, 64, 33 tokens).
            c_noise: (B, 1), ln(sigma) / 4.
            content: (B, N, 8 tokens, 64).
            present: (B, N), False for padding; None = all are there.
        """
        batch, tracks, channels, length = latent.shape
        tokens = latent.transpose(2, 3).reshape(batch * tracks, length, channels)
        tokens = tokens + _pointwise(self.preprocess_conv, tokens)
        tokens = self._placed(tokens.view(batch, tracks, length, channels))
        content = self._placed(content)
        tokens = self.transformer.project_in(tokens.flatten(1, 2))
        time = self.to_timestep_embed(self.timestep_features(c_noise)).unsqueeze(1)
        tokens = torch.cat((time, tokens), dim=1)
        seen, heard = _masks(present, length, content.shape[2])
        for layer in self.transformer.layers:
            tokens = layer(tokens, content.flatten(1, 2), seen, heard)
        made = self.transformer.project_out(tokens[:, 1:])
        made = (made + _pointwise(self.postprocess_conv, made)).view(
            batch, tracks, length, channels
        )
        return made.transpose(2, 3)

    def _placed(self, tokens: Tensor) -> Tensor:
        """Tokens (B, N, T, size) with the one-hots of token number and track slot after them."""
        batch, tracks, length, _ = tokens.shape
        config = self.config
        position = torch.eye(config.positions)[torch.arange(length)]
        slot = torch.eye(config.slots)[torch.arange(tracks) % config.slots]
        position = position.view(1, 1, length, -1).expand(batch, tracks, -1, -1)
        slot = slot.view(1, tracks, 1, -1).expand(batch, -1, length, -1)
        return torch.cat((tokens, position, slot), dim=-1)


def _pointwise(convolution: nn.Conv1d, tokens: Tensor) -> Tensor:
    """A 1x1 convolution on channels-last tokens."""
    return functional.linear(tokens, convolution.weight.squeeze(-1))


def _masks(
    present: Tensor | None, tokens: int, contents: int
) -> tuple[Tensor | None, Tensor | None]:
    """Which tokens (the time token is always there) and which contents may be seen."""
    if present is None:
        return None, None
    seen = functional.pad(present.repeat_interleave(tokens, dim=1), (1, 0), value=True)
    return seen[:, None, None], present.repeat_interleave(contents, dim=1)[:, None, None]


def _split(tokens: Tensor, head_width: int) -> Tensor:
    return tokens.unflatten(-1, (-1, head_width)).transpose(1, 2)


def _join(heads: Tensor) -> Tensor:
    return heads.transpose(1, 2).flatten(2)
