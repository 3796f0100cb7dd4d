"""How fast a song is checked: `python -m tests.benchmark_gain_staging [--minutes 3] [--stems 8]`.

Prints seconds of processor for each step, also per minute of stem, and for one moved fader.
"""

import argparse
import time

import numpy as np

from assistant.checking import SongCheck
from mixer.loudness import measure_song
from mixer.moves import MixState, Move
from mixer.song import song_from_arrays

RATE = 44100


def main() -> None:
    """Check noise stems in stereo and print what each step cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=3.0, help="length of the song in minutes")
    parser.add_argument("--stems", type=int, default=8, help="number of stereo stems")
    options = parser.parse_args()

    generator = np.random.default_rng(0)
    shape = (2, int(options.minutes * 60.0 * RATE))
    stems = {
        f"stem {number}": generator.standard_normal(shape, dtype=np.float32) * np.float32(0.05)
        for number in range(options.stems)
    }
    song = song_from_arrays("song", stems, RATE)
    levels = timed("meters (kept)", lambda: measure_song(song), options)
    check, state = SongCheck(song, levels), MixState.untouched(options.stems)
    timed("readings (kept)", lambda: check.readings, options)
    timed("twins (kept)", lambda: check.twins, options)
    timed("bus, ledger and findings", lambda: check.at(state), options)
    moved = state.moved(song.names, [Move(song.names[0], 3.0)])
    timed("forecast of one moved fader", lambda: check.bus.read(moved), options)


def timed(what, work, options):
    """Do the work, print its processor time, and return what it gives."""
    started = time.process_time()
    result = work()
    spent_s = time.process_time() - started
    print(f"{what:28} {spent_s:6.2f} s, {spent_s / options.minutes / options.stems:.3f} s a minute")
    return result


if __name__ == "__main__":
    main()
