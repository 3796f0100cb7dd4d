"""Work that takes no time, to see what becomes of it when workers and runs are killed."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from finetune.shards import Outcome, whole


@dataclass(frozen=True)
class Letters:
    """Writes every item's name a thousand times, and in a diary beside the folder who did it."""

    out: Path
    seed: int = 0
    deadly: str | None = None  # the worker is killed when it comes to this item
    deaths: int = 1  # so many times
    broken: str | None = None  # this item fails until there is a file named mended
    pause_s: float = 0.0
    name = "letters"
    replaces = False

    def options(self) -> dict[str, int]:
        return {"seed": self.seed}

    def source(self, item: str) -> str:
        return ""

    def open(self) -> Callable[[str], Outcome]:
        return self.make

    def make(self, item: str) -> Outcome:
        path = self.out / f"{item}.txt"
        if item == "empty":
            return Outcome(left_out="nothing in it")
        if not path.exists():
            self._die_at(item)
            if item == self.broken and not (self.out.parent / "mended").exists():
                raise OSError("the string broke")
            time.sleep(self.pause_s)
            with (self.out.parent / "diary").open("a") as diary:
                diary.write(f"{item} {os.getpid()}\n")
            with whole(self.out, path) as part:
                part.write_text(f"{item} {self.seed}\n" * 1000)
        return Outcome((path.name,), {"letters": len(item)})

    def _die_at(self, item: str) -> None:
        grave = self.out.parent / "grave"
        died = len(grave.read_text()) if grave.exists() else 0
        if item == self.deadly and died < self.deaths:
            grave.write_text("x" * (died + 1))
            os.kill(os.getpid(), signal.SIGKILL)


def diary(out: Path) -> list[tuple[str, int]]:
    """Who made what, in order."""
    lines = (out.parent / "diary").read_text().splitlines()
    return [(item, int(process)) for item, process in map(str.split, lines)]


def made(out: Path) -> Counter[str]:
    """How often each item was made."""
    return Counter(item for item, _ in diary(out))


def timeless(manifest: dict) -> dict:
    """A manifest without what depends on the clock, or on a commit that is made meanwhile."""
    return {key: value for key, value in manifest.items() if key not in ("times", "versions")}
