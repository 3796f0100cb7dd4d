"""Complaints as they are judged: held-out words, what an answer is, when meters contradict."""

from dataclasses import replace

import numpy as np
import pytest

from finetune.evaluate_complaints import answer, draw_complaints, is_contradicted
from finetune.observer import GRID
from finetune.scenes import SongRecord
from finetune.talk import split_phrasings
from mixer.balance import BalancePrior

ROLES = ("drums", "bass", "piano", "electric guitar", "lead vocal")


class Bank:
    def __init__(self):
        rng = np.random.default_rng(0)
        profile = rng.normal(-30, 5, (len(ROLES), 14)).astype(np.float32)
        hidden = rng.normal(size=(len(ROLES), 8, 256)).astype(np.float16)
        self.records = [SongRecord(str(k), ROLES, ROLES, "pop", "test", profile, hidden)
                        for k in range(12)]  # fmt: skip


@pytest.fixture(scope="module")
def drawn():
    return draw_complaints(Bank(), BalancePrior.load(), 0, 2)  # pyright: ignore[reportArgumentType]


def test_a_third_of_the_complaints_is_true_and_about_the_flaw(drawn):
    assert len(drawn) == 72 and sum(one.is_true for one in drawn) == 24
    for one in drawn:
        if one.is_true:
            flaw = one.scene.flaws[0]
            assert flaw.stem == one.stem and (flaw.gain_db < 0) == one.needs_raise


def test_the_words_are_held_out(drawn):
    trained = {text for intent in ("complain_loud", "complain_quiet")
               for text in split_phrasings(intent, False) if "{" not in text}  # fmt: skip
    assert not {one.words for one in drawn} & trained


def test_the_observer_follows_more_often_when_told(drawn):
    told = [answer(one.observer, one, 0.3) == "with" for one in drawn]
    alone = [answer(one.without, one, 0.3) == "with" for one in drawn]
    assert sum(told) > sum(alone) + 20


def test_answers_are_by_side_and_threshold(drawn):
    one = drawn[0]
    posterior = np.zeros((len(ROLES), len(GRID)))
    way = 1 if one.needs_raise else -1
    posterior[one.stem, np.argmin(np.abs(GRID - 4 * way))] = 0.4
    posterior[one.stem, np.argmin(np.abs(GRID + 4 * way))] = 0.1
    posterior[one.stem, 24] = 0.5
    assert answer(posterior, one, 0.3) == "with"
    assert answer(posterior[:, ::-1], one, 0.3) == "against"
    assert answer(posterior, one, 0.6) == "nothing"


def test_a_contradiction_is_a_sure_opposite(drawn):
    one = next(one for one in drawn if one.needs_raise)
    sure = np.zeros((len(ROLES), len(GRID)))
    sure[one.stem, 0], sure[one.stem, 24] = 0.7, 0.3
    assert is_contradicted(replace(one, without=sure))
    assert not is_contradicted(replace(one, without=sure[:, ::-1]))
