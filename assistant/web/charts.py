"""The charts' routes: levels, spectrum with masking, loudness along the song; JSON each.

One rule: looking changes nothing and waits for nobody; what was measured is kept for the song.
"""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from assistant.context import is_ours
from assistant.web.charts_data import level_chart, loudness_chart, spectrum_chart
from assistant.web.rooms import RoomError, Rooms


def charts_routes(rooms: Rooms) -> APIRouter:
    """The charts' routes for these rooms."""
    routes = APIRouter()

    @routes.get("/rooms/{token}/charts/levels", response_model=None)
    def levels(token: str, before: int = 0) -> Any:
        context = rooms.get(token).context
        return _told(lambda: level_chart(context, before))

    @routes.get("/rooms/{token}/charts/spectrum", response_model=None)
    def spectrum(token: str, stem: str) -> Any:
        context = rooms.get(token).context
        return _told(lambda: spectrum_chart(context, stem))

    @routes.get("/rooms/{token}/charts/loudness", response_model=None)
    def loudness(token: str, stem: str | None = None) -> Any:
        context = rooms.get(token).context
        return _told(lambda: loudness_chart(context, stem))

    return routes


def _told(chart: Callable[[], dict[str, Any]]) -> dict[str, Any] | JSONResponse:
    """A chart's data, or why there is none."""
    try:
        return chart()
    except RoomError:
        raise
    except Exception as error:
        if not is_ours(error):
            raise
        return JSONResponse({"error": str(error)}, status_code=422)
