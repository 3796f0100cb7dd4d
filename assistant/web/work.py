"""Long work in a room: one piece at a time, with its progress, and a way to stop it.

One rule: work is stopped where it tells its progress, so nothing is left half-written.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from assistant.context import is_ours


class Stopped(BaseException):
    """The user stopped the work. No Exception: tools must not take it for their own failure."""


@dataclass
class Work:
    """What a room is busy with: idle, working, done, failed or stopped."""

    told: Callable[[], object] = lambda: None  # called at every change
    state: str = "idle"
    name: str = ""  # what it was begun as
    what: str = ""  # what it is at just now
    done: int = 0
    total: int = 0
    error: str = ""
    started_s: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_running(self) -> bool:
        return self.state == "working"

    def begin(self, what: str) -> bool:
        """Take the room for a piece of work; False when another one is running."""
        with self._lock:
            if self.is_running:
                return False
            self.state, self.error = "working", ""
            self.name = self.what = what
            self.done, self.total, self.started_s = 0, 0, time.monotonic()
            self._stop.clear()
        self.told()
        return True

    def end(self, state: str, error: str = "") -> None:
        """Say how it ended: done, failed or stopped."""
        self.state, self.error = state, error
        self.told()

    def stop(self) -> bool:
        """Ask the work to stop; False when there is none."""
        self._stop.set()
        return self.is_running

    def check(self) -> None:
        """Raise Stopped if the user has asked for it."""
        if self._stop.is_set():
            raise Stopped

    def on_progress(self, done: int, total: int, what: str) -> None:
        """Take note of how far the work is, and stop here if that was asked."""
        if not self.is_running:
            return
        self.check()
        self.done, self.total, self.what = done, total, what

    def run(self, what: str, do: Callable[[], Any]) -> bool:
        """Do it in this thread, between begin and end; False when the room is busy."""
        if not self.begin(what):
            return False
        self.finish(do)
        return True

    def start(self, what: str, do: Callable[[], Any]) -> bool:
        """Do it in a thread of its own; False when the room is busy."""
        if not self.begin(what):
            return False
        threading.Thread(target=self.finish, args=(do,), daemon=True).start()
        return True

    def finish(self, do: Callable[[], Any]) -> None:
        """Do what was begun and say how it ended; a bug is raised on."""
        try:
            do()
        except Stopped:
            self.end("stopped")
        except Exception as error:
            ours = is_ours(error) or isinstance(error, OSError)
            self.end("failed", str(error) if ours else "something went wrong here: see the log")
            if not ours:
                raise
        except BaseException:
            self.end("failed", "the work was cut off")
            raise
        else:
            self.end("done")

    def as_data(self) -> dict[str, Any]:
        """The work for the page."""
        seconds = time.monotonic() - self.started_s if self.is_running else 0.0
        return {
            "state": self.state, "what": self.what, "done": self.done, "total": self.total,
            "error": self.error, "seconds": round(seconds, 1),
        }  # fmt: skip
