"""What real songs may lack or have too much of: conditions under which advice should still hold.

One rule: every condition is judged on untouched mixes of its own beside its faulty ones, so that
its rates stand by themselves.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from finetune.flaws import Flaw
from finetune.real_mixes import RealMix, mix_of, pushed, under_anchors
from finetune.real_songs import Part, RealSong, folders_of, read_song, read_songs, windows
from mixer.balance import BalancePrior
from mixer.loudness import LEVEL_ENTRIES, PLAYS
from mixer.roles import FAMILY_OF_ROLE

GAINS_DB = (-9.0, -6.0, 6.0, 9.0)
SUB_SONGS = (2, 3, 4, 6, 9)
PARTS_S = (3.0, 10.0, 30.0)
CROWD = 24
SPARSE_SHARE = 0.5  # a stem that plays less of the time than this
DRAWS = 3  # line-ups drawn per song and condition
SEVERAL_DRAWS = 12


@dataclass(frozen=True, eq=False)
class Condition:
    """Mixes to be judged. windows: per mix, its windows, whose answers are averaged instead."""

    name: str
    mixes: list[RealMix]
    windows: list[list[RealMix]] = field(default_factory=list)


def of_songs(songs: Sequence[RealSong], prior: BalancePrior, seed: int = 0) -> Iterator[Condition]:
    """All conditions that need no more than the songs as they were measured."""
    rng = np.random.default_rng(seed)
    base = every(songs)
    yield Condition("all stems, whole songs", base)
    for count in SUB_SONGS:
        larger = [song for song in songs if len(song.names) >= count]
        yield Condition(
            f"{count} stems", every([s for song in larger for s in sub(song, count, rng)], 1)
        )
    yield Condition(f"{CROWD} stems", crowds(songs, prior, rng))
    yield Condition("names that tell nothing", unnamed(songs))
    yield Condition(f"stems that play < {SPARSE_SHARE:.0%} of the time", sparse(base))
    sung = [song for song in songs if vocals(song)]
    yield Condition("songs without vocals", every([song for song in songs if not vocals(song)]))
    yield Condition("vocals left out", every([one for song in sung for one in silenced(song)]))
    for count in (2, 3):
        yield Condition(f"{count} faults at once", several(songs, count, rng))


def of_parts(folder: Path, cache: Path, names: Sequence[str] | None = None) -> Iterator[Condition]:
    """Conditions that measure songs anew: excerpts, and windows whose answers are averaged."""
    for seconds in PARTS_S:
        songs = read_songs(folder, cache, Part(seconds), names)
        yield Condition(f"excerpts of {seconds:g} s", every(songs))
    mixes, views = [], []
    for one in folders_of(folder, names):
        song, cuts = read_song(one, cache), list(windows(one, cache))
        for mix in every([] if song is None else [song]):
            mixes.append(mix)
            views.append([seen for cut in cuts if (seen := in_window(mix, cut)) is not None])
    yield Condition("windows of 10 s, averaged", mixes, views)


def every(songs: Sequence[RealSong], anchors: int = 3) -> list[RealMix]:
    """Each song untouched and with each stem pushed, under its steadiest anchors."""
    return [
        mix
        for place, song in enumerate(songs)
        for turned in under_anchors(song, anchors)
        for mix in pushed(turned, GAINS_DB, view=str(place))
    ]


def sub(song: RealSong, count: int, rng: np.random.Generator) -> list[RealSong]:
    """Some of a song's stems, drawn a few times."""
    stems = len(song.names)
    if stems == count:
        return [song]
    return [song.pick(sorted(rng.permutation(stems)[:count])) for _ in range(DRAWS)]


def crowds(
    songs: Sequence[RealSong], prior: BalancePrior, rng: np.random.Generator
) -> list[RealMix]:
    """Each song among stems of other songs, which stand where the prior would have them."""
    mixes = []
    for song in songs:
        own = under_anchors(song, 1)[0]
        others = [one.pick([stem]) for one in songs if one is not song
                  for stem in range(len(one.names))]  # fmt: skip
        guests = rng.permutation(len(others))[: max(CROWD - len(own.names), 0)]
        together = join(own, [others[guest] for guest in guests], prior, rng)
        mixes += pushed(together, GAINS_DB, range(1, len(own.names)), "crowd")
    return mixes


def join(
    song: RealSong, guests: Sequence[RealSong], prior: BalancePrior, rng: np.random.Generator
) -> RealSong:
    """A song with guests (single stems) at levels drawn from the prior around the song's own."""
    if not guests:
        return song
    own = len(song.names)
    roles = (*song.roles, *(guest.roles[0] for guest in guests))
    rows = np.concatenate([song.profile, *(guest.profile for guest in guests)])
    drawn = prior.draw(roles, None, rng, plays=rows[:, PLAYS])
    wanted = drawn + (song.profile[:, 0] - drawn[:own]).mean()
    rows[own:, LEVEL_ENTRIES] += (wanted - rows[:, 0])[own:, None].astype(rows.dtype)
    return replace(
        song,
        names=distinct([*song.names, *(guest.names[0] for guest in guests)]),
        roles=roles,
        heard=(*song.heard, *(guest.heard[0] for guest in guests)),
        profile=rows,
        hidden=np.concatenate([song.hidden, *(guest.hidden for guest in guests)]),
    )


def distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Number what is said again, whatever its case."""
    taken: set[str] = set()
    found = []
    for name in names:
        one, count = name, 2
        while one.lower() in taken:
            one, count = f"{name} {count}", count + 1
        taken.add(one.lower())
        found.append(one)
    return tuple(found)


def unnamed(songs: Sequence[RealSong]) -> list[RealMix]:
    """The same mixes under names as a recorder gives them."""
    return [
        mix
        for song in songs
        for turned in under_anchors(song)
        for mix in pushed(
            turned, GAINS_DB, names=[f"Audio 1_{n:02d}" for n in range(1, len(turned.names) + 1)]
        )
    ]


def sparse(mixes: Sequence[RealMix]) -> list[RealMix]:
    """Of these mixes, those in which a sparse stem was pushed, and the same views untouched."""
    rare = [mix for mix in mixes if mix.flaws and mix.plays[mix.flaws[0].stem] < SPARSE_SHARE]
    views = {(mix.song, mix.view) for mix in rare}
    return [mix for mix in mixes if not mix.flaws and (mix.song, mix.view) in views] + rare


def vocals(song: RealSong) -> list[int]:
    """The stems that sing."""
    return [index for index, role in enumerate(song.roles) if FAMILY_OF_ROLE[role] == "vocals"]


def silenced(song: RealSong) -> list[RealSong]:
    """The song without its vocals, where two stems or more are left."""
    kept = [index for index in range(len(song.names)) if index not in vocals(song)]
    return [song.pick(kept)] if len(kept) > 1 else []


def several(songs: Sequence[RealSong], count: int, rng: np.random.Generator) -> list[RealMix]:
    """Mixes with so many stems pushed at once, where the song has as many beside its anchor."""
    mixes = []
    for song in songs:
        if len(song.names) <= count:
            continue
        for turned in under_anchors(song):
            mixes.append(mix_of(turned))
            for _ in range(SEVERAL_DRAWS):
                stems = 1 + rng.permutation(len(turned.names) - 1)[:count]
                gains_db = rng.choice(GAINS_DB, count)
                drawn = [Flaw(int(s), float(g)) for s, g in zip(stems, gains_db, strict=True)]
                mixes.append(mix_of(turned, drawn))
    return mixes


def in_window(mix: RealMix, cut: RealSong) -> RealMix | None:
    """The same mix as it sounds in one window; None where its anchor is silent or alone there."""
    present = [name for name in mix.hearing.names if name in cut.names]
    if len(present) < 2 or mix.hearing.anchor not in present:
        return None
    places = {name: place for place, name in enumerate(present)}
    flaws = [
        replace(flaw, stem=places[name])
        for flaw in mix.flaws
        if (name := mix.hearing.names[flaw.stem]) in places
    ]
    return mix_of(cut.pick([cut.names.index(name) for name in present]), flaws, mix.view)


Ask = Callable[[Sequence[RealMix]], list[np.ndarray]]


def answers(condition: Condition, advisor: Ask) -> list[np.ndarray]:
    """An advisor's posteriors (S, 49) of a condition's mixes, windows averaged where it has any.

    A stem counts in the windows in which it sounds; a mix without any is heard as a whole.
    """
    if not condition.windows:
        return advisor(condition.mixes)
    views = [seen or [mix] for mix, seen in zip(condition.mixes, condition.windows, strict=True)]
    said = iter(advisor([one for seen in views for one in seen]))
    return [
        pooled(mix.hearing.names, [one.hearing.names for one in seen], [next(said) for _ in seen])
        for mix, seen in zip(condition.mixes, views, strict=True)
    ]


def pooled(
    names: Sequence[str], seen: Sequence[Sequence[str]], posteriors: Sequence[np.ndarray]
) -> np.ndarray:
    """The mean (S, 49) of each stem's rows; a stem that no window has is left alone."""
    size = posteriors[0].shape[1]
    total = np.zeros((len(names), size))
    for window_names, posterior in zip(seen, posteriors, strict=True):
        for name, row in zip(window_names, posterior, strict=True):
            total[list(names).index(name)] += row
    total[total.sum(axis=1) == 0.0, size // 2] = 1.0
    return total / total.sum(axis=1, keepdims=True)
