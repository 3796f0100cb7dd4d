"""Rows of levels: how they are read and gated, and the exact observer of the seed's protocol."""

import numpy as np
import pytest

from finetune.level_rows import STEMS, LevelRows, RowObserver, move_weights, read_rows
from finetune.observer import GRID, KEEP

HEADER = "split,track,stem,start_sec,end_sec,rms_dbfs,active_frame_ratio\n"


def table(tmp_path, rows):
    file = tmp_path / "levels.csv"
    lines = [f"{s},{t},{stem},{at},{at},{db},1.0\n" for s, t, at, stem, db in rows]
    file.write_text(HEADER + "".join(lines))
    return file


def passage(split, track, at, levels, mixture=-18.0):
    stems = (*zip(STEMS, levels, strict=True), ("mixture", mixture))
    return [(split, track, at, stem, db) for stem, db in stems]


@pytest.fixture(scope="module")
def observer():
    rng = np.random.default_rng(0)
    levels = rng.normal((-26, -25, -25, -27), 3.0, (800, 4))
    return RowObserver.fit(LevelRows(levels, np.array(["a"] * 800)))


def test_rows_are_gated_and_kept_by_split(tmp_path):
    file = table(
        tmp_path,
        [
            *passage("train", "a", 0, (-20, -21, -22, -23)),
            *passage("train", "a", 10, (-20, -50, -22, -23)),  # a stem hardly plays
            *passage("train", "b", 0, (-40, -41, -42, -43), mixture=-36),  # all too faint
            *passage("test", "c", 0, (-10, -11, -12, -13)),
        ],
    )
    rows = read_rows(file, "train")
    np.testing.assert_array_equal(rows.levels, [(-20, -21, -22, -23)])
    assert rows.songs.tolist() == ["a"]
    assert len(read_rows(file, "test").levels) == 1
    with pytest.raises(ValueError, match="no row of split 'valid'.*rms_dbfs"):
        read_rows(file, "valid")


def test_moves_are_weighed_as_the_seed_draws_them():
    weights = move_weights()
    assert weights.sum() == pytest.approx(1.0)
    assert weights[np.abs(GRID) < 3].sum() == 0.0
    near = np.abs(GRID) < 6
    assert 0.45 < weights[near].sum() < 0.5  # half of the faults; the bins at 6 dB are shared


def test_the_observer_is_calibrated_on_its_own_draws(observer):
    rng = np.random.default_rng(1)
    said, true = [], []
    for _ in range(1500):
        levels, anchor = observer.draw(rng), int(rng.integers(3))
        target = int(rng.choice([stem for stem in range(3) if stem != anchor]))
        is_flawed = rng.random() < 0.8
        size = rng.uniform(3, 6) if rng.random() < 0.5 else rng.uniform(6, 12)
        levels[target] += size * rng.choice((-1, 1)) * is_flawed
        posterior = observer.posterior(levels, anchor)
        said.append(1 - posterior[:3, KEEP])
        true.append(np.eye(3)[target] * is_flawed)
    said, true = np.concatenate(said), np.concatenate(true)
    for low, high in ((0.01, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1.0)):
        chosen = (said >= low) & (said < high)
        assert chosen.sum() > 100
        assert true[chosen].mean() == pytest.approx(said[chosen].mean(), abs=0.06)


def test_the_anchor_and_other_are_never_wrong_and_offsets_do_not_count(observer):
    levels = np.array([-30.0, -20.0, -24.0, -10.0])
    posterior = observer.posterior(levels, 0)
    assert posterior[0, KEEP] == posterior[3, KEEP] == 1.0
    np.testing.assert_allclose(posterior.sum(axis=1), 1.0)
    np.testing.assert_allclose(observer.posterior(levels + 13.0, 0), posterior, atol=1e-9)
    assert posterior[1] @ GRID < 0 < observer.posterior(levels - [0, 20, 0, 0], 0)[1] @ GRID
