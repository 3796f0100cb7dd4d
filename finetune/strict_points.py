"""Operating points: thresholds from cautious to picky, each with what it does, measured.

One rule: points are chosen on the valid split, so the test split says what they are worth.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

import numpy as np
from rich.console import Console

from assistant.sensitivity import OperatingPoint
from finetune.strict_study import LISTENER, UNNAMED, Study, print_rows

FALSE_ALARMS = {"cautious": 0.05, "careful": 0.10, "balanced": 0.17, "keen": 0.30, "picky": 0.50}


def operating_points(
    untouched: np.ndarray, faulty: np.ndarray, right: np.ndarray
) -> tuple[OperatingPoint, ...]:
    """The points at which the false-alarm rates of FALSE_ALARMS are met.

    Args:
        untouched: P(fault) of the likeliest stem of each mix that is right.
        faulty: the same of each mix with one fault.
        right: whether stem and direction are right there, bool.
    """
    if not len(untouched) or not len(faulty):
        raise ValueError(
            f"{len(untouched)} untouched mixes and {len(faulty)} with one fault: points need both"
        )
    points = []
    for name, rate in FALSE_ALARMS.items():
        threshold = round(float(np.quantile(untouched, 1.0 - rate)), 4)
        alarm = float(np.mean(untouched > threshold))
        hit = float(np.mean(right & (faulty > threshold)))
        points.append(OperatingPoint(name, threshold, round(alarm, 4), round(hit, 4)))
    return tuple(points)


def measure(study: Study) -> tuple[OperatingPoint, ...]:
    """The listener's points; names that tell and names that do not count half each."""
    mixes = study.clear(study.mixes)
    both = [study.panel.judged(name, mixes) for name in (LISTENER, UNNAMED)]
    untouched = np.concatenate([judged.certainty[judged.flaw_count == 0] for judged in both])
    one = [judged.taken(judged.flaw_count == 1) for judged in both]
    faulty = np.concatenate([judged.certainty for judged in one])
    right = np.concatenate([judged.stem_right & judged.direction_right for judged in one])
    return operating_points(untouched, faulty, right)


def show(study: Study, console: Console, file: Path | None) -> None:
    """Print the points, and write them if a file is named."""
    points = measure(study)
    rows = [
        [one.name, f"{one.threshold:.3f}", f"{one.false_alarm:.1%}", f"{one.hit:.1%}"]
        for one in points
    ]
    title = f"Operating points ({study.bank.split} split, {len(study.mixes)} mixes)"
    columns = ("point", "threshold", "false alarms", "hits (one fault of 3 dB or more)")
    print_rows(console, title, columns, rows)
    if file is not None:
        write(file, study, points)
        console.print(f"written: {file}")


def write(file: Path, study: Study, points: Sequence[OperatingPoint]) -> None:
    """Write the points and what they were measured on."""
    songs, split = len(study.bank.records), study.bank.split
    measured = {
        "on": f"{songs} rendered songs of the {split} split, single faults of 3 to 12 dB or none",
        "mixes": len(study.mixes),
        "date": date.today().isoformat(),
    }
    written = {"measured": measured, "points": [asdict(point) for point in points]}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(written, indent=2) + "\n")
