"""The vocabulary that every folder shares: a move, the state of a mix, and their limits.

One rule: a move is a relative gain on one stem, in dB, and nothing outside +-24 dB is a move.
"""

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

MAX_GAIN_DB = 24.0
GRID_DB = 0.5


class MoveError(ValueError):
    """A move or a state that cannot be meant: the message says got, needed and cure."""


def on_grid(gain_db: float) -> float:
    """Round a gain to the 0.5 dB grid on which advice is given; half steps go away from zero."""
    return math.copysign(math.floor(abs(gain_db) / GRID_DB + 0.5) * GRID_DB, gain_db) + 0.0


@dataclass(frozen=True)
class Move:
    """Raise (positive) or lower one stem by gain_db relative to where it is now."""

    stem: str
    gain_db: float

    def __post_init__(self) -> None:
        if not math.isfinite(self.gain_db) or abs(self.gain_db) > MAX_GAIN_DB:
            raise MoveError(
                f"a move of {self.gain_db:+g} dB on {self.stem} was asked: moves must lie within "
                f"-{MAX_GAIN_DB:g} and +{MAX_GAIN_DB:g} dB (make it in smaller steps)"
            )

    def __str__(self) -> str:
        return f"{self.stem} {self.gain_db:+.1f} dB"


@dataclass(frozen=True)
class MixState:
    """What the user has set, per stem in song order.

    gain_db: relative to the file as opened. pan: -1 (left) to 1, None = not set by the user.
    sound: console knobs that were asked for, each with its value; empty = nothing on any stem.
    """

    gain_db: tuple[float, ...]
    pan: tuple[float | None, ...]
    muted: tuple[bool, ...]
    sound: tuple[tuple[tuple[str, float], ...], ...] = ()

    @classmethod
    def untouched(cls, stems: int) -> "MixState":
        """The state of a song as it was opened."""
        return cls((0.0,) * stems, (None,) * stems, (False,) * stems)

    def moved(self, names: Sequence[str], moves: Sequence[Move]) -> "MixState":
        """The state after the moves; the sum on a stem must stay within +-24 dB."""
        gains = list(self.gain_db)
        for move in moves:
            index = stem_index(names, move.stem)
            gains[index] = Move(move.stem, gains[index] + move.gain_db).gain_db
        return replace(self, gain_db=tuple(gains))

    def panned(self, names: Sequence[str], stem: str, pan: float) -> "MixState":
        """The state with one stem's pan set, -1 (left) to 1 (right)."""
        if not math.isfinite(pan) or abs(pan) > 1.0:
            raise MoveError(f"pan {pan:g} on {stem}: pan must lie between -1 (left) and 1 (right)")
        pans = list(self.pan)
        pans[stem_index(names, stem)] = float(pan)
        return replace(self, pan=tuple(pans))

    def with_mute(self, names: Sequence[str], stem: str, muted: bool) -> "MixState":
        """The state with one stem muted or brought back."""
        mutes = list(self.muted)
        mutes[stem_index(names, stem)] = bool(muted)
        return replace(self, muted=tuple(mutes))

    def sound_of(self, index: int) -> dict[str, float]:
        """The knobs that were asked for on a stem."""
        return dict(self.sound[index]) if self.sound else {}

    def shaped(self, names: Sequence[str], stem: str, sound: Mapping[str, float]) -> "MixState":
        """The state with these knobs asked for on one stem, besides those asked for before."""
        sounds, index = list(self.sound or ((),) * len(names)), stem_index(names, stem)
        sounds[index] = tuple(sorted({**self.sound_of(index), **sound}.items()))
        return replace(self, sound=tuple(sounds) if any(sounds) else ())

    def with_stem_of(self, other: "MixState", names: Sequence[str], stem: str) -> "MixState":
        """The state with all that is set on one stem as it is in another state."""
        index = stem_index(names, stem)

        def put(own: tuple, others: tuple) -> tuple:
            return (*own[:index], others[index], *own[index + 1 :])

        nothing: tuple[tuple[tuple[str, float], ...], ...] = ((),) * len(names)
        sound = put(self.sound or nothing, other.sound or nothing)
        return MixState(
            put(self.gain_db, other.gain_db),
            put(self.pan, other.pan),
            put(self.muted, other.muted),
            sound if any(sound) else (),
        )


def stem_index(names: Sequence[str], name: str) -> int:
    """Where a stem is in the song; a wrong name is answered with the nearest ones."""
    for index, known in enumerate(names):
        if known == name:
            return index
    folded = [known.casefold() for known in names]
    if folded.count(name.casefold()) == 1:
        return folded.index(name.casefold())
    near = difflib.get_close_matches(name.casefold(), folded, n=3, cutoff=0.5)
    hint = [names[folded.index(match)] for match in near] or list(names)
    raise MoveError(f"no stem is called {name!r}: did you mean {', '.join(hint)}?")
