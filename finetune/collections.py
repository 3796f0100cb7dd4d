"""What is in a folder of multitracks: songs, artists, licences, bleed, and a split by artists.

One rule: headers are read, no samples; the collections' files are never changed or moved.

Run: python -m finetune.collections ROOT --out manifest.json [--link PARTS [--without-bleed]]
--link makes PARTS/train, PARTS/valid and PARTS/test with a link to each song, which every other
command takes as a folder of songs.
"""

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from finetune.multitrack_facts import SPLITS, Facts, FactsError, folder_facts, name_of, with_told
from finetune.multitrack_layouts import laid_out
from finetune.multitracks import opened, song_places, song_tracks
from finetune.splits import SHARES, Member, deal
from mixer.audio_files import AudioError, read_header


@dataclass(frozen=True)
class StemEntry:
    """One stem of a song in the manifest."""

    name: str
    role: str | None
    bleed: bool | None


@dataclass(frozen=True)
class Entry:
    """One song in the manifest. place: below the root; part: where the split by artists put it."""

    place: str
    name: str
    facts: Facts
    part: str
    stems: tuple[StemEntry, ...]
    seconds: float
    sample_rates: tuple[int, ...]


@dataclass(frozen=True)
class Manifest:
    """All songs under a root, and those that cannot be used, with the reason."""

    entries: tuple[Entry, ...]
    left_out: dict[str, str]


def listed(root: Path, shares: Mapping[str, float] = SHARES, seed: int = 0) -> Manifest:
    """List the songs under a root and deal them into parts without an artist in two."""
    found: dict[str, tuple[Path, Facts, tuple[StemEntry, ...], float, tuple[int, ...]]] = {}
    left_out: dict[str, str] = {}
    for place in song_places(root):
        key = place.relative_to(root).as_posix()
        try:
            found[key] = (place, *_looked_at(place))
        except AudioError as problem:
            left_out[key] = str(problem)
    if not found:
        raise FileNotFoundError(
            f"{root} holds no song that can be used: need one folder of stems per song "
            f"(give the one above them){_first(left_out)}"
        )
    members = [Member(key, facts.artist, facts.split) for key, (_, facts, *_) in found.items()]
    parts = deal(members, shares, seed)
    entries = tuple(
        Entry(key, name_of(place), facts, parts[key], stems, seconds, rates)
        for key, (place, facts, stems, seconds, rates) in found.items()
    )
    return Manifest(entries, left_out)


def _first(left_out: dict[str, str]) -> str:
    return f"; {next(iter(left_out.values()))}" if left_out else ""


def _looked_at(
    place: Path,
) -> tuple[Facts, tuple[StemEntry, ...], float, tuple[int, ...]]:
    """What a song is, by its headers."""
    with opened(place) as folder:
        found = laid_out(folder, place)
        facts = with_told(found.facts if found else folder_facts(place), place)
        tracks = song_tracks(folder, found)
        headers = [read_header(track.path) for track in tracks]
    stems = tuple(StemEntry(track.name, track.role, track.bleed) for track in tracks)
    seconds = max((one.frames / one.sample_rate for one in headers), default=0.0)
    return facts, stems, round(seconds, 3), tuple(sorted({one.sample_rate for one in headers}))


def as_json(manifest: Manifest) -> str:
    """The manifest as a file holds it; nothing in it depends on where the root lies."""
    songs = []
    for entry in manifest.entries:
        told = asdict(entry)
        songs.append({**told.pop("facts"), **told})
    whole = {"songs": songs, "left_out": manifest.left_out}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def link(
    manifest: Manifest, root: Path, parts: Path, without_bleed: bool = False
) -> dict[str, int]:
    """Link every song into its part; how many went into each.

    without_bleed: leave out songs of which the collection says that a stem holds another's sound.
    """
    if parts.exists() and any(parts.iterdir()):
        raise FileExistsError(f"{parts} is not empty: name a new folder for the links")
    counts = dict.fromkeys(SPLITS, 0)
    for entry in manifest.entries:
        if without_bleed and entry.facts.bleed:
            continue
        source = (root / entry.place).resolve()
        folder, name, number = parts / entry.part, source.name, 2
        folder.mkdir(parents=True, exist_ok=True)
        while (folder / name).is_symlink():
            name, number = f"{number} {source.name}", number + 1
        os.symlink(source, folder / name, target_is_directory=source.is_dir())
        counts[entry.part] += 1
    return counts


def table(manifest: Manifest) -> Table:
    """Songs, stems, hours, artists and bleed by layout and part, with the licence of each."""
    shown = Table(title=f"{len(manifest.entries)} songs")
    for column in ("layout", "part", "songs", "stems", "hours", "artists", "bleed", "licence"):
        numbers = column not in ("layout", "part", "licence")
        shown.add_column(column, justify="right" if numbers else "left")
    kinds = Counter(
        (e.facts.layout, e.part, e.facts.licence or "unknown") for e in manifest.entries
    )
    for layout, part, licence in sorted(kinds, key=lambda k: (k[0], SPLITS.index(k[1]), k[2])):
        these = [e for e in manifest.entries
                 if (e.facts.layout, e.part, e.facts.licence or "unknown")
                 == (layout, part, licence)]  # fmt: skip
        artists = {e.facts.artist for e in these if e.facts.artist}
        shown.add_row(
            layout, part, str(len(these)), str(sum(len(e.stems) for e in these)),
            f"{sum(e.seconds for e in these) / 3600:.2f}", str(len(artists)),
            str(sum(bool(e.facts.bleed) for e in these)), licence,
        )  # fmt: skip
    return shown


def main(arguments: Sequence[str] | None = None) -> None:
    """List, write, link; exit code 2 with a sentence when that cannot be."""
    parser = argparse.ArgumentParser(prog="python -m finetune.collections", description=__doc__)
    parser.add_argument("root", type=Path, help="folder of a collection, or of several")
    parser.add_argument("--out", type=Path, required=True, help="manifest to write (json)")
    parser.add_argument("--link", type=Path, help="new folder for links to the songs, by part")
    parser.add_argument("--without-bleed", action="store_true", help="link no song with bleed")
    parser.add_argument(
        "--shares", type=float, nargs=3, default=list(SHARES.values()),
        metavar=("TRAIN", "VALID", "TEST"), help="of the songs without a split of their own",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    try:
        shares = dict(zip(SPLITS, options.shares, strict=True))
        manifest = listed(options.root, shares, options.seed)
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(as_json(manifest), encoding="utf-8")
        Console(width=150).print(table(manifest))
        for place, why in manifest.left_out.items():
            print(f"left out: {place}: {why}")
        if options.link:
            counts = link(manifest, options.root, options.link, options.without_bleed)
            told = ", ".join(f"{count} {part}" for part, count in counts.items())
            print(f"{options.link}: links to {told}")
    except (FactsError, ValueError, OSError) as error:
        print(f"collections: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
