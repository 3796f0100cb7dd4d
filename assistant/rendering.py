"""One take of the song as it stands, with what the meters say of it before and after.

One rule: what is told of a render is measured on the render, never on what was asked for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.context import ToolContext, rounded

if TYPE_CHECKING:
    from mixer.megami.mixer import Take
    from mixer.megami.published.mixer import PublishedMegami, PublishedTake


@dataclass(frozen=True)
class Change:
    """One stem's measured level before and after, in LUFS and in LU against the anchor."""

    stem: str
    before_lufs: float | None
    after_lufs: float | None
    before_lu: float | None
    after_lu: float | None

    @property
    def change_db(self) -> float | None:
        """By how much the stem's own loudness changed."""
        if self.before_lufs is None or self.after_lufs is None:
            return None
        return self.after_lufs - self.before_lufs

    def as_data(self) -> dict[str, Any]:
        """The change as JSON-able data, rounded to a hundredth."""
        return {
            "stem": self.stem,
            "before_lufs": rounded(self.before_lufs, 2),
            "after_lufs": rounded(self.after_lufs, 2),
            "before_lu": rounded(self.before_lu, 2),
            "after_lu": rounded(self.after_lu, 2),
            "change_db": rounded(self.change_db, 2),
        }


@dataclass(frozen=True, eq=False)
class Rendered:
    """A take and the levels that were measured on it."""

    take: "Take | PublishedTake"
    changes: tuple[Change, ...]


def render(
    context: ToolContext,
    effects: bool = True,
    seed: int = 0,
    free_levels: bool = False,
    style: str | None = None,
) -> Rendered:
    """Render the song as it stands; the same seed gives the same take."""
    return next(renders(context, effects, 1, seed, free_levels, style=style))


def renders(
    context: ToolContext,
    effects: bool = True,
    takes: int = 1,
    seed: int = 0,
    free_levels: bool = False,
    nearest: bool = False,
    style: str | None = None,
) -> Iterator[Rendered]:
    """Render takes of the song as it stands, one at a time in memory.

    nearest: of several draws, those that change the mix least; their seeds give them again.
    """
    from mixer.megami.mixer import iter_takes

    made = iter_takes(
        context.song,
        context.contents if effects or free_levels else None,
        context.session.state(),
        effects=effects,
        takes=takes,
        seed=seed,
        free_levels=free_levels,
        nearest=nearest,
        style=style,
        on_progress=context.on_progress,
    )
    # a map, unlike a loop, lets a take go before the next one is made
    return map(lambda take: Rendered(take, changes(context, _measured(context, take))), made)


def renders_published(
    context: ToolContext, megami: "PublishedMegami", takes: int = 1, seed: int = 0
) -> Iterator[Rendered]:
    """Takes of the published-size MEGAMI; the user's moves are on top of its levels."""
    from mixer.megami.published.mixer import render_takes

    state = context.session.state()
    for number in range(takes):
        take = render_takes(
            context.song, state, megami, seed=seed + number, on_progress=context.on_progress
        )[0]
        yield Rendered(take, changes(context, _measured(context, take)))


def _measured(context: ToolContext, take: "Take | PublishedTake") -> list[float | None]:
    """Loudness of every stem of a take."""
    from mixer.fader import song_lufs
    from mixer.storage import give_back
    from mixer.workers import two_at_a_time

    def read(stem: np.ndarray) -> float | None:
        lufs = song_lufs(stem, context.song.sample_rate)
        give_back(stem)
        return lufs

    after: list[float | None] = []

    def keep(place: int, lufs: float | None) -> None:
        after.append(lufs)
        context.progress(place + 1, len(context.names), "measuring the render")

    two_at_a_time(read, take.stems, keep)
    return after


def changes(context: ToolContext, after_lufs: Sequence[float | None]) -> tuple[Change, ...]:
    """Every stem's levels as the song was opened and as they are after."""
    before_lufs = [level.lufs for level in context.levels]
    anchor = context.anchor_index
    rows = zip(
        context.names,
        before_lufs,
        after_lufs,
        [_above(lufs, before_lufs[anchor]) for lufs in before_lufs],
        [_above(lufs, after_lufs[anchor]) for lufs in after_lufs],
        strict=True,
    )
    return tuple(Change(*row) for row in rows)


def _above(lufs: float | None, anchor_lufs: float | None) -> float | None:
    return None if lufs is None or anchor_lufs is None else lufs - anchor_lufs


def changed_line(changed: tuple[Change, ...]) -> str:
    """The stems whose level changed, as text: vocals -4.1 LU to -1.1 LU."""
    parts = [
        f"{change.stem} {rounded(change.before_lu):+.1f} LU to {rounded(change.after_lu):+.1f} LU"
        for change in changed
        if change.before_lu is not None
        and change.after_lu is not None
        and abs(change.after_lu - change.before_lu) >= 0.05
    ]
    return ", ".join(parts) or "all levels as opened"
