"""Files that Gainsay wrote for a room: takes, exports, auditions; listed, and sent to their owner.

One rule: only a file that a tool of this session said it wrote is sent, and only from the session.
"""

from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import FileResponse

from assistant.chat import files_of
from assistant.session import is_within
from assistant.web.room import Room, RoomError
from assistant.web.rooms import Rooms


def written_files(room: Room) -> dict[str, Path]:
    """The files by their path below the session's folder, the latest last."""
    folder, found = room.session.folder, dict[str, Path]()
    for event in list(room.session.events):
        if event["event"] == "tool_result" and event["ok"]:
            for path in files_of(event["data"]):
                if path.is_file() and is_within(path, folder):
                    found[path.resolve().relative_to(folder.resolve()).as_posix()] = path
    return found


def file_routes(rooms: Rooms) -> APIRouter:
    """Routes under /rooms/{token}/files."""
    router = APIRouter()

    @router.get("/rooms/{token}/files")
    def listed(token: str) -> list[dict[str, Any]]:
        files = written_files(rooms.get(token))
        return [{"name": name, "bytes": path.stat().st_size} for name, path in files.items()]

    @router.get("/rooms/{token}/files/{name:path}")
    def sent(token: str, name: str) -> FileResponse:
        path = written_files(rooms.get(token)).get(name)
        if path is None:
            raise RoomError("no such file was written in this session", status=404)
        return FileResponse(path, filename=path.name, content_disposition_type="attachment")

    return router
