"""The seed's tables: overall, by class, by target, by direction, and detection, as published.

One rule: every rate is counted twice, as the seed counts and with the equal untouched records of a
segment counted as one; intervals come from drawing songs anew, never trials.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from finetune.level_rows import STEMS
from finetune.scoring import Estimate, bootstrap, joint_at
from finetune.seed_protocol import CLASSES, FLAWED, NONE, Marks

DRAWS, CURVE_DRAWS = 1000, 200
UNTOUCHED_RIGHT = (0.362, 0.545, 0.690, 0.781, 0.850)  # where curves are compared
MEASURES = ("joint", "stem", "direction", "magnitude")

# MixingBuddy-gain's final model (MERT, MLP, Qwen2-7B with LoRA) on 25,650 items of MUSDB18-HQ's
# test songs, by its own scorer. That scorer fails 2 of 10 right sentences of "quiet" and of "loud",
# and takes 575 false alarms for answers that nothing is wrong: 9.3 % of untouched mixes are right.
PUBLISHED_NAME = "MixingBuddy 7B, published"
PUBLISHED_OVERALL = ("49.8", "56.2", "58.4", "76.1", "60.0", "9.3", "85.7")
PUBLISHED = {
    "very quiet": (69.30, 72.16, 79.86, 97.21),
    "quiet": (53.82, 62.07, 68.77, 46.24),
    "none": (9.28, None, None, None),
    "loud": (38.09, 52.79, 49.57, 63.20),
    "very loud": (78.77, 84.72, 84.66, 97.60),
    "vocals": (54.98, 60.26, 65.43, 93.14),
    "drums": (49.91, 54.34, 56.25, 72.25),
    "bass": (44.67, 54.01, 53.61, 62.79),
    "lower": (58.43, 68.75, 67.12, 80.40),
    "raise": (61.56, 67.12, 74.32, 71.73),
    "mean of lower, raise, leave": (43.09, 48.38, 50.24, None),
}
PUBLISHED_DETECTION = {
    "fault": ("18460", "4079", "2060", "81.9", "90.0", "85.7"),
    "stem": ("13940", "5035", "1545", "73.5", "90.0", "80.9"),
    "direction": ("14511", "8028", "2635", "64.4", "84.6", "73.1"),
}


@dataclass(frozen=True)
class Detection:
    """Weighted counts of right, wrong and missed findings."""

    right: float
    wrong: float
    missed: float

    @property
    def precision(self) -> float:
        return _share(self.right, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return _share(self.right, self.right + self.missed)

    @property
    def f1(self) -> float:
        return _share(2 * self.right, 2 * self.right + self.wrong + self.missed)


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")


def rate(right: np.ndarray, weight: np.ndarray, song: np.ndarray, draws: int = DRAWS) -> Estimate:
    """The weighted share that is right, with its 95 % interval over songs drawn anew."""
    hits, total = np.bincount(song, weight * right), np.bincount(song, weight)
    rng = np.random.default_rng(0)
    times = rng.multinomial(len(total), np.full(len(total), 1.0 / len(total)), size=draws)
    low, high = np.percentile((times @ hits) / (times @ total), (2.5, 97.5))
    return Estimate(float(hits.sum() / total.sum()), float(low), float(high))


def detections(marks: Marks, weight: np.ndarray) -> dict[str, Detection]:
    """Findings of a fault, of its stem and of its direction, by the seed's definitions.

    Of the stem: on faults only, wrong = another was named. Of the direction: wrong = the other way
    or on an untouched mix. Missed = a fault was passed over.
    """
    faulty, flagged = marks.trials.faulty, marks.flagged
    missed = float(weight[faulty & ~flagged].sum())
    alarms = float(weight[~faulty & flagged].sum())
    found = {}
    for name, right in (("stem", marks.stem), ("direction", marks.direction)):
        hits = float(weight[faulty & flagged & right].sum())
        wrong = float(weight[faulty & flagged & ~right].sum())
        found[name] = Detection(hits, wrong + (alarms if name == "direction" else 0.0), missed)
    return {"fault": Detection(float(weight[faulty & flagged].sum()), alarms, missed), **found}


def countings(marks: Marks) -> tuple[tuple[str, np.ndarray], ...]:
    """The two ways of counting: a name and the trials' weights."""
    trials = marks.trials
    return (("as the seed", np.ones(len(trials))), ("untouched once", trials.once_weight))


def overall(marked: dict[str, Marks]) -> Table:
    """All advisors: the seed's headline in both countings, its parts, the size of advice."""
    table = _table("at each advisor's own threshold (%)", ("advisor", "untouched counted"))
    columns = ("joint [95 %]", "stem", "direction", "magnitude", "joint on faults [95 %]")
    for column in (*columns, "untouched right [95 %]", "F1 fault", "MAE dB"):
        table.add_column(column, justify="right")
    joint, stem, direction, magnitude, faults, untouched, f1 = PUBLISHED_OVERALL
    row = (joint, stem, direction, magnitude, faults, untouched, f1, "-")
    table.add_row(PUBLISHED_NAME, "as the seed", *row)
    for name, marks in marked.items():
        for counting, weight in countings(marks):
            table.add_row(name, counting, *_overall_cells(marks, weight))
    return table


def _overall_cells(marks: Marks, weight: np.ndarray) -> list[str]:
    faulty, song = marks.trials.faulty, marks.judged.song
    cells = [_interval(rate(marks.joint, weight, song))]
    cells += [_percent(float(np.average(part, weights=weight)))
              for part in (marks.stem, marks.direction)]  # fmt: skip
    cells.append(_percent(float(np.mean(marks.magnitude[faulty]))))
    cells.append(_interval(rate(marks.joint, weight * faulty, song)))
    cells.append(_interval(rate(marks.joint, weight * ~faulty, song)))
    cells.append(_percent(detections(marks, weight)["fault"].f1))
    return [*cells, f"{np.mean(marks.error_db[faulty]):.2f}"]


def curves(marked: dict[str, Marks]) -> Table:
    """Joint on faults where so many untouched mixes are left alone, whatever the threshold.

    Who flags every mix has no such curve.
    """
    table = _table("joint on faults (%) [95 %] where untouched mixes are left alone", ("advisor",))
    for share in UNTOUCHED_RIGHT:
        table.add_column(f"{share:.1%}", justify="right")
    for name, marks in marked.items():
        if marks.flagged.all():
            continue
        cells = [
            _interval(bootstrap(marks.judged, lambda some, at=share: joint_at(some, 1.0 - at),
                                CURVE_DRAWS))
            for share in UNTOUCHED_RIGHT
        ]  # fmt: skip
        table.add_row(name, *cells)
    return table


def breakdown(name: str, marks: Marks) -> Table:
    """One advisor by class, target and direction, the published model beside it."""
    table = _table(f"{name}, in brackets {PUBLISHED_NAME} (%)", ("trials",))
    for column in ("n", *MEASURES):
        table.add_column(column, justify="right")
    trials = marks.trials
    sections = [
        [(label, trials.category == number) for number, label in enumerate(CLASSES)],
        [(stem, trials.target == STEMS.index(stem)) for stem in reversed(FLAWED)],
        [("lower", trials.direction == -1), ("raise", trials.direction == 1)],
    ]
    for section in sections:
        for label, which in section:
            values = [*_measures(marks, which)]
            if label == CLASSES[NONE]:
                values[1:] = [float("nan")] * 3
            table.add_row(label, str(int(which.sum())), *_beside(label, values))
        table.add_section()
    means = np.mean([_measures(marks, trials.direction == sign) for sign in (-1, 1, 0)], axis=0)
    label = "mean of lower, raise, leave"
    table.add_row(label, "", *_beside(label, [*means[:3], float("nan")]))
    return table


def _measures(marks: Marks, which: np.ndarray) -> list[float]:
    """Joint, stem and direction of these trials, and magnitude of those that have a fault."""
    rates = [_mean(part[which]) for part in (marks.joint, marks.stem, marks.direction)]
    return [*rates, _mean(marks.magnitude[which & marks.trials.faulty])]


def _beside(label: str, values: Sequence[float]) -> list[str]:
    """Each value with the published one in brackets."""
    published = PUBLISHED.get(label, (None,) * len(values))
    return [
        _percent(value) + ("" if known is None else f" ({known:.1f})")
        for value, known in zip(values, published, strict=True)
    ]


def detection(marked: dict[str, Marks]) -> Table:
    """Precision, recall and F1 of finding a fault, its stem, its direction."""
    table = _table("detection", ("advisor", "untouched counted", "of"))
    for column in ("right", "wrong", "missed", "precision %", "recall %", "F1 %"):
        table.add_column(column, justify="right")
    for kind, cells in PUBLISHED_DETECTION.items():
        table.add_row(PUBLISHED_NAME, "as the seed", kind, *cells)
    for name, marks in marked.items():
        for counting, weight in countings(marks):
            for kind, found in detections(marks, weight).items():
                if kind == "stem" and counting != "as the seed":
                    continue  # untouched mixes have no say in it
                counts = [f"{count:.0f}" for count in (found.right, found.wrong, found.missed)]
                rates = map(_percent, (found.precision, found.recall, found.f1))
                table.add_row(name, counting, kind, *counts, *rates)
    return table


def print_tables(title: str, marked: dict[str, Marks], told: str, console: Console) -> None:
    """All tables of one source; broken down are the last two advisors."""
    console.rule(title)
    console.print(overall(marked), curves(marked))
    for name in list(marked)[-2:]:
        console.print(breakdown(name, marked[name]))
    console.print(detection(marked))
    if told:
        console.print(told)


def _table(title: str, left: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left")
    for column in left:
        table.add_column(column)
    return table


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def _percent(value: float) -> str:
    return "-" if np.isnan(value) else f"{100 * value:.1f}"


def _interval(estimate: Estimate) -> str:
    low, high = 100 * estimate.low, 100 * estimate.high
    return f"{100 * estimate.value:.1f} [{low:.1f}, {high:.1f}]"
