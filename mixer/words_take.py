"""Words in a render: what was asked of a stem is kept, and a style moves all stems' effects.

One rule: what was asked is applied after the draw, so it changes not one bit of any other stem.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mixer.console import INDEX, PARAMETERS
from mixer.moves import MixState
from mixer.song import Song
from mixer.words import understood
from mixer.words_shape import settings_with, shape

LEAST_SHARE = 0.3  # of a style's amount, on a stem 10 dB or more below the loudest
LOW_HZ = 150.0  # what lies below keeps out of rooms and stays in the middle
_HEARD_S = 20.0
_WIDENING = frozenset({"distant", "wet", "spacious", "wide"})  # not for a stem of lows
_SEND = INDEX["send_db"]
_ROOM = (INDEX["decay_s"], INDEX["predelay_ms"])


def keep_asked(settings: np.ndarray, state: MixState) -> None:
    """Set the knobs that the user asked for, in place, (S, 24).

    The stems share one room, which is settled by now: a send that was asked for goes into it and
    does not change it. Where no stem was sent anywhere it is the console's own.
    """
    if not state.sound:
        return
    if not (settings[:, _SEND] > PARAMETERS[_SEND].low).any():
        for knob in _ROOM:
            settings[:, knob] = PARAMETERS[knob].neutral
    for index in range(len(settings)):
        settings[index] = settings_with(settings[index], state.sound_of(index))


def steer(
    style: str, song: Song, stems: Sequence[int], lufs: np.ndarray, settings: np.ndarray
) -> None:
    """Move the settings (K, 24) of some stems, as loud as lufs (K,), toward a style, in place.

    Faders and pans stay. Louder stems go further, as they are what a mix sounds like; low ones are
    kept dry and narrow.
    """
    wishes = understood(style).wishes
    shares = np.maximum(LEAST_SHARE, 10.0 ** ((lufs - lufs.max()) / 20.0))
    for index, (stem, share) in enumerate(zip(stems, shares.tolist(), strict=True)):
        high = 1.0 - low_share(song.audio[stem], song.sample_rate)
        scaled = [
            replace(wish, amount=wish.amount * share * (high if wish.quality in _WIDENING else 1.0))
            for wish in wishes
        ]
        settings[index] = settings_with(settings[index], shape(settings[index], scaled).sound)


def low_share(stem: np.ndarray, sample_rate: int) -> float:
    """How much of the power of (2, n) lies below 150 Hz, 0 to 1, in its middle 20 s."""
    length = min(stem.shape[1], int(_HEARD_S * sample_rate))
    start = (stem.shape[1] - length) // 2
    power = np.square(np.abs(np.fft.rfft(stem[:, start : start + length]))).sum(axis=0)
    hz = np.fft.rfftfreq(length, 1.0 / sample_rate)
    total = float(power.sum())
    return float(power[hz < LOW_HZ].sum()) / total if total > 0.0 else 0.0
