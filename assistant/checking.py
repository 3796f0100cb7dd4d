"""The gain-staging check of a song as it stands: what was found, trims, the mix bus, every dB.

One rule: everything is measured by mixer, everything said comes from prompts; here they meet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import prompts
from mixer.gain_staging import StemReading, Twins, find_twins, read_song
from mixer.gain_staging_bus import BusReading, LedgerRow, MixBus, ledger
from mixer.gain_staging_grades import (
    CONVENTIONS,
    GRADES,
    Convention,
    Finding,
    Grade,
    bus_findings,
    stem_findings,
    trim_db,
    twin_findings,
    worst,
)
from mixer.loudness import Level
from mixer.moves import MixState, Move
from mixer.song import Song

LEVELS = ("hot", "low")  # kinds of findings that a trim answers
_DIGITS = {"dc_offset": 4, "first_s": 2, "noise_start_s": 2, "correlation": 4}
_DIGITS |= {"side_correlation": 2, "longest_ms": 2}


class SongCheck:
    """A song's files as they were read, and its mix bus; both are kept for the next check."""

    def __init__(self, song: Song, levels: Sequence[Level]) -> None:
        self.song = song
        self.levels = tuple(levels)
        self.bus = MixBus(song)

    @cached_property
    def readings(self) -> tuple[StemReading, ...]:
        return read_song(self.song, self.levels)

    @cached_property
    def twins(self) -> tuple[Twins, ...]:
        return find_twins(self.song)

    def at(self, state: MixState, moves: Sequence[Move] = ()) -> "Checked":
        """Check the song in a state, and forecast the bus after moves."""
        now = self.bus.read(state)
        after = self.bus.read(state.moved(self.song.names, moves)) if moves else None
        found = [
            *bus_findings(now.true_peak_dbtp),
            *twin_findings(self.twins),
            *(
                finding
                for stem, reading in zip(self.song.stems, self.readings, strict=True)
                for finding in stem_findings(stem, reading)
            ),
        ]
        return Checked(
            self.readings,
            tuple(sorted(found, key=lambda finding: GRADES.index(finding.grade))),
            now,
            tuple(moves),
            after,
            ledger(self.bus, state, [level.lufs for level in self.levels]),
        )


@dataclass(frozen=True)
class Checked:
    """What a check found, the worst first. after: the bus after the moves, None without any."""

    readings: tuple[StemReading, ...]
    findings: tuple[Finding, ...]
    now: BusReading
    moves: tuple[Move, ...]
    after: BusReading | None
    ledger: tuple[LedgerRow, ...]

    @property
    def grade(self) -> Grade:
        return worst(self.findings)

    @property
    def trims(self) -> tuple[Move, ...]:
        """Gains before any processing; the fader of each goes the other way by as much."""
        trims = ((reading.stem, trim_db(reading)) for reading in self.readings)
        return tuple(Move(stem, gain_db) for stem, gain_db in trims if gain_db)

    def as_data(self) -> dict[str, Any]:
        """Everything, rounded as it is told."""
        return {
            "grade": self.grade,
            "counts": self._counts(),
            "stems": [self._stem(reading) for reading in self.readings],
            "findings": [_finding(finding) for finding in self.findings],
            "bus": {"now": _bus(self.now), "after": _bus(self.after)},
            "proposal": [_gain(move) for move in self.moves],
            "trims": [_gain(move) for move in self.trims],
            "ledger": [_ledger_row(row) for row in self.ledger],
            "conventions": [_convention(convention) for convention in CONVENTIONS],
        }

    def _counts(self) -> dict[str, int]:
        """How much there is of everything; levels that are only unusual count as trims."""
        advice = [finding for finding in self.findings if finding.grade == "advice"]
        return {
            "errors": len(self.findings) - len(advice),
            "advice": sum(finding.kind not in LEVELS for finding in advice),
            "trims": len(self.trims),
        }

    def _stem(self, reading: StemReading) -> dict[str, Any]:
        trim = trim_db(reading)
        return {
            "stem": reading.stem,
            "grade": worst(self.findings, reading.stem),
            "average_dbfs": _rounded(reading.average_dbfs),
            "sample_peak_dbfs": _rounded(reading.sample_peak_dbfs),
            "true_peak_dbtp": _rounded(reading.true_peak_dbtp),
            "lufs": _rounded(reading.lufs),
            "dc_offset": _rounded(reading.dc_offset, 4),
            "noise_floor_dbfs": _rounded(reading.noise_floor_dbfs),
            "sides": reading.sides,
            "trim_db": trim,
            "fader_db": 0.0 - trim,
        }


def _finding(finding: Finding) -> dict[str, Any]:
    """A finding with its words; the numbers in them are those that stand beside them."""
    values = {name: _told(name, value) for name, value in finding.values.items()}
    told, cure = prompts.finding(finding.kind, stem=finding.stem, **values)
    named = {"kind": finding.kind, "grade": finding.grade, "stem": finding.stem}
    return {**named, **values, "told": told, "cure": cure}


def _told(name: str, value: Any) -> Any:
    """A value of a finding as it is told."""
    if isinstance(value, list):
        return [_rounded(one, 2) for one in value]
    return _rounded(value, _DIGITS.get(name, 1)) if isinstance(value, float) else value


def _bus(reading: BusReading | None) -> dict[str, Any] | None:
    if reading is None:
        return None
    return {
        "lufs": _rounded(reading.lufs),
        "true_peak_dbtp": _rounded(reading.true_peak_dbtp),
        "headroom_db": _rounded(reading.headroom_db),
        "export_db": _rounded(reading.export_db),
    }


def _ledger_row(row: LedgerRow) -> dict[str, Any]:
    return {
        "stem": row.stem,
        "trim_db": _rounded(row.trim_db, 2),
        "sound_db": _rounded(row.sound_db, 2),
        "fader_db": _rounded(row.fader_db, 2),
        "bus_db": _rounded(row.bus_db, 2),
        "sum_db": _rounded(row.sum_db, 2),
        "measured_db": _rounded(row.measured_db, 2),
    }


def _convention(convention: Convention) -> dict[str, Any]:
    return dict(vars(convention))


def _gain(move: Move) -> dict[str, Any]:
    return {"stem": move.stem, "gain_db": move.gain_db}


def _rounded(value: float | None, digits: int = 1) -> float | None:
    """A number as it is told, without a negative zero; None stays None."""
    return None if value is None else round(float(value), digits) + 0.0
