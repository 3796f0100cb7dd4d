"""How fast a song renders: `python -m tests.benchmark_console [--minutes 3] [--stems 8]`.

Prints seconds, real-time factor and peak memory with every effect on, and the ratio to the plain
numpy sum of the same stems.
"""

import argparse
import resource
import time

import numpy as np
import torch

from mixer.console import INDEX, PARAMETERS, from_unit, render_stems

RATE = 44100


def main() -> None:
    """Render noise stems through random settings and print what it cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=3.0, help="length of the song in minutes")
    parser.add_argument("--stems", type=int, default=8, help="number of stereo stems")
    parser.add_argument("--threads", type=int, default=2, help="torch threads")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    generator = np.random.default_rng(0)
    shape = (options.stems, 2, int(options.minutes * 60.0 * RATE))
    audio = generator.standard_normal(shape, dtype=np.float32) * np.float32(0.05)
    unit = generator.uniform(-0.9, 0.9, (options.stems, len(PARAMETERS))).astype(np.float32)
    settings = from_unit(torch.from_numpy(unit))
    settings[:, INDEX["decay_s"]] = 2.0
    before_mib = peak_mib()

    started = time.perf_counter()
    mix = audio.sum(axis=0)
    sum_s = time.perf_counter() - started
    started, started_cpu = time.perf_counter(), time.process_time()
    rendered = render_stems(audio, settings, np.zeros(options.stems), RATE)
    render_s, cpu_s = time.perf_counter() - started, time.process_time() - started_cpu

    print(
        f"{options.stems} stems of {options.minutes:g} min, all effects, {options.threads} threads"
    )
    print(f"render {render_s:.1f} s ({cpu_s:.1f} s of processor), ", end="")
    print(f"{options.minutes * 60.0 / render_s:.1f} times real time")
    print(f"plain numpy sum {sum_s:.2f} s: render / sum = {render_s / sum_s:.0f}")
    held_mib = (audio.nbytes + rendered.nbytes + mix.nbytes) / 2**20
    print(f"peak memory {peak_mib():.0f} MiB, of which {held_mib:.0f} MiB stems, renders and sum")
    print(f"(before the render {before_mib:.0f} MiB)")


def peak_mib() -> float:
    """The most memory this process has held, in MiB (Linux counts in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


if __name__ == "__main__":
    main()
