"""Strange words in an order: passed over where the reader vouches for it, else no order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.orders.before import Before
from assistant.orders.reading import Stems, orders
from mixer.roles import roles_from_names

NAMES = ("kick", "snare", "bass", "gtr L", "gtr R", "LD VOX")
SONG = Stems(NAMES, roles_from_names(NAMES), "kick")


def moves(text, likely=0.9, act="apply_moves"):
    calls = orders(text, SONG, Before(), lambda _: {act: likely})
    assert {call.name for call in calls} <= {"apply_moves"}
    return {m["stem"]: m["gain_db"] for call in calls for m in call.arguments["moves"]}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("pop the snare up a wee whisker for me love", {"snare": 2.0}),
        ("homie the kick 3 dB louder", {"kick": 3.0}),
        ("i reckon the bass should come down by four decibels", {"bass": -4.0}),
        ("turn the bloody guitars down 2 dB", {"gtr L": -2.0, "gtr R": -2.0}),
        ("bass is to go down 2 and the snare up 1", {"bass": -2.0, "snare": 1.0}),
    ],
)
def test_what_is_said_around_an_order_does_not_hide_it(text, meant):
    assert moves(text) == meant
    assert moves(text, likely=0.5) == {}  # the reader is not sure
    assert moves(text, act="shape_sound") == {}


@pytest.mark.parametrize(
    "text",
    [
        "the snare and the wibble up 2",
        "the wibble and the snare up 2",
        "turn the flurb up 2",
        "the clean guitars down 3",
        "in the chorus the bass up 2",
        "i wouldn't turn the bass up 2",
        "i already turned the bass up 2",
        "what happens if i turn the bass up 2",
        "the bass amp hum goes up 3 dB",
        "turn my guitar teacher down 3",
        "the bass reverb up 2",
        "bass up 2 unless it clips",
        "raise the snare 2 except during the solo",
    ],
)
def test_words_that_may_matter_are_not_passed_over(text):
    assert moves(text, likely=1.0) == {}


@given(
    st.lists(
        st.sampled_from(
            "glorp if unless the and my not already , snare bass up down 2 dB zap wibble ?".split()
        ),
        max_size=9,
    ).map(" ".join)
)
def test_only_stems_that_are_named_are_ever_moved(text):
    named = {name for name in ("snare", "bass") if name in text}
    assert set(moves(text, likely=1.0)) <= named


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("drop gtr L and gtr R by 1 each", {"gtr L": -1.0, "gtr R": -1.0}),
        ("lower the snare and the bass by a dB apiece", {"snare": -1.0, "bass": -1.0}),
        ("raise the bass one decibel, no more", {"bass": 1.0}),
        ("the snare needs to lose 3 dB", {"snare": -3.0}),
        ("put 2 dB on the bass", {"bass": 2.0}),
        ("give the vocal another 1.5", {"LD VOX": 1.5}),
        ("knock the snare back by 2", {"snare": -2.0}),
    ],
)
def test_sizes_and_ways_in_common_words(text, meant):
    assert moves(text) == meant


def test_both_are_the_two_stems_of_the_same_text():
    calls = orders("pan gtr L left, gtr R right, and both down 1", SONG, Before(), lambda _: {})
    assert [call.name for call in calls] == ["set_pan", "set_pan", "apply_moves"]
    assert {m["stem"] for m in calls[-1].arguments["moves"]} == {"gtr L", "gtr R"}


@pytest.mark.parametrize(
    ("text", "pan"),
    [
        ("the snare to 2 o'clock", 0.4),
        ("pan the bass at 9 o'clock", -0.6),
        ("bass 12 o'clock", 0.0),
    ],
)
def test_places_on_the_dial_of_a_pan_knob(text, pan):
    (call,) = orders(text, SONG, Before(), lambda _: {})
    assert call.name == "set_pan" and call.arguments["pan"] == pan
