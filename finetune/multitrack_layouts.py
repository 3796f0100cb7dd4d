"""How the known multitrack collections lay out a song, and what they say of it and its tracks.

One rule: a role comes from the collection's own labels where it has them; names are only guessed
from where it has none. Files are not opened here, beside the songs' yaml and json.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from finetune.multitrack_facts import (
    MEDLEYDB_LICENCE,
    MOISESDB_LICENCE,
    STEM_MP4,
    Facts,
    musdb_facts,
)
from finetune.multitrack_roles import MUSDB_ROLES, medleydb_role, moisesdb_role

CLICK = "click track"  # MoisesDB lists the metronome among a song's tracks
# Where MedleyDB's metadata may lie, seen from the song's folder or one above it: in the first
# release beside the audio, later in the repository of its tools (marl/medleydb).
_METADATA = (".", "Metadata", "medleydb/data/Metadata", "medleydb/medleydb/data/Metadata")
_ARTISTS = ("artist_index.json", "../../resources/artist_index.json")
_YES_NO = {"yes": True, "no": False, True: True, False: False}


@dataclass(frozen=True)
class Track:
    """One file of a song: the name of its stem, and role and bleed where the collection tells."""

    path: Path
    name: str
    role: str | None
    bleed: bool | None = None


@dataclass(frozen=True)
class LaidOut:
    """A song in a layout that is known."""

    facts: Facts
    tracks: tuple[Track, ...]


def laid_out(folder: Path, place: Path | None = None) -> LaidOut | None:
    """The song in a folder of a known layout; None where it has no such layout.

    place: where the song came from, if the folder is what it was unpacked to.
    """
    return _musdb(folder, place or folder) or _medleydb(folder) or _moisesdb(folder)


def _musdb(folder: Path, place: Path) -> LaidOut | None:
    """MUSDB18-HQ, and MUSDB18 once it is decoded: four stems beside their mixture."""
    files = {name: folder / f"{name}.wav" for name in MUSDB_ROLES}
    if not all(file.is_file() for file in files.values()):
        return None
    tracks = tuple(Track(file, name, MUSDB_ROLES[name]) for name, file in files.items())
    layout = "MUSDB18" if place.name.lower().endswith(STEM_MP4) else "MUSDB18-HQ"
    return LaidOut(musdb_facts(place, layout), tracks)


def _medleydb(folder: Path) -> LaidOut | None:
    """MedleyDB: NAME/NAME_STEMS/NAME_STEM_01.wav…, NAME_METADATA.yaml in or above the folder."""
    name = folder.resolve().name
    stems = folder / f"{name}_STEMS"
    if not stems.is_dir():
        return None
    told, artist = _medleydb_told(folder.resolve())
    facts_of_stems = told.get("stems") or {}
    tracks = []
    for file in sorted(stems.glob("*_STEM_*.wav")):
        if file.name.startswith("."):
            continue
        number = file.stem.rpartition("_")[2]
        fact = facts_of_stems.get(f"S{number}", {})
        label = fact.get("instrument") or ""
        label = str(label[0] if isinstance(label, list) else label)
        role = medleydb_role(label, str(fact.get("component") or ""))
        tracks.append(Track(file, f"{number} {label}".strip(), role))
    facts = Facts(
        "MedleyDB",
        artist or name.partition("_")[0],
        told.get("title") or name.partition("_")[2],
        told.get("genre"),
        MEDLEYDB_LICENCE,
        bleed=_YES_NO.get(told.get("has_bleed")),
    )
    return LaidOut(facts, tuple(tracks))


def _medleydb_told(folder: Path) -> tuple[dict[str, Any], str | None]:
    """What the song's metadata says, and its artist; nothing without the file.

    The tools' index of artists is asked first: it tells who sings the songs of composers.
    """
    name = folder.name
    for place in _metadata_places(folder):
        if (file := place / f"{name}_METADATA.yaml").is_file():
            told = yaml.safe_load(file.read_text(encoding="utf-8"))
            index = next((place / one for one in _ARTISTS if (place / one).is_file()), None)
            artists = {} if index is None else _artists(index)
            return told, artists.get(name) or told.get("artist")
    return {}, None


def _metadata_places(folder: Path) -> Iterator[Path]:
    for above in (folder, *folder.parents[:3]):
        yield from (above / place for place in _METADATA)


@lru_cache(maxsize=4)
def _artists(index: Path) -> dict[str, str]:
    return json.loads(index.read_text(encoding="utf-8"))


def _moisesdb(folder: Path) -> LaidOut | None:
    """MoisesDB: data.json beside one folder a stem, its tracks named by their ids."""
    if not (folder / "data.json").is_file():
        return None
    told = json.loads((folder / "data.json").read_text(encoding="utf-8"))
    stems = told.get("stems") if isinstance(told, dict) else None
    if not stems or any(not {"stemName", "tracks"} <= set(stem) for stem in stems):
        return None  # another's data.json
    found = [
        (stem["stemName"], track)
        for stem in stems
        for track in stem["tracks"]
        if track["trackType"].lower() != CLICK
    ]
    names = [f"{stem} {track['trackType'].lower()}" for stem, track in found]
    alike, met, tracks = Counter(names), Counter(), []
    for (stem, track), name in zip(found, names, strict=True):
        met[name] += 1
        number = f" {met[name]}" if alike[name] > 1 else ""
        file = folder / stem / f"{track['id']}.{track['extension']}"
        role = moisesdb_role(stem, track["trackType"].lower())
        tracks.append(Track(file, name.replace("/", " ") + number, role, track.get("has_bleed")))
    told_bleed = [track.bleed for track in tracks if track.bleed is not None]
    facts = Facts(
        "MoisesDB",
        told.get("artist") or None,
        told.get("song"),
        told.get("genre"),
        MOISESDB_LICENCE,
        bleed=any(told_bleed) if told_bleed else None,
    )
    return LaidOut(facts, tuple(tracks))
