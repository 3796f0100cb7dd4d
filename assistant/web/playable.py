"""What can be listened to in a room: versions, the open proposal, takes, stems inside a version.

One rule: an id names a thing of the session, a key names its sound: the same key is the same audio.
"""

import hashlib
import re
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile

from assistant.context import ToolContext, ToolError
from assistant.session import TakeFile
from mixer.moves import MixState
from mixer.song import Song

Kind = Literal["version", "take", "stem", "rough"]
Report = Callable[[int, int, str], None]
PROPOSAL = "proposal"

_SOLO = re.compile(r"(?P<parent>v[0-9]{1,5}|proposal)\.s(?P<stems>[0-9]{1,3}(?:-[0-9]{1,3})*)")
_SPARSE = 997  # every so many samples of a stem without a file tell it from another
_told_songs: "weakref.WeakKeyDictionary[Song, str]" = weakref.WeakKeyDictionary()


@dataclass(frozen=True)
class Playable:
    """One thing that can be played; make renders it, (2, samples) at sample_rate."""

    id: str
    kind: Kind
    label: str
    key: str
    sample_rate: int
    make: Callable[[Report], np.ndarray]
    parent: str | None = None  # the version that soloed stems are heard inside


def all_playable(context: ToolContext) -> list[Playable]:
    """Every version, the proposal if one is open, and every take that has its file."""
    session = context.session
    found = [version(context, number) for number in range(len(session.versions))]
    if session.proposed:
        found.append(proposal(context))
    return found + [_take(context, take) for take in session.takes if take.path.is_file()]


def usual(context: ToolContext) -> list[str]:
    """The ids that one wants to compare first: as opened, before, as it stands, proposed, takes."""
    session = context.session
    ids = ["v0", f"v{session.version.came_from}", session.version.label]
    if session.proposed:
        ids.append(PROPOSAL)
    takes = [take.label for take in session.takes if take.path.is_file()]
    return list(dict.fromkeys([*ids, *takes[-2:]]))


def find(context: ToolContext, wanted: str) -> Playable:
    """The playable of an id; ToolError says what there is."""
    if solo_of := _SOLO.fullmatch(wanted):
        stems = [int(index) for index in solo_of["stems"].split("-")]
        return solo(context, solo_of["parent"], stems)
    number = wanted.removeprefix("v")
    versions = len(context.session.versions)
    if number.isascii() and number.isdigit() and wanted.startswith("v"):
        if len(number) < 6 and int(number) < versions:
            return version(context, int(number))
        raise ToolError(f"{wanted[:20]} was asked: there are v0 to v{versions - 1}")
    if wanted == PROPOSAL:
        return proposal(context)
    for take in context.session.takes:
        if take.label == wanted:
            if not take.path.is_file():
                raise ToolError(f"{wanted} is gone from the disk: render it again")
            return _take(context, take)
    raise ToolError(f"{wanted[:40]!r} was asked: versions (v0), takes (take1) can be played")


def version(context: ToolContext, number: int) -> Playable:
    """A version's mix: its faders, pans, mutes and asked-for sounds."""
    found = context.session.versions[number]
    label = f"{found.label} {found.why}" if number else f"{found.label} as opened"
    return _mix(context, found.label, "version" if number else "rough", label, found.state)


def proposal(context: ToolContext) -> Playable:
    """The mix as it would be if the open proposal were applied."""
    session = context.session
    if not session.proposed:
        raise ToolError("no proposal is open: ask for advice first")
    told = ", ".join(str(move) for move in session.proposed)
    state = session.state().moved(context.names, session.proposed)
    return _mix(context, PROPOSAL, "version", f"proposed {told}", state)


def solo(context: ToolContext, parent: str, stems: Sequence[int]) -> Playable:
    """Some stems alone, each as it sits in a version's mix; a muted one is heard all the same."""
    wanted = sorted(set(stems))
    if not wanted or wanted[-1] >= len(context.names):
        raise ToolError(f"stems {stems} were asked: there are 0 to {len(context.names) - 1}")
    inside = find(context, parent)
    if parent == PROPOSAL:
        state = context.session.state().moved(context.names, context.session.proposed)
    else:
        state = context.session.versions[int(parent.removeprefix("v"))].state
    muted = tuple(index not in wanted for index in range(len(context.names)))
    state = replace(state, muted=muted)
    name = f"{parent}.s{'-'.join(map(str, wanted))}"
    label = f"{', '.join(context.names[index] for index in wanted)} in {inside.label}"
    return replace(_mix(context, name, "stem", label, state), parent=parent)


def solo_id(context: ToolContext, parent: str, stems: Sequence[str]) -> str:
    """The id of stems alone inside a version, from their names."""
    places = sorted({context.names.index(context.stem(name)) for name in stems})
    if not places:
        raise ToolError("no stem was named: name the stems to be heard alone")
    return solo(context, parent, places).id


def _mix(context: ToolContext, name: str, kind: Kind, label: str, state: MixState) -> Playable:
    song = context.song

    def make(report: Report) -> np.ndarray:
        from mixer.megami.mixer import faders_mix

        return faders_mix(song, state, report)

    return Playable(name, kind, label, _key(_told(song), repr(state)), song.sample_rate, make)


def _take(context: ToolContext, take: TakeFile) -> Playable:
    made = "with effects" if take.effects else "faders only"
    label = f"{take.label} of v{take.version}, {made}, seed {take.seed}"
    found, rate = take.path.stat(), context.song.sample_rate
    key = _key(take.path.name, str(found.st_size), str(found.st_mtime_ns))
    return Playable(take.label, "take", label, key, rate, lambda report: _read(take, rate, report))


def _read(take: TakeFile, sample_rate: int, report: Report) -> np.ndarray:
    again = f"render it again with seed {take.seed}"
    try:
        audio, found_rate = soundfile.read(take.path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise ToolError(f"{take.label} cannot be read ({error}): {again}") from error
    if audio.shape[1:] != (2,) or not audio.size or found_rate != sample_rate:
        raise ToolError(
            f"{take.label} holds {audio.shape[0]} samples of {audio.shape[1]} channels at "
            f"{found_rate} Hz: the song has {sample_rate} Hz in stereo, so {again}"
        )
    report(1, 1, take.label)
    return np.ascontiguousarray(audio.T)


def _told(song: Song) -> str:
    """What tells a song's audio from another's: its files as they were read."""
    if song not in _told_songs:
        rows = zip(song.stems, song.audio, strict=True)
        told = [f"{stem.name} {_told_stem(stem.path, audio)}" for stem, audio in rows]
        _told_songs[song] = "\n".join([str(song.sample_rate), str(song.audio.shape), *told])
    return _told_songs[song]


def _told_stem(path: Path | None, audio: np.ndarray) -> str:
    if path is not None and path.exists():
        found = path.stat()
        return f"{found.st_size} {found.st_mtime_ns}"
    return hashlib.sha256(np.ascontiguousarray(audio[:, ::_SPARSE]).tobytes()).hexdigest()


def _key(*parts: str) -> str:
    told = "\0".join(parts).encode("utf-8", "backslashreplace")
    return hashlib.sha256(told).hexdigest()[:20]
