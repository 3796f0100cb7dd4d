"""How long one take lasts and how much memory it needs, against the plain sum of the same stems.

Run: python -m tests.benchmark_take --stems 8 --minutes 3
"""

import argparse
import resource
import time
from pathlib import Path

import numpy as np

from mixer.megami.mixer import WEIGHTS, Megami, render_takes
from mixer.moves import MixState
from mixer.song import Song, song_from_arrays

RATE = 44100


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


def main() -> None:
    """Print seconds, real-time factor, peak memory, and the ratio to a plain sum."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stems", type=int, default=8)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="folder with config.json")
    options = parser.parse_args()
    seconds = options.minutes * 60.0
    song = busy_song(options.stems, seconds)
    embedding = np.random.default_rng(1).standard_normal((options.stems, 128)).astype(np.float32)
    embedding /= np.linalg.norm(embedding, axis=1, keepdims=True)
    state = MixState.untouched(options.stems)
    megami = Megami.load(options.weights)
    song_mib = song.audio.nbytes / 2**20
    before_mib = peak_mib()
    started = time.perf_counter()
    song.audio.sum(axis=0)
    sum_s = time.perf_counter() - started
    print(f"{options.stems} stems x {seconds:.0f} s: {song_mib:.0f} MiB of audio")
    print("| what | seconds | of real time | times the sum | peak MiB above the song |")
    print("|---|---|---|---|---|")
    print(f"| plain sum | {sum_s:.2f} | {sum_s / seconds:.4f} | 1 | |")
    started = time.perf_counter()
    megami.sample(embedding)
    print(f"| settings only | {time.perf_counter() - started:.2f} | | | |")
    for name, effects in (("faders only", False), ("full take", True)):
        started = time.perf_counter()
        render_takes(song, embedding, state, effects=effects, megami=megami)
        took_s = time.perf_counter() - started
        more_mib = peak_mib() - before_mib
        ratios = f"{took_s / seconds:.3f} | {took_s / sum_s:.0f}"
        print(f"| {name} | {took_s:.1f} | {ratios} | {more_mib:.0f} |")


if __name__ == "__main__":
    main()
