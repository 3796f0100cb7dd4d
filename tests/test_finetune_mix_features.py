"""The distances of the mixers' table against known answers, and the faults it looks for."""

import numpy as np
import pytest

from finetune.evaluate_mixer import interval
from finetune.mix_faults import CLICK_RATIO, find_faults, jumps, lead_over_rest
from finetune.mix_features import (
    GROUPS,
    SIZE,
    THIRDS_HZ,
    describe,
    energy_score,
    frechet_distance,
    kernel_distance,
    untrained_embedding,
)

RATE = 44100


def noise(seed: int, seconds: float = 3.0, level: float = 0.1) -> np.ndarray:
    return level * np.random.default_rng(seed).standard_normal(
        (2, int(seconds * RATE)), dtype=np.float32
    )


def tone(hz: float, seconds: float = 3.0) -> np.ndarray:
    time_s = np.arange(int(seconds * RATE)) / RATE
    return np.tile(0.3 * np.sin(2 * np.pi * hz * time_s), (2, 1)).astype(np.float32)


def test_features_do_not_know_how_loud_a_mix_is() -> None:
    mix = noise(0)
    assert describe(mix, RATE) == pytest.approx(describe(mix * np.float32(0.2), RATE), abs=0.01)
    assert sum(at.stop - at.start for at in GROUPS.values()) == SIZE


@pytest.mark.parametrize("hz", [100.0, 1000.0, 8000.0])
def test_a_tone_is_in_its_third_octave(hz: float) -> None:
    spectrum = describe(tone(hz), RATE)[GROUPS["spectrum"]]
    assert THIRDS_HZ[spectrum.argmax()] == pytest.approx(hz, rel=0.13)
    assert spectrum.max() == pytest.approx(0.0, abs=1.0)


def test_crest_range_side_and_balance_of_known_sounds() -> None:
    assert describe(tone(997.0), RATE)[GROUPS["crest"]] == pytest.approx([3.01], abs=0.05)
    steps = noise(1, 8.0) * np.repeat(np.float32([0.1, 1.0]), 4 * RATE)
    assert describe(steps, RATE)[GROUPS["range"]] == pytest.approx([20.0], abs=1.0)
    assert describe(noise(2), RATE)[GROUPS["side"]] == pytest.approx([0, 0, 0], abs=0.7)
    leaning = noise(3) * np.float32([[1.0], [2.0]])
    assert describe(leaning, RATE)[GROUPS["balance"]] == pytest.approx([6.02] * 3, abs=0.7)


def test_the_energy_score_is_least_for_the_true_spread() -> None:
    rng = np.random.default_rng(0)

    def mean_score(spread: float, takes: int) -> float:
        return float(
            np.mean(
                [
                    energy_score(spread * rng.normal(size=(takes, 1)), rng.normal(size=(1, 1)))
                    for _ in range(4000)
                ]
            )
        )

    right = mean_score(1.0, 4)
    assert right == pytest.approx(1.0 / np.sqrt(np.pi), abs=0.03)  # E|x-y| - E|x-x'|/2 of N(0, 1)
    assert right < mean_score(0.0, 1) - 0.15  # the mean, every time
    assert right < mean_score(0.4, 4) - 0.02 and right < mean_score(2.2, 4) - 0.1


def test_distances_of_sets_are_nought_for_alike_and_grow_with_a_shift() -> None:
    rng = np.random.default_rng(1)
    one, other = rng.normal(size=(300, 6)), rng.normal(size=(300, 6))
    assert abs(kernel_distance(one, other)) < 0.5
    assert kernel_distance(one + 1.0, other) > 10.0
    assert frechet_distance(one, other, 6) < 0.2
    # two Gaussians of one covariance: the squared distance of their means
    assert frechet_distance(one + 2.0, other, 6) == pytest.approx(24.0, rel=0.1)


def test_the_untrained_net_hears_width_and_not_level() -> None:
    wide = noise(4)
    heard = untrained_embedding(wide, RATE)
    assert untrained_embedding(wide * np.float32(0.3), RATE) == pytest.approx(heard, rel=0.01)
    mono = np.tile(wide.mean(axis=0), (2, 1))
    apart = np.abs(untrained_embedding(mono, RATE) - heard).mean()
    assert apart > 5 * np.abs(untrained_embedding(noise(5), RATE) - heard).mean()


def test_clicks_are_found_and_music_has_none() -> None:
    quiet = tone(220.0) + noise(6, level=0.001)
    assert jumps(quiet, RATE, CLICK_RATIO).size == jumps(noise(7), RATE, CLICK_RATIO).size == 0
    clicked = quiet.copy()
    clicked[:, [20000, 90000]] += 0.4
    assert jumps(clicked, RATE, CLICK_RATIO) == pytest.approx([20000, 90000], abs=3)


def test_a_stem_that_begins_suddenly_is_no_click_of_the_mixer() -> None:
    time_s = (np.arange(3 * RATE) - 50000) / RATE
    kick = np.where(time_s < 0.0, 0.0, 0.15 * np.cos(2 * np.pi * 60.0 * time_s))
    kick = np.tile(kick, (2, 1)).astype(np.float32)
    stems, lead = np.stack([kick, noise(11, level=0.03)]), np.array([False, False])
    before = find_faults(stems, lead, RATE)
    assert before.onsets.size == 1
    louder = stems * np.float32([[[2.0]], [[0.05]]])
    after = find_faults(louder, lead, RATE)
    assert after.clicks.size == 1 and after.named(before) == []
    louder[0][:, 90000] += 0.5
    assert find_faults(louder, lead, RATE).named(before) == ["click"]


def test_each_fault_is_found_and_only_that() -> None:
    lead = np.array([True, False])
    good = np.stack([tone(440.0), noise(8, level=0.03)])
    clean = find_faults(good, lead, RATE)
    assert clean.named(clean) == [] and clean.lead_lu > 0.0
    loud = find_faults(good * np.float32(9.0), lead, RATE)
    assert loud.named(clean) == [] and loud.true_peak_dbtp <= -0.9  # written with a trim
    shifted = find_faults(good + np.float32(0.02), lead, RATE)
    assert shifted.named(clean) == ["DC"]
    flipped = good * np.float32([[[1.0], [-1.0]], [[1.0], [1.0]]])
    assert find_faults(flipped, lead, RATE).named(clean) == ["mono collapse"]
    buried = find_faults(good * np.float32([[[0.02]], [[1.0]]]), lead, RATE)
    assert buried.named(clean) == ["buried lead"]
    assert find_faults(good * np.float32(np.nan), lead, RATE).named(clean) == [
        "not finite",
        "clipping",
    ]


def test_lead_over_rest_is_a_difference_of_loudness() -> None:
    stems = np.stack([noise(9), noise(10)])
    lead = np.array([True, False])
    assert lead_over_rest(stems, lead, RATE) == pytest.approx(0.0, abs=0.1)
    assert lead_over_rest(stems * np.float32([[[2.0]], [[1.0]]]), lead, RATE) == pytest.approx(
        6.02, abs=0.1
    )
    assert np.isnan(lead_over_rest(stems, np.array([False, False]), RATE))


def test_the_interval_keeps_sections_of_a_song_together() -> None:
    difference = np.array([1.0, 1.0, 3.0, 3.0])
    low, high = interval(difference, ["a", "a", "b", "b"])
    assert (low, high) == pytest.approx((1.0, 3.0))
