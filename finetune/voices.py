"""A bank of sung phrases: espeak-ng syllables brought onto a melody with the WORLD vocoder.

One rule: the bank is made once a folder, then read; without espeak-ng or pyworld, a formant
synthesiser sings instead.
"""

import io
import json
import logging
import shutil
import subprocess
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from safetensors.numpy import load_file, save_file
from scipy.signal import lfilter

from finetune.arrangements import Note, Rng
from finetune.synths import SAMPLE_RATE

BANK_RATE = 22_050
_WORDS = (
    "love",
    "night",
    "running",
    "fire",
    "away",
    "hold",
    "me",
    "now",
    "dream",
    "river",
    "alone",
    "heart",
    "sky",
    "falling",
    "slow",
    "burning",
    "city",
    "light",
    "never",
    "tonight",
    "baby",
    "shadow",
    "golden",
    "morning",
    "rain",
    "over",
    "again",
    "feel",
    "the",
    "you",
    "and",
    "I",
    "we",
    "go",
    "home",
    "mother",
    "stone",
    "wild",
    "ocean",
    "time",
    "leave",
    "stay",
    "road",
    "higher",
    "wonder",
    "silence",
    "summer",
    "memory",
    "yeah",
    "oh",
    "la la",
    "na na na",
)
_OOHS = ("ooooooh", "aaaaaah", "oh oh", "mmmmm", "aah", "yeah", "hey", "eeeeh", "na na")
_VOICES = tuple(f"en-us+{kind}{k}" for kind, top in (("m", 8), ("f", 6)) for k in range(1, top))
_SCALE = (0, 2, 3, 5, 7, 8, 10)


@dataclass(frozen=True)
class Phrase:
    """One phrase of the bank: mono audio at 22.05 kHz, sung in the minor scale on `root`."""

    audio: np.ndarray
    kind: str  # lead, ooh, rap
    female: bool
    root: int


def speak(text: str, voice: str, pitch: int, speed: int) -> np.ndarray:
    """Let espeak-ng say a text; mono at 22.05 kHz."""
    made = subprocess.run(
        ["espeak-ng", "-v", voice, "-p", str(pitch), "-s", str(speed), "--stdout", text],
        capture_output=True,
        check=True,
        timeout=20,
    )
    audio, rate = soundfile.read(io.BytesIO(made.stdout), dtype="float64")
    return audio if rate == BANK_RATE else soxr.resample(audio, rate, BANK_RATE)


def _melody_hz(voiced: np.ndarray, base_hz: float, rng: Rng, frame_s: float) -> np.ndarray:
    """Draw a sung pitch for every voiced frame: scale steps, glides and late vibrato."""
    degree, pitch, left, age = int(rng.integers(-2, 4)), np.zeros(len(voiced)), 0, 0.0
    rate_hz, depth, glide = rng.uniform(4.8, 6.4), rng.uniform(0, 0.6), rng.uniform(0.75, 0.93)
    now = target = 0.0
    for i, on in enumerate(voiced):
        if left <= 0 or (on and i and not voiced[i - 1] and left < 60):
            degree = int(np.clip(degree + rng.integers(-2, 3), -4, 7))
            target = _SCALE[degree % 7] + 12 * (degree // 7)
            left, age = int(rng.uniform(0.18, 1.0) / frame_s), 0.0
        now = glide * now + (1 - glide) * target
        age += frame_s
        pitch[i] = (
            now
            + depth * min(max(age - 0.2, 0) * 3, 1) * np.sin(2 * np.pi * rate_hz * i * frame_s)
            + rng.normal(0, 0.03)
        )
        left -= 1
    return np.where(voiced, base_hz * 2 ** (pitch / 12), 0.0)


def _sing(speech: np.ndarray, kind: str, base_hz: float, formant: float, rng: Rng) -> np.ndarray:
    """Stretch voiced frames and put them on a melody."""
    from pyworld import cheaptrick, d4c, dio, stonemask, synthesize  # pyright: ignore[reportAttributeAccessIssue]

    f0, times = dio(speech, BANK_RATE, frame_period=5.0)
    f0 = stonemask(speech, f0, times, BANK_RATE)
    envelope = cheaptrick(speech, f0, times, BANK_RATE)
    aperiodic = d4c(speech, f0, times, BANK_RATE)
    voiced = f0 > 0
    stretch = (
        rng.uniform(1.4, 2.8)
        if kind == "lead"
        else rng.uniform(3, 6)
        if kind == "ooh"
        else rng.uniform(0.9, 1.2)
    )
    place = np.cumsum(np.where(voiced, stretch, 1.0))
    index = np.searchsorted(place, np.arange(0, min(place[-1], 1300)), side="left").clip(
        0, len(f0) - 1
    )
    if kind == "rap":
        sung = f0[index] * base_hz / max(np.median(f0[voiced]), 1.0)
    else:
        sung = _melody_hz(voiced[index], base_hz, rng, 0.005)
    bins = np.clip(np.arange(envelope.shape[1]) / formant, 0, envelope.shape[1] - 1).astype(int)
    breath = np.clip(aperiodic[index] + rng.uniform(0, 0.08), 0, 1)
    return synthesize(
        sung, np.ascontiguousarray(envelope[index][:, bins]), breath, BANK_RATE, frame_period=5.0
    )


def _make_phrase(rng: Rng) -> tuple[np.ndarray, dict]:
    """Draw one phrase and its description."""
    kind = str(rng.choice(["lead", "ooh", "rap"], p=[0.62, 0.25, 0.13]))
    voice = str(rng.choice(_VOICES))
    female = "+f" in voice
    root = int(rng.integers(52, 64)) if female else int(rng.integers(41, 54))
    texts = _OOHS if kind == "ooh" else _WORDS
    count = int(rng.integers(1, 3)) if kind == "ooh" else int(rng.integers(4, 10))
    text = " ".join(str(rng.choice(texts)) for _ in range(count))
    speech = speak(
        text,
        voice,
        int(rng.integers(30, 75)),
        int(rng.integers(120, 230 if kind == "rap" else 165)),
    )
    audio = _sing(
        speech, kind, 440.0 * 2 ** ((root - 69) / 12), float(rng.uniform(0.88, 1.15)), rng
    )
    return audio, {"kind": kind, "female": female, "root": root}


def build_bank(folder: Path, phrases: int = 240, seed: int = 0) -> Path:
    """Write folder/bank.safetensors unless it is there; return its path."""
    path = folder / "bank.safetensors"
    if path.exists() or shutil.which("espeak-ng") is None:
        return path
    warnings.simplefilter("ignore")
    folder.mkdir(parents=True, exist_ok=True)
    tensors: dict[str, np.ndarray] = {}
    facts: dict[str, dict] = {}
    for index in range(phrases):
        try:
            audio, fact = _make_phrase(np.random.default_rng([seed, index]))
        except (ImportError, subprocess.SubprocessError, ValueError) as problem:
            logging.warning("phrase %d left out: %s", index, problem)
            continue
        peak = np.abs(audio).max() if len(audio) > BANK_RATE // 3 else 0.0
        if np.isfinite(peak) and peak > 1e-3:
            tensors[f"{index:04d}"], facts[f"{index:04d}"] = (
                (audio / peak * 32_000).astype(np.int16),
                fact,
            )
    if tensors:
        save_file(tensors, path, {"facts": json.dumps(facts)})
    return path


def load_bank(path: Path) -> tuple[Phrase, ...]:
    """Read the bank, or return nothing where there is none."""
    if not path.exists():
        return ()
    from safetensors import safe_open

    with safe_open(path, "np") as opened:
        facts = json.loads(opened.metadata()["facts"])
    audio = load_file(path)
    return tuple(
        Phrase(audio[key].astype(np.float32) / 32_768, **facts[key]) for key in sorted(facts)
    )


def _place(out: np.ndarray, audio: np.ndarray, start_s: float, left: float, right: float) -> float:
    """Add mono audio at a time; return where it ends."""
    start = int(start_s * SAMPLE_RATE)
    cut = audio[: max(out.shape[1] - start, 0)]
    out[0, start : start + len(cut)] += cut * left
    out[1, start : start + len(cut)] += cut * right
    return start_s + len(audio) / SAMPLE_RATE


def _shifted(phrase: Phrase, semitones: float) -> np.ndarray:
    """Resample a phrase to 44.1 kHz, its pitch and formants shifted together."""
    return soxr.resample(phrase.audio, BANK_RATE * 2 ** (semitones / 12), SAMPLE_RATE, quality="MQ")


def _with_air(audio: np.ndarray, rng: Rng) -> np.ndarray:
    """Add breath above the bank's 11 kHz that follows the voice's own sibilance, (2, samples)."""
    one_pole = np.float32(0.55)
    high = audio - lfilter(
        np.array([1 - one_pole], np.float32), np.array([1, -one_pole], np.float32), audio, axis=1
    )
    follow = np.float32(0.998)
    envelope = lfilter(
        np.array([1 - follow], np.float32), np.array([1, -follow], np.float32), np.abs(high), axis=1
    )
    air = np.diff(
        rng.standard_normal(audio.shape[1] + 2, dtype=np.float32), n=2
    )  # rises 12 dB per octave
    return audio + envelope * air * np.float32(10 ** (rng.uniform(-26, -8) / 20))


def sing_lead(
    bank: tuple[Phrase, ...], notes: tuple[Note, ...], root: int, genre: str, samples: int, rng: Rng
) -> tuple[np.ndarray, str]:
    """Sing phrases of one singer from the first note on, (2, samples), and say who sings."""
    rap = genre == "hip hop" and rng.random() < 0.6
    wanted = [p for p in bank if p.kind == ("rap" if rap else "lead")]
    female = bool(rng.random() < 0.5)
    pool = [p for p in wanted if p.female == female] or wanted or list(bank)
    singer_shift = rng.uniform(-1.5, 1.5)
    out, time_s, end_s = (
        np.zeros((2, samples), np.float32),
        notes[0].start_s,
        samples / SAMPLE_RATE - 0.3,
    )
    last_s = max(note.start_s + note.length_s for note in notes)
    while time_s < min(end_s, last_s):
        phrase = pool[int(rng.integers(len(pool)))]
        key_shift = 0.0 if rap else ((root - phrase.root + 5) % 12 - 5) * 0.5
        time_s = _place(out, _shifted(phrase, singer_shift + key_shift), time_s, 0.5, 0.5) + abs(
            rng.normal(0.3, 0.5)
        )
    who = "female" if female else "male"
    out = _with_air(out, rng)
    return out, f"a {who} rapper" if rap else f"a {who} voice"


def sing_backing(
    bank: tuple[Phrase, ...], notes: tuple[Note, ...], root: int, samples: int, rng: Rng
) -> tuple[np.ndarray, str]:
    """Stack two to five voices on chord steps, spread left and right, (2, samples)."""
    pool = [p for p in bank if p.kind == "ooh"] or list(bank)
    if rng.random() < 0.3:
        pool = [p for p in bank if p.kind == "lead"] or pool
    out, time_s = np.zeros((2, samples), np.float32), notes[0].start_s
    last_s = min(max(note.start_s + note.length_s for note in notes), samples / SAMPLE_RATE - 0.3)
    voices, spread = int(rng.integers(2, 6)), rng.uniform(0, 1)
    while time_s < last_s:
        phrase, ends = pool[int(rng.integers(len(pool)))], time_s
        shift = ((root - phrase.root + 5) % 12 - 5) * 0.5
        for voice in range(voices):
            step = float(rng.choice([-5, 0, 0, 3, 4, 7])) * 0.8 + rng.normal(0, 0.12)
            pan = 0.5 + spread * 0.5 * (voice / max(voices - 1, 1) * 2 - 1)
            ends = max(
                ends,
                _place(
                    out,
                    _shifted(phrase, shift + step),
                    time_s + abs(rng.normal(0, 0.02)),
                    (1 - pan) * 0.3,
                    pan * 0.3,
                ),
            )
        time_s = ends + abs(rng.normal(0.4, 0.8))
    return _with_air(out, rng), "stacked voices"


_FORMANTS_HZ = {
    "a": (800, 1200, 2600),
    "o": (450, 850, 2500),
    "e": (450, 1900, 2600),
    "i": (300, 2200, 3000),
    "u": (330, 750, 2400),
}


def formant_voice(notes: tuple[Note, ...], samples: int, rng: Rng) -> tuple[np.ndarray, str]:
    """Sing vowels with a formant synthesiser, (2, samples): the stand-in without espeak-ng."""
    out = np.zeros((2, samples), np.float32)
    scale, rate_hz = rng.uniform(0.95, 1.2), rng.uniform(4.8, 6.4)
    for note in notes:
        pitch_hz, length_s = 440.0 * 2 ** ((note.pitch - 69) / 12), min(note.length_s, 4.0)
        t = np.arange(int(length_s * SAMPLE_RATE)) / SAMPLE_RATE
        formants = _FORMANTS_HZ[str(rng.choice(list(_FORMANTS_HZ)))]
        phase = 2 * np.pi * pitch_hz * t - 0.012 * pitch_hz / rate_hz * np.cos(
            2 * np.pi * rate_hz * t
        )
        tone = np.zeros_like(t)
        for k in range(1, int(min(5500 / pitch_hz, 30)) + 1):
            weight = sum(
                1 / (1 + ((k * pitch_hz - f * scale) / (90 + 60 * j)) ** 2) / (j + 1)
                for j, f in enumerate(formants)
            )
            tone += weight * np.sin(k * phase) / k**0.3
        tone *= np.minimum(t / 0.05, 1) * np.minimum((length_s - t) / 0.08, 1) * note.velocity
        _place(out, tone.astype(np.float32), note.start_s, 0.2, 0.2)
    return out, "a synthetic voice"
