"""How the known multitrack collections lay out a song, and what they say each track is.

One rule: a role comes from the collection's own labels where it has them; names are only guessed
from where it has none. Files are not opened here, beside the songs' yaml and json.
"""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mixer.roles import role_from_name

MUSDB_ROLES = {"bass": "bass", "drums": "drums", "other": None, "vocals": "lead vocal"}

# MedleyDB's instrument labels whose words tell nothing, or would be read as something else ("double
# bass" as a doubled voice); all others are read as names are.
_MEDLEYDB_ROLES = {
    "lead vocal": "vocalists|male speaker|female speaker|male rapper|female rapper|male screamer|"
    "female screamer|beatboxing",
    "bass": "double bass",
    "percussion": "cabasa|castanet|darbuka|doumbek|gong|gu|guiro|maracas|rattle|sleigh bells|snaps|"
    "tabla|timpani|triangle",
    "brass": "alto saxophone|baritone saxophone|soprano saxophone|tenor saxophone|bass clarinet|"
    "bassoon|oboe|tuba|euphonium|cornet|piccolo|recorder|panpipes|dizi|bagpipe|harmonica|melodica|"
    "woodwind section",
    "strings": "erhu|dilruba",
    "acoustic guitar": "banjo|mandolin|ukulele|oud|sitar|guzheng|liuqin|zhongruan",
    "organ": "harmonium|concertina|bandoneon",
    "arpeggio": "xylophone|vibraphone|glockenspiel|chimes|dulcimer|yangqin",
    "piano": "harpsichord",
    "synth lead": "synthesizer|theremin",
    "effects": "scratches|scratch|sampler|crowd",
}
MEDLEYDB_ROLE = {
    label: role for role, labels in _MEDLEYDB_ROLES.items() for label in labels.split("|")
}

# MoisesDB: the role of a stem, and of those of its tracks that have another.
_MOISESDB_ROLES: dict[str, tuple[str, dict[str, str]]] = {
    "vocals": ("lead vocal", {"background": "backing vocals", "choir": "backing vocals"}),
    "bass": ("bass", {}),
    "drums": ("drums", {"kick": "kick", "snare": "snare", "toms": "percussion",
                        "cymbals": "hats", "overheads": "hats"}),
    "percussion": ("percussion", {"mallets": "arpeggio", "pitched": "arpeggio",
                                  "a-tonal": "percussion"}),
    "guitar": ("electric guitar", {"acoustic": "acoustic guitar"}),
    "piano": ("piano", {}),
    "other_keys": ("organ", {"pad": "synth pad", "lead": "synth lead"}),
    "bowed_strings": ("strings", {}),
    "wind": ("brass", {}),
    "other_plucked": ("acoustic guitar", {}),
    "other": ("effects", {}),
}  # fmt: skip


@dataclass(frozen=True)
class Track:
    """One file of a song: the name of its stem, and its role where the collection tells it."""

    path: Path
    name: str
    role: str | None


def tracks_of(folder: Path) -> tuple[Track, ...]:
    """The tracks of a song in a layout that is known; none where the folder has no such layout."""
    return _musdb(folder) or _medleydb(folder) or _moisesdb(folder)


def _musdb(folder: Path) -> tuple[Track, ...]:
    """MUSDB18-HQ: four stems beside their mixture."""
    files = {name: folder / f"{name}.wav" for name in MUSDB_ROLES}
    if not all(file.is_file() for file in files.values()):
        return ()
    return tuple(Track(file, name, MUSDB_ROLES[name]) for name, file in files.items())


def _medleydb(folder: Path) -> tuple[Track, ...]:
    """MedleyDB: NAME/NAME_STEMS/NAME_STEM_01.wav…, NAME_METADATA.yaml in or above the folder."""
    stems = folder / f"{folder.name}_STEMS"
    if not stems.is_dir():
        return ()
    facts = _medleydb_facts(folder)
    tracks = []
    for file in sorted(stems.glob(f"{folder.name}_STEM_*.wav")):
        fact = facts.get("S" + file.stem.rpartition("_")[2], {})
        label = fact.get("instrument") or ""
        label = str(label[0] if isinstance(label, list) else label)
        role = MEDLEYDB_ROLE.get(label) or role_from_name(label)
        role = "bass" if fact.get("component") == "bass" else role
        tracks.append(Track(file, f"{file.stem.rpartition('_')[2]} {label}".strip(), role))
    return tuple(tracks)


def _medleydb_facts(folder: Path) -> dict[str, Any]:
    """What the song's metadata says of each stem ("S01"…), nothing without the file."""
    name = f"{folder.name}_METADATA.yaml"
    places = (folder, folder.parent / "Metadata", folder.parent.parent / "Metadata")
    for place in places:
        if (place / name).is_file():
            return yaml.safe_load((place / name).read_text())["stems"]
    return {}


def _moisesdb(folder: Path) -> tuple[Track, ...]:
    """MoisesDB: data.json beside one folder a stem, its tracks named by their ids."""
    if not (folder / "data.json").is_file():
        return ()
    told = json.loads((folder / "data.json").read_text())
    stems = told.get("stems", []) if isinstance(told, dict) else []
    found = [
        (folder / stem["stemName"] / f"{track['id']}.{track['extension']}",
         stem["stemName"], track["trackType"].lower())
        for stem in stems
        for track in stem["tracks"]
    ]  # fmt: skip
    alike = Counter(f"{stem} {kind}" for _, stem, kind in found)
    met: Counter[str] = Counter()
    tracks = []
    for file, stem, kind in found:
        name = f"{stem} {kind}"
        met[name] += 1
        number = f" {met[name]}" if alike[name] > 1 else ""
        tracks.append(Track(file, name.replace("/", " ") + number, _moisesdb_role(stem, kind)))
    return tuple(tracks)


def _moisesdb_role(stem: str, kind: str) -> str | None:
    """The role of a track by its stem and type."""
    if stem not in _MOISESDB_ROLES:
        return None
    usual, others = _MOISESDB_ROLES[stem]
    return next((role for word, role in others.items() if word in kind), usual)
