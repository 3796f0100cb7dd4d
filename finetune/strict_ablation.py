"""What the advice rests on: the listener with a sense taken away, and a linear probe likewise.

One rule: the mixes are the main tables', so a row differs from Gainsay's by its inputs alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from rich.console import Console

from finetune.judged_mixes import Mix, rendered_mixes, unnamed
from finetune.observer import GRID
from finetune.scenes import SongBank
from finetune.scoring import joint_at
from finetune.strict_probe import SENSES, Probe
from finetune.strict_scores import auroc, p_problem
from finetune.strict_study import (
    LEVELS,
    OBSERVER,
    Panel,
    Study,
    asked,
    each,
    print_rows,
)
from mixer.loudness import relative_levels_only

SAID_OF = {
    "content": "content only",
    "level": "meters only (level, spread, activity, octaves)",
    "text": "meters as text",
    "all": "all",
}
_SHOWN_RATES = (0.10, 0.20, 0.50)


def show(study: Study, console: Console, train: SongBank, train_songs: int) -> None:
    """Print row 9. train_songs: at most so many songs of the train split for the probe."""
    mixes = study.clear(study.mixes)
    rows = [_row(name, study.panel, name, mixes) for name in (LEVELS, OBSERVER)]
    rows += _listener_rows(study, mixes)
    train.records = train.records[:train_songs]
    lessons = rendered_mixes(train, study.prior, study.seed + 1, 2)
    probes = Panel({senses: each(Probe(senses, lessons).posterior) for senses in SENSES})
    rows += [_row(f"linear probe, {SAID_OF[one]}", probes, one, mixes) for one in SENSES]
    title = f"9. What the advice rests on ({len(mixes)} mixes; probe: {len(lessons)} train mixes)"
    columns = ("advisor", "stem", "joint", *(f"joint at {rate:.0%} FA" for rate in _SHOWN_RATES),
               "AUROC", "MAE of the mean, dB")  # fmt: skip
    print_rows(console, title, columns, rows)


def _listener_rows(study: Study, mixes: Sequence[Mix]) -> list[list[str]]:
    """The listener by its senses, deaf to what plays, and told of the wrong stems."""
    if not study.listeners:
        return []
    rows = []
    for names, change in (("names tell", _as_it_is), ("no names", unnamed)):
        heard = {mix: change(mix) for mix in mixes}
        muffled = {
            "silence for content": silenced(mixes),
            "content of other songs": shuffled(mixes, study.seed),
        }
        advisors = {
            SAID_OF[senses]: _through(asked(study.listener, senses), heard) for senses in SENSES
        }
        bare = {
            mix: replace(heard[mix], relative_profile=relative_levels_only(mix.levels, 0))
            for mix in mixes
        }
        advisors["levels and names alone"] = _through(asked(study.listener, "level"), bare)
        for said, content in muffled.items():
            other = {mix: replace(heard[mix], hidden=content[mix]) for mix in mixes}
            advisors[said] = _through(asked(study.listener), other)
        panel = Panel(advisors)
        rows += [_row(f"Gainsay, {names}, {said}", panel, said, mixes) for said in advisors]
    return rows


def _as_it_is(mix: Mix) -> Mix:
    return mix


def _through(advisor: Callable, changed: dict[Mix, Mix]) -> Callable:
    """An advisor that is shown each mix as it was changed, and judged by the mix that it is."""
    return lambda mixes: advisor([changed[mix] for mix in mixes])


def silenced(mixes: Sequence[Mix]) -> dict[Mix, np.ndarray]:
    """No content at all for any stem."""
    return {mix: np.zeros_like(mix.hidden) for mix in mixes}


def shuffled(mixes: Sequence[Mix], seed: int) -> dict[Mix, np.ndarray]:
    """For every stem the content of a stem of any of the songs."""
    pool = np.concatenate([mix.hidden for mix in mixes])
    order = np.random.default_rng(seed).permutation(len(pool))
    ends = np.cumsum([len(mix.names) for mix in mixes])[:-1]
    return dict(zip(mixes, np.split(pool[order], ends), strict=True))


def _row(title: str, panel: Panel, name: str, mixes: Sequence[Mix]) -> list[str]:
    judged, said = panel.judged(name, mixes), panel.posteriors(name, mixes)
    one = judged.flaw_count == 1
    problem = judged.flaw_count > 0
    chances = np.array([p_problem(posterior) for posterior in said])
    off_db = np.concatenate(
        [
            posterior[1:] @ GRID - mix.needed_db[1:]
            for posterior, mix in zip(said, mixes, strict=True)
        ]
    )
    return [
        title,
        f"{judged.stem_right[one].mean():.1%}",
        f"{(judged.stem_right & judged.direction_right)[one].mean():.1%}",
        *(f"{joint_at(judged, rate):.1%}" for rate in _SHOWN_RATES),
        f"{auroc(chances[problem], chances[~problem]):.3f}",
        f"{np.abs(off_db).mean():.2f}",
    ]
