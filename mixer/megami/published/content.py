"""Content embeddings at published size: LAION-CLAP's audio tower on one fixed 10 s window a track.

One rule: the same track gives the same embedding. The window is the loudest one, not a random one,
and no noise is added. The tower is transformers'; the laion-clap package is not needed.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import soxr
import torch
from torch import Tensor
from torch.nn import functional

from mixer.ear_front import log_mel

if TYPE_CHECKING:
    from transformers import ClapAudioModelWithProjection

RATE = 48_000
WINDOW_S = 10
WINDOW = WINDOW_S * RATE
LOWEST_HZ = 50.0
LEVEL_DB = -25.0
STEP_S = 0.1  # grid on which the loudest window is looked for
BATCH = 8
HTSAT_BASE: dict[str, Any] = {
    "hidden_size": 1024,
    "patch_embeds_hidden_size": 128,
    "depths": [2, 2, 12, 2],
    "num_attention_heads": [4, 8, 16, 32],
}


def build_tower(shape: Mapping[str, Any]) -> "ClapAudioModelWithProjection":
    """The tower with this shape (HTSAT_BASE as published), in eval mode."""
    from transformers import ClapAudioConfig, ClapAudioModelWithProjection

    return ClapAudioModelWithProjection(ClapAudioConfig(**shape)).eval().requires_grad_(False)


@torch.no_grad()
def embed(
    tower: "ClapAudioModelWithProjection", tracks: Sequence[np.ndarray], sample_rate: int
) -> Tensor:
    """Unit embeddings (N, 512) of mono tracks (samples,) each."""
    parts = []
    for first in range(0, len(tracks), BATCH):
        cuts = [window(track, sample_rate) for track in tracks[first : first + BATCH]]
        mel = log_mel(torch.from_numpy(np.stack(cuts)), LOWEST_HZ)
        parts.append(tower(input_features=mel.unsqueeze(1)).audio_embeds)
    return functional.normalize(torch.cat(parts), dim=-1)


def window(mono: np.ndarray, sample_rate: int) -> np.ndarray:
    """The loudest 10 s of a track, at 48 kHz and -25 dB RMS, float32 (480000,).

    Shorter tracks are repeated as often as they fit whole, then padded with silence.
    """
    length = WINDOW_S * sample_rate
    start = loudest_start(mono, length, round(STEP_S * sample_rate))
    cut = np.asarray(mono[start : start + length], np.float32)
    rms = float(np.sqrt(np.mean(np.square(cut, dtype=np.float64)))) if cut.size else 0.0
    if rms == 0.0:
        return np.zeros(WINDOW, np.float32)
    cut = cut * np.float32(10.0 ** (LEVEL_DB / 20.0) / rms)
    if sample_rate != RATE:
        cut = soxr.resample(cut, sample_rate, RATE, quality="HQ")
    cut = cut[:WINDOW]
    whole = np.zeros(WINDOW, np.float32)
    repeated = np.tile(cut, WINDOW // max(1, len(cut)))
    whole[: len(repeated)] = repeated
    return whole


def loudest_start(mono: np.ndarray, length: int, step: int) -> int:
    """First sample of the loudest stretch of a length, on a grid of steps; the first of equals."""
    if mono.shape[0] <= length:
        return 0
    power = np.concatenate(([0.0], np.cumsum(np.square(mono, dtype=np.float64))))
    starts = np.append(np.arange(0, mono.shape[0] - length, step), mono.shape[0] - length)
    return int(starts[(power[starts + length] - power[starts]).argmax()])
