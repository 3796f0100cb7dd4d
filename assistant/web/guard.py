"""The door of the server: who may ask what, and what a browser may do with the answers.

One rule: what is not known to be needed is refused; every request passes here first.
"""

import base64
import hashlib
import hmac
import ipaddress
import re
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SAFE_METHODS = frozenset({"GET", "HEAD"})
METHODS = SAFE_METHODS | {"POST", "PUT", "DELETE"}
MOST_BODY_BYTES = 1 << 20  # of anything but an upload
UPLOADS = re.compile(r"/rooms/[A-Za-z0-9_-]{22}/stems")
MOST_WRONG_PASSWORDS, WRONG_WITHIN_S = 10, 60.0  # of one client
MOST_GUESSERS = 4096  # clients whose wrong passwords are remembered

# Gradio's own routes that the page and the clients need. Its file, upload, proxy, stream, recording
# and editing routes are not among them.
GRADIO = re.compile(
    r"/(?:config|info|theme\.css|favicon\.ico|manifest\.json|robots\.txt|pwa_icon)/?"
    r"|/assets/[\w./-]+|/svelte/[\w./-]+|/static/(?:fonts|img|js)/[\w./-]+"
    r"|/gradio_api/(?:info|app_id|startup-events|theme\.css|queue/(?:join|data)|cancel|reset|login_check"
    r"|heartbeat/\w+|call/(?:v2/)?\w+(?:/\w+)?)/?"
)
OURS = re.compile(r"/(?:rooms/[A-Za-z0-9_-]{22}(?:/[^\x00-\x1f\\]*)?|static/[\w./-]+)?")

HEADERS = {
    "content-security-policy": "; ".join(
        (
            "default-src 'self'",
            # Gradio starts from scripts in its page, and makes its HTML component by Function.
            "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-src 'none'",
            "frame-ancestors 'none'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
        )
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


@dataclass(frozen=True)
class Refusal:
    """An answer of the guard's own."""

    status: int
    sentence: str
    headers: dict[str, str] = field(default_factory=dict)


class Guard:
    """Wraps the whole application."""

    def __init__(
        self,
        app: App,
        password: str | None = None,
        names: Iterable[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Guard an application.

        Args:
            password: Asked for by HTTP Basic, with any user name; None asks for nothing.
            names: Host names to answer to, beside localhost and plain addresses.
        """
        self.app = app
        self._names = frozenset(name.casefold() for name in ("localhost", *names))
        self._password = None if password is None else _digest(password)
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # no web sockets are spoken here
        refusal = self._refusal(scope)
        if refusal is not None:
            await _answer(send, refusal)
            return
        counted = receive if UPLOADS.fullmatch(scope["path"]) else _limited(receive)
        await self.app(scope, counted, _with_headers(scope["path"], send))

    def _refusal(self, scope: Scope) -> Refusal | None:
        """Why a request is not let in; None where it is."""
        headers = {
            key.decode("latin-1").lower(): value.decode("latin-1")
            for key, value in scope["headers"]
        }
        method, path = scope["method"], scope["path"]
        if not self.is_our_host(headers.get("host", "")):
            return Refusal(421, "this server has another name: use localhost, or start with --name")
        if method not in METHODS:
            return Refusal(405, f"{method} is not answered here")
        if not is_from_here(method, path, headers):
            return Refusal(403, "this request comes from another site: it is not answered")
        if not (OURS.fullmatch(path) or GRADIO.fullmatch(path)) or ".." in path:
            return Refusal(404, "there is nothing here")
        length = int_or_none(headers.get("content-length"))
        if length is None:
            return Refusal(400, "the length of the request is no number")
        if length > MOST_BODY_BYTES and not UPLOADS.fullmatch(path):
            return Refusal(413, "this request is larger than is taken here")
        return self._locked(headers, client_of(scope))

    def _locked(self, headers: dict[str, str], client: str) -> Refusal | None:
        """The refusal of whoever does not give the password; None where it is right.

        Who guesses too often waits, and nobody else does.
        """
        if self._password is None:
            return None
        now, wrong = self._clock(), self._wrong.get(client, ())
        if len(wrong) == MOST_WRONG_PASSWORDS and now - wrong[0] < WRONG_WITHIN_S:
            return Refusal(429, "too many wrong passwords: wait a minute", {"retry-after": "60"})
        given = password_in(headers.get("authorization", ""))
        if given is not None and hmac.compare_digest(_digest(given), self._password):
            return None
        if given is not None:
            self._note_wrong(client, now)
        asks = {"www-authenticate": 'Basic realm="Gainsay", charset="UTF-8"'}
        return Refusal(401, "a password is needed", asks)

    def _note_wrong(self, client: str, now: float) -> None:
        self._wrong.setdefault(client, deque(maxlen=MOST_WRONG_PASSWORDS)).append(now)
        self._wrong.move_to_end(client)
        while len(self._wrong) > MOST_GUESSERS:
            self._wrong.popitem(last=False)

    def is_our_host(self, host: str) -> bool:
        """Whether a Host header is a name of ours or a plain address: no rebound name is."""
        name = urlsplit(f"//{host}").hostname if _is_host(host) else None
        if name is None:
            return False
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name in self._names
        return True


def is_from_here(method: str, path: str, headers: dict[str, str]) -> bool:
    """Whether a request comes from our own page, from an address bar, or from no browser."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if method in SAFE_METHODS and path == "/":
        return True  # a link from anywhere may lead to the front door
    if site is not None and site not in ("same-origin", "none"):
        return False
    if origin is None:
        return True
    return urlsplit(origin).netloc.casefold() == headers.get("host", "").casefold()


def client_of(scope: Scope) -> str:
    """Who asks: an IPv4 address, or the /64 network of an IPv6 one, which one user has whole."""
    host = (scope.get("client") or ("",))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), 64), strict=False))


def password_in(authorization: str) -> str | None:
    """The password of an Authorization header; None where there is none."""
    scheme, _, rest = authorization.partition(" ")
    if scheme.casefold() != "basic":
        return None
    try:
        told = base64.b64decode(rest, validate=True).decode("utf-8")
    except ValueError:
        return None
    return told.partition(":")[2]


def int_or_none(length: str | None) -> int | None:
    """A Content-Length; 0 where there is none, None where it is no whole number."""
    if length is None:
        return 0
    return int(length) if length.isascii() and length.isdecimal() else None


class BodyTooLarge(Exception):
    """More was sent than any request but an upload may hold."""


def _limited(receive: Receive) -> Receive:
    """Receive, but no more than MOST_BODY_BYTES of it."""
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > MOST_BODY_BYTES:
            raise BodyTooLarge
        return message

    return counted


def _with_headers(path: str, send: Send) -> Send:
    """Send with our headers, and without leave for other sites."""

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [
                (key, value)
                for key, value in message.get("headers", [])
                if not key.lower().startswith(b"access-control-")
                and key.decode("latin-1").lower() not in HEADERS
            ]
            named = {key.lower() for key, _ in kept}
            if b"cache-control" not in named and not path.startswith("/assets/"):
                kept.append((b"cache-control", b"no-store"))
            ours = [(key.encode(), value.encode()) for key, value in HEADERS.items()]
            message = {**message, "headers": [*kept, *ours]}
        await send(message)

    return guarded


async def _answer(send: Send, refusal: Refusal) -> None:
    headers = {"content-type": "text/plain; charset=utf-8", "cache-control": "no-store"}
    headers |= {**HEADERS, **refusal.headers}
    encoded = [(key.encode(), value.encode()) for key, value in headers.items()]
    await send({"type": "http.response.start", "status": refusal.status, "headers": encoded})
    await send({"type": "http.response.body", "body": refusal.sentence.encode()})


def _is_host(host: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9.\-]+(?::\d+)?|\[[0-9A-Fa-f:.]+\](?::\d+)?", host) is not None


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
