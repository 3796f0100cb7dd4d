"""Versions and takes of a session as mixes that a test can be made from.

One rule: a version is its faders, pans and mutes; a take is the file that was rendered.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile

from assistant.context import ToolContext
from assistant.listen_test.sources import TestError
from assistant.session import is_within
from mixer.export import safe_name, write_mix
from mixer.megami.mixer import faders_mix

_ASKED = re.compile(r"(?P<name>[^=]+?)\s*=\s*(?P<kind>v|take)(?P<number>\d{1,5})")


def gather(context: ToolContext, into: Path, versions: Sequence[str]) -> list[Path]:
    """Write each NAME=VERSION as into/SONG/NAME.wav; nothing is written over."""
    song = context.song
    if song.folder is not None and is_within(into, song.folder):
        raise TestError(f"{into} lies in the song's own folder: nothing is written there")
    folder, written = into / safe_name(song.name), []
    asked = [_parsed(text) for text in versions]
    paths = [folder / f"{safe_name(name)}.wav" for name, _, _ in asked]
    if there := [path for path in paths if path.exists()]:
        raise TestError(f"{there[0]} is there already: choose another name or folder")
    folder.mkdir(parents=True, exist_ok=True)
    for path, (_, kind, number) in zip(paths, asked, strict=True):
        mix = _take(context, number) if kind == "take" else _version(context, number)
        written.append(write_mix(path, mix, song.sample_rate, song_folder=song.folder).path)
    return written


def _parsed(text: str) -> tuple[str, str, int]:
    match = _ASKED.fullmatch(text.strip())
    if match is None:
        raise TestError(f"{text!r} was given: NAME=VERSION is needed, as in before=v0 or new=take1")
    return match["name"], match["kind"], int(match["number"])


def _version(context: ToolContext, number: int) -> np.ndarray:
    versions = context.session.versions
    if number >= len(versions):
        raise TestError(f"v{number} was asked: this session has v0 to v{len(versions) - 1}")
    return faders_mix(context.song, versions[number].state, context.on_progress)


def _take(context: ToolContext, number: int) -> np.ndarray:
    takes = context.session.takes
    if not 1 <= number <= len(takes):
        raise TestError(f"take{number} was asked: this session has {len(takes)} takes")
    path = takes[number - 1].path
    if not path.is_file():
        raise TestError(f"{path} is gone: render it again with seed {takes[number - 1].seed}")
    audio, _ = soundfile.read(path, dtype="float32", always_2d=True)
    return np.ascontiguousarray(audio.T)
