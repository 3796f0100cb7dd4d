"""A take: what was set, and its rendering stem by stem.

One rule: two stems at a time are in memory; a take of a large song lies in a temporary file, like
the song itself.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from mixer.console import INDEX, PARAMETERS, render_stem, room_of
from mixer.knobs import EQ_BANDS
from mixer.megami.analysis import Progress, loudness
from mixer.megami.sections import keep_sections
from mixer.moves import MAX_GAIN_DB, MixState
from mixer.song import Song
from mixer.storage import each, give_back, zeros
from mixer.workers import two_at_a_time

_NEAR_ENOUGH_LU = 0.02
_TRIES = 8


class TakeError(ValueError):
    """A take that cannot be made: got, need and cure."""


@dataclass(frozen=True, eq=False)
class Setting:
    """A take to be rendered. settings (S, 24) in units; gains_db (S,), -inf for a muted stem.

    free (S,): stems whose gain MEGAMI chose.
    """

    seed: int
    settings: np.ndarray
    gains_db: np.ndarray
    free: np.ndarray


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


def check_state(song: Song, state: MixState) -> None:
    """Refuse the state of another song."""
    stems = len(song.names)
    if not stems == len(state.gain_db) == len(state.pan) == len(state.muted):
        raise TakeError(
            f"the state is of {len(state.gain_db)} stems and the song has {stems}: "
            "give the state of this song (MixState.untouched starts one)"
        )


def render(song: Song, setting: Setting, stems_lufs: np.ndarray | None, report: Progress) -> Take:
    """Render a take; an exception that report raises stops it, and nothing stays behind.

    Args:
        stems_lufs: the stems' loudness (S,), NaN = no level; measured where needed if None.
    """
    stems, mix = zeros(song.audio.shape, "a take"), np.zeros(song.audio.shape[1:], np.float32)
    made = _stem_maker(song, setting, stems_lufs)

    def fill(index: int) -> None:
        if setting.gains_db[index] > -np.inf:
            stems[index] = made(index)

    def add(index: int, _: None) -> None:
        np.add(mix, stems[index], out=mix)
        give_back(stems[index])
        give_back(song.audio[index])
        report(index + 1, len(stems), song.names[index])

    two_at_a_time(fill, range(len(stems)), add)
    return Take(setting.seed, setting.settings, stems, mix, setting.gains_db)


def render_mix(song: Song, setting: Setting, report: Progress) -> np.ndarray:
    """The mix (2, n) of a take, the same bits as render's, without its stems being kept."""
    mix = np.zeros(song.audio.shape[1:], np.float32)
    made = _stem_maker(song, setting, None)
    heard = [int(index) for index in np.flatnonzero(setting.gains_db > -np.inf)]

    def add(place: int, stem: np.ndarray) -> None:
        np.add(mix, stem, out=mix)
        give_back(song.audio[heard[place]])
        report(place + 1, len(heard), song.names[heard[place]])

    two_at_a_time(made, heard, add)
    return mix


def _stem_maker(
    song: Song, setting: Setting, stems_lufs: np.ndarray | None
) -> Callable[[int], np.ndarray]:
    """What renders one stem (2, n) of a take by its place in the song."""
    knobs = torch.from_numpy(setting.settings)
    sends = setting.settings[:, INDEX["send_db"]] > PARAMETERS[INDEX["send_db"]].low
    room = room_of(knobs[:1], song.sample_rate) if sends.any() else None  # all stems share it

    def made(index: int) -> np.ndarray:
        return render_stem(
            song.audio[index],
            knobs[index],
            float(setting.gains_db[index]),
            room,
            song.sample_rate,
            None if stems_lufs is None else float(stems_lufs[index]),
            _keep(song.sample_rate) if knobs[index, INDEX["ratio"]] > 1.0 else None,
        )

    return made


def as_loud(take: Take, free: np.ndarray, mix_lufs: float, sample_rate: int) -> Take:
    """The take with one gain on its free stems (S,) that brings the mix to mix_lufs; in place.

    The other stems stay where the user has put them, even if the mix is then louder than that.
    """
    kept = np.zeros_like(take.mix)
    for stem in (stem for stem, chosen in zip(take.each(), free, strict=True) if not chosen):
        kept += stem
    chosen = take.mix - kept
    common_db = _gain_to_db(kept, chosen, mix_lufs, sample_rate)
    gain = np.float32(10.0 ** (common_db / 20.0))
    for index in np.flatnonzero(free):
        take.stems[index] *= gain
        give_back(take.stems[index])
    return replace(take, mix=kept + chosen * gain, gains_db=take.gains_db + common_db * free)


def _gain_to_db(kept: np.ndarray, chosen: np.ndarray, mix_lufs: float, sample_rate: int) -> float:
    """The gain on chosen (2, n) at which kept + chosen has a loudness, by Newton's method."""
    gain_db, still = 0.0, float(np.square(kept).sum())
    power = float(np.square(chosen).sum())
    for _ in range(_TRIES):
        gain = 10.0 ** (gain_db / 20.0)
        missing_db = mix_lufs - loudness(kept + chosen * np.float32(gain), sample_rate)
        if power == 0.0 or np.isnan(missing_db) or abs(missing_db) < _NEAR_ENOUGH_LU:
            break
        share = power * gain**2 / (power * gain**2 + still)
        gain_db = float(np.clip(gain_db + missing_db / max(share, 0.1), -MAX_GAIN_DB, MAX_GAIN_DB))
    return gain_db


def _keep(sample_rate: int) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    return lambda before, after: keep_sections(before, after, sample_rate)


def _told(row: np.ndarray, gain_db: float) -> str:
    if gain_db == -np.inf:
        return "muted"
    knob = {parameter.name: float(value) for parameter, value in zip(PARAMETERS, row, strict=True)}
    parts = [f"{gain_db:+.1f} dB", f"pan {knob['pan']:+.2f}", f"width {knob['width']:.2f}"]
    if knob["high_pass_hz"] > 20.5:
        parts.append(f"high-pass {knob['high_pass_hz']:.0f} Hz")
    for band in EQ_BANDS:
        if abs(knob[f"{band}_db"]) >= 0.5:
            parts.append(f"{knob[f'{band}_db']:+.1f} dB at {knob[f'{band}_hz']:.0f} Hz")
    if knob["ratio"] > 1.0:
        parts.append(f"compressor {knob['ratio']:.1f}:1 from {knob['threshold_db']:+.1f} dB")
    if knob["send_db"] > -60.0:
        parts.append(f"reverb {knob['send_db']:.1f} dB, {knob['decay_s']:.1f} s")
    return ", ".join(parts)
