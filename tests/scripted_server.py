"""A real HTTP server on this machine that speaks the chat completions API by a script."""

import json
import threading
import time
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Keeps each request, then does what the script says next."""

    server: "ScriptedServer"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.requests.append(json.loads(body))
        self.server.headers.append(dict(self.headers))
        self.server.paths.append(self.path)
        answer = self.server.answers.pop(0) if self.server.answers else status(500, "no more")
        try:
            answer(self)
        except (BrokenPipeError, ConnectionResetError):
            self.server.hung_up += 1

    def begin(self, code: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def event(self, data: Any) -> None:
        """One server-sent event."""
        text = data if isinstance(data, str) else json.dumps(data)
        self.wfile.write(f"data: {text}\n\n".encode())
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        pass


class ScriptedServer(ThreadingHTTPServer):
    """Answers in the order of its script; `with` starts it on a free port and stops it."""

    daemon_threads = True

    def __init__(self, *answers: Answer) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = list(answers)
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.hung_up = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def __enter__(self) -> "ScriptedServer":
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


def delta(finish: str | None = None, **said: Any) -> dict[str, Any]:
    """A chunk of a stream."""
    return {"choices": [{"index": 0, "delta": said, "finish_reason": finish}]}


def words(text: str, size: int = 5) -> Answer:
    """A text, in pieces."""

    def answer(handler: Handler) -> None:
        handler.begin()
        handler.event(delta(role="assistant", content=""))
        for start in range(0, len(text), size):
            handler.event(delta(content=text[start : start + size]))
        handler.event(delta("stop"))
        handler.event({"choices": [], "usage": {"total_tokens": 3}})
        handler.event("[DONE]")

    return answer


def calls(*asked: tuple[str, Any]) -> Answer:
    """Tool calls, their arguments in pieces; arguments that are a text are sent as they are."""

    def answer(handler: Handler) -> None:
        handler.begin()
        for index, (name, arguments) in enumerate(asked):
            written = arguments if isinstance(arguments, str) else json.dumps(arguments)
            head = {"index": index, "id": f"x{index}", "type": "function"}
            function = {"name": name, "arguments": ""}
            handler.event(delta(tool_calls=[head | {"function": function}]))
            for start in range(0, len(written), 7):
                part = {"arguments": written[start : start + 7]}
                handler.event(delta(tool_calls=[{"index": index, "function": part}]))
        handler.event(delta("tool_calls"))
        handler.event("[DONE]")

    return answer


def events(*chunks: Any, kind: str = "text/event-stream") -> Answer:
    """These events, then the end of the connection."""

    def answer(handler: Handler) -> None:
        handler.begin(kind=kind)
        for chunk in chunks:
            handler.event(chunk)

    return answer


def status(code: int, body: str, kind: str = "application/json", **headers: str) -> Answer:
    """A status with a body."""

    def answer(handler: Handler) -> None:
        handler.begin(code, kind, **headers)
        handler.wfile.write(body.encode())

    return answer


def after(seconds: float, then: Answer) -> Answer:
    """Silence, then an answer."""

    def answer(handler: Handler) -> None:
        time.sleep(seconds)
        then(handler)

    return answer


def endless(chunk: Any, pause_s: float = 0.0, most: int = 200_000) -> Answer:
    """The same event until the other side hangs up (or this many)."""

    def answer(handler: Handler) -> None:
        handler.begin()
        for _ in range(most):
            handler.event(chunk)
            time.sleep(pause_s)

    return answer


def contents(messages: Sequence[dict[str, Any]], role: str) -> list[Any]:
    """What a role said in a request."""
    return [message["content"] for message in messages if message["role"] == role]
