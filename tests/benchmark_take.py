"""How long takes last, where the time goes and how much memory they need, beside a plain sum.

Processor seconds are what this process used; on a busy machine they tell more than the clock.
Run: python -m tests.benchmark_take --stems 8 --minutes 3
"""

import argparse
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import numpy as np

from mixer import console
from mixer.megami import analysis, takes
from mixer.megami.mixer import WEIGHTS, Megami, render_takes
from mixer.moves import MixState
from mixer.song import Song, song_from_arrays

RATE = 44100
PARTS = (
    ("loudness of the song's stems", analysis, "song_lufs"),
    ("images and twins", analysis, "has_image"),
    ("images and twins", analysis, "sketch"),
    ("draw of the settings", Megami, "sample"),
    ("equalizer", console, "equalize"),
    ("compressor", console, "gain_change"),
    ("compressor", console, "compress"),
    ("pan and width", console, "widen"),
    ("pan and width", console, "place"),
    ("reverb", console, "_wet"),
    ("sections", takes, "keep_sections"),
    ("loudness after the effects", console, "song_lufs"),
)
REST = "adding up and copying"


def busy_song(stems: int, seconds: float) -> Song:
    """Stereo noise with a pulse, one colour and level a stem."""
    rng = np.random.default_rng(0)
    samples = int(seconds * RATE)
    pulse = 0.3 + 0.7 * (np.mod(np.arange(samples) / RATE * 2.0, 1.0) < 0.5).astype(np.float32)
    made = {}
    for stem in range(stems):
        noise = rng.standard_normal((2, samples), dtype=np.float32)
        noise[:, 1:] += 0.1 * stem * noise[:, :-1]
        made[f"stem {stem}"] = noise * pulse * np.float32(0.03 / (1 + stem))
    return song_from_arrays("busy", made, RATE)


def peak_mib() -> float:
    """The largest resident size of this process so far, MiB (Linux counts in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def watched(spent: Counter[str]) -> Iterator[None]:
    """Add the processor seconds of every part, in whichever thread it runs, to spent."""

    def timed(part: str, work: Callable) -> Callable:
        def run(*arguments, **how):
            started = time.thread_time()
            result = work(*arguments, **how)
            spent[part] += time.thread_time() - started
            return result

        return run

    patches = [patch.object(at, name, timed(part, getattr(at, name))) for part, at, name in PARTS]
    for one in patches:
        one.start()
    yield
    for one in patches:
        one.stop()


def parts_table(columns: dict[str, Counter[str]]) -> str:
    """Processor seconds and shares of every part, as Markdown."""
    lines = ["| part | " + " | ".join(f"{name} | share" for name in columns) + " |"]
    lines.append("|---|" + "---|---|" * len(columns))
    for part in dict.fromkeys([*(part for part, _, _ in PARTS), REST]):
        cells = [f"{one[part]:.2f} | {one[part] / one.total():.0%}" for one in columns.values()]
        lines.append(f"| {part} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Print seconds, real-time factor, memory and the ratio to a plain sum; then the parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stems", type=int, default=8)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="folder with config.json")
    options = parser.parse_args()
    seconds = options.minutes * 60.0
    song, megami = busy_song(options.stems, seconds), Megami.load(options.weights)
    size = megami.generator.config.content_size
    contents = np.random.default_rng(1).standard_normal((options.stems, size)).astype(np.float32)
    contents /= np.linalg.norm(contents, axis=1, keepdims=True)
    state = MixState.untouched(options.stems)
    before_mib, sums_s = peak_mib(), []
    for _ in range(3):
        started = time.process_time()
        song.audio.sum(axis=0)
        sums_s.append(time.process_time() - started)
    print(f"{options.stems} stems x {seconds:.0f} s: {song.audio.nbytes / 2**20:.0f} MiB of audio")
    print("| what | seconds | of real time | processor s | times the sum | MiB above the song |")
    print("|---|---|---|---|---|---|")
    columns: dict[str, Counter[str]] = {}
    for name, how in (
        ("faders only", {"effects": False}),
        ("first take", {}),
        ("further take", {"seed": 1}),
        ("nearest of 16", {"nearest": True}),
    ):
        spent = columns[name] = Counter()
        started, cpu = time.perf_counter(), time.process_time()
        with watched(spent):
            render_takes(song, contents, state, megami=megami, **how)
        took_s, cpu_s = time.perf_counter() - started, time.process_time() - cpu
        spent[REST] = max(0.0, cpu_s - spent.total())
        print(f"| {name} | {took_s:.1f} | {took_s / seconds:.3f} | {cpu_s:.1f} ", end="")
        print(f"| {cpu_s / min(sums_s):.0f} | {peak_mib() - before_mib:.0f} |")
    print("\nprocessor seconds by part")
    print(parts_table({name: columns[name] for name in ("first take", "further take")}))


if __name__ == "__main__":
    main()
