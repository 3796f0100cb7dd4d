"""The seed's tables: rates, intervals and findings that can be counted by hand."""

import numpy as np
import pytest
from rich.console import Console

from finetune.observer import GRID, KEEP
from finetune.seed_protocol import Marks, Segment, Trials, enumerate_trials, mark
from finetune.seed_tables import (
    PUBLISHED,
    PUBLISHED_DETECTION,
    breakdown,
    countings,
    curves,
    detections,
    overall,
    print_tables,
    rate,
)

LEVELS = np.array([-20.0, -22.0, -18.0, -19.0])


def answers(trials: Trials, stem: int, move_db: float, sure: np.ndarray) -> np.ndarray:
    """One and the same answer to all trials, sure as told."""
    posterior = np.zeros((len(trials), 4, len(GRID)))
    posterior[:, :, KEEP] = 1.0
    posterior[:, stem, KEEP] -= sure
    posterior[:, stem, int(np.argmin(np.abs(GRID - move_db)))] += sure
    return posterior


def vocals_down(sure_of_faults: float = 0.9, sure_of_untouched: float = 0.1) -> Marks:
    """Two songs; every fault is taken for vocals that are 4.5 dB too loud, no untouched mix is."""
    trials = enumerate_trials([Segment("one", LEVELS), Segment("two", LEVELS)], 0)
    sure = np.where(trials.faulty, sure_of_faults, sure_of_untouched)
    return mark(trials, answers(trials, 2, -4.5, sure), 0.5)


def text(*tables: object) -> str:
    console = Console(width=200)
    with console.capture() as caught:
        console.print(*tables)
    return caught.get()


def test_the_published_numbers_agree_with_each_other():
    """Its rates by class and by direction, and its counts, are sides of one set of answers."""
    joint = {label: values[0] for label, values in PUBLISHED.items()}
    classes = ["very quiet", "quiet", "none", "loud", "very loud"]
    assert np.mean([joint[name] for name in classes]) == pytest.approx(49.85, abs=0.01)
    assert np.mean([joint["vocals"], joint["drums"], joint["bass"]]) == pytest.approx(
        49.85, abs=0.01
    )
    faults = [joint[name] for name in classes if name != "none"]
    assert np.mean(faults) == pytest.approx(60.0, abs=0.05)
    assert np.mean([joint["lower"], joint["raise"], joint["none"]]) == pytest.approx(
        joint["mean of lower, raise, leave"], abs=0.01
    )
    right, wrong, missed = map(int, PUBLISHED_DETECTION["stem"][:3])
    assert right + wrong + missed == 20520
    assert 2 * 18460 / (2 * 18460 + 4079 + 2060) == pytest.approx(0.857, abs=0.0005)


def test_rates_are_weighted_and_resample_songs():
    right = np.repeat([True, False], [50, 50])
    song = np.repeat(np.arange(10), 10)
    estimate = rate(right, np.ones(100), song)
    assert estimate.value == 0.5
    assert estimate.low == pytest.approx(0.2, abs=0.1)  # ten coins: sd 0.16
    assert estimate.high == pytest.approx(0.8, abs=0.1)
    heavy = rate(right, np.where(right, 3.0, 1.0), song)
    assert heavy.value == pytest.approx(0.75)


def test_findings_are_counted_by_the_seeds_definitions():
    marks = vocals_down()
    seed, once = (detections(marks, weight) for _, weight in countings(marks))
    # 48 faults. Under vocals as the anchor (16) they are no answer: missed. Of the other 32, half
    # are on vocals; half are too loud.
    fault = seed["fault"]
    assert (fault.right, fault.wrong, fault.missed) == (32.0, 0.0, 16.0)
    assert fault.recall == pytest.approx(2 / 3) and fault.precision == 1.0
    assert fault.f1 == pytest.approx(0.8)
    assert (seed["stem"].right, seed["stem"].wrong) == (16.0, 16.0)
    assert (seed["direction"].right, seed["direction"].wrong) == (16.0, 16.0)
    assert once == seed  # no alarm on an untouched mix


def test_untouched_mixes_weigh_less_when_they_count_once():
    trials = enumerate_trials([Segment("one", LEVELS)], 0)
    silent = mark(trials, answers(trials, 2, -4.5, np.zeros(30)), 0.5)
    weights = dict(countings(silent))
    joint = silent.joint
    assert np.average(joint, weights=weights["as the seed"]) == pytest.approx(6 / 30)
    assert np.average(joint, weights=weights["untouched once"]) == pytest.approx(1 / 25)


def test_tables_say_what_was_measured():
    marks = vocals_down()
    shown = text(overall({"one answer": marks}))
    assert "49.8" in shown and "85.7" in shown and "untouched once" in shown
    # joint: 8 of 48 faults and all 12 untouched, of 60
    line = next(row for row in shown.splitlines() if "one answer" in row and "as the seed" in row)
    assert "33.3 [33.3, 33.3]" in line and "16.7 [16.7, 16.7]" in line and "100.0" in line
    rows = {row.split("│")[1].strip(): row for row in text(breakdown("one", marks)).splitlines()
            if row.startswith("│")}  # fmt: skip
    assert "33.3 (38.1)" in rows["loud"]  # 4 of 12, the published 38.09 beside it
    assert "0.0 (53.8)" in rows["quiet"]
    assert rows["none"].count("-") == 3 and "100.0 (9.3)" in rows["none"]
    assert "24" in rows["lower"] and "24" in rows["raise"]
    # 8 of 16 faults and 4 untouched of 20; the band is right of those of 3 to 6 dB, either way
    assert "60.0 (55.0)" in rows["vocals"] and "50.0 (93.1)" in rows["vocals"]
    assert "100.0 (60.3)" in rows["vocals"]


def test_a_curve_is_drawn_only_where_there_is_a_threshold():
    always = mark(vocals_down().trials, answers(vocals_down().trials, 1, 6.0, np.ones(60)), -1.0)
    shown = text(curves({"some": vocals_down(), "always": always}))
    assert "some" in shown and "always" not in shown
    assert "16.7 [16.7, 16.7]" in shown  # wherever: its certainties part faults from the untouched


def test_all_tables_are_printed_with_their_title():
    console = Console(width=200)
    with console.capture() as caught:
        print_tables("two songs", {"one answer": vocals_down()}, "told", console)
    shown = caught.get()
    for part in ("two songs", "own threshold", "left alone", "detection", "told"):
        assert part in shown
