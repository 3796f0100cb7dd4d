"""What the charts measure on a song's stems, kept as long as the song is open.

One rule: a fader only adds its dB to what was measured, so stems are measured once a sound; mixes
are not made here, the charts read those that were rendered to be listened to.
"""

import threading
from collections.abc import Callable
from typing import TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from assistant.context import ToolContext
from mixer.over_time import LoudnessCurve, loudness_curve
from mixer.song import Song
from mixer.storage import give_back
from mixer.third_octaves import third_octave_power

STEPS_S = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
MOST_POINTS = 160  # of a curve: no more are drawn or told

Sound = tuple[int, tuple]
Measured = TypeVar("Measured")
_kept: "WeakKeyDictionary[Song, SongCurves]" = WeakKeyDictionary()
_kept_lock = threading.Lock()


def curves_of(context: ToolContext) -> "SongCurves":
    """What was measured on a song, whichever room has it open."""
    with _kept_lock:
        return _kept.setdefault(context.song, SongCurves())


class SongCurves:
    """Band power of stems, and loudness along them; each is measured once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bands: dict[Sound, np.ndarray] = {}
        self._stems: dict[Sound, LoudnessCurve] = {}

    def has_bands(self, context: ToolContext, index: int) -> bool:
        """Whether a stem's bands are measured already."""
        return sound_of(context, index) in self._bands

    def bands(self, context: ToolContext, index: int) -> np.ndarray:
        """Power (frames, 28) of a stem as it stands, muted or not, before its pan."""
        gain_db = context.session.state().gain_db[index]
        power = self._once(
            self._bands,
            context,
            index,
            lambda audio: third_octave_power(audio, context.song.sample_rate),
        )
        return power * 10.0 ** (gain_db / 10.0)

    def has_stem_curve(self, context: ToolContext, index: int) -> bool:
        """Whether a stem's loudness is measured already."""
        return sound_of(context, index) in self._stems

    def stem_curve(self, context: ToolContext, index: int) -> LoudnessCurve:
        """Short-term loudness of a stem as its file has it; a gain is to be added."""
        song = context.song
        return self._once(
            self._stems,
            context,
            index,
            lambda audio: loudness_curve(audio, song.sample_rate, step_for(song.seconds)),
        )

    def _once(
        self,
        kept: dict[Sound, Measured],
        context: ToolContext,
        index: int,
        measure: Callable[[np.ndarray], Measured],
    ) -> Measured:
        sound = sound_of(context, index)
        with self._lock:
            if sound not in kept:
                audio = context.as_asked(index)
                kept[sound] = measure(audio)
                give_back(audio)
            return kept[sound]


def sound_of(context: ToolContext, index: int) -> Sound:
    """What a stem's measurement depends on: the stem, and what its sound was changed to."""
    return index, tuple(context.session.state().sound_of(index).items())


def step_for(seconds: float) -> float:
    """The finest step in s at which a curve has no more than MOST_POINTS."""
    return next((step for step in STEPS_S if seconds / step <= MOST_POINTS), 60.0)
