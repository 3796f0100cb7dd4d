"""Flaws: drawn as stated, never on the anchor, applied without touching the input."""

import numpy as np
import pytest

from finetune.flaws import Flaw, apply, count_probability, draw, draw_single, needed_moves


def test_counts_sizes_and_places_as_stated() -> None:
    rng = np.random.default_rng(0)
    drawn = [draw(rng, 6, 2) for _ in range(8000)]
    counts = np.bincount([len(flaws) for flaws in drawn]) / len(drawn)
    np.testing.assert_allclose(counts, (0.40, 0.40, 0.12, 0.08), atol=0.02)
    gains = np.array([flaw.gain_db for flaws in drawn for flaw in flaws])
    assert 1.5 <= np.abs(gains).min() < 1.52 and 11.98 < np.abs(gains).max() <= 12.0
    assert np.abs(gains).mean() == pytest.approx(6.75, abs=0.1)
    assert (gains > 0).mean() == pytest.approx(0.5, abs=0.02)
    hit = np.bincount([flaw.stem for flaws in drawn for flaw in flaws], minlength=6) / len(gains)
    np.testing.assert_allclose(hit, (0.2, 0.2, 0.0, 0.2, 0.2, 0.2), atol=0.02)
    assert all(len({flaw.stem for flaw in flaws}) == len(flaws) for flaws in drawn)


def test_a_small_song_takes_fewer_flaws() -> None:
    np.testing.assert_allclose(count_probability(2), (0.4, 0.6))
    np.testing.assert_allclose(count_probability(3), (0.4, 0.4, 0.2))
    np.testing.assert_allclose(count_probability(1), (1.0,))
    rng = np.random.default_rng(0)
    assert max(len(draw(rng, 2, 0)) for _ in range(100)) == 1
    with pytest.raises(ValueError, match="3 flaws in a song of 3 stems: at most 2"):
        draw(rng, 3, 0, count=3)
    with pytest.raises(ValueError, match="anchor 3 of 3 stems"):
        draw(rng, 3, 3)


def test_same_generator_same_flaws() -> None:
    assert draw(np.random.default_rng(5), 8, 0) == draw(np.random.default_rng(5), 8, 0)


def test_apply_and_the_moves_that_mend() -> None:
    levels = np.array([-20.0, -23.0, -26.0])
    flaws = (Flaw(1, 4.0), Flaw(2, -3.5))
    upset = apply(levels, flaws)
    assert upset.tolist() == [-20.0, -19.0, -29.5]
    assert levels.tolist() == [-20.0, -23.0, -26.0]
    assert needed_moves(3, flaws).tolist() == [0.0, -4.0, 3.5]
    np.testing.assert_array_equal(upset + needed_moves(3, flaws), levels)


def test_the_seeds_classes() -> None:
    rng = np.random.default_rng(0)
    seen: dict[str, list[float]] = {}
    for _ in range(3000):
        flaws, category = draw_single(rng, 4, 0)
        assert len(flaws) == (category != "none") and all(flaw.stem != 0 for flaw in flaws)
        seen.setdefault(category, []).append(flaws[0].gain_db if flaws else 0.0)
    bounds = {name: (min(gains), max(gains)) for name, gains in seen.items()}
    assert bounds["very quiet"] == pytest.approx((-12, -6), abs=0.1)
    assert bounds["quiet"] == pytest.approx((-6, -3), abs=0.1)
    assert bounds["loud"] == pytest.approx((3, 6), abs=0.1)
    assert bounds["very loud"] == pytest.approx((6, 12), abs=0.1)
    assert len(seen["none"]) == pytest.approx(600, abs=70)
    flaws, category = draw_single(rng, 4, 0, category="loud", target=3)
    assert flaws[0].stem == 3 and category == "loud"
    with pytest.raises(ValueError, match="target 0 is the anchor"):
        draw_single(rng, 4, 0, target=0)
