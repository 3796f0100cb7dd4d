"""What limits the listener where names tell nothing: the same mixes before an observer by the ear.

One rule: that observer hears what the listener hears and knows all else that the ideal one knows,
so what it lacks is what the ear does not tell.
"""

from collections.abc import Sequence

import numpy as np
from rich.console import Console

from finetune.ear_observer import EarObserver
from finetune.judged_mixes import Mix
from finetune.scenes import SongBank
from finetune.scoring import bootstrap_several, joints_at
from finetune.strict_main import mean_joint, percent, posterior_means
from finetune.strict_scores import FALSE_ALARMS, auroc, p_problem, share_kept
from finetune.strict_study import LEVELS, OBSERVER, UNNAMED, Study, each, print_rows
from mixer.roles import ROLES

BY_EAR = "observer who knows roles by the ear"
_DRAWS = 300


def show(study: Study, console: Console, train: SongBank) -> None:
    """Print how far both stay below the ideal observer. train: songs to learn roles by ear from."""
    ear = EarObserver(study.prior, train.records, study.seed)
    study.panel.add(BY_EAR, each(ear.posterior))
    mixes, clear = study.mixes, study.clear(study.mixes)
    named = [ear.role_chances(mix).argmax(axis=1) for mix in mixes]
    right = np.concatenate(
        [[ROLES[one] == role for one, role in zip(row, mix.roles, strict=True)]
         for row, mix in zip(named, mixes, strict=True)]
    )  # fmt: skip
    names = (BY_EAR, *((UNNAMED,) if study.listeners else ()))
    title = (
        f"The limit without names ({len(mixes)} mixes; the ear names {right.mean():.0%} of the "
        "roles right): joint less the ideal observer's at false alarms of"
    )
    columns = ("advisor", *(f"{rate:.0%}" for rate in FALSE_ALARMS), "AUROC, less the observer's",
               "content gain kept, %: curve", "squared error")  # fmt: skip
    print_rows(console, title, columns, [_row(study, name, mixes, clear) for name in names])


def _row(study: Study, name: str, mixes: Sequence[Mix], clear: Sequence[Mix]) -> list[str]:
    mine, best, without = (study.panel.judged(one, clear) for one in (name, OBSERVER, LEVELS))

    def less(index: np.ndarray) -> np.ndarray:
        at = (joints_at(one.taken(index), FALSE_ALARMS) for one in (mine, best))
        return np.subtract(*at)

    points = bootstrap_several(mine.song, less, _DRAWS)
    needed_db = np.concatenate([mix.needed_db[1:] for mix in mixes])
    off = [
        float(np.square(posterior_means(study, one, mixes) - needed_db).mean())
        for one in (name, LEVELS, OBSERVER)
    ]
    curve = share_kept(*(mean_joint(one) for one in (mine, without, best)))
    lost = _auroc(study, name, clear) - _auroc(study, OBSERVER, clear)
    kept = [f"{100 * share:.1f}" for share in (curve, share_kept(*off))]
    return [name, *(percent(one, "+") for one in points), f"{lost:+.3f}", *kept]


def _auroc(study: Study, name: str, mixes: Sequence[Mix]) -> float:
    problem = np.array([bool(mix.flaws) for mix in mixes])
    chances = np.array([p_problem(one) for one in study.panel.posteriors(name, mixes)])
    return auroc(chances[problem], chances[~problem])
