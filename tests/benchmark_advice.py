"""How long the first advice on a song lasts, cold and warm, against measuring its levels alone.

Run: python -m tests.benchmark_advice --stems 8 --minutes 3
"""

import argparse
import tempfile
import time
from pathlib import Path

import soundfile

from assistant.advising import advise
from assistant.opening import load_listener, opened
from assistant.tools_levels import level_rows
from tests.benchmark_take import busy_song, peak_mib


def main() -> None:
    """Print seconds and the ratio to the reference, measured in this process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stems", type=int, default=8)
    parser.add_argument("--minutes", type=float, default=3.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        song = busy_song(options.stems, 60 * options.minutes)
        for name, stem in zip(song.names, song.audio, strict=True):
            soundfile.write(
                Path(folder) / f"{name}.wav", stem.T, song.sample_rate, subtype="PCM_24"
            )
        spent: dict[str, float] = {}
        began = time.perf_counter()
        with opened(Path(folder), None) as here:
            level_rows(here.context)
        spent["reference: open the song and measure its levels"] = time.perf_counter() - began
        began = time.perf_counter()
        listener = load_listener()
        spent["load the listener"] = time.perf_counter() - began
        began = time.perf_counter()
        with opened(Path(folder), None, listener=listener) as here:
            advise(here.context)
            spent["open, hear and advise (cold)"] = time.perf_counter() - began
            began = time.perf_counter()
            advise(here.context)
            spent["advise again (warm)"] = time.perf_counter() - began
    reference = next(iter(spent.values()))
    print(f"{options.stems} stems x {options.minutes:g} min, peak {peak_mib():.0f} MiB")
    for name, seconds in spent.items():
        print(f"{seconds:8.2f} s  {seconds / reference:6.2f} x  {name}")


if __name__ == "__main__":
    main()
