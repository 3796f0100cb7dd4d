"""The observer by the ear: sure of the roles it is the ideal one, deaf it is worse."""

import numpy as np
import pytest

from finetune.ear_observer import EarObserver
from finetune.judged_mixes import drawn_mix
from finetune.observer import IdealObserver
from finetune.scenes import SongRecord
from mixer.balance import BalancePrior
from mixer.loudness import PROFILE_SIZE

ROLES = ("kick", "bass", "lead vocal", "synth pad", "electric guitar")
rng = np.random.default_rng(0)
VOICES = dict(zip(ROLES, rng.standard_normal((len(ROLES), 16)), strict=True))


def song(number: int, is_heard: bool) -> SongRecord:
    draw = np.random.default_rng([1, number])
    hidden = 0.05 * draw.standard_normal((len(ROLES), 8, 16))
    if is_heard:
        hidden += np.stack([VOICES[role] for role in ROLES])[:, None]
    profile = np.zeros((len(ROLES), PROFILE_SIZE), np.float32)
    profile[:, 0] = -23.0
    profile[:, 3] = 1.0  # plays all the time
    names = tuple(f"Audio {at}" for at in range(len(ROLES)))
    return SongRecord(f"{number:05d}", ROLES, names, "pop", "train", profile, hidden)


@pytest.fixture(scope="module")
def prior():
    return BalancePrior.load()


def apart(prior, is_heard: bool) -> float:
    """How far its probabilities are from those of the observer who is told the roles."""
    ear = EarObserver(prior, [song(number, is_heard) for number in range(40)])
    ideal, off = IdealObserver(prior), []
    for number in range(12):
        mix = drawn_mix(song(100 + number, is_heard), prior, np.random.default_rng(number))
        known = ideal.posterior(mix.relative_db, mix.roles, 0, None, mix.activity)
        found = ear.posterior(mix)
        np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-9)
        assert np.argmax(found[0]) == found.shape[1] // 2  # the anchor is never moved
        off.append(np.abs(found - known).sum(axis=1)[1:].mean())
    return float(np.mean(off))


def test_who_hears_every_role_judges_as_who_is_told_and_who_is_deaf_does_not(prior):
    heard, deaf = apart(prior, True), apart(prior, False)
    assert heard < 0.1 < 0.15 < deaf
