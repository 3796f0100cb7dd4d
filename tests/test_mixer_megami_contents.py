"""What MEGAMI is told of a stem, and the floor under the lead."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixer.ear import EarResult
from mixer.megami.contents import EMBEDDING_AT, FACTS_AT, ROLES_AT, contents_of, join
from mixer.megami.facts import FACTS, OCTAVES, image, stem_facts
from mixer.megami.safety import LEAD_FLOOR_LU, balance_sides, keep_lead_up, lead_stems
from mixer.roles import ROLES
from mixer.song import song_from_arrays

RATE = 44100


def noise(seed: int, seconds: float = 4.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    pulse = (np.mod(np.arange(int(seconds * RATE)) / RATE, 0.5) < 0.2).astype(np.float32)
    return 0.1 * pulse * rng.standard_normal((2, pulse.size), dtype=np.float32)


@settings(max_examples=10, deadline=None)
@given(st.floats(-30.0, 12.0), st.integers(0, 50))
def test_a_gain_changes_no_fact(gain_db: float, seed: int) -> None:
    stem = noise(seed)
    louder = stem * np.float32(10.0 ** (gain_db / 20.0))
    before, after = stem_facts(stem, RATE), stem_facts(louder, RATE)
    assert before is not None and after == pytest.approx(before, abs=0.02)


def test_facts_of_a_known_sound() -> None:
    time_s = np.arange(4 * RATE) / RATE
    tone = np.tile(np.sin(2 * np.pi * 1000.0 * time_s), (2, 1)).astype(np.float32) * 0.5
    facts = stem_facts(tone, RATE)
    assert facts is not None
    named = dict(zip(FACTS, facts, strict=True))
    assert int(np.argmax(facts[OCTAVES])) == 5 and named["octave_1000_db"] == pytest.approx(
        0, abs=1
    )
    assert named["side_db"] == -40.0 and named["lean"] == pytest.approx(0.0, abs=1e-6)
    assert named["activity"] == 1.0 and named["gap_db"] == pytest.approx(
        named["middle_db"], abs=0.1
    )
    assert stem_facts(np.zeros((2, RATE), np.float32), RATE) is None


def test_image_tells_width_and_lean() -> None:
    stem = noise(1)
    assert image(stem)[0] == pytest.approx(0.0, abs=0.3)  # independent channels
    right = np.stack([np.zeros_like(stem[0]), stem[1]])
    assert image(right) == pytest.approx((0.0, 1.0), abs=1e-6)


def test_contents_are_facts_roles_and_embedding_side_by_side() -> None:
    facts, embedding = np.full((2, len(FACTS)), 7.0), np.full((2, 5), 3.0)
    content = join(embedding, facts, ["bass", None])
    assert content.shape == (2, 18 + 18 + 5) and content.dtype == np.float32
    assert (content[:, FACTS_AT] == 7.0).all() and (content[:, EMBEDDING_AT] == 3.0).all()
    assert content[0, ROLES_AT].argmax() == ROLES.index("bass") and content[0, ROLES_AT].sum() == 1
    assert not content[1, ROLES_AT].any()


def contents_for(roles: list[str | None]) -> np.ndarray:
    return join(np.zeros((len(roles), 4)), np.zeros((len(roles), len(FACTS))), roles)


@settings(deadline=None)
@given(st.lists(st.floats(-39.0, 11.0), min_size=2, max_size=8))
def test_no_lead_is_left_buried(levels: list[float]) -> None:
    content = contents_for(["lead vocal", *(["drums"] * (len(levels) - 1))])
    kept = keep_lead_up(np.array(levels), content)
    over_db = kept[0] - 10.0 * np.log10((10.0 ** (kept[1:] / 10.0)).sum())
    assert over_db >= LEAD_FLOOR_LU - 1e-9
    assert np.array_equal(kept[1:], levels[1:]) and kept[0] >= levels[0]


def test_a_lead_that_was_asked_for_or_is_alone_stays() -> None:
    content = contents_for(["lead vocal", "drums"])
    buried = np.array([-30.0, -1.0])
    assert keep_lead_up(buried, content)[0] == pytest.approx(-6.5)
    assert np.array_equal(keep_lead_up(buried, content, np.array([False, True])), buried)
    assert np.array_equal(keep_lead_up(buried[:1], content[:1]), buried[:1])
    assert lead_stems(content).tolist() == [True, False]


def test_a_name_is_believed_and_else_the_ear_if_it_is_sure() -> None:
    song = song_from_arrays("song", {"bass": noise(1), "x": noise(2), "y": noise(3)}, RATE)
    probabilities = np.full((3, len(ROLES)), 0.01)
    probabilities[:, ROLES.index("lead vocal")] = 0.9, 0.45, 0.3
    probabilities[:, ROLES.index("piano")] = 0.0, 0.2, 0.5
    heard = EarResult(np.zeros((3, 8, 4)), np.zeros((3, 4)), probabilities, 0.0, (0.0, 0.0, 0.0))
    content = contents_of(song, heard)
    assert lead_stems(content).tolist() == [False, True, False]
    assert content[0, ROLES_AT].argmax() == ROLES.index("bass") and not content[2, ROLES_AT].any()
    measured = stem_facts(song.audio[1], RATE)
    assert content[1, FACTS_AT] == pytest.approx(measured, abs=1e-4)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-1.0, 1.0), st.floats(-30.0, 6.0), st.booleans()),
        min_size=1,
        max_size=9,
    )
)
def test_sides_are_balanced_and_what_was_asked_for_stays(stems: list) -> None:
    pan, levels, free = (np.array(column) for column in zip(*stems, strict=True))
    balanced = balance_sides(pan, levels, free)
    weight = 10.0 ** (levels / 20.0) * balanced
    assert np.array_equal(np.abs(balanced), np.abs(pan))
    assert np.array_equal(balanced[~free], pan[~free])
    held, heaviest = abs(weight[~free].sum()), np.abs(weight[free]).max(initial=0.0)
    assert abs(weight.sum()) <= max(held, heaviest) + 1e-9


def test_a_pair_is_mirrored_and_order_does_not_matter() -> None:
    pan, levels = np.array([0.8, 0.7, 0.2]), np.array([-6.0, -6.0, -12.0])
    free = np.array([True, True, True])
    assert balance_sides(pan, levels, free).tolist() == [0.8, -0.7, -0.2]
    turned = balance_sides(pan[::-1], levels[::-1], free)
    assert turned.tolist() == [-0.2, -0.7, 0.8]


def test_the_ear_names_one_lead_at_most_and_none_beside_a_named_one() -> None:
    audio = {name: noise(seed) for seed, name in enumerate(("a", "b", "c"))}
    probabilities = np.full((3, len(ROLES)), 0.01)
    probabilities[:, ROLES.index("lead vocal")] = 0.8, 0.9, 0.45
    heard = EarResult(np.zeros((3, 8, 4)), np.zeros((3, 4)), probabilities, 0.0, (0.0, 0.0, 0.0))
    song = song_from_arrays("song", audio, RATE)
    assert lead_stems(contents_of(song, heard)).tolist() == [False, True, False]
    named = contents_of(song, heard, [None, None, "lead vocal"])
    assert lead_stems(named).tolist() == [False, False, True]
