"""Advisors of the seed's protocol on balances that are drawn here: exact, calibrated, complete."""

import numpy as np
import pytest

from finetune import seed_models
from finetune.level_rows import LevelRows, RowObserver
from finetune.observer import GRID, KEEP
from finetune.seed_baselines import LevelObserver, baselines, chance, equal_loudness
from finetune.seed_models import GainRegression, LevelModel, features, fit_network, fit_regression
from finetune.seed_protocol import Segment, Trials, enumerate_trials, mark
from mixer.balance import BalancePrior
from mixer.roles import GENRES

MEAN, SD_DB = np.array([-20.0, -22.0, -18.0, -19.0]), np.array([3.0, 2.5, 3.5, 3.0])


@pytest.fixture(autouse=True)
def short_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer steps than the evaluation takes: these balances are simple."""
    monkeypatch.setattr(seed_models, "_STEPS", 150)


def rows(count: int, seed: int, sd_db: np.ndarray = SD_DB) -> LevelRows:
    """Balances whose stems spread on their own."""
    rng = np.random.default_rng(seed)
    return LevelRows(MEAN + sd_db * rng.standard_normal((count, 4)), np.arange(count))


def trials_of(some: LevelRows, absent: int | None = None) -> Trials:
    levels = some.levels.copy()
    if absent is not None:
        levels[:, absent] = np.nan
    segments = [Segment(str(s), row) for s, row in zip(some.songs, levels, strict=True)]
    return enumerate_trials(segments, 1)


def test_eleven_features_up_to_a_common_gain():
    trials = trials_of(rows(2, 0))
    known = features(trials.levels, trials.anchor)
    assert known.shape == (60, 11)
    np.testing.assert_allclose(features(trials.levels + 9.0, trials.anchor), known, atol=1e-9)
    one = features(np.array([[-20.0, -20.0, -20.0, -20.0]]), np.array([2]))[0]
    np.testing.assert_allclose(one, [0] * 4 + [-6.0206] * 4 + [0, 0, 1], atol=1e-4)
    assert features(trials_of(rows(2, 0), absent=2).levels, np.zeros(20, int)).shape == (20, 8)


def test_a_far_off_stem_is_named_with_its_band():
    model = LevelModel(rows(150, 0, SD_DB / 6), fit_regression, 0)
    loud = trials_of(rows(40, 5, SD_DB / 6))
    marks = mark(loud, model.posterior(loud), None)
    faulty = loud.faulty
    assert marks.joint[faulty].mean() > 0.95
    assert marks.magnitude[faulty].mean() > 0.9
    assert marks.joint[~faulty].mean() > 0.9
    assert marks.error_db[faulty].mean() < 2.0


def test_the_network_learns_what_the_regression_does():
    train, test = rows(150, 0), trials_of(rows(60, 7))
    joint = [
        mark(test, LevelModel(train, fit, 0).posterior(test), None).joint.mean()
        for fit in (fit_regression, fit_network)
    ]
    assert joint[1] == pytest.approx(joint[0], abs=0.06)
    assert min(joint) > 0.5


def test_the_exact_observer_is_the_lead_of_all_and_that_of_the_rows():
    train, test = rows(300, 0), trials_of(rows(100, 7))
    observer = LevelObserver.of_rows(train)
    posterior = observer.posterior(test)
    known = RowObserver.fit(train)
    for row in (0, 7, 13, 29):
        np.testing.assert_allclose(
            posterior[row], known.posterior(test.levels[row], int(test.anchor[row])), atol=1e-9
        )
    ceiling = mark(test, posterior, None).joint.mean()
    for advisor in baselines(train, observer, 0):
        marks = mark(test, advisor.posterior(test), advisor.threshold)
        assert marks.joint.mean() < ceiling + 0.03, advisor.name


def test_the_observer_integrates_out_what_is_not_there():
    """With independent stems, a missing one says nothing: the rest as if it had been free."""
    whole = LevelObserver(np.ones(1), MEAN[None], np.diag(SD_DB**2)[None])
    free = np.diag([*(SD_DB[:2] ** 2), 1e8, SD_DB[3] ** 2])
    vague = LevelObserver(np.ones(1), MEAN[None], free[None])
    some = trials_of(rows(5, 0), absent=2)
    filled = Trials(
        some.segment, some.song, some.anchor, some.target, some.category, some.gain_db,
        np.where(np.isnan(some.levels), -18.0, some.levels),
    )  # fmt: skip
    exact, wide = whole.posterior(some), vague.posterior(filled)
    assert exact[:, 2, KEEP].tolist() == [1.0] * len(some)
    # the vague stem may be at fault too, which takes the same share from every other answer
    for row in range(len(some)):
        other = 1 - int(some.anchor[row])
        np.testing.assert_allclose(
            _shape(exact[row, other]), _shape(wide[row, other]), rtol=1e-3, atol=1e-6
        )


def _shape(row: np.ndarray) -> np.ndarray:
    """The moves of a stem given that it is at fault."""
    faults = np.where(np.arange(len(GRID)) == KEEP, 0.0, row)
    return faults / faults.sum()


def test_the_observer_of_the_prior_is_calibrated():
    prior = BalancePrior.load()
    rng = np.random.default_rng(0)
    roles = ("bass", "drums", "lead vocal", "piano")
    levels = np.array([prior.draw(roles, genre, rng) for genre in GENRES for _ in range(20)])
    trials = trials_of(LevelRows(levels, np.arange(len(levels))))
    posterior = LevelObserver.of_prior(prior).posterior(trials)
    np.testing.assert_allclose(posterior.sum(axis=2), 1.0, atol=1e-9)
    at_fault = np.sum(1.0 - posterior[:, :, KEEP], axis=1)
    for low, high in ((0.0, 0.7), (0.7, 0.9), (0.9, 1.0)):
        inside = (at_fault >= low) & (at_fault < high)
        assert inside.sum() > 200
        assert trials.faulty[inside].mean() == pytest.approx(at_fault[inside].mean(), abs=0.05)


def test_equal_loudness_brings_a_lone_loud_stem_down():
    level = np.full((1, 4), -20.0) + 8.0 * np.eye(4)[1]
    trials = Trials(
        np.zeros(1, int), np.array(["one"]), np.zeros(1, int), np.ones(1, int),
        np.array([4]), np.array([8.0]), level,
    )  # fmt: skip
    posterior = equal_loudness(trials)
    assert GRID[int(np.argmax(np.delete(posterior[0, 1], KEEP)))] == -6.0
    assert mark(trials, posterior, 0.3).joint.tolist() == [True]


def test_chance_is_a_quarter_of_the_faults():
    trials = trials_of(rows(200, 0))
    marks = mark(trials, chance(trials, 0), -1.0)
    faulty = trials.faulty
    assert marks.joint[faulty].mean() == pytest.approx(0.25, abs=0.02)
    assert marks.magnitude[faulty].mean() == pytest.approx(0.5, abs=0.02)
    assert marks.joint[~faulty].mean() == 0.0


def test_a_regression_that_is_told_the_stem_errs_less():
    train, test = rows(200, 0), trials_of(rows(80, 3))
    regression = GainRegression(train, 0)
    told_db = regression.told_error_db(test)
    asked_db = mark(test, regression.posterior(test), 0.3).error_db[test.faulty].mean()
    assert told_db < asked_db < np.abs(test.gain_db[test.faulty]).mean()
    assert told_db == pytest.approx(2.7, abs=0.7)


def test_songs_without_a_stem_are_answered_by_every_advisor():
    train = rows(100, 0)
    some = trials_of(LevelRows(rows(10, 4).levels, np.arange(10)), absent=2)
    for advisor in baselines(train, LevelObserver.of_rows(train), 0):
        posterior = advisor.posterior(some)
        np.testing.assert_allclose(posterior.sum(axis=2), 1.0, atol=1e-6)
        assert posterior[:, 2, KEEP] == pytest.approx(1.0)
    assert len(baselines(None, None, 0)) == 2
