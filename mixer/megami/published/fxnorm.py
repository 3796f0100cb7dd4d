"""FxNorm: every track gets the same long-term spectrum and level before the effects processor.

One rule: one filter and one gain for the whole track, never block by block. The spectrum to reach
is the authors' curve from the converted weights; it has no substitute, the processor was trained
on it.
"""

from functools import lru_cache

import torch
from torch import Tensor

from mixer.megami.published.dynamics import loudest_rms_db

RATE = 44_100
FFT, WINDOW, HOP = 4096, 2048, 1024
BINS = FFT // 2 + 1
MOST_BOOST = 100.0  # +40 dB
LEVEL_DB = -16.0
SILENCE_DB = -150.0


def normalise(mono: Tensor, curve: Tensor) -> Tensor:
    """Equalise a track (samples,) at 44.1 kHz to the curve (2049,) and set its level.

    Its loudest 400 ms come to -16 dB RMS. Silence stays silence.
    """
    if float(loudest_rms_db(mono, RATE)) <= SILENCE_DB:
        return torch.zeros_like(mono)
    window = _window()
    padded = torch.nn.functional.pad(mono, (0, max(0, FFT - mono.shape[0])))
    spectrum = torch.stft(
        padded, FFT, HOP, WINDOW, window, center=True, pad_mode="constant", return_complex=True
    )
    spectrum *= matching(spectrum, curve).unsqueeze(1)
    filtered = torch.istft(spectrum, FFT, HOP, WINDOW, window, center=True, length=len(padded))
    filtered = filtered[: mono.shape[0]]
    level_db = loudest_rms_db(filtered, RATE)
    return filtered * 10.0 ** ((LEVEL_DB - level_db) / 20.0)


def matching(spectrum: Tensor, curve: Tensor) -> Tensor:
    """Gain of every bin (2049,) that takes a spectrum (2049, frames) to the curve, smoothed.

    Curve and spectrum are first brought to one level, as the level is set afterwards anyway: so the
    limit of +40 dB does not depend on how loud the track came.
    """
    power = spectrum.real.square() + spectrum.imag.square()
    found = power.mean(dim=1).sqrt()
    found = found / found.square().mean().sqrt()
    wanted = curve / curve.square().mean().sqrt()
    ratio = torch.where(found > 0.0, wanted / found.clamp(min=1e-20), MOST_BOOST)
    return _smoothing() @ ratio.clamp(max=MOST_BOOST)


def curve_of(eq: Tensor) -> Tensor:
    """The curve at our bins (2049,) from one of finer bins over the same range of frequencies."""
    step, rest = divmod(eq.shape[0] - 1, BINS - 1)
    if rest or step < 1:
        raise ValueError(
            f"a target curve of {eq.shape[0]} bins was given: a multiple of {BINS - 1} and one "
            "more is needed (32769 in the authors' features.npy)"
        )
    return eq[::step].float()


@lru_cache(maxsize=1)
def _window() -> Tensor:
    return torch.hann_window(WINDOW).sqrt()


@lru_cache(maxsize=1)
def _smoothing() -> Tensor:
    """Gaussian weights over a third of an octave around every bin, rows adding to 1, (2049, 2049).

    The standard deviation is a third of the frequency over pi; bin 0 keeps to itself.
    """
    place = torch.arange(BINS, dtype=torch.float64)
    deviation = (place / 3.0 / torch.pi).clamp(min=1e-3).unsqueeze(1)
    weights = torch.exp(-0.5 * ((place - place.unsqueeze(1)) / deviation).square())
    return (weights / weights.sum(dim=1, keepdim=True)).float()
