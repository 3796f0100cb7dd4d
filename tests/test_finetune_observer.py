"""The ideal observer: agrees with sampling, is calibrated, is invariant, beats levels alone."""

import numpy as np
import pytest

from finetune import flaws
from finetune.baselines import LevelsOnlyAdvisor, always_error, chance, equal_loudness
from finetune.observer import GRID, KEEP, IdealObserver
from finetune.scoring import Case, judge, p_fault, score
from mixer.balance import BalancePrior

BAND = ("kick", "snare", "hats", "bass", "electric guitar", "piano", "lead vocal")
QUARTET = ("kick", "snare", "hats", "bass")


@pytest.fixture(scope="module")
def observer() -> IdealObserver:
    return IdealObserver(BalancePrior.load())


def test_agrees_with_weighing_sampled_flaws(observer: IdealObserver) -> None:
    levels = np.array([0.0, 3.0, -14.0, 4.0])
    exact = observer.posterior(levels, QUARTET, 0, "pop")
    mean, covariance = observer.prior.moments(QUARTET, "pop")
    change = np.eye(4)[1:] - np.eye(4)[0]
    precision = np.linalg.inv(change @ covariance @ change.T)
    rng = np.random.default_rng(0)
    gains = np.array([flaws.apply(np.zeros(4), flaws.draw(rng, 4, 0))[1:] for _ in range(40000)])
    off = change @ (levels - mean) - gains
    weight = np.exp(-0.5 * np.einsum("ni,ij,nj->n", off, precision, off))
    weight /= weight.sum()
    assert 1.0 / (weight**2).sum() > 5000  # effective samples
    np.testing.assert_allclose(p_fault(exact)[1:], weight @ (gains != 0), atol=0.02)
    np.testing.assert_allclose(exact[1:] @ GRID, -weight @ gains, atol=0.2)


def test_calibrated_on_its_own_prior(observer: IdealObserver) -> None:
    rng = np.random.default_rng(1)
    said, true, error, keep_error = [], [], [], []
    for _ in range(600):
        drawn = flaws.draw(rng, len(BAND), 0)
        levels = flaws.apply(observer.prior.draw(BAND, "rock", rng), drawn)
        posterior = observer.posterior(levels, BAND, 0, "rock")[1:]
        needed = flaws.needed_moves(len(BAND), drawn)[1:]
        said.append(p_fault(posterior))
        true.append(needed != 0)
        error.append((posterior @ GRID - needed) ** 2)
        keep_error.append(needed**2)
    said, true = np.concatenate(said), np.concatenate(true)
    for low, high in ((0.0, 0.1), (0.1, 0.3), (0.3, 0.6), (0.6, 1.01)):
        bin_ = (said >= low) & (said < high)
        assert bin_.sum() > 50
        assert true[bin_].mean() == pytest.approx(said[bin_].mean(), abs=0.06)
    assert np.mean(error) < 0.75 * np.mean(keep_error)


def test_common_gain_and_order_change_nothing(observer: IdealObserver) -> None:
    levels = np.array([0.0, -4.0, -9.0, 3.0, -12.0, 1.0, 2.0])
    posterior = observer.posterior(levels, BAND, 0)
    np.testing.assert_allclose(observer.posterior(levels - 17.0, BAND, 0), posterior, atol=1e-9)
    np.testing.assert_allclose(
        observer.posterior(levels[::-1], BAND[::-1], 6), posterior[::-1], atol=1e-9
    )


def test_each_stem_has_a_distribution_and_the_anchor_stays(observer: IdealObserver) -> None:
    for levels in (np.zeros(7), np.linspace(-80.0, 80.0, 7), np.array([0, 0, 0, 100.0, 0, 0, 0])):
        posterior = observer.posterior(levels, BAND, 2)
        np.testing.assert_allclose(posterior.sum(axis=1), 1.0, atol=1e-9)
        assert posterior.min() >= 0.0 and posterior[2, KEEP] == 1.0
        assert posterior[:, (np.abs(GRID) < 1.5) & (GRID != 0)].max() == 0.0
    assert observer.posterior(np.zeros(1), ("kick",), 0)[0, KEEP] == 1.0


def test_a_far_too_quiet_vocal_is_to_be_raised(observer: IdealObserver) -> None:
    mean, _ = observer.prior.moments(BAND, "pop")
    posterior = observer.posterior(mean - 11.0 * np.eye(7)[6], BAND, 0, "pop")
    assert int(np.argmax(p_fault(posterior))) == 6
    assert p_fault(posterior)[6] > 0.6
    assert float(posterior[6] @ GRID) > 4.0


def test_roles_are_worth_something(observer: IdealObserver) -> None:
    rng = np.random.default_rng(3)
    balanced = [observer.prior.draw(BAND, None, rng) for _ in range(500)]
    levels_only = LevelsOnlyAdvisor.fit(balanced, [0] * 500)
    cases: dict[str, list[Case]] = {name: [] for name in ("roles", "levels", "equal", "chance")}
    for song in range(500):
        drawn = flaws.draw(rng, len(BAND), 0, count=1)
        levels = flaws.apply(observer.prior.draw(BAND, None, rng), drawn)
        for name, posterior in (
            ("roles", observer.posterior(levels, BAND, 0)),
            ("levels", levels_only.advise(levels, 0)),
            ("equal", equal_loudness(levels, 0)),
            ("chance", chance(rng, len(BAND), 0)),
        ):
            cases[name].append(Case(posterior, 0, drawn, song))
    joint = {name: score(judge(said), -1.0).joint for name, said in cases.items()}
    assert joint["roles"] > joint["levels"] + 0.06 > joint["chance"] + 0.2
    assert joint["roles"] > joint["equal"] + 0.06
    assert joint["chance"] == pytest.approx(1 / 12, abs=0.04)


def test_levels_only_knows_no_roles() -> None:
    rng = np.random.default_rng(0)
    songs = [np.append(0.0, rng.normal(0, 4) - 2 + rng.normal(0, 5, 5)) for _ in range(4000)]
    fitted = LevelsOnlyAdvisor.fit(songs, [0] * 4000)
    assert fitted.offset_db == pytest.approx(-2.0, abs=0.2)
    assert fitted.shared_sd_db == pytest.approx(4.0, abs=0.2)
    assert fitted.stem_sd_db == pytest.approx(5.0, abs=0.1)
    levels = np.array([0.0, -3.0, 5.0, -3.0])
    posterior = fitted.advise(levels, 0)
    np.testing.assert_allclose(posterior[1], posterior[3], atol=1e-12)


def test_the_plain_baselines() -> None:
    posterior = equal_loudness(np.array([0.0, -6.0, 0.0]), 0)
    assert GRID[int(np.argmax(posterior[1]))] == 4.0
    assert p_fault(posterior)[0] == 0.0
    forced = always_error(posterior, 0)
    assert p_fault(forced)[1] == pytest.approx(1.0)
    assert forced.sum() == pytest.approx(3.0)
