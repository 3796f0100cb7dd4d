"""A server of nothing but the desk and its charts, and desks opened on its rooms."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from assistant.web.charts import charts_routes
from assistant.web.desk import desk_routes
from assistant.web.preview_jobs import PreviewJobs
from assistant.web.rooms import Room, Rooms
from tests.element_page import Pages, element_served
from tests.scripted import NAMES, song_folder
from tests.web_rooms import room_with, some_rooms

PAGE = """<!doctype html><html lang="en" class="LOOK"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Desk</title>
<link rel="stylesheet" href="/static/gainsay.css">
<script type="module" src="/static/desk/desk.js"></script>
<body><main><h1>Desk</h1><gainsay-desk room="TOKEN"></gainsay-desk></main></body></html>"""


class Desks(Pages):
    """Rooms with songs of a test's folder, and the desks that are open on them."""

    def __init__(self, rooms: Rooms, address: str, chromium: Any, folder: Path) -> None:
        super().__init__(address, chromium)
        self.rooms, self.folder = rooms, folder

    def room(self, names: Sequence[str] = NAMES, seconds: float = 4.0) -> Room:
        """A room with a song of these stems, the first of them the anchor."""
        song = song_folder(self.folder / str(len(names)), names, seconds)
        return room_with(self.rooms, song, names[0])

    def show(self, room: Room, size: str = "laptop", look: str = "light") -> Any:
        """The page of a room, once its faders are there."""
        page = super().show(room, size, look)
        expect(page.get_by_role("slider").first).to_be_visible()
        return page


@contextmanager
def served(root: Path) -> Iterator[tuple[Rooms, str]]:
    """Rooms and the address of a server that has the desk's page for each of them."""
    rooms = some_rooms(root)
    routes = desk_routes(rooms), charts_routes(rooms, PreviewJobs())
    with element_served(rooms, PAGE, *routes) as address:
        yield rooms, address


def fader(page: Any, stem: str = "vocals") -> Any:
    """A stem's fader."""
    return page.get_by_role("slider", name=f"{stem} fader")
