"""Where the seed's segments come from: multitracks, rendered songs, a table of stem levels.

One rule: what baselines are fitted on is never what they are asked about, and a source says in its
title how many songs and segments it has and which stems are missing.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from assistant.hearing import Hearing
from assistant.judging import USUAL_SENSES
from assistant.listener import EmbeddedListener
from assistant.model.judging import Senses
from finetune.level_rows import STEMS, LevelRows, read_rows
from finetune.multitracks import Multitrack, read_folder
from finetune.scenes import SongBank, SongRecord
from finetune.seed_baselines import ROLES_OF_STEMS, LevelObserver
from finetune.seed_protocol import FLAWED, SEGMENT_S, Segment, gated_levels
from finetune.stem_names import names_for
from mixer.balance import BalancePrior
from mixer.ear import trust_in_content
from mixer.loudness import LEVEL_ENTRIES, PLAYS, PROFILE_SIZE
from mixer.moves import MixState
from mixer.roles import FAMILY_OF_ROLE, GENRES, roles_from_names
from mixer.song import song_from_arrays

BALANCES_A_SONG = 2  # of rendered songs, whose balances are drawn
_DRAWN_ROWS = 250  # a genre, for the baselines of rendered songs
_CONTENT_SHAPE = (8, 256)

Item = TypeVar("Item")


@dataclass(frozen=True, eq=False)
class Source:
    """Segments to ask about, rows to fit on (None: nothing was given), and the exact observer.

    senses: what a listener is given of the segments' hearings.
    """

    title: str
    segments: list[Segment]
    rows: LevelRows | None
    observer: LevelObserver | None
    senses: Senses = USUAL_SENSES


def levels_source(table: Path, limit: int | None) -> Source:
    """The test rows of a table of levels; a listener is told these and no sound."""
    rows, train = read_rows(table, "test"), read_rows(table, "train")
    segments = [
        Segment(str(song), levels, _levels_heard(levels), tuple(range(len(STEMS))))
        for song, levels in zip(rows.songs, rows.levels, strict=True)
    ]
    segments = spread(segments, limit)
    title = _title(f"levels only, test rows of {table.name}", segments)
    return Source(title, segments, train, LevelObserver.of_rows(train), "level")


def _levels_heard(levels: np.ndarray) -> Hearing:
    """A hearing in which only the levels mean anything."""
    profiles = np.zeros((len(STEMS), PROFILE_SIZE), np.float32)
    profiles[:, 0] = levels
    hidden = np.zeros((len(STEMS), *_CONTENT_SHAPE), np.float32)
    return Hearing(STEMS, 0, hidden, profiles, roles_from_names(STEMS), profiles)


def folder_source(
    folder: Path, fit: Path | None, listener: EmbeddedListener | None, limit: int | None
) -> Source:
    """Gated 10 s of multitracks, stems summed into families, mono; fit: a table or a folder.

    Where a listener hears them, songs are read twice: first for the levels of all segments, then
    for the sound of the chosen ones.
    """
    found, songs = [], 0
    for number, track in enumerate(read_folder(folder)):
        found += [(number, start, segment) for start, segment in _gated(track)]
        songs += 1
    chosen = spread(found, limit)
    segments = [segment for _, _, segment in chosen]
    if listener is not None:
        segments = [
            heard
            for number, track in enumerate(read_folder(folder))
            for heard in _heard(
                track, [(start, one) for at, start, one in chosen if at == number], listener
            )
        ]
    rows = None if fit is None else fit_rows(fit)
    observer = None if rows is None else LevelObserver.of_rows(rows)
    name = f"10 s segments of {folder.name} ({songs} songs read)"
    return Source(_title(name, segments), segments, rows, observer)


def fit_rows(fit: Path) -> LevelRows:
    """Levels to fit on: the train rows of a table, or a folder's segments with all four stems."""
    if fit.is_file():
        return read_rows(fit, "train")
    found = [segment for track in read_folder(fit) for _, segment in _gated(track)]
    full = [segment for segment in found if np.isfinite(segment.levels).all()]
    if not full:
        raise ValueError(
            f"none of {len(found)} segments of {fit} has {', '.join(STEMS)}: baselines are fitted "
            "on such (give a table of levels, or leave --fit out)"
        )
    levels = np.array([segment.levels for segment in full])
    return LevelRows(levels, np.array([segment.song for segment in full]))


def _gated(track: Multitrack) -> Iterator[tuple[int, Segment]]:
    """The segments of a song that pass the gates, with their first samples."""
    families, rate = track.families(), track.song.sample_rate
    there = [stem for stem in STEMS if stem in families]
    if len(set(there) & set(FLAWED)) < 2:
        return
    audio = np.stack([families[stem] for stem in there])
    length = int(SEGMENT_S * rate)
    for start in range(0, audio.shape[1] - length + 1, length):
        known = gated_levels(audio[:, start : start + length], rate)
        if known is not None:
            levels = np.full(len(STEMS), np.nan)
            levels[[STEMS.index(stem) for stem in there]] = known
            yield start, Segment(track.song.name, levels)


def _heard(
    track: Multitrack, segments: list[tuple[int, Segment]], listener: EmbeddedListener
) -> Iterator[Segment]:
    """Segments of a song as a listener takes in a song of so many seconds."""
    families, rate = track.families() if segments else {}, track.song.sample_rate
    for start, segment in segments:
        cut = slice(start, start + int(SEGMENT_S * rate))
        stems = {name: audio[cut] for name, audio in families.items()}
        song = song_from_arrays(track.song.name, stems, rate)
        hearing = listener.hear(song, MixState.untouched(len(song.names)), song.names[0])
        yield replace(segment, hearing=hearing, stems=tuple(map(STEMS.index, song.names)))


def rendered_source(songs: Path, content: Path | None, seed: int, limit: int | None) -> Source:
    """Held-out rendered songs at balances drawn from the prior: whole songs, not 10 s.

    A family of several stems is stood for by one of them, drawn anew with each balance: content
    cannot be summed without audio, and the prior gives a family one level however many share it.
    content: None where nobody hears.
    """
    prior = BalancePrior.load()
    bank = SongBank(songs, content, "test")
    segments = []
    for number, record in enumerate(bank.records):
        for turn in range(BALANCES_A_SONG):
            segment = _drawn(record, prior, np.random.default_rng([seed, number, turn]))
            if np.isfinite(segment.levels[: len(FLAWED)]).sum() >= 2:
                segments.append(segment)
    segments = spread(segments, limit)
    rng = np.random.default_rng([seed, len(bank.records)])
    levels = np.concatenate(
        [prior.draw(ROLES_OF_STEMS, genre, rng, _DRAWN_ROWS) for genre in GENRES]
    )
    rows = LevelRows(levels, np.arange(len(levels)))
    title = _title("rendered, held out, whole songs", segments)
    return Source(title, segments, rows, LevelObserver.of_prior(prior))


def _drawn(record: SongRecord, prior: BalancePrior, rng: np.random.Generator) -> Segment:
    """One stem of each family of a rendered song, at a drawn balance."""
    families = [FAMILY_OF_ROLE[role] for role in record.roles]
    stems = [at for at, stem in enumerate(STEMS) if stem in families]
    rows = [
        int(rng.choice([row for row, family in enumerate(families) if family == STEMS[at]]))
        for at in stems
    ]
    roles = tuple(record.roles[row] for row in rows)
    levels = np.full(len(STEMS), np.nan)
    levels[stems] = prior.draw(roles, record.genre, rng, plays=record.profile[rows, PLAYS])
    if record.hidden is None:
        return Segment(record.key, levels)
    profiles = record.profile[rows].copy()
    profiles[:, LEVEL_ENTRIES] += (levels[stems] - profiles[:, 0])[:, None].astype(np.float32)
    names = names_for(roles, rng)
    hidden = record.hidden[rows].astype(np.float32)
    trust = trust_in_content(names, hidden)
    roles_told = roles_from_names(names)
    hearing = Hearing(names, 0, hidden, profiles, roles_told, profiles, trust=trust)
    return Segment(record.key, levels, hearing, tuple(stems))


def spread(items: list[Item], limit: int | None) -> list[Item]:
    """At most so many items, taken evenly from first to last."""
    if limit is None or limit >= len(items):
        return items
    return [items[int(at)] for at in (np.arange(limit) + 0.5) * len(items) / limit]


def _title(name: str, segments: list[Segment]) -> str:
    """The name of a source and what is in it."""
    songs = {segment.song: segment.levels for segment in segments}
    missing = Counter(
        stem for levels in songs.values() for stem, at in zip(STEMS, levels, strict=True)
        if np.isnan(at)
    )  # fmt: skip
    lacking = "".join(f", {count} without {stem}" for stem, count in missing.items())
    return f"{name}: {len(songs)} songs{lacking}; {len(segments)} segments"
