"""What the listener learns to judge by: drawn mixes, their targets, their places in batches."""

import numpy as np
import pytest
import torch

from assistant.evidence import complaint_evidence
from assistant.model.sentences import SentenceEncoder
from finetune.batches import IGNORED
from finetune.judgements import Judgements, JudgingCollator, told
from finetune.level_rows import STEMS, LevelRows, RowObserver
from finetune.observer import GRID
from finetune.scenes import SongRecord, draw_scene, teacher_posterior, usual_levels
from mixer.balance import BalancePrior
from mixer.roles import ROLES
from tests.tiny_listener import tiny_listener

BAND = ("drums", "bass", "piano", "electric guitar", "lead vocal", "synth pad")


class Bank:
    """A bank of one song, with every role in it."""

    split = "train"

    def __init__(self):
        rng = np.random.default_rng(0)
        profile = rng.normal(-30, 5, (len(ROLES), 14)).astype(np.float32)
        hidden = rng.normal(size=(len(ROLES), 8, 256)).astype(np.float16)
        self.records = [SongRecord("0", ROLES, ROLES, "pop", "train", profile, hidden)]

    def __len__(self):
        return 1


@pytest.fixture(scope="module")
def prior():
    return BalancePrior.load()


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    levels = rng.normal((-26, -25, -25, -27), (3.5, 3.5, 3.0, 3.0), (400, 4))
    return RowObserver.fit(LevelRows(levels, np.array(["a"] * 400)))


@pytest.fixture(scope="module")
def drawn(prior, rows):
    judgements = Judgements(Bank(), prior, rows)
    return [judgements.draw(np.random.default_rng(seed)) for seed in range(120)]


def test_what_is_drawn_is_whole(drawn):
    assert {one.senses for one in drawn} == {"all", "tokens", "level", "content", "text"}
    assert {one.genre for one in drawn} > {None}
    assert max(len(one.names) for one in drawn) > 12
    for one in drawn:
        np.testing.assert_allclose(one.posterior.sum(axis=1), 1.0, atol=1e-6)
        assert one.posterior[0, 24] == 1.0 and len(set(one.names)) == len(one.names)
        assert (one.content is None) == (one.senses in ("level", "text"))
        if one.senses == "content":
            assert not one.level.any()
        elif one.roles is None:
            assert set(one.names) == set(STEMS) and not one.level[:, 2:].any()
            np.testing.assert_allclose(10 * one.level[:, 0], one.relative_lu, atol=1e-4)


def test_a_complaint_moves_the_target_its_way(prior):
    scene = draw_scene(Bank().records[0], prior, np.random.default_rng(2), 0, most_stems=6)
    plain = teacher_posterior(scene, prior)
    for needs_raise in (True, False):
        evidence = complaint_evidence(len(scene.names), 3, needs_raise)
        moved = teacher_posterior(scene, prior, None, evidence)
        way = GRID > 0 if needs_raise else GRID < 0
        assert moved[3, way].sum() > plain[3, way].sum()
        assert moved[3, way].sum() > moved[3, ~way & (GRID != 0)].sum()


def test_the_meters_outweigh_a_complaint_that_they_contradict(prior):
    scene = draw_scene(Bank().records[0], prior, np.random.default_rng(2), 0, most_stems=6)
    scene.levels[3] += 25.0
    evidence = complaint_evidence(len(scene.names), 3, needs_raise=True)
    moved = teacher_posterior(scene, prior, None, evidence)[3]
    assert moved[GRID > 0].sum() < 0.1 < moved[GRID < 0].sum()


def test_the_usual_level_is_where_the_move_leads(prior):
    scene = draw_scene(Bank().records[0], prior, np.random.default_rng(3), 0, most_stems=5)
    before = usual_levels(scene, prior)
    scene.levels[2] += 4.0
    after = usual_levels(scene, prior)
    assert after[2, 1] - before[2, 1] == pytest.approx(-4.0)
    np.testing.assert_allclose(after[:, [0, 2]], before[:, [0, 2]])
    np.testing.assert_array_equal(after[0], (0.0, 0.0, 1.0))


def test_a_batch_puts_every_target_behind_its_stem(prior, drawn):
    model, processor = tiny_listener()
    collate = JudgingCollator(processor, SentenceEncoder.load())
    prompts = [collate.encode(one) for one in drawn]
    batch = collate(drawn, prompts)
    asked = sum(len(one.names) - 1 for one in drawn)
    assert batch.posterior.shape == (asked, 49) and batch.usual.shape == (asked, 3)
    assert len(batch.asked) == len(batch.asked_item) == asked
    heard = batch.asked_item >= 0
    rows, places = batch.asked[heard].T
    assert (batch.input_ids[rows, places] == model.config.audio_token_id).all()
    # The item behind a place is the stem whose posterior stands in the same row.
    levels = torch.cat([torch.from_numpy(one.level[1:]) for one in drawn])
    torch.testing.assert_close(batch.level[batch.asked_item[heard]], levels[heard].float())
    tokens = torch.where(batch.level_only, 1, 9).sum()
    assert int(tokens) == int((batch.input_ids == model.config.audio_token_id).sum())
    assert (batch.labels == IGNORED).all()
    known = batch.mentioned_role != IGNORED
    assert int(known.sum()) == sum(len(one.names) for one in drawn if one.roles is not None)


def test_a_scene_told_by_one_sense_keeps_its_target(prior):
    scene = draw_scene(Bank().records[0], prior, np.random.default_rng(5), 1, most_stems=4)
    posterior, usual = teacher_posterior(scene, prior), usual_levels(scene, prior)
    whole = told(scene, posterior, usual, "", None, "all")
    deaf = told(scene, posterior, usual, "", None, "text")
    assert deaf.content is None and whole.content is not None
    np.testing.assert_array_equal(deaf.posterior, whole.posterior)
