"""One request to an OpenAI-compatible server, and its answer put together from the stream.

One rule: nothing that a server sends is trusted. Size and time are capped, and whatever goes wrong
is one sentence that says what was got, what is needed and how to mend it.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2 as httpx

from assistant.hearing import ReplyError
from assistant.serving_text import printable, quoted

MAX_BYTES = 4 << 20  # of one answer, reasoning and frames included
MAX_ANSWER_S = 300.0
MAX_TEXT, MAX_ARGUMENTS, MAX_CALLS = 8000, 16000, 16  # characters, characters, calls
_JSON, _EVENTS = "application/json", "text/event-stream"


class ServingError(ValueError):
    """A server that cannot be asked or does not answer: got, needed and cure."""


@dataclass(frozen=True)
class RawCall:
    """A tool call as the server wrote it."""

    name: str
    arguments: Any


@dataclass
class Answer:
    """What a server answered, its parts as they came in."""

    text: str = ""
    names: dict[int, str] = field(default_factory=dict)
    arguments: dict[int, Any] = field(default_factory=dict)
    is_whole: bool = False
    is_cut: bool = False  # by the server's limit of tokens

    @property
    def calls(self) -> list[RawCall]:
        """The tool calls in their order."""
        places = sorted(self.names.keys() | self.arguments.keys())
        return [RawCall(self.names.get(at, ""), self.arguments.get(at, "")) for at in places]


@dataclass(frozen=True)
class Server:
    """Where to ask, for which model, and how long to wait.

    timeout_s: how long the server may be silent. key: sent as a bearer token, shown nowhere.
    """

    base_url: str
    model: str
    timeout_s: float = 60.0
    key: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.base_url)
            wrong = parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0
        except ValueError:
            wrong = True
        if wrong:
            raise ServingError(
                f"--base-url {quoted(self.base_url)} is no address of a server: "
                "give one as in http://localhost:8000/v1"
            )
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ServingError(
                "--base-url holds more than an address (a name, a key or a query): give the "
                "address alone, and the key in an environment variable (--api-key-env NAME)"
            )
        if not self.model.strip():
            raise ServingError("--model is empty: give the name that the server knows the model by")
        if not 0.0 < self.timeout_s <= MAX_ANSWER_S:
            raise ServingError(
                f"--timeout {self.timeout_s:g} was given: it must lie in 1 to {MAX_ANSWER_S:g} s"
            )
        if self.key is not None and not (self.key.isascii() and self.key.isprintable()):
            raise ServingError("the API key holds a character that no key has: set it anew")

    @property
    def url(self) -> str:
        return self.base_url.rstrip("/") + "/chat/completions"

    def ask(self, request: dict[str, Any], on_token: Callable[[str], None] | None = None) -> Answer:
        """Send messages and tools, and read the answer; on_token sees its text as it comes in."""
        headers = {"Accept": f"{_EVENTS}, {_JSON}", "Accept-Encoding": "identity"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        body = json.dumps({"model": self.model, "stream": True, **request}, allow_nan=False)
        headers["Content-Type"] = _JSON
        try:
            with (
                httpx.Client(timeout=self.timeout_s, follow_redirects=False) as client,
                client.stream("POST", self.url, content=body, headers=headers) as response,
            ):
                return self._read(response, on_token)
        except httpx.TimeoutException as error:
            raise ServingError(
                f"{self.base_url} was silent for {self.timeout_s:g} s: ask again, or wait longer "
                "(--timeout SECONDS)"
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ServingError(self._broken(error)) from error

    def hidden(self, text: str) -> str:
        """A text of the server without the key, if it says that back."""
        return text.replace(self.key, "[key]") if self.key else text

    def _read(self, response: httpx.Response, on_token: Callable[[str], None] | None) -> Answer:
        chunks = self._chunks(response)
        given = response.headers.get("content-type", "").partition(";")[0].strip()
        kind = given.lower()
        if response.status_code != 200:
            raise ServingError(self._refused(response, kind, chunks))
        answer = Answer()
        if kind == _JSON:  # a server that does not stream
            self._add(answer, self._json_object(b"".join(chunks)), "message", None)
            answer.is_whole = True
        elif kind == _EVENTS:
            for data in _events(chunks):
                if data == b"[DONE]":
                    answer.is_whole = True
                    break
                self._add(answer, self._json_object(data), "delta", on_token)
        else:
            raise ServingError(
                f"{self.base_url} answered with {quoted(self.hidden(given) or 'nothing')}, no chat "
                "completion: give the address of an OpenAI-compatible server (it often ends in /v1)"
            )
        if not answer.is_whole:
            raise ServingError(
                f"the answer of {self.base_url} broke off before its end, so it is not used: "
                "ask again, and look at the server's log if it goes on"
            )
        answer.text = self.hidden(answer.text)
        return answer

    def _chunks(self, response: httpx.Response) -> Iterator[bytes]:
        """The answer's bytes, as long as they are not too many and do not take too long."""
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise ServingError(
                f"{self.base_url} answered compressed, which was not asked for: turn its "
                "compression off"
            )
        received, end_s = 0, time.monotonic() + MAX_ANSWER_S
        for chunk in response.iter_raw():
            received += len(chunk)
            if received > MAX_BYTES or time.monotonic() > end_s:
                raise ServingError(
                    f"the answer of {self.base_url} went past {MAX_BYTES >> 20} MiB or "
                    f"{MAX_ANSWER_S:g} s and was cut off: limit the server's answers"
                )
            yield chunk

    def _add(
        self,
        answer: Answer,
        data: dict[str, Any],
        part: str,
        on_token: Callable[[str], None] | None,
    ) -> None:
        """Take in one event of a stream, or the whole of an answer that is not streamed."""
        if (error := data.get("error")) is not None:
            raise ServingError(f"{self.base_url} stopped with an error: {self._said(error)}")
        choices = data.get("choices")
        first = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(first, dict):
            if part == "message":
                raise ReplyError("the answer holds no choice: answer with a text or a tool call")
            return  # usage and the like
        answer.is_whole |= isinstance(first.get("finish_reason"), str)
        answer.is_cut |= first.get("finish_reason") == "length"
        said = first.get(part)
        if not isinstance(said, dict):
            return
        if isinstance(text := said.get("content"), str) and text:
            answer.text += text
            if len(answer.text) > MAX_TEXT:
                raise ReplyError(
                    f"the answer went past {MAX_TEXT} characters: say it in one to three sentences"
                )
            if on_token is not None:
                on_token(printable(self.hidden(text)))
        calls = said.get("tool_calls")
        for place, call in enumerate(calls if isinstance(calls, list) else []):
            if isinstance(call, dict):
                _add_call(answer, place, call)

    def _refused(self, response: httpx.Response, kind: str, chunks: Iterator[bytes]) -> str:
        """Why an answer is none: its status, what the server says of it, and what helps."""
        code = response.status_code
        if 300 <= code < 400:
            return (
                f"{self.base_url} answered {code} and points elsewhere, which is not followed: "
                "give the final address"
            )
        body = b"".join(chunks)[:65536].decode("utf-8", "replace")
        cure = {
            400: "see what it says; a model without audio is asked without --audio",
            401: "set the API key in its environment variable (--api-key-env NAME)",
            403: "set an API key that may use this model",
            404: "check --base-url (it often ends in /v1) and --model",
            413: "the request was too large: leave out --audio, or use fewer stems",
            422: "the server does not take such requests: use another, or a newer one",
            429: "wait a little, then say it again",
        }.get(code, "say it again, and look at the server's log if it goes on")
        return f"{self.base_url} answered {code}, {self._said(body, kind)}: {cure}"

    def _said(self, said: Any, kind: str = _JSON) -> str:
        """What a server says of an error, in quotes; a page of HTML says nothing."""
        if isinstance(said, str) and kind == _JSON:
            try:
                said = json.loads(said)
            except (ValueError, RecursionError):
                pass
        for key in ("error", "message", "detail"):
            said = said.get(key, said) if isinstance(said, dict) else said
        if kind not in (_JSON, "text/plain") or not said:
            return "with no reason"
        return quoted(self.hidden(said if isinstance(said, str) else json.dumps(said)), 200)

    def _json_object(self, data: bytes) -> dict[str, Any]:
        """A JSON object, or a refusal."""
        try:
            parsed = json.loads(data)
        except (ValueError, RecursionError):
            parsed = None
        if not isinstance(parsed, dict):
            got = self.hidden(data[:65536].decode("utf-8", "replace"))
            raise ServingError(
                f"the server sent {quoted(got)} where a JSON object belongs: is it "
                "OpenAI-compatible?"
            )
        return parsed

    def _broken(self, error: Exception) -> str:
        """Why a server cannot be reached or went away."""
        text = str(error)
        if "CERTIFICATE" in text.upper() or "SSL" in text.upper():
            return (
                f"{self.base_url} could not be trusted ({quoted(text, 120)}): use http:// for a "
                "server on this machine, or have its certificate installed"
            )
        if isinstance(error, httpx.ConnectError):
            return (
                f"nothing answers at {self.base_url} ({quoted(text, 120)}): start the server "
                "there, or correct --base-url"
            )
        return (
            f"the answer of {self.base_url} broke off ({quoted(self.hidden(text), 120)}), so it "
            "is not used: ask again, and look at the server's log if it goes on"
        )


def _add_call(answer: Answer, place: int, call: dict[str, Any]) -> None:
    """Put a part of a tool call where it belongs."""
    index = call.get("index", place)
    at = index if isinstance(index, int) and 0 <= index < MAX_CALLS else MAX_CALLS
    if at == MAX_CALLS:
        return  # only the first is carried out anyway
    function = call.get("function")
    function = function if isinstance(function, dict) else {}
    if isinstance(name := function.get("name"), str):
        answer.names[at] = (answer.names.get(at, "") + name)[:200]
    written = function.get("arguments")
    before = answer.arguments.get(at, "")
    if isinstance(written, str) and isinstance(before, str):
        answer.arguments[at] = before + written
        if len(answer.arguments[at]) > MAX_ARGUMENTS:
            raise ReplyError(
                f"the arguments of a call went past {MAX_ARGUMENTS} characters: write fewer"
            )
    elif isinstance(written, dict):
        answer.arguments[at] = written


def _events(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The data of server-sent events; comments and other fields are passed by."""
    waiting, data = b"", []
    for chunk in chunks:
        *lines, waiting = (waiting + chunk).split(b"\n")
        for line in lines:
            if line.startswith(b"data:"):
                data.append(line[5:].strip())
            elif not line.strip() and data:
                yield b"\n".join(data)
                data = []
    if waiting.startswith(b"data:"):
        data.append(waiting[5:].strip())
    if data:
        yield b"\n".join(data)
