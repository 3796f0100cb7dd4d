"""How right is the advice on real songs? The artists' own balances, untouched and upset by us.

One rule: the artist's balance counts as right, songs that were tuned on are told apart from songs
that were held out, and every interval is over songs.

    python -m finetune.evaluate real DIR [--held-out NAME ...] [--windows]
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from assistant.model.judging import Senses
from finetune.real_advisors import (
    LISTENER,
    OBSERVER,
    TOLD,
    Advisor,
    Posteriors,
    advisors,
    ask,
    ask_told,
)
from finetune.real_conditions import CROWD, GAINS_DB, Condition, answers, of_parts, of_songs
from finetune.real_mixes import RealMix, pushed, under_anchors
from finetune.real_scores import (
    STATISTICS,
    close_loop,
    judge_first,
    over_songs,
    slopes,
    untouched,
)
from finetune.real_songs import HELD_OUT, read_songs
from finetune.scoring import bootstrap, joint_at, score
from mixer.balance import BalancePrior

FALSE_ALARMS = (0.1, 0.2, 0.3)
DRAWS = 300
CROWDED = ("all stems, whole songs", "9 stems", f"{CROWD} stems")
GIVEN: dict[Senses, str] = {"all": "all", "level": "names and meters", "content": "names and sound"}
SIZES = " or ".join(f"{gain_db:g}" for gain_db in GAINS_DB if gain_db > 0)

Said = dict[str, Posteriors]


def chosen(mixes: Sequence[RealMix], said: Said, songs: set[str]) -> tuple[list[RealMix], Said]:
    """The mixes of these songs, and what was said of them."""
    index = [place for place, mix in enumerate(mixes) if mix.song in songs]
    kept = {name: [posteriors[place] for place in index] for name, posteriors in said.items()}
    return [mixes[place] for place in index], kept


def splits(mixes: Sequence[RealMix], held_out: Sequence[str]) -> dict[str, set[str]]:
    """The songs by what may be said of them; a split without songs is left out."""
    songs = {mix.song for mix in mixes}
    held = songs & set(held_out)
    if not held:
        return {"all songs": songs}
    named = {"all songs": songs, "tuned on": songs - held, "held out": held}
    return {name: members for name, members in named.items() if members}


def score_table(title: str, mixes: Sequence[RealMix], said: Said, threshold: float) -> Table:
    """Which stem, which way, by how much; at the product's threshold and at fixed false alarms."""
    columns = ["joint", "95 %", "stem", "direction", "MAE dB", "false alarms"]
    table = _table(title, "advisor", [*columns, *(f"joint @ {p:.0%} FA" for p in FALSE_ALARMS)])
    for name, posteriors in said.items():
        judged = judge_first(mixes, posteriors)
        at = score(judged, threshold)
        interval = bootstrap(judged, lambda some: score(some, threshold).joint, DRAWS)
        row = [f"{at.joint:.1%}", f"{interval.low:.1%}-{interval.high:.1%}", f"{at.stem:.1%}"]
        row += [f"{at.direction:.1%}", f"{at.error_db:.2f}", f"{at.false_alarm:.1%}"]
        table.add_row(name, *row, *(f"{joint_at(judged, point):.1%}" for point in FALSE_ALARMS))
    return table


def slope_table(title: str, mixes: Sequence[RealMix], said: Said) -> Table:
    """How advice follows what was done to a stem: ideal is -1, deaf is 0."""
    table = _table(f"{title} (ideal -1)", "advisor", list(STATISTICS))
    for name, posteriors in said.items():
        cells = []
        for statistic in STATISTICS.values():
            mean, low, high = over_songs(*slopes(mixes, posteriors, statistic))
            cells.append("-" if np.isnan(mean) else f"{mean:+.2f} [{low:+.2f}, {high:+.2f}]")
        table.add_row(name, *cells)
    return table


def untouched_table(title: str, mixes: Sequence[RealMix], said: Said, threshold: float) -> Table:
    """What is said of the artists' own balances."""
    fine = [place for place, mix in enumerate(mixes) if not mix.flaws]
    columns = ["stems", "80 % range holds 0", "mixes advised on", "stems advised on"]
    columns += ["median |move| dB", "largest dB"]
    table = _table(f"{title}, {len(fine)} mixes", "advisor", columns)
    for name, posteriors in said.items():
        seen = untouched([posteriors[place] for place in fine], threshold)
        row = [str(seen.stems), f"{seen.in_range:.1%}", f"{seen.mixes_advised:.1%}"]
        row += [f"{seen.stems_advised:.1%}", f"{seen.median_move_db:.1f}"]
        table.add_row(name, *row, f"{seen.largest_move_db:.1f}")
    return table


def loop_table(title: str, mixes: Sequence[RealMix], said: Said, threshold: float) -> Table:
    """Faults of 6 to 12 dB: what becomes of the mix when the advice is applied."""
    columns = ["improved", "unchanged", "worsened", "advised on", "improved of these"]
    columns += ["worsened of these", "error before dB", "after dB"]
    table = _table(title, "advisor", columns)
    for name, posteriors in said.items():
        loop = close_loop([mix.flaws for mix in mixes], posteriors, threshold)
        row = [loop.improved, loop.unchanged, loop.worsened, loop.advised]
        row += [loop.improved_of_advised, loop.worsened_of_advised]
        errors = [f"{loop.before_db:.2f}", f"{loop.after_db:.2f}"]
        table.add_row(name, *(_percent(share) for share in row), *errors)
    return table


def condition_row(condition: Condition, said: Said, threshold: float) -> list[str]:
    """One condition's line: the listener and the observer beside each other."""
    mixes = condition.mixes
    judged = {name: judge_first(mixes, said[name]) for name in (LISTENER, OBSERVER)}
    loops = {name: close_loop([m.flaws for m in mixes], said[name], threshold) for name in judged}
    row = [condition.name, str(len({mix.song for mix in mixes})), str(len(mixes))]
    row += [f"{joint_at(one, 0.2):.1%}" for one in judged.values()]
    row += [f"{score(one, threshold).false_alarm:.1%}" for one in judged.values()]
    for loop in loops.values():
        row += [f"{loop.improved:.0%} / {loop.worsened:.0%}"]
    for loop in loops.values():
        row += [f"{loop.advised:.0%}: {_percent(loop.improved_of_advised)}"]
    return row


def _percent(share: float) -> str:
    return "-" if np.isnan(share) else f"{share:.1%}"


def condition_table(
    conditions: Sequence[Condition], asked: Mapping[str, Advisor], threshold: float
) -> Table:
    """One line a condition; those that no song of the folder can show are left out."""
    columns = ["songs", "mixes", "joint @ 20 % FA", "observer", "false alarms", "observer"]
    columns += ["loop: better / worse", "observer", "advised: better", "observer"]
    table = _table(f"one fault of {SIZES} dB; {LISTENER} beside the observer", "condition", columns)
    for condition in conditions:
        if condition.mixes:
            said = {name: answers(condition, asked[name]) for name in (LISTENER, OBSERVER)}
            table.add_row(*condition_row(condition, said, threshold))
    return table


def senses_table(
    conditions: Sequence[Condition], listener: Any, observer: Advisor, threshold: float
) -> Table:
    """What misleads the listener where many stems play: each condition by what it is given."""
    columns = ["mixes", "joint @ 20 % FA", "false alarms"]
    table = _table("by what the listener is given", "condition", columns)
    for condition in conditions:
        hearings = [mix.hearing for mix in condition.mixes]
        deaf = [replace(one, hidden=np.zeros_like(one.hidden)) for one in hearings]
        said = {name: ask(listener, hearings, given) for given, name in GIVEN.items()}
        said["all, silence for content"] = ask(listener, deaf)
        said[OBSERVER] = observer(condition.mixes)
        for name, posteriors in said.items():
            judged = judge_first(condition.mixes, posteriors)
            rates = (joint_at(judged, 0.2), score(judged, threshold).false_alarm)
            cells = [str(len(hearings)), *(f"{rate:.1%}" for rate in rates)]
            table.add_row(f"{condition.name}: {name}", *cells)
    return table


def _table(title: str, first: str, columns: Sequence[str]) -> Table:
    table = Table(title=title)
    table.add_column(first)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def main_tables(
    mixes: Sequence[RealMix], said: Said, held_out: Sequence[str], threshold: float, out: Console
) -> None:
    """All tables of the artists' balances, split by split."""
    for split, songs in splits(mixes, held_out).items():
        some, theirs = chosen(mixes, said, songs)
        about = f"{split}: {len(songs)} songs"
        title = f"real songs, {about}, {len(some)} mixes"
        out.print(score_table(title, some, theirs, threshold))
        out.print(slope_table(f"dB of advice by dB of injected gain, {about}", some, theirs))
        out.print(untouched_table(f"the artists' own balances, {about}", some, theirs, threshold))
        out.print(loop_table(f"closed loop, faults of 6-12 dB, {about}", some, theirs, threshold))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m finetune.evaluate real", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder with one folder of stems a song")
    parser.add_argument("--held-out", nargs="*", default=HELD_OUT, help="songs never tuned on")
    parser.add_argument("--songs", nargs="*", help="only these songs of the folder")
    parser.add_argument("--only", choices=("artists", "conditions", "senses"), help="only these")
    parser.add_argument(
        "--windows", action="store_true", help="also excerpts of 3 to 30 s and averaged windows"
    )
    parser.add_argument(
        "--told", action="store_true", help="also when a user says what is wrong with a faulty mix"
    )
    parser.add_argument("--cache", type=Path, default=Path("runs/real"), help="what was measured")
    parser.add_argument("--model", type=Path, help="listener folder (default: the shipped one)")
    parser.add_argument("--threshold", type=float, help="default: the product's")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    from assistant.listener import EmbeddedListener
    from assistant.sensitivity import balanced_threshold

    out, prior, listener = Console(width=170), BalancePrior.load(), EmbeddedListener(options.model)
    threshold = balanced_threshold() if options.threshold is None else options.threshold
    songs = read_songs(options.folder, options.cache, names=options.songs)
    asked = advisors(prior, listener, options.seed)
    if options.only == "senses":
        crowded = [c for c in of_songs(songs, prior, options.seed) if c.name in CROWDED]
        out.print(senses_table(crowded, listener, asked[OBSERVER], threshold))
        return
    if options.only != "conditions":
        turned = [one for song in songs for one in under_anchors(song)]
        mixes = [mix for one in turned for mix in pushed(one)]
        said = {name: advisor(mixes) for name, advisor in asked.items()}
        if options.told:
            said[TOLD] = ask_told(listener, mixes)
        main_tables(mixes, said, options.held_out, threshold, out)
    if options.only != "artists":
        conditions = list(of_songs(songs, prior, options.seed))
        if options.windows:
            conditions += of_parts(options.folder, options.cache, options.songs)
        out.print(condition_table(conditions, asked, threshold))


if __name__ == "__main__":
    main()
