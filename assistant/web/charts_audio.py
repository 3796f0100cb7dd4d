"""What the charts measure on a song's stems, kept as long as the song is open.

One rule: a fader only adds its dB to what was measured, so stems are measured once a sound; mixes
are not made here, the charts read those that were rendered to be listened to.
"""

import threading
from weakref import WeakKeyDictionary

import numpy as np

from assistant.context import ToolContext
from mixer.over_time import LoudnessCurve, loudness_curve
from mixer.song import Song
from mixer.storage import give_back
from mixer.third_octaves import third_octave_power

STEPS_S = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
MOST_POINTS = 160  # of a curve: no more are drawn or told

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
        self._bands: dict[tuple, np.ndarray] = {}
        self._stems: dict[tuple, LoudnessCurve] = {}

    def bands(self, context: ToolContext, index: int) -> np.ndarray:
        """Power (frames, 28) of a stem as it stands, muted or not, before its pan."""
        state = context.session.state()
        key = index, tuple(state.sound_of(index).items())
        with self._lock:
            if key not in self._bands:
                audio = context.as_asked(index)
                self._bands[key] = third_octave_power(audio, context.song.sample_rate)
                give_back(audio)
            power = self._bands[key]
        return power * 10.0 ** (state.gain_db[index] / 10.0)

    def stem_curve(self, context: ToolContext, index: int) -> LoudnessCurve:
        """Short-term loudness of a stem as its file has it; a gain is to be added."""
        key = index, tuple(context.session.state().sound_of(index).items())
        with self._lock:
            if key not in self._stems:
                audio = context.as_asked(index)
                self._stems[key] = self._curve(context, audio)
                give_back(audio)
            return self._stems[key]

    @staticmethod
    def _curve(context: ToolContext, audio: np.ndarray) -> LoudnessCurve:
        return loudness_curve(audio, context.song.sample_rate, step_for(context.song.seconds))


def step_for(seconds: float) -> float:
    """The finest step in s at which a curve has no more than MOST_POINTS."""
    return next((step for step in STEPS_S if seconds / step <= MOST_POINTS), 60.0)
