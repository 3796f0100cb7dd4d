"""How well rendered held-out songs are judged, genre by genre; listener and observer side by side.

One rule: the same mixes for both, and no genre is told to either, as where a user says nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.table import Table

from assistant.sensitivity import balanced_threshold
from finetune.flaws import needed_moves
from finetune.judged_mixes import drawn_mix, hearing_of
from finetune.real_advisors import LISTENER, ask, observe
from finetune.real_mixes import RealMix
from finetune.real_scores import judge_first, mean_move_db
from finetune.scenes import SongBank
from finetune.scoring import joint_at, score
from mixer.balance import BalancePrior
from mixer.roles import FAMILY_OF_ROLE, GENRES

FALSE_ALARM = 0.2
OBSERVER = "observer (true roles, genres pooled)"


@dataclass(frozen=True)
class GenreErrors:
    """One advisor in one genre. Biases: mean of (expected - needed) move in dB, all and vocals."""

    joint: float
    false_alarm: float
    bias_db: float
    vocal_bias_db: float


def bias_db(
    mixes: Sequence[RealMix], posteriors: Sequence[np.ndarray], family: str | None = None
) -> float:
    """Mean of expected less needed move over all stems but the anchor (of a family)."""
    off = [
        expected - needed
        for mix, posterior in zip(mixes, posteriors, strict=True)
        for expected, needed, role in zip(
            mean_move_db(posterior)[1:],
            needed_moves(len(posterior), mix.flaws)[1:],
            mix.roles[1:],
            strict=True,
        )
        if family is None or FAMILY_OF_ROLE[role] == family
    ]
    return float(np.mean(off)) if off else float("nan")


def errors(
    mixes: Sequence[RealMix], posteriors: Sequence[np.ndarray], threshold: float
) -> GenreErrors:
    """The numbers of one advisor on one genre's mixes."""
    judged = judge_first(mixes, posteriors)
    return GenreErrors(
        joint_at(judged, FALSE_ALARM),
        score(judged, threshold).false_alarm,
        bias_db(mixes, posteriors),
        bias_db(mixes, posteriors, "vocals"),
    )


def rendered(bank: SongBank, prior: BalancePrior, rounds: int, seed: int) -> list[RealMix]:
    """Held-out mixes, untouched and with one fault, in the form in which real ones are judged."""
    drawn = [
        drawn_mix(record, prior, np.random.default_rng([seed, number, turn, count]), count, 0.0)
        for number, record in enumerate(bank.records)
        for turn in range(rounds)
        for count in (0, 1)
    ]
    return [
        RealMix(
            mix.song,
            "",
            hearing_of(mix),
            tuple(role or "effects" for role in mix.roles),
            mix.levels,
            np.ones(len(mix.names)),
            mix.flaws,
        )
        for mix in drawn
    ]


def error_table(
    bank: SongBank, prior: BalancePrior, listener: Any, rounds: int, seed: int
) -> Table:
    """Errors by genre at the balanced sensitivity."""
    mixes, threshold = rendered(bank, prior, rounds, seed), balanced_threshold()
    said = {
        LISTENER: ask(listener, [mix.hearing for mix in mixes]),
        OBSERVER: [observe(prior, mix) for mix in mixes],
    }
    genre_of = {record.key: record.genre for record in bank.records}
    table = Table(title=f"errors by genre, rendered {bank.split} songs ({len(mixes)} mixes)")
    columns = [f"joint @ {FALSE_ALARM:.0%} FA", "false alarms", "bias dB", "bias on vocals dB"]
    for column in ("genre", "songs", "advisor", *columns):
        table.add_column(column, justify="left" if column in ("genre", "advisor") else "right")
    for genre in GENRES:
        index = [place for place, mix in enumerate(mixes) if genre_of[mix.song] == genre]
        if not index:
            continue
        some = [mixes[place] for place in index]
        for name, posteriors in said.items():
            at = errors(some, [posteriors[place] for place in index], threshold)
            row = [f"{at.joint:.1%}", f"{at.false_alarm:.1%}"]
            row += [f"{at.bias_db:+.2f}", f"{at.vocal_bias_db:+.2f}"]
            table.add_row(genre, str(len({mix.song for mix in some})), name, *row)
        table.add_section()
    return table
