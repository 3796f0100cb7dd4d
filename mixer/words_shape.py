"""From wishes to knobs: a bounded change of one stem's console settings, told in units.

One rule: whatever was set before, no knob leaves its travel or moves further than one step may.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mixer.console import INDEX, PARAMETERS, neutral_settings
from mixer.knobs import EQ_BANDS
from mixer.words import Wish
from mixer.words_map import QUALITIES

MOST_GAIN_DB = 3.0  # what words may do to a fader in one step
_MOST = {"dB": 8.0, "octaves": 3.6, "send": 12.0, "width": 0.6}  # of a knob in one step
_OCTAVES = frozenset({"high_pass_hz", "ratio"})  # knobs that are changed by a factor
_AUDIBLE_SEND_DB, _AUDIBLE_HIGH_PASS_HZ = -24.0, 30.0  # where a knob that is off begins
_SEND_OFF_BELOW_DB, _RATIO_OFF_BELOW = -30.0, 1.05
# What says where a change is made: it follows the knob that says how much of it there is.
PLACES: dict[str, tuple[str, ...]] = {
    "low_shelf_db": ("low_shelf_hz",),
    "peak1_db": ("peak1_hz", "peak1_q"),
    "peak2_db": ("peak2_hz", "peak2_q"),
    "peak3_db": ("peak3_hz", "peak3_q"),
    "high_shelf_db": ("high_shelf_hz",),
    "ratio": ("threshold_db", "attack_ms", "release_ms"),
}
_PARAMETER = {parameter.name: parameter for parameter in PARAMETERS}

Sound = Mapping[str, float]  # knob -> value in units


@dataclass(frozen=True)
class Shaped:
    """sound: every knob that was asked about, with its new value. gain_db: for the fader."""

    sound: dict[str, float]
    gain_db: float

    def changes(self, before: Sound) -> tuple[str, ...]:
        """What is different from before, in units; nothing where nothing is."""
        level = (f"level {self.gain_db:+.1f} dB",) if self.gain_db else ()
        return told_changes(before, self.sound) + level


def shape(before: np.ndarray, wishes: Sequence[Wish]) -> Shaped:
    """What wishes make of one stem's settings (24,); what they do not speak of is left alone."""
    steps: dict[str, float] = {}
    places: dict[str, list[tuple[float, float]]] = {}  # knob -> (value, weight)
    gain_db = 0.0
    for wish in wishes:
        quality, much = QUALITIES[wish.quality], wish.way * wish.amount
        gain_db += much * quality.gain_db
        for knob, by in quality.by.items():
            steps[knob] = steps.get(knob, 0.0) + much * by
            for place in PLACES.get(knob, ()):
                if place in quality.at:
                    weighted = (quality.at[place], abs(much * by))
                    places.setdefault(place, []).append(weighted)
    sound: dict[str, float] = {}
    for knob, step in steps.items():
        was = _value(before, knob)
        step = float(np.clip(step, -_most(knob), _most(knob)))
        now = _rounded(knob, _moved(knob, was, step))
        sound[knob] = max(now, was) if step > 0.0 else min(now, was) if step < 0.0 else was
        for place in PLACES.get(knob, ()):
            sound[place] = _rounded(
                place, _meet(place, _value(before, place), _size(knob, was), places[place])
            )
    limited_db = float(np.clip(gain_db, -MOST_GAIN_DB, MOST_GAIN_DB))
    return Shaped(sound, round(limited_db, 1) + 0.0)


def settings_with(settings: np.ndarray, sound: Sound) -> np.ndarray:
    """A copy of one stem's settings (24,) in which these knobs have these values."""
    changed = np.array(settings, np.float32)
    for knob, value in sound.items():
        changed[INDEX[knob]] = value
    return changed


def neutral_with(sound: Sound) -> np.ndarray:
    """Settings (24,) that do nothing but these knobs."""
    return settings_with(neutral_settings(1)[0].numpy(), sound)


def told(sound: Sound) -> tuple[str, ...]:
    """What a sound is, in units: +2.5 dB above 8.0 kHz, high-pass 110 Hz."""
    return told_changes({}, sound)


def told_changes(before: Sound, after: Sound) -> tuple[str, ...]:
    """What moved from one sound to another, in units, with where it stands where it stood off 0."""
    parts = []
    for band in EQ_BANDS:
        was, now = (sound.get(f"{band}_db", 0.0) for sound in (before, after))
        if f"{band}_db" in after and now != was:
            to = f" (now {now:+.1f} dB)" if was else ""
            parts.append(f"{now - was:+.1f} dB {_where(band, after[f'{band}_hz'])}{to}")
    for knob, say in _SAID.items():
        now, neutral = after.get(knob), _PARAMETER[knob].neutral
        if now is not None and now != before.get(knob, neutral):
            parts.append(say(now))
        elif now == neutral and knob not in before:  # asked, and so kept off in takes
            parts.append(say(now).replace(" off", " stays off"))
    return tuple(parts)


def _where(band: str, hz: float) -> str:
    place = {"low_shelf": "below", "high_shelf": "above"}.get(band, "at")
    return f"{place} {hz / 1000:.1f} kHz" if hz >= 1000 else f"{place} {hz:.0f} Hz"


_SAID = {
    "high_pass_hz": lambda hz: f"high-pass {hz:.0f} Hz" if hz > 20.0 else "high-pass off",
    "ratio": lambda ratio: f"compressor {ratio:.1f}:1" if ratio > 1.0 else "compressor off",
    "send_db": lambda send_db: f"reverb {send_db:+.1f} dB" if send_db > -60.0 else "reverb off",
    "width": lambda width: f"width {width:.2f}",
}


def _value(settings: np.ndarray, knob: str) -> float:
    parameter = _PARAMETER[knob]
    return float(np.clip(settings[INDEX[knob]], parameter.low, parameter.high))


def _most(knob: str) -> float:
    kind = "octaves" if knob in _OCTAVES else {"send_db": "send", "width": "width"}.get(knob, "dB")
    return _MOST[kind]


def _moved(knob: str, was: float, step: float) -> float:
    """A knob after a step; what is off is brought to where it is heard, or switched off again."""
    if knob in _OCTAVES:
        edge = _AUDIBLE_HIGH_PASS_HZ if knob == "high_pass_hz" else 1.0
        now = (max(was, edge) if step > 0 else was) * 2.0**step
        off = _AUDIBLE_HIGH_PASS_HZ if knob == "high_pass_hz" else _RATIO_OFF_BELOW
    else:
        now = (max(was, _AUDIBLE_SEND_DB) if knob == "send_db" and step > 0 else was) + step
        off = _SEND_OFF_BELOW_DB if knob == "send_db" else -math.inf
    if step < 0 and now < off:
        return _PARAMETER[knob].low
    return float(np.clip(now, _PARAMETER[knob].low, _PARAMETER[knob].high))


def _size(knob: str, value: float) -> float:
    """How much there is of what a knob does, in the measure of its steps."""
    return math.log2(value) if knob == "ratio" else abs(value)


def _meet(place: str, was: float, weight: float, asked: Sequence[tuple[float, float]]) -> float:
    """Where changes that share a band are made: between them, nearer to the larger."""
    pairs = [(was, weight), *asked]
    total = sum(size for _, size in pairs)
    if not total:
        return was
    if _PARAMETER[place].log:
        return math.exp(sum(math.log(value) * size for value, size in pairs) / total)
    return sum(value * size for value, size in pairs) / total


def _rounded(knob: str, value: float) -> float:
    """A value as it is told, so that what is told is what is set."""
    if knob.endswith("_hz"):
        grid = 100.0 if value >= 1000.0 else 5.0
    else:
        grid = 0.01 if knob in ("width",) or knob.endswith("_q") else 0.1
    parameter = _PARAMETER[knob]
    return float(np.clip(round(round(value / grid) * grid, 2), parameter.low, parameter.high))
