"""How right is the advice? Rendered held-out songs and real songs, every advisor on the same mixes.

One rule: advisors answer with posteriors and finetune/scoring.py alone turns them into scores. The
balance distribution of rendered songs is known, so the ideal observer's row is the ceiling there.

    python -m finetune.evaluate advice --songs runs/songs --content runs/content [--real DIR]
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from assistant.hearing import Hearing
from finetune import baselines, flaws
from finetune.observer import IdealObserver
from finetune.scenes import Scene, SongBank, draw_scene
from finetune.scoring import Case, Judged, bootstrap, joint_at, judge, score
from mixer.balance import BalancePrior
from mixer.loudness import profile, relative_profile
from mixer.roles import roles_from_names
from mixer.song import Song, open_song

QUESTION = "How is the balance?"
FALSE_ALARM_POINTS = (0.1, 0.2, 0.3, 0.5)
REAL_FAULTS_DB = (-9.0, -4.5, 4.5, 9.0)


@dataclass(frozen=True, eq=False)
class Mix:
    """One mix to be judged by every advisor; the anchor is stem 0. roles may hold None."""

    song: str
    names: tuple[str, ...]
    roles: tuple[str | None, ...]
    levels: np.ndarray
    relative_profile: np.ndarray
    hidden: np.ndarray
    flaws: tuple[flaws.Flaw, ...]

    @property
    def relative_db(self) -> np.ndarray:
        return self.levels - self.levels[0]


Advisor = Callable[[Mix], np.ndarray]


def rendered_mixes(bank: SongBank, prior: BalancePrior, seed: int, rounds: int) -> list[Mix]:
    """Per song and round: the balance untouched, and one with a single flaw."""
    mixes = []
    for number, record in enumerate(bank.records):
        for turn in range(rounds):
            for count in (0, 1):
                rng = np.random.default_rng([seed, number, turn, count])
                scene = draw_scene(record, prior, rng, count, own_names=False, all_stems=True)
                mixes.append(_from_scene(scene))
    return mixes


def _from_scene(scene: Scene) -> Mix:
    return Mix(
        scene.record.key,
        scene.names,
        scene.roles,
        scene.levels,
        scene.relative_profile,
        scene.hidden.astype(np.float32),
        scene.flaws,
    )


def real_mixes(folder: Path, listener, names: Sequence[str] | None = None) -> Iterator[Mix]:
    """The artists' own balances, untouched and with one stem pushed, under up to three anchors."""
    for song_folder in sorted(path for path in folder.iterdir() if path.is_dir()):
        if names and song_folder.name not in names:
            continue
        song = open_song(song_folder)
        yield from _upset(song, listener)


def _upset(song: Song, listener) -> Iterator[Mix]:
    hidden, _, _ = listener.listen(song)
    profiles = [profile(stem, song.sample_rate) for stem in song.audio]
    heard = {index: row for index, row in enumerate(profiles) if row is not None}
    roles = roles_from_names(song.names)
    steady = sorted(heard, key=lambda index: -float(heard[index][3]))
    for anchor in steady[:3]:
        order = [anchor, *(index for index in heard if index != anchor)]
        rows = np.stack([heard[index] for index in order])
        options: list[tuple[flaws.Flaw, ...]] = [()]
        options += [
            (flaws.Flaw(stem, gain),) for stem in range(1, len(order)) for gain in REAL_FAULTS_DB
        ]
        for drawn in options:
            upset = rows.copy()
            for flaw in drawn:
                upset[flaw.stem, [0, 1, *range(4, 14)]] += flaw.gain_db
            yield Mix(
                song.name,
                tuple(song.names[index] for index in order),
                tuple(roles[index] for index in order),
                upset[:, 0].astype(float),
                relative_profile(upset, 0),
                hidden[order],
                drawn,
            )


def advisors(prior: BalancePrior, listener, seed: int = 0) -> dict[str, Advisor]:
    """Every row of the table."""
    rng = np.random.default_rng(seed)
    observer = IdealObserver(prior)
    levels_only = fit_levels_only(prior, rng)
    table: dict[str, Advisor] = {
        "chance": lambda mix: baselines.chance(rng, len(mix.names), 0),
        "equal loudness": lambda mix: baselines.equal_loudness(mix.relative_db, 0),
        "levels only": lambda mix: levels_only.advise(mix.relative_db, 0),
        "levels only, always error": lambda mix: baselines.always_error(
            levels_only.advise(mix.relative_db, 0), 0
        ),
        "ideal observer (true roles)": lambda mix: observer.posterior(
            mix.relative_db, [role or "effects" for role in mix.roles], 0
        ),
    }
    if listener is not None:
        table["Gainsay (hears)"] = lambda mix: listen(listener, mix)
    return table


def listen(listener, mix: Mix, question: str = QUESTION) -> np.ndarray:
    """The listener's posterior (S, 49) of a mix, asked in the product's own way."""
    hearing = Hearing(
        mix.names,
        0,
        mix.hidden,
        mix.relative_profile,
        mix.roles,
        np.zeros_like(mix.relative_profile),
    )
    return listener.judge(hearing, [{"role": "user", "content": question}]).probability


def fit_levels_only(prior: BalancePrior, rng: np.random.Generator, songs: int = 2000):
    """The levels-only advisor, fitted on balances of line-ups like the rendered songs'."""
    from finetune.arrangements import line_up
    from mixer.roles import GENRES

    balanced, anchors = [], []
    for _ in range(songs):
        genre = GENRES[int(rng.integers(len(GENRES)))]
        roles = line_up(genre, rng)
        if len(roles) > 1:
            balanced.append(prior.draw(roles, genre, rng))
            anchors.append(int(rng.integers(len(roles))))
    return baselines.LevelsOnlyAdvisor.fit(balanced, anchors)


def score_all(mixes: Sequence[Mix], table: dict[str, Advisor]) -> dict[str, Judged]:
    """Judge every mix by every advisor."""
    return {
        name: judge([Case(advisor(mix), 0, mix.flaws, mix.song) for mix in mixes])
        for name, advisor in table.items()
    }


def print_table(title: str, judged: dict[str, Judged], threshold: float, console: Console) -> None:
    """Scores at the product's threshold, and joint accuracy at fixed false-alarm rates."""
    songs = len(np.unique(next(iter(judged.values())).song))
    table = Table(title=f"{title} ({len(next(iter(judged.values())).song)} mixes, {songs} songs)")
    columns = ["advisor", "joint", "95 %", "stem", "direction", "MAE dB", "false alarms"]
    columns += [f"joint @ {point:.0%} FA" for point in FALSE_ALARM_POINTS]
    for column in columns:
        table.add_column(column, justify="left" if column == "advisor" else "right")
    for name, cases in judged.items():
        at = score(cases, threshold)
        interval = bootstrap(cases, lambda some: score(some, threshold).joint, draws=300)
        row = [name, f"{at.joint:.1%}", f"{interval.low:.1%}-{interval.high:.1%}", f"{at.stem:.1%}"]
        row += [f"{at.direction:.1%}", f"{at.error_db:.2f}", f"{at.false_alarm:.1%}"]
        row += [f"{joint_at(cases, point):.1%}" for point in FALSE_ALARM_POINTS]
        table.add_row(*row)
    console.print(table)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m finetune.evaluate advice", description=__doc__)
    parser.add_argument("--songs", type=Path, default=Path("runs/songs"))
    parser.add_argument("--content", type=Path, default=Path("runs/content"))
    parser.add_argument("--real", type=Path, help="folder with one folder of stems a song")
    parser.add_argument("--real-songs", nargs="*", help="only these songs of the folder")
    parser.add_argument("--model", type=Path, help="listener folder (default: the shipped one)")
    parser.add_argument("--split", default="test")
    parser.add_argument("--rounds", type=int, default=2, help="draws per song")
    parser.add_argument("--limit", type=int, help="at most so many rendered songs")
    parser.add_argument("--threshold", type=float, help="default: the product's")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    from assistant.listener import EmbeddedListener
    from assistant.sensitivity import balanced_threshold

    console = Console(width=170)
    threshold = balanced_threshold() if options.threshold is None else options.threshold
    prior, listener = BalancePrior.load(), EmbeddedListener(options.model)
    table = advisors(prior, listener, options.seed)
    bank = SongBank(options.songs, options.content, options.split)
    bank.records = bank.records[: options.limit]
    mixes = rendered_mixes(bank, prior, options.seed, options.rounds)
    print_table(f"rendered, {options.split} split", score_all(mixes, table), threshold, console)
    if options.real:
        mixes = list(real_mixes(options.real, listener, options.real_songs))
        print_table(f"real songs, {options.real.name}", score_all(mixes, table), threshold, console)


if __name__ == "__main__":
    main()
