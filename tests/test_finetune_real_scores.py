"""Slopes, closed loop and ranges on posteriors whose answers can be counted."""

import numpy as np
import pytest

from assistant.hearing import Hearing
from finetune.flaws import Flaw
from finetune.observer import GRID, KEEP, fault_posterior
from finetune.real_mixes import RealMix
from finetune.real_scores import (
    aim_db,
    close_loop,
    judge_first,
    mean_move_db,
    move_range_db,
    over_songs,
    residuals,
    slopes,
    untouched,
)
from finetune.scoring import move_given_fault, score

GAINS_DB = (-12.0, -9.0, -6.0, -3.0, 3.0, 6.0, 9.0, 12.0)


def said(*stems: tuple[float, float]) -> np.ndarray:
    """A posterior (S, 49): per stem a move in dB and its probability, the rest on keep."""
    posterior = np.zeros((len(stems), len(GRID)))
    for row, (move_db, probability) in zip(posterior, stems, strict=True):
        row[int(np.argmin(np.abs(GRID - move_db)))] += probability
        row[KEEP] += 1.0 - probability
    return posterior


NOTHING = (0.0, 0.0)


def mix(song: str, stems: int, flaws: tuple[Flaw, ...], view: str = "") -> RealMix:
    names = tuple(f"stem {stem}" for stem in range(stems))
    empty = np.zeros((stems, 14), np.float32)
    hearing = Hearing(names, 0, np.zeros((stems, 8, 256)), empty, (None,) * stems, empty)
    roles = ("drums",) * stems
    return RealMix(song, view, hearing, roles, np.zeros(stems), np.ones(stems), flaws)


def observed(gain_db: float, stems: int = 2) -> np.ndarray:
    """The exact observer's posterior where stem 1 is pushed off an otherwise usual balance."""
    levels = np.zeros(stems)
    levels[1] += gain_db
    return fault_posterior(levels, 0, np.zeros(stems), 8.0 * np.eye(stems))


def test_the_aim_of_an_exact_posterior_is_the_fault_undone() -> None:
    aims = [aim_db(observed(gain))[1] for gain in (-9.0, -3.0, 0.0, 4.5, 9.0)]
    assert aims == pytest.approx([9.0, 3.0, 0.0, -4.5, -9.0], abs=1e-3)
    assert abs(mean_move_db(observed(-9.0))[1]) < 7.0  # the mean shrinks towards "leave it"


def test_evidence_without_a_peak_has_no_aim() -> None:
    flat = np.full((1, len(GRID)), 1 / len(GRID))
    bowl = (GRID**2 + 1.0)[None]
    assert np.isnan(aim_db(flat)).all() and np.isnan(aim_db(bowl / bowl.sum())).all()
    assert np.isnan(aim_db(said(NOTHING))).all()  # no mass on any fault


def test_slopes_are_of_each_stem_over_its_own_pushes() -> None:
    mixes = [mix("a", 2, ()), *(mix("a", 2, (Flaw(1, gain),)) for gain in GAINS_DB)]
    posteriors = [observed(gain) for gain in (0.0, *GAINS_DB)]
    aimed, songs = slopes(mixes, posteriors, aim_db)
    assert aimed.tolist() == pytest.approx([-1.0], abs=1e-3) and songs.tolist() == ["a"]
    assert -0.9 < slopes(mixes, posteriors, mean_move_db)[0][0] < -0.3
    deaf, _ = slopes(mixes, [observed(0.0)] * len(mixes), move_given_fault)
    assert deaf.tolist() == pytest.approx([0.0], abs=1e-9)


def test_untouched_mixes_alone_give_no_slope() -> None:
    assert len(slopes([mix("a", 3, ())], [observed(0.0, 3)], aim_db)[0]) == 0


def test_residuals_count_what_the_advice_leaves() -> None:
    advised = said(NOTHING, (5.0, 0.9), (-4.0, 0.6))
    assert residuals(advised, (Flaw(1, -6.0),), 0.3) == pytest.approx((3.0, 2.5))
    assert residuals(advised, (Flaw(1, -6.0),), 0.5) == pytest.approx((3.0, 0.5))
    assert residuals(advised, (Flaw(1, -6.0),), 0.95) == pytest.approx((3.0, 3.0))


def test_the_closed_loop_counts_large_faults_only() -> None:
    flaw = (Flaw(1, -6.0),)
    flaws = [flaw, flaw, flaw, flaw, (Flaw(1, 3.0),), ()]
    posteriors = [
        said(NOTHING, (5.0, 0.9), NOTHING),  # improved
        said(NOTHING, NOTHING, (3.0, 0.9)),  # worsened
        said(NOTHING, (5.0, 0.2), NOTHING),  # left alone
        said(NOTHING, (12.0, 0.9), NOTHING),  # overdone: as far off as before
        said(NOTHING, (5.0, 0.9), NOTHING),  # not counted: a fault of 3 dB
        said(NOTHING, (5.0, 0.9), NOTHING),  # not counted: no fault
    ]
    loop = close_loop(flaws, posteriors, 0.5)
    assert (loop.mixes, loop.improved, loop.unchanged, loop.worsened) == (4, 0.25, 0.5, 0.25)
    assert loop.advised == 0.75
    assert loop.improved_of_advised == pytest.approx(1 / 3)
    assert loop.worsened_of_advised == pytest.approx(1 / 3)
    assert loop.before_db == pytest.approx(3.0)
    assert loop.after_db == pytest.approx((0.5 + 4.5 + 3.0 + 3.0) / 4)
    with pytest.raises(ValueError, match="6 to 12 dB"):
        close_loop(flaws[4:], posteriors[4:], 0.5)


def test_ranges_hold_what_is_left_alone() -> None:
    posterior = said(NOTHING, (6.0, 0.5), (6.0, 0.95))
    assert move_range_db(posterior).tolist() == [[0.0, 0.0], [0.0, 6.0], [6.0, 6.0]]
    seen = untouched([posterior, said(NOTHING, (-3.0, 0.05), NOTHING)], 0.6)
    assert (seen.stems, seen.in_range) == (4, 0.75)
    assert (seen.mixes_advised, seen.stems_advised) == (0.5, 0.25)
    assert (seen.median_move_db, seen.largest_move_db) == (6.0, 6.0)
    assert untouched([posterior], 0.99).largest_move_db == 0.0


def test_the_surest_of_several_flaws_is_judged_by_its_own() -> None:
    two = (Flaw(1, -6.0), Flaw(2, 6.0))
    mixes = [mix("a", 3, two), mix("b", 3, two), mix("c", 3, ())]
    posteriors = [
        said(NOTHING, (5.0, 0.4), (-5.0, 0.9)),  # the second flaw, right
        said(NOTHING, (-5.0, 0.9), (-5.0, 0.4)),  # the first, the wrong way
        said(NOTHING, NOTHING, NOTHING),
    ]
    scores = score(judge_first(mixes, posteriors), 0.3)
    assert (scores.joint, scores.stem, scores.false_alarm) == (0.5, 1.0, 0.0)


def test_intervals_draw_songs_not_values() -> None:
    values, songs = np.array([1.0] * 9 + [0.0]), np.array(["a"] * 9 + ["b"])
    assert over_songs(values, songs) == pytest.approx((0.9, 0.0, 1.0))
    assert np.isnan(over_songs(np.array([]), np.array([]))).all()
