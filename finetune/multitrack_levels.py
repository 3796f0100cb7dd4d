"""The stem levels of real songs as the table that trainings and evaluations fit on.

One rule: a song stands in the split of the folder that it lies in, so a split by artists
(finetune/collections.py, --link) stays one; whose song it is and under which licence stands beside.

Run: python -m finetune.multitrack_levels PARTS --out levels.csv
PARTS holds train/, valid/ and test/: made by finetune.collections, or MUSDB18-HQ as it comes.
"""

import argparse
import csv
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from finetune.level_rows import STEMS
from finetune.multitrack_facts import SPLITS, FactsError
from finetune.multitracks import Multitrack, read_folder, song_places
from finetune.seed_protocol import FRAME_S, SEGMENT_S, STEM_GATE_DBFS, rms_dbfs
from mixer.audio_files import AudioError

COLUMNS = (
    "split", "track", "stem", "start_sec", "end_sec", "rms_dbfs", "active_frame_ratio", "artist",
    "licence",
)  # fmt: skip


def rows(track: Multitrack) -> Iterator[tuple[str, float, float, float, float]]:
    """(stem, start_s, end_s, dBFS, active share) of each family and their sum, 10 s by 10 s."""
    families, rate = track.families(), track.song.sample_rate
    there = {stem: families[stem] for stem in STEMS if stem in families}
    there["mixture"] = np.stack(list(there.values())).sum(axis=0, dtype=np.float32)
    length, frame = int(SEGMENT_S * rate), round(FRAME_S * rate)
    for start in range(0, len(there["mixture"]) - length + 1, length):
        for stem, audio in there.items():
            cut = audio[start : start + length]
            frames = cut[: length // frame * frame].reshape(-1, frame)
            active = float(np.mean(rms_dbfs(frames) > STEM_GATE_DBFS))
            yield stem, start / rate, (start + length) / rate, float(rms_dbfs(cut)), active


def write(parts: Path, out: Path) -> dict[str, int]:
    """Write the table of all songs in the parts; how many songs each has."""
    there = {part: parts / part for part in SPLITS if song_places(parts / part)}
    if not there:
        raise FileNotFoundError(
            f"{parts} holds no song in {', '.join(SPLITS)}: make them with "
            "python -m finetune.collections ROOT --out manifest.json --link PARTS"
        )
    counts = dict.fromkeys(there, 0)
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = out.with_name(f".part-{out.name}")
    with unfinished.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for part, folder in there.items():
            for track in read_folder(folder):
                about = (track.facts.artist or "", track.facts.licence or "")
                for stem, start_s, end_s, level, active in rows(track):
                    table.writerow((part, track.song.name, stem, f"{start_s:.3f}", f"{end_s:.3f}",
                                    f"{level:.3f}", f"{active:.6f}", *about))  # fmt: skip
                counts[part] += 1
    os.replace(unfinished, out)
    return counts


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the table and say what it holds; exit code 2 with a sentence when that cannot be."""
    parser = argparse.ArgumentParser(
        prog="python -m finetune.multitrack_levels", description=__doc__
    )
    parser.add_argument("parts", type=Path, help="folder with train/, valid/ and test/")
    parser.add_argument("--out", type=Path, required=True, help="table to write (csv)")
    options = parser.parse_args(arguments)
    try:
        counts = write(options.parts, options.out)
    except (AudioError, FactsError, OSError) as error:
        print(f"multitrack_levels: {error}", file=sys.stderr)
        sys.exit(2)
    print(f"{options.out}: " + ", ".join(f"{count} {part} songs" for part, count in counts.items()))


if __name__ == "__main__":
    main()
