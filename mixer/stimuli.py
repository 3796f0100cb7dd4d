"""Stimuli of a listening test: the same seconds of every mix, as loud as each other, on disk.

One rule: what was written is read back and measured by another meter; a test whose stimuli differ
by more than 0.1 LU is not made.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from scipy import signal

from mixer.audio_files import read_header, shown
from mixer.audition import match_offsets
from mixer.export import trim_for, write_audio
from mixer.fader import apply_gain, block_powers, tenth_powers
from mixer.loudness import SHORTEST_S, integrated_lufs, true_peak_dbtp

MATCHED_WITHIN_LU = 0.1
LONGEST_APART_S = 2.0  # mixes of one song may end so differently (a reverb's tail), no more
_FADE_S = 0.01
# ITU-R BS.1534-3, 5.1: flat to 3.5 kHz, 25 dB down at 4 kHz, 50 dB at 4.5 kHz.
_PASS_HZ, _STOP_HZ, _DOWN_DB = 3500.0, 4000.0, 60.0


class StimulusError(ValueError):
    """Mixes that cannot be compared: the message says got, needed and cure."""


@dataclass(frozen=True)
class MixFile:
    """A mix to be cut from, as its header has it."""

    path: Path
    sample_rate: int
    seconds: float


@dataclass(frozen=True)
class Region:
    """Which seconds of a song are heard."""

    start_s: float
    seconds: float


@dataclass(frozen=True)
class Written:
    """A stimulus on disk: the gain that it was given and the level that was read back."""

    offset_db: float
    lufs: float


def open_mixes(paths: Sequence[Path]) -> list[MixFile]:
    """The headers of one song's mixes; refused where they cannot be switched between."""
    headers = [read_header(path) for path in paths]
    found = [MixFile(h.path, h.sample_rate, h.frames / h.sample_rate) for h in headers]
    for mix in found[1:]:
        first = found[0]
        if mix.sample_rate != first.sample_rate:
            raise StimulusError(
                f"{shown(mix.path)} is {mix.sample_rate} Hz and {shown(first.path)} is "
                f"{first.sample_rate} Hz: mixes of a song need one rate (export them alike)"
            )
        if abs(mix.seconds - first.seconds) > LONGEST_APART_S:
            raise StimulusError(
                f"{shown(mix.path)} lasts {mix.seconds:.1f} s and {shown(first.path)} "
                f"{first.seconds:.1f} s: mixes of a song must begin and end together, within "
                f"{LONGEST_APART_S:g} s (export the same range)"
            )
    return found


def choose_region(mixes: Sequence[MixFile], seconds: float, start_s: float | None) -> Region:
    """The asked seconds of one song, or those where its mixes are loudest on average."""
    shortest_s = min(mix.seconds for mix in mixes)
    if shortest_s < SHORTEST_S:
        raise StimulusError(
            f"{shown(mixes[0].path)} lasts {shortest_s:.2f} s: {SHORTEST_S:g} s or more are needed "
            "to match loudness (export a longer range)"
        )
    if start_s is not None and start_s + seconds > shortest_s:
        raise StimulusError(
            f"{start_s:g} s to {start_s + seconds:g} s was asked and {shown(mixes[0].path)} lasts "
            f"{shortest_s:.1f} s: choose an earlier start or fewer seconds"
        )
    seconds = min(seconds, shortest_s)
    if start_s is not None:
        return Region(start_s, seconds)
    powers = []
    for mix in mixes:
        tenths = tenth_powers(read_region(mix, Region(0.0, shortest_s)), mix.sample_rate)
        powers.append(tenths / max(float(tenths.mean()), 1e-20))
    fewest = min(map(len, powers))
    total = np.concatenate([[0.0], np.sum([p[:fewest] for p in powers], axis=0).cumsum()])
    span = min(int(seconds * 10.0), fewest)
    start = int(np.argmax(total[span:] - total[:-span])) / 10.0
    return Region(min(start, shortest_s - seconds), seconds)


def read_region(mix: MixFile, region: Region) -> np.ndarray:
    """The samples (2, n) of a region; mono becomes two equal channels."""
    first = round(region.start_s * mix.sample_rate)
    audio, _ = soundfile.read(
        mix.path, math.floor(region.seconds * mix.sample_rate), first, dtype="float32",
        always_2d=True,
    )  # fmt: skip
    audio = np.ascontiguousarray(audio.T)
    return np.repeat(audio, 2, axis=0) if len(audio) == 1 else audio


def low_anchor(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    """Audio (2, n) without what lies above 3.5 kHz: the low anchor of ITU-R BS.1534, no delay."""
    if sample_rate < 3.0 * _STOP_HZ:
        raise StimulusError(
            f"the songs are at {sample_rate} Hz, and a low anchor cuts at {_PASS_HZ:g} Hz: leave "
            "it out, or use mixes at 44100 Hz"
        )
    width_hz = _STOP_HZ - _PASS_HZ
    taps, beta = signal.kaiserord(_DOWN_DB, 2.0 * width_hz / sample_rate)
    window: Any = ("kaiser", beta)  # firwin is untyped, and pyright reads "a text" off its default
    kernel = np.asarray(
        signal.firwin(taps | 1, _PASS_HZ + width_hz / 2.0, window=window, fs=sample_rate)
    )
    low = signal.oaconvolve(audio, kernel[None].astype(np.float32), mode="same", axes=1)
    return low.astype(np.float32)


def faded(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    """Audio (2, n) that begins and ends in silence, so that a loop does not click."""
    count = min(round(_FADE_S * sample_rate), audio.shape[1] // 2)
    ramp = (0.5 - 0.5 * np.cos(np.pi * (np.arange(count) + 0.5) / count)).astype(np.float32)
    audio = audio.copy()
    audio[:, :count] *= ramp
    audio[:, audio.shape[1] - count :] *= ramp[::-1]
    return audio


def write_stimuli(
    folder: Path, stimuli: Mapping[str, tuple[Callable[[], np.ndarray], int]]
) -> dict[str, Written]:
    """Write NAME.wav for every (audio maker, sample rate), all turned down to the quietest.

    Each is made twice, to be measured and to be written, so that one at a time is in memory.
    """
    blocks, peaks = [], []
    for name, (make, sample_rate) in stimuli.items():
        audio = make()
        blocks.append(block_powers(audio, sample_rate))
        peaks.append(true_peak_dbtp(audio, sample_rate))
        if peaks[-1] is None:
            raise StimulusError(f"{name} is silent in the part that is heard: choose another part")
    offsets = match_offsets(blocks)
    pairs = zip(peaks, offsets, strict=True)
    trim_db = min(trim_for(None if peak is None else peak + offset) for peak, offset in pairs)
    written = {}
    for (name, (make, sample_rate)), offset_db in zip(stimuli.items(), offsets, strict=True):
        path, gain_db = folder / f"{name}.wav", offset_db + trim_db
        write_audio(path, apply_gain(make(), gain_db), sample_rate, "PCM_24")
        written[name] = Written(gain_db, _read_back(path))
    levels = [one.lufs for one in written.values()]
    if max(levels) - min(levels) > MATCHED_WITHIN_LU:
        raise StimulusError(
            f"stimuli at {min(levels):.2f} to {max(levels):.2f} LUFS were written and they must be "
            f"within {MATCHED_WITHIN_LU:g} LU: choose a longer part, or one without silence"
        )
    return written


def _read_back(path: Path) -> float:
    audio, sample_rate = soundfile.read(path, dtype="float32", always_2d=True)
    lufs = integrated_lufs(np.ascontiguousarray(audio.T), sample_rate)
    if lufs is None:
        raise StimulusError(
            f"{path.name} has no loudness (silence, or shorter than 0.4 s): choose another part"
        )
    return lufs
