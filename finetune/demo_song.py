"""The demo song: our own notes and words, seven stems, verse and chorus, and a rough balance.

One rule: the folder that ships holds the rough state; balance.json beside it says which two faults
were put in, so that anybody can check whether they are found.

    python -m finetune.demo_song --out assistant/demo_song [--soundfonts /usr/share/sounds/sf2]
"""

import argparse
import json
from pathlib import Path

import numpy as np
import soundfile
import soxr
from scipy.signal import butter, sosfilt

from finetune.arrangements import Note
from finetune.instruments import SoundFonts
from finetune.voices import BANK_RATE, speak
from mixer.loudness import integrated_lufs

SAMPLE_RATE = 44100
BEAT_S = 60 / 104
BAR_S = 4 * BEAT_S
BARS = 12  # six of verse, six of chorus
SECONDS = BARS * BAR_S + 1.6
CHORDS = ((57, 60, 64), (53, 57, 60), (60, 64, 67), (55, 59, 62), (57, 60, 64), (55, 59, 62),
          (53, 57, 60), (55, 59, 62), (57, 60, 64), (60, 64, 67),
          (53, 57, 60), (55, 59, 62))  # fmt: skip
# Word, bar, beat, beats long, MIDI pitch. The words are ours.
VERSE = (
    ("late", 0, 1, 1, 57), ("at", 0, 2, .5, 57), ("night", 0, 2.5, 1.5, 60),
    ("we", 1, 1, .5, 57), ("turn", 1, 1.5, 1, 57), ("it", 1, 2.5, .5, 55), ("low", 1, 3, 1.5, 53),
    ("hear", 2, 1, 1, 55), ("the", 2, 2, .5, 55), ("room", 2, 2.5, 1.5, 60),
    ("and", 3, 1, .5, 59), ("let", 3, 1.5, 1, 59), ("it", 3, 2.5, .5, 57), ("go", 3, 3, 1.5, 55),
    ("one", 4, 1, 1, 57), ("more", 4, 2, 1, 60), ("line", 4, 3, 1, 60),
    ("and", 5, 1, .5, 59), ("then", 5, 1.5, 1, 59), ("we", 5, 2.5, .5, 57), ("know", 5, 3, 1.5, 55),
)  # fmt: skip
CHORUS = (
    ("all", 6, 0, 1, 60), ("the", 6, 1, .5, 60), ("lights", 6, 1.5, 2, 65),
    ("are", 7, 0, 1, 62), ("fall", 7, 1, 1, 64), ("ing", 7, 2, 2, 62),
    ("in", 8, 0, 1, 60), ("to", 8, 1, 1, 60), ("one", 8, 2, 2, 64),
    ("all", 9, 0, 1, 60), ("the", 9, 1, .5, 60), ("way", 9, 1.5, 2.5, 64),
    ("home", 10, 0, 3, 65), ("we", 11, 0, 1, 62), ("run", 11, 1, 3, 64),
)  # fmt: skip
# Loudness against the drums in LU where the song sits well, and the two faults of the rough state.
BALANCED_LU = {
    "drums": 0.0, "bass": -2.0, "keys": -5.5, "guitar": -6.0, "synth lead": -4.5,
    "vocals": 0.5, "backing vocals": -5.5,
}  # fmt: skip
FAULTS_DB = {"vocals": -12.0, "keys": 12.0}
DRUMS_LUFS = -21.0


def drum_notes() -> tuple[Note, ...]:
    """Kick and snare with hats: eighths in the verse, sixteenths and a crash in the chorus."""
    notes = [Note(6 * BAR_S, 1.0, 49, 0.8)]
    for bar in range(BARS):
        start, chorus = bar * BAR_S, bar >= 6
        for beat in (0, 2, 2.5) if chorus else (0, 2.5):
            notes.append(Note(start + beat * BEAT_S, 0.1, 36, 0.95))
        for beat in (1, 3):
            notes.append(Note(start + beat * BEAT_S, 0.1, 38, 0.9))
        for step in range(16 if chorus else 8):
            place = step * (0.25 if chorus else 0.5)
            notes.append(Note(start + place * BEAT_S, 0.05, 42, 0.5 if step % 2 else 0.7))
    return tuple(notes)


def bass_notes() -> tuple[Note, ...]:
    """Roots in eighths, a fifth before the bar ends."""
    notes = []
    for bar, chord in enumerate(CHORDS):
        root = chord[0] - 24 if chord[0] - 24 >= 28 else chord[0] - 12
        for step in range(8):
            pitch = root + 7 if step == 7 else root
            notes.append(Note(bar * BAR_S + step * BEAT_S / 2, BEAT_S * 0.45, pitch, 0.8))
    return tuple(notes)


def keys_notes() -> tuple[Note, ...]:
    """Electric piano: held chords, pushed on the second half."""
    notes = []
    for bar, chord in enumerate(CHORDS):
        for beat, length in ((0, 1.5), (1.5, 2.4)):
            notes += [Note(bar * BAR_S + beat * BEAT_S, length * BEAT_S, p, 0.6) for p in chord]
    return tuple(notes)


def guitar_notes() -> tuple[Note, ...]:
    """Acoustic guitar: broken chords in the verse, strums in the chorus."""
    notes = []
    for bar, chord in enumerate(CHORDS):
        tones = (chord[0] - 12, chord[1], chord[2], chord[0] + 12)
        for step in range(8):
            start = bar * BAR_S + step * BEAT_S / 2
            if bar < 6:
                notes.append(Note(start, BEAT_S, tones[(0, 1, 2, 3, 2, 1, 2, 1)[step]], 0.65))
            elif step % 2 == 0 or step in (3, 7):
                notes += [
                    Note(start + 0.012 * k, BEAT_S * 0.5, p, 0.7) for k, p in enumerate(tones)
                ]
    return tuple(notes)


def lead_notes() -> tuple[Note, ...]:
    """A synth answers the voice, mostly in the chorus."""
    line = [(2, 3.0, 1, 76), (5, 3.0, 1, 74)]
    for bar, pitches in enumerate(
        ((77, 76, 74), (74, 71, 74), (76, 72, 76), (79, 76, 72), (77, 76, 72), (74, 76, 79))
    ):
        line += [
            (6 + bar, beat, 0.75, pitch)
            for beat, pitch in zip((2.0, 2.75, 3.5), pitches, strict=True)
        ]
    return tuple(
        Note(bar * BAR_S + beat * BEAT_S, length * BEAT_S, pitch, 0.75)
        for bar, beat, length, pitch in line
    )


def sing(words, voice: str, shift: int, samples: int, rng: np.random.Generator) -> np.ndarray:
    """Sing one word a note: espeak-ng speaks it, WORLD stretches and re-pitches it; (samples,)."""
    line = np.zeros(samples)
    for word, bar, beat, beats, pitch in words:
        note = _sung_word(
            word, voice, 440.0 * 2 ** ((pitch + shift - 69) / 12), beats * BEAT_S * 0.95, rng
        )
        start = int((bar * BAR_S + beat * BEAT_S) * SAMPLE_RATE)
        line[start : start + len(note)] += note[: samples - start]
    return line


def _sung_word(
    word: str, voice: str, pitch_hz: float, length_s: float, rng: np.random.Generator
) -> np.ndarray:
    from pyworld import cheaptrick, d4c, dio, synthesize  # pyright: ignore[reportAttributeAccessIssue]

    speech = speak(word, voice, 50, 130)
    speech = np.trim_zeros(np.where(np.abs(speech) < 1e-3, 0.0, speech))
    f0, times = dio(speech, BANK_RATE, frame_period=5.0)
    voiced = f0 > 0
    envelope = cheaptrick(speech, f0, times, BANK_RATE)
    aperiodic = d4c(speech, f0, times, BANK_RATE)
    wanted = int(length_s / 0.005)
    spare = max(wanted - int((~voiced).sum()), int(voiced.sum()))
    stretch = np.where(voiced, spare / max(int(voiced.sum()), 1), 1.0)
    place = np.cumsum(stretch)
    index = np.searchsorted(place, np.arange(int(place[-1]))).clip(0, len(f0) - 1)
    time_s = np.arange(len(index)) * 0.005
    glide = -1.2 * np.exp(-time_s / 0.04)
    vibrato = (
        0.25
        * np.clip((time_s - 0.25) * 3, 0, 1)
        * np.sin(2 * np.pi * 5.4 * time_s + rng.uniform(0, 6))
    )
    sung_hz = np.where(voiced[index], pitch_hz * 2 ** ((glide + vibrato) / 12), 0.0)
    audio = synthesize(
        np.ascontiguousarray(sung_hz), np.ascontiguousarray(envelope[index]),
        np.ascontiguousarray(aperiodic[index]), BANK_RATE, frame_period=5.0,
    )  # fmt: skip
    fade = np.minimum(
        1.0, np.minimum(np.arange(len(audio)), np.arange(len(audio))[::-1]) / (0.015 * BANK_RATE)
    )
    return soxr.resample(audio * fade, BANK_RATE, SAMPLE_RATE)


def render_stems(soundfonts: Path, seed: int = 7) -> dict[str, np.ndarray]:
    """All seven stems, mono (samples,), at no particular level."""
    samples = int(SECONDS * SAMPLE_RATE)
    fonts, rng = SoundFonts(soundfonts), np.random.default_rng(seed)
    font = len(fonts) - 1

    def play(notes: tuple[Note, ...], program: int, drums: bool = False) -> np.ndarray:
        return fonts.play(notes, font, program, drums, samples).mean(axis=0)

    voice = sing(VERSE + CHORUS, "en-us+f2", 0, samples, rng)
    harmony = sing(CHORUS, "en-us+m3", -5, samples, rng) + sing(CHORUS, "en-us+f4", 4, samples, rng)
    stems = {
        "drums": play(drum_notes(), 0, drums=True),
        "bass": play(bass_notes(), 33),
        "keys": play(keys_notes(), 4),
        "guitar": play(guitar_notes(), 25),
        "synth lead": play(lead_notes(), 81),
        "vocals": voice,
        "backing vocals": harmony,
    }
    low_pass = butter(4, 9000, fs=SAMPLE_RATE, output="sos")
    soft = {
        name: np.asarray(sosfilt(low_pass, audio))
        for name, audio in stems.items()
        if name != "drums"
    }
    return {**stems, **soft}


def at_level(audio: np.ndarray, level_lufs: float) -> np.ndarray:
    """A mono stem at a loudness as it sits in the stereo bus."""
    both = np.stack([audio, audio]).astype(np.float32)
    measured = integrated_lufs(both, SAMPLE_RATE)
    if measured is None:
        raise ValueError("a demo stem came out silent: check the soundfonts and espeak-ng")
    return both[0] * np.float32(10 ** ((level_lufs - measured) / 20))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for rough/*.flac and balance.json"
    )
    parser.add_argument("--soundfonts", type=Path, default=Path("/usr/share/sounds/sf2"))
    options = parser.parse_args()
    folder = options.out / "rough"
    folder.mkdir(parents=True, exist_ok=True)
    for name, audio in render_stems(options.soundfonts).items():
        rough_lu = BALANCED_LU[name] + FAULTS_DB.get(name, 0.0)
        rough = at_level(audio, DRUMS_LUFS + rough_lu)
        if np.abs(rough).max() >= 1.0:
            raise ValueError(f"{name} would clip at {rough_lu:+.1f} LU: lower DRUMS_LUFS")
        soundfile.write(folder / f"{name}.flac", rough, SAMPLE_RATE, subtype="PCM_16")
    facts = {"anchor": "drums", "balanced_lu": BALANCED_LU, "faults_db": FAULTS_DB}
    (options.out / "balance.json").write_text(json.dumps(facts, indent=2) + "\n")
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{len(BALANCED_LU)} stems, {SECONDS:.1f} s, {size / 1e6:.2f} MB in {folder}")


if __name__ == "__main__":
    main()
