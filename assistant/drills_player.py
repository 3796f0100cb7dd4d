"""Plays a drill's files from the terminal, by whatever player the machine has.

One rule: one thing plays at a time, and where there is no player nothing fails.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

PLAYERS = (  # the first that is there is taken
    ("afplay",),
    ("pw-play",),
    ("paplay",),
    ("aplay", "-q"),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "quiet"),
)
_IN_TURN = (
    "import subprocess, sys\nfor path in sys.argv[2:]: subprocess.run([*sys.argv[1].split(), path])"
)


class FilePlayer:
    """One sound at a time, in a process of its own."""

    def __init__(self, players: Sequence[Sequence[str]] = PLAYERS) -> None:
        self._command = next((one for one in players if shutil.which(one[0])), None)
        self._playing: subprocess.Popen[bytes] | None = None

    @property
    def is_there(self) -> bool:
        return self._command is not None

    def play(self, paths: Sequence[Path]) -> None:
        """Play files one after the other; returns at once."""
        self.stop()
        if self._command is not None:
            told = [sys.executable, "-c", _IN_TURN, " ".join(self._command), *map(str, paths)]
            quiet = subprocess.DEVNULL
            self._playing = subprocess.Popen(
                told, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
            )

    def stop(self) -> None:
        """Silence."""
        if self._playing is not None and self._playing.poll() is None:
            _end(self._playing)
        self._playing = None


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a player and the process that runs it."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
    else:
        process.terminate()
    process.wait()
