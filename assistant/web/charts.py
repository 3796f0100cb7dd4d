"""The charts' routes: levels, spectrum with masking, loudness along the song; JSON each.

One rule: looking changes nothing and waits for nobody; what was measured is kept for the song, and
what has to be rendered first is told as {"waiting": 0 to 1}: ask again.
"""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from assistant.context import is_ours
from assistant.web.auditions import Auditions
from assistant.web.charts_audio import step_for
from assistant.web.charts_data import level_chart, loudness_chart, mixes_shown, spectrum_chart
from assistant.web.preview_jobs import PreviewJobs
from assistant.web.previews import PreviewError
from assistant.web.rooms import RoomError, Rooms
from mixer.moves import stem_index
from mixer.over_time import curve_of


def charts_routes(rooms: Rooms, jobs: PreviewJobs) -> APIRouter:
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
        room = rooms.get(token)
        return _told(lambda: _loudness(Auditions(room, jobs), stem))

    return routes


def _loudness(auditions: Auditions, stem: str | None) -> dict[str, Any]:
    """The loudness chart, read on the mixes that are listened to, or how far these are."""
    context = auditions.context
    if stem is not None:
        stem_index(context.names, stem)
    rows = auditions.expect(mixes_shown(context.session))
    for row in rows:
        if row["state"] in ("failed", "cancelled"):
            why = row["error"] or "that was stopped"
            raise PreviewError(f"{row['id']} is not rendered ({why}): press Render at it above")
    if any(row["state"] != "ready" for row in rows):
        return {"waiting": sum(row["progress"] for row in rows) / len(rows)}
    step_s = step_for(context.song.seconds)
    mixes = {
        row["id"]: curve_of(auditions.preview(row["id"]).tenth_powers(), step_s) for row in rows
    }
    return loudness_chart(context, mixes, stem)


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
