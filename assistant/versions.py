"""The versions of a mix, and the way that was walked through them: what undo goes back along.

One rule: no version is ever lost; a jump to one is a step like any other, so undo leads back.
"""

from dataclasses import dataclass

from mixer.moves import MixState


@dataclass(frozen=True)
class Version:
    """A state one can return to; v0 is the song as it was opened."""

    number: int
    state: MixState
    why: str
    came_from: int = 0  # the number of the version that was changed into it

    @property
    def label(self) -> str:
        return f"v{self.number}"


class Versions:
    """Every version there ever was, and where on the way through them the mix stands."""

    def __init__(self, opened: MixState) -> None:
        self._all = [Version(0, opened, "as opened")]
        self._path = [0]  # numbers
        self._position = 0

    @property
    def all(self) -> tuple[Version, ...]:
        """Every version there ever was, v0 first."""
        return tuple(self._all)

    @property
    def now(self) -> Version:
        """The version that is heard now."""
        return self._all[self._path[self._position]]

    @property
    def walked(self) -> tuple[Version, ...]:
        """The versions that undo leads back along, the one that is heard now last."""
        return tuple(self._all[number] for number in self._path[: self._position + 1])

    def add(self, number: int, state: MixState, why: str) -> None:
        """A new version of the one that is heard now; go_to leads there."""
        self._all.append(Version(number, state, why, self.now.number))

    def go_to(self, number: int) -> None:
        """Walk on to a version; what was undone can be redone no more."""
        self._path = [*self._path[: self._position + 1], number]
        self._position += 1

    def can_step(self, step: int) -> bool:
        """Whether the way goes on: -1 back, +1 forward again."""
        return 0 <= self._position + step < len(self._path)

    def step(self, step: int) -> None:
        """Walk back along the way, or forward again."""
        self._position += step
