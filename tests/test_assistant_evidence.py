"""A complaint as evidence: Bayes on one stem, bounded by ear and meters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.complaints import Complaint
from assistant.evidence import heed
from assistant.hearing import GRID, Judgement

NAMES = ("drums", "vox", "bass")
KEEP = 24


def judgement(up: float, down: float) -> Judgement:
    rows = np.tile(np.eye(len(GRID))[KEEP], (3, 1))
    rows[1, [KEEP - 8, KEEP, KEEP + 8]] = down, 1 - up - down, up
    return Judgement(NAMES, 0, rows)


def test_a_word_turns_a_small_doubt_into_a_move():
    before, after = judgement(0.10, 0.05), heed(judgement(0.10, 0.05), [Complaint("vox", 1)])
    # 0.10 / (0.10 + 0.85 / 30 + 0.05 / 100)
    assert after.probability[1, KEEP + 8] == pytest.approx(0.776, abs=0.001)
    np.testing.assert_array_equal(after.probability[[0, 2]], before.probability[[0, 2]])


def test_sure_meters_outweigh_a_word():
    after = heed(judgement(0.001, 0.9), [Complaint("vox", 1)])
    assert after.probability[1, KEEP + 8] < 0.1 < after.probability[1, KEEP - 8]


def test_the_anchor_is_never_moved():
    before = judgement(0.1, 0.1)
    after = heed(before, [Complaint("drums", -1)])
    np.testing.assert_array_equal(after.probability, before.probability)


@given(st.floats(0.001, 0.49), st.floats(0.001, 0.49), st.sampled_from([1, -1]))
def test_a_complaint_never_makes_its_own_direction_less_likely(up, down, sign):
    before, after = judgement(up, down), heed(judgement(up, down), [Complaint("vox", sign)])
    way = sign * GRID > 0
    assert after.probability[1, way].sum() >= before.probability[1, way].sum()
    assert after.probability[1].sum() == pytest.approx(1.0)
