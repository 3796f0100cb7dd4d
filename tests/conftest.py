"""No test reaches a hub, torch keeps to the cores there are; how tests run the command line, the
page's server and a browser.
"""

import io
import os
import shutil
import sys
from contextlib import ExitStack
from functools import cache

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("random", deadline=None, suppress_health_check=[HealthCheck.too_slow])
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


@pytest.fixture
def gainsay(capsys, monkeypatch):
    """Run the command line: (*arguments, lines) -> (exit code, standard output, standard error).

    lines: what standard input, which is no terminal, has to say.
    """
    from assistant import cli

    def run(*arguments, lines=()):
        monkeypatch.setattr(sys, "argv", ["gainsay", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def rooms(tmp_path):
    """Rooms of the page with a scripted listener."""
    from tests.web_rooms import some_rooms

    made = some_rooms(tmp_path / "rooms")
    yield made
    made.close()


@pytest.fixture
def song(tmp_path):
    """A folder of stems to open in a room."""
    from tests.scripted import song_folder

    return song_folder(tmp_path / "My song")


@pytest.fixture
def open_room(tmp_path):
    """Make a room with the synthetic song; its listener gives these steps, bass is the anchor."""
    from assistant.web.rooms import Rooms
    from tests.scripted import ScriptedListener, song_folder

    made = []

    def with_steps(*steps, song=None):
        listener = ScriptedListener(steps, needed={"vocals": 3.0})
        rooms = Rooms(tmp_path / f"rooms{len(made)}", lambda: listener)
        folder = song or song_folder(tmp_path / "song")
        room = rooms.open_song(rooms.issue(), folder)
        room.session.set_anchor("bass")
        made.append(rooms)
        return room

    yield with_steps
    for rooms in made:
        rooms.close()


@pytest.fixture(scope="session")
def web_server(tmp_path_factory):
    """A real server with the demo song as every room's first song, and the shipped listener."""
    pytest.importorskip("gradio", reason='needs gradio: pip install "gainsay[web]"')
    from assistant.demo import song_folder
    from assistant.opening import load_listener
    from tests.web_server import running

    with running(tmp_path_factory.mktemp("rooms"), load_listener, song_folder()) as server:
        yield server


@pytest.fixture(scope="module")  # its loop runs while it is open, and other tests run their own
def chromium():
    """A browser: Debian's Chromium, or the one that GAINSAY_CHROMIUM names."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    names = ("chromium", "chromium-browser", "google-chrome")
    path = os.environ.get("GAINSAY_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip("there is no Chromium here: apt-get install chromium")
    playwright.expect.set_options(timeout=30_000)  # a busy machine takes its time
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    """A fresh page, 1366 by 768; errors of its scripts fail the test."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert errors == []


@pytest.fixture(scope="module")
def served_once(tmp_path_factory):
    """Serve something below a folder, once for a whole file: (what serves it) -> what it yields."""
    pytest.importorskip("fastapi", reason='needs fastapi: pip install "gainsay[web]"')
    with ExitStack() as running:

        @cache
        def started(served):
            return running.enter_context(served(tmp_path_factory.mktemp("served")))

        yield started


@pytest.fixture
def studio(served_once, page):
    """Players on their own pages."""
    from tests.player_studio import Studio, served

    return Studio(*served_once(served), page)


@pytest.fixture
def desks(served_once, chromium, tmp_path):
    """Desks on their own pages."""
    from tests.desk_page import Desks, served

    made = Desks(*served_once(served), chromium, tmp_path)
    yield made
    made.close()
