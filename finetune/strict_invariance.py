"""What must change no advice, and what must change it one for one.

One rule: the observer stands beside the listener, since even an exact posterior mean shrinks and
even an exact aim moves a little with the anchor.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from rich.console import Console

from finetune.judged_mixes import Mix, hearing_of, listen_to_all, reanchored
from finetune.observer import GRID
from finetune.scoring import Estimate, bootstrap_rows
from finetune.strict_aim import aims, slope
from finetune.strict_study import LEVELS, OBSERVER, OBSERVER_GENRE, Study, print_rows
from mixer.loudness import LEVEL_ENTRIES, relative_profile

COMMON_GAIN_DB = 7.3
_ORDERS, _ORDERED_MIXES = 6, 20
_DRAWS = 300


def show(study: Study, console: Console) -> None:
    """Print rows 7, 8 and 11."""
    _show_slopes(study, console)
    _show_anchors(study, console)
    if study.listeners:
        _show_equals(study, console)


def _show_slopes(study: Study, console: Console) -> None:
    def row(name: str) -> list[str]:
        aimed, meant, songs = [], [], []
        for sweep in study.sweeps:
            said = study.panel.posteriors(name, sweep.mixes)
            aimed.append(slope(sweep.gains_db, [aims(one)[sweep.stem] for one in said]))
            meant.append(slope(sweep.gains_db, [float(one[sweep.stem] @ GRID) for one in said]))
            songs.append(sweep.mixes[0].song)
        no_peak = float(np.mean(np.isnan(aimed)))
        labels = np.array(songs)
        spelled = [_spelled(_mean_over(np.array(slopes), labels)) for slopes in (aimed, meant)]
        middle = float(np.nanmedian(aimed))
        return [name, spelled[0], f"{middle:.2f}", f"{no_peak:.0%}", spelled[1]]

    title = (
        f"8. d(advice) / d(gain) of one stem, ideally -1 for the aim ({len(study.sweeps)} songs)"
    )
    columns = ("advisor", "aim", "median", "no aim", "posterior mean")
    names = (LEVELS, *study.listeners, OBSERVER, OBSERVER_GENRE)
    print_rows(console, title, columns, map(row, names))


def _show_anchors(study: Study, console: Console) -> None:
    pairs = [pair for mix in study.mixes[:: study.rounds] if (pair := anchor_pair(mix))]

    def row(name: str) -> list[str]:
        errors, songs = [], []
        first = study.panel.posteriors(name, [one for one, _, _ in pairs])
        second = study.panel.posteriors(name, [other for _, other, _ in pairs])
        for (mix, _, order), before, after in zip(pairs, first, second, strict=True):
            error_db = swap_errors(before, after, order)
            errors.append(error_db)
            songs.append(np.full(len(error_db), mix.song))
        off = np.abs(np.concatenate(errors))
        labels = np.concatenate(songs)
        middle = bootstrap_rows(labels, lambda index: float(np.nanmedian(off[index])), _DRAWS)
        return [name, _spelled(middle), f"{np.nanquantile(off, 0.9):.2f}"]

    title = (
        f"7. Another anchor: |change of the level aimed at - the meters' difference|, dB "
        f"({len(pairs)} mixes, stems that are neither anchor)"
    )
    names = (LEVELS, *study.listeners, OBSERVER, OBSERVER_GENRE)
    print_rows(console, title, ("advisor", "median", "90 %"), map(row, names))


def anchor_pair(mix: Mix) -> tuple[Mix, Mix, list[int]] | None:
    """A mix, the same under the steadiest other anchor that is right, and that one's order."""
    right = [stem for stem in range(1, len(mix.names)) if mix.needed_db[stem] == 0.0]
    if not right or len(mix.names) < 3:
        return None
    other, order = reanchored(mix, max(right, key=lambda stem: float(mix.activity[stem])))
    return mix, other, order


def swap_errors(before: np.ndarray, after: np.ndarray, order: Sequence[int]) -> np.ndarray:
    """What a change of anchor changes in the levels aimed at, beyond the meters' difference (n,).

    A stem is aimed at its level against the anchor plus its aim. Between two anchors the first part
    differs as the meters say; so what is left over is the difference of the two aims.
    """
    aimed = np.empty(len(order))
    aimed[list(order)] = aims(after)
    neither = [stem for stem in range(1, len(order)) if stem != order[0]]
    return (aimed - aims(before))[neither]


def _show_equals(study: Study, console: Console) -> None:
    mixes = study.mixes[:: max(1, len(study.mixes) // _ORDERED_MIXES)][:_ORDERED_MIXES]
    plain = study.panel.posteriors(study.listeners[0], mixes)
    louder = listen_to_all(study.listener, [hearing_of(raised(mix)) for mix in mixes])
    by_gain = max(
        float(np.abs(one - other).max()) for one, other in zip(plain, louder, strict=True)
    )
    by_order, moved = order_effect(study, mixes)
    rows = [
        [f"all stems {COMMON_GAIN_DB:+g} dB", f"{by_gain:.1e}", ""],
        [f"{_ORDERS} orders of the stems", f"{by_order:.1e}", f"{moved:.1e} dB"],
    ]
    title = f"8 and 11. What must change nothing ({len(mixes)} mixes)"
    columns = ("Gainsay", "largest change of a probability", "sd of the mean move over orders")
    print_rows(console, title, columns, rows)


def raised(mix: Mix) -> Mix:
    """The mix with a common gain on all stems, put through the meters' own arithmetic."""
    absolute = mix.relative_profile.copy()
    absolute[:, (*LEVEL_ENTRIES, 2)] *= 10.0
    absolute[:, LEVEL_ENTRIES] += mix.levels[0] + COMMON_GAIN_DB
    levels = mix.levels + COMMON_GAIN_DB
    return replace(mix, levels=levels, relative_profile=relative_profile(absolute, 0))


def order_effect(study: Study, mixes: Sequence[Mix]) -> tuple[float, float]:
    """The largest change of any probability, and the mean sd of mean moves, over stem orders."""
    rng = np.random.default_rng(study.seed)
    largest, spreads = 0.0, []
    for mix in mixes:
        orders = [rng.permutation(len(mix.names)) for _ in range(_ORDERS)]
        plain = hearing_of(mix)
        hearings = [
            replace(
                plain,
                names=tuple(plain.names[index] for index in order),
                anchor_index=int(np.flatnonzero(order == 0)[0]),
                hidden=plain.hidden[order],
                relative_profile=plain.relative_profile[order],
                roles=tuple(plain.roles[index] for index in order),
                profiles=plain.profiles[order],
            )
            for order in orders
        ]
        said = listen_to_all(study.listener, hearings)
        back = np.stack([one[np.argsort(order)] for one, order in zip(said, orders, strict=True)])
        largest = max(largest, float(np.ptp(back, axis=0).max()))
        spreads.append(float((back @ GRID).std(axis=0).mean()))
    return largest, float(np.mean(spreads))


def _mean_over(values: np.ndarray, songs: np.ndarray) -> Estimate:
    return bootstrap_rows(songs, lambda index: float(np.nanmean(values[index])), _DRAWS)


def _spelled(estimate: Estimate) -> str:
    return f"{estimate.value:.2f} [{estimate.low:.2f}, {estimate.high:.2f}]"
