"""Synthesised sounds in numpy: band-limited keyboards, 808s, drum pieces and effects.

One rule: a sound is a pure function of its notes and the generator, float32 at 44.1 kHz.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, lfilter, sosfilt

from finetune.arrangements import Note, Rng

SAMPLE_RATE = 44_100
TABLE = 2048


@dataclass(frozen=True)
class Patch:
    """A keyboard sound."""

    wave: str  # saw, square, triangle, sine, organ, fm
    voices: int
    detune_cents: float
    bright_hz: float
    dark_hz: float
    attack_s: float
    decay_s: float
    sustain: float
    release_s: float
    width: float


def draw_patch(role: str, rng: Rng) -> Patch:
    """Draw a keyboard sound that suits a role."""
    slow = role in ("synth pad", "strings")
    pluck = role in ("arpeggio", "piano", "acoustic guitar", "electric guitar")
    waves = {
        "bass": ("saw", "square", "triangle", "sine", "fm"),
        "organ": ("organ",),
        "piano": ("fm", "triangle"),
        "acoustic guitar": ("triangle", "saw"),
        "brass": ("saw",),
        "strings": ("saw",),
    }
    wave = str(rng.choice(waves.get(role, ("saw", "saw", "square", "triangle", "fm", "sine"))))
    attack_s = rng.uniform(0.15, 1.2) if slow else rng.uniform(0.002, 0.03)
    bright_hz = 10 ** rng.uniform(2.6, 3.6) if role == "bass" else 10 ** rng.uniform(3.0, 4.1)
    return Patch(
        wave,
        1
        if role in ("bass", "organ")
        else int(rng.integers(1, 6 if slow or role == "synth lead" else 4)),
        rng.uniform(3, 20),
        bright_hz,
        bright_hz * rng.uniform(0.15, 1),
        attack_s,
        rng.uniform(0.08, 0.5) if pluck else rng.uniform(0.2, 1.5),
        0.0 if pluck else rng.uniform(0.5, 1),
        rng.uniform(0.2, 1.5) if slow else rng.uniform(0.03, 0.25),
        0.0 if role == "bass" else rng.uniform(0, 1),
    )


def _table(wave: str, pitch_hz: float, cut_hz: float, rng: Rng) -> np.ndarray:
    """Build one cycle (2048,) without partials above the Nyquist rate, low-passed at cut_hz."""
    count = int(np.clip(SAMPLE_RATE / 2.1 / pitch_hz, 1, 400))
    k = np.arange(1, count + 1)
    amplitude = {
        "saw": 1 / k,
        "square": (k % 2) / k,
        "triangle": (k % 2) / k**2,
        "sine": (k == 1) * 1.0,
        "organ": np.isin(k, (1, 2, 3, 4, 6, 8)) / k**0.5,
        "fm": np.exp(-0.5 * k) + (k % 5 == 1) * 0.3 / k**0.5,
    }[wave]
    amplitude = amplitude / (1 + (k * pitch_hz / cut_hz) ** 4) ** 0.5
    spectrum = np.zeros(TABLE // 2 + 1, dtype=complex)
    spectrum[1 : count + 1] = (
        -1j * amplitude * (np.exp(1j * rng.uniform(0, 6.28, count)) if wave == "organ" else 1)
    )
    cycle = np.fft.irfft(spectrum)
    return (cycle / (np.abs(cycle).max() + 1e-9)).astype(np.float32)


def _envelope(patch: Patch, length_s: float) -> np.ndarray:
    """Return attack, decay, sustain and release as one curve."""
    t = np.arange(int((length_s + patch.release_s) * SAMPLE_RATE)) / SAMPLE_RATE
    body = np.minimum(t / patch.attack_s, 1) * (
        patch.sustain + (1 - patch.sustain) * np.exp(-t / patch.decay_s)
    )
    return (body * np.clip(1 - (t - length_s) / patch.release_s, 0, 1)).astype(np.float32)


def _lookup(table: np.ndarray, phase: np.ndarray) -> np.ndarray:
    place = phase * TABLE
    whole = place.astype(np.int32)
    part = (place - whole).astype(np.float32)
    return table[whole & (TABLE - 1)] * (1 - part) + table[(whole + 1) & (TABLE - 1)] * part


def keyboard(notes: Sequence[Note], patch: Patch, samples: int, rng: Rng) -> np.ndarray:
    """Play notes on a patch, (2, samples)."""
    out = np.zeros((2, samples + 4 * SAMPLE_RATE), dtype=np.float32)
    tables: dict[int, tuple[np.ndarray, np.ndarray]] = {}
    for note in notes:
        pitch_hz = 440.0 * 2 ** ((note.pitch - 69) / 12)
        if note.pitch not in tables:
            tables[note.pitch] = (
                _table(patch.wave, pitch_hz, patch.bright_hz, rng),
                _table(patch.wave, pitch_hz, patch.dark_hz, rng),
            )
        envelope = _envelope(patch, min(note.length_s, 8.0))
        start = int(note.start_s * SAMPLE_RATE)
        stop = min(start + len(envelope), out.shape[1])
        envelope = envelope[: max(stop - start, 0)]
        if len(envelope) == 0:
            continue
        t = np.arange(len(envelope)) / SAMPLE_RATE
        shine = np.exp(-t / patch.decay_s).astype(np.float32) * note.velocity
        for voice in range(patch.voices):
            place = (voice / max(patch.voices - 1, 1) - 0.5) * 2 if patch.voices > 1 else 0.0
            phase = t * pitch_hz * 2 ** (place * patch.detune_cents / 1200) + rng.random()
            bright, dark = tables[note.pitch]
            tone = (
                (_lookup(dark, phase) + shine * (_lookup(bright, phase) - _lookup(dark, phase)))
                * envelope
                * note.velocity
            )
            out[0, start:stop] += tone * (1 - place * patch.width * 0.5)
            out[1, start:stop] += tone * (1 + place * patch.width * 0.5)
    return out[:, :samples] * 0.1


def eight_oh_eight(notes: Sequence[Note], samples: int, rng: Rng) -> np.ndarray:
    """Play bass notes as long decaying sines with a pitch drop, (2, samples)."""
    out = np.zeros(samples + 5 * SAMPLE_RATE, dtype=np.float32)
    decay_s, drive, punch = rng.uniform(0.3, 1.6), 10 ** rng.uniform(0, 1), rng.uniform(0.5, 4)
    for note in notes:
        t = np.arange(int(min(note.length_s + 0.1, 4) * SAMPLE_RATE)) / SAMPLE_RATE
        pitch_hz = 440.0 * 2 ** ((note.pitch - 69) / 12)
        phase = 2 * np.pi * pitch_hz * (t + punch * 0.015 * (1 - np.exp(-t / 0.015)))
        fade = np.clip((t[-1] - t) / 0.02, 0, 1)
        tone = np.tanh(drive * np.sin(phase)) * np.exp(-t / decay_s) * fade * note.velocity
        start = int(note.start_s * SAMPLE_RATE)
        stop = min(start + len(tone), len(out))
        out[start:stop] += tone[: max(stop - start, 0)]
    return np.stack([out[:samples]] * 2) * 0.3


def _noise(length_s: float, low_hz: float, high_hz: float, rng: Rng) -> np.ndarray:
    """Return noise between two frequencies."""
    white = rng.standard_normal(int(length_s * SAMPLE_RATE))
    band = butter(2, (low_hz, min(high_hz, 20_000)), "bandpass", fs=SAMPLE_RATE, output="sos")
    return np.asarray(sosfilt(band, white))


def _sweep(
    length_s: float, from_hz: float, to_hz: float, time_s: float, decay_s: float
) -> np.ndarray:
    t = np.arange(int(length_s * SAMPLE_RATE)) / SAMPLE_RATE
    phase = 2 * np.pi * (to_hz * t + (from_hz - to_hz) * time_s * (1 - np.exp(-t / time_s)))
    return np.sin(phase) * np.exp(-t / decay_s)


def drum_hit(piece: str, rng: Rng) -> np.ndarray:
    """Draw one drum sound, mono (samples,): kick, snare, clap, hats, cymbal, tom, shaker, bell."""
    if piece == "kick":
        hit = _sweep(
            0.6,
            rng.uniform(120, 400),
            rng.uniform(38, 65),
            rng.uniform(0.01, 0.05),
            rng.uniform(0.08, 0.35),
        )
        hit[:2205] += (
            _noise(0.05, 1500, 9000, rng) * np.exp(-np.arange(2205) / 200) * rng.uniform(0, 0.25)
        )
        hit = np.tanh(hit * rng.uniform(1, 4))
    elif piece == "snare":
        noise = _noise(0.4, rng.uniform(500, 1800), rng.uniform(6000, 14000), rng)
        hit = (
            noise
            * np.exp(-np.arange(len(noise)) / SAMPLE_RATE / rng.uniform(0.04, 0.15))
            * rng.uniform(0.5, 1.2)
        )
        hit = hit + _sweep(
            0.4, rng.uniform(220, 400), rng.uniform(150, 220), 0.02, rng.uniform(0.05, 0.12)
        )
    elif piece == "clap":
        hit = _noise(0.4, rng.uniform(700, 1100), rng.uniform(2500, 8000), rng)
        t = np.arange(len(hit)) / SAMPLE_RATE
        hit = hit * (
            sum(np.exp(-((t - k * 0.011) % 1) / 0.006) * (t >= k * 0.011) for k in range(3))
            + np.exp(-t / 0.1) * (t > 0.03)
        )
    elif piece in ("hat", "open hat", "cymbal"):
        decay_s = {
            "hat": rng.uniform(0.02, 0.06),
            "open hat": rng.uniform(0.15, 0.35),
            "cymbal": rng.uniform(0.6, 1.4),
        }[piece]
        length_s = min(decay_s * 6, 3.0)
        t = np.arange(int(length_s * SAMPLE_RATE)) / SAMPLE_RATE
        metal = sum(np.sign(np.sin(2 * np.pi * f * t)) for f in rng.uniform(2000, 9000, 6)) / 6
        mixed = metal * rng.uniform(0.2, 1) + _noise(length_s, 5000, 16000, rng)[
            : len(t)
        ] * rng.uniform(0.3, 1)
        hit = sosfilt(
            butter(
                2,
                rng.uniform(5000, 8000) if piece != "cymbal" else 3000,
                "highpass",
                fs=SAMPLE_RATE,
                output="sos",
            ),
            mixed,
        )
        hit = hit * np.exp(-t / decay_s)
    elif piece == "tom":
        start_hz = rng.uniform(90, 320)
        hit = _sweep(0.6, start_hz * 1.5, start_hz, 0.04, rng.uniform(0.1, 0.3))
    elif piece == "shaker":
        hit = _noise(0.15, rng.uniform(3000, 7000), 15000, rng)
        t = np.arange(len(hit)) / SAMPLE_RATE
        hit = hit * np.minimum(t / 0.03, 1) * np.exp(-t / rng.uniform(0.02, 0.05))
    else:
        t = np.arange(int(0.5 * SAMPLE_RATE)) / SAMPLE_RATE
        base_hz = rng.uniform(400, 1800)
        hit = (
            np.sin(2 * np.pi * base_hz * t)
            + np.sin(2 * np.pi * base_hz * rng.uniform(1.3, 1.6) * t)
        ) * np.exp(-t / rng.uniform(0.03, 0.2))
    return (hit / (np.abs(hit).max() + 1e-9)).astype(np.float32)


def piece_of_note(pitch: int) -> str:
    """Tell which drum a General MIDI percussion note asks for."""
    known = {
        35: "kick",
        36: "kick",
        37: "bell",
        38: "snare",
        39: "clap",
        40: "snare",
        42: "hat",
        44: "hat",
        46: "open hat",
        49: "cymbal",
        51: "cymbal",
        52: "cymbal",
        53: "bell",
        55: "cymbal",
        57: "cymbal",
        59: "cymbal",
        54: "shaker",
        69: "shaker",
        70: "shaker",
        82: "shaker",
        56: "bell",
        75: "bell",
        76: "bell",
        77: "bell",
        67: "bell",
        68: "bell",
        80: "bell",
        81: "bell",
    }
    return known.get(pitch, "tom")


def play_hits(notes: Sequence[Note], hits: dict[int, np.ndarray], samples: int) -> np.ndarray:
    """Lay one-shots (mono) at their notes, (2, samples)."""
    out = np.zeros(samples + 1, dtype=np.float32)
    for note in notes:
        start = int(note.start_s * SAMPLE_RATE)
        hit = hits[note.pitch][: max(samples - start, 0)]
        out[start : start + len(hit)] += hit * note.velocity**1.5
    return np.stack([out[:samples]] * 2) * 0.4


def synth_drums(notes: Sequence[Note], samples: int, rng: Rng) -> np.ndarray:
    """Play drum notes on freshly drawn sounds, (2, samples)."""
    pitches = sorted({note.pitch for note in notes})
    return play_hits(
        notes, {pitch: drum_hit(piece_of_note(pitch), rng) for pitch in pitches}, samples
    )


def effect_sounds(notes: Sequence[Note], samples: int, rng: Rng) -> tuple[np.ndarray, str]:
    """Make risers, impacts, noise sweeps and bleeps at the notes; (2, samples) and a word."""
    out = np.zeros((2, samples + 6 * SAMPLE_RATE))
    kind = str(rng.choice(["riser", "impact", "noise sweep", "glitches", "drone", "down sweep"]))
    for note in notes:
        length_s = float(np.clip(note.length_s * 1.5, 0.4, 5))
        t = np.arange(int(length_s * SAMPLE_RATE)) / SAMPLE_RATE
        if kind in ("riser", "down sweep"):
            ramp = t / length_s if kind == "riser" else 1 - t / length_s
            pitch_hz = 200 * 2 ** (ramp * rng.uniform(2, 5))
            tone = np.sin(2 * np.pi * np.cumsum(pitch_hz) / SAMPLE_RATE) * ramp * 0.5
            tone = tone + np.diff(rng.standard_normal(len(t)), prepend=0) * ramp**2 * 0.4
        elif kind == "impact":
            tone = _sweep(length_s, 200, 35, 0.08, length_s / 3) + _noise(length_s, 200, 5000, rng)[
                : len(t)
            ] * np.exp(-t / 0.25)
        elif kind == "noise sweep":
            tone = (
                _noise(length_s, rng.uniform(200, 1500), rng.uniform(2500, 12000), rng)[: len(t)]
                * np.sin(np.pi * t / length_s) ** 2
            )
        elif kind == "glitches":
            gate = np.repeat(rng.random(len(t) // 1500 + 1) < 0.4, 1500)[: len(t)]
            tone = (
                np.sign(
                    np.sin(
                        2
                        * np.pi
                        * np.repeat(rng.uniform(100, 4000, len(t) // 1500 + 1), 1500)[: len(t)]
                        * t
                    )
                )
                * gate
            )
        else:
            tone = sum(
                np.sin(2 * np.pi * f * t + rng.random() * 6) for f in rng.uniform(50, 900, 6)
            ) * np.sin(np.pi * t / length_s)
        start, pan = int(note.start_s * SAMPLE_RATE), rng.uniform(0.2, 0.8)
        out[0, start : start + len(tone)] += tone * (1 - pan) * note.velocity
        out[1, start : start + len(tone)] += tone * pan * note.velocity
    return (out[:, :samples] * 0.2).astype(np.float32), kind


def distort(audio: np.ndarray, drive_db: float, rng: Rng) -> np.ndarray:
    """Push audio (2, samples) through a waveshaper and a speaker-like filter."""
    peak = np.abs(audio).max() + 1e-9
    mid = audio.mean(axis=0) / peak
    high_pass = butter(1, rng.uniform(80, 250), "highpass", fs=SAMPLE_RATE, output="sos")
    tight = np.asarray(sosfilt(high_pass, mid))
    shaped = np.tanh(tight * 10 ** (drive_db / 20) + rng.uniform(0, 0.2))
    speaker = butter(
        2, (rng.uniform(70, 110), rng.uniform(3500, 6500)), "bandpass", fs=SAMPLE_RATE, output="sos"
    )
    cabinet = np.asarray(sosfilt(speaker, shaped))
    presence = cabinet - np.asarray(lfilter([0.15], [1, -0.85], cabinet))
    mono = (cabinet + presence * rng.uniform(0, 1.5)).astype(np.float32)
    return np.stack([mono, mono]) * 0.3
