"""Mixes of real songs: the artist's own balance, and the same with stems pushed off.

One rule: levels are arithmetic on measured profiles; the artist's balance is taken to be right, so
what a mix needs is known to the tenth of a dB.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.hearing import Hearing
from finetune.flaws import Flaw
from finetune.real_songs import RealSong
from mixer.ear import trust_in_content
from mixer.loudness import LEVEL_ENTRIES, relative_profile

GAINS_DB = (-12.0, -9.0, -6.0, -4.5, -3.0, 3.0, 4.5, 6.0, 9.0, 12.0)
MOST_ANCHORS = 3


@dataclass(frozen=True, eq=False)
class RealMix:
    """One mix to be judged; the anchor is stem 0. roles: what the observer is told.

    view: which of a song's views this is (an anchor, a line-up); mixes of one view differ in
    nothing but flaws.
    """

    song: str
    view: str
    hearing: Hearing
    roles: tuple[str, ...]
    levels: np.ndarray
    plays: np.ndarray
    flaws: tuple[Flaw, ...]


def mix_of(
    song: RealSong,
    flaws: Sequence[Flaw] = (),
    view: str = "",
    names: Sequence[str] | None = None,
    genre: str | None = None,
) -> RealMix:
    """A song's stems with flaws, its first stem as the anchor; names: other ones that tell nothing.

    Where the names are replaced, the hearing's roles are the ear's, as in the product.
    """
    rows = song.profile.copy()
    for flaw in flaws:
        rows[flaw.stem, LEVEL_ENTRIES] += flaw.gain_db
    hearing = Hearing(
        names=song.names if names is None else tuple(names),
        anchor_index=0,
        hidden=song.hidden,
        relative_profile=relative_profile(rows, 0),
        roles=song.roles if names is None else song.heard,
        profiles=rows,
        genre=genre,
        trust=trust_in_content(names or song.names, song.hidden),
    )
    levels = rows[:, 0].astype(float)
    return RealMix(
        song.name, f"{view} {song.names[0]}", hearing, song.roles, levels, song.plays, tuple(flaws)
    )


def under_anchors(song: RealSong, most: int = MOST_ANCHORS) -> list[RealSong]:
    """The song with each of its steadiest stems put first in turn."""
    steady = np.argsort(-song.plays, kind="stable")[:most]
    every = range(len(song.names))
    return [song.pick([anchor, *(stem for stem in every if stem != anchor)]) for anchor in steady]


def pushed(
    song: RealSong,
    gains_db: Sequence[float] = GAINS_DB,
    stems: Sequence[int] | None = None,
    view: str = "",
    names: Sequence[str] | None = None,
) -> list[RealMix]:
    """The song untouched, and with each of these stems (all but the first) pushed by each gain."""
    others = range(1, len(song.names)) if stems is None else stems
    faults = [(Flaw(stem, gain_db),) for stem in others for gain_db in gains_db]
    return [mix_of(song, drawn, view, names) for drawn in ((), *faults)]
