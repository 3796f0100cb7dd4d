"""Training MEGAMI's generator: batches by number, runs that go on, and the regression control."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from finetune.line_ups import SongFacts
from finetune.mixes import Batch, TrainingConfig, draw_block
from finetune.train_megami import Trainer, loss_of, new_generator
from mixer.console import INDEX
from mixer.megami.facts import FACTS
from mixer.megami.generator import Generator, GeneratorConfig
from mixer.roles import ROLES

TINY = TrainingConfig(steps=4, batch_songs=4, width=16, depth=1, heads=2, warmup_steps=1)


@pytest.fixture(scope="module")
def songs() -> list[SongFacts]:
    rng = np.random.default_rng(0)
    made = []
    for number in range(12):
        roles = tuple(rng.choice(ROLES, size=4).tolist())
        facts = rng.normal(-15.0, 5.0, (4, len(FACTS))).astype(np.float32)
        facts[:, FACTS.index("side_db")] = rng.choice((-40.0, -6.0), size=4)
        embedding = rng.normal(size=(4, 128)).astype(np.float32)
        embedding /= np.linalg.norm(embedding, axis=1, keepdims=True)
        split = "valid" if number > 9 else "train"
        made.append(SongFacts(roles, facts, facts, embedding, "pop", split))
    return made


def block_of(songs: list[SongFacts], config: TrainingConfig, number: int = 0) -> list[Batch]:
    generator = new_generator(songs, config)
    return draw_block(songs, number, generator.code, config, generator.config.sigma_data)


def test_a_block_depends_on_its_number_only(songs: list[SongFacts]) -> None:
    one, again, other = block_of(songs, TINY), block_of(songs, TINY), block_of(songs, TINY, 1)
    assert all(torch.equal(a.z, b.z) for a, b in zip(one, again, strict=True))
    assert not any(
        a.z.shape == b.z.shape and torch.equal(a.z, b.z) for a, b in zip(one, other, strict=True)
    )


def test_held_and_unknown_are_nan_and_nothing_else_is(songs: list[SongFacts]) -> None:
    for batch in block_of(songs, TINY):
        here = batch.present.unsqueeze(-1).expand_as(batch.z)
        held = ~torch.isnan(batch.held) & here
        assert torch.equal(batch.held[held], batch.z[held])
        assert torch.isfinite(batch.z).all() and torch.isfinite(batch.content[:, :, 18:]).all()


def test_images_of_stereo_stems_are_often_held(songs: list[SongFacts]) -> None:
    held = []
    for number in range(4):
        for batch in block_of(songs, TINY, number):
            pan = ~torch.isnan(batch.held[..., INDEX["pan"]]) & batch.present
            held.append(float(pan.sum() / batch.present.sum()))
    assert 0.2 < np.mean(held) < 0.7


def test_the_regression_sees_neither_z_nor_noise(songs: list[SongFacts]) -> None:
    config = replace(TINY, objective="regression")
    batch = block_of(songs, config)[0]
    assert batch.seen == 0.0 and not batch.noise.any()
    assert (batch.sigma == GeneratorConfig().sigma_max).all()
    torch.manual_seed(0)
    network = Generator(GeneratorConfig(width=16, depth=1, heads=2))
    torch.nn.init.normal_(network.to_coordinates.weight, std=0.1)
    free = torch.isnan(batch.held) & batch.present.unsqueeze(-1)
    out = network(torch.zeros_like(batch.z), batch.sigma, batch.content, batch.held,
                  present=batch.present, content_known=batch.known)  # fmt: skip
    squares = torch.square(out - batch.z)[free].mean()
    # c_out is sigma_data at the highest level: the loss is plain least squares
    assert float(loss_of(network, batch)) == pytest.approx(float(squares), rel=0.01)


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not(
    songs: list[SongFacts], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("finetune.train_megami.REPORT_STEPS", 2)
    whole = Trainer(songs, TINY, tmp_path / "whole")
    whole.run()
    stopped = Trainer(songs, TINY, tmp_path / "stopped")
    monkeypatch.setattr(stopped, "_update", _stop_after(stopped, 2))
    with pytest.raises(KeyboardInterrupt):
        stopped.run()
    again = Trainer(songs, TINY, tmp_path / "stopped")
    assert again.step == 2
    again.run()
    for one, other in zip(whole.ema.parameters(), again.ema.parameters(), strict=True):
        assert torch.equal(one, other)


def _stop_after(trainer: Trainer, steps: int):
    update, done = trainer._update, []

    def stop(batch: Batch) -> float:
        if len(done) == steps:
            raise KeyboardInterrupt
        done.append(1)
        return update(batch)

    return stop


def test_another_objective_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "train.yaml"
    file.write_text("objective: wish\n")
    with pytest.raises(ValueError, match="use diffusion or regression"):
        TrainingConfig.read(file)
    file.write_text("stepz: 3\n")
    with pytest.raises(ValueError, match="unknown keys stepz"):
        TrainingConfig.read(file)
