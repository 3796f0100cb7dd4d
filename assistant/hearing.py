"""What a listener hears and what it thinks of it; numpy only, so the command line stays quick.

One rule: everything here is relative to the anchor, and the anchor itself is never moved.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from mixer.moves import MixState, Move, on_grid
from mixer.song import Song

FAULT_DB = 1.5  # a smaller needed move is no fault
THRESHOLD = 0.32  # the probability of a fault from which a move is advised
GRID = np.linspace(-12.0, 12.0, 49)  # needed moves in dB, step 0.5; index 24 is "leave it"


class ReplyError(ValueError):
    """What a model wrote cannot be understood: the message is read by the model, once."""


@dataclass(frozen=True, eq=False)
class Hearing:
    """One song in one state, as the listener takes it in.

    hidden (stems, 8, 256): content, loudness-normalised. profiles (stems, 14): meters as the stems
    sit in the bus, NaN rows for stems without a level. relative_profile (stems, 14): the same
    against the anchor. genre: of mixer.roles.GENRES, where the user has said it.
    """

    names: tuple[str, ...]
    anchor_index: int
    hidden: np.ndarray
    relative_profile: np.ndarray
    roles: tuple[str | None, ...]
    profiles: np.ndarray
    genre: str | None = None

    @property
    def anchor(self) -> str:
        """The name of the stem that everything is judged against."""
        return self.names[self.anchor_index]


@dataclass(frozen=True, eq=False)
class Judgement:
    """How likely each needed move is, per stem: probability (stems, 49) over grid_db (49,)."""

    names: tuple[str, ...]
    anchor_index: int
    probability: np.ndarray
    grid_db: np.ndarray = field(default_factory=GRID.copy)

    def _signed_mass(self) -> tuple[np.ndarray, np.ndarray]:
        """Probability (stems,) that a stem must come down, and that it must come up."""
        down = self.probability[:, self.grid_db <= -FAULT_DB].sum(axis=1)
        up = self.probability[:, self.grid_db >= FAULT_DB].sum(axis=1)
        return down, up

    def p_fault(self) -> np.ndarray:
        """Probability (stems,) that a stem needs a move of 1.5 dB or more; 0 for the anchor."""
        down, up = self._signed_mass()
        fault = down + up
        fault[self.anchor_index] = 0.0
        return fault

    def move_db(self) -> np.ndarray:
        """The move (stems,) on the grid, if each stem is at fault in its likelier direction."""
        down, up = self._signed_mass()
        gains = np.zeros(len(self.names))
        for index in range(len(self.names)):
            sign = 1.0 if up[index] >= down[index] else -1.0
            bins = self.grid_db * sign >= FAULT_DB
            mass = self.probability[index, bins]
            if index != self.anchor_index and mass.sum() > 0:
                gains[index] = on_grid(float(mass @ self.grid_db[bins] / mass.sum()))
        return gains

    def moves(self, threshold: float = THRESHOLD) -> list[Move]:
        """The advised moves, the surest first; an empty list means "leave it"."""
        fault, gains = self.p_fault(), self.move_db()
        order = np.argsort(-fault, kind="stable")
        return [
            Move(self.names[index], float(gains[index]))
            for index in order
            if fault[index] >= threshold and gains[index] != 0.0
        ]

    def verdict(self, threshold: float = THRESHOLD) -> str:
        """'change' when a move is advised, else 'leave_it'."""
        return "change" if self.moves(threshold) else "leave_it"


@dataclass(frozen=True)
class ToolCall:
    """What the model asks for: a tool's name and its arguments, not yet validated."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One step of the model: a tool call or a text, and its judgement if it listened.

    certainty: probability of the least sure token of a call; geometric mean over a text's tokens.
    """

    tool: ToolCall | None = None
    text: str | None = None
    judgement: Judgement | None = None
    certainty: float | None = None


class Listener(Protocol):
    """Whoever hears the stems and decides what to do next."""

    name: str
    hears: bool

    def hear(self, song: Song, state: MixState, anchor: str) -> Hearing:
        """Take in the song as it stands (cached: content does not depend on the faders)."""
        ...

    def judge(self, hearing: Hearing, messages: Sequence[dict[str, Any]]) -> Judgement:
        """Weigh which stems need a move; the user's last words count as evidence."""
        ...

    def next_step(
        self,
        hearing: Hearing,
        messages: Sequence[dict[str, Any]],
        on_token: Callable[[str], None] | None = None,
        wordings: Sequence[str] = (),
    ) -> Step:
        """Choose the next tool call, or say the closing text.

        wordings: replies that the last tool result bears out; a listener may say one of them.
        """
        ...
