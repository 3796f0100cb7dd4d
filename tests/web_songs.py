"""Small songs on the disk and rooms that have them open, for the tests of the browser's audition.

One rule: every sample is known beforehand.
"""

from pathlib import Path

import numpy as np
import soundfile

from assistant.web.rooms import Room, Rooms

RATE = 16000


class NoListener:
    """Stands for the listener where nothing is asked of it."""

    name = "none"


def write_song(folder: Path, stems: dict[str, np.ndarray], sample_rate: int = RATE) -> Path:
    """Write stems (2, samples) as wav files that hold them to the bit."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, audio in stems.items():
        soundfile.write(folder / f"{name}.wav", audio.T, sample_rate, subtype="FLOAT")
    return folder


def noise(gain: float, seed: int, seconds: float = 12.0, sample_rate: int = RATE) -> np.ndarray:
    """Stereo noise (2, samples), float32."""
    shape = (2, int(seconds * sample_rate))
    return (gain * np.random.default_rng(seed).standard_normal(shape)).astype(np.float32)


def open_room(root: Path, song: Path) -> tuple[Rooms, Room]:
    """Rooms below a folder, and one of them with the song open."""
    rooms = Rooms(root, NoListener)
    return rooms, rooms.open_song(rooms.issue(), song)
