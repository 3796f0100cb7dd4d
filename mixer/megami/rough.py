"""What a take starts from: the loudness of the song as the user has it, and what must be kept.

One rule: levels are measured once a song, however many takes are made; NaN means no level.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mixer.console import INDEX, PARAMETERS
from mixer.loudness import integrated_lufs
from mixer.megami.code import COORDINATES
from mixer.moves import MAX_GAIN_DB, MixState
from mixer.song import Song

STEREO_FROM_DB = -40.0  # a stem whose side is louder than this against its mid has an image to keep


@dataclass(frozen=True, eq=False)
class Rough:
    """stems_lufs (S,) and opened_lufs: song as opened; mix_lufs: the user's mix; stereo (S,)."""

    stems_lufs: np.ndarray
    opened_lufs: float
    mix_lufs: float
    stereo: tuple[bool, ...]

    @property
    def sounding(self) -> list[int]:
        """Stems with a level."""
        return np.flatnonzero(~np.isnan(self.stems_lufs)).tolist()


def listen(song: Song, state: MixState, whole_mix: bool) -> Rough:
    """Measure what all takes share; whole mixes only where a draw will need their loudness."""
    opened = moved = np.nan
    if whole_mix:
        unity = np.ones(len(song.audio))
        gains = 10.0 ** (np.array(state.gain_db) / 20.0) * ~np.array(state.muted)
        opened = loudness(add_up(song.audio, unity), song.sample_rate)
        untouched = np.array_equal(gains, unity)
        moved = opened if untouched else loudness(add_up(song.audio, gains), song.sample_rate)
    stems = [loudness(stem, song.sample_rate) for stem in song.audio]
    return Rough(np.array(stems), opened, moved, tuple(has_image(stem) for stem in song.audio))


def loudness(audio: np.ndarray, sample_rate: int) -> float:
    """Integrated LUFS of (2, n), NaN where there is no level."""
    lufs = integrated_lufs(audio, sample_rate)
    return np.nan if lufs is None else lufs


def add_up(audio: np.ndarray, gains: np.ndarray) -> np.ndarray:
    """The gained stems (S, 2, n) added up, (2, n), with one stem at a time in memory."""
    mix = np.zeros(audio.shape[1:], np.float32)
    for stem, gain in zip(audio, gains, strict=True):
        if gain != 0.0:
            mix += stem if gain == 1.0 else stem * np.float32(gain)
    return mix


def has_image(stem: np.ndarray) -> bool:
    """Whether a stem (2, n) is truly stereo: its side above -40 dB of its mid."""
    left, right = stem[0], stem[1]
    if np.array_equal(left, right):
        return False
    both, cross = float(left @ left) + float(right @ right), 2.0 * float(left @ right)
    return both - cross > 10.0 ** (STEREO_FROM_DB / 10.0) * max(both + cross, 1e-20)


def held_levels(rough: Rough, state: MixState, free_levels: bool) -> np.ndarray:
    """Levels re mix (S,) to hold: all as opened (so a move changes a fader only), or the moved."""
    if not free_levels:
        return rough.stems_lufs - rough.opened_lufs
    gains_db = np.array(state.gain_db)
    return np.where(gains_db != 0.0, rough.stems_lufs + gains_db - rough.mix_lufs, np.nan)


def free_gains(level_db: np.ndarray, rough: Rough, state: MixState) -> np.ndarray:
    """Gains (S,) that bring what the user has not moved to the drawn levels re mix (S,)."""
    gains_db = np.array(state.gain_db, np.float64)
    wanted_db = np.clip(rough.mix_lufs + level_db - rough.stems_lufs, -MAX_GAIN_DB, MAX_GAIN_DB)
    return np.where((gains_db == 0.0) & np.isfinite(wanted_db), wanted_db, gains_db)


def hold(stereo: Sequence[bool], state: MixState, level_db: np.ndarray) -> np.ndarray:
    """What MEGAMI may not choose (S, 24; NaN = it may): levels, pans, images of stereo stems."""
    held = np.full((len(stereo), COORDINATES), np.nan, np.float32)
    for index, (wide, pan) in enumerate(zip(stereo, state.pan, strict=True)):
        if wide:
            held[index, INDEX["pan"]], held[index, INDEX["width"]] = 0.0, 1.0
        if pan is not None:
            held[index, INDEX["pan"]] = pan
    level = PARAMETERS[INDEX["level_db"]]
    held[:, INDEX["level_db"]] = np.clip(level_db, level.low, level.high)
    return held


def share_room(settings: np.ndarray) -> None:
    """Give all stems one decay and pre-delay, the mean weighted by send; in place, (S, 24).

    The stems of a song share one reverb; settled here it is the same whichever stems are rendered.
    """
    send_db = settings[:, INDEX["send_db"]].astype(np.float64)
    weight = np.where(send_db > PARAMETERS[INDEX["send_db"]].low, 10.0 ** (send_db / 20.0), 0.0)
    if weight.sum() == 0.0:
        return
    weight /= weight.sum()
    decay, predelay = INDEX["decay_s"], INDEX["predelay_ms"]
    settings[:, decay] = np.exp(np.sum(weight * np.log(settings[:, decay])))
    settings[:, predelay] = np.sum(weight * settings[:, predelay])
