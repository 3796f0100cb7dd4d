"""Tiny made-up songs in the true layouts of the known collections."""

import json
from pathlib import Path

import numpy as np
import soundfile
import yaml

RATE = 8000
MEDLEYDB_LABELS = ("double bass", "drum set", "male rapper", "synthesizer", "synthesizer")
MOISESDB_STEMS = {
    "vocals": ["lead female singer", "background vocals"],
    "drums": ["kick drum", "snare drum", "snare drum"],
    "bass": ["bass guitar"],
    "percussion": ["a-tonal percussion (claps, shakers, congas, cowbell etc)"],
    "other_keys": ["organ, electric organ"],
    "other": ["click track"],
}


def write(path: Path, level: float, seed: int = 0, rate: int = RATE, seconds: float = 1.0) -> None:
    """Stereo noise whose RMS is the level."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).standard_normal((round(seconds * rate), 2))
    soundfile.write(path, level * noise, rate, subtype="FLOAT")


def musdb(root: Path, name: str = "Artist - Song", split: str = "test") -> Path:
    song = root / split / name
    for seed, stem in enumerate(("bass", "drums", "other", "vocals", "mixture")):
        write(song / f"{stem}.wav", 0.05, seed)
    return song


def medleydb(
    root: Path, metadata: Path | None = None, name: str = "Artist_Song", bleed: str = "no"
) -> Path:
    song = root / "Audio" / name
    for number, _ in enumerate(MEDLEYDB_LABELS, start=1):
        write(song / f"{name}_STEMS" / f"{name}_STEM_{number:02d}.wav", 0.01, number)
        write(song / f"{name}_RAW" / f"{name}_RAW_{number:02d}_01.wav", 0.5, number)
    write(song / f"{name}_MIX.wav", 0.1)
    (song / f"{name}_STEMS" / f"._{name}_STEM_01.wav").write_bytes(b"a fork of macOS")
    stems = {
        f"S{number:02d}": {
            "component": "bass" if number == 5 else "",
            "filename": f"{name}_STEM_{number:02d}.wav",
            "instrument": label,
            "raw": {"R01": {"filename": f"{name}_RAW_{number:02d}_01.wav", "instrument": label}},
        }
        for number, label in enumerate(MEDLEYDB_LABELS, start=1)
    }
    told = {"artist": "The Artist", "title": "The Song", "genre": "Jazz", "has_bleed": bleed,
            "excerpt": "no", "instrumental": "no", "version": 1.2,
            "mix_filename": f"{name}_MIX.wav", "stems": stems}  # fmt: skip
    place = metadata or song
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{name}_METADATA.yaml").write_text(yaml.safe_dump(told))
    return song


def moisesdb(root: Path, name: str = "0a1b", bleeding: str = "kick drum") -> Path:
    song = root / "moisesdb_v0.1" / name
    listed = []
    for stem, kinds in MOISESDB_STEMS.items():
        tracks = []
        for number, kind in enumerate(kinds):
            identity = f"{stem}-{number}"
            write(song / stem / f"{identity}.wav", 0.02, number)
            tracks.append({"id": identity, "extension": "wav", "trackType": kind,
                           "has_bleed": kind == bleeding})  # fmt: skip
        listed.append({"stemName": stem, "tracks": tracks})
    told = {"song": "Song", "artist": "An Artist", "genre": "pop", "stems": listed}
    (song / "data.json").write_text(json.dumps(told))
    return song
