"""What a draw must keep: the levels, pans and images that the user's mix has.

One rule: twins with the same pan are one sound here, as loud as they are together.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mixer.console import INDEX, PARAMETERS, neutral_settings
from mixer.megami.analysis import Analysis, mix_loudness
from mixer.megami.code import COORDINATES
from mixer.megami.twins import together_lufs
from mixer.moves import MAX_GAIN_DB, MixState
from mixer.song import Song


@dataclass(frozen=True, eq=False)
class Rough:
    """The sounds to draw for in a song of stems. members: those of each. lufs (K,): as opened.

    held (K, 24): settings that a draw keeps, NaN = free. own (K, 24): the user's, where nothing is
    added. moved (K,): whether the user has moved the sound. mix_lufs: loudness of the user's mix if
    levels are free, else NaN.
    """

    stems: int
    members: tuple[tuple[int, ...], ...]
    lufs: np.ndarray
    held: np.ndarray
    own: np.ndarray
    moved: np.ndarray
    mix_lufs: float

    @property
    def first(self) -> list[int]:
        """One stem of each sound."""
        return [stems[0] for stems in self.members]


def rough_mix(song: Song, analysis: Analysis, state: MixState, free_levels: bool) -> Rough:
    """Gather the sounds of a song and what is held of each.

    All levels are held as opened, so that a move changes a fader only; with free_levels those that
    the user has moved are held, where they were moved to.
    """
    rows = hold(analysis.stereo, state, np.full(len(song.names), np.nan))
    together: dict[tuple[int, bytes], list[int]] = {}
    for index in analysis.sounding:
        together.setdefault((analysis.same_as[index], rows[index].tobytes()), []).append(index)
    members = tuple(tuple(stems) for stems in together.values())
    gains_db = np.array(state.gain_db)
    lufs = np.array([together_lufs(analysis.stems_lufs[list(stems)]) for stems in members])
    moved = np.array([bool(gains_db[list(stems)].any()) for stems in members], bool)
    levels, mix_lufs = lufs - analysis.opened_lufs, np.nan
    if free_levels:
        mix_lufs = _users_lufs(song, analysis, state)
        now_lufs = analysis.stems_lufs + gains_db
        levels = np.array([together_lufs(now_lufs[list(stems)]) for stems in members]) - mix_lufs
    held = rows[[stems[0] for stems in members]]
    own = np.where(np.isnan(held), neutral_settings(len(members)).numpy(), held)
    _hold_levels(own, levels)
    _hold_levels(held, np.where(moved, levels, np.nan) if free_levels else levels)
    return Rough(len(rows), members, lufs, held, own, moved, mix_lufs)


def free_gains(level_db: np.ndarray, rough: Rough) -> np.ndarray:
    """Gains (S,) to the drawn levels re mix (K,); NaN for what the user has moved, or no level."""
    gains_db = np.full(rough.stems, np.nan)
    wanted_db = np.clip(rough.mix_lufs + level_db - rough.lufs, -MAX_GAIN_DB, MAX_GAIN_DB)
    for members, wanted, moved in zip(rough.members, wanted_db, rough.moved, strict=True):
        gains_db[list(members)] = np.nan if moved else wanted
    return gains_db


def hold(stereo: Sequence[bool], state: MixState, level_db: np.ndarray) -> np.ndarray:
    """What MEGAMI may not choose (S, 24; NaN = it may): levels, pans, images of stereo stems."""
    held = np.full((len(stereo), COORDINATES), np.nan, np.float32)
    for index, (wide, pan) in enumerate(zip(stereo, state.pan, strict=True)):
        if wide:
            held[index, INDEX["pan"]], held[index, INDEX["width"]] = 0.0, 1.0
        if pan is not None:
            held[index, INDEX["pan"]] = pan
    _hold_levels(held, level_db)
    return held


def share_room(settings: np.ndarray, counted: Sequence[int] | None = None) -> None:
    """Give all stems one decay and pre-delay, the mean weighted by send; in place, (S, 24).

    The stems of a song share one reverb; settled here it is the same whichever stems are rendered,
    in whatever order. counted: the stems whose sends count, all by default (twins count once).
    """
    rows = settings[list(range(len(settings)) if counted is None else counted)].astype(np.float64)
    send_db = rows[:, INDEX["send_db"]]
    weight = np.where(send_db > PARAMETERS[INDEX["send_db"]].low, 10.0 ** (send_db / 20.0), 0.0)
    if not weight.any():
        return
    decay, predelay = INDEX["decay_s"], INDEX["predelay_ms"]
    settings[:, decay] = np.exp(_mean(np.log(rows[:, decay]), weight))
    settings[:, predelay] = _mean(rows[:, predelay], weight)


def _mean(values: np.ndarray, weight: np.ndarray) -> float:
    """The weighted mean; exact sums do not know the order of the stems."""
    return math.fsum(values * weight) / math.fsum(weight)


def _hold_levels(held: np.ndarray, level_db: np.ndarray) -> None:
    level = PARAMETERS[INDEX["level_db"]]
    held[:, INDEX["level_db"]] = np.clip(level_db, level.low, level.high)


def _users_lufs(song: Song, analysis: Analysis, state: MixState) -> float:
    """Loudness of the user's own mix."""
    gains = 10.0 ** (np.array(state.gain_db) / 20.0) * ~np.array(state.muted)
    if np.array_equal(gains, np.ones(len(gains))):
        return analysis.opened_lufs
    return mix_loudness(song, gains)
