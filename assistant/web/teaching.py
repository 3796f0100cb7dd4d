"""The Learn panel's routes: lessons, drills by button, their sound, and the learner's own file.

One rule: a drill is begun and answered by the tools that the chat uses, so both know the same one.
"""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel, model_validator

from assistant.by_hand import do_tool
from assistant.context import ToolContext
from assistant.drills_progress import LEARNER_NAME
from assistant.lessons import find, lessons
from assistant.tools_drills import AnswerDrill, StartDrill, learner_path
from assistant.web.room import Room, RoomError
from assistant.web.rooms import Rooms
from assistant.web.teaching_state import learn_state, lesson_data, sound_path

WAIT_FOR_TURN_S = 15.0  # a turn of the chat holds the room
FEW_WORDS = 200  # characters of a question for a lesson


class Step(BaseModel, extra="forbid"):
    """One step of practice: the next drill, or an answer to the open one."""

    start: StartDrill | None = None
    answer: AnswerDrill | None = None

    @model_validator(mode="after")
    def _is_one_step(self) -> "Step":
        if (self.start is None) == (self.answer is None):
            raise ValueError("give start or answer, and not both")
        return self


def teaching_routes(rooms: Rooms) -> APIRouter:
    """Routes under /rooms/{token}/learn."""
    routes = APIRouter()

    @routes.get("/rooms/{token}/learn")
    def show(token: str) -> dict[str, Any]:
        return _state(rooms.get(token))

    @routes.get("/rooms/{token}/learn/lesson")
    def lesson(token: str, name: str = "", words: str = "") -> dict[str, Any]:
        context = rooms.get(token).context
        words = words[:FEW_WORDS]
        found = next((one for one in lessons() if one.name == name), None) or (
            find("", words) if words.strip() else None
        )
        if found is None:
            raise RoomError(
                f"there is no lesson on {words or name!r}: choose one from the list", status=404
            )
        return lesson_data(context, found)

    @routes.post("/rooms/{token}/learn")
    def practise(token: str, asked: Step) -> dict[str, Any]:
        room = rooms.get(token)
        name = "start_drill" if asked.start is not None else "answer_drill"
        arguments = (asked.start or asked.answer or StartDrill()).model_dump(exclude_none=True)
        return _changed(room, lambda context: do_tool(context, name, **arguments))

    @routes.get("/rooms/{token}/learn/sounds/{number}/{label}")
    def sent(token: str, number: int, label: str) -> Response:
        path = sound_path(rooms.get(token).context, number, label)
        if path is None:
            raise RoomError("there is no such sound: take the next drill", status=404)
        return Response(path.read_bytes(), media_type="audio/wav")

    @routes.get(f"/rooms/{{token}}/learn/{LEARNER_NAME}")
    def own_file(token: str) -> FileResponse:
        path = learner_path(rooms.get(token).context)
        if not path.is_file():
            raise RoomError("nothing is answered yet: there is no file of yours", status=404)
        return FileResponse(path, filename=LEARNER_NAME, media_type="application/jsonl")

    return routes


def _state(room: Room) -> dict[str, Any]:
    revision = room.revision  # first: what changes meanwhile makes the page ask again
    return {"revision": revision, **learn_state(room.context)}


def _changed(room: Room, do: Callable[[ToolContext], object]) -> dict[str, Any]:
    """Take one step while no turn goes on, and answer with the new state."""
    context = room.context
    if not room.lock.acquire(timeout=WAIT_FOR_TURN_S):
        raise RoomError("the chat is still at work here: try again when it is done, or stop it")
    try:
        do(context)
        _forget_sounds(context)
    finally:
        room.lock.release()
    room.changed()
    return _state(room)


def _forget_sounds(context: ToolContext) -> None:
    """Remove the sounds of drills before the last two: nobody can hear them any more."""
    begun = [event for event in context.session.events if event["event"] == "drill"]
    for event in begun[:-2]:
        for path in [*event["files"].values(), *event.get("parts", {}).values()]:
            (context.folder / path).unlink(missing_ok=True)
