"""Songs that the player is tested on, and pages opened on them.

One rule: the ruler says at every sample which one it is, and how loud it is played.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from assistant.web.rooms import Rooms
from tests.player_page import Deck, move, player_server
from tests.web_songs import noise, write_song

RATE = 44100
WRAP = 4096  # the left channel of the ruler counts samples up to here
STEADY = 0.2  # and the right one tells how loud it is


class Studio:
    """A server, songs, and pages opened on them."""

    def __init__(self, rooms: Rooms, url: str, songs: dict[str, Path], page: Any) -> None:
        self.rooms, self.url, self.songs, self.page = rooms, url, songs, page

    def open(self, song: str, *moves: tuple[str, float]) -> Deck:
        """The player of a new room with a song, a version for each move."""
        room = self.rooms.open_song(self.rooms.issue(), self.songs[song])
        for stem, gain_db in moves:
            move(room, stem, gain_db)
        return Deck(self.page, self.url, room)


@contextmanager
def served(root: Path) -> Iterator[tuple[Rooms, str, dict[str, Path]]]:
    """Rooms, the address of their server, and the songs that can be opened in them."""
    count = np.arange(12 * RATE)
    left = ((count % WRAP) / WRAP - 0.5) * 0.5
    ruler = np.stack([left, np.full(count.size, STEADY)]).astype(np.float32)
    bass = noise(0.02, 0, 12.0, RATE)
    bass[:, 6 * RATE :] *= 8.0
    songs = {
        "ruler": write_song(root / "ruler", {"ruler": ruler}, RATE),
        "band": write_song(root / "band", {"bass": bass, "keys": noise(0.05, 1, 12.0, RATE)}, RATE),
    }
    with player_server(root / "rooms") as (rooms, url):
        yield rooms, url, songs
