"""The desk's routes: its state, one change by hand, and whether others changed something.

One rule: what the hand does goes through the session, so the talk knows of it and can undo it.
While a turn of the chat has the room a change is answered with 423 at once, and asked for again.
"""

import json
from collections.abc import Callable
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError, model_validator

from assistant.by_hand import do_tool, name_role, set_fader, set_mute, set_pan
from assistant.context import ToolContext, is_ours
from assistant.tools import wrong_argument
from assistant.web.desk_state import desk_state
from assistant.web.rooms import Room, RoomError, Rooms

LARGEST_BODY = 4096  # bytes of one change
_TOOLS = {"undo": "undo", "redo": "redo", "apply": "apply_moves", "restore": "restore_version"}
_BY_HAND: dict[str, Callable[[ToolContext, str, Any], object]] = {
    "gain_db": set_fader,
    "pan": set_pan,
    "muted": set_mute,
    "role": name_role,
}


class Change(BaseModel):
    """One thing that the hand did: something of one stem, the anchor, or a step in time."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    stem: str | None = Field(None, min_length=1)
    gain_db: float | None = None
    pan: float | None = None
    muted: StrictBool | None = None
    role: str | None = None
    anchor: str | None = Field(None, min_length=1)
    do: Literal["undo", "redo", "apply", "restore"] | None = None
    version: int | None = Field(None, ge=0)

    @model_validator(mode="after")
    def _is_one_change(self) -> "Change":
        given = [name for name in ("stem", "anchor", "do") if getattr(self, name) is not None]
        of_stem = [name for name in _BY_HAND if getattr(self, name) is not None]
        if len(given) != 1 or len(of_stem) != (given == ["stem"]):
            raise ValueError(
                "give a stem with one of gain_db, pan, muted and role, or an anchor, or do"
            )
        if (self.version is not None) != (self.do == "restore"):
            raise ValueError("give a version with restore, and only with it")
        return self


def desk_routes(rooms: Rooms) -> APIRouter:
    """The desk's routes for these rooms."""
    routes = APIRouter()

    @routes.get("/rooms/{token}/desk")
    def read(token: str) -> dict[str, Any]:
        return _state(rooms.get(token))

    @routes.post("/rooms/{token}/desk")
    async def change(token: str, request: Request) -> JSONResponse:
        room, body = rooms.get(token), b""
        async for piece in request.stream():
            body += piece
            if len(body) > LARGEST_BODY:
                return _refused(f"a change may have {LARGEST_BODY} bytes", 413)
        return await run_in_threadpool(_answered, room, body)

    @routes.get("/rooms/{token}/events")
    async def revision(token: str) -> dict[str, int]:
        """What the page asks every now and then, so it waits for nothing."""
        return {"revision": rooms.get(token).revision}

    return routes


def _state(room: Room) -> dict[str, Any]:
    revision = room.revision  # first: what changes meanwhile makes the page ask again
    return {"song": room.as_data()["song"], "revision": revision, **desk_state(room.context)}


def _answered(room: Room, body: bytes) -> JSONResponse:
    """Carry out a change and answer with the new state, or say why not."""
    try:
        data = json.loads(body)
        asked = Change.model_validate(data if isinstance(data, dict) else {"change": data})
    except ValidationError as error:
        return _refused(_wrong(error), 422)
    except (ValueError, RecursionError):
        return _refused("the change was no JSON: send an object", 422)
    try:
        with room.held():
            _do(room.context, asked)
    except RoomError as error:
        return _refused(str(error), error.status)
    except Exception as error:
        if not is_ours(error):
            raise
        return _refused(str(error), 422)
    room.changed()
    return JSONResponse(_state(room))


def _do(context: ToolContext, asked: Change) -> None:
    """Carry out a change; errors of ours say why it cannot be done."""
    if asked.anchor is not None:
        do_tool(context, "set_anchor", stem=asked.anchor)
    elif asked.do is not None:
        to_version = {} if asked.version is None else {"version": asked.version}
        do_tool(context, _TOOLS[asked.do], **to_version)
    elif asked.stem is not None:
        for name, by_hand in _BY_HAND.items():
            if (value := getattr(asked, name)) is not None:
                by_hand(context, asked.stem, value)


def _wrong(error: ValidationError) -> str:
    """What is wrong with a change, as a sentence."""
    first = error.errors()[0]
    if first["type"] == "value_error":
        return first["msg"].removeprefix("Value error, ")
    return wrong_argument(error)


def _refused(why: str, status: int) -> JSONResponse:
    return JSONResponse({"error": why}, status_code=status)
