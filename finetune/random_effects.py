"""The wet version of a stem: random EQ, compression, reverb, delay, pan and gain.

One rule: draw() chooses, apply() does; the same settings give the same audio.
"""

from dataclasses import dataclass
from typing import cast

import numpy as np
from scipy import fft
from scipy.signal import lfilter

from finetune.arrangements import Rng


@dataclass(frozen=True)
class Effects:
    """Settings of one random chain; a None means that the effect is off."""

    bands: tuple[tuple[float, float, float], ...]  # (Hz, dB, Q)
    threshold_db: float | None  # relative to the stem's RMS
    ratio: float
    release_ms: float
    reverb_db: float | None
    decay_s: float
    echo_db: float | None
    echo_s: float
    pan: float
    gain_db: float
    drive_db: float | None
    seed: int


def draw(rng: Rng) -> Effects:
    """Choose a chain."""
    bands = tuple(
        (10 ** rng.uniform(1.8, 4.0), rng.uniform(-9, 9), rng.uniform(0.4, 2))
        for _ in range(int(rng.integers(1, 5)))
    )
    return Effects(
        bands,
        rng.uniform(-15, 3) if rng.random() < 0.6 else None,
        rng.uniform(1.5, 8),
        rng.uniform(50, 400),
        rng.uniform(-24, 0) if rng.random() < 0.6 else None,
        rng.uniform(0.2, 3.0),
        rng.uniform(-24, -6) if rng.random() < 0.15 else None,
        rng.uniform(0.1, 0.5),
        rng.uniform(-1, 1),
        rng.uniform(-12, 12),
        rng.uniform(0, 12) if rng.random() < 0.15 else None,
        int(rng.integers(2**31)),
    )


def _peak_response(
    z: np.ndarray, hz: float, gain_db: float, q: float, sample_rate: int
) -> np.ndarray:
    """Return one peaking band's response (RBJ cookbook) at z^-1 = z."""
    amplitude, w = 10 ** (gain_db / 40), 2 * np.pi * min(hz, 0.45 * sample_rate) / sample_rate
    alpha, middle = np.sin(w) / (2 * q), -2 * np.cos(w) * z
    top = 1 + alpha * amplitude + middle + (1 - alpha * amplitude) * z * z
    return top / (1 + alpha / amplitude + middle + (1 - alpha / amplitude) * z * z)


def _compress(audio: np.ndarray, effects: Effects, sample_rate: int) -> np.ndarray:
    """Compress by a smoothed envelope in blocks of 64 samples, all channels alike."""
    assert effects.threshold_db is not None
    block = 64
    blocks = audio.shape[1] // block
    power = np.square(audio[:, : blocks * block]).mean(axis=0).reshape(blocks, block).mean(axis=1)
    keep = np.exp(-block / sample_rate / (effects.release_ms / 1000))
    smooth = np.asarray(lfilter([1 - keep], [1, -keep], power))
    level_db = 10 * np.log10(smooth + 1e-10)
    over_db = np.maximum(level_db - 10 * np.log10(power.mean() + 1e-10) - effects.threshold_db, 0)
    gain = 10 ** (-over_db * (1 - 1 / effects.ratio) / 20)
    return audio * np.interp(
        np.arange(audio.shape[1]), np.arange(blocks) * block + block / 2, gain
    ).astype(np.float32)


def _room(effects: Effects, size: int, sample_rate: int) -> np.ndarray:
    """Return the spectrum of decaying noise, its level in dB relative to the dry stem."""
    assert effects.reverb_db is not None
    rng = np.random.default_rng(effects.seed)
    t = np.arange(int(effects.decay_s * sample_rate), dtype=np.float32) / sample_rate
    room = rng.standard_normal(len(t), dtype=np.float32) * np.exp(-6.9 * t / effects.decay_s)
    room = room + np.append(room[1:], 0)  # a little darker
    spectrum = np.asarray(fft.rfft(room / np.sqrt(np.square(room).sum()), size))
    return spectrum * 10 ** (effects.reverb_db / 20)


def apply(audio: np.ndarray, effects: Effects, sample_rate: int) -> np.ndarray:
    """Send (channels, samples) through the chain; pan only where there are two channels."""
    wet = audio.astype(np.float32)
    if effects.drive_db is not None:
        peak = np.abs(wet).max() + 1e-9
        wet = np.tanh(wet / peak * 10 ** (effects.drive_db / 20)) * peak
    if effects.threshold_db is not None:
        wet = _compress(wet, effects, sample_rate)
    # scipy documents it on an empty function, which pyright reads as returning None
    size = cast(int, fft.next_fast_len(wet.shape[1] + int(3.0 * sample_rate), real=True))
    turn = np.exp(np.linspace(0, -1j * np.pi, size // 2 + 1)).astype(np.complex64)  # z^-1
    response = np.ones_like(turn)
    for hz, gain_db, q in effects.bands:
        response *= _peak_response(turn, hz, gain_db, q, sample_rate)
    if effects.reverb_db is not None:
        response *= 1 + _room(effects, size, sample_rate)
    if effects.echo_db is not None:
        late, echo = int(effects.echo_s * sample_rate), 10 ** (effects.echo_db / 20)
        delay = np.exp(-1j * np.pi * late * np.linspace(0, 1, size // 2 + 1))
        response *= (1 + echo * delay + echo**2 * delay * delay).astype(np.complex64)
    spectrum = np.asarray(fft.rfft(wet, size)) * response
    wet = np.asarray(fft.irfft(spectrum, size))[:, : audio.shape[1]]
    if len(wet) == 2:
        angle = (effects.pan + 1) * np.pi / 4
        wet = wet * np.array([[np.cos(angle)], [np.sin(angle)]]) * np.sqrt(2)
    return (wet * 10 ** (effects.gain_db / 20)).astype(np.float32)
