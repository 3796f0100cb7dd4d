"""A server of nothing but the desk and its charts, and pages opened on its rooms."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from playwright.sync_api import expect

from assistant.web import charts, desk
from assistant.web.app import STATIC
from assistant.web.preview_jobs import PreviewJobs
from assistant.web.rooms import Room, Rooms
from tests.scripted import ScriptedListener, song_folder

SIZES = {"laptop": (1366, 768), "phone": (390, 844)}
PAGE = """<!doctype html><html lang="en" class="{look}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Desk</title>
<link rel="stylesheet" href="/static/gainsay.css">
<script type="module" src="/static/desk/desk.js"></script>
<body><main><h1>Desk</h1><gainsay-desk room="{token}"></gainsay-desk></main></body></html>"""


class Listener(ScriptedListener):
    def load(self):
        return self


class Desks:
    """Rooms, the address of their server, and the pages that are open."""

    def __init__(self, rooms: Rooms, address: str, chromium: Any) -> None:
        self.rooms, self.address, self.chromium = rooms, address, chromium
        self.pages: list[Any] = []

    def opened(self, folder: Path, names: tuple[str, ...], seconds: float = 4.0) -> Room:
        """A room with a song of these stems, the first of them the anchor."""
        room = self.rooms.create()
        room.open_song(song_folder(folder / str(len(names)), names, seconds))
        room.session.set_anchor(names[0])
        return room

    def show(self, room: Room, size: str = "laptop", look: str = "light") -> Any:
        """The page of a room."""
        width, height = SIZES[size]
        page = self.chromium.new_page(viewport={"width": width, "height": height})
        self.pages.append(page)
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.set_default_timeout(90_000)  # the first rendering loads its libraries
        page.goto(f"{self.address}/{look}/{room.token}")
        expect(page.get_by_role("slider").first).to_be_visible()
        return page

    def close_pages(self) -> None:
        """Close what was opened; no page may have met an error."""
        while self.pages:
            page = self.pages.pop()
            assert page.errors == []
            page.close()


@contextmanager
def served(root: Path) -> Iterator[tuple[Rooms, str]]:
    """Rooms and the address of a server that has the desk's page for each of them."""
    rooms, app, jobs = Rooms(root, Listener), FastAPI(), PreviewJobs()
    app.include_router(desk.desk_routes(rooms))
    app.include_router(charts.charts_routes(rooms, jobs))
    app.mount("/static", StaticFiles(directory=STATIC))

    @app.get("/{look}/{token}")
    def page(look: str, token: str) -> HTMLResponse:
        return HTMLResponse(PAGE.format(look=look, token=token))

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(app, port=port, log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield rooms, f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)
    rooms.close()


def fader(page: Any, stem: str = "vocals") -> Any:
    """A stem's fader."""
    return page.get_by_role("slider", name=f"{stem} fader")
