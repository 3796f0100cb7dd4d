"""The audio of a drill: a few seconds of the song as it stands, cut, changed, matched, written.

One rule: what is written for one drill is turned down together, so levels between files are as
they were made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile

from mixer.audition import match
from mixer.export import trim_for, write_together
from mixer.fader import apply_gain, song_lufs
from mixer.loudness import true_peak_dbtp
from mixer.moves import MixState
from mixer.song import Song

EXCERPT_S = 8.0
_HOP_S = 0.5
_BUSY_ENOUGH = 0.7  # of the busiest excerpt's share of the sound


@dataclass(frozen=True, eq=False)
class Excerpt:
    """A few seconds as they stand: stems (S, 2, n) with faders and pans, and where they begin."""

    stems: np.ndarray
    start_s: float
    sample_rate: int

    @property
    def mix(self) -> np.ndarray:
        """All stems together, (2, n)."""
        return self.stems.sum(axis=0)

    def lufs(self, index: int) -> float | None:
        """The loudness of one stem in these seconds; None where it is silent."""
        return song_lufs(self.stems[index], self.sample_rate)

    def changed(self, index: int, gain_db: float) -> np.ndarray:
        """The mix (2, n) with one stem raised by gain_db, and nothing else touched."""
        return self.mix + apply_gain(self.stems[index], gain_db) - self.stems[index]


def cut_excerpt(
    song: Song, state: MixState, focus: Sequence[int], rng: np.random.Generator
) -> Excerpt:
    """Cut and render EXCERPT_S of the song where the stems in focus play, drawn among such places.

    A shorter song is taken whole. A sound that was asked for keeps the excerpt's loudness.
    """
    from mixer.megami.mixer import render_takes

    length = min(round(EXCERPT_S * song.sample_rate), song.audio.shape[2])
    hop = round(_HOP_S * song.sample_rate)
    first = _busy_start(song, focus, length, hop, rng) * hop
    audio = np.ascontiguousarray(song.audio[:, :, first : first + length])
    take = render_takes(replace(song, audio=audio), None, state, effects=False)[0]
    return Excerpt(take.stems, first / song.sample_rate, song.sample_rate)


def _busy_start(
    song: Song, focus: Sequence[int], length: int, hop: int, rng: np.random.Generator
) -> int:
    """The hop at which an excerpt begins in which all stems in focus are about as busy as ever."""
    hops = song.audio.shape[2] // hop
    wide = length // hop
    if hops <= wide:
        return 0
    busy = np.ones(hops - wide + 1)
    for index in focus:
        stem = song.audio[index, :, : hops * hop]
        power = np.square(stem).reshape(2, hops, hop).sum(axis=(0, 2), dtype=np.float64)
        share = np.convolve(power, np.ones(wide), mode="valid")
        busy = np.minimum(busy, share / max(share.max(), 1e-30))
    fit = np.flatnonzero(busy >= _BUSY_ENOUGH * busy.max())
    return int(fit[rng.integers(fit.size)])


def clipped(stem: np.ndarray, cut_db: float) -> np.ndarray:
    """A stem (2, n) whose peaks are cut off flat, cut_db below the highest."""
    ceiling = float(np.abs(stem).max()) * 10.0 ** (-cut_db / 20.0)
    return np.clip(stem, -ceiling, ceiling)


def write_tried(folder: Path, stem: Path, rest: Path, gain_db: float) -> Path:
    """Write a stem's file, moved by gain_db, with the rest's: "try+3.wav"; over an earlier one."""
    own, sample_rate = soundfile.read(stem, dtype="float32", always_2d=True)
    others = soundfile.read(rest, dtype="float32", always_2d=True)[0]
    path = folder / f"try{gain_db:+g}.wav"
    soundfile.write(path, others + apply_gain(own, gain_db), sample_rate, "FLOAT")
    return path


def write_files(
    folder: Path, audio: Mapping[str, np.ndarray], sample_rate: int, matched: bool = False
) -> dict[str, Path]:
    """Write LABEL.wav for each, with one trim for the peaks; matched: all brought to one loudness.

    Matching is for drills in which the level must not give the answer away.
    """
    sounds = list(audio.values())
    if matched:
        sounds = list(match(sounds, sample_rate).audio)
    trim_db = min(trim_for(true_peak_dbtp(one, sample_rate)) for one in sounds)
    paths = {label: folder / f"{label}.wav" for label in audio}
    trimmed = (apply_gain(one, trim_db) for one in sounds)
    write_together(list(paths.values()), trimmed, sample_rate, "PCM_24")
    return paths
