"""Songs and what a tower heard of them as one Arrow dataset, read from disk as it is needed.

One rule: no process holds the tower's features. Many processes on one machine share one file of
them, which may be larger than its memory; what is read is what the song cache holds.

    python -m finetune.packed --songs runs/songs --content runs/content-large --out runs/packed

The recipe's `content` then names runs/packed.
"""

import argparse
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from datasets import Dataset, Features, List, Value, disable_progress_bars, load_from_disk

from assistant.model.configuration import CONTENT_TOKENS, LEVEL_FEATURES
from finetune.scenes import SongRecord, read_record

COLUMNS = Features(
    {
        "song": Value("string"),
        "split": Value("string"),
        "genre": Value("string"),
        "role": Value("string"),
        "name": Value("string"),
        "profile": List(Value("float32"), length=LEVEL_FEATURES),
        "hidden": Value("large_binary"),  # float16 (8, tower hidden)
    }
)


class Stored:
    """Content (S, 8, hidden) of one song, as it lies on disk."""

    def __init__(self, rows: Dataset, first: int, stems: int):
        self._rows, self._first, self._stems = rows, first, stems

    def __len__(self) -> int:
        return self._stems

    def __getitem__(self, stem: int | list[int]) -> np.ndarray:
        """One stem's content (8, hidden), or some stems' (n, 8, hidden)."""
        some = [stem] if isinstance(stem, int | np.integer) else list(stem)
        kept = self._rows[[self._first + one for one in some]]["hidden"]
        read = np.stack(
            [np.frombuffer(one, np.float16).reshape(CONTENT_TOKENS, -1) for one in kept]
        )
        return read if isinstance(stem, list) else read[0]

    def __iter__(self) -> Iterator[np.ndarray]:
        """Every stem's content (8, hidden) of this song."""
        return iter(self[list(range(self._stems))])


def pack(songs: Path, content: Path, out: Path) -> int:
    """Write every song that is encoded, a row a stem; returns the stems."""
    disable_progress_bars()
    out.parent.mkdir(parents=True, exist_ok=True)
    source = {"songs": songs, "content": content}
    with TemporaryDirectory(dir=out.parent) as part:
        rows: Any = Dataset.from_generator(
            _rows, features=COLUMNS, gen_kwargs=source, cache_dir=part
        )
        rows.save_to_disk(out)
        return len(rows)


def _rows(songs: Path, content: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(Path(songs).glob("*.safetensors")):
        if (record := read_record(file, Path(content))) is None or record.hidden is None:
            continue
        for stem, role in enumerate(record.roles):
            yield {
                "song": record.key,
                "split": record.split,
                "genre": record.genre,
                "role": role,
                "name": record.names[stem],
                "profile": record.profile[stem],
                "hidden": np.asarray(record.hidden[stem], np.float16).tobytes(),
            }


def read_packed(folder: Path, split: str) -> list[SongRecord]:
    """The songs of a split; their content stays where it is."""
    rows: Any = load_from_disk(folder)
    content = rows.select_columns("hidden")
    told = enumerate(rows.remove_columns("hidden"))
    records = []
    for key, some in groupby(told, key=lambda one: one[1]["song"]):
        stems = list(some)
        first, head = stems[0]
        if head["split"] != split:
            continue
        records.append(
            SongRecord(
                key=key,
                roles=tuple(stem["role"] for _, stem in stems),
                names=tuple(stem["name"] for _, stem in stems),
                genre=head["genre"],
                split=split,
                profile=np.array([stem["profile"] for _, stem in stems], np.float32),
                hidden=Stored(content, first, len(stems)),
            )
        )
    return records


def main() -> None:
    parser = argparse.ArgumentParser(description="Pack songs and tower features into one dataset.")
    parser.add_argument("--songs", type=Path, required=True, help="folder made by finetune.songs")
    parser.add_argument("--content", type=Path, required=True, help="made by finetune.encode")
    parser.add_argument("--out", type=Path, required=True, help="folder of the dataset")
    options = parser.parse_args()
    print(f"{pack(options.songs, options.content, options.out)} stems in {options.out}")


if __name__ == "__main__":
    main()
