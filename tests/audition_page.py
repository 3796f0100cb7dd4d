"""What a page asks of the audition's routes, in a room with a song of three noises."""

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.web.audition_routes import audition_routes
from assistant.web.preview_jobs import PreviewJobs
from assistant.web.rooms import Room
from tests.web_songs import RATE, noise, open_room, write_song

STEMS = {"bass": noise(0.05, 0), "drums": noise(0.2, 1), "vocals": noise(0.02, 2)}
STEMS["bass"][:, : 4 * RATE] *= 0.1  # a quiet beginning, so that a loop differs from the song


class Page:
    """One page and its room."""

    def __init__(self, client: TestClient, room: Room) -> None:
        self.client, self.room = client, room
        self.url = f"/rooms/{room.token}/auditions"

    def get(self, path: str = "", **query: Any) -> Any:
        answer = self.client.get(self.url + path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str = "", **body: Any) -> Any:
        answer = self.client.post(self.url + path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, path: str, **query: Any) -> tuple[int, str]:
        answer = self.client.get(self.url + path, params=query)
        return answer.status_code, answer.json()["error"]

    def rows(self) -> dict[str, dict[str, Any]]:
        return {row["id"]: row for row in self.get()}

    def ready(self, *ids: str) -> dict[str, dict[str, Any]]:
        """The rows of these, once they are rendered."""
        end = time.monotonic() + 20.0
        self.post(want=list(ids))
        while time.monotonic() < end:
            rows = {name: self.get(f"/{name}") for name in ids}
            if all(row["state"] == "ready" for row in rows.values()):
                return rows
            time.sleep(0.02)
        raise AssertionError(f"not rendered in time: {rows}")

    def played(self, row: dict[str, Any], gain_db: float = 0.0) -> np.ndarray:
        """The chunks of an item, put together and turned by gain_db: (2, samples)."""
        chunks = []
        for number in range(row["chunks"]):
            url = f"{self.url}/{row['id']}/chunks/{number}"
            answer = self.client.get(url, params={"key": row["key"]})
            assert answer.status_code == 200 and answer.headers["content-type"] == "audio/flac"
            assert "immutable" in answer.headers["cache-control"]
            chunks.append(_read(answer.content))
        return np.concatenate(chunks, axis=1) * 10.0 ** (gain_db / 20.0)


def _read(content: bytes) -> np.ndarray:
    audio, rate = soundfile.read(io.BytesIO(content), dtype="float32", always_2d=True)
    assert rate == RATE
    return audio.T


@contextmanager
def opened(folder: Path) -> Iterator[Page]:
    """A page of a new room below a folder, until the block ends."""
    rooms, room = open_room(folder / "rooms", write_song(folder / "song", STEMS))
    app = FastAPI()
    app.include_router(audition_routes(rooms, PreviewJobs()))
    with TestClient(app) as client:
        yield Page(client, room)
    rooms.close()
