"""Eight numbers of a stereo segment's dynamics, and the 64-number code that carries them in z.

One rule: encode() and decode() are inverse for every segment that a mix can hold; what would turn
the code's phases around (silence, anti-phase) is clipped by within() first.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

CODE_SIZE = 64
FEATURES = 8
WINDOW_S, HOP_S = 0.4, 0.1
FLOOR_DB = -160.0  # what silence reads
LOWEST_RMS_DB = -60.0
WIDEST = 4.0
MOST_PHASE = 0.98 * math.pi

# In code order: RMS left and right, crest left and right, spread left and right, width, imbalance.
SHIFT = (-26.5, -26.5, 16.7, 16.7, -20.0, -20.0, 0.28, 0.0)
SCALE = (7.0, 7.0, 6.3, 6.3, 20.0, 20.0, 0.39, 0.35)
_LOWEST = (LOWEST_RMS_DB, LOWEST_RMS_DB, 0.0, 0.0, -80.0, -80.0, 0.0, -1.0)
_HIGHEST = (6.0, 6.0, 60.0, 60.0, 10.0, 10.0, WIDEST, 1.0)


@dataclass(frozen=True, eq=False)
class Dynamics:
    """Per segment: log_rms_db, crest_db, spread_db (..., 2) left and right; width, imbalance."""

    log_rms_db: Tensor
    crest_db: Tensor
    spread_db: Tensor
    width: Tensor
    imbalance: Tensor

    def as_tensor(self) -> Tensor:
        """All eight in code order, (..., 8)."""
        last = torch.stack((self.width, self.imbalance), dim=-1)
        return torch.cat((self.log_rms_db, self.crest_db, self.spread_db, last), dim=-1)

    @classmethod
    def from_tensor(cls, features: Tensor) -> "Dynamics":
        """Of features (..., 8) in code order."""
        rms, crest, spread = features[..., 0:2], features[..., 2:4], features[..., 4:6]
        return cls(rms, crest, spread, features[..., 6], features[..., 7])


def loudest_rms_db(audio: Tensor, sample_rate: int) -> Tensor:
    """RMS of the loudest 400 ms (hop 100 ms) of (..., samples), dBFS; (...), -160 for silence.

    Audio shorter than a window counts as one window.
    """
    size = min(round(WINDOW_S * sample_rate), audio.shape[-1])
    if size == 0:
        return torch.full(audio.shape[:-1], FLOOR_DB)
    power = audio.double().square().reshape(-1, 1, audio.shape[-1])
    windows = functional.avg_pool1d(power, size, round(HOP_S * sample_rate)).amax(dim=-1)
    return _decibels(windows.sqrt()).view(audio.shape[:-1]).to(audio.dtype)


def measure(audio: Tensor, sample_rate: int) -> Dynamics:
    """Read the eight features of stereo audio (..., 2, samples)."""
    log_rms_db = loudest_rms_db(audio, sample_rate)
    peak_db = _decibels(audio.abs().amax(dim=-1))
    rms_db = _decibels(audio.square().mean(dim=-1).sqrt())  # over all of it, unlike log_rms_db
    spread_db = _decibels(audio.abs()).mean(dim=-1) - rms_db
    left, right = audio.square().sum(dim=-1).unbind(dim=-1)
    side = (audio[..., 0, :] - audio[..., 1, :]).square().sum(dim=-1)
    middle = (audio[..., 0, :] + audio[..., 1, :]).square().sum(dim=-1)
    tiny = 1e-8
    return Dynamics(
        log_rms_db,
        peak_db - rms_db,
        spread_db,
        side / (middle + tiny),
        (right - left) / (right + left + tiny),
    )


def within(features: Tensor) -> Tensor:
    """Clip features (..., 8) to what the code can carry: RMS from -60 dB, width up to 4 …"""
    low = torch.tensor(_LOWEST, dtype=features.dtype)
    high = torch.tensor(_HIGHEST, dtype=features.dtype)
    clipped = torch.minimum(torch.maximum(features, low), high)
    # Each feature alone is in range now; together they can still turn a phase around.
    standard = _standard(clipped)
    phase = (standard @ projection().to(features.dtype)).abs().amax(dim=-1, keepdim=True)
    shrink = (MOST_PHASE / phase.clamp(min=1e-6)).clamp(max=1.0)
    return _units(standard * shrink)


def encode(features: Tensor) -> Tensor:
    """The unit-length code (..., 64) of features (..., 8)."""
    phase = _standard(features) @ projection().to(features.dtype)
    return math.sqrt(2.0 / CODE_SIZE) * torch.cat((phase.cos(), phase.sin()), dim=-1)


def decode(code: Tensor) -> Tensor:
    """Features (..., 8) of a code (..., 64) of any length: only its phases count."""
    cosine, sine = code.chunk(2, dim=-1)
    phase = torch.atan2(sine, cosine)
    return _units(phase @ inverse_projection().to(code.dtype))


@lru_cache(maxsize=1)
def projection() -> Tensor:
    """P (8, 32): 0.2 cos(pi (i + 1/2) (j + 1) / 32), rows nearly at right angles."""
    row = torch.arange(FEATURES, dtype=torch.float64).unsqueeze(1) + 0.5
    column = torch.arange(CODE_SIZE // 2, dtype=torch.float64).unsqueeze(0) + 1.0
    return 0.2 * torch.cos(math.pi * row * column / (CODE_SIZE // 2))


@lru_cache(maxsize=1)
def inverse_projection() -> Tensor:
    """The pseudo-inverse of P, (32, 8)."""
    return torch.linalg.pinv(projection())


def _standard(features: Tensor) -> Tensor:
    shift = torch.tensor(SHIFT, dtype=features.dtype)
    return (features - shift) / torch.tensor(SCALE, dtype=features.dtype)


def _units(standard: Tensor) -> Tensor:
    shift = torch.tensor(SHIFT, dtype=standard.dtype)
    return standard * torch.tensor(SCALE, dtype=standard.dtype) + shift


def _decibels(amplitude: Tensor) -> Tensor:
    return 20.0 * torch.log10(amplitude.clamp(min=10.0 ** (FLOOR_DB / 20.0)))
