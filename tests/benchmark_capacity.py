"""Whether a large song can be opened, measured and mixed in little memory.

Makes a song of mono 16-bit flac stems in a temporary folder, mixes it in a child process as
`gainsay mix` does, and prints the child's time and its largest memory by stage: all that was
resident, and of it what lies in no file and so cannot be given back.
Run: python -m tests.benchmark_capacity --stems 96 --minutes 5
"""

import argparse
import json
import multiprocessing
import resource
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile

RATE = 44100
EVERY_S = 0.05


def make_song(folder: Path, stems: int, seconds: float) -> None:
    """Write stems of pulsing noise, each of its own colour, rhythm and level."""
    folder.mkdir(parents=True)
    time_s = np.arange(int(seconds * RATE), dtype=np.float32) / RATE
    for stem in range(stems):
        rng = np.random.default_rng(stem)
        noise = rng.standard_normal(time_s.size, dtype=np.float32)
        noise[1:] += (0.9 * stem / stems) * noise[:-1]
        pulse = np.mod(time_s * (1.0 + 0.05 * stem), 1.0) < 0.5
        audio = noise * (0.2 + 0.8 * pulse) * np.float32(0.02 + 0.03 * rng.uniform())
        soundfile.write(folder / f"track {stem + 1}.flac", audio, RATE, subtype="PCM_16")


class Watch:
    """Reads this process's memory in a thread of its own, and keeps the largest of every stage."""

    def __init__(self) -> None:
        self.stages: dict[str, dict[str, float]] = {}
        self._stage = ""
        threading.Thread(target=self._look, daemon=True).start()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage and watch its memory."""
        self.stages[name] = {"RssAnon": 0.0, "VmRSS": 0.0}
        self._stage, started, cpu = name, time.perf_counter(), time.process_time()
        yield
        self.stages[name]["seconds"] = time.perf_counter() - started
        self.stages[name]["cpu"] = time.process_time() - cpu
        self._stage = ""

    def _look(self) -> None:
        while True:
            if found := self.stages.get(self._stage):
                for line in Path("/proc/self/status").read_text().splitlines():
                    field = line.split(":")[0]
                    if field in found:
                        found[field] = max(found[field], int(line.split()[1]) / 2**20)
            time.sleep(EVERY_S)


def mix_song(folder: Path, out: Path, effects: bool, report: Path) -> None:
    """Open, measure and mix the song with a move, as the command does; write what it took."""
    from assistant.mixing import MixOptions, mix
    from assistant.opening import opened

    watch = Watch()
    whole = opened(folder)
    with watch.stage("open and choose an anchor"):
        here = whole.__enter__()
    name = here.song.names[0]
    options = MixOptions(out / "mix.wav", (f"{name}=+3",), effects, stems_folder=out / "stems")
    with watch.stage("mix and write the stems"):
        mix(here, options)
    whole.__exit__(None, None, None)
    peak_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    report.write_text(json.dumps({"stages": watch.stages, "peak_gib": peak_gib}))


def main() -> None:
    """Print seconds and peaks of each stage in a child process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stems", type=int, default=96)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--effects", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    seconds = 60.0 * options.minutes
    with tempfile.TemporaryDirectory(prefix="gainsay-capacity-") as place:
        folder, out, report = Path(place) / "song", Path(place) / "out", Path(place) / "report"
        make_song(folder, options.stems, seconds)
        out.mkdir()
        child = multiprocessing.get_context("spawn").Process(
            target=mix_song, args=(folder, out, options.effects, report)
        )
        child.start()
        child.join()
        if child.exitcode != 0:
            raise SystemExit(f"the mix ended with exit code {child.exitcode}")
        told = json.loads(report.read_text())
        written = len(list((out / "stems").iterdir()))
    size_gb = options.stems * 2 * 4 * seconds * RATE / 1e9
    print(f"{options.stems} stems x {seconds:.0f} s, {size_gb:.1f} GB as float32; ", end="")
    print(f"{written} stems written")
    print("| stage | seconds | processor s | of real time | peak GiB | of it in no file |")
    print("|---|---|---|---|---|---|")
    for name, row in told["stages"].items():
        ratio = row["seconds"] / seconds
        print(f"| {name} | {row['seconds']:.0f} | {row['cpu']:.0f} | {ratio:.2f} ", end="")
        print(f"| {row['VmRSS']:.2f} | {row['RssAnon']:.2f} |")
    print(f"largest resident size of the whole process: {told['peak_gib']:.2f} GiB")


if __name__ == "__main__":
    main()
