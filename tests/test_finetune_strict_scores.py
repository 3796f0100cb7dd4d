"""The strict protocol's scores, on numbers that can be counted or are known beforehand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finetune.baselines import LevelsOnlyAdvisor
from finetune.flaws import Flaw
from finetune.observer import GRID, KEEP, fault_posterior
from finetune.scoring import Case, bootstrap_rows, judge
from finetune.strict_aim import aims, slope
from finetune.strict_points import FALSE_ALARMS, operating_points
from finetune.strict_psychometric import Psychometric, raises
from finetune.strict_scores import (
    auroc,
    balanced_direction,
    d_prime,
    macro_f1,
    move_errors,
    p_problem,
    reliability,
    share_kept,
)

NUMBERS = st.lists(st.integers(0, 9), min_size=1, max_size=12)


def row(mean_db: float, sd_db: float, fault: float) -> np.ndarray:
    """A posterior (1, 49) whose moves of 1.5 dB or more lie on a bell, half a bin at the ends."""
    size = np.abs(GRID)
    bell = np.exp(-0.5 * ((GRID - mean_db) / sd_db) ** 2)
    bell[size < 1.5] = 0.0
    bell[(size == 1.5) | (size == 12.0)] *= 0.5
    posterior = fault * bell / bell.sum()
    posterior[KEEP] = 1.0 - fault
    return posterior[None]


def test_auroc_counts_pairs() -> None:
    assert auroc(np.array([0.9, 0.4]), np.array([0.5, 0.1])) == 0.75
    assert auroc(np.array([0.5]), np.array([0.5])) == 0.5
    assert math.isnan(auroc(np.array([]), np.array([0.5])))


@settings(deadline=None, max_examples=50)
@given(NUMBERS, NUMBERS)
def test_auroc_is_what_pairs_say_and_flips(high: list[int], low: list[int]) -> None:
    one, other = np.array(high, float), np.array(low, float)
    pairs = np.sign(one[:, None] - other[None]) / 2 + 0.5
    assert auroc(one, other) == pytest.approx(pairs.mean())
    assert auroc(one, other) + auroc(other, one) == pytest.approx(1.0)


def test_calibration_error_of_what_is_said_too_surely() -> None:
    said = np.array([0.95] * 10 + [0.15] * 10)
    true = np.array([True] * 7 + [False] * 3 + [True] + [False] * 9)
    found = reliability(said, true)
    assert found.count.tolist() == [0, 10, 0, 0, 0, 0, 0, 0, 0, 10]
    assert found.true[[1, 9]].tolist() == pytest.approx([0.1, 0.7])
    assert found.error == pytest.approx((0.05 + 0.25) / 2)
    assert reliability(np.array([1.0, 0.0]), np.array([True, False])).error == 0.0


def test_d_prime() -> None:
    assert d_prime(50, 100, 50, 100) == pytest.approx(0.0)
    assert d_prime(8413, 10000, 1587, 10000) == pytest.approx(2.0, abs=0.01)
    assert math.isfinite(d_prime(10, 10, 0, 10))


def test_macro_f1_counts_every_role_alike() -> None:
    # a: 2 of 2 found, but named 3 times: 2*2/5; b: never named
    assert macro_f1(["a", "a", "b"], ["a", "a", "a"]) == pytest.approx((0.8 + 0.0) / 2)
    assert macro_f1(["a", "b"], ["a", "b"]) == 1.0


def test_direction_is_averaged_over_both() -> None:
    cases = [Case(np.vstack([row(0, 1, 0), row(move, 1.0, 0.9)]), 0, (Flaw(1, gain),), 0)
             for move, gain in ((6, -6.0), (6, -6.0), (6, -6.0), (6, 6.0))]  # fmt: skip
    assert balanced_direction(judge(cases)) == (0.75, 0.5)


def test_move_errors() -> None:
    errors = move_errors(np.array([6.0, -4.0, 3.0, -8.0]), np.array([5.0, -4.0, 0.0, -4.0]))
    assert (errors.mean_db, errors.median_db, errors.bias_db) == (2.0, 2.0, 0.0)
    assert errors.within == (0.5, 0.5, 0.75)
    assert errors.rank_correlation == pytest.approx(0.9487, abs=1e-3)  # two equal advised
    assert math.isnan(move_errors(np.array([6.0, -4.0]), np.zeros(2)).rank_correlation)


def test_a_problem_is_any_fault() -> None:
    assert p_problem(np.vstack([row(5, 2, 0.5), row(5, 2, 0.2)])) == pytest.approx(0.6)
    assert share_kept(0.5, 0.4, 0.6) == pytest.approx(0.5)


@settings(deadline=None, max_examples=50)
@given(st.floats(-10, 10), st.floats(2.0, 6.0), st.floats(0.05, 0.95))
def test_the_aim_is_the_bells_middle_however_sure(mean: float, sd: float, fault: float) -> None:
    assert aims(row(mean, sd, fault))[0] == pytest.approx(mean, abs=1e-6)


def test_an_exact_posteriors_aim_follows_one_for_one_and_its_mean_does_not() -> None:
    gains_db = np.arange(-9.0, 10.0, 3.0)
    said = [
        fault_posterior(np.array([0.0, gain - 2.0]), 0, np.array([0.0, -2.0]), np.diag([0.0, 25.0]))
        for gain in gains_db
    ]
    aimed = [aims(one)[1] for one in said]
    assert np.polyfit(gains_db, aimed, 1) == pytest.approx([-1.0, 0.0], abs=1e-6)
    meant = [one[1] @ GRID for one in said]
    assert -0.6 < np.polyfit(gains_db, meant, 1)[0] < -0.2


def test_levels_only_aims_one_for_one_amid_other_stems() -> None:
    advisor = LevelsOnlyAdvisor(-3.0, 3.0, 5.0)
    gains_db = np.array([-6.0, 0.0, 6.0])
    levels = np.array([0.0, -5.0, 1.0, -4.0])
    aimed = [aims(advisor.advise(levels + gain * np.eye(4)[2], 0))[2] for gain in gains_db]
    assert np.polyfit(gains_db, aimed, 1)[0] == pytest.approx(-1.0, abs=0.05)


def test_the_slope_needs_half_of_the_gains() -> None:
    gains_db = np.array([-6.0, -3.0, 0.0, 3.0, 6.0])
    assert slope(gains_db, [6.0, np.nan, 0.0, -3.0, -6.0]) == pytest.approx(-1.0)
    assert np.isnan(slope(gains_db, [6.0, np.nan, np.nan, np.nan, -6.0]))


def test_no_peak_no_aim() -> None:
    keep = np.zeros((1, len(GRID)))
    keep[0, KEEP] = 1.0
    valley = np.where(np.abs(GRID) >= 1.5, np.exp(GRID**2 / 50), 0.0)[None]
    assert np.isnan(aims(np.vstack([keep, valley]))).all()


@pytest.mark.parametrize(("slope", "bias_db"), [(0.4, 0.0), (0.25, 1.5), (0.9, -2.0)])
def test_the_psychometric_fit_finds_what_drew_the_answers(slope: float, bias_db: float) -> None:
    rng = np.random.default_rng(0)
    needed = rng.uniform(-12, 12, 20000)
    says_raise = rng.random(len(needed)) < 1 / (1 + np.exp(-slope * (needed - bias_db)))
    fitted = Psychometric.fit(needed, says_raise)
    assert fitted.slope == pytest.approx(slope, rel=0.05)
    assert fitted.bias_db == pytest.approx(bias_db, abs=0.2)
    assert fitted.threshold_db == pytest.approx(math.log(3) / slope, rel=0.05)
    assert Psychometric(-0.1, 0.0).threshold_db == math.inf


def test_raise_or_lower_is_asked_of_one_stem() -> None:
    assert raises(row(4.0, 2.0, 0.1)[0]) and not raises(row(-4.0, 2.0, 0.9)[0])


def test_points_meet_their_false_alarms() -> None:
    untouched = np.linspace(0.0, 0.999, 1000)
    faulty = np.array([0.2, 0.6, 0.9, 0.99])
    points = operating_points([untouched], faulty, np.array([True, True, False, True]))
    assert [point.name for point in points] == list(FALSE_ALARMS)
    for point in points:
        assert point.false_alarm == pytest.approx(FALSE_ALARMS[point.name], abs=0.002)
    assert [point.hit for point in points] == [0.25, 0.25, 0.25, 0.25, 0.5]
    assert [point.threshold for point in points] == sorted(
        (point.threshold for point in points), reverse=True
    )
    with pytest.raises(ValueError, match=r"\[0\] untouched mixes and 4 with one fault"):
        operating_points([np.array([])], faulty, faulty > 0)


def test_rows_are_drawn_by_song() -> None:
    songs = np.repeat(["a", "b", "c", "d"], 25)
    right = np.repeat([1.0, 0.0, 1.0, 0.0], 25)
    estimate = bootstrap_rows(songs, lambda index: float(right[index].mean()), 400)
    assert (estimate.value, estimate.low, estimate.high) == (0.5, 0.0, 1.0)
