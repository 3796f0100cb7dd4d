"""Operating points: thresholds from cautious to picky, each with what it does, measured.

One rule: points are chosen on the valid split, and on the real songs that may be tuned on, so the
test split and the songs held out say what they are worth. A rate holds for the worst group of them.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

import numpy as np
from rich.console import Console

from assistant.sensitivity import OperatingPoint
from finetune.real_advisors import ask
from finetune.real_mixes import RealMix, mix_of, under_anchors
from finetune.real_songs import HELD_OUT, read_songs
from finetune.scoring import told_fault
from finetune.strict_study import LISTENER, UNNAMED, Study, print_rows

FALSE_ALARMS = {"cautious": 0.05, "careful": 0.10, "balanced": 0.17, "keen": 0.30, "picky": 0.50}


def operating_points(
    untouched: Sequence[np.ndarray], faulty: np.ndarray, right: np.ndarray
) -> tuple[OperatingPoint, ...]:
    """The points at which no group has more false alarms than FALSE_ALARMS says.

    Args:
        untouched: P(fault) of the likeliest stem of each mix that is right, group by group.
        faulty: the same of each mix with one fault.
        right: whether stem and direction are right there, bool.
    """
    sizes = [len(group) for group in untouched]
    if not sizes or not min(sizes) or not len(faulty):
        raise ValueError(
            f"{sizes} untouched mixes and {len(faulty)} with one fault: points need both"
        )
    points = []
    for name, rate in FALSE_ALARMS.items():
        threshold = max(
            float(np.quantile(group, 1.0 - rate, method="higher")) for group in untouched
        )
        threshold = math.ceil(1e4 * threshold) / 1e4
        alarm = max(float(np.mean(group > threshold)) for group in untouched)
        hit = float(np.mean(right & (faulty > threshold)))
        points.append(OperatingPoint(name, threshold, round(alarm, 4), round(hit, 4)))
    return tuple(points)


def measure(study: Study, real: Sequence[RealMix]) -> tuple[OperatingPoint, ...]:
    """The listener's points: groups are names that tell, names that do not, and real mixes.

    real: mixes of real songs that are right; none leaves that group out.
    """
    mixes = study.clear(study.mixes)
    both = [study.panel.judged(name, mixes) for name in (LISTENER, UNNAMED)]
    untouched = [judged.told[judged.flaw_count == 0] for judged in both]
    if real:
        said = ask(study.listener, [mix.hearing for mix in real])
        untouched.append(np.array([told_fault(one)[1:].max() for one in said]))
    one = [judged.taken(judged.flaw_count == 1) for judged in both]
    faulty = np.concatenate([judged.told for judged in one])
    right = np.concatenate([judged.stem_right & judged.direction_right for judged in one])
    return operating_points(untouched, faulty, right)


def tuned_on(folder: Path, cache: Path) -> list[RealMix]:
    """The artists' own balances of the real songs that may be tuned on, under several anchors."""
    songs = [song for song in read_songs(folder, cache) if song.name not in HELD_OUT]
    return [mix_of(turned) for song in songs for turned in under_anchors(song)]


def show(study: Study, console: Console, real: Sequence[RealMix], file: Path | None) -> None:
    """Print the points, and write them if a file is named."""
    points = measure(study, real)
    rows = [
        [one.name, f"{one.threshold:.3f}", f"{one.false_alarm:.1%}", f"{one.hit:.1%}"]
        for one in points
    ]
    title = f"Operating points ({study.bank.split} split, {len(study.mixes)} mixes)"
    columns = ("point", "threshold", "false alarms", "hits (one fault of 3 dB or more)")
    print_rows(console, title, columns, rows)
    if file is not None:
        write(file, study, real, points)
        console.print(f"written: {file}")


def write(
    file: Path, study: Study, real: Sequence[RealMix], points: Sequence[OperatingPoint]
) -> None:
    """Write the points and what they were measured on."""
    songs, split = len(study.bank.records), study.bank.split
    on = f"{songs} rendered songs of the {split} split, single faults of 3 to 12 dB or none"
    if real:
        on += f", and {len({mix.song for mix in real})} real songs as they are"
    measured = {
        "on": on,
        "mixes": len(study.mixes) + len(real),
        "date": date.today().isoformat(),
    }
    written = {"measured": measured, "points": [asdict(point) for point in points]}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(written, indent=2) + "\n")
