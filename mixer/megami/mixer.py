"""Takes: settings drawn by MEGAMI around what the user has fixed, and their rendering.

One rule: MEGAMI fills in what was not asked and never overrides what was. A fader move or a mute is
applied after the draw, so it changes that stem's loudness and not one bit of any other stem.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch

from mixer.console import INDEX, PARAMETERS, neutral_settings, render_stems
from mixer.megami.code import COORDINATES
from mixer.megami.generator import Generator
from mixer.megami.rough import (
    add_up,
    free_gains,
    held_levels,
    hold,
    listen,
    loudness,
)
from mixer.megami.sampling import sample
from mixer.megami.sections import keep_sections
from mixer.moves import MixState
from mixer.song import Song
from mixer.words_take import settle

WEIGHTS = Path(__file__).parents[1] / "weights" / "megami"
MAX_STEMS = 96
Progress = Callable[[int, int, str], None]

_LOW = np.array([parameter.low for parameter in PARAMETERS], np.float32)
_HIGH = np.array([parameter.high for parameter in PARAMETERS], np.float32)


class TakeError(ValueError):
    """A take that cannot be made: got, need and cure."""


class Megami:
    """The generator with its units: contents in, console settings out."""

    def __init__(self, generator: Generator) -> None:
        self.generator = generator

    @classmethod
    def load(cls, folder: Path | None = None) -> "Megami":
        """Read a trained generator; without a folder, the shipped one."""
        return cls(Generator.load(folder or WEIGHTS))

    def sample(
        self,
        embedding: np.ndarray,
        takes: int = 1,
        seed: int = 0,
        held: np.ndarray | None = None,
        guidance: float = 1.0,
        steps: int = 30,
    ) -> np.ndarray:
        """Draw settings (takes, stems, 24) in units; take k is what seed + k gives alone.

        Args:
            embedding: contents (stems, 128).
            held: settings to keep (stems, 24), NaN where free; they come back exactly, in any take.
            guidance: 1 = as trained; above, takes are more alike and more typical of the contents.
        """
        size = self.generator.config.content_size
        embedding = np.asarray(embedding, np.float32)
        if (
            embedding.ndim != 2
            or embedding.shape[1] != size
            or not 1 <= len(embedding) <= MAX_STEMS
        ):
            raise TakeError(
                f"contents of shape {embedding.shape} were given: MEGAMI needs (stems, {size}) "
                f"with 1 to {MAX_STEMS} stems (let the ear make them)"
            )
        fixed = np.full((len(embedding), COORDINATES), np.nan) if held is None else np.asarray(held)
        fixed = fixed.astype(np.float32)
        outside = (fixed < _LOW) | (fixed > _HIGH)
        if fixed.shape != (len(embedding), COORDINATES) or outside.any():
            raise TakeError(
                f"held settings of shape {fixed.shape} with {int(outside.sum())} out of range "
                f"were given: they must be ({len(embedding)}, {COORDINATES}), inside the console's "
                "limits or NaN"
            )
        code = self.generator.code
        held_z = code.encode(torch.from_numpy(fixed)).numpy()
        drawn = []
        for take in range(takes):
            z = sample(
                self.generator, embedding, held_z, seed + take, guidance=guidance, steps=steps
            )
            settings = code.decode(torch.from_numpy(z)).numpy()
            drawn.append(np.where(np.isnan(fixed), settings, fixed))
        return np.stack(drawn)


@lru_cache(maxsize=1)
def shipped() -> Megami:
    """The generator that comes with the package, loaded once."""
    return Megami.load()


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

    def report(self, names: Sequence[str]) -> tuple[str, ...]:
        """One line a stem: what was done to it, in units; what does nothing is not told."""
        rows = zip(names, self.settings, self.gains_db, strict=True)
        return tuple(f"{name}: {_told(row, float(gain_db))}" for name, row, gain_db in rows)


def render_takes(
    song: Song,
    embedding: np.ndarray | None,
    state: MixState,
    *,
    effects: bool = True,
    takes: int = 1,
    seed: int = 0,
    free_levels: bool = False,
    style: str | None = None,
    on_progress: Progress | None = None,
    megami: Megami | None = None,
) -> list[Take]:
    """Render takes with the seeds seed, seed + 1 …; levels stay where the user's state has them.

    Args:
        embedding: contents (stems, 128); None = the shipped ear listens, if contents are needed.
        effects: False = faders and pans only; nothing set gives the stems back unchanged.
        free_levels: let MEGAMI set the balance of every stem the user has not moved; the mix keeps
            the loudness of the user's own.
        style: words ("warm vintage") that all effects are moved toward, more on louder stems.
        on_progress: called with (stems done, stems to do, name) over all takes.
    """
    stems = len(song.names)
    if not stems == len(state.gain_db) == len(state.pan) == len(state.muted):
        raise TakeError(
            f"the state is of {len(state.gain_db)} stems and the song has {stems}: "
            "give the state of this song (MixState.untouched starts one)"
        )
    if style is not None and not effects:
        raise TakeError(f"style {style!r} without effects was asked: a style needs them on")
    rough = listen(song, state, whole_mix=effects or free_levels)
    drawn = np.repeat(neutral_settings(stems).numpy()[None], takes, axis=0)
    active = rough.sounding
    if (effects or free_levels) and active:
        contents = embedding if embedding is not None else _hear(song)
        held = hold(rough.stereo, state, held_levels(rough, state, free_levels))[active]
        drawn[:, active] = (megami or shipped()).sample(contents[active], takes, seed, held)
    made = []
    for take, settings in enumerate(drawn):
        gains_db = np.array(state.gain_db, np.float64)
        if free_levels:
            gains_db = free_gains(settings[:, INDEX["level_db"]], rough, state)
        knobs = settings if effects else neutral_settings(stems).numpy()
        for index, pan in enumerate(state.pan):
            knobs[index, INDEX["pan"]] = knobs[index, INDEX["pan"]] if pan is None else pan
        settle(knobs, state, style, song, rough.stems_lufs)
        report = _report_to(on_progress, take, takes, song.names)
        one = _render(song, knobs, gains_db, state, rough.stems_lufs, seed + take, report)
        made.append(_as_loud(one, rough.mix_lufs, song.sample_rate) if free_levels else one)
    return made


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


def _hear(song: Song) -> np.ndarray:
    from mixer.ear import Ear

    return np.asarray(Ear.load().hear(song).embedding, np.float32)


def _report_to(
    on_progress: Progress | None, take: int, takes: int, names: Sequence[str]
) -> Progress:
    def report(done: int, total: int, name: str) -> None:
        if on_progress is not None:
            on_progress(take * len(names) + done, takes * len(names), name)

    return report


def _render(
    song: Song,
    settings: np.ndarray,
    gains_db: np.ndarray,
    state: MixState,
    stems_lufs: np.ndarray,
    seed: int,
    report: Progress,
) -> Take:
    """Render stem by stem; muted ones are silent."""
    stems = np.zeros(song.audio.shape, np.float32)
    for index, name in enumerate(song.names):
        if not state.muted[index]:
            lufs, rate = float(stems_lufs[index]), song.sample_rate
            stem = song.audio[index]
            stems[index] = _effected(stem, settings[index], float(gains_db[index]), lufs, rate)
        report(index + 1, len(song.names), name)
    gains_db = np.where(state.muted, -np.inf, gains_db)
    return Take(seed, settings, stems, add_up(stems, np.ones(len(stems))), gains_db)


def _effected(
    stem: np.ndarray, settings: np.ndarray, gain_db: float, lufs: float, sample_rate: int
) -> np.ndarray:
    """One stem (2, n) through the console, gain_db louder than it came, its sections kept."""
    knobs, compressed = torch.from_numpy(settings[None]), settings[INDEX["ratio"]] > 1.0
    fader_db = 0.0 if compressed else gain_db
    made = render_stems(stem[None], knobs, np.array([fader_db]), sample_rate)[0]
    if not compressed:
        return made
    made = keep_sections(stem, made, sample_rate)
    now = loudness(made, sample_rate)
    change_db = gain_db if np.isnan(lufs - now) else lufs - now + gain_db
    return made * np.float32(10.0 ** (change_db / 20.0))


def _as_loud(take: Take, mix_lufs: float, sample_rate: int) -> Take:
    """The take with one common gain that brings its mix to mix_lufs."""
    common_db = mix_lufs - loudness(take.mix, sample_rate)
    if np.isnan(common_db):
        return take
    gain = np.float32(10.0 ** (common_db / 20.0))
    stems = np.multiply(take.stems, gain, out=take.stems)
    return Take(take.seed, take.settings, stems, take.mix * gain, take.gains_db + common_db)
