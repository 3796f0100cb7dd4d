"""Stems made from tones and noise that behave like instruments, and what is measured on them.

One rule: the same stems every time; everything is measured on rendered audio.
"""

import numpy as np
from scipy import signal

from mixer.loudness import integrated_lufs

RATE = 44100
SECONDS = 6.0
OCTAVES_HZ = (63, 125, 250, 500, 1000, 2000, 4000, 8000, 16000)


def made(name: str) -> np.ndarray:
    """One stem by name, (2, n) float32 at about -23 LUFS."""
    audio = _MAKERS[name](np.random.default_rng(len(name)))
    stem = np.broadcast_to(audio, (2, audio.shape[-1])).astype(np.float32)
    return stem * np.float32(10 ** ((-23.0 - lufs(stem)) / 20))


def _time() -> np.ndarray:
    return np.arange(int(SECONDS * RATE)) / RATE


def _pink(rng: np.random.Generator, samples: int) -> np.ndarray:
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    hz = np.maximum(np.fft.rfftfreq(samples, 1 / RATE), 20.0)
    return np.fft.irfft(spectrum / np.sqrt(hz), samples)


def _hits(period_s: float, decay_s: float, offset_s: float = 0.0) -> np.ndarray:
    since = np.mod(_time() - offset_s, period_s)
    return np.exp(-since / decay_s) * np.minimum(since / 0.001, 1.0)


def _voice(rng: np.random.Generator) -> np.ndarray:
    """Pulses at a gliding 160 Hz through three formants, with breath, in syllables."""
    time_s = _time()
    phase = np.cumsum(160 + 25 * np.sin(2 * np.pi * 0.4 * time_s)) / RATE
    source = np.diff(np.floor(phase), prepend=0.0) + 0.02 * rng.standard_normal(time_s.size)
    out = 0.3 * signal.lfilter([1.0], [1.0, -0.95], source)
    for hz, width in ((600, 120), (1400, 160), (2900, 300)):
        b, a = signal.iirpeak(hz, hz / width, RATE)
        out = out + signal.lfilter(b, a, source)
    out = out + 0.01 * rng.standard_normal(time_s.size)
    return out * (0.15 + _hits(0.4, 0.15))


def _drums(rng: np.random.Generator) -> np.ndarray:
    """Kick, snare and hats."""
    time_s = _time()
    sweep = 55 * np.mod(time_s, 0.5) + 8 * (1 - np.exp(-np.mod(time_s, 0.5) / 0.02)) / 2
    kick = np.sin(2 * np.pi * sweep) * _hits(0.5, 0.09)
    snare = rng.standard_normal(time_s.size) * _hits(1.0, 0.06, 0.5)
    sos = signal.butter(2, 6000, "highpass", fs=RATE, output="sos")
    hats = signal.sosfilt(sos, rng.standard_normal(time_s.size)) * _hits(0.25, 0.025)
    return 1.0 * kick + 0.4 * snare + 0.12 * hats + 0.004 * rng.standard_normal(time_s.size)


def _guitar(rng: np.random.Generator) -> np.ndarray:
    """Struck chords whose harmonics fall off, over a little amplifier noise."""
    time_s = _time()
    out = np.zeros(time_s.size)
    for root in (98.0, 147.0, 196.0, 247.0):
        for harmonic in range(1, 40):
            hz = root * harmonic * (1 + 0.0002 * harmonic**2)
            if hz < 15000:
                decay = _hits(0.75, 0.6 / (1 + 0.1 * harmonic))
                out += decay * np.sin(2 * np.pi * hz * time_s + rng.uniform(0, 6)) / harmonic
    return out + 0.02 * _pink(rng, time_s.size) / 0.01


def _pad(rng: np.random.Generator) -> np.ndarray:
    """Stereo: what both sides share and what is each one's own, pink."""
    samples = int(SECONDS * RATE)
    both = _pink(rng, samples)
    return np.stack([both + 0.6 * _pink(rng, samples) for _ in range(2)])


_MAKERS = {"voice": _voice, "drums": _drums, "guitar": _guitar, "pad": _pad}
STEMS = tuple(_MAKERS)


def lufs(audio: np.ndarray) -> float:
    level = integrated_lufs(audio, RATE)
    assert level is not None
    return level


def octaves_db(audio: np.ndarray) -> np.ndarray:
    """Level of every octave band (9,) of (2, n) against the stem's own loudness, dB."""
    power = np.square(np.abs(np.fft.rfft(audio))).sum(axis=0) / audio.shape[1] ** 2
    hz = np.fft.rfftfreq(audio.shape[1], 1 / RATE)
    bands = [power[(hz >= f / 2**0.5) & (hz < f * 2**0.5)].sum() for f in OCTAVES_HZ]
    return 10 * np.log10(np.array(bands) + 1e-20) - lufs(audio)


def share(audio: np.ndarray, low_hz: float, high_hz: float) -> float:
    """How much of the power lies between two frequencies, in dB of the whole."""
    power = np.square(np.abs(np.fft.rfft(audio))).sum(axis=0)
    hz = np.fft.rfftfreq(audio.shape[1], 1 / RATE)
    return float(10 * np.log10(power[(hz >= low_hz) & (hz < high_hz)].sum() / power.sum()))


def centroid_hz(audio: np.ndarray) -> float:
    power = np.abs(np.fft.rfft(audio)).mean(axis=0)
    return float((power * np.fft.rfftfreq(audio.shape[1], 1 / RATE)).sum() / power.sum())


def crest_db(audio: np.ndarray) -> float:
    return float(20 * np.log10(np.abs(audio).max() / np.sqrt(np.square(audio).mean())))


def width_db(audio: np.ndarray) -> float:
    """Side against mid."""
    mid, side = audio[0] + audio[1], audio[0] - audio[1]
    return float(10 * np.log10((np.square(side).sum() + 1e-20) / np.square(mid).sum()))
