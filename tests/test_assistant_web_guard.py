"""The door: other names, other sites, wrong passwords, Gainsay's and Gradio's closed routes."""

import base64

import pytest

pytest.importorskip("gradio", reason='needs gradio: pip install "gainsay[web]"')

from assistant.web.app import build_app
from assistant.web.guard import HEADERS, MOST_BODY_BYTES, Guard
from assistant.web.rooms import Rooms
from tests.scripted import ScriptedListener, song_folder
from tests.web_requests import asked

TOKEN = "A" * 22


async def hello(scope, receive, send):
    """An application that reads its body and lets every site in."""
    while (await receive()).get("more_body"):
        pass
    headers = [(b"access-control-allow-origin", b"*"), (b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"hello"})


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"me:{password}".encode()).decode()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The whole application with a room of a known token."""
    rooms = Rooms(tmp_path_factory.mktemp("rooms"), ScriptedListener)
    (rooms.root / TOKEN).mkdir()
    (rooms.root / "secret.txt").write_text("nobody's")
    return build_app(rooms)


@pytest.mark.parametrize("host", ["localhost", "localhost:7860", "127.0.0.1:80", "[::1]:7860"])
def test_names_of_this_machine_and_plain_addresses_are_answered(host):
    assert asked(Guard(hello), host=host)[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "evil.example:7860",
        "",
        "a b",
        "[::1",
        "@localhost",
    ],
)
def test_a_rebound_name_is_refused(host):
    assert asked(Guard(hello), host=host)[0] == 421


def test_a_name_that_the_server_was_started_with_is_answered():
    assert asked(Guard(hello, names=["studio.local"]), host="Studio.local:7860")[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:9999"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site", "origin": "http://localhost:7860"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_another_site_cannot_make_a_browser_do_something(method, headers):
    assert asked(Guard(hello), f"/rooms/{TOKEN}/desk", method, **headers)[0] == 403


def test_another_site_cannot_read_a_room_but_may_link_to_the_page():
    assert asked(Guard(hello), f"/rooms/{TOKEN}", sec_fetch_site="cross-site")[0] == 403
    assert asked(Guard(hello), "/", sec_fetch_site="cross-site")[0] == 200


def test_our_own_page_and_programs_are_answered():
    own = {"origin": "http://localhost:7860", "sec_fetch_site": "same-origin"}
    assert asked(Guard(hello), f"/rooms/{TOKEN}/desk", "POST", **own)[0] == 200
    assert asked(Guard(hello), f"/rooms/{TOKEN}/desk", "POST")[0] == 200


def test_the_password_is_asked_for_everywhere():
    guarded = Guard(hello, password="pässwörd:1")
    for path in ("/", f"/rooms/{TOKEN}", "/static/page.js", "/config", "/assets/a.js"):
        status, headers, _ = asked(guarded, path)
        assert (status, headers["www-authenticate"][:5]) == (401, "Basic")
    assert asked(guarded, authorization=basic("wrong"))[0] == 401
    assert asked(guarded, authorization="Basic !!!")[0] == 401
    assert asked(guarded, authorization="Bearer x")[0] == 401
    assert asked(guarded, authorization=basic("pässwörd:1"))[0] == 200


def test_passwords_cannot_be_guessed_quickly():
    now = [0.0]
    guarded = Guard(hello, password="right", clock=lambda: now[0])
    statuses = [asked(guarded, authorization=basic(f"guess {n}"))[0] for n in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    assert asked(guarded, authorization=basic("right"))[0] == 429
    now[0] = 61.0
    assert asked(guarded, authorization=basic("right"))[0] == 200


@pytest.mark.parametrize(
    ("guesser", "same", "another"),
    [
        ("203.0.113.5", "203.0.113.5", "203.0.113.6"),
        ("203.0.113.5", "::ffff:203.0.113.5", "::ffff:203.0.113.6"),
        ("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"),
    ],
)
def test_who_guesses_locks_nobody_else_out(guesser, same, another):
    guarded = Guard(hello, password="right", clock=lambda: 0.0)
    for guess in range(12):
        asked(guarded, authorization=basic(f"guess {guess}"), client=guesser)
    assert asked(guarded, authorization=basic("right"), client=same)[0] == 429
    assert asked(guarded, authorization=basic("right"), client=another)[0] == 200
    assert asked(guarded, authorization=basic("wrong"), client=another)[0] == 401


def test_only_so_many_guessers_are_remembered(monkeypatch):
    monkeypatch.setattr("assistant.web.guard.MOST_GUESSERS", 3)
    guarded = Guard(hello, password="right", clock=lambda: 0.0)
    for place in range(5):
        asked(guarded, authorization=basic("wrong"), client=f"203.0.113.{place}")
    assert list(guarded._wrong) == ["203.0.113.2", "203.0.113.3", "203.0.113.4"]


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd", "/file=/etc/passwd", "/gradio_api/file//etc/passwd",
        "/gradio_api/proxy=http://169.254.169.254/", "/gradio_api/upload",
        "/gradio_api/upload_progress", "/gradio_api/stream/a/b/c/playlist.m3u8",
        "/gradio_api/vibe-code", "/gradio_api/vibe-edit", "/gradio_api/dev/reload",
        "/gradio_api/deep_link", "/gradio_api/runs", "/gradio_api/component_server",
        "/monitoring", "/custom_component/a/b/c/d", "/login", "/token", "/docs", "/openapi.json",
        f"/rooms/{TOKEN}/../secret.txt", f"/rooms/{TOKEN}/stems/../../secret.txt",
        "/static/../app.py", "/static/..%2fapp.py", "/assets/../../app.py", "//etc/passwd",
        "/rooms/short", f"/rooms/{TOKEN}\\..", "/rooms", "/static/", "/.env",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nothing_else_is_answered(whole, path, method):
    status, _, body = asked(whole, path, method)
    assert status in (403, 404, 405)
    assert b"nobody's" not in body and b"root:" not in body and b"import" not in body


def test_the_journal_and_the_stems_are_no_files_to_fetch(whole):
    room = whole.app.rooms.create()
    song_folder(room.stems_folder)
    room.open_song(room.stems_folder)
    (room.cache / "x.flac").write_text("a preview")
    held = {
        path.relative_to(room.folder).as_posix(): path.read_bytes()
        for path in room.folder.rglob("*")
        if path.is_file()
    }
    assert {"song.json", "session/journal.jsonl", "stems/kick.wav", "cache/x.flac"} <= set(held)
    for name, content in held.items():
        for place in (name, f"files/{name}", f"files/../{name}", f"files/..%2f{name}"):
            for method in ("GET", "POST"):
                status, _, body = asked(whole, f"/rooms/{room.token}/{place}", method)
                assert status in (404, 405), (place, method)
                assert not content or content not in body


def test_a_room_that_was_never_issued_is_not_made_by_asking(whole):
    other = "B" * 22
    status, _, body = asked(whole, f"/rooms/{other}")
    assert (status, body) == (404, b'{"error":"there is no such room: open the page afresh"}')
    status, headers, _ = asked(whole, f"/?room={other}")
    assert status == 303 and headers["location"].startswith("/?room=")
    assert other not in headers["location"]


def test_a_body_that_is_no_upload_is_small(whole):
    huge = b"x" * (MOST_BODY_BYTES + 1)
    for path in (f"/rooms/{TOKEN}/desk", "/gradio_api/queue/join"):
        told = {"content_type": "application/json", "content_length": str(len(huge))}
        assert asked(whole, path, "POST", huge, **told)[0] == 413
        del told["content_length"]  # sent in chunks: cut off where it becomes too large
        assert asked(whole, path, "POST", huge, **told)[0] in (400, 413)


def test_headers_are_on_every_answer_and_no_site_is_let_in(whole):
    for app, path in ((Guard(hello), "/"), (whole, "/.env"), (whole, f"/rooms/{TOKEN}")):
        headers = asked(app, path, origin="http://localhost:7860")[1]
        assert {name: headers.get(name) for name in HEADERS} == HEADERS
        assert not [name for name in headers if name.startswith("access-control-")]
    policy = HEADERS["content-security-policy"]
    for part in ("default-src 'self'", "frame-ancestors 'none'", "connect-src 'self'"):
        assert part in policy


def test_methods_and_lengths_that_are_none_are_refused():
    assert asked(Guard(hello), "/", "TRACE")[0] == 405
    assert asked(Guard(hello), "/", "OPTIONS")[0] == 405
    assert asked(Guard(hello), "/", "POST", content_length="-1")[0] == 400
