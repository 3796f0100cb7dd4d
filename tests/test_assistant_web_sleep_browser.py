"""A page stays usable while its room is put away, or the server is started again, under it."""

import socket

import pytest

pytest.importorskip("gradio", reason='needs gradio: pip install "gainsay[web]"')
pytest.importorskip("playwright", reason="needs playwright")

from playwright.sync_api import expect

from assistant.demo import song_folder
from mixer.audio_files import AudioError
from tests.web_rooms import wait_for
from tests.web_server import running
from tests.web_visit import Visit

pytestmark = pytest.mark.slow  # each opens the whole page, some of them twice

WITHIN_S = 120.0  # a busy machine takes its time

FEWEST = """() => {
  window.fewest = Infinity;
  setInterval(() => {
    const shown = document.querySelectorAll("#chat .bot .message-content").length;
    window.fewest = Math.min(window.fewest, shown);
  }, 20);
}"""


def room_of(server, visit):
    return server.rooms.get(visit.token)


def slept(server, visit):
    """The room of a page, swept as after hours in which nobody looked."""
    room = server.rooms.get(visit.token)

    def is_asleep():
        room.used_at -= 4000.0
        server.rooms.sweep()
        return not room.song_open

    wait_for(is_asleep, WITHIN_S)
    return room


def test_what_is_said_to_a_room_that_was_put_away_is_answered(page, web_server):
    visit = Visit(page, web_server.address)
    visit.say("vocals up 3 dB")
    slept(web_server, visit)
    assert "v2" in visit.say("vocals up 1 dB")
    assert len(visit.replies()) == 2 and visit.gains_db() == {"vocals": 4.0}


def test_a_page_that_is_looked_at_wakes_its_room_and_keeps_its_chat(page, web_server):
    visit = Visit(page, web_server.address)
    visit.say("vocals up 3 dB")
    shown = visit.replies()
    page.evaluate(FEWEST)
    slept(web_server, visit)
    wait_for(lambda: page.wait_for_timeout(50) or room_of(web_server, visit).song_open, WITHIN_S)
    expect(page.locator("gainsay-desk [role=alert]")).to_be_empty(timeout=1000 * WITHIN_S)
    expect(page.locator("#status .work")).to_have_count(0, timeout=1000 * WITHIN_S)
    assert page.evaluate("window.fewest") == 1 and visit.replies() == shown


def test_words_that_cannot_be_said_stay_in_the_box(page, web_server):
    visit = Visit(page, web_server.address)
    room = web_server.rooms.get(visit.token)

    def gone(folder, on_progress):
        raise AudioError("the song is gone", "its folder is needed", "put it back")

    room._open, kept = gone, room._open
    assert room.put_away()
    page.fill("#words textarea", "vocals up 3 dB")
    page.press("#words textarea", "Enter")
    page.wait_for_selector("text=the song is gone")
    page.wait_for_function("document.querySelector('#words textarea').value === 'vocals up 3 dB'")
    room._open = kept
    page.reload()
    visit.is_open()
    assert "v1" in visit.say("vocals up 3 dB")


def test_a_page_outlives_a_restart_of_the_server(page, tmp_path, web_server):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    listener = web_server.rooms._listener.load
    with running(tmp_path / "rooms", listener, song_folder(), port=port) as server:
        visit = Visit(page, server.address)
        visit.say("vocals up 3 dB")
        shown = visit.replies()
    with running(tmp_path / "rooms", listener, song_folder(), port=port):
        page.wait_for_timeout(4000)
        assert visit.replies() == shown
        assert "v2" in visit.say("vocals up 1 dB")
        assert visit.gains_db() == {"vocals": 4.0}
