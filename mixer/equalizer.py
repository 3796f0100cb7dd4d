"""The equalizer: high pass, low shelf, three peaks, high shelf, as biquads of the RBJ cookbook.

One rule: every band is kept as its difference from doing nothing, so a flat band adds exactly 0 and
still has a gradient.
https://www.w3.org/TR/audio-eq-cookbook/
"""

import math
from typing import TypeAlias

import torch
from torch import Tensor

from mixer.convolution import convolve_each
from mixer.knobs import Knobs

LONGEST_RINGING_S = 0.3  # peak at 150 Hz, q 4, +12 dB: below -100 dB after 0.2 s
HIGH_PASS_OFF_HZ = 20.0
HIGH_PASS_FULL_HZ = 24.0  # between the two it is faded in
BUTTERWORTH_Q = 1.0 / math.sqrt(2.0)
_HIGHEST = 0.45  # of the sample rate: band centres stay below it

Biquad: TypeAlias = tuple[tuple[Tensor, Tensor, Tensor], tuple[Tensor, Tensor, Tensor]]


def high_pass(hz: Tensor, q: Tensor | float, sample_rate: int) -> Biquad:
    """Second-order high pass; q 0.7071 is Butterworth (-3 dB at hz)."""
    cosine, alpha = _angle(hz, q, sample_rate)
    edge = (1.0 + cosine) / 2.0
    return (edge, -2.0 * edge, edge), (1.0 + alpha, -2.0 * cosine, 1.0 - alpha)


def peak(hz: Tensor, gain_db: Tensor, q: Tensor | float, sample_rate: int) -> Biquad:
    """Bell: gain_db at hz, 0 dB far away."""
    cosine, alpha = _angle(hz, q, sample_rate)
    root = 10.0 ** (gain_db / 40.0)
    return (
        (1.0 + alpha * root, -2.0 * cosine, 1.0 - alpha * root),
        (1.0 + alpha / root, -2.0 * cosine, 1.0 - alpha / root),
    )


def shelf(hz: Tensor, gain_db: Tensor, sample_rate: int, side: int) -> Biquad:
    """Shelf of gain_db below hz (side -1) or above it (side 1), half of it in dB at hz."""
    cosine, alpha = _angle(hz, BUTTERWORTH_Q, sample_rate)
    root = 10.0 ** (gain_db / 40.0)
    slope = 2.0 * root.sqrt() * alpha
    up, down, turned = root + 1.0, root - 1.0, side * cosine
    b = (
        root * (up + down * turned + slope),
        root * -2.0 * side * (down + up * turned),
        root * (up + down * turned - slope),
    )
    a = (up - down * turned + slope, 2.0 * side * (down - up * turned), up - down * turned - slope)
    return b, a


def difference(biquad: Biquad, z: Tensor) -> Tensor:
    """Response minus 1 at z = exp(-jw) (bins,): (stems, bins). Exactly 0 where b equals a."""
    b, a = ([c[:, None] for c in side] for side in biquad)
    numerator = (b[0] - a[0]) + (b[1] - a[1]) * z + (b[2] - a[2]) * z * z
    return numerator / (a[0] + a[1] * z + a[2] * z * z)


def response_difference(knobs: Knobs, sample_rate: int, z: Tensor) -> Tensor:
    """The whole equalizer's response minus 1 at z: (stems, bins), complex128."""
    k = Knobs(*(knob.double() for knob in knobs))  # float32 loses 1 - cos(w0) at low frequencies
    faded = (k.high_pass_hz - HIGH_PASS_OFF_HZ) / (HIGH_PASS_FULL_HZ - HIGH_PASS_OFF_HZ)
    cut = difference(high_pass(k.high_pass_hz, BUTTERWORTH_Q, sample_rate), z)
    total = faded.clamp(0.0, 1.0)[:, None] * cut
    for biquad in (
        shelf(k.low_shelf_hz, k.low_shelf_db, sample_rate, side=-1),
        peak(k.peak1_hz, k.peak1_db, k.peak1_q, sample_rate),
        peak(k.peak2_hz, k.peak2_db, k.peak2_q, sample_rate),
        peak(k.peak3_hz, k.peak3_db, k.peak3_q, sample_rate),
        shelf(k.high_shelf_hz, k.high_shelf_db, sample_rate, side=1),
    ):
        band = difference(biquad, z)
        total = total + band + total * band  # (1 + total)(1 + band) - 1
    return total


def equalize(audio: Tensor, knobs: Knobs, sample_rate: int) -> Tensor:
    """Apply the equalizer to audio (stems, channels, samples)."""
    taps = 2 ** math.ceil(math.log2(LONGEST_RINGING_S * sample_rate))
    bins = torch.arange(taps // 2 + 1, device=audio.device, dtype=torch.float64)
    z = torch.polar(torch.ones_like(bins), -2.0 * math.pi / taps * bins)
    change = response_difference(knobs, sample_rate, z)
    if not torch.is_grad_enabled() and not change.abs().max() > 0.0:
        return audio
    return convolve_each(audio, torch.fft.irfft(change, taps).to(audio.dtype)).add_(audio)


def _angle(hz: Tensor, q: Tensor | float, sample_rate: int) -> tuple[Tensor, Tensor]:
    """cos(w0) and alpha of the cookbook."""
    omega = 2.0 * math.pi * hz.clamp(max=_HIGHEST * sample_rate) / sample_rate
    return omega.cos(), omega.sin() / (2.0 * q)
