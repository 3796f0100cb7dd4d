"""The server process: binds its port, runs the application, sweeps rooms, ends cleanly.

One rule: whoever reaches the port reaches the guard first.
"""

import asyncio
import ipaddress
import logging
import socket
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import uvicorn

from assistant.hearing import Listener
from assistant.web.app import build_app
from assistant.web.rooms import Rooms

SWEEP_EVERY_S = 600.0
MOST_CONNECTIONS = 200


class ServerError(ValueError):
    """A server that cannot start: got, needed and cure."""


def default_rooms() -> Path:
    """Where rooms live when the user names no place."""
    import platformdirs

    return Path(platformdirs.user_data_dir("gainsay", appauthor=False)) / "rooms"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


class _NoFarewell(logging.Filter):
    """Keeps quiet about pages that were still listening when the server ended."""

    def filter(self, record: logging.LogRecord) -> bool:
        cause = record.exc_info[0] if record.exc_info else None
        farewell = cause is not None and issubclass(cause, asyncio.CancelledError)
        return not farewell and "timeout graceful shutdown" not in record.getMessage()


class Server:
    """A server that listens from the start, so that its address is known before it runs."""

    def __init__(
        self,
        folder: Path,
        load_listener: Callable[[], Listener],
        song: Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        password: str | None = None,
        names: Sequence[str] = (),
        keep_days: float = 30.0,
    ) -> None:
        """Bind the port; run() answers. Port 0 takes a free one."""
        self.rooms = Rooms(folder, load_listener, song, keep_days)
        self._socket = _bound(host, port)
        shown = f"[{host}]" if ":" in host else host
        self.address = f"http://{shown}:{self._socket.getsockname()[1]}"
        own_names = () if is_loopback(host) else (host, socket.gethostname())
        config = uvicorn.Config(
            build_app(self.rooms, password, (*own_names, *names)),
            log_level="warning",
            server_header=False,
            access_log=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_graceful_shutdown=3,
            ws="none",
        )
        logging.getLogger("uvicorn.error").addFilter(_NoFarewell())
        self._server = uvicorn.Server(config)
        self._ended = threading.Event()

    @property
    def is_running(self) -> bool:
        return self._server.started

    def run(self, open_page: bool = False) -> None:
        """Answer until stopped."""
        self.rooms.listen_early()
        threading.Thread(target=self._sweep, daemon=True).start()
        if open_page:
            import webbrowser

            threading.Timer(1.0, webbrowser.open, (self.address,)).start()
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._ended.set()
            self.rooms.close()
            self._socket.close()

    def stop(self) -> None:
        """Let run() return."""
        self._server.should_exit = True

    def _sweep(self) -> None:
        while not self._ended.wait(SWEEP_EVERY_S):
            self.rooms.sweep()


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise ServerError(
            f"port {port} at {host} cannot be had ({error.strerror}): choose another with --port"
        ) from error
    bound.listen(128)
    return bound
