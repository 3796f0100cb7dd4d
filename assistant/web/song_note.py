"""The note in a room of where its song is: what leads back to it after a restart or a kill.

One rule: it is there whole or not at all, and what was uploaded is noted without a path.
"""

import json
import os
from pathlib import Path

NOTE = "song.json"


class SongNote:
    """The note of one room. uploaded: where the stems lie that were sent to it."""

    def __init__(self, folder: Path, uploaded: Path) -> None:
        self._path, self._uploaded = folder / NOTE, uploaded

    @property
    def is_there(self) -> bool:
        return self._path.is_file()

    def read(self) -> Path | None:
        """The folder of the song; None where no note can be read."""
        try:
            place = json.loads(self._path.read_text(encoding="utf-8"))["folder"]
        except (OSError, ValueError, KeyError):
            return None
        return self._uploaded if place is None else Path(place)

    def write(self, place: Path) -> None:
        """Note a folder."""
        told = None if place == self._uploaded else str(place.resolve())
        unfinished = self._path.with_name(f".{NOTE}.part")
        unfinished.write_text(json.dumps({"folder": told}), encoding="utf-8")
        os.replace(unfinished, self._path)
