"""What an advisor believes of a balance, read off its answers as one stem is swept up and down.

One rule: the ruler is the ideal observer. A belief is the shift and the width of the prior under
which an observer, probed in the same way, would answer as the advisor did.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import RectBivariateSpline

from assistant.hearing import Hearing
from finetune.arrangements import line_up
from finetune.flaws import LEAST_DB
from finetune.observer import GRID, fault_posterior
from finetune.scoring import p_fault
from mixer.balance import Z_90, BalancePrior
from mixer.ear import trust_in_content
from mixer.loudness import LEVEL_ENTRIES, PLAYS, relative_profile

SWEEP_LU = np.arange(-15.0, 15.5, 1.0)
WIDTHS = np.array([0.4, 0.6, 0.8, 1.0, 1.3, 1.7, 2.2, 3.0])  # of the prior's own
_FINE = np.geomspace(WIDTHS[0], WIDTHS[-1], 161)
_OFF_LU = np.arange(0.0, 31.0, 2.0)  # far enough for a belief at one end of the sweep
_LINE_UPS_TRIED = 20_000


@dataclass(frozen=True, eq=False)
class Probe:
    """A line-up at the prior's mean, the anchor first; `stem` is the one to be swept.

    mean (S,) and covariance (S, S) are the prior's; profile (S, 14) stands at the mean.
    """

    genre: str
    roles: tuple[str, ...]
    names: tuple[str, ...]
    stem: int
    mean: np.ndarray
    covariance: np.ndarray
    profile: np.ndarray
    hidden: np.ndarray

    def levels(self) -> np.ndarray:
        """Levels (sweep, S) in LU."""
        levels = np.tile(self.mean, (len(SWEEP_LU), 1))
        levels[:, self.stem] += SWEEP_LU
        return levels

    def hearings(self, told_genre: bool = True) -> list[Hearing]:
        """What a listener is given at each step of the sweep."""
        found, trust = [], trust_in_content(self.names, self.hidden)
        for step_lu in SWEEP_LU:
            rows = self.profile.copy()
            rows[self.stem, LEVEL_ENTRIES] += step_lu
            relative = relative_profile(rows, 0)
            genre = self.genre if told_genre else None
            found.append(
                Hearing(self.names, 0, self.hidden, relative, self.roles, rows, genre, trust=trust)
            )
        return found


@dataclass(frozen=True)
class Belief:
    """Where a stem belongs against the anchor: median and 10-90 % range, believed and taught.

    width: the believed spread over the taught one.
    """

    centre_lu: float
    spread_lu: float
    taught_lu: float
    taught_spread_lu: float
    width: float


def typical(genre: str, needed: Sequence[str], rng: np.random.Generator) -> tuple[str, ...] | None:
    """A line-up of the genre that has all needed roles, these first; None where none turns up."""
    for _ in range(_LINE_UPS_TRIED):
        roles = list(line_up(genre, rng))
        if all(roles.count(role) >= needed.count(role) for role in needed):
            for role in needed:
                roles.remove(role)
            return (*needed, *roles)
    return None


def make_probe(
    genre: str,
    roles: Sequence[str],
    prior: BalancePrior,
    profile: np.ndarray,
    hidden: np.ndarray,
    told_genre: bool = True,
) -> Probe:
    """The second stem of a line-up is to be swept against the first; sounds at any level.

    Without the genre told, the prior's spread is that of all genres and its mean the genre's.
    """
    mean, covariance = prior.moments(roles, genre, profile[:, PLAYS])
    if not told_genre:
        covariance = prior.moments(roles, None, profile[:, PLAYS])[1]
    rows = np.array(profile, np.float32)
    rows[:, LEVEL_ENTRIES] += (mean - rows[:, 0])[:, None].astype(np.float32)
    return Probe(genre, tuple(roles), numbered(roles), 1, mean, covariance, rows, hidden)


def numbered(roles: Sequence[str]) -> tuple[str, ...]:
    """Names that tell the roles: 'bass', 'bass 2'."""
    counts = [list(roles[:place]).count(role) + 1 for place, role in enumerate(roles)]
    return tuple(
        f"{role} {count}" if count > 1 else role for role, count in zip(roles, counts, strict=True)
    )


def observed(probe: Probe) -> np.ndarray:
    """The ideal observer's answers (sweep, 49) to a probe."""
    return np.stack(
        [
            fault_posterior(levels, 0, probe.mean, probe.covariance)[probe.stem]
            for levels in probe.levels()
        ]
    )


def centre(answers: np.ndarray) -> float:
    """Where on the sweep raising and lowering are equally likely; its end where they never are."""
    lean = answers[:, GRID >= LEAST_DB].sum(axis=1) - answers[:, GRID <= -LEAST_DB].sum(axis=1)
    if lean[0] <= 0.0 or lean[-1] >= 0.0:
        return float(SWEEP_LU[0] if lean.mean() < 0.0 else SWEEP_LU[-1])
    # Of several crossings, the one about which the sweep is most evenly parted.
    crossings = np.flatnonzero((lean[:-1] > 0.0) & (lean[1:] <= 0.0))
    unlike = [int((lean[: i + 1] <= 0).sum() + (lean[i + 1 :] > 0).sum()) for i in crossings]
    before = int(crossings[int(np.argmin(unlike))])
    part = lean[before] / (lean[before] - lean[before + 1])
    return float(SWEEP_LU[before] + part * (SWEEP_LU[before + 1] - SWEEP_LU[before]))


def width_curves(probe: Probe) -> np.ndarray:
    """P(fault) (widths, offsets) of the swept stem for observers of wider and narrower priors."""
    curves = np.empty((len(WIDTHS), len(_OFF_LU)))
    for row, width in zip(curves, WIDTHS, strict=True):
        for column, off_lu in enumerate(_OFF_LU):
            levels = probe.mean.copy()
            levels[probe.stem] += off_lu
            posterior = fault_posterior(levels, 0, probe.mean, width**2 * probe.covariance)
            row[column] = p_fault(posterior)[probe.stem]
    return curves


def width(answers: np.ndarray, centre_lu: float, curves: np.ndarray) -> float:
    """The width, in those of the prior, whose observer's P(fault) is nearest over the sweep."""
    said, off_lu = p_fault(answers), np.abs(SWEEP_LU - centre_lu)
    surface = RectBivariateSpline(np.log(WIDTHS), _OFF_LU, curves)
    expected = surface.ev(np.log(_FINE)[:, None], off_lu[None, :])
    return float(_FINE[int(np.square(expected - said).sum(axis=1).argmin())])


@dataclass(frozen=True, eq=False)
class Reading:
    """One probe's result: the believed level less the taught one, and the width."""

    probe: Probe
    shift_lu: float
    width: float


def read(probe: Probe, answers: np.ndarray) -> Reading:
    """Read a belief off the swept stem's posteriors (sweep, 49)."""
    shift_lu = centre(answers)
    return Reading(probe, shift_lu, width(answers, shift_lu, width_curves(probe)))


def against_anchor(readings: Sequence[Reading]) -> Belief:
    """The mean belief over several line-ups: the swept stem against the anchor."""
    rows = []
    for reading in readings:
        mean, stem = reading.probe.mean, reading.probe.stem
        contrast = np.zeros(len(mean))
        contrast[[stem, 0]] = 1.0, -1.0
        rows.append(_numbers(reading, contrast, float(mean[stem] - mean[0])))
    return Belief(*np.mean(rows, axis=0).tolist())


def against_all(readings: Sequence[Reading]) -> Belief:
    """The same against the sum of all other stems (vocal to accompaniment)."""
    rows = []
    for reading in readings:
        mean, stem = reading.probe.mean, reading.probe.stem
        powers = np.delete(10 ** (mean / 10), stem)
        # To first order a sum of powers moves by its parts' shares of it.
        contrast = np.insert(-powers / powers.sum(), stem, 1.0)
        rows.append(_numbers(reading, contrast, mean[stem] - 10 * float(np.log10(powers.sum()))))
    return Belief(*np.mean(rows, axis=0).tolist())


def _numbers(
    reading: Reading, contrast: np.ndarray, taught_lu: float
) -> tuple[float, float, float, float, float]:
    """A belief's fields; the contrast (S,) says what is compared with what."""
    spread_lu = Z_90 * float(np.sqrt(contrast @ reading.probe.covariance @ contrast))
    believed_lu = taught_lu + reading.shift_lu
    return believed_lu, reading.width * spread_lu, taught_lu, spread_lu, reading.width
