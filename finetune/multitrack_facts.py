"""What is known of a real song beside its sound: artist, licence, split, bleed.

One rule: what a collection does not say stays None and is never guessed; `gainsay.yaml`, in a
song's folder or in any above it, says what the user knows, and outranks the collection.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import yaml

TOLD_FILE = "gainsay.yaml"
SPLITS: tuple[str, ...] = ("train", "valid", "test")
STEM_MP4, ZIP = ".stem.mp4", ".zip"

# What each collection's own pages say of its songs; the owner of a folder says it in gainsay.yaml.
MUSDB_LICENCE = "MUSDB18: academic use only, each song under the licence in its track list"
MEDLEYDB_LICENCE = "CC BY-NC-SA 4.0 (MedleyDB)"
MOISESDB_LICENCE = "CC BY-NC-SA 4.0 (MoisesDB, research only)"
CAMBRIDGE_LICENCE = "Cambridge-MT: educational use only"

# MUSDB18's training songs that its authors' tools keep for validation.
MUSDB_VALID = frozenset((
    "Actions - One Minute Smile", "Clara Berry And Wooldog - Waltz For My Victims",
    "Johnny Lokke - Promises & Lies", "Patrick Talbot - A Reason To Leave",
    "Triviul - Angelsaint", "Alexander Ross - Goodbye Bolero", "Fergessen - Nos Palpitants",
    "Leaf - Summerghost", "Skelpolu - Human Mistakes", "Young Griffo - Pennies",
    "ANiMAL - Rockshow", "James May - On The Line", "Meaxic - Take A Step",
    "Traffic Experiment - Sirens",
))  # fmt: skip
_CAMBRIDGE = re.compile(r"(?P<artist>[^_]+)_(?P<title>.+)_Full$")


class FactsError(ValueError):
    """A gainsay.yaml that cannot be taken: got, need and cure."""


@dataclass(frozen=True)
class Facts:
    """What is known of a song; None where nothing is said. split: the collection's own."""

    layout: str
    artist: str | None = None
    title: str | None = None
    genre: str | None = None
    licence: str | None = None
    split: str | None = None
    bleed: bool | None = None


def name_of(place: Path) -> str:
    """A song's name: its folder's, or its file's without .stem.mp4 or .zip."""
    for ending in (STEM_MP4, ZIP):
        if place.name.lower().endswith(ending) and not place.is_dir():
            return place.name[: -len(ending)]
    return place.name


def musdb_facts(place: Path, layout: str) -> Facts:
    """Artist and title are the name, the split is the folder above."""
    above = place.resolve().parent.name.lower()
    split = above if above in ("train", "test") else None
    if split == "train" and name_of(place.resolve()) in MUSDB_VALID:
        split = "valid"
    return replace(folder_facts(place), layout=layout, licence=MUSDB_LICENCE, split=split)


def folder_facts(place: Path) -> Facts:
    """What the name of a plain folder or zip tells: "Artist - Title", or Cambridge's form."""
    name = name_of(place.resolve())  # of what a link leads to
    if found := _CAMBRIDGE.fullmatch(name):
        artist, title = _spread(found["artist"]), _spread(found["title"])
        return Facts("Cambridge-MT", artist, title, licence=CAMBRIDGE_LICENCE)
    artist, dash, title = name.partition(" - ")
    return Facts("folder", artist.strip(), title.strip()) if dash else Facts("folder", title=name)


def _spread(name: str) -> str:
    """CamelCase as words: 'TheDoppler' becomes 'The Doppler'."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)


def with_told(facts: Facts, place: Path) -> Facts:
    """The facts with what gainsay.yaml adds, in the song's folder and in those above it.

    What stands nearer to the song outranks what stands above.
    """
    song = place.resolve()
    for folder in (*reversed(song.parents), *((song,) if song.is_dir() else ())):
        if (folder / TOLD_FILE).is_file():
            facts = replace(facts, **_told(folder / TOLD_FILE))
    return facts


def _told(file: Path) -> dict[str, Any]:
    """The facts in one gainsay.yaml, checked."""
    try:
        told = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FactsError(f"{file} cannot be read ({error}): lines `licence: CC BY 4.0`") from error
    known = {field.name for field in fields(Facts)} - {"layout"}
    if not isinstance(told, Mapping) or not set(told) <= known:
        got = ", ".join(map(str, sorted(set(told) - known))) if isinstance(told, Mapping) else told
        raise FactsError(f"{file} says {got}: what may be said is {', '.join(sorted(known))}")
    if told.get("split") not in (None, *SPLITS):
        raise FactsError(f"{file} says split {told['split']}: need {', '.join(SPLITS)}")
    if not isinstance(told.get("bleed"), bool | None):
        raise FactsError(f"{file} says bleed {told['bleed']}: need true or false")
    texts = {key: told[key] for key in told if key not in ("split", "bleed")}
    if odd := [key for key, value in texts.items() if not isinstance(value, str | None)]:
        raise FactsError(f"{file} says {odd[0]} {texts[odd[0]]!r}: need text (put it in quotes)")
    return dict(told)
