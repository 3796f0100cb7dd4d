"""The audition's routes: what can be played, its chunks, the match for a region, blind votes.

One rule: no path comes from a request; an id is looked up in the session, and its key names files.
"""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field

from assistant.context import is_ours
from assistant.web import playable, votes
from assistant.web.auditions import MOST_COMPARED, Auditions
from assistant.web.preview_jobs import PreviewJobs
from assistant.web.rooms import RoomError, Rooms

FOREVER = "private, max-age=31536000, immutable"  # a key names one sound
Id = Annotated[str, Field(max_length=400)]
Ids = Annotated[list[Id], Field(max_length=MOST_COMPARED)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Solo(_Body):
    """Stems to be heard alone inside a version."""

    inside: Id
    stems: Annotated[list[Annotated[str, Field(max_length=500)]], Field(max_length=96)]


class Wish(_Body):
    """What is to be rendered, or no longer."""

    want: Ids = []
    cancel: Ids = []
    solo: Solo | None = None


class Blind(_Body):
    """What is to be compared blind."""

    ids: Ids


class Vote(_Body):
    """What was preferred: choice counts letters from A = 0; None = no preference.

    keys: those that the answer to Blind has given, which say what was heard.
    """

    ids: Ids
    seed: Annotated[int, Field(ge=0, lt=2**31)]
    choice: Annotated[int, Field(ge=0, lt=MOST_COMPARED)] | None
    start_s: Annotated[float, Field(ge=0.0, le=1e6, allow_inf_nan=False)]
    end_s: Annotated[float, Field(ge=0.0, le=1e6, allow_inf_nan=False)]
    match_db: Annotated[
        dict[Id, Annotated[float, Field(ge=-200.0, le=0.0, allow_inf_nan=False)]],
        Field(max_length=MOST_COMPARED),
    ]
    keys: Annotated[dict[Id, Id], Field(max_length=MOST_COMPARED)]


class _Told(APIRoute):
    """Answers what the user can mend with {"error": sentence}."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await handler(request)
            except RoomError as error:
                return JSONResponse({"error": str(error)}, error.status)
            except RequestValidationError as error:
                first = error.errors()[0]
                where = " ".join(map(str, first["loc"]))
                return JSONResponse({"error": f"{where}: {first['msg']}"}, 422)
            except Exception as error:
                if not is_ours(error):
                    raise
                return JSONResponse({"error": str(error)}, 422)

        return told


def audition_routes(rooms: Rooms, jobs: PreviewJobs) -> APIRouter:
    """The routes below /rooms/{token}/auditions."""
    router = APIRouter(prefix="/rooms/{token}/auditions", route_class=_Told)

    def of(token: str) -> Auditions:
        return Auditions(rooms.get(token), jobs)

    @router.get("")
    def listed(token: str, peaks: bool = True) -> list[dict[str, Any]]:
        return of(token).rows(peaks)

    @router.post("")
    def wished(token: str, wish: Wish) -> list[dict[str, Any]]:
        here = of(token)
        rows = here.cancel(wish.cancel) + here.want(wish.want)
        if wish.solo is not None:
            rows.append(here.solo(wish.solo.inside, wish.solo.stems))
        return rows

    @router.get("/match")
    def matched(
        token: str,
        ids: Annotated[str, Query(max_length=4000)],
        start_s: float | None = None,
        end_s: float | None = None,
    ) -> dict[str, Any]:
        return of(token).match(ids.split(","), start_s, end_s).as_data()

    @router.post("/blind")
    def blind(token: str, asked: Blind) -> dict[str, Any]:
        return votes.begin_blind(rooms.get(token), asked.ids)

    @router.post("/votes")
    def voted(token: str, vote: Vote) -> dict[str, Any]:
        return votes.vote(rooms.get(token), **vote.model_dump())

    @router.get("/{item}")
    def one(token: str, item: Id) -> dict[str, Any]:
        return of(token).row(item)

    @router.get("/{item}/chunks/{number}")
    def chunk(token: str, item: Id, number: int, key: str | None = None) -> Response:
        here = of(token)
        found = playable.find(here.context, item)
        if key is not None and key != found.key:
            raise RoomError(f"{item} sounds different by now: read the list again", status=409)
        path = here.need(found).chunk_path(number)
        cached = "private, no-cache" if key is None else FOREVER
        return FileResponse(path, media_type="audio/flac", headers={"Cache-Control": cached})

    return router
