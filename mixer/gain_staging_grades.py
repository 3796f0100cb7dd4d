"""What the readings of gain staging mean: conventions with source and spread, findings, trims.

One rule: an error is sound that is lost; whatever is only a convention is advice. In floating point
a hot channel does no damage, so its level alone is never an error.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mixer.audio_files import LOSSY
from mixer.export import HIGHEST_PEAK_DBTP
from mixer.gain_staging import StemReading, Twins
from mixer.moves import MAX_GAIN_DB, on_grid
from mixer.song import Stem
from mixer.stem_faults import DC_LIMIT, NEAR_SILENCE_DBFS

Grade = Literal["error", "advice", "fine"]
GRADES: tuple[Grade, ...] = ("error", "advice", "fine")  # the worst first

CANCELS_DB = -20.0  # two stems together, against the louder one
NOISE_BELOW_DB = 40.0  # noise nearer to the average than this is told
_PAUSE_BELOW_DB = 20.0  # what is less far below the average is music, not noise
_STEADY_S = 1.2
MOST_TIMES = 20


@dataclass(frozen=True)
class Convention:
    """What is usual from low to high, and the aim within it.

    source: whose word it is, and basis what they say. spread: how far others part from it.
    """

    name: str
    low: float
    high: float
    aim: float
    unit: str
    source: str
    basis: str
    spread: str


AVERAGE = Convention(
    "average of a track", -21.0, -15.0, -18.0, "dBFS", "EBU R 68",
    "a tone for alignment sits at -18 dBFS; that tracks average 3 dB around it is a habit",
    "the K-System (Katz) has its zero at -20, -14 or -12 dBFS",
)  # fmt: skip
PEAK = Convention(
    "peak of a track", -12.0, -6.0, -9.0, "dBFS", "EBU R 68",
    "a programme meter may go to -9 dBFS; -12 to -6 is a habit, no standard",
    "some engineers aim at -12, others at -6 dBFS",
)  # fmt: skip
BUS_PEAK = Convention(
    "peak of a mix before mastering", -6.0, -3.0, -6.0, "dBTP", "habit",
    "no standard asks for it",
    "some mastering rooms take a mix that peaks at -3 to -1 dBFS",
)  # fmt: skip
DELIVERY_PEAK = Convention(
    "peak of a finished mix", -2.0, HIGHEST_PEAK_DBTP, HIGHEST_PEAK_DBTP, "dBTP",
    "EBU R 128, AES TD1008", "at most -1 dBTP",
    "ATSC A/85 asks for -2 dBTP; AES TD1008 lets -0.5 pass at high bit rates",
)  # fmt: skip
DELIVERY_LOUDNESS = Convention(
    "loudness of a finished mix", -23.0, -14.0, -14.0, "LUFS",
    "EBU R 128, Spotify", "-23 LUFS for broadcast, -14 LUFS for streaming",
    "ATSC A/85 asks for -24 LUFS; Spotify's loud setting plays at -11",
)  # fmt: skip
CONVENTIONS = (AVERAGE, PEAK, BUS_PEAK, DELIVERY_PEAK, DELIVERY_LOUDNESS)


@dataclass(frozen=True)
class Finding:
    """One thing that was found; values are its numbers by name, none of them a sentence."""

    kind: str
    grade: Grade
    stem: str | None
    values: dict[str, Any]


def trim_db(reading: StemReading) -> float:
    """The gain before any processing that brings a stem to where plug-ins expect it; 0 if it is.

    It aims at the average and never passes the aim of the peak; half dB steps.
    """
    average, peak = reading.average_dbfs, reading.sample_peak_dbfs
    if average is None or peak is None or peak < NEAR_SILENCE_DBFS:
        return 0.0
    hot = peak > PEAK.high or average > AVERAGE.high
    low = peak < PEAK.low and average < AVERAGE.low
    if not (hot or low):
        return 0.0
    wanted_db = min(AVERAGE.aim - average, PEAK.aim - peak)
    return on_grid(max(-MAX_GAIN_DB, min(MAX_GAIN_DB, wanted_db)))


def stem_findings(stem: Stem, reading: StemReading) -> list[Finding]:
    """What is to be said of one stem, the worst first."""
    name, peak = stem.name, reading.sample_peak_dbfs

    def found(kind: str, grade: Grade, **values: Any) -> Finding:
        return Finding(kind, grade, name, values)

    listed: list[Finding] = []
    if stem.broken:
        listed.append(found("broken", "error", samples=stem.broken))
    if peak is None:
        return [*listed, found("silent", "error")]
    if stem.clipped:
        listed.append(found("clipped", "error", **_clipping(stem)))
    if peak < NEAR_SILENCE_DBFS:
        return [*listed, found("almost_silent", "advice", sample_peak_dbfs=peak)]
    if (over := _over(stem, reading)) is not None:
        listed.append(found(over, "advice", **_peaks(reading)))
    if abs(reading.dc_offset) >= DC_LIMIT:
        listed.append(found("offset", "advice", dc_offset=reading.dc_offset))
    if (noise := _noise(reading)) is not None:
        listed.append(found("noise", "advice", **noise))
    if reading.sides in ("left only", "right only"):
        listed.append(found("one_sided", "advice", side=reading.sides.partition(" ")[0]))
    elif reading.sides == "opposite":
        correlation = reading.side_correlation
        listed.append(found("opposite_sides", "advice", side_correlation=correlation))
    elif reading.sides == "mono in stereo":
        listed.append(found("mono_in_stereo", "advice"))
    if trim := trim_db(reading):
        level = {"average_dbfs": reading.average_dbfs, "sample_peak_dbfs": peak}
        listed.append(found("hot" if trim < 0.0 else "low", "advice", trim_db=trim, **level))
    return listed


def twin_findings(twins: Iterable[Twins]) -> list[Finding]:
    """What is to be said of stems that hold the same sound."""
    return [
        Finding(
            _twin_kind(pair),
            "error" if _twin_kind(pair) == "cancelling" else "advice",
            pair.first,
            {
                "other": pair.second,
                "correlation": pair.correlation,
                "together_db": pair.together_db,
            },
        )
        for pair in twins
    ]


def _twin_kind(pair: Twins) -> str:
    if pair.correlation > 0.0:
        return "doubled"
    gone = pair.together_db is None or pair.together_db <= CANCELS_DB
    return "cancelling" if gone else "turned_over"


def bus_findings(true_peak_dbtp: float | None) -> list[Finding]:
    """What is to be said of the mix bus as an export would write it without a guard."""
    if true_peak_dbtp is None or true_peak_dbtp <= BUS_PEAK.high:
        return []
    values = {
        "true_peak_dbtp": true_peak_dbtp,
        "all_down_db": true_peak_dbtp - BUS_PEAK.aim,
        "aim_dbtp": BUS_PEAK.aim,
    }
    if true_peak_dbtp > 0.0:
        return [Finding("bus_over", "error", None, values)]
    return [Finding("bus_hot", "advice", None, values)]


def worst(findings: Sequence[Finding], stem: str | None = None) -> Grade:
    """The worst grade among all findings, or among those of one stem."""
    told = {f.grade for f in findings if stem is None or stem in (f.stem, f.values.get("other"))}
    return next(grade for grade in GRADES if grade in told or grade == "fine")


def _clipping(stem: Stem) -> dict[str, Any]:
    longest = max(stem.clipped, key=lambda run: run.samples)
    return {
        "places": len(stem.clipped),
        "first_s": stem.clipped[0].start_s,
        "longest_ms": 1000.0 * longest.samples / stem.sample_rate,
        "times_s": [run.start_s for run in stem.clipped[:MOST_TIMES]],
    }


def _over(stem: Stem, reading: StemReading) -> str | None:
    """The kind of peak over full scale that a stem has: in its samples, or only between them."""
    peak, true_peak = reading.sample_peak_dbfs, reading.true_peak_dbtp
    if peak is None or true_peak is None or max(peak, true_peak) <= 0.0:
        return None
    if peak > 0.0 and stem.subtype in ("FLOAT", "DOUBLE"):
        return "over_full_scale"
    if peak > 0.0 and stem.path is not None and stem.path.suffix.lower() in LOSSY:
        return "over_unpacked"
    return None if stem.clipped else "inter_sample"


def _peaks(reading: StemReading) -> dict[str, Any]:
    return {
        "sample_peak_dbfs": reading.sample_peak_dbfs,
        "true_peak_dbtp": reading.true_peak_dbtp,
    }


def _noise(reading: StemReading) -> dict[str, Any] | None:
    """Steady noise in the pauses that is near enough to the stem's own level to be heard."""
    average, floor = reading.average_dbfs, reading.noise_floor_dbfs
    if average is None or floor is None or reading.noise_seconds < _STEADY_S:
        return None
    below_db = average - floor
    if not _PAUSE_BELOW_DB <= below_db < NOISE_BELOW_DB:
        return None
    return {
        "noise_floor_dbfs": floor,
        "noise_start_s": reading.noise_start_s,
        "below_db": below_db,
    }
