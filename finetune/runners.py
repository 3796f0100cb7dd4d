"""Who does the shards: this process, processes of this machine, or a Ray cluster.

One rule: all of them call the same function on the same shards, so what comes out is the same.
"""

import argparse
import importlib
import json
import logging
import multiprocessing
import os
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

from finetune.manifest import claimed, write_manifest
from finetune.shards import JobError, Record, Shard, Work, do_shard, finished, plan

Runner = Callable[[Work, Sequence[Shard]], Iterator[Record]]
_TRIES = 3  # a shard whose worker died as often is left out, and named
_EVERY_S = 10.0


def here(work: Work, shards: Sequence[Shard]) -> Iterator[Record]:
    """Do the shards in this process, one after another."""
    return (do_shard(work, shard) for shard in shards)


@dataclass(frozen=True)
class Processes:
    """Processes of this machine, one shard at a time each; one that dies is replaced."""

    workers: int = 2

    def __call__(self, work: Work, shards: Sequence[Shard]) -> Iterator[Record]:
        waiting, deaths = deque(shards), Counter[int]()
        lost: list[Shard] = []
        pools = [_process() for _ in range(min(self.workers, len(shards)))]
        running: dict[Future[Record], tuple[int, Shard]] = {}
        try:
            while waiting or running:
                busy = {place for place, _ in running.values()}
                for place in [place for place in range(len(pools)) if place not in busy]:
                    if waiting:
                        shard = waiting.popleft()
                        running[pools[place].submit(do_shard, work, shard)] = (place, shard)
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    place, shard = running.pop(future)
                    try:
                        yield future.result()
                    except BrokenProcessPool:
                        pools[place].shutdown()
                        pools[place] = _process()
                        deaths[shard.number] += 1
                        again = deaths[shard.number] < _TRIES
                        logging.warning("a worker died at %s", shown(shard))
                        (waiting if again else lost).append(shard)
        finally:
            for pool in pools:
                pool.shutdown(cancel_futures=True)
        if lost:
            raise JobError(
                f"the worker died {_TRIES} times at {'; '.join(map(shown, lost))}; the rest is "
                "done: give it more memory or fewer --workers, then run the same command again"
            )


def _process() -> ProcessPoolExecutor:
    """One worker process, started when it is first asked."""
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _end_with_parent)


def _end_with_parent() -> None:
    """Let this process end when the one that started it is gone, however that went."""

    def watch() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _do_row(row: dict[str, Any], work: Work) -> dict[str, str]:
    """A row with a shard becomes a row with its record."""
    shard = Shard(row["number"], tuple(json.loads(row["items"])))
    return {"record": json.dumps(do_shard(work, shard))}


@dataclass(frozen=True)
class OnRay:
    """Ray Data: one task a shard, done again on another node when its node is lost.

    Tasks, not actors: an actor that was lost waits for a place of its own before its shard goes on.
    address: `local` starts a Ray of its own on this machine; else as ray.init takes it.
    """

    address: str = "local"
    workers: int | None = None  # at most so many at a time

    def __call__(self, work: Work, shards: Sequence[Shard]) -> Iterator[Record]:
        is_own = self.address == "local"
        ray = _ray(is_own)
        options = {"include_dashboard": False, "num_cpus": self.workers} if is_own else {}
        ray.init(self.address, logging_level=logging.WARNING, **options)
        try:
            ray.data.DataContext.get_current().enable_progress_bars = False
            rows = [{"number": s.number, "items": json.dumps(s.items)} for s in shards]
            data = ray.data.from_items(rows, override_num_blocks=len(rows))
            done = data.map(
                _do_row,
                fn_kwargs={"work": work},
                num_cpus=1,
                concurrency=self.workers,
                max_retries=_TRIES,  # of a shard whose node or worker was lost
            )
            for row in done.iter_rows():
                yield json.loads(row["record"])
        except ray.exceptions.RayError as error:
            raise JobError(
                f"Ray gave up: {error}\nWhat was done is kept: run the same command again"
            ) from error
        finally:
            ray.shutdown()


def _ray(on_loopback: bool) -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if (
        on_loopback
    ):  # on any system, whatever the name says; 127.0.0.1 alone is not taken at its word
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
    try:
        importlib.import_module("ray.data")
    except ImportError as error:
        raise JobError(f'--ray needs Ray Data ({error}): pip install "gainsay[ray]"') from error
    return importlib.import_module("ray")


def shown(shard: Shard) -> str:
    """A shard by its number and items, for messages."""
    first, last = shard.items[0], shard.items[-1]
    return f"shard {shard.number} ({first}" + (f" to {last})" if last != first else ")")


def run(work: Work, items: Sequence[str], shard_size: int, runner: Runner) -> dict[str, Any]:
    """Make what the folder lacks of these items; return its manifest."""
    if not items:
        raise JobError(f"{work.name}: there is nothing to do, no item was given")
    shards = plan(items, shard_size)
    with claimed(work) as mark:
        there = {shard.number: finished(work, shard, mark) for shard in shards}
        records = {number: record for number, record in there.items() if record is not None}
        missing = [shard for shard in shards if shard.number not in records]
        if missing:
            for record in _told(runner(work, missing), len(missing)):
                records[record["number"]] = record
        return write_manifest(work, list(records.values()))


def _told(records: Iterator[Record], shards: int) -> Iterator[Record]:
    """Pass the records on, and say now and then how far it is."""
    started_s = said_s = time.monotonic()
    items = 0
    for done, record in enumerate(records, 1):
        items += len(record["items"])
        for item, entry in record["items"].items():
            if "failed" in entry:
                logging.warning("%s failed: %s", item, entry["failed"])
        now_s = time.monotonic()
        if now_s - said_s > _EVERY_S or done == shards:
            said_s, rate = now_s, items / max(now_s - started_s, 1e-9)
            logging.info("%d of %d shards, %d items, %.2f items/s", done, shards, items, rate)
        yield record


def add_options(parser: argparse.ArgumentParser, workers: int) -> None:
    """Give a command --workers and --ray."""
    parser.add_argument(
        "--workers",
        type=int,
        help=f"how many at a time (default: {workers} processes; on Ray all of its CPUs)",
    )
    parser.add_argument(
        "--ray",
        metavar="ADDRESS|local",
        help="use Ray Data: a cluster's address (all machines must see the folders under the same "
        "paths), or local for one of its own on this machine",
    )
    parser.set_defaults(default_workers=workers)


def chosen(arguments: argparse.Namespace) -> Runner:
    """The runner that was asked for."""
    if arguments.workers is not None and arguments.workers < 1:
        raise SystemExit(f"--workers {arguments.workers} was given: 1 or more are needed")
    if arguments.ray is not None:
        return OnRay(arguments.ray, arguments.workers)
    return Processes(arguments.workers or arguments.default_workers)


def run_command(
    work: Work, items: Sequence[str], shard_size: int, arguments: argparse.Namespace
) -> None:
    """Run a command's work, print what came out, and end with 1 if anything failed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    try:
        manifest = run(work, items, shard_size, chosen(arguments))
    except (JobError, OSError) as error:
        raise SystemExit(str(error)) from error
    except KeyboardInterrupt:
        print("stopped; what is done is kept: the same command goes on from there")
        raise SystemExit(130) from None
    print(
        f"{work.out}: {manifest['items']} {work.name}, {manifest['files']} files, "
        f"{manifest['bytes'] / 1e6:.1f} MB, {manifest['left_out']} left out, "
        f"{manifest['failed']} failed; {manifest['times']['cpu_s'] / 3600:.2f} CPU hours"
    )
    for item, why in manifest["why_failed"].items():
        print(f"  {item}: {why}")
    if manifest["failed"]:
        raise SystemExit(1)
