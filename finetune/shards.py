"""Work in shards: many items, a few at a time, by whichever process or machine is free.

One rule: every file is put in place whole, and a shard's record, which names its files by their
hashes, is written last; so what was killed anywhere goes on, and what is there is not made again.
"""

import contextlib
import hashlib
import json
import os
import platform
import time
import traceback
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from finetune.versions import code_version

Record = dict[str, Any]
PLACE = ".shards"  # inside of the folder that is made


class JobError(RuntimeError):
    """Work that cannot be done here: the message says got, needed and cure."""


@dataclass(frozen=True)
class Outcome:
    """What became of an item: its files, relative to the folder, and what they hold.

    left_out: why there is nothing, and never will be. failed: why there is nothing yet.
    """

    files: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    left_out: str | None = None
    failed: str | None = None


class Work(Protocol):
    """What is done to every item. It is hashable and small: it travels to the workers."""

    @property
    def name(self) -> str: ...

    @property
    def out(self) -> Path:
        """The folder that is made: an absolute path, which every worker sees."""
        ...

    @property
    def replaces(self) -> bool:
        """Whether what other options made is replaced; if not, it is refused."""
        ...

    def options(self) -> dict[str, Any]:
        """All that decides the bytes that come out, as JSON and without a machine's paths."""
        ...

    def source(self, item: str) -> str:
        """A mark that changes when what the item is made from does; cheap."""
        ...

    def open(self) -> Callable[[str], Outcome]:
        """Load what is large, once a process; return what makes an item unless it is there."""
        ...


@dataclass(frozen=True)
class Shard:
    """Neighbouring items that are done in one go."""

    number: int
    items: tuple[str, ...]


def plan(items: Sequence[str], size: int) -> tuple[Shard, ...]:
    """Cut items into shards of a size: the same ones however many there are behind them."""
    if size < 1:
        raise ValueError(f"shards of {size} items were asked for: 1 or more are needed")
    if len(set(items)) < len(items):
        doubled = sorted({item for item in items if items.count(item) > 1})
        raise ValueError(f"{', '.join(doubled)}: there twice, every item needs its own name")
    starts = range(0, len(items), size)
    return tuple(Shard(start // size, tuple(items[start : start + size])) for start in starts)


def job_of(work: Work) -> dict[str, Any]:
    """What the folder's files are made by, in the form that is kept beside them."""
    return json.loads(json.dumps({"work": work.name, "options": work.options()}))


def mark_of(job: Mapping[str, Any]) -> str:
    """Sixteen hex digits that tell one job from another."""
    return hashlib.sha256(json.dumps(job, sort_keys=True).encode()).hexdigest()[:16]


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """Say how two jobs differ: seed 0 and not 1."""
    ours, theirs = ({"work": job.get("work"), **job.get("options", {})} for job in (one, other))
    keys = sorted(set(ours) | set(theirs))
    return ", ".join(
        f"{key} {ours.get(key)} and not {theirs.get(key)}"
        for key in keys
        if ours.get(key) != theirs.get(key)
    )


@contextlib.contextmanager
def whole(out: Path, path: Path) -> Iterator[Path]:
    """Give a name to write to; what was written is put in place, whole, at the end."""
    part = out / PLACE / "parts" / f"{uuid.uuid4().hex}{path.suffix}"
    part.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield part
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        path.parent.mkdir(parents=True, exist_ok=True)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_json(out: Path, path: Path, data: Any) -> None:
    """Write JSON whole."""
    with whole(out, path) as part:
        part.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def file_hash(path: Path) -> str:
    """The sha256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def record_path(out: Path, shard: Shard) -> Path:
    return out / PLACE / f"{shard.number:06d}.json"


def finished(work: Work, shard: Shard, mark: str) -> Record | None:
    """The shard's record if it is of this very job, its sources are as they were and its files
    there in full length; None if there is something to do.
    """
    try:
        record = json.loads(record_path(work.out, shard).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    entries = record["items"]
    if record["mark"] != mark or list(entries) != list(shard.items):
        return None
    for item, entry in entries.items():
        if "failed" in entry or entry["source"] != work.source(item):
            return None
        if any(_length(work.out / name) != size for name, (size, _) in entry["files"].items()):
            return None
    return record


def _length(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def do_shard(work: Work, shard: Shard) -> Record:
    """Make what a shard lacks, write its record and return it: what every runner calls."""
    make, mark = _opened(work)
    if (record := finished(work, shard, mark)) is not None:
        return record
    started_s = time.process_time()
    record = {
        "number": shard.number,
        "mark": mark,
        "version": code_version(),
        "items": {item: _entry(work, item, make) for item in shard.items},
    }
    record["cpu_s"] = round(time.process_time() - started_s, 3)
    write_json(work.out, record_path(work.out, shard), record)
    return record


@lru_cache(maxsize=1)
def _opened(work: Work) -> tuple[Callable[[str], Outcome], str]:
    """Open the work in this process, if it would do here what the folder's job says."""
    place = work.out / PLACE / "job.json"
    try:
        job = json.loads(place.read_text(encoding="utf-8"))
    except OSError as error:
        raise JobError(
            f"{platform.node()} does not see {place} ({error.strerror}): the folder must be on "
            "a disk that all machines share, under the same path"
        ) from error
    if differing := differences(job_of(work), job):
        raise JobError(
            f"{platform.node()} would make other files than the folder's job says "
            f"({differing}): all machines need the same sources and weights"
        )
    return work.open(), mark_of(job)


def _entry(work: Work, item: str, make: Callable[[str], Outcome]) -> dict[str, Any]:
    """Make one item; an error is written down, and the other items go on."""
    source = work.source(item)
    try:
        made = make(item)
    except JobError:
        raise
    except Exception as error:  # whatever it is, it must not cost the other songs
        at = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(at.filename).name}:{at.lineno}"
        made = Outcome(failed=f"{type(error).__name__}: {error} ({where})")
    files = {
        name: [(work.out / name).stat().st_size, file_hash(work.out / name)] for name in made.files
    }
    entry = {"source": source, "files": files, "counts": dict(made.counts)}
    reasons = {"left_out": made.left_out, "failed": made.failed}
    return entry | {key: reason for key, reason in reasons.items() if reason is not None}
