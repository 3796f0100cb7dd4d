"""Where a stem sits between the speakers: pan and width.

One rule: pan 0 and width 1 leave a stem as it is, to the bit. A mono stem moves at constant power.
"""

import math

import torch
from torch import Tensor


def widen(audio: Tensor, width: Tensor) -> Tensor:
    """Scale the side signal of (stems, 2, samples) by width (stems,): 0 is mono."""
    extra = (width - 1.0)[:, None] * (audio[:, 0] - audio[:, 1]) / 2.0
    return audio + torch.stack([extra, -extra], 1)


def pan_gains(pan: Tensor) -> tuple[Tensor, Tensor]:
    """Left and right gain at pan (stems,) in -1..1: 1 each at the centre, squares sum to 2."""
    angle = pan * (math.pi / 4.0)
    return angle.cos() - angle.sin(), angle.cos() + angle.sin()


def place(audio: Tensor, pan: Tensor) -> Tensor:
    """Pan (stems, 2, samples): the far channel falls, and what it loses enters the near one.

    The mid moves at constant power; a stereo image narrows toward the side it goes to, unswapped.
    """
    left, right = pan_gains(pan)
    kept = torch.minimum(left, right)[:, None, None]
    moved = torch.stack([left, right], 1)[..., None] - kept
    return kept * audio + moved * audio.mean(1, keepdim=True)
