"""The server: our routes first, Gradio's page behind them, the guard before both.

One rule: nothing answers that the guard did not let in.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import gradio as gr
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles

from assistant.context import is_ours
from assistant.web.audition_routes import audition_routes
from assistant.web.charts import charts_routes
from assistant.web.desk import desk_routes
from assistant.web.files import file_routes
from assistant.web.guard import App, Guard, Receive, Scope, Send
from assistant.web.limits import UploadError
from assistant.web.page import HEAD, STYLE, build_page, theme
from assistant.web.preview_jobs import PreviewJobs
from assistant.web.room_routes import room_routes
from assistant.web.rooms import RoomError, Rooms
from assistant.web.teaching import teaching_routes

STATIC = Path(__file__).parent / "static"


def build_app(rooms: Rooms, password: str | None = None, names: Iterable[str] = ()) -> Guard:
    """The whole application, as uvicorn runs it."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    for routes in (room_routes, file_routes, desk_routes, teaching_routes):
        app.include_router(routes(rooms))
    jobs = PreviewJobs()
    for rendering in (charts_routes, audition_routes):
        app.include_router(rendering(rooms, jobs))
    own_first = StaticFiles(directory=STATIC, packages=[("gradio", "templates/frontend/static")])
    app.mount("/static", own_first, name="static")
    for error in (RoomError, UploadError):
        app.add_exception_handler(error, _told)
    app.add_exception_handler(ValueError, _told_if_ours)
    gr.mount_gradio_app(
        app,
        build_page(rooms),
        path="/",
        theme=theme(),
        head=HEAD,
        css_paths=[STYLE],
        allowed_paths=[],
        blocked_paths=[str(rooms.root)],
        show_error=False,
        max_file_size=1,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        pwa=False,
        enable_monitoring=False,
        favicon_path=str(STATIC / "favicon.png"),
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
    )
    return Guard(FrontDoor(app, rooms), password, names)


class FrontDoor:
    """A page without a room of its own is given one: its address then carries the token."""

    def __init__(self, app: App, rooms: Rooms) -> None:
        self.app, self.rooms = app, rooms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/":
            query = scope["query_string"].decode("latin-1")
            asked = parse_qs(query, keep_blank_values=True)
            if not self.rooms.knows(asked.get("room", [""])[0]):
                place = f"/?room={self.rooms.issue()}" + ("&new" if "new" in asked else "")
                answer = RedirectResponse(place, status_code=303)
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)


async def _told(request: Request, error: Any) -> JSONResponse:
    return JSONResponse({"error": str(error)}, status_code=error.status)


async def _told_if_ours(request: Request, error: Exception) -> JSONResponse:
    """An error of ours that was not foreseen where it happened is told, a bug is not."""
    if not is_ours(error):
        raise error
    return JSONResponse({"error": str(error)}, status_code=400)
