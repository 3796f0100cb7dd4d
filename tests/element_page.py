"""A server of one element of the page by itself, and pages opened on its rooms.

One rule: no page that was opened may have met an error when it is closed.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from assistant.web import rooms as web_rooms
from assistant.web.rooms import Room, RoomError, Rooms

STATIC = Path(web_rooms.__file__).parent / "static"
SIZES = {"laptop": (1366, 768), "phone": (390, 844)}
WAIT_MS = 90_000  # the first rendering loads its libraries


@contextmanager
def element_served(rooms: Rooms, page: str, *routes: APIRouter) -> Iterator[str]:
    """The address of a server with these routes that has a page for each room at /LOOK/TOKEN.

    page: HTML with LOOK and TOKEN in it.
    """
    app = FastAPI()
    for router in routes:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC))

    @app.exception_handler(RoomError)
    async def told(_, error: RoomError) -> JSONResponse:
        return JSONResponse({"error": str(error)}, status_code=error.status)

    @app.get("/{look}/{token}")
    def shown(look: str, token: str) -> HTMLResponse:
        return HTMLResponse(page.replace("LOOK", look).replace("TOKEN", token))

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        sockets = {"sockets": [listening]}
        thread = threading.Thread(target=server.run, kwargs=sockets, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(10.0)
        rooms.close()


class Pages:
    """Pages of rooms that are open in a browser, and the address of their server."""

    def __init__(self, address: str, chromium: Any) -> None:
        self.address, self.chromium = address, chromium
        self.open: list[Any] = []

    def show(self, room: Room, size: str = "laptop", look: str = "light") -> Any:
        """The page of a room."""
        width, height = SIZES[size]
        page = self.chromium.new_page(viewport={"width": width, "height": height})
        self.open.append(page)
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.set_default_timeout(WAIT_MS)
        page.goto(f"{self.address}/{look}/{room.token}")
        return page

    def close(self) -> None:
        """Close what was opened; no page may have met an error."""
        while self.open:
            page = self.open.pop()
            assert page.errors == []
            page.close()
