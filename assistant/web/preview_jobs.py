"""Previews being made: one at a time in the background, each with its progress, each stoppable.

One rule: what was asked for twice is made once, a failure is told in a sentence, and what has ended
holds no song in memory.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from assistant.context import is_ours

State = Literal["waiting", "rendering", "done", "failed", "cancelled"]
Make = Callable[[Callable[[float], None]], None]  # given what is told how much is done, 0 to 1
Key = tuple[str, str]  # the room's token, the preview's name
MOST_REMEMBERED = 500
MOST_WAITING = 60  # of one room

_log = logging.getLogger(__name__)


class JobsError(ValueError):
    """More than can be rendered was asked for: the message says got, needed and cure."""


class Cancelled(Exception):
    """Raised inside a job that is no longer wanted."""


@dataclass
class Job:
    """One preview on its way; progress goes from 0 to 1."""

    make: Make | None  # None once it has ended
    state: State = "waiting"
    progress: float = 0.0
    error: str | None = None
    is_unwanted: bool = False

    def report(self, done: float) -> None:
        """Note how far it is; stop here if nobody wants it any more."""
        if self.is_unwanted:
            raise Cancelled
        self.progress = max(self.progress, min(1.0, done))


class PreviewJobs:
    """The jobs of all rooms: in the order in which they were asked for, no room twice in a row."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[Key, Job] = OrderedDict()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._served = ""  # the room whose job was the last

    def want(self, key: Key, make: Make) -> Job:
        """Have it made unless it is on its way; what failed or was stopped is tried again."""
        with self._changed:
            job = self._jobs.get(key)
            if job is not None and job.state in ("waiting", "rendering"):
                if not job.is_unwanted:
                    return job
            self._check_room(key[0])
            job = self._jobs[key] = Job(make)
            self._jobs.move_to_end(key)
            self._forget_old()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="previews", daemon=True)
                self._thread.start()
            self._changed.notify()
            return job

    def get(self, key: Key) -> Job | None:
        """The latest job of that name, if there was one."""
        with self._changed:
            return self._jobs.get(key)

    def cancel(self, key: Key) -> bool:
        """Stop a job that waits or runs; False if there is none."""
        with self._changed:
            job = self._jobs.get(key)
            if job is None or job.state not in ("waiting", "rendering"):
                return False
            job.is_unwanted = True
            if job.state == "waiting":
                job.state, job.make = "cancelled", None
            return True

    def _check_room(self, room: str) -> None:
        waiting = [key for key, job in self._jobs.items() if job.state == "waiting"]
        if sum(key[0] == room for key in waiting) >= MOST_WAITING:
            raise JobsError(
                f"{MOST_WAITING} renderings wait in this room already: stop some, or wait for them"
            )

    def _forget_old(self) -> None:
        over = [key for key, job in self._jobs.items() if job.state not in ("waiting", "rendering")]
        for key in over[: max(0, len(self._jobs) - MOST_REMEMBERED)]:
            del self._jobs[key]

    def _run(self) -> None:
        while True:
            with self._changed:
                while (job := self._next()) is None:
                    self._changed.wait()
                job.state = "rendering"
            _carry_out(job)

    def _next(self) -> Job | None:
        """The job that waits longest, of another room than the last one if there is one."""
        waiting = [(key[0], job) for key, job in self._jobs.items() if job.state == "waiting"]
        others = [(room, job) for room, job in waiting if room != self._served]
        if not waiting:
            return None
        self._served, job = (others or waiting)[0]
        return job


def _carry_out(job: Job) -> None:
    try:
        job.report(0.0)
        if job.make is not None:
            job.make(job.report)
        job.state, job.progress = "done", 1.0
    except Cancelled:
        job.state = "cancelled"
    except Exception as error:
        job.error = str(error) if is_ours(error) or isinstance(error, OSError) else None
        if job.error is None:
            _log.exception("a preview could not be made")
            job.error = "this could not be rendered: the reason is in Gainsay's log"
        job.state = "failed"
    finally:
        job.make = None
