"""The staircase: simulated learners whose thresholds are known are found out in 30 answers."""

import numpy as np
import pytest

from assistant.staircase import (
    FIRST_SIZE_DB,
    SIZES_DB,
    Trial,
    chance_of_right,
    estimate,
    next_size_db,
)

SEVEN_STEMS_TWO_WAYS = 1 / 14  # the guesses of the demo song
SEEDS = 60


def found_db(threshold_db: float, seed: int, slope: float = 3.5) -> float:
    """The estimate after 30 answers of a learner with this threshold."""
    rng = np.random.default_rng([seed, 7])
    trials: list[Trial] = []
    for _ in range(30):
        size_db = next_size_db(trials, SEVEN_STEMS_TWO_WAYS)
        chance = chance_of_right(size_db, threshold_db, SEVEN_STEMS_TWO_WAYS, slope)
        trials.append(Trial(size_db, bool(rng.random() < chance), SEVEN_STEMS_TWO_WAYS))
    return estimate(trials).threshold_db


@pytest.mark.parametrize("threshold_db", [1.5, 3.0, 6.0])
def test_a_known_threshold_is_found_within_1_db_in_30_answers(threshold_db):
    errors = np.array([found_db(threshold_db, seed) - threshold_db for seed in range(SEEDS)])
    assert np.mean(np.abs(errors) <= 1.0) >= 0.95
    assert abs(errors.mean()) < 0.2


@pytest.mark.parametrize("slope", [2.5, 5.0])
def test_a_learner_of_another_slope_is_found_too(slope):
    errors = np.array([found_db(3.0, seed, slope) - 3.0 for seed in range(SEEDS)])
    assert np.mean(np.abs(errors) <= 1.0) >= 0.95


def test_the_threshold_is_where_three_of_four_are_heard():
    assert chance_of_right(3.0, 3.0, 0.0) == pytest.approx(0.75 * 0.98)
    assert chance_of_right(0.01, 3.0, 0.25) == pytest.approx(0.25, abs=1e-6)
    assert chance_of_right(12.0, 3.0, 0.25) == pytest.approx(0.98, abs=1e-3)


def test_it_starts_easy_goes_down_when_right_and_up_when_wrong():
    assert next_size_db([], 0.1) == FIRST_SIZE_DB
    right = next_size_db([Trial(6.0, True, 0.1)] * 3, 0.1)
    wrong = next_size_db([Trial(6.0, False, 0.1)] * 3, 0.1)
    assert right < 4.0 < 6.0 < wrong
    assert {right, wrong} <= set(SIZES_DB)


def test_the_range_holds_the_estimate_and_narrows():
    few = estimate([Trial(6.0, True, 0.1)])
    many = estimate([Trial(3.0, True, 0.1), Trial(2.0, False, 0.1)] * 12)
    for found in (few, many):
        assert found.low_db < found.threshold_db < found.high_db
    assert many.high_db / many.low_db < few.high_db / few.low_db
    assert 2.0 < many.threshold_db < 3.5 and many.answers == 24


def test_only_the_last_answers_count():
    before = [Trial(12.0, False, 0.1)] * 30
    lately = [Trial(2.0, True, 0.1)] * 40
    assert estimate([*before, *lately]) == estimate(lately)
