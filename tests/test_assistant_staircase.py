"""The staircase: simulated learners whose thresholds are known are found out in 30 answers."""

import numpy as np
import pytest

from assistant.staircase import (
    FIRST_SIZE_DB,
    MOST_GUESSED,
    SIZES_DB,
    Trial,
    chance_of_right,
    estimate,
    next_size_db,
)
from tests.benchmark_staircase import PLAYED, THRESHOLDS_DB
from tests.simulated_learner import found_db, share_found

SEVEN_STEMS_TWO_WAYS = 1 / 14  # the guesses of the demo song
SEEDS = 60


@pytest.mark.parametrize("threshold_db", [1.5, 3.0, 6.0])
def test_a_known_threshold_is_found_within_1_db_in_30_answers(threshold_db):
    errors = np.array(
        [found_db(threshold_db, SEVEN_STEMS_TWO_WAYS, seed) - threshold_db for seed in range(SEEDS)]
    )
    assert np.mean(np.abs(errors) <= 1.0) >= 0.95
    assert abs(errors.mean()) < 0.2


@pytest.mark.parametrize("slope", [2.5, 5.0])
def test_a_learner_of_another_slope_is_found_too(slope):
    found = [found_db(3.0, SEVEN_STEMS_TWO_WAYS, seed, slope=slope) for seed in range(SEEDS)]
    errors = np.array(found) - 3.0
    assert np.mean(np.abs(errors) <= 1.0) >= 0.95


def test_who_says_no_idea_is_found_as_well():
    assert share_found(4.0, 4, SEEDS, candour=0.6) >= 0.95


@pytest.mark.slow
@pytest.mark.parametrize("choices", PLAYED)
def test_the_drills_as_they_are_played_find_nine_learners_of_ten(choices):
    shares = {one: share_found(one, choices, 300) for one in THRESHOLDS_DB}
    assert min(shares.values()) >= 0.9, shares


def test_where_guesses_are_right_too_often_no_threshold_is_told():
    assert max(1 / choices for choices in PLAYED) <= MOST_GUESSED < 1 / 3


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
