"""What a learner types at a drill besides answers: wishes as whole lines, moves to be tried."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.drills import KINDS, Drill
from assistant.said_answers import answer_said
from assistant.said_practice import kind_asked, tried, wish_of

NAMES = ("bass", "drums", "guitar", "keys", "vocals")


@pytest.mark.parametrize(
    ("line", "wish"),
    [
        ("can i hear it again", "again"),
        ("say the question again pls", "again"),
        ("?", "again"),
        ("give me a hint?", "hint"),
        ("how am I supposed to hear this", "hint"),
        ("what have i got right so far", "score"),
        ("am i getting better?", "score"),
        ("this is too hard, can you make it easier", "easy"),
        ("too easy", "hard"),
        ("ok enough for today, thanks", "quit"),
        ("q", "quit"),
    ],
)
def test_wishes_of_a_learner(line, wish):
    assert wish_of(line) == wish


@pytest.mark.parametrize(
    "line", ["bass up 3", "louder again", "the drums, easy", "B", "no idea", "skip", "hard to say"]
)
def test_an_answer_is_no_wish(line):
    assert wish_of(line) is None


@pytest.mark.parametrize(
    ("line", "gain_db"),
    [
        ("try -3", -3.0),
        ("try 2.5 dB", 2.5),
        ("try \u22124", -4.0),
        ("try it 3 db quieter", -3.0),
        ("try it a bit quieter", -1.0),
        ("try louder", 2.0),
        ("try 99", 24.0),
        ("try", None),
        ("try me", None),
        ("up 3", None),
        ("3", None),
    ],
)
def test_a_move_to_be_tried(line, gain_db):
    assert tried(line) == gain_db


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("give me a drill about clipping", "clipping"),
        ("i'd like a drill where i set a level back", "set_back"),
        ("train my ears on loudness", "loudness"),
        ("an exercise with the anchor's partner please", "partner"),
        ("quiz me", None),
        ("what is a drill about clipping?", None),
        ("explain clipping", None),
        ("put the vocals back", None),
    ],
)
def test_the_kind_of_drill_that_is_asked_for(text, kind):
    assert kind_asked(text) == kind


@given(
    st.sampled_from(NAMES),
    st.sampled_from(["louder", "quieter", "up", "down"]),
    st.sampled_from(["", " by 3", " 2.5 dB", " a bit"]),
    st.sampled_from(KINDS),
)
def test_what_is_an_answer_is_never_taken_for_something_else(stem, way, size, kind):
    line = f"{stem} {way}{size}"
    drill = Drill(1, kind, 0, 3.0, 0.0, {}, 0.0, stem=stem, gain_db=3.0)
    if answer_said(line, drill, NAMES, lambda: NAMES) is not None:
        assert wish_of(line) is None and tried(line) is None
