"""What a listener hears and what it thinks of it; numpy only, so the command line stays quick.

One rule: everything here is relative to the anchor, and the anchor itself is never moved.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from assistant.sensitivity import among_several, balanced_threshold
from mixer.moves import MixState, Move, on_grid
from mixer.song import Song

FAULT_DB = 1.5  # a smaller needed move is no fault
GRID = np.linspace(-12.0, 12.0, 49)  # needed moves in dB, step 0.5; index 24 is "leave it"
RANGE = (0.1, 0.9)  # what a range leaves out below and above


class ReplyError(ValueError):
    """What a model wrote cannot be understood: the message is read by the model, once."""


class NotAskedError(ReplyError):
    """A call that the user's words do not bear out: the model reads why, the user is asked."""


@dataclass(frozen=True, eq=False)
class Hearing:
    """One song in one state, as the listener takes it in.

    hidden (stems, 8, 256): content, loudness-normalised. profiles (stems, 14): meters as the stems
    sit in the bus, NaN rows for stems without a level. relative_profile (stems, 14): the same
    against the anchor. genre: of mixer.roles.GENRES, where the user has said it. threshold: the
    probability of a fault from which the user wants a move advised. facts: what the meters say, as
    data for a listener that reads; measured when it is called. trust: how far content counts, as
    the ear hears in the stems what their names tell (mixer.ear.heard_as_named), 0 to 1.
    """

    names: tuple[str, ...]
    anchor_index: int
    hidden: np.ndarray
    relative_profile: np.ndarray
    roles: tuple[str | None, ...]
    profiles: np.ndarray
    genre: str | None = None
    threshold: float = field(default_factory=balanced_threshold)
    facts: Callable[[], dict[str, Any]] = dict
    trust: float = 1.0

    @property
    def anchor(self) -> str:
        """The name of the stem that everything is judged against."""
        return self.names[self.anchor_index]


@dataclass(frozen=True)
class Needed:
    """What one stem needs if it is at fault in one direction: the move, its 10-90 % range in dB.

    probability: that it is at fault in that direction.
    """

    gain_db: float
    low_db: float
    high_db: float
    probability: float

    @property
    def least_db(self) -> float:
        """The end of the range that moves the stem least."""
        return self.low_db if self.gain_db > 0 else self.high_db


@dataclass(frozen=True, eq=False)
class Judgement:
    """How likely each needed move is, per stem: probability (stems, 49) over grid_db (49,)."""

    names: tuple[str, ...]
    anchor_index: int
    probability: np.ndarray
    grid_db: np.ndarray = field(default_factory=GRID.copy)

    def needed(self, index: int, sign: int) -> Needed:
        """What a stem needs if it must come up (sign 1) or down (sign -1)."""
        bins = self.grid_db * sign >= FAULT_DB
        mass, gains_db = self.probability[index, bins].astype(float), self.grid_db[bins]
        total = float(mass.sum())
        if total <= 0.0 or index == self.anchor_index:
            return Needed(sign * FAULT_DB, sign * FAULT_DB, sign * FAULT_DB, 0.0)
        gain_db = on_grid(float(mass @ gains_db / total))
        reached = np.cumsum(mass) / total + 1e-9
        ends_db = [float(gains_db[int(np.argmax(reached >= share))]) for share in RANGE]
        # A mean can lie outside where a few large moves are likely: the range holds it too.
        return Needed(gain_db, min(ends_db[0], gain_db), max(ends_db[1], gain_db), total)

    def leaning(self, index: int) -> int:
        """The likelier direction of a stem's fault: 1 it must come up, -1 down."""
        down = self.probability[index, self.grid_db <= -FAULT_DB].sum()
        up = self.probability[index, self.grid_db >= FAULT_DB].sum()
        return 1 if up >= down else -1

    def likeliest(self) -> list[Needed]:
        """What every stem needs in its likelier direction."""
        return [self.needed(index, self.leaning(index)) for index in range(len(self.names))]

    def p_fault(self) -> np.ndarray:
        """Probability (stems,) that a stem needs a move of 1.5 dB or more; 0 for the anchor."""
        fault = self.probability[:, np.abs(self.grid_db) >= FAULT_DB].sum(axis=1)
        fault[self.anchor_index] = 0.0
        return fault

    def move_db(self) -> np.ndarray:
        """The move (stems,) on the grid, if each stem is at fault in its likelier direction."""
        return np.array([one.gain_db if one.probability else 0.0 for one in self.likeliest()])

    def range_db(self) -> np.ndarray:
        """The 10-90 % range (stems, 2) of that move, lowest first, on the grid."""
        ends_db = [(one.low_db, one.high_db) for one in self.likeliest()]
        heard = [[one.probability > 0.0] for one in self.likeliest()]
        return np.where(heard, np.array(ends_db), 0.0)

    def moves(self, threshold: float | None = None) -> list[Move]:
        """The advised moves, the surest first; an empty list means "leave it".

        threshold: the probability of a fault (among six stems, see sensitivity.among_several) from
            which a move is advised; None: the balanced one.
        """
        threshold = balanced_threshold() if threshold is None else threshold
        fault, gains = among_several(self.p_fault(), len(self.names)), self.move_db()
        order = np.argsort(-fault, kind="stable")
        return [
            Move(self.names[index], float(gains[index]))
            for index in order
            if fault[index] >= threshold and gains[index] != 0.0
        ]

    def verdict(self, threshold: float | None = None) -> str:
        """'change' when a move is advised, else 'leave_it'."""
        return "change" if self.moves(threshold) else "leave_it"


STEM_KEYS = ("stem", "stems", "against")  # the arguments of a call that name stems


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


def judges(listener: Listener) -> bool:
    """Whether a listener weighs the stems itself, with rates that were measured.

    One behind a server only says what it would move: there is no range and no probability then.
    """
    return getattr(listener, "judges", True)


def rated(listener: Listener) -> bool:
    """Whether it was this very listener that the rates of the settings were measured with."""
    return judges(listener) and getattr(listener, "rated", True)
