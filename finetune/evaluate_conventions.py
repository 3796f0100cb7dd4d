"""What does the model believe of balances? Role against role by genre, and its errors by genre.

One rule: beside each belief stands what was taught (mixer/balance.py) and what the literature says,
and only held-out sounds are put to the model.

    python -m finetune.evaluate conventions [--plots DIR]
"""

import argparse
import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

from finetune.belief_charts import draw_charts
from finetune.belief_tables import (
    ANCHOR,
    ASKED_ROLES,
    PEER_ANCHOR,
    Cells,
    peer_cells,
    peer_table,
    role_table,
    vocal_beliefs,
    vocal_table,
)
from finetune.beliefs import Probe, make_probe, observed, read, typical
from finetune.genre_errors import error_table
from finetune.real_advisors import ask
from finetune.scenes import SongBank
from mixer.balance import BalancePrior
from mixer.roles import GENRES


class Sounds:
    """Held-out stems to fill line-ups with, by genre and role."""

    def __init__(self, bank: SongBank) -> None:
        self._found: dict[tuple[str | None, str], list[tuple[np.ndarray, np.ndarray]]] = (
            defaultdict(list)
        )
        for record in bank.records:
            if record.hidden is None:
                raise ValueError(f"song {record.key} has no content: run python -m finetune.encode")
            for role, row, hidden in zip(record.roles, record.profile, record.hidden, strict=True):
                for genre in (record.genre, None):
                    self._found[genre, role].append((row, hidden.astype(np.float32)))

    def draw(
        self, genre: str, roles: Sequence[str], rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Profiles (S, 14) and content (S, 8, 256) for roles, of the genre if it can."""
        chosen = []
        for role in roles:
            options = self._found.get((genre, role)) or self._found.get((None, role))
            if not options:
                raise ValueError(f"no held-out stem is a {role}: build more with finetune.songs")
            chosen.append(options[int(rng.integers(len(options)))])
        return np.stack([row for row, _ in chosen]), np.stack([hidden for _, hidden in chosen])


def probes(
    genre: str,
    role: str,
    anchor: str,
    prior: BalancePrior,
    sounds: Sounds,
    count: int,
    rng: np.random.Generator,
    told_genre: bool = True,
) -> Iterator[Probe]:
    """So many typical line-ups of the genre with that role swept against that anchor."""
    for _ in range(count):
        roles = typical(genre, (anchor, role), rng)
        if roles is None:
            logging.warning("%s: no line-up has both %s and %s", genre, anchor, role)
            return
        yield make_probe(genre, roles, prior, *sounds.draw(genre, roles, rng), told_genre)


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m finetune.evaluate conventions", description=__doc__
    )
    parser.add_argument("--songs", type=Path, default=Path("runs/songs"))
    parser.add_argument("--content", type=Path, default=Path("runs/content"))
    parser.add_argument("--model", type=Path, help="listener folder (default: the shipped one)")
    parser.add_argument("--line-ups", type=int, default=4, help="line-ups per genre and role")
    parser.add_argument("--genres", nargs="*", default=GENRES, choices=GENRES)
    parser.add_argument("--roles", nargs="*", default=ASKED_ROLES, choices=ASKED_ROLES)
    parser.add_argument("--untold", action="store_true", help="do not tell the genre in words")
    parser.add_argument("--observer", action="store_true", help="probe the ideal observer instead")
    parser.add_argument(
        "--rounds", type=int, default=2, help="errors by genre: draws per song, 0 = none"
    )
    parser.add_argument("--limit", type=int, help="errors by genre: at most so many songs")
    parser.add_argument("--plots", type=Path, help="folder to draw PNG charts into")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    options = parsed(arguments)
    from assistant.listener import EmbeddedListener

    out, prior, listener = Console(width=170), BalancePrior.load(), EmbeddedListener(options.model)
    bank, told = SongBank(options.songs, options.content, "test"), not options.untold
    sounds = Sounds(bank)

    def believes(probe: Probe) -> np.ndarray:
        if options.observer:
            return observed(probe)
        answers = ask(listener, probe.hearings(told))
        return np.stack([posterior[probe.stem] for posterior in answers])

    def readings(wanted: Sequence[tuple[str, str]], anchor: str) -> Cells:
        rng = np.random.default_rng(options.seed)
        return {
            (genre, role): [
                read(probe, believes(probe))
                for probe in probes(genre, role, anchor, prior, sounds, options.line_ups, rng, told)
            ]
            for genre, role in wanted
        }

    genres, roles = tuple(options.genres), tuple(options.roles)
    cells = readings([(genre, role) for genre in genres for role in roles], ANCHOR)
    vocal = vocal_beliefs(cells)
    out.print(role_table(cells, genres, roles))
    if vocal:
        out.print(vocal_table(vocal))
    out.print(peer_table(readings(peer_cells(genres, roles), PEER_ANCHOR)))
    if options.plots:
        for file in draw_charts(options.plots, cells, genres, roles):
            out.print(f"drawn: {file}")
    bank.records = bank.records[: options.limit]
    if options.rounds:
        out.print(error_table(bank, prior, listener, options.rounds, options.seed))


if __name__ == "__main__":
    main()
