"""The console's 24 settings a stem: their limits, where they do nothing, and the way to z-space.

One rule: neutral settings are exact, and stay exact to the bit on the way to z-space and back.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor


@dataclass(frozen=True)
class Parameter:
    """One knob: its limits and where it does nothing. log: it travels by ratios."""

    name: str
    unit: str
    low: float
    high: float
    neutral: float
    log: bool = False


PARAMETERS: tuple[Parameter, ...] = (
    Parameter("level_db", "dB", -40.0, 12.0, -10.0),  # loudness of the stem minus that of the mix
    Parameter("pan", "", -1.0, 1.0, 0.0),
    Parameter("width", "", 0.0, 1.5, 1.0),
    Parameter("high_pass_hz", "Hz", 20.0, 400.0, 20.0, log=True),
    Parameter("low_shelf_hz", "Hz", 60.0, 300.0, 120.0, log=True),
    Parameter("low_shelf_db", "dB", -12.0, 12.0, 0.0),
    Parameter("peak1_hz", "Hz", 150.0, 800.0, 350.0, log=True),
    Parameter("peak1_db", "dB", -12.0, 12.0, 0.0),
    Parameter("peak1_q", "", 0.4, 4.0, 1.0, log=True),
    Parameter("peak2_hz", "Hz", 600.0, 3000.0, 1200.0, log=True),
    Parameter("peak2_db", "dB", -12.0, 12.0, 0.0),
    Parameter("peak2_q", "", 0.4, 4.0, 1.0, log=True),
    Parameter("peak3_hz", "Hz", 2000.0, 8000.0, 4000.0, log=True),
    Parameter("peak3_db", "dB", -12.0, 12.0, 0.0),
    Parameter("peak3_q", "", 0.4, 4.0, 1.0, log=True),
    Parameter("high_shelf_hz", "Hz", 4000.0, 14000.0, 9000.0, log=True),
    Parameter("high_shelf_db", "dB", -12.0, 12.0, 0.0),
    Parameter("threshold_db", "dB", -24.0, 12.0, 12.0),  # against the stem's own loudness
    Parameter("ratio", ":1", 1.0, 8.0, 1.0, log=True),
    Parameter("attack_ms", "ms", 1.0, 100.0, 15.0, log=True),
    Parameter("release_ms", "ms", 30.0, 600.0, 150.0, log=True),
    Parameter("send_db", "dB", -60.0, 0.0, -60.0),  # -60 is off
    Parameter("decay_s", "s", 0.2, 4.0, 1.2, log=True),
    Parameter("predelay_ms", "ms", 0.0, 80.0, 20.0),
)
EQ_BANDS = ("low_shelf", "peak1", "peak2", "peak3", "high_shelf")
INDEX: dict[str, int] = {parameter.name: at for at, parameter in enumerate(PARAMETERS)}


class Knobs(NamedTuple):
    """Settings by name, each (stems,); the fields are PARAMETERS in their order."""

    level_db: Tensor
    pan: Tensor
    width: Tensor
    high_pass_hz: Tensor
    low_shelf_hz: Tensor
    low_shelf_db: Tensor
    peak1_hz: Tensor
    peak1_db: Tensor
    peak1_q: Tensor
    peak2_hz: Tensor
    peak2_db: Tensor
    peak2_q: Tensor
    peak3_hz: Tensor
    peak3_db: Tensor
    peak3_q: Tensor
    high_shelf_hz: Tensor
    high_shelf_db: Tensor
    threshold_db: Tensor
    ratio: Tensor
    attack_ms: Tensor
    release_ms: Tensor
    send_db: Tensor
    decay_s: Tensor
    predelay_ms: Tensor


def knobs(settings: Tensor) -> Knobs:
    """Take settings (stems, 24) apart, each knob stopped at the ends of its travel."""
    ends = [
        torch.tensor([getattr(p, end) for p in PARAMETERS], dtype=torch.float64)
        for end in ("low", "high")
    ]
    low, high = (end.to(settings) for end in ends)
    return Knobs(*settings.clamp(low, high).unbind(-1))


def to_unit(settings: Tensor) -> Tensor:
    """Settings (..., 24) in units to z-space: each knob's travel becomes [-1, 1]. Not clipped."""
    low, high, log = _travel(settings.device)
    exact = settings.double()  # float64 inside, so that neutral comes back as neutral to the bit
    position = torch.where(log, exact.clamp(min=1e-9).log(), exact)
    return ((position - low) / (high - low) * 2.0 - 1.0).to(settings.dtype)


def from_unit(unit: Tensor) -> Tensor:
    """z-space (..., 24) to settings in units; goes on outside [-1, 1] (the console clips)."""
    low, high, log = _travel(unit.device)
    position = (unit.double() + 1.0) / 2.0 * (high - low) + low
    # exp only where it is used: a linear knob far out must not make an inf, whose gradient is NaN
    curved = torch.where(log, position, torch.zeros_like(position)).exp()
    return torch.where(log, curved, position).to(unit.dtype)


def neutral_settings(stems: int) -> Tensor:
    """Settings (stems, 24) that leave the audio untouched."""
    return torch.tensor([[p.neutral for p in PARAMETERS]], dtype=torch.float32).repeat(stems, 1)


def _travel(device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Ends of each knob's travel (24,), float64, in log units where the knob is logarithmic."""
    ends = [(math.log(p.low), math.log(p.high)) if p.log else (p.low, p.high) for p in PARAMETERS]
    low, high = torch.tensor(ends, dtype=torch.float64, device=device).T
    return low, high, torch.tensor([p.log for p in PARAMETERS], device=device)
