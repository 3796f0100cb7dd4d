"""Files of a room: what a tool wrote is sent, nothing else of the disk is."""

import json

import pytest

pytest.importorskip("gradio", reason='needs gradio: pip install "gainsay[web]"')

from assistant.hearing import ToolCall
from assistant.web.app import build_app
from assistant.web.chat_turns import act
from assistant.web.rooms import Rooms
from tests.scripted import ScriptedListener, song_folder
from tests.web_requests import asked


@pytest.fixture
def room(tmp_path):
    rooms = Rooms(tmp_path / "rooms", ScriptedListener)
    opened = rooms.open_song(rooms.issue(), song_folder(tmp_path / "song"))
    opened.app = build_app(rooms)
    for call in (
        ToolCall("render_mix", {"effects": False}),
        ToolCall("export_mix", {"format": "stems"}),
    ):
        list(act(opened, call, "Write it."))
    yield opened
    rooms.close()


def test_what_was_written_is_listed_and_sent(room):
    status, _, body = asked(room.app, f"/rooms/{room.token}/files")
    names = [row["name"] for row in json.loads(body)]
    assert status == 200
    assert names == ["takes/take1.wav", *(f"exports/stems-v0/{n}.wav" for n in room.session.names)]
    status, headers, body = asked(room.app, f"/rooms/{room.token}/files/takes/take1.wav")
    assert status == 200 and body[:4] == b"RIFF"
    assert headers["content-disposition"] == 'attachment; filename="take1.wav"'


@pytest.mark.parametrize(
    "name",
    [
        "journal.jsonl", "../song.json", "takes/../journal.jsonl", "takes/../../song.json",
        "/etc/passwd", "..%2f..%2fsong.json", "takes/take2.wav", "takes", "",
    ],
)  # fmt: skip
def test_nothing_else_is_sent(room, name):
    assert asked(room.app, f"/rooms/{room.token}/files/{name}")[0] in (404, 307)


def test_a_file_that_became_a_link_out_of_the_session_is_not_sent(room, tmp_path):
    secret = tmp_path / "secret.wav"
    secret.write_bytes(b"RIFF secret")
    take = room.session.takes[0].path
    take.unlink()
    take.symlink_to(secret)
    assert asked(room.app, f"/rooms/{room.token}/files/takes/take1.wav")[0] == 404


def test_a_room_does_not_send_the_files_of_another(room):
    other = room.app.app.rooms.issue()
    assert asked(room.app, f"/rooms/{other}/files/takes/take1.wav")[0] == 409
