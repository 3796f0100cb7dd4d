"""The charts' routes: levels, spectrum with masking, loudness along the song; JSON each.

One rule: looking changes nothing and waits for nobody; what was measured is kept for the song, and
what has to be rendered or measured first is begun and told as {"waiting": 0 to 1}: ask again.
"""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from assistant.context import ToolContext, is_ours
from assistant.web.auditions import Auditions
from assistant.web.charts_audio import curves_of, sound_of, step_for
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
        auditions = Auditions(rooms.get(token), jobs)
        return _told(lambda: _spectrum(auditions, stem))

    @routes.get("/rooms/{token}/charts/loudness", response_model=None)
    def loudness(token: str, stem: str | None = None) -> Any:
        room = rooms.get(token)
        return _told(lambda: _loudness(Auditions(room, jobs), stem))

    return routes


def _spectrum(auditions: Auditions, stem: str) -> dict[str, Any]:
    """The spectrum of a stem, or how far it and the anchor are measured."""
    context = auditions.context
    curves, pair = curves_of(context), {stem_index(context.names, stem), context.anchor_index}
    missing = [index for index in sorted(pair) if not curves.has_bands(context, index)]
    if missing and (waits := _measured(auditions, "bands", missing, curves.bands)):
        return waits
    return spectrum_chart(context, stem)


def _loudness(auditions: Auditions, stem: str | None) -> dict[str, Any]:
    """The loudness chart, read on the mixes that are listened to, or how far these are."""
    context, curves = auditions.context, curves_of(auditions.context)
    index = None if stem is None else stem_index(context.names, stem)
    rows = auditions.expect(mixes_shown(context.session))
    for row in rows:
        if row["state"] in ("failed", "cancelled"):
            why = row["error"] or "that was stopped"
            raise PreviewError(f"{row['id']} is not rendered ({why}): press Render at it above")
    if any(row["state"] != "ready" for row in rows):
        share = sum(row["progress"] for row in rows) / len(rows)
        return {"waiting": share, "doing": "Rendering the mix"}
    if index is not None and not curves.has_stem_curve(context, index):
        if waits := _measured(auditions, "loudness", [index], curves.stem_curve):
            return waits
    step_s = step_for(context.song.seconds)
    mixes = {
        row["id"]: curve_of(auditions.preview(row["id"]).tenth_powers(), step_s) for row in rows
    }
    return loudness_chart(context, mixes, stem)


def _measured(
    auditions: Auditions,
    what: str,
    stems: Sequence[int],
    measure: Callable[[ToolContext, int], object],
) -> dict[str, Any] | None:
    """Have stems measured in the background; how far it is, None where it ended without them."""
    context, jobs = auditions.context, auditions.jobs
    key = (auditions.room.token, f"{what} of {[sound_of(context, at) for at in stems]}")

    def make(report: Callable[[float], None]) -> None:
        for done, index in enumerate(stems):
            report(done / len(stems))
            measure(context, index)

    job = jobs.get(key)
    if job is not None and job.state == "failed":
        return None  # measuring it in the request tells why
    if job is None or job.state in ("done", "cancelled"):
        job = jobs.want(key, make)
    return {"waiting": job.progress, "doing": "Measuring"}


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
