"""The card of proposed moves: what is refused says why, and can be tried again."""

import json
import re

import pytest

pytest.importorskip("gradio", reason='needs gradio: pip install "gainsay[web]"')

from assistant.by_hand import set_fader
from assistant.web.app import build_app
from assistant.web.rooms import Rooms
from mixer.moves import Move
from tests.scripted import ScriptedListener, moves, song_folder
from tests.web_requests import asked
from tests.web_server import running


@pytest.fixture
def rooms(tmp_path):
    made = Rooms(tmp_path / "rooms", ScriptedListener)
    yield made
    made.close()


def test_what_the_tool_refuses_is_an_error_in_a_sentence(rooms, tmp_path):
    room = rooms.open_song(rooms.issue(), song_folder(tmp_path / "song"))
    app = build_app(rooms)

    def apply(**wanted):
        body = json.dumps(wanted).encode()
        path = f"/rooms/{room.token}/moves"
        status, _, told = asked(app, path, "POST", body, content_type="application/json")
        return status, json.loads(told)

    status, told = apply()
    assert status == 422 and "ask for advice first" in told["error"]
    status, told = apply(moves=moves(tuba=1.0))
    assert status == 422 and "tuba" in told["error"] and "apply_moves" not in told["error"]
    assert room.session.version.number == 0
    status, told = apply(moves=moves(vocals=3.0))
    assert (status, told) == (200, {"revision": room.revision})
    assert room.session.state().gain_db == (0.0, 0.0, 3.0)
    with room.lock:
        room.work.begin("counting")
        status, told = apply()
        room.work.end("done")
    assert status == 409 and "still at work" in told["error"]


def test_stopping_before_the_moves_is_told(rooms, tmp_path):
    room = rooms.open_song(rooms.issue(), song_folder(tmp_path / "song"))
    app, record = build_app(rooms), room.session.record

    def stopping(event, **fields):
        record(event, **fields)
        if event == "tool_call":
            room.work.stop()

    room.session.record = stopping
    body = json.dumps({"moves": moves(vocals=3.0)}).encode()
    path = f"/rooms/{room.token}/moves"
    status, _, told = asked(app, path, "POST", body, content_type="application/json")
    assert status == 409 and b"nothing was changed" in told
    assert room.session.version.number == 0


def test_a_sleeping_room_keeps_its_stems_and_wakes_for_a_move(rooms):
    room = rooms.create()
    song_folder(room.stems_folder)
    room.open_song(room.stems_folder)
    room.used_at -= 1e6
    rooms.sweep()
    assert not room.song_open
    app, path = build_app(rooms), f"/rooms/{room.token}"
    kept = sorted(room.stems_folder.iterdir())
    assert asked(app, f"{path}/stems", "DELETE")[0] == 409
    assert asked(app, f"{path}/stems?name=more.wav", "PUT", b"RIFF")[0] == 409
    assert sorted(room.stems_folder.iterdir()) == kept
    body = json.dumps({"moves": moves(vocals=3.0)}).encode()
    assert asked(app, f"{path}/moves", "POST", body, content_type="application/json")[0] == 200
    assert rooms.get(room.token).session.state().gain_db == (0.0, 0.0, 3.0)


def test_apply_on_the_card_can_be_pressed_again_after_a_refusal(page, tmp_path):
    song = song_folder(tmp_path / "song")
    with running(tmp_path / "rooms", ScriptedListener, song) as server:
        page.set_default_timeout(60_000)
        page.goto(server.address)
        page.get_by_role("slider", name=re.compile("^vocals")).first.wait_for()
        room = server.rooms.get(page.url.partition("room=")[2])
        set_fader(room.context, "vocals", 20.0)
        room.session.propose([Move("vocals", 3.0)], "buried")
        page.evaluate("window.dispatchEvent(new CustomEvent('gainsay:changed', {detail: {}}))")
        page.click("gainsay-card >> text=Adjust")
        page.locator("gainsay-card input").fill("24")
        apply = page.locator("gainsay-card button.main")
        apply.click()
        error = page.locator("gainsay-card [role=alert]")
        error.filter(has_text="24").wait_for()
        assert "dB" in error.inner_text() and apply.is_enabled()
        assert room.session.state().gain_db == (0.0, 0.0, 20.0)
        page.locator("gainsay-card input").fill("1")
        apply.click()
        page.wait_for_function(
            "!document.querySelector('gainsay-card').shadowRoot.childElementCount"
        )
        assert room.session.state().gain_db == (0.0, 0.0, 21.0)
