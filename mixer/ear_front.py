"""What the ear sees: a 10 s mono excerpt at 48 kHz, loudness-normalised, as a log-mel picture.

One rule: the numbers are those of transformers.ClapFeatureExtractor (truncation "rand_trunc",
padding "pad", its class defaults), so any CLAP checkpoint in that form can be loaded.
"""

from functools import lru_cache

import numpy as np
import pyloudnorm
import soxr
import torch
from scipy.signal import sosfilt

EAR_RATE = 48_000  # Hz
WINDOW_S = 10
WINDOW_SAMPLES = WINDOW_S * EAR_RATE  # 480000
HOP = 480
FFT = 1024
MELS = 64
FRAMES = WINDOW_SAMPLES // HOP + 1  # 1001
METERING_RMS = 0.1
SILENCE_RMS = 1e-6
EXCERPT_LUFS = -20.0


@lru_cache(maxsize=2)
def _filters(lowest_hz: float) -> torch.Tensor:
    """Return the extractor's slaney filter bank, (513, 64)."""
    from transformers.audio_utils import mel_filter_bank

    bank = mel_filter_bank(
        num_frequency_bins=FFT // 2 + 1,
        num_mel_filters=MELS,
        min_frequency=lowest_hz,
        max_frequency=14_000.0,
        sampling_rate=EAR_RATE,
        norm="slaney",
        mel_scale="slaney",
    )
    return torch.tensor(bank, dtype=torch.float32)


@lru_cache(maxsize=1)
def _hann() -> torch.Tensor:
    """Return the analysis window, (1024,)."""
    return torch.hann_window(FFT, periodic=True)


def log_mel(mono48k: torch.Tensor, lowest_hz: float = 0.0) -> torch.Tensor:
    """Turn mono audio at 48 kHz, (..., 480000), into log-mel pictures in dB, (..., 1001, 64).

    lowest_hz: where the filters begin; the original LAION-CLAP's begin at 50 Hz.
    """
    lead = mono48k.shape[:-1]
    flat = mono48k.reshape(-1, mono48k.shape[-1]).float()
    spectrum = torch.stft(
        flat,
        FFT,
        HOP,
        window=_hann().to(flat.device),
        center=True,
        pad_mode="reflect",
        return_complex=True,
    )  # (batch, 513, frames)
    power = (spectrum.real.square() + spectrum.imag.square()).transpose(1, 2)
    mel = power @ _filters(lowest_hz).to(flat.device)
    decibels = 10.0 * torch.log10(mel.clamp_min(1e-10))
    return decibels.reshape(*lead, decibels.shape[-2], MELS)


def to_mono(audio: np.ndarray) -> np.ndarray:
    """Mix (2, samples) down; where the channels cancel, take the louder channel instead."""
    mono = audio.mean(axis=0)
    energy = np.square(audio).mean(axis=1)
    if np.square(mono).mean() < 1e-3 * energy.max():
        return audio[int(energy.argmax())]
    return mono


@lru_cache(maxsize=1)
def _weighting() -> np.ndarray:
    """Return the two biquads of BS.1770's K-weighting at 48 kHz, (2, 6)."""
    filters = pyloudnorm.Meter(EAR_RATE)._filters.values()
    return np.stack([np.concatenate([one.b * one.passband_gain, one.a]) for one in filters])


def _mono_lufs(mono48k: np.ndarray) -> float:
    """Integrated loudness of one channel (BS.1770: 400 ms blocks, two gates); -inf for none."""
    step = EAR_RATE // 10
    weighted = sosfilt(_weighting(), mono48k.astype(np.float64))
    steps = len(weighted) // step
    if steps < 4:
        return -np.inf
    power = np.square(weighted[: steps * step]).reshape(steps, step).mean(axis=1)
    blocks = np.convolve(power, np.full(4, 0.25), mode="valid")  # 75 % overlap
    blocks = blocks[blocks > 10 ** ((-70 + 0.691) / 10)]
    if len(blocks) == 0:
        return -np.inf
    return float(-0.691 + 10 * np.log10(blocks[blocks > 0.1 * blocks.mean()].mean()))


def normalise(mono48k: np.ndarray) -> np.ndarray:
    """Bring mono audio (samples,) at 48 kHz to -20 LUFS; what has no level comes back as zeros."""
    rms = float(np.sqrt(np.mean(np.square(mono48k, dtype=np.float64)))) if mono48k.size else 0.0
    if rms < SILENCE_RMS:
        return np.zeros_like(mono48k, dtype=np.float32)
    # The meter's absolute gate stands still: at a fixed RMS it cuts the same blocks at any fader.
    level = mono48k / np.float32(rms / METERING_RMS)
    lufs = _mono_lufs(level)
    if not np.isfinite(lufs):
        return np.zeros_like(mono48k, dtype=np.float32)
    return (level * 10.0 ** ((EXCERPT_LUFS - lufs) / 20.0)).astype(np.float32)


def excerpt(audio: np.ndarray, sample_rate: int, start: int = 0) -> np.ndarray:
    """Cut the ear's window from a stem: float32 (480000,) mono at 48 kHz and -20 LUFS.

    Args:
        audio: (2, samples).
        sample_rate: of the audio, in Hz.
        start: first sample of the window, in samples of `audio`. The end is padded with zeros.
    """
    cut = to_mono(np.asarray(audio, dtype=np.float32)[:, start : start + WINDOW_S * sample_rate])
    if sample_rate != EAR_RATE:
        cut = soxr.resample(cut, sample_rate, EAR_RATE, quality="HQ")
    window = np.zeros(WINDOW_SAMPLES, dtype=np.float32)
    window[: min(len(cut), WINDOW_SAMPLES)] = cut[:WINDOW_SAMPLES]
    return normalise(window)
