"""The seed's protocol on hand-made segments: trials, gates, marks whose numbers can be counted."""

import numpy as np
import pytest

from finetune.flaws import SEED_CLASSES
from finetune.level_rows import STEMS
from finetune.observer import GRID, KEEP
from finetune.seed_protocol import (
    CLASSES,
    NONE,
    Segment,
    Trials,
    alike,
    enumerate_trials,
    gated_levels,
    mark,
)

RATE = 8000
FOUR = np.array([-20.0, -22.0, -18.0, -19.0])


def two_songs() -> Trials:
    """A song with all four stems (30 trials) and one without vocals (10)."""
    return enumerate_trials(
        [Segment("one", FOUR), Segment("two", np.array([-20.0, -22.0, np.nan, -19.0]))], 0
    )


def said(stem: int | None, move_db: float = 0.0, sure: float = 0.9) -> np.ndarray:
    """A posterior (4, 49) that one stem needs a move."""
    posterior = np.tile(np.eye(len(GRID))[KEEP], (4, 1))
    if stem is not None:
        posterior[stem, KEEP] = 1.0 - sure
        posterior[stem, int(np.argmin(np.abs(GRID - move_db)))] += sure
    return posterior


def tone(level_dbfs: float) -> np.ndarray:
    """Ten seconds of a square wave of this RMS."""
    return 10 ** (level_dbfs / 20) * np.sign(np.sin(np.arange(10 * RATE) + 0.5))


def test_every_anchor_target_and_class_is_asked():
    trials = two_songs()
    assert np.bincount(trials.segment).tolist() == [30, 10]
    combinations = set(zip(trials.anchor, trials.target, trials.category, strict=True))
    assert len(combinations) == 30
    assert not any(anchor == target for anchor, target, _ in combinations)
    assert set(trials.anchor) == set(trials.target) == {0, 1, 2}  # never `other`
    assert STEMS[3] == "other"
    assert set(trials.target[trials.segment == 1]) == {0, 1}


def test_gains_lie_inside_their_bands_and_only_move_the_target():
    trials = enumerate_trials([Segment(str(number), FOUR) for number in range(40)], 3)
    for category, (low, high) in enumerate(SEED_CLASSES.values()):
        gains = trials.gain_db[trials.category == category]
        assert len(gains) == 240
        assert low <= gains.min() and gains.max() <= high
        assert gains.mean() == pytest.approx((low + high) / 2, abs=0.35)
    moved = trials.levels - FOUR
    rows = np.arange(len(trials))
    np.testing.assert_allclose(moved[rows, trials.target], trials.gain_db, atol=1e-12)
    assert np.count_nonzero(moved) == trials.faulty.sum() == 960
    again = enumerate_trials([Segment(str(number), FOUR) for number in range(40)], 3)
    np.testing.assert_array_equal(again.gain_db, trials.gain_db)
    assert set(trials.direction[trials.category == CLASSES.index("very quiet")]) == {1}
    assert set(trials.direction[trials.category == CLASSES.index("loud")]) == {-1}


def test_untouched_records_of_a_segment_count_as_one():
    trials = two_songs()
    weight = trials.once_weight
    assert weight[trials.faulty].tolist() == [1.0] * 32
    assert weight[~trials.faulty].sum() == pytest.approx(2.0)
    first, which = alike(trials)
    assert len(first) == 24 + 3 + 8 + 2  # under one anchor an untouched mix is one question
    np.testing.assert_array_equal(trials.levels[first][which], trials.levels)
    np.testing.assert_array_equal(trials.anchor[first][which], trials.anchor)


def test_a_song_with_one_of_the_stems_gives_no_trial():
    with pytest.raises(ValueError, match="at least two of bass, drums, vocals"):
        enumerate_trials([Segment("one", np.array([np.nan, -22.0, np.nan, -19.0]))], 0)


def test_the_gates_are_the_seeds():
    loud = np.stack([tone(-30.0), tone(-44.0)])
    np.testing.assert_allclose(gated_levels(loud, RATE), [-30.0, -44.0], atol=1e-9)
    assert gated_levels(np.stack([tone(-30.0), tone(-45.5)]), RATE) is None  # a stem too quiet
    assert gated_levels(np.stack([tone(-39.0), tone(-44.0)]), RATE) is None  # the mixture is
    burst = np.zeros((2, 10 * RATE))
    burst[:, : int(1.5 * RATE)] = 0.5  # loud enough, but active 15 % of the time
    assert gated_levels(burst, RATE) is None
    burst[:, : int(2.5 * RATE)] = 0.5
    assert gated_levels(burst, RATE) is not None


def test_loud_stems_do_not_clip():
    levels = gated_levels(np.stack([tone(0.0), tone(0.0), tone(12.0)]), RATE)
    np.testing.assert_allclose(levels, [0.0, 0.0, 12.0], atol=1e-9)


def one_trial(gain_db: float, category: str) -> Trials:
    """Anchor bass, target drums."""
    levels = FOUR + gain_db * np.eye(4)[1]
    return Trials(
        np.array([0]), np.array(["one"]), np.array([0]), np.array([1]),
        np.array([CLASSES.index(category)]), np.array([gain_db]), levels[None],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "stem", "direction", "magnitude", "error_db"),
    [
        (said(1, 5.0), True, True, True, 1.0),
        (said(1, 9.0), True, True, False, 5.0),
        (said(1, -4.0), True, False, True, 8.0),
        (said(2, 5.0), False, True, True, 4.0),  # the band counts whichever stem was named
        (said(2, -9.0), False, False, False, 4.0),
        (said(None), False, False, False, 4.0),
        (said(1, 5.0, sure=0.2), False, False, False, 4.0),  # likelier that nothing is wrong
        (said(0, 5.0), False, False, False, 4.0),  # the anchor is no answer
        (said(3, 5.0), False, False, False, 4.0),  # nor is `other`
    ],
)
def test_marks_of_a_quiet_stem(answer, stem, direction, magnitude, error_db):
    marks = mark(one_trial(-4.0, "quiet"), answer[None], None)
    assert bool(marks.stem[0]) is stem and bool(marks.direction[0]) is direction
    assert bool(marks.joint[0]) is (stem and direction)
    assert bool(marks.magnitude[0]) is magnitude
    assert marks.error_db[0] == pytest.approx(error_db)


def test_marks_of_an_untouched_mix():
    untouched = one_trial(0.0, "none")
    for answer, right in ((said(None), True), (said(2, 5.0), False), (said(3, 5.0), True)):
        marks = mark(untouched, answer[None], None)
        got = (marks.stem[0], marks.direction[0], marks.joint[0], marks.magnitude[0])
        assert got == (right, right, right, False)
    assert untouched.category[0] == NONE


def test_a_threshold_is_of_the_likeliest_stem():
    trials = one_trial(-4.0, "quiet")
    answer = said(1, 5.0, sure=0.4)[None]
    assert mark(trials, answer, 0.2).joint[0] and not mark(trials, answer, 0.5).joint[0]
    assert mark(trials, said(None)[None], -1.0).flagged[0]
