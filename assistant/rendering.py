"""One take of the song as it stands, with what the meters say of it before and after.

One rule: what is told of a render is measured on the render, never on what was asked for.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.context import ToolContext, rounded
from mixer.loudness import Level, measure, relative_levels

if TYPE_CHECKING:
    from mixer.megami.mixer import Take


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

    take: "Take"
    changes: tuple[Change, ...]


def render(
    context: ToolContext,
    effects: bool = True,
    seed: int = 0,
    free_levels: bool = False,
    style: str | None = None,
) -> Rendered:
    """Render the song as it stands; the same seed gives the same take."""
    from mixer.megami.mixer import render_takes

    take = render_takes(
        context.song,
        np.asarray(context.ear.embedding) if effects else None,
        context.session.state(),
        effects=effects,
        takes=1,
        seed=seed,
        free_levels=free_levels,
        style=style,
        on_progress=context.on_progress,
    )[0]
    after = []
    for done, stem_audio in enumerate(take.stems):
        context.progress(done, len(context.names), "measuring the render")
        after.append(measure(stem_audio, context.song.sample_rate))
    context.progress(len(context.names), len(context.names), "measuring the render")
    return Rendered(take, changes(context, after))


def changes(context: ToolContext, after: list[Level]) -> tuple[Change, ...]:
    """Every stem's levels as the song was opened and as they are after."""
    before = context.levels
    anchor_index = context.anchor_index
    before_lu = relative_levels(before, anchor_index)
    after_lu = relative_levels(after, anchor_index)
    return tuple(
        Change(name, before[index].lufs, after[index].lufs, before_lu[index], after_lu[index])
        for index, name in enumerate(context.names)
    )


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
