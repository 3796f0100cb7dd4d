"""The desk's routes: state, changes by hand, what is refused, and that chat and hand share it."""

import threading
import time

import pytest

from assistant.hearing import ToolCall
from assistant.tools import run_tool
from tests.scripted import moves, song_folder

pytest.importorskip("fastapi")

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient

from assistant.web import desk
from assistant.web.rooms import RoomError
from tests.web_rooms import room_with, some_rooms


@pytest.fixture
def room(rooms, tmp_path):
    return room_with(rooms, song_folder(tmp_path / "song"))


@pytest.fixture
def client(rooms):
    app = FastAPI()
    app.include_router(desk.desk_routes(rooms))

    @app.exception_handler(RoomError)
    async def told(_, error: RoomError) -> JSONResponse:
        return JSONResponse({"error": str(error)}, status_code=error.status)

    with TestClient(app) as made:
        yield made


@pytest.fixture
def post(client, room):
    return lambda **change: client.post(f"/rooms/{room.token}/desk", json=change)


@pytest.fixture
def state(client, room):
    return lambda: client.get(f"/rooms/{room.token}/desk").json()


def row(state: dict, stem: str) -> dict:
    return next(one for one in state["stems"] if one["name"] == stem)


def test_the_state_as_opened(state, room):
    told = state()
    assert (told["song"], told["anchor"], told["revision"]) == ("song", "bass", room.revision)
    assert [one["name"] for one in told["stems"]] == ["bass", "kick", "vocals"]
    kick = row(told, "kick")
    assert kick["relative_lu"] == pytest.approx(-3.0, abs=0.11)
    assert (kick["gain_db"], kick["pan"], kick["muted"], kick["role"]) == (0.0, 0.0, False, "kick")
    assert kick["usual_lu"][0] < kick["usual_lu"][1]
    assert row(told, "bass")["usual_lu"] is None and row(told, "bass")["relative_lu"] == 0.0
    assert told["proposal"] is None and not told["can_undo"] and not told["can_redo"]
    assert [(v["label"], v["current"], v["diff"]) for v in told["versions"]] == [("v0", True, [])]


def test_a_fader_by_hand_is_one_version_that_the_chat_sees_and_can_undo(post, state, room):
    before = row(state(), "vocals")["relative_lu"]
    answer = post(stem="vocals", gain_db=-6.0)
    assert answer.status_code == 200
    told = answer.json()
    assert row(told, "vocals")["relative_lu"] == pytest.approx(before - 6.0, abs=0.11)
    assert told["versions"][1]["diff"] == ["vocals -6.0 dB (fader +0.0 to -6.0 dB)"]
    assert told["versions"][1]["why"] == "vocals fader at -6.0 dB, by hand"
    measured = run_tool(room.context, ToolCall("measure_levels", {"stems": ["vocals"]}))
    assert measured.data["levels"][0]["relative_lu"] == row(told, "vocals")["relative_lu"]
    run_tool(room.context, ToolCall("undo"))
    assert row(state(), "vocals")["gain_db"] == 0.0 and state()["can_redo"]


def test_what_the_chat_does_moves_the_faders(state, room):
    run_tool(room.context, ToolCall("apply_moves", {"moves": moves(kick=2.5)}))
    run_tool(room.context, ToolCall("set_pan", {"stem": "vocals", "pan": -0.5}))
    run_tool(room.context, ToolCall("set_mute", {"stem": "bass", "muted": True}))
    told = state()
    assert row(told, "kick")["gain_db"] == 2.5 and row(told, "vocals")["pan"] == -0.5
    assert row(told, "bass")["muted"] and row(told, "bass")["level_lufs"] is None
    assert row(told, "kick")["relative_lu"] == pytest.approx(-0.5, abs=0.11)
    assert [v["diff"] for v in told["versions"][1:]] == [
        ["kick +2.5 dB (fader +0.0 to +2.5 dB)"], ["vocals pan unset to -0.50"], ["bass muted"],
    ]  # fmt: skip


def test_pan_mute_role_and_anchor(post, room):
    assert row(post(stem="kick", pan=0.25).json(), "kick")["pan"] == 0.25
    assert row(post(stem="kick", muted=True).json(), "kick")["muted"]
    usual = row(post(stem="kick", muted=False).json(), "kick")["usual_lu"]
    told = post(stem="kick", role="synth pad").json()
    assert row(told, "kick")["role"] == "synth pad" and row(told, "kick")["usual_lu"] != usual
    told = post(anchor="kick").json()
    assert told["anchor"] == "kick" == room.session.anchor
    assert row(told, "bass")["relative_lu"] == pytest.approx(3.0, abs=0.11)


def test_undo_redo_restore_and_the_open_proposal(post, state, room):
    arguments = {"moves": moves(vocals=3.0), "reason": "too quiet"}
    run_tool(room.context, ToolCall("propose_moves", arguments))
    assert state()["proposal"] == [
        {"stem": "vocals", "gain_db": 3.0, "low_db": None, "high_db": None, "certainty": None}
    ]
    told = post(do="apply").json()
    assert row(told, "vocals")["gain_db"] == 3.0 and told["proposal"] is None
    assert row(post(do="undo").json(), "vocals")["gain_db"] == 0.0
    assert row(post(do="redo").json(), "vocals")["gain_db"] == 3.0
    told = post(do="restore", version=0).json()
    assert [v["current"] for v in told["versions"]] == [True, False] and told["can_undo"]


def test_a_proposal_is_told_with_its_range_and_certainty(state, room):
    row_of = {"stem": "kick", "gain_db": 2.0, "low_db": 1.0, "high_db": 3.5, "confidence": 0.81}
    room.session.record(
        "tool_result", name="propose_moves", ok=True, text="", data={"moves": [row_of]}
    )
    run_tool(room.context, ToolCall("propose_moves", {"moves": moves(kick=2.0), "reason": ""}))
    assert state()["proposal"] == [
        {"stem": "kick", "gain_db": 2.0, "low_db": 1.0, "high_db": 3.5, "certainty": 0.81}
    ]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"stem": "vocals", "gain_db": 30.0}, "-24 and +24 dB"),
        ({"stem": "vocals", "pan": 2.0}, "pan must lie between -1"),
        ({"stem": "vocal", "muted": True}, "did you mean vocals"),
        ({"stem": "vocals", "role": "tuba"}, "use one of kick"),
        ({"anchor": "nobody"}, "no stem is called 'nobody'"),
        ({"stem": "vocals"}, "give a stem with one of"),
        ({"stem": "vocals", "pan": 0.1, "gain_db": 1.0}, "give a stem with one of"),
        ({"stem": "vocals", "pan": 0.1, "anchor": "kick"}, "give a stem with one of"),
        ({"do": "undo"}, "there is nothing to undo"),
        ({"do": "apply"}, "none are proposed"),
        ({"do": "restore"}, "give a version with restore"),
        ({"do": "restore", "version": 7}, "there are v0 to v0"),
        ({"do": "dance"}, "do was 'dance'"),
        ({"stem": "vocals", "muted": "yes"}, "muted was 'yes'"),
        ({"stem": "vocals", "gain_db": 1.0, "file": "/etc/passwd"}, "there is no argument file"),
    ],
)
def test_what_is_refused_says_why_and_changes_nothing(post, room, change, why):
    events = len(room.session.events)
    answer = post(**change)
    assert answer.status_code == 422 and why in answer.json()["error"]
    assert len(room.session.events) == events


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"3", b'{"stem": "kick", "gain_db": NaN}', b"[" * 3000, b"\xff\xfe"],
)
def test_bodies_that_are_no_change_are_refused(client, room, body):
    answer = client.post(f"/rooms/{room.token}/desk", content=body)
    assert answer.status_code == 422 and answer.json()["error"]
    assert client.post(f"/rooms/{room.token}/desk", content=b" " * 5000).status_code == 413


def test_a_room_without_a_song_and_no_room(client, rooms):
    token = rooms.create().token
    url = f"/rooms/{token}/desk"
    for answer in (client.get(url), client.post(url, json={"do": "undo"})):
        assert answer.status_code == 409 and "no song is open" in answer.json()["error"]
    assert client.get("/rooms/nobody/desk").status_code == 404
    assert client.get("/rooms/nobody/events").status_code == 404


def test_nobody_waits_on_the_server_for_a_turn_and_a_hand_may_ask_again(post, room):
    held, done = threading.Event(), threading.Event()

    def turn():
        with room.lock:
            held.set()
            done.wait(120.0)

    thread = threading.Thread(target=turn)
    thread.start()
    assert held.wait(20.0)
    answers = [post(stem="kick", gain_db=1.0) for _ in range(3)]
    assert thread.is_alive() and room.session.version.number == 0
    done.set()
    thread.join()
    assert [answer.status_code for answer in answers] == [423, 423, 423]
    assert "ask again when it has finished" in answers[0].json()["error"]
    assert post(stem="kick", gain_db=1.0).status_code == 200


def test_a_hand_wakes_a_song_that_was_put_away(post, room):
    assert room.put_away()
    answer = post(stem="kick", gain_db=1.0)
    assert answer.status_code == 423 and "being opened again" in answer.json()["error"]
    room.be_awake()
    assert row(post(stem="kick", gain_db=1.0).json(), "kick")["gain_db"] == 1.0


def test_the_revision_is_told_at_once_and_grows_with_each_change(client, post, room):
    url, before = f"/rooms/{room.token}/events", room.revision
    started = time.monotonic()
    assert client.get(url).json() == {"revision": before}
    assert time.monotonic() - started < 10.0  # nothing is held open
    assert post(stem="kick", gain_db=1.0).json()["revision"] == before + 1
    assert client.get(url).json() == {"revision": before + 1}


def test_two_rooms_of_one_song_keep_apart(rooms, room, client, post, tmp_path):
    other = rooms.create()
    other.open_song(song_folder(tmp_path / "song"))
    post(stem="kick", gain_db=5.0)
    told = client.get(f"/rooms/{other.token}/desk").json()
    assert row(told, "kick")["gain_db"] == 0.0 and not told["can_undo"]


def test_a_killed_server_finds_the_desk_again(rooms, room, post, tmp_path):
    post(stem="kick", gain_db=5.0)
    post(stem="vocals", role="backing vocals")
    room.close()
    again = some_rooms(tmp_path / "rooms").get(room.token)
    again.open_song()
    told = desk._state(again)
    assert row(told, "kick")["gain_db"] == 5.0 and row(told, "vocals")["role"] == "backing vocals"
    again.close()
