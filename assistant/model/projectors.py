"""What brings a stem's content and level, and a user's words, into the language model's space.

One rule: levels are float32 from end to end, whatever the model is kept, served or quantised in.
"""

from typing import cast

import torch
from torch import nn
from transformers import ClapAudioConfig, PreTrainedConfig

from assistant.model.configuration import GainsayConfig


class Float32Linear(nn.Module):
    """A linear layer that computes in float32, whatever the model's type and autocast.

    In bf16 level features are rounded by 0.1 dB and more. It is no nn.Linear, since engines put
    their own layers in place of those, in the model's type or quantised.
    """

    def __init__(self, size_in: int, size_out: int):
        super().__init__()
        layer = nn.Linear(size_in, size_out)
        self.in_features, self.weight, self.bias = size_in, layer.weight, layer.bias

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        with torch.autocast(features.device.type, enabled=False):
            return nn.functional.linear(features.float(), self.weight.float(), self.bias.float())


class StemProjector(nn.Module):
    """Content (n, 8, tower) and level (n, 14) to tokens (n, 9, hidden): 8 content, 1 level."""

    def __init__(self, config: GainsayConfig):
        super().__init__()
        tower = cast(ClapAudioConfig, config.audio_config).hidden_size
        hidden = cast(PreTrainedConfig, config.text_config).hidden_size
        self.norm = nn.LayerNorm(tower)
        self.content_in = Float32Linear(tower, hidden)
        self.content_out = Float32Linear(hidden, hidden)
        self.slot = nn.Parameter(torch.zeros(config.content_tokens + 1, hidden))
        self.level_in = Float32Linear(config.level_features, config.level_hidden_size)
        self.level_content = Float32Linear(tower, config.level_hidden_size)
        self.level_mid = Float32Linear(config.level_hidden_size, config.level_hidden_size)
        self.level_out = Float32Linear(config.level_hidden_size, hidden)
        self.act = nn.GELU()

    def forward(self, content: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
        """All nine tokens of every stem."""
        level_token = self.level_token(content, level)
        return torch.cat([self.content_tokens(content), level_token[:, None]], dim=1)

    def content_tokens(self, content: torch.Tensor) -> torch.Tensor:
        """The first eight tokens (n, 8, hidden): what a stem is."""
        return self.content_out(self.act(self.content_in(self._normal(content)))) + self.slot[:-1]

    def level_token(self, content: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
        """The last token (n, hidden): how loud a stem is, by one who knows what it is."""
        what = self.level_content(self._normal(content).float().mean(dim=1))
        path = self.act(self.level_in(level) + what)
        return self.level_out(self.act(self.level_mid(path))) + self.slot[-1]

    def _normal(self, content: torch.Tensor) -> torch.Tensor:
        return self.norm(content.to(self.norm.weight.dtype))


class SentenceProjector(nn.Module):
    """Sentence vectors (n, 384) of unit length to tokens (n, hidden)."""

    def __init__(self, config: GainsayConfig):
        super().__init__()
        hidden = cast(PreTrainedConfig, config.text_config).hidden_size
        self.norm = nn.LayerNorm(config.sentence_features)
        self.inner = nn.Linear(config.sentence_features, 2 * hidden)
        self.outer = nn.Linear(2 * hidden, hidden)
        self.act = nn.GELU()

    def forward(self, sentences: torch.Tensor) -> torch.Tensor:
        normal = self.norm(sentences.to(self.norm.weight.dtype))
        return self.outer(self.act(self.inner(normal)))
