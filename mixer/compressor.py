"""The compressor: one gain curve per stem for both channels, from a level read every 64 samples.

One rule: the threshold is set against the stem's own loudness, so its fader changes nothing here.
Numba and torchcomp would do the recursion below too, for 3 s of compiling before the first sound.
"""

import math

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx
from torch.nn import functional

from mixer.knobs import Knobs

HOP = 64  # samples per reading
WINDOW = 3  # readings in one RMS, centred: 4.4 ms at 44.1 kHz
KNEE_DB = 6.0
PIECE = 4096 * HOP  # samples worked on at once: what fits the cache is several times faster
_LUFS_OFFSET_DB = -0.691  # BS.1770, equation 2: a level in dB is read on the scale of loudness
_SMALLEST_POWER = 1e-12
_OUT_OF_REACH = 200.0


def gain_change(audio: Tensor, knobs: Knobs, loudness_lufs: Tensor, sample_rate: int) -> Tensor:
    """The compressor's gain minus 1 every HOP samples: (stems, readings), exactly 0 at rest.

    loudness_lufs (stems,) is what the threshold is set on; a stem without one (NaN) is left alone.
    No make-up gain: the console restores loudness.
    """
    threshold_lufs = loudness_lufs.nan_to_num(nan=_OUT_OF_REACH) + knobs.threshold_db
    over_db = level_db(audio) - threshold_lufs[:, None]
    target_db = -(1.0 - 1.0 / knobs.ratio)[:, None] * above_knee_db(over_db)
    readings_per_ms = sample_rate / HOP / 1000.0
    gain_db = follow(
        target_db,
        1.0 - torch.exp(-1.0 / (knobs.attack_ms * readings_per_ms)),
        1.0 - torch.exp(-1.0 / (knobs.release_ms * readings_per_ms)),
    )
    return torch.expm1(gain_db * (math.log(10.0) / 20.0))


def compress(audio: Tensor, change: Tensor, start: int) -> Tensor:
    """Apply a gain_change to audio (stems, 2, samples), which begins at sample start (n x HOP)."""
    first, readings = start // HOP, -(-audio.shape[-1] // HOP)
    # a reading more on both sides, so that a piece is as the same stretch of the whole
    around = functional.pad(change[:, None], (1, 1), mode="replicate")
    around = around[..., first : first + readings + 2]
    smooth = functional.interpolate(around, scale_factor=HOP, mode="linear")
    return audio + audio * smooth[..., HOP : HOP + audio.shape[-1]]


def level_db(audio: Tensor) -> Tensor:
    """RMS of both channels together every HOP samples: (stems, readings)."""
    powers = []
    for piece in audio.split(PIECE, -1):
        power = functional.pad(piece.square().sum(1), (0, -piece.shape[-1] % HOP))
        powers.append(functional.avg_pool1d(power[:, None], HOP, HOP))
    smooth = functional.avg_pool1d(
        torch.cat(powers, -1), WINDOW, 1, padding=WINDOW // 2, count_include_pad=False
    )
    return _LUFS_OFFSET_DB + 10.0 * (smooth[:, 0] + _SMALLEST_POWER).log10()


def above_knee_db(over_db: Tensor) -> Tensor:
    """How far a level stands above the threshold, rounded over the 6 dB around it."""
    inside = (over_db + KNEE_DB / 2.0).clamp(0.0, KNEE_DB)
    return inside.square() / (2.0 * KNEE_DB) + (over_db - KNEE_DB / 2.0).clamp(min=0.0)


def follow(target_db: Tensor, attack: Tensor, release: Tensor) -> Tensor:
    """Smooth a gain (stems, readings): y += c (x - y), c = attack where it falls, else release."""
    followed: Tensor = _Follow.apply(target_db, attack, release)  # type: ignore[assignment]
    return followed


class _Follow(torch.autograd.Function):
    """The recursion over readings in plain Python: 16 ms for three minutes of a stem."""

    @staticmethod
    def forward(ctx: FunctionCtx, target: Tensor, attack: Tensor, release: Tensor) -> Tensor:
        rows = zip(target.tolist(), attack.tolist(), release.tolist(), strict=True)
        followed = target.new_tensor([_recurse(*row) for row in rows])
        ctx.save_for_backward(target, followed, attack, release)
        return followed

    @staticmethod
    def backward(ctx: FunctionCtx, grad: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        target, followed, attack, release = ctx.saved_tensors  # type: ignore[attr-defined]
        before = functional.pad(followed[:, :-1], (1, 0))
        falling = target < before
        speed = torch.where(falling, attack[:, None], release[:, None])
        # the adjoint: e[n] = grad[n] + (1 - speed[n + 1]) e[n + 1]
        kept = functional.pad(1.0 - speed[:, 1:], (0, 1))
        rows = zip(grad.tolist(), kept.tolist(), strict=True)
        error = grad.new_tensor([_recurse_back(*row) for row in rows])
        by_speed = error * (target - before)
        zero = torch.zeros_like(by_speed)
        grad_attack = torch.where(falling, by_speed, zero).sum(1)
        return error * speed, grad_attack, torch.where(falling, zero, by_speed).sum(1)


def _recurse(target: list[float], attack: float, release: float) -> list[float]:
    state, followed = 0.0, []
    for value in target:
        state += (attack if value < state else release) * (value - state)
        followed.append(state)
    return followed


def _recurse_back(grad: list[float], kept: list[float]) -> list[float]:
    state, errors = 0.0, []
    for value, keep in zip(reversed(grad), reversed(kept), strict=True):
        state = value + keep * state
        errors.append(state)
    return errors[::-1]
