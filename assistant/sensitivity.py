"""How sure the listener must be before a move is advised: five settings, each with measured rates.

One rule: a setting is never named without what was measured of it; both stand in one file beside
the weights that they were measured with.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

SETTINGS = ("cautious", "careful", "balanced", "keen", "picky")  # each flags more than the last
DEFAULT = "balanced"
FILE = "operating_points.json"
# How many faults a mix has, before anything is heard: none, one, two or three.
FAULTS_BEFORE = (0.40, 0.40, 0.12, 0.08)
_SEVERAL = 6  # so many stems leave enough room for doubt which of them is at fault
_SURE = 1e-9


class SensitivityError(ValueError):
    """A setting that is not there, or a file of settings that cannot be right."""


@dataclass(frozen=True)
class OperatingPoint:
    """One setting. threshold: the least probability of a fault that is told.

    false_alarm: share of fine mixes that are flagged. hit: share of single faults found, stem and
    direction right.
    """

    name: str
    threshold: float
    false_alarm: float
    hit: float


@dataclass(frozen=True)
class OperatingPoints:
    """All settings, and what their rates were measured on."""

    points: tuple[OperatingPoint, ...]
    measured_on: str
    mixes: int
    date: str

    def __getitem__(self, name: str) -> OperatingPoint:
        return self.points[SETTINGS.index(known_setting(name))]

    def told(self, name: str) -> dict[str, Any]:
        """A setting for replies and programs: its name, threshold, rates in whole percent."""
        point = self[name]
        return {
            "name": point.name,
            "threshold": point.threshold,
            "false_alarm_percent": percent(point.false_alarm),
            "hit_percent": percent(point.hit),
            "measured_on": f"{self.mixes} mixes: {self.measured_on}, {self.date}",
        }

    def line(self, name: str) -> str:
        """A setting in one line, with its rates."""
        told = self.told(name)
        return (
            f"sensitivity {name}: flags {told['false_alarm_percent']} % of fine mixes, finds "
            f"{told['hit_percent']} % of single faults (measured on {told['measured_on']})"
        )


def fault_before(stems: int) -> float:
    """The probability that a stem is at fault before anything is heard; the anchor never is."""
    others = stems - 1
    return sum(min(count, others) * chance for count, chance in enumerate(FAULTS_BEFORE)) / others


def among_several(fault: np.ndarray | float, stems: int) -> np.ndarray:
    """The probability of a fault as thresholds take it: what was heard of it, among six stems.

    Of two stems one is likely to be at fault before anything is heard, so that hardly any mix of
    theirs would be left alone: what counts is how much likelier listening has made it. The odds are
    changed by those of a stem of six over those of a stem of so many; of six and more, not at all.
    """
    chance = np.clip(np.asarray(fault, dtype=float), _SURE, 1.0 - _SURE)
    if not 1 < stems < _SEVERAL:
        return np.asarray(fault, dtype=float)
    several, few = fault_before(_SEVERAL), fault_before(stems)
    odds = chance / (1.0 - chance) * (several / (1.0 - several)) / (few / (1.0 - few))
    return odds / (1.0 + odds)


def known_setting(name: str) -> str:
    """The setting's name, or a refusal with the names there are."""
    if name not in SETTINGS:
        raise SensitivityError(f"sensitivity {name!r} was given: use one of {', '.join(SETTINGS)}")
    return name


def percent(share: float) -> int:
    """A share in whole percent, halves up."""
    return int(100 * share + 0.5)


@cache
def operating_points(folder: Path | None = None) -> OperatingPoints:
    """The settings beside the shipped weights, or beside others."""
    shipped = Path(str(files("assistant").joinpath("weights/listener")))
    path = (folder or shipped) / FILE
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        points = tuple(OperatingPoint(**point) for point in told["points"])
        measured = told["measured"]
        found = OperatingPoints(
            points, str(measured["on"]), int(measured["mixes"]), str(measured["date"])
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SensitivityError(
            f'{path} cannot be read ({error}): it needs {{"measured": {{"on", "mixes", "date"}}, '
            '"points": [{"name", "threshold", "false_alarm", "hit"}]}'
        ) from error
    _check(points, path)
    return found


def _check(points: tuple[OperatingPoint, ...], path: Path) -> None:
    """Refuse settings out of order: a lower threshold can only flag more, rightly or wrongly."""
    names = tuple(point.name for point in points)
    if names != SETTINGS:
        raise SensitivityError(f"{path} has the points {names}: {SETTINGS} are needed")
    rates = [(1 - point.threshold, point.false_alarm, point.hit) for point in points]
    wrong = [number for row in rates for number in row if not 0.0 <= number <= 1.0]
    columns = [list(column) for column in zip(*rates, strict=True)]
    falls = [
        names[at]
        for at in range(1, len(names))
        if any(column[at] < column[at - 1] for column in columns)
    ]
    if wrong or falls:
        raise SensitivityError(
            f"{path}: rates lie within 0 and 1 and rise as the threshold falls, but "
            f"{f'{wrong[0]:g} does not' if wrong else f'at {falls[0]} one of them falls'}: "
            "measure the points again, all on the same mixes"
        )


def balanced_threshold() -> float:
    """The probability of a fault from which a move is advised where nobody said otherwise."""
    return operating_points()[DEFAULT].threshold
