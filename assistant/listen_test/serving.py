"""The page of a test on this machine's own address, and the answers that come back.

One rule: only the files that the test was made with are served, and only to a page of ours.
"""

import json
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from assistant.listen_test.answers import AnswerBook
from assistant.listen_test.kit import PAGE, STIMULI
from assistant.listen_test.sources import TestError

LOOPBACK = "127.0.0.1"
MOST_BYTES = 64 * 1024  # of one screen's answers
_TYPES = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8", ".json": "application/json", ".wav": "audio/wav",
}  # fmt: skip
_POLICY = "default-src 'self'; img-src 'self' data:; base-uri 'none'"


class TestServer(ThreadingHTTPServer):
    """Serves one test; port 0 takes a free one."""

    __test__ = False
    daemon_threads = True

    def __init__(self, folder: Path, port: int) -> None:
        self.book = AnswerBook(folder)
        page = folder / PAGE
        found = [p for p in (*page.iterdir(), *(page / STIMULI).iterdir()) if p.suffix in _TYPES]
        self.files = {"/" + path.relative_to(page).as_posix(): path for path in found}
        self.files["/"] = page / "index.html"
        try:
            super().__init__((LOOPBACK, port), partial(_Handler, self))
        except OSError as error:
            raise TestError(
                f"port {port} cannot be used ({error.strerror}): choose another with --port"
            ) from error

    @property
    def address(self) -> str:
        return f"http://{LOOPBACK}:{self.server_address[1]}/"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def __init__(self, test: TestServer, *arguments: object) -> None:
        self.test = test
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """A file of the page, or which screens a listener has answered."""
        asked = urlsplit(self.path)
        if not self._is_ours():
            return
        if asked.path == "/answers":
            self._answered(parse_qs(asked.query).get("listener", [""])[0])
            return
        file = self.test.files.get(asked.path)
        if file is None:
            self._say(HTTPStatus.NOT_FOUND, {"error": "there is no such file"})
            return
        self._send(HTTPStatus.OK, file.read_bytes(), _TYPES[file.suffix])

    def do_POST(self) -> None:
        """The answers of one screen."""
        if not self._is_ours():
            return
        size = int(self.headers.get("Content-Length") or 0)
        is_json = self.headers.get_content_type() == "application/json"  # no form of another site
        if self.path != "/answers" or not is_json or not 0 < size <= MOST_BYTES:
            self.close_connection = True
            self._say(HTTPStatus.BAD_REQUEST, {"error": "answers as JSON are needed"})
            return
        try:
            sent = json.loads(self.rfile.read(size))
            taken = self.test.book.take(sent)
        except (TestError, ValueError) as error:
            self._say(HTTPStatus.CONFLICT, {"error": str(error)})
            return
        self._say(HTTPStatus.OK, {"taken": len(taken)})

    def _answered(self, listener: str) -> None:
        try:
            number = int(listener) if listener.isdecimal() else 0
            screens = self.test.book.answered(number)
        except TestError as error:
            self._say(HTTPStatus.NOT_FOUND, {"error": str(error)})
            return
        self._say(HTTPStatus.OK, {"answered": screens, "closed": self.test.book.is_closed})

    def _is_ours(self) -> bool:
        """Whether the page was reached by our own address: no name rebound to it, no other site."""
        own = urlsplit(self.test.address).netloc
        origin = self.headers.get("Origin")
        ours = self.headers.get("Host") == own and origin in (None, f"http://{own}")
        if not ours:
            self.close_connection = True
            self._say(HTTPStatus.FORBIDDEN, {"error": f"open {self.test.address}"})
        return ours

    def _say(self, status: HTTPStatus, data: dict) -> None:
        self._send(status, json.dumps(data).encode(), _TYPES[".json"])

    def _send(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Security-Policy", _POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the terminal is for whoever runs the test."""
