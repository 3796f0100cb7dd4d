"""The routes of a room: what is open, uploading, opening, stopping; what a song is refused for.

One rule: an error is an {"error": sentence} with a status of 4xx, whoever asks.
"""

import asyncio
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

from assistant.demo import song_folder
from assistant.hearing import ToolCall
from assistant.tools_moves import ApplyMoves
from assistant.web.chat_turns import carry_out
from assistant.web.room import LOOK_EVERY_S
from assistant.web.rooms import RoomError, Rooms


class Opening(BaseModel, extra="forbid"):
    """Which song to open: what was uploaded, the demo song, or the one noted before."""

    song: Literal["uploaded", "demo", "noted"]


def room_routes(rooms: Rooms) -> APIRouter:
    """Routes under /rooms/{token}."""
    router = APIRouter()

    @router.get("/rooms/{token}")
    def show(token: str) -> dict[str, Any]:
        return rooms.get(token).as_data()

    @router.put("/rooms/{token}/stems")
    async def receive(token: str, name: str, request: Request) -> dict[str, Any]:
        room = rooms.get(token)
        if room.song_open or room.sleeps or room.work.is_running:
            raise RoomError("a song is open here: start a new page for another")
        before = len(room.uploads.refused)
        kept = await room.uploads.receive(name, request.stream())
        return {"kept": kept, "refused": room.uploads.refused[before:]}

    @router.delete("/rooms/{token}/stems")
    def forget(token: str) -> dict[str, Any]:
        room = rooms.get(token)
        if room.song_open or room.sleeps or room.work.is_running:
            raise RoomError("the song is open: its stems stay until the room is given up")
        room.uploads.clear()
        return {"kept": []}

    @router.post("/rooms/{token}/open")
    def begin(token: str, asked: Opening) -> dict[str, Any]:
        room = rooms.get(token)
        if asked.song == "uploaded":
            room.uploads.need_usable()
            room.begin_opening(room.stems_folder)
        elif asked.song == "demo":
            room.begin_opening(song_folder())
        else:
            room.begin_opening()
        return room.as_data()

    @router.post("/rooms/{token}/moves")
    async def apply(token: str, asked: ApplyMoves) -> dict[str, Any]:
        """Apply the proposal, or these moves; it is told in the chat, and so is a refusal."""
        room = rooms.get(token)
        arguments = asked.model_dump(exclude_none=True)
        told = ", ".join(f"{move.stem} {move.gain_db:+.1f} dB" for move in asked.moves or ())
        words = f"Apply {told}." if told else "Apply that."
        for _ in room.waking():
            await asyncio.sleep(LOOK_EVERY_S)
        try:
            call = ToolCall("apply_moves", arguments)
            await run_in_threadpool(carry_out, room, call, words)
        finally:
            revision = room.changed()
        return {"revision": revision}

    @router.post("/rooms/{token}/stop")
    def stop(token: str) -> dict[str, Any]:
        room = rooms.get(token)
        room.uploads.stop()
        return {"stopping": room.work.stop()}

    @router.get("/rooms/{token}/work")
    async def work(token: str) -> dict[str, Any]:
        return {**rooms.get(token).work.as_data(), "revision": rooms.get(token).revision}

    return router
