"""How much faster the effects processor runs than its plain form, and by how much they differ.

Both run on the same signal and random weights of the published size, in one process, turn about;
the processor's own time is told beside the wall's, as other work on the machine disturbs the wall.

Run: python -m tests.benchmark_tcn --seconds 12 --threads 1 2
"""

import argparse
import time
from collections.abc import Callable

import torch
from torch import Tensor

from mixer.megami.published.tcn import Tcn, TcnConfig
from mixer.megami.published.tcn_fast import FastTcn
from tests.tiny_published import stir

RATE = 44_100


def timed(run: Callable[[], Tensor]) -> tuple[Tensor, float, float]:
    """What a run gives, its wall-clock seconds, and the processor's."""
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    made = run()
    return made, time.perf_counter() - wall_s, time.process_time() - cpu_s


def main() -> None:
    """Print seconds, real-time factor, ratio and relative error for each number of threads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=12.0, help="of audio, one track")
    parser.add_argument("--threads", type=int, nargs="+", default=[1])
    options = parser.parse_args()
    config = TcnConfig()
    torch.manual_seed(0)
    tcn = stir(Tcn(config))
    fast = FastTcn(tcn)
    audio = 0.1 * torch.randn(round(options.seconds * RATE))
    condition = torch.randn(config.condition_size) / config.condition_size**0.5
    print(f"one track of {options.seconds:g} s through {config.depth} blocks of {config.width}")
    print("| threads | what | seconds | of real time | times | processor s | times | error |")
    print("|---|---|---|---|---|---|---|---|")
    for threads in options.threads:
        torch.set_num_threads(threads)
        quick, quick_s, quick_cpu_s = timed(lambda: fast(audio, condition))
        plain, plain_s, plain_cpu_s = timed(lambda: tcn(audio[None, None], condition[None])[0])
        error = float((quick - plain).norm() / plain.norm())
        for what, wall_s, cpu_s, told in (
            ("plain", plain_s, plain_cpu_s, ""),
            ("fast", quick_s, quick_cpu_s, f"{error:.1e}"),
        ):
            wall = f"{wall_s:.1f} | {wall_s / options.seconds:.2f} | {plain_s / wall_s:.2f}"
            cpu = f"{cpu_s:.1f} | {plain_cpu_s / cpu_s:.2f}"
            print(f"| {threads} | {what} | {wall} | {cpu} | {told} |")


if __name__ == "__main__":
    main()
