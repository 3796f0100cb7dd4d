"""The strict protocol's main tables: which stem, which way, how much, and is it fine.

One rule: a fault of 3 dB or more is to be found, one of less than 1.5 dB to be left; mixes with a
fault in between count in how much, not in whether.
"""

from collections.abc import Sequence

import numpy as np
from rich.console import Console

from finetune.judged_mixes import Mix
from finetune.observer import GRID
from finetune.scoring import (
    Estimate,
    Judged,
    bootstrap,
    bootstrap_rows,
    bootstrap_several,
    joints_at,
    p_fault,
    score,
)
from finetune.strict_scores import (
    FALSE_ALARMS,
    auroc,
    balanced_direction,
    d_prime,
    macro_f1,
    mean_joint,
    move_errors,
    p_problem,
    reliability,
    share_kept,
)
from finetune.strict_study import (
    ALWAYS,
    CHANCE,
    EQUAL,
    GENRE_TOLD,
    LEVELS,
    OBSERVER,
    OBSERVER_GENRE,
    Study,
    print_rows,
)

_DRAWS = 300


def rows_of(study: Study) -> tuple[str, ...]:
    """All advisors, in the tables' order."""
    told = (GENRE_TOLD,) if study.listeners else ()
    return (CHANCE, EQUAL, LEVELS, ALWAYS, *study.listeners, *told, OBSERVER, OBSERVER_GENRE)


def show(study: Study, console: Console) -> None:
    """Print rows 1 to 5 of the protocol, the whole curve, and how much of content is used."""
    clear = study.clear(study.mixes)
    songs = len({mix.song for mix in study.mixes})
    console.print(
        f"{len(study.mixes)} mixes of {songs} songs of the {study.bank.split} split; without any "
        f"fault of 1.5 to 3 dB: {len(clear)}, untouched {sum(not mix.flaws for mix in clear)}"
    )
    _show_which(study, console, [mix for mix in clear if len(mix.flaws) == 1])
    _show_how_much(study, console, [mix for mix in study.mixes if len(mix.flaws) == 1])
    _show_whether(study, console, clear)
    _show_curve(study, console, clear)
    if study.listeners:
        _show_kept(study, console, clear)


def _show_which(study: Study, console: Console, mixes: Sequence[Mix]) -> None:
    def row(name: str) -> list[str]:
        judged, said = study.panel.judged(name, mixes), study.panel.posteriors(name, mixes)
        stem = bootstrap(judged, lambda some: float(some.stem_right.mean()), _DRAWS)
        joint = bootstrap(
            judged, lambda some: float((some.stem_right & some.direction_right).mean()), _DRAWS
        )
        truth = [str(mix.roles[mix.flaws[0].stem]) for mix in mixes]
        named = [
            str(mix.roles[1 + int(np.argmax(p_fault(one)[1:]))])
            for one, mix in zip(said, mixes, strict=True)
        ]
        direction, balanced = balanced_direction(judged)
        return [name, percent(stem), f"{macro_f1(truth, named):.3f}",
                f"{direction:.1%}", f"{balanced:.1%}", percent(joint)]  # fmt: skip

    title = f"1-3. Which stem, which way, when one must be named ({len(mixes)} mixes, one fault)"
    columns = ("advisor", "stem", "macro-F1, roles", "direction of the named", "balanced", "joint")
    print_rows(console, title, columns, map(row, rows_of(study)))


def _show_how_much(study: Study, console: Console, mixes: Sequence[Mix]) -> None:
    needed_db = np.concatenate([mix.needed_db[1:] for mix in study.mixes])
    best_db = posterior_means(study, OBSERVER, study.mixes)

    def row(name: str) -> list[str]:
        judged = study.panel.judged(name, mixes)
        errors = move_errors(judged.needed_db, judged.advised_db(study.threshold))
        mean_db = posterior_means(study, name, study.mixes)
        return [
            name,
            f"{errors.mean_db:.2f}",
            f"{errors.median_db:.2f}",
            f"{errors.bias_db:+.2f}",
            *(f"{share:.0%}" for share in errors.within),
            f"{errors.rank_correlation:.2f}",
            f"{np.abs(mean_db - needed_db).mean():.2f}",
            f"{(mean_db - needed_db).mean():+.2f}",
            f"{np.abs(mean_db - best_db).mean():.2f}",
        ]

    title = (
        f"4. How much, dB ({len(mixes)} mixes with one fault, P(fault) > {study.threshold:g}; "
        f"naming another stem advises 0), and the posterior mean on all {len(needed_db)} stems"
    )
    columns = ("advisor", "MAE", "median", "bias", "≤1", "≤2", "≤3", "Spearman",
               "MAE of the mean", "its bias", "to the observer's")  # fmt: skip
    print_rows(console, title, columns, map(row, rows_of(study)))


def _show_whether(study: Study, console: Console, mixes: Sequence[Mix]) -> None:
    problem = np.array([bool(mix.flaws) for mix in mixes])
    faulty = np.concatenate([np.abs(mix.needed_db[1:]) >= 1.5 for mix in study.mixes])

    def row(name: str) -> list[str]:
        said, judged = study.panel.posteriors(name, mixes), study.panel.judged(name, mixes)
        flagged = judged.told > study.threshold
        chances = np.array([p_problem(one) for one in said])
        every = study.panel.posteriors(name, study.mixes)
        of_stems = np.concatenate([p_fault(one)[1:] for one in every])
        scores = score(judged, study.threshold)
        separated = d_prime(
            int(flagged[problem].sum()),
            int(problem.sum()),
            int(flagged[~problem].sum()),
            int((~problem).sum()),
        )
        return [
            name,
            f"{scores.false_alarm:.1%}",
            f"{1 - flagged[problem].mean():.1%}",
            f"{scores.joint:.1%}",
            f"{right_over_all(judged, study.threshold):.1%}",
            f"{separated:.2f}",
            f"{auroc(chances[problem], chances[~problem]):.3f}",
            f"{reliability(chances, problem).error:.3f}",
            f"{reliability(of_stems, faulty).error:.3f}",
        ]

    title = f"5. Is it fine? ({len(mixes)} mixes, P(fault) > {study.threshold:g})"
    columns = ("advisor", "false alarms", "missed", "joint, one fault", "joint or left", "d'",
               "AUROC", "ECE of a mix", "ECE of a stem")  # fmt: skip
    print_rows(console, title, columns, map(row, rows_of(study)))


def _show_curve(study: Study, console: Console, mixes: Sequence[Mix]) -> None:
    best = study.panel.judged(OBSERVER, mixes)

    def row(name: str) -> list[str]:
        judged = study.panel.judged(name, mixes)
        points = bootstrap_several(
            judged.song, lambda index: joints_at(judged.taken(index), FALSE_ALARMS), _DRAWS
        )
        return [name, *map(percent, points)]

    def against(name: str) -> list[str]:
        judged = study.panel.judged(name, mixes)

        def less(index: np.ndarray) -> np.ndarray:
            mine = joints_at(judged.taken(index), FALSE_ALARMS)
            return mine - joints_at(best.taken(index), FALSE_ALARMS)

        points = bootstrap_several(judged.song, less, _DRAWS)
        return [f"{name}, less the observer", *(percent(one, "+") for one in points)]

    names = rows_of(study)
    rows = [*map(row, names), *(against(name) for name in names if name != OBSERVER)]
    columns = ("joint (one fault of 3 dB or more) at false alarms of",
               *(f"{rate:.0%}" for rate in FALSE_ALARMS))  # fmt: skip
    print_rows(console, "3 and 5. Joint accuracy, with 95 % intervals over songs", columns, rows)


def _show_kept(study: Study, console: Console, mixes: Sequence[Mix]) -> None:
    """How much of what the observer gains by knowing content over levels alone is kept."""
    needed_db = np.concatenate([mix.needed_db[1:] for mix in study.mixes])
    songs = np.concatenate([[mix.song] * (len(mix.names) - 1) for mix in study.mixes])
    listeners = (*study.listeners, GENRE_TOLD)
    off = {
        name: np.square(posterior_means(study, name, study.mixes) - needed_db)
        for name in (LEVELS, OBSERVER, *listeners)
    }
    judged = {name: study.panel.judged(name, mixes) for name in off}

    def row(name: str) -> list[str]:
        def by_curve(index: np.ndarray) -> float:
            mine, without, best = (
                mean_joint(judged[one].taken(index)) for one in (name, LEVELS, OBSERVER)
            )
            return share_kept(mine, without, best)

        def by_move(index: np.ndarray) -> float:
            return share_kept(*(off[one][index].mean() for one in (name, LEVELS, OBSERVER)))

        curve = bootstrap_rows(judged[name].song, by_curve, _DRAWS)
        return [name, percent(curve), percent(bootstrap_rows(songs, by_move, _DRAWS))]

    columns = ("advisor", "of the curve's mean joint", "of the mean's squared error")
    title = "Content gain kept: 0 % = levels only, 100 % = the observer who knows the roles"
    print_rows(console, title, columns, map(row, listeners))


def posterior_means(study: Study, name: str, mixes: Sequence[Mix]) -> np.ndarray:
    """The posterior mean of every stem's needed move but the anchors', mix by mix."""
    return np.concatenate([one[1:] @ GRID for one in study.panel.posteriors(name, mixes)])


def right_over_all(judged: Judged, threshold: float) -> float:
    """Share right of mixes with at most one fault: stem and direction, or left as it is."""
    flagged = judged.told > threshold
    right = np.where(
        judged.flaw_count == 0, ~flagged, flagged & judged.stem_right & judged.direction_right
    )
    return float(right[judged.flaw_count < 2].mean())


def percent(estimate: Estimate, sign: str = "") -> str:
    """An estimate in per cent with its interval."""
    low, high = 100 * estimate.low, 100 * estimate.high
    return f"{100 * estimate.value:{sign}.1f} [{low:{sign}.0f}, {high:{sign}.0f}]"
