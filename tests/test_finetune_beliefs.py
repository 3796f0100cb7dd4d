"""Beliefs: an observer who is probed gives back its own prior, and one who shifted it the shift."""

from dataclasses import replace

import numpy as np
import pytest

from finetune.beliefs import (
    SWEEP_LU,
    Probe,
    Reading,
    against_all,
    against_anchor,
    centre,
    make_probe,
    numbered,
    observed,
    read,
    typical,
)
from finetune.observer import GRID, KEEP, fault_posterior
from mixer.balance import BalancePrior
from mixer.roles import ROLES, roles_from_names

BAND = ("drums", "lead vocal", "bass", "electric guitar", "piano")


@pytest.fixture(scope="module")
def prior() -> BalancePrior:
    return BalancePrior.load()


def probe(prior: BalancePrior, genre: str = "country", roles: tuple[str, ...] = BAND) -> Probe:
    sounds = np.random.default_rng(0).normal(size=(len(roles), 14)).astype(np.float32)
    return make_probe(genre, roles, prior, sounds, np.zeros((len(roles), 8, 256)))


def test_the_observer_gives_back_the_prior(prior: BalancePrior) -> None:
    taught = probe(prior)
    believed = against_anchor([read(taught, observed(taught))])
    low, high = prior.usual_range("lead vocal", "drums", "country", BAND)
    assert believed.centre_lu == pytest.approx((low + high) / 2, abs=0.05)
    assert believed.spread_lu == pytest.approx((high - low) / 2, rel=0.03)
    assert (believed.taught_lu, believed.taught_spread_lu) == pytest.approx(
        ((low + high) / 2, (high - low) / 2)
    )


@pytest.mark.parametrize(("shift_lu", "ratio"), [(2.0, 1.5), (-4.0, 0.7)])
def test_another_prior_is_read_off_as_it_is(
    prior: BalancePrior, shift_lu: float, ratio: float
) -> None:
    taught = probe(prior)
    other_mean = taught.mean.copy()
    other_mean[1] += shift_lu
    other = replace(taught, mean=other_mean, covariance=ratio**2 * taught.covariance)
    answers = np.stack(
        [fault_posterior(row, 0, other.mean, other.covariance)[1] for row in taught.levels()]
    )
    reading = read(taught, answers)
    assert reading.shift_lu == pytest.approx(shift_lu, abs=0.1)
    assert reading.width == pytest.approx(ratio, rel=0.05)


def test_the_centre_is_between_raising_and_lowering() -> None:
    answers = np.zeros((len(SWEEP_LU), len(GRID)))
    answers[:, KEEP] = 0.2
    for row, level in zip(answers, SWEEP_LU, strict=True):
        row[-1] = 0.4 - 0.02 * (level - 3.25)  # raise
        row[0] = 0.8 - row[-1]  # lower
    assert centre(answers) == pytest.approx(3.25)
    always_raise = np.zeros_like(answers)
    always_raise[:, -1] = 1.0
    assert centre(always_raise) == SWEEP_LU[-1]
    assert centre(always_raise[:, ::-1]) == SWEEP_LU[0]


def test_against_all_is_the_vocal_over_the_sum(prior: BalancePrior) -> None:
    taught = probe(prior)
    even = replace(taught, mean=np.zeros(5))
    believed = against_all([Reading(even, 1.0, 2.0)])
    assert believed.taught_lu == pytest.approx(-10 * np.log10(4))
    assert believed.centre_lu == pytest.approx(believed.taught_lu + 1.0)
    contrast = np.array([-0.25, 1.0, -0.25, -0.25, -0.25])
    sd = float(np.sqrt(contrast @ even.covariance @ contrast))
    assert believed.spread_lu == pytest.approx(2.0 * 1.2816 * sd, rel=1e-4)


def test_a_probe_stands_at_the_mean_and_is_swept_alone(prior: BalancePrior) -> None:
    taught = probe(prior)
    hearings = taught.hearings()
    assert len(hearings) == 31 and hearings[0].genre == "country"
    assert taught.hearings(told_genre=False)[0].genre is None
    relative = 10 * np.stack([hearing.relative_profile[:, 0] for hearing in hearings])
    still = [0, 2, 3, 4]
    np.testing.assert_allclose(
        relative[:, still], np.tile((taught.mean - taught.mean[0])[still], (31, 1)), atol=1e-4
    )
    np.testing.assert_allclose(
        relative[:, 1], taught.mean[1] - taught.mean[0] + SWEEP_LU, atol=1e-4
    )


def test_typical_line_ups_begin_with_what_is_needed() -> None:
    rng = np.random.default_rng(0)
    roles = typical("jazz", ("drums", "brass"), rng)
    assert roles is not None and roles[:2] == ("drums", "brass")
    assert typical("pop", ("drums",) * 9, rng) is None


def test_names_of_a_probe_tell_every_role() -> None:
    assert numbered(("bass", "drums", "bass")) == ("bass", "drums", "bass 2")
    assert roles_from_names(numbered(ROLES)) == ROLES
