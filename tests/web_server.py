"""The page's server for tests: in a thread, on a free port, its rooms in a folder that goes."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.hearing import Listener
from assistant.web.serving import Server

STARTS_WITHIN_S = 30.0


@contextmanager
def running(
    folder: Path, load_listener: Callable[[], Listener], song: Path | None = None, **options
) -> Iterator[Server]:
    """A server that answers at its address, until the block ends."""
    server = Server(folder, load_listener, song, **options)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + STARTS_WITHIN_S
    while not server.is_running and time.monotonic() < until:
        time.sleep(0.02)
    assert server.is_running, f"no server within {STARTS_WITHIN_S:g} s"
    try:
        yield server
    finally:
        server.stop()
        thread.join(10.0)
