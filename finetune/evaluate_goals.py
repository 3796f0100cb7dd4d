"""Does a talk reach its goal? A scripted user on real songs, whole turns with the shipped listener.

One rule: a goal is met by what the faders and files are in the end, never by what was said.

    python -m finetune.evaluate goals FOLDER_OF_SONGS [--songs 6]
"""

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from assistant.context import ToolContext
from assistant.listener import EmbeddedListener
from assistant.session import Session
from assistant.turn import run_turn
from finetune.goals import MOST_TURNS, Goal, Talk, Wording, level, mend, orders, versions
from finetune.multitracks import open_multitrack, song_places
from finetune.real_songs import Part, cut
from mixer.loudness import profile
from mixer.song import Song

SECONDS = 20.0  # of each song, where most stems play
MOST_STEMS = 8
OFF_DB = (-9.0, 8.0)


def sounding(song: Song) -> Song:
    """The song's stems that have a level, the loudest first, at most MOST_STEMS."""
    rows = [profile(stem, song.sample_rate) for stem in song.each()]
    loud = {n: row[0] for n, row in enumerate(rows) if row is not None and np.isfinite(row[0])}
    kept = sorted(sorted(loud, key=lambda n: -loud[n])[:MOST_STEMS])
    stems = tuple(song.stems[n] for n in kept)
    return replace(song, stems=stems, audio=np.ascontiguousarray(song.audio[kept]))


def goals_of(song: Song, rng: np.random.Generator) -> list[tuple[Goal, Song]]:
    """The goals of a song, each with the song as it is opened; the first stem is the anchor."""
    stems = [str(name) for name in rng.permutation(song.names[1:])]
    told: list[tuple[Goal, Song]] = []
    for off_db in OFF_DB:
        stem = stems[int(rng.integers(len(stems)))]
        audio = song.audio.copy()
        audio[song.index(stem)] *= 10 ** (off_db / 20)
        told.append((mend(stem, off_db), replace(song, audio=audio)))
    one, two = stems[0], stems[1]
    told.append((orders(one, two, stems[-1] if len(stems) > 2 else one), song))
    told += [(versions(one, two), song), (level(two), song)]
    return told


def reach(
    goal: Goal, song: Song, listener: EmbeddedListener, seed: int
) -> tuple[bool, int, list[str]]:
    """Hold one talk: whether its goal was met, its turns, and what was said."""
    said: list[str] = []
    with tempfile.TemporaryDirectory() as folder, Session.open(song, Path(folder)) as session:
        session.set_anchor(song.names[0])
        context = ToolContext(song, session)
        talk = Talk(context, Wording(np.random.default_rng(seed)))
        for line in goal.script(talk):
            if len(said) >= MOST_TURNS:
                break
            talk.reply = run_turn(session, listener, context, line)
            said.append(f"{line} -> {talk.reply.text[:90]}")
        return goal.is_met(talk), len(said), said


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m finetune.evaluate goals", description=__doc__)
    parser.add_argument("folder", type=Path, help="real songs, a folder of stems each")
    parser.add_argument("--songs", type=int, help="at most so many")
    parser.add_argument("--misses", type=int, default=6, help="how many missed talks to print")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    listener, console = EmbeddedListener(), Console(width=150)
    rows: dict[str, list[tuple[bool, int]]] = defaultdict(list)
    missed: list[list[str]] = []
    for number, place in enumerate(song_places(options.folder)[: options.songs]):
        song = sounding(cut(open_multitrack(place).song, Part(SECONDS)))
        if len(song.names) < 3:
            continue
        rng = np.random.default_rng([options.seed, number])
        for goal, opened in goals_of(song, rng):
            met, turns, said = reach(goal, opened, listener, int(rng.integers(1 << 30)))
            rows[goal.name].append((met, turns))
            missed += [] if met else [[f"{place.name}: {goal.name}", *said]]
    table = Table("goal", "talks", "met", "turns, median", title="Talks with a goal, real songs")
    every = [one for told in rows.values() for one in told]
    for name, told in [*rows.items(), ("all", every)]:
        met, turns = np.mean([ok for ok, _ in told]), np.median([count for _, count in told])
        table.add_row(name, str(len(told)), f"{met:.0%}", f"{turns:g}")
    console.print(table)
    for said in missed[: options.misses]:
        console.print("\n  ".join(said), markup=False)


if __name__ == "__main__":
    main()
