"""What all takes of a song share: its stems' loudness, their images, and which are twins.

One rule: a song is measured once, however many takes are made of it and whatever the faders do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from mixer.fader import song_lufs
from mixer.megami.twins import same_sound, sketch
from mixer.song import Song
from mixer.storage import give_back
from mixer.workers import two_at_a_time

STEREO_FROM_DB = -40.0  # a stem whose side is louder than this against its mid has an image to keep
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, eq=False)
class Analysis:
    """The song as opened. NaN means no level.

    stems_lufs (S,). opened_lufs: their sum. stereo (S,): has an image. same_as (S,): the first
    stem that holds the same sound.
    """

    stems_lufs: np.ndarray
    opened_lufs: float
    stereo: tuple[bool, ...]
    same_as: tuple[int, ...]

    @property
    def sounding(self) -> list[int]:
        """Stems with a level."""
        return np.flatnonzero(~np.isnan(self.stems_lufs)).tolist()


_KNOWN: WeakKeyDictionary[Song, Analysis] = WeakKeyDictionary()


def analyse(song: Song, on_progress: Progress | None = None) -> Analysis:
    """Measure a song once; on_progress is told (stems done, stems, name of the stem)."""
    if song not in _KNOWN:
        _KNOWN[song] = _measured(song, on_progress)
    return _KNOWN[song]


def loudness(audio: np.ndarray, sample_rate: int) -> float:
    """Integrated LUFS of (2, n), NaN where there is no level."""
    lufs = song_lufs(audio, sample_rate)
    return np.nan if lufs is None else lufs


def mix_loudness(song: Song, gains: np.ndarray) -> float:
    """Integrated LUFS of the gained stems together, the same for any order of the stems."""
    mix = np.zeros(song.audio.shape[1:])
    for stem, gain in zip(song.each(), gains, strict=True):
        if gain != 0.0:
            mix += stem * np.float32(gain)
    return _settled(loudness(mix, song.sample_rate))


def has_image(stem: np.ndarray) -> bool:
    """Whether a stem (2, n) is truly stereo: its side above -40 dB of its mid."""
    left, right = stem[0], stem[1]
    if np.array_equal(left, right):
        return False
    both, cross = float(left @ left) + float(right @ right), 2.0 * float(left @ right)
    return both - cross > 10.0 ** (STEREO_FROM_DB / 10.0) * max(both + cross, 1e-20)


def _measured(song: Song, on_progress: Progress | None) -> Analysis:
    """One pass over the stems, with two of them in memory."""
    rate = song.sample_rate

    mix = np.zeros(song.audio.shape[1:])
    levels, stereo, sketches = [], [], []

    def read(stem: np.ndarray) -> tuple[float, bool, np.ndarray]:
        return loudness(stem, rate), has_image(stem), sketch(stem)

    def keep(place: int, found: tuple[float, bool, np.ndarray]) -> None:
        np.add(mix, song.audio[place], out=mix)
        give_back(song.audio[place])
        for column, value in zip((levels, stereo, sketches), found, strict=True):
            column.append(value)
        if on_progress is not None:
            on_progress(place + 1, len(song.names), song.names[place])

    two_at_a_time(read, song.audio, keep)
    opened_lufs = _settled(loudness(mix, rate))
    return Analysis(np.array(levels), opened_lufs, tuple(stereo), same_sound(sketches))


def _settled(lufs: float) -> float:
    """To a millionth: above what the order of the stems does to the sum, below what can matter."""
    return round(lufs, 6)
