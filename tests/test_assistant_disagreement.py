"""User, ear and meters: a complaint decides unless it is contradicted strongly; then it is told."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.complaints import Complaint
from assistant.disagreement import SURE, Meter, decide, judged
from assistant.hearing import GRID, Judgement
from tests.scripted import NAMES, judgement

INSIDE = Meter(-1.0, -4.0, 2.0)
METERS = {"kick": INSIDE, "vocals": INSIDE}
QUIET, LOUD = Complaint("vocals", 1), Complaint("vocals", -1)
FINE = judgement(NAMES, 0, {})
TOO_QUIET = judgement(NAMES, 0, {"vocals": 4.0})
TOO_LOUD = judgement(NAMES, 0, {"vocals": -4.0})


def weighed(heard, unprompted, complaints, vocals=INSIDE, threshold=0.32):
    meters = METERS | {"vocals": vocals}
    found = decide(heard, unprompted, meters, complaints, threshold)
    told = [(move.stem, move.gain_db) for move in found.moves]
    return told, [(remark.kind, remark.stem) for remark in found.remarks]


def test_without_a_complaint_the_ear_decides():
    assert weighed(TOO_QUIET, TOO_QUIET, []) == ([("vocals", 4.0)], [])
    assert weighed(FINE, FINE, []) == ([], [])


def test_a_complaint_that_the_ear_shares_without_being_told_is_confirmed():
    told = weighed(TOO_QUIET, TOO_QUIET, [QUIET])
    assert told == ([("vocals", 4.0)], [("complaint_confirmed", "vocals")])
    assert weighed(FINE, TOO_QUIET, [QUIET]) == told  # the whole move of the ear alone
    barely = judgement(NAMES, 0, {})
    barely.probability[2, [24, 32]] = [0.35, 0.65]
    assert weighed(TOO_QUIET, barely, [QUIET])[1] == [("complaint_confirmed", "vocals")]
    assert weighed(TOO_QUIET, barely, [QUIET], threshold=0.45)[1][0][0] == "complaint_followed"


def test_an_ear_that_only_follows_the_words_does_not_hear_it_too():
    found = decide(TOO_QUIET, FINE, METERS, [QUIET], 0.32)
    assert [remark.kind for remark in found.remarks] == ["complaint_followed"]
    (move,) = found.moves  # the told judgement's own, on the user's word
    assert (move.gain_db, move.confidence) == (4.0, None)


def test_a_complaint_that_nothing_contradicts_gets_a_small_step():
    faint = judgement(NAMES, 0, {})
    faint.probability[2, [24, 29, 34]] = [0.8, 0.1, 0.1]  # 2.5 and 5 dB up
    assert weighed(faint, faint, [QUIET]) == (
        [("vocals", 2.5)], [("complaint_followed", "vocals")]
    )  # fmt: skip
    assert weighed(FINE, FINE, [LOUD])[0] == [("vocals", -1.5)]


def test_an_ear_that_leans_the_other_way_without_being_sure_gives_way():
    unsure = judgement(NAMES, 0, {})
    unsure.probability[2, [24, 16]] = [0.45, 0.55]
    assert weighed(unsure, unsure, [QUIET]) == (
        [("vocals", 1.5)], [("complaint_followed", "vocals")]
    )  # fmt: skip


def test_the_meters_contradict_and_the_smallest_step_is_left():
    above = Meter(5.0, -4.0, 2.0)
    heard = judgement(NAMES, 0, {})
    heard.probability[2, [24, 28, 36]] = [0.4, 0.3, 0.3]  # 2 and 6 dB up
    told = weighed(heard, FINE, [QUIET], above)
    assert told == ([("vocals", 2.0)], [("complaint_contradicted", "vocals")])
    assert weighed(FINE, FINE, [QUIET], above) == ([], [("complaint_contradicted", "vocals")])
    assert weighed(TOO_LOUD, TOO_LOUD, [QUIET], above)[0] == [("vocals", -4.0)]


@pytest.mark.parametrize(
    ("level_lu", "ear", "kind"),
    [
        (2.5, 0.2, "complaint_followed"),  # a little out, and the ear leans the user's way
        (4.9, 0.2, "complaint_followed"),
        (5.0, 0.2, "complaint_contradicted"),  # out by half the range's width
        (2.5, 0.0, "complaint_contradicted"),  # a little out, and the ear does not lean
        (2.0, 0.0, "complaint_followed"),
        (2.5, 0.8, "complaint_confirmed"),
        (9.0, 0.8, "complaint_confirmed"),
    ],
)
def test_a_meter_contradicts_from_half_a_range_or_with_the_ear(level_lu, ear, kind):
    heard = judgement(NAMES, 0, {})
    heard.probability[2, [24, 30]] = [1.0 - ear, ear]
    moves, remarks = weighed(heard, heard, [QUIET], Meter(level_lu, -4.0, 2.0))
    assert remarks[0] == (kind, "vocals")
    told = [("ear_against_meter", "vocals")] if kind == "complaint_confirmed" else []
    assert remarks[1:] == told
    assert moves == ([("vocals", 3.0)] if ear else [("vocals", 1.5)] if level_lu == 2.0 else [])


def test_a_move_is_as_sure_as_its_own_direction():
    both = judgement(NAMES, 0, {})
    both.probability[2, [16, 24, 30]] = [0.3, 0.2, 0.5]
    (move,) = judged(both, 0.32)
    assert (move.gain_db, move.confidence) == (3.0, 0.5)


def test_a_step_on_the_users_word_states_no_confidence():
    (step,) = decide(FINE, FINE, METERS, [LOUD], 0.32).moves
    assert step.as_data() == {
        "stem": "vocals", "gain_db": -1.5, "low_db": -1.5, "high_db": -1.5, "confidence": None
    }  # fmt: skip


def test_a_sure_ear_contradicts_unless_the_meters_side_with_the_user():
    assert weighed(TOO_LOUD, TOO_LOUD, [QUIET]) == (
        [("vocals", -4.0)], [("complaint_contradicted", "vocals")]
    )  # fmt: skip
    below = Meter(-9.0, -4.0, 2.0)
    assert weighed(TOO_LOUD, TOO_LOUD, [QUIET], below) == (
        [("vocals", 1.5)], [("complaint_followed", "vocals")]
    )  # fmt: skip


def test_the_anchor_and_a_silent_stem_cannot_be_judged():
    about_bass = weighed(FINE, FINE, [Complaint("bass", -1)])
    assert about_bass == ([], [("complaint_about_anchor", "bass")])
    silent = weighed(TOO_QUIET, FINE, [QUIET], Meter(None, -4.0, 2.0))
    assert silent == ([], [("complaint_unheard", "vocals")])


@pytest.mark.parametrize(("level_lu", "kinds"), [(5.0, ["ear_against_meter"]), (-9.0, []), (0, [])])
def test_a_move_further_out_of_the_usual_range_is_told(level_lu, kinds):
    told = weighed(TOO_QUIET, TOO_QUIET, [], Meter(level_lu, -4.0, 2.0))
    assert told[0] == [("vocals", 4.0)]
    assert [kind for kind, _ in told[1]] == kinds


def test_the_stem_that_was_spoken_of_comes_first():
    both = judgement(NAMES, 0, {"kick": -3.0, "vocals": 4.0})
    both.probability[1] = np.eye(49)[18]
    assert [stem for stem, _ in weighed(both, both, [])[0]] == ["kick", "vocals"]
    assert [stem for stem, _ in weighed(both, both, [QUIET])[0]] == ["vocals", "kick"]


def a_judgement(drawn):
    """A judgement from a seed, sharp (a few likely moves) or flat."""
    seed, sharpness = drawn
    rows = np.random.default_rng(seed).dirichlet(np.full(49, sharpness), size=len(NAMES))
    return Judgement(NAMES, 0, rows)


JUDGEMENTS = st.tuples(st.integers(0, 2**32 - 1), st.sampled_from([0.02, 0.1, 1.0])).map(
    a_judgement
)


@settings(deadline=None)
@given(
    heard=JUDGEMENTS,
    unprompted=JUDGEMENTS,
    complaint=st.sampled_from([QUIET, LOUD]),
    level_lu=st.floats(-4.0, 2.0),
    threshold=st.floats(0.05, 0.9),
)
def test_inside_the_usual_range_no_unsure_ear_moves_against_a_complaint(
    heard, unprompted, complaint, level_lu, threshold
):
    meters = METERS | {"vocals": Meter(level_lu, -4.0, 2.0)}
    found = decide(heard, unprompted, meters, [complaint], threshold)
    if unprompted.needed(2, -complaint.sign).probability < SURE:
        (move,) = [move for move in found.moves if move.stem == "vocals"]
        assert move.gain_db * complaint.sign >= 1.5
    kinds = {remark.kind for remark in found.remarks if remark.stem == "vocals"}
    against = [m for m in found.moves if m.stem == "vocals" and m.gain_db * complaint.sign < 0]
    assert not against or kinds == {"complaint_contradicted"}


@settings(deadline=None)
@given(JUDGEMENTS)
def test_a_move_lies_in_its_range_and_the_range_on_its_side(heard):
    for index, (low_db, high_db) in enumerate(heard.range_db()):
        gain_db = heard.move_db()[index]
        assert low_db <= gain_db <= high_db
        assert low_db * high_db > 0 or index == heard.anchor_index
        assert {low_db, high_db, gain_db} <= set(GRID.tolist())
    assert heard.range_db()[0].tolist() == [0.0, 0.0]


def test_the_range_holds_the_middle_eight_tenths():
    spread = judgement(NAMES, 0, {})
    spread.probability[2] = 0.0
    spread.probability[2, 28:38] = 0.1  # +2.0 to +6.5 dB
    assert spread.range_db()[2].tolist() == [2.0, 6.0]
    assert spread.move_db()[2] == 4.5
    assert spread.p_fault()[2] == pytest.approx(1.0)
