"""Console settings as the generator sees them: standardised coordinates z, and the way back.

One rule: decode() stays inside every knob's travel, and what is nearly off is off.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from mixer.console import INDEX, PARAMETERS, from_unit, to_unit

COORDINATES = len(PARAMETERS)
GROUPS: dict[str, tuple[int, ...]] = {
    "level": (INDEX["level_db"],),
    "pan": (INDEX["pan"],),
    "width": (INDEX["width"],),
    "equaliser": tuple(range(INDEX["high_pass_hz"], INDEX["high_shelf_db"] + 1)),
    "compressor": tuple(range(INDEX["threshold_db"], INDEX["release_ms"] + 1)),
    "reverb": tuple(range(INDEX["send_db"], INDEX["predelay_ms"] + 1)),
}
SEND_OFF_BELOW_DB = -55.0
COMPRESSOR_OFF_ABOVE_DB = 8.0


@dataclass(frozen=True, eq=False)
class Code:
    """z = (unit - shift) / scale, one shift and scale a coordinate, (24,) float32 each."""

    shift: Tensor
    scale: Tensor

    @classmethod
    def fit(cls, settings: Tensor) -> "Code":
        """Standardise each coordinate over example settings (songs' stems, 24)."""
        unit = to_unit(settings.double())
        return cls(unit.mean(0).float(), unit.std(0).clamp(min=0.02).float())

    def encode(self, settings: Tensor) -> Tensor:
        """Settings (..., 24) in units to z, float32. NaN stays NaN."""
        return ((to_unit(settings.double()) - self.shift) / self.scale).float()

    def decode(self, z: Tensor) -> Tensor:
        """z (..., 24) to settings in units, float32: in range, and off where it is nearly off."""
        settings = from_unit((z.double() * self.scale + self.shift).clamp(-1.0, 1.0)).float()
        settings = torch.minimum(torch.maximum(settings, _ends("low")), _ends("high"))
        send = settings[..., INDEX["send_db"]]
        send[send < SEND_OFF_BELOW_DB] = PARAMETERS[INDEX["send_db"]].neutral
        idle = settings[..., INDEX["threshold_db"]] > COMPRESSOR_OFF_ABOVE_DB
        for name in ("threshold_db", "ratio"):
            settings[..., INDEX[name]][idle] = PARAMETERS[INDEX[name]].neutral
        return settings


def _ends(end: str) -> Tensor:
    return torch.tensor([getattr(parameter, end) for parameter in PARAMETERS], dtype=torch.float32)
