"""Scores on hand-made cases whose numbers can be counted."""

import numpy as np
import pytest

from finetune.flaws import Flaw
from finetune.observer import GRID, KEEP
from finetune.scoring import (
    Case,
    bootstrap,
    curve,
    decide,
    joint_at,
    judge,
    move_given_fault,
    p_fault,
    paired_difference,
    score,
)


def said(*stems: tuple[float, float]) -> np.ndarray:
    """A posterior (6, 49): per stem a move in dB and its probability, the rest on keep.

    Of six stems at least: what counts is P(fault) itself (see sensitivity.among_several).
    """
    posterior = np.zeros((6, len(GRID)))
    for row, (move_db, probability) in zip(
        posterior, (*stems, *[NOTHING] * (6 - len(stems))), strict=True
    ):
        row[int(np.argmin(np.abs(GRID - move_db)))] += probability
        row[KEEP] += 1.0 - probability
    return posterior


NOTHING = (0.0, 0.0)


def six_cases() -> list[Case]:
    flaw = (Flaw(1, -6.0),)  # needs +6 dB
    return [
        Case(said(NOTHING, (5.0, 0.9), (2.0, 0.1)), 0, flaw, 0),  # right, 1 dB short
        Case(said(NOTHING, (-4.0, 0.8), NOTHING), 0, flaw, 1),  # right stem, wrong way: 10 dB off
        Case(said(NOTHING, (6.0, 0.2), (3.0, 0.7)), 0, flaw, 2),  # wrong stem, right way: 6 dB off
        Case(said(NOTHING, (6.0, 0.4), NOTHING), 0, flaw, 3),  # right, if the threshold is low
        Case(said(NOTHING, (3.0, 0.6), NOTHING), 0, (), 4),
        Case(said(NOTHING, (3.0, 0.1), NOTHING), 0, (), 5),
    ]


def test_decisions() -> None:
    posterior = said(NOTHING, (5.0, 0.9), (-2.5, 0.3))
    assert p_fault(posterior).tolist() == pytest.approx([0.0, 0.9, 0.3, 0.0, 0.0, 0.0])
    assert decide(posterior, 0.5).tolist() == [0.0, 5.0, 0.0, 0.0, 0.0, 0.0]
    assert decide(posterior, 0.2).tolist() == [0.0, 5.0, -2.5, 0.0, 0.0, 0.0]
    both = np.zeros((1, len(GRID)))
    both[0, [KEEP + 8, KEEP + 10, KEEP - 8, KEEP]] = (0.3, 0.3, 0.2, 0.2)  # +4, +5, -4, keep
    assert move_given_fault(both).tolist() == [4.5]
    small = said((1.0, 1.0))
    assert not p_fault(small).any() and not decide(small, 0.0).any()
    # Of three stems one is likely off beforehand: 0.6 is then worth what 0.32 is among six.
    assert decide(posterior[:3], 0.75).tolist() == [0.0, 0.0, 0.0]
    assert decide(posterior[:3], 0.7).tolist() == [0.0, 5.0, 0.0]


def test_the_anchor_is_never_the_answer() -> None:
    judged = judge([Case(said((6.0, 1.0), (6.0, 0.3)), 0, (Flaw(1, -6.0),), 0)])
    assert judged.certainty.tolist() == pytest.approx([0.3]) and bool(judged.stem_right[0])


def test_rates_at_a_threshold() -> None:
    scores = score(judge(six_cases()), 0.5)
    assert (scores.joint, scores.stem, scores.direction, scores.false_alarm) == (
        0.25,
        0.5,
        0.5,
        0.5,
    )
    assert scores.error_db == pytest.approx((1 + 10 + 6 + 6) / 4)
    low = score(judge(six_cases()), 0.3)
    assert (low.joint, low.stem, low.direction) == (0.5, 0.75, 0.75)
    assert low.error_db == pytest.approx((1 + 10 + 6 + 0) / 4)
    assert score(judge(six_cases()), 0.95).error_db == pytest.approx(6.0)


def test_mixes_with_two_flaws_count_in_neither() -> None:
    two = Case(said(NOTHING, (6.0, 1.0), NOTHING), 0, (Flaw(1, -6.0), Flaw(2, 4.0)), 9)
    assert score(judge([*six_cases(), two]), 0.5) == score(judge(six_cases()), 0.5)


def test_the_curve_and_the_matched_rate() -> None:
    judged = judge(six_cases())
    alarms, joint = curve(judged)
    assert (alarms[0], joint[0], alarms[-1], joint[-1]) == (0.0, 0.0, 1.0, 0.5)
    assert np.all(np.diff(alarms) >= 0) and np.all(np.diff(joint) >= 0)
    # No alarm down to 0.6: one right; below 0.6 half the untouched; the second comes at 0.4.
    assert joint_at(judged, 0.0) == pytest.approx(0.25)
    assert joint_at(judged, 0.5) == pytest.approx(0.5)
    assert joint_at(judged, 0.25) == pytest.approx(0.375)
    with pytest.raises(ValueError, match="0 untouched mixes and 4 with one flaw"):
        curve(judge(six_cases()[:4]))


def test_one_level_of_certainty_is_a_coin() -> None:
    flaw = (Flaw(1, -6.0),)
    sure = said(NOTHING, (6.0, 1.0))
    judged = judge([Case(sure, 0, flaw, 0), Case(sure, 0, (), 1)])
    assert joint_at(judged, 0.3) == pytest.approx(0.3)


def test_the_bootstrap_draws_songs_not_cases() -> None:
    flaw = (Flaw(1, -6.0),)
    right, wrong = said(NOTHING, (6.0, 0.9)), said(NOTHING, (-6.0, 0.9))
    twenty = [
        Case(right if song < 10 else wrong, 0, flaw, song) for song in range(20) for _ in range(5)
    ]
    estimate = bootstrap(judge(twenty), lambda judged: score(judged, 0.5).joint, draws=500)
    assert estimate.value == 0.5
    # sd of a mean of 20 coins is 0.112, so the interval is about 0.5 +- 0.22
    assert estimate.low == pytest.approx(0.28, abs=0.05)
    assert estimate.high == pytest.approx(0.72, abs=0.05)
    assert str(estimate).startswith("0.500 [0.")


def test_a_paired_difference_of_equals_is_nothing() -> None:
    judged = judge(six_cases())
    same = paired_difference(judged, judged, lambda taken: score(taken, 0.5).joint, draws=50)
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="other cases"):
        paired_difference(judged, judge(six_cases()[:5]), lambda taken: score(taken, 0.5).joint)
