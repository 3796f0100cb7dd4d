"""Fair listening: versions brought to one loudness over the looped region, blind if wanted.

One rule: the louder is turned down to the quietest, never the other way, and what else is done to
the level is done to all alike.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import ascii_uppercase

import numpy as np

from mixer.export import safe_name, trim_for, write_together
from mixer.fader import apply_gain, block_powers, lufs_of
from mixer.loudness import SHORTEST_S, true_peak_dbtp

KEY_FILE = "key.json"
_NEAR_ENOUGH_LU = 0.01
_TRIES = 4  # a gain can move blocks over the absolute gate, so measure again


class AuditionError(ValueError):
    """Versions that cannot be compared: the message says got, needed and cure."""


@dataclass(frozen=True, eq=False)
class Matched:
    """The looped region of each version, (2, samples) each, and the gain (<= 0) it was given."""

    audio: tuple[np.ndarray, ...]
    offset_db: tuple[float, ...]


@dataclass(frozen=True)
class Audition:
    """The files to listen to, in playing order, and the key that says which is which."""

    paths: tuple[Path, ...]
    key_path: Path
    labels: dict[str, str]  # label -> version
    offset_db: dict[str, float]  # version -> gain that matched it


def match(
    versions: Sequence[np.ndarray],
    sample_rate: int,
    start_s: float = 0.0,
    end_s: float | None = None,
) -> Matched:
    """Cut start_s..end_s from every (2, samples) version and turn all down to the quietest.

    A version that is silent there stays silent and does not count.
    """
    regions = [_region(version, sample_rate, start_s, end_s) for version in versions]
    offsets = match_offsets([block_powers(region, sample_rate) for region in regions])
    matched = tuple(apply_gain(*pair) for pair in zip(regions, offsets, strict=True))
    return Matched(matched, offsets)


def match_offsets(blocks: Sequence[np.ndarray]) -> tuple[float, ...]:
    """The gains in dB (<= 0) that bring all to the quietest, from fader.block_powers of each.

    What has no level gets no gain and does not count.
    """
    lufs = [lufs_of(powers) for powers in blocks]
    heard = [level for level in lufs if level is not None]
    return tuple(
        0.0 if level is None else _offset_db(powers, level, min(heard))
        for powers, level in zip(blocks, lufs, strict=True)
    )


def blind_order(count: int, seed: int) -> tuple[int, ...]:
    """The order in which count versions are played: entry k is the version behind label k."""
    return tuple(int(index) for index in np.random.default_rng(seed).permutation(count))


def write_audition(
    folder: Path | str,
    versions: Mapping[str, np.ndarray],
    sample_rate: int,
    blind: bool,
    seed: int,
    start_s: float = 0.0,
    end_s: float | None = None,
) -> Audition:
    """Write matched versions as wav files, named A, B, C ... if blind, and the key beside them.

    An audition that is there already is replaced: its key goes first, so no key is ever wrong.
    """
    names = list(versions)
    if not 1 <= len(names) <= len(ascii_uppercase):
        raise AuditionError(f"{len(names)} versions: 1 to {len(ascii_uppercase)} can be compared")
    order = blind_order(len(names), seed) if blind else tuple(range(len(names)))
    labels = {ascii_uppercase[k] if blind else names[at]: names[at] for k, at in enumerate(order)}
    if len({safe_name(label).casefold() for label in labels}) < len(labels):
        raise AuditionError(f"versions {', '.join(names)} would share a file (rename one)")
    matched = match(list(versions.values()), sample_rate, start_s, end_s)
    trim_db = min(trim_for(true_peak_dbtp(audio, sample_rate)) for audio in matched.audio)

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / KEY_FILE).unlink(missing_ok=True)
    paths = tuple(folder / f"{safe_name(label)}.wav" for label in labels)
    trimmed = (apply_gain(matched.audio[at], trim_db) for at in order)
    write_together(paths, trimmed, sample_rate, "PCM_24")
    offsets = {name: matched.offset_db[at] + trim_db for at, name in enumerate(names)}
    _write_key(folder / KEY_FILE, {"labels": labels, "offset_db": offsets, "start_s": start_s})
    return Audition(paths, folder / KEY_FILE, labels, offsets)


def _region(audio: np.ndarray, sample_rate: int, start_s: float, end_s: float | None) -> np.ndarray:
    """The samples between two times; at least the 0.4 s that a loudness needs."""
    end = audio.shape[1] if end_s is None else round(end_s * sample_rate)
    region = audio[:, max(0, round(start_s * sample_rate)) : end]
    if region.shape[1] < SHORTEST_S * sample_rate:
        raise AuditionError(
            f"{start_s:g} s to {'the end' if end_s is None else f'{end_s:g} s'} of "
            f"{audio.shape[1] / sample_rate:.1f} s holds {region.shape[1] / sample_rate:.2f} s: "
            f"{SHORTEST_S:g} s or more are needed to match loudness (choose a longer loop)"
        )
    return region


def _offset_db(blocks: np.ndarray, lufs: float, wanted_lufs: float) -> float:
    """The gain that brings audio to wanted_lufs as measured."""
    offset_db = wanted_lufs - lufs
    for _ in range(_TRIES):
        got_lufs = lufs_of(blocks * 10.0 ** (offset_db / 10.0))
        if got_lufs is None or abs(wanted_lufs - got_lufs) < _NEAR_ENOUGH_LU:
            break
        offset_db = min(0.0, offset_db + wanted_lufs - got_lufs)
    return offset_db


def _write_key(path: Path, key: dict[str, object]) -> None:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    unfinished.write_text(json.dumps(key, indent=1, ensure_ascii=False), encoding="utf-8")
    os.replace(unfinished, path)
