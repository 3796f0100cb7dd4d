"""Fakes for the conversation: a listener that follows a script, and a song of synthetic stems."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import soundfile

from assistant.context import ToolContext
from assistant.hearing import GRID, Hearing, Judgement, Step, ToolCall
from assistant.session import Session
from mixer.moves import MixState
from mixer.song import Song, song_from_arrays

RATE = 44100
NAMES = ("bass", "kick", "vocals")


def stems(seconds: float = 1.5, names: Sequence[str] = NAMES) -> dict[str, np.ndarray]:
    """Noise at levels that differ by 3 dB from stem to stem: mono arrays (samples,)."""
    rng = np.random.default_rng(0)
    return {
        name: (0.1 * 10 ** (-3 * place / 20) * rng.standard_normal(int(seconds * RATE))).astype(
            np.float32
        )
        for place, name in enumerate(names)
    }


def a_song(names: Sequence[str] = NAMES, seconds: float = 1.5) -> Song:
    """A short song in memory."""
    return song_from_arrays("test song", stems(seconds, names), RATE)


def song_folder(folder: Path, names: Sequence[str] = NAMES, seconds: float = 1.5) -> Path:
    """The same song as a folder of wav files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, samples in stems(seconds, names).items():
        soundfile.write(folder / f"{name}.wav", samples, RATE, subtype="FLOAT")
    return folder


def judgement(names: Sequence[str], anchor_index: int, needed: dict[str, float]) -> Judgement:
    """A judgement that is 0.9 sure of the needed moves, and of leaving the rest."""
    probability = np.zeros((len(names), len(GRID)))
    probability[:, 24] = 1.0
    for name, gain_db in needed.items():
        index = list(names).index(name)
        probability[index, 24] = 0.1
        probability[index, int(np.argmin(np.abs(GRID - gain_db)))] = 0.9
    return Judgement(tuple(names), anchor_index, probability)


class ScriptedListener:
    """Gives the steps it was told to, whatever it hears; a callable step sees the messages."""

    name = "scripted"
    hears = False

    def __init__(
        self,
        steps: Sequence[Step | Callable[[list[dict]], Step]] = (),
        needed: dict[str, float] | None = None,
    ) -> None:
        self.steps = list(steps)
        self.needed = needed or {}
        self.seen: list[list[dict]] = []

    def hear(self, song: Song, state: MixState, anchor: str) -> Hearing:
        count = len(song.names)
        hidden = np.zeros((count, 8, 256), np.float32)
        profiles = np.zeros((count, 14), np.float32)
        roles = (None,) * count
        return Hearing(song.names, song.index(anchor), hidden, profiles, roles, profiles)

    def judge(self, hearing: Hearing, messages: Sequence[dict]) -> Judgement:
        return judgement(hearing.names, hearing.anchor_index, self.needed)

    def next_step(self, hearing: Hearing, messages, on_token=None, wordings=()) -> Step:
        self.seen.append(list(messages))
        step = self.steps.pop(0)
        step = step(list(messages)) if callable(step) else step
        if step.text and on_token is not None:
            for word in step.text.split(" "):
                on_token(word + " ")
        return step


def call(name: str, **arguments) -> Step:
    """A step that calls a tool."""
    return Step(tool=ToolCall(name, arguments))


def say(text: str) -> Step:
    """A step that speaks."""
    return Step(text=text)


def moves(**gains_db: float) -> list[dict]:
    """Moves as a tool takes them."""
    return [{"stem": stem, "gain_db": gain_db} for stem, gain_db in gains_db.items()]


def a_context(folder: Path, listener=None, song: Song | None = None) -> ToolContext:
    """A context on the synthetic song, bass as the anchor, its session in a folder."""
    song = song or a_song()
    session = Session.open(song, folder)
    session.set_anchor(song.names[0])
    return ToolContext(song, session, listener)
