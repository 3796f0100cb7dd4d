"""The ear: a small CLAP (audio and text towers) that says what a stem is, never how loud it is.

One rule: stems are loudness-normalised before they are heard, and the towers stay in eval mode.
The same class loads a larger CLAP in transformers' form from its own folder.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from mixer.ear_front import FRAMES, MELS, WINDOW_S, excerpt, log_mel
from mixer.roles import ROLES, roles_from_names
from mixer.song import Song
from mixer.storage import each

if TYPE_CHECKING:
    from transformers import ClapModel, PreTrainedTokenizerBase

__all__ = [
    "EAR_DIR",
    "CONTENT_TOKENS",
    "Ear",
    "EarError",
    "EarResult",
    "FRONT_FILE",
    "excerpt",
    "log_mel",
    "window",
]

_Module = TypeVar("_Module", bound=nn.Module)

EAR_DIR = Path(__file__).parent / "weights" / "ear"
FRONT_FILE = "preprocessor_config.json"  # says where a larger CLAP's mel filters begin
CONTENT_TOKENS = 8
ROLE_TEMPLATES = ("the sound of {}", "a recording of {}", "{}")
BATCH = 16  # excerpts heard at once; bounds memory for songs of many stems
BLOCK_S = 0.5  # grid on which the window is chosen
ACTIVE_BELOW_LOUD_DB = 30.0  # a block this far under the stem's loud blocks counts as a pause


class EarError(ValueError):
    """The ear cannot load or was given the wrong thing: the message says got, needed and cure."""


@dataclass(frozen=True, eq=False)
class EarResult:
    """What was heard, float32 arrays in song order.

    hidden (stems, 8, 256), embedding (stems, 128) of length 1, role_probabilities (stems, 18) over
    ROLES. start_s: the common window; starts_s: per stem, as a stem that pauses there is heard
    where it plays.
    """

    hidden: np.ndarray
    embedding: np.ndarray
    role_probabilities: np.ndarray
    start_s: float
    starts_s: tuple[float, ...]

    @property
    def roles(self) -> tuple[str, ...]:
        """The likeliest role of each stem."""
        return tuple(ROLES[index] for index in self.role_probabilities.argmax(axis=1))


class FixedBatchNorm(nn.BatchNorm2d):
    """BatchNorm that always uses its stored statistics and keeps them, whatever train() says."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return functional.batch_norm(
            input, self.running_mean, self.running_var, self.weight, self.bias, False, 0.0, self.eps
        )


def fix_batch_norm(module: _Module) -> _Module:
    """Replace every BatchNorm2d inside a module by one that cannot drift; returns the module."""
    for name, child in module.named_children():
        if type(child) is nn.BatchNorm2d:
            fixed = FixedBatchNorm(child.num_features, eps=child.eps)
            fixed.load_state_dict(child.state_dict())
            setattr(module, name, fixed)
        else:
            fix_batch_norm(child)
    return module


def pool_content(last_hidden_state: torch.Tensor) -> torch.Tensor:
    """Pool the tower's map (batch, hidden, bands, times) to content tokens (batch, 8, hidden)."""
    over_time = functional.adaptive_avg_pool1d(last_hidden_state.mean(dim=2), CONTENT_TOKENS)
    return over_time.transpose(1, 2)


def embed_audio(model: "ClapModel", mel: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Hear log-mel (batch, 1001, 64): content (batch, 8, hidden), unit embedding (batch, 128)."""
    heard = model.audio_model(input_features=mel.unsqueeze(1))
    embedding = functional.normalize(model.audio_projection(heard.pooler_output), dim=-1)
    return pool_content(heard.last_hidden_state), embedding


def embed_words(
    model: "ClapModel", tokenizer: "PreTrainedTokenizerBase", texts: list[str]
) -> torch.Tensor:
    """Read texts through the text tower: unit embeddings (texts, 128)."""
    tokens = tokenizer(texts, padding=True, truncation=True, max_length=64, return_tensors="pt")
    read = model.text_model(input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"])
    return functional.normalize(model.text_projection(read.pooler_output), dim=-1)


class Ear(nn.Module):
    """Audio and text in one space; hears content and roles. Always in eval mode, no gradients.

    lowest_hz: where its mel filters begin: 0, or 50 for the original LAION-CLAP (mixer/laion.py).
    """

    def __init__(
        self, model: "ClapModel", tokenizer: "PreTrainedTokenizerBase", lowest_hz: float = 0.0
    ) -> None:
        super().__init__()
        self.lowest_hz = lowest_hz
        self.model = model.eval().requires_grad_(False)
        fix_batch_norm(self.model)
        self.tokenizer = tokenizer
        self._role_words = self._read_roles()

    @classmethod
    def load(cls, folder: Path | str | None = None) -> "Ear":
        """Load the shipped ear, or any CLAP of transformers from a folder with its tokenizer."""
        return _load(str(folder or EAR_DIR))

    def train(self, mode: bool = True) -> "Ear":
        """Stay in eval mode: a larger model that embeds the ear may be trained, the ear is not."""
        return super().train(False)

    def picture(self, mono48k: torch.Tensor) -> torch.Tensor:
        """Log-mel pictures (..., 1001, 64) as this ear sees audio (..., 480000) at 48 kHz."""
        return log_mel(mono48k, self.lowest_hz)

    @torch.no_grad()
    def hidden(self, mel: torch.Tensor) -> torch.Tensor:
        """Content tokens (batch, 8, hidden) of log-mel pictures (batch, 1001, 64)."""
        return self.listen(mel)[0]

    @torch.no_grad()
    def embed(self, mel: torch.Tensor) -> torch.Tensor:
        """Embeddings (batch, 128) of length 1 of log-mel pictures (batch, 1001, 64)."""
        return self.listen(mel)[1]

    @torch.no_grad()
    def embed_text(self, texts: list[str]) -> torch.Tensor:
        """Embeddings (texts, 128) of length 1 of descriptions, lower-cased."""
        return embed_words(self.model, self.tokenizer, [text.lower() for text in texts])

    @torch.no_grad()
    def roles(self, mel: torch.Tensor) -> torch.Tensor:
        """Probability of each role, (batch, 18) over ROLES, of log-mel (batch, 1001, 64)."""
        return self.role_probabilities(self.embed(mel))

    @torch.no_grad()
    def listen(self, mel: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Content tokens and embeddings of log-mel pictures (batch, 1001, 64) in one pass."""
        if mel.ndim != 3 or tuple(mel.shape[1:]) != (FRAMES, MELS):
            raise EarError(
                f"got log-mel of shape {tuple(mel.shape)}, "
                f"need (batch, {FRAMES}, {MELS}): use log_mel()"
            )
        parts = [embed_audio(self.model, part.float()) for part in mel.split(BATCH)]
        return torch.cat([hidden for hidden, _ in parts]), torch.cat([unit for _, unit in parts])

    def role_probabilities(self, embedding: torch.Tensor) -> torch.Tensor:
        """Probability of each role, (batch, 18), of embeddings (batch, 128)."""
        return (self.model.logit_scale_a.exp() * embedding @ self._role_words.T).softmax(dim=-1)

    @torch.no_grad()
    def roles_of_content(self, hidden: np.ndarray) -> np.ndarray:
        """Probability of each role, (stems, 18), of content (stems, 8, hidden) of this very ear."""
        pooled = torch.from_numpy(np.asarray(hidden, np.float32)).mean(dim=1)
        embedding = functional.normalize(self.model.audio_projection(pooled), dim=-1)
        return self.role_probabilities(embedding).numpy()

    def hear(
        self, song: Song, content: Callable[[torch.Tensor], torch.Tensor] | None = None
    ) -> EarResult:
        """Hear every stem over the song's window; one that pauses there is heard where it plays.

        content: another tower, from log-mel (batch, 1001, 64) to what hidden is to be.
        """
        powers = block_powers(song.audio, song.sample_rate)
        common = _best_start(_active(_distinct(powers)))
        starts = [
            common if _plays_at(row, common) else _best_start(row[None]) for row in _active(powers)
        ]
        step = round(BLOCK_S * song.sample_rate)
        cuts = [
            excerpt(stem, song.sample_rate, start * step)
            for stem, start in zip(song.each(), starts, strict=True)
        ]
        parts = [
            self.picture(torch.from_numpy(np.stack(cuts[i : i + BATCH])))
            for i in range(0, len(cuts), BATCH)
        ]
        hidden, embedding = self.listen(torch.cat(parts))
        if content is not None:
            hidden = torch.cat([content(part) for part in parts])
        return EarResult(
            hidden.numpy(),
            embedding.numpy(),
            self.role_probabilities(embedding).numpy(),
            common * BLOCK_S,
            tuple(start * BLOCK_S for start in starts),
        )

    def _read_roles(self) -> torch.Tensor:
        """One unit embedding a role, (18, 128): the mean over the templates."""
        words = torch.stack(
            [
                self.embed_text([template.format(role) for role in ROLES])
                for template in ROLE_TEMPLATES
            ]
        )
        return functional.normalize(words.mean(dim=0), dim=-1)


def heard_as_named(names: Sequence[str], role_probabilities: np.ndarray) -> float:
    """How far an ear hears in stems what their names tell: the mean probability of these roles.

    1 where no name tells a role: there is nothing to doubt the ear by. role_probabilities: (stems,
    18) over ROLES.
    """
    told = [(stem, role) for stem, role in enumerate(roles_from_names(names)) if role]
    if not told:
        return 1.0
    return float(np.mean([role_probabilities[stem, ROLES.index(role)] for stem, role in told]))


def trust_in_content(names: Sequence[str], hidden: np.ndarray) -> float:
    """The same of the shipped ear by its own content (stems, 8, hidden), where no song is open."""
    return heard_as_named(names, Ear.load().roles_of_content(hidden))


@lru_cache(maxsize=2)
def _load(folder: str) -> Ear:
    from transformers import AutoTokenizer, ClapModel

    if not (Path(folder) / "config.json").is_file():
        raise EarError(
            f"no ear in {folder}: need config.json and model.safetensors "
            "(train one with finetune.train_ear)"
        )
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    if len(tokenizer) < 100:  # an empty tokenizer comes back silently when its file is missing
        raise EarError(
            f"the tokenizer in {folder} has {len(tokenizer)} words, need over 100: "
            "its tokenizer.json is missing or broken"
        )
    model = ClapModel.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
    return Ear(model, tokenizer, _lowest_hz(Path(folder) / FRONT_FILE))


def _lowest_hz(front: Path) -> float:
    """Where the mel filters begin, as a folder says; 0 where it says nothing."""
    told = json.loads(front.read_text()) if front.is_file() else {}
    return float(told.get("frequency_min", 0.0))


def block_powers(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    """Mean square of half-second blocks, (stems, blocks), of audio (stems, channels, samples)."""
    step = round(BLOCK_S * sample_rate)
    blocks = max(1, -(-audio.shape[-1] // step))
    powers = np.zeros((audio.shape[0], blocks))
    for row, stem in zip(powers, each(audio), strict=True):
        for index in range(blocks):
            block = stem[:, index * step : (index + 1) * step]
            row[index] = np.square(block, dtype=np.float32).mean()
    return powers


def _distinct(powers: np.ndarray) -> np.ndarray:
    """The rows of (stems, blocks) that are no copy up to a gain of one before: such counts once."""
    shapes = powers / np.maximum(powers.sum(axis=1, keepdims=True), 1e-30)
    kept: list[int] = []
    for index, shape in enumerate(shapes):
        if not any(np.allclose(shape, shapes[other], rtol=1e-3, atol=0.0) for other in kept):
            kept.append(index)
    return powers[kept]


def _active(powers: np.ndarray) -> np.ndarray:
    """Which blocks a stem plays in, (stems, blocks) of bool, judged against its own loud blocks."""
    loud = np.percentile(powers, 95, axis=1, keepdims=True)
    loud = np.where(loud > 0, loud, powers.max(axis=1, keepdims=True))
    return (powers > loud * 10 ** (-ACTIVE_BELOW_LOUD_DB / 10)) & (powers > 0)


def _best_start(active: np.ndarray) -> int:
    """First block of the 10 s in which most stems play most; the earliest of equals."""
    length = round(WINDOW_S / BLOCK_S)
    if active.shape[1] <= length:
        return 0
    summed = np.concatenate([np.zeros((len(active), 1)), active.cumsum(axis=1)], axis=1)
    share = (summed[:, length:] - summed[:, :-length]) / length
    return int(
        np.sqrt(share).sum(axis=0).argmax()
    )  # the root prefers one more stem to a fuller one


def _plays_at(row: np.ndarray, start: int) -> bool:
    """Whether a stem plays for at least a second of the window."""
    return row[start : start + round(WINDOW_S / BLOCK_S)].sum() * BLOCK_S >= 1.0


def window(song: Song) -> int:
    """First sample of the 10 s in which most stems play."""
    powers = block_powers(song.audio, song.sample_rate)
    return _best_start(_active(_distinct(powers))) * round(BLOCK_S * song.sample_rate)
