"""What a folder that was made in shards holds: counts, sizes, hashes, and what is missing and why.

One rule: but for `times` it depends on what was made alone, not on who made it, where or when.
Run as: python -m finetune.manifest FOLDER   (reads every file again and compares)
"""

import argparse
import contextlib
import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from finetune.shards import (
    PLACE,
    JobError,
    Record,
    Work,
    differences,
    file_hash,
    job_of,
    mark_of,
    write_json,
)

NAME = "manifest.json"


@contextlib.contextmanager
def claimed(work: Work) -> Iterator[str]:
    """Keep other runs out of the folder, write down its job, and give the job's mark."""
    place = work.out / PLACE
    place.mkdir(parents=True, exist_ok=True)
    lock = FileLock(place / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise JobError(
            f"another run is at work in {work.out}: wait until it is done, or give another --out"
        ) from None
    try:
        job, path = job_of(work), place / "job.json"
        shutil.rmtree(place / "parts", ignore_errors=True)  # of a run that was killed
        begun = json.loads(path.read_text(encoding="utf-8")) if path.exists() else job
        if not work.replaces and (differing := differences(begun, job)):
            raise JobError(
                f"{work.out} was begun with {differing}: give the options that it was begun with, "
                "or another --out"
            )
        write_json(work.out, path, job)
        yield mark_of(job)
    finally:
        lock.release()


def manifest_of(job: Mapping[str, Any], records: Sequence[Record]) -> dict[str, Any]:
    """Sum up the records of all shards."""
    counts, left_out, failed, shards = Counter[str](), {}, {}, []
    records = sorted(records, key=lambda record: record["number"])
    for record in records:
        items = record["items"]
        for item, entry in items.items():
            counts.update(entry["counts"])
            left_out |= {item: entry["left_out"]} if "left_out" in entry else {}
            failed |= {item: entry["failed"]} if "failed" in entry else {}
        files = {name: file for entry in items.values() for name, file in entry["files"].items()}
        shards.append(
            {
                "number": record["number"],
                "first": next(iter(items)),
                "items": len(items),
                "files": len(files),
                "bytes": sum(size for size, _ in files.values()),
                "sha256": _hash_of({name: digest for name, (_, digest) in files.items()}),
            }
        )
    totals = {key: sum(shard[key] for shard in shards) for key in ("items", "files", "bytes")}
    totals |= {"left_out": len(left_out), "failed": len(failed)}
    return {
        **job,
        "versions": sorted({record["version"] for record in records}),
        **totals,
        "counts": dict(sorted(counts.items())),
        "sha256": _hash_of({str(shard["number"]): shard["sha256"] for shard in shards}),
        "why_left_out": left_out,
        "why_failed": failed,
        "shards": shards,
        "times": {
            "cpu_s": round(sum(record["cpu_s"] for record in records), 3),
            "shards_cpu_s": {str(record["number"]): record["cpu_s"] for record in records},
        },
    }


def _hash_of(digests: Mapping[str, str]) -> str:
    """One hash over names and hashes, as sha256sum would list them."""
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def write_manifest(work: Work, records: Sequence[Record]) -> dict[str, Any]:
    """Write the folder's manifest, unless it is there as it should be; return it."""
    path, made = work.out / NAME, manifest_of(job_of(work), records)
    with contextlib.suppress(OSError, ValueError):
        if json.loads(path.read_text(encoding="utf-8")) == made:
            return made
    write_json(work.out, path, made)
    return made


def faults(folder: Path) -> list[str]:
    """Compare every file with its record and every record with the manifest; say what differs."""
    manifest = json.loads((folder / NAME).read_text(encoding="utf-8"))
    found, records = [], []
    for shard in manifest["shards"]:
        path = folder / PLACE / f"{shard['number']:06d}.json"
        if not path.exists():
            found.append(f"{path.name}: the record of shard {shard['number']} is missing")
            continue
        record = json.loads(path.read_text(encoding="utf-8"))
        records.append(record)
        for item, entry in record["items"].items():
            for name, (_, digest) in entry["files"].items():
                if not (folder / name).exists():
                    found.append(f"{name}: missing, of {item}")
                elif file_hash(folder / name) != digest:
                    found.append(f"{name}: other bytes than were written, of {item}")
    job = {key: manifest[key] for key in ("work", "options")}
    if not found and manifest_of(job, records) != manifest:
        found.append(f"{NAME}: not the sum of its shards")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Check a folder against its manifest.")
    parser.add_argument("folder", type=Path, help="a folder that holds manifest.json")
    folder = parser.parse_args().folder
    if not (folder / NAME).exists():
        raise SystemExit(f"{folder} holds no {NAME}: it is written when all shards are done")
    if found := faults(folder):
        raise SystemExit("\n".join([*found, "delete what differs and run the same command again"]))
    manifest = json.loads((folder / NAME).read_text(encoding="utf-8"))
    print(f"{manifest['files']} files, {manifest['bytes']} bytes: all as they were written")


if __name__ == "__main__":
    main()
