"""A take: what was set, and its rendering stem by stem.

One rule: two stems at a time are in memory; a take of a large song lies in a temporary file, like
the song itself.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from mixer.console import INDEX, PARAMETERS, render_stem, room_of
from mixer.fader import apply_gain
from mixer.megami.analysis import Progress, loudness
from mixer.megami.sections import keep_sections
from mixer.song import Song
from mixer.storage import each, give_back, zeros
from mixer.workers import two_at_a_time


@dataclass(frozen=True, eq=False)
class Setting:
    """A take to be rendered. settings (S, 24) in units; gains_db (S,), -inf for a muted stem."""

    seed: int
    settings: np.ndarray
    gains_db: np.ndarray


@dataclass(frozen=True, eq=False)
class Take:
    """One rendered sample. settings (S, 24) in units; stems (S, 2, n); mix (2, n); gains_db (S,).

    gains_db is what the faders did to each stem's loudness; -inf for a muted stem.
    """

    seed: int
    settings: np.ndarray
    stems: np.ndarray
    mix: np.ndarray
    gains_db: np.ndarray

    def each(self) -> Iterator[np.ndarray]:
        """The rendered stems (2, n) in the song's order, with one at a time in memory."""
        return each(self.stems)

    def report(self, names: Sequence[str]) -> tuple[str, ...]:
        """One line a stem: what was done to it, in units; what does nothing is not told."""
        rows = zip(names, self.settings, self.gains_db, strict=True)
        return tuple(f"{name}: {_told(row, float(gain_db))}" for name, row, gain_db in rows)


def render(song: Song, setting: Setting, stems_lufs: np.ndarray | None, report: Progress) -> Take:
    """Render a take; an exception that report raises stops it, and nothing stays behind.

    Args:
        stems_lufs: the stems' loudness (S,), NaN = no level; measured where needed if None.
    """
    stems, mix = zeros(song.audio.shape, "a take"), np.zeros(song.audio.shape[1:], np.float32)
    knobs = torch.from_numpy(setting.settings)
    sends = setting.settings[:, INDEX["send_db"]] > PARAMETERS[INDEX["send_db"]].low
    room = room_of(knobs[:1], song.sample_rate) if sends.any() else None  # all stems share it

    def fill(index: int) -> None:
        gain_db = float(setting.gains_db[index])
        if gain_db == -np.inf:
            return
        stems[index] = render_stem(
            song.audio[index],
            knobs[index],
            gain_db,
            room,
            song.sample_rate,
            None if stems_lufs is None else float(stems_lufs[index]),
            _keep(song.sample_rate) if knobs[index, INDEX["ratio"]] > 1.0 else None,
        )

    for index, _ in enumerate(two_at_a_time(fill, range(len(stems)))):
        mix += stems[index]
        give_back(stems[index])
        give_back(song.audio[index])
        report(index + 1, len(stems), song.names[index])
    return Take(setting.seed, setting.settings, stems, mix, setting.gains_db)


def as_loud(take: Take, mix_lufs: float, sample_rate: int) -> Take:
    """The take with one common gain that brings its mix to mix_lufs; its stems change in place."""
    common_db = mix_lufs - loudness(take.mix, sample_rate)
    if np.isnan(common_db):
        return take
    gain = np.float32(10.0 ** (common_db / 20.0))
    for stem in take.each():
        stem *= gain
    return replace(take, mix=apply_gain(take.mix, common_db), gains_db=take.gains_db + common_db)


def _keep(sample_rate: int) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    return lambda before, after: keep_sections(before, after, sample_rate)


def _told(row: np.ndarray, gain_db: float) -> str:
    if gain_db == -np.inf:
        return "muted"
    knob = {parameter.name: float(value) for parameter, value in zip(PARAMETERS, row, strict=True)}
    parts = [f"{gain_db:+.1f} dB", f"pan {knob['pan']:+.2f}", f"width {knob['width']:.2f}"]
    if knob["high_pass_hz"] > 20.5:
        parts.append(f"high-pass {knob['high_pass_hz']:.0f} Hz")
    for band in ("low_shelf", "peak1", "peak2", "peak3", "high_shelf"):
        if abs(knob[f"{band}_db"]) >= 0.5:
            parts.append(f"{knob[f'{band}_db']:+.1f} dB at {knob[f'{band}_hz']:.0f} Hz")
    if knob["ratio"] > 1.0:
        parts.append(f"compressor {knob['ratio']:.1f}:1 from {knob['threshold_db']:+.1f} dB")
    if knob["send_db"] > -60.0:
        parts.append(f"reverb {knob['send_db']:.1f} dB, {knob['decay_s']:.1f} s")
    return ", ".join(parts)
