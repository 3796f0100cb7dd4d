"""In doubt nothing is done: a call that changes the mix rests on what the user said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.acting import LEAST_CERTAINTY, doubt
from assistant.hearing import ToolCall
from mixer.moves import Move

NAMES = ("LD VOX_03", "kick", "GTR L", "808", "Audio 1-03")
ROLES = ("lead vocal", "kick", "electric guitar", "bass", "synth pad")


def asked(said, name, certainty=0.9, proposed=(), **arguments):
    return doubt(ToolCall(name, arguments), certainty, said, NAMES, ROLES, proposed)


def move(stem, gain_db):
    return {"moves": [{"stem": stem, "gain_db": gain_db}]}


@pytest.mark.parametrize(
    ("said", "stem", "gain_db"),
    [
        ("the singer up 3 please", "LD VOX_03", 3.0),
        ("kick down 2.5", "kick", -2.5),
        ("guitar a touch louder", "GTR L", 1.0),
        ("the low end down two dB", "808", -2.0),
        ("audio 1-03 up 4", "Audio 1-03", 4.0),
        ("turn up the kikc by 3 dB", "kick", 3.0),
        ("more kick", "kick", 2.0),
    ],
)
def test_what_was_asked_for_is_done(said, stem, gain_db):
    assert asked([said], "apply_moves", **move(stem, gain_db)) is None


@pytest.mark.parametrize(
    ("said", "stem", "gain_db", "why"),
    [
        ("yes, apply that", "LD VOX_03", 6.0, "did not speak of LD VOX_03"),
        ("kick up 3", "GTR L", 3.0, "did not speak of GTR L"),
        ("kick up 3", "kick", 5.0, "did not ask for 5.0 dB"),
        ("now render it", "kick", 6.0, "did not speak of kick"),
    ],
)
def test_what_was_not_asked_for_is_not_done(said, stem, gain_db, why):
    assert why in asked([said], "apply_moves", **move(stem, gain_db))


def test_a_proposal_may_be_said_yes_to_and_it_means_the_stem_before():
    proposed = [Move("GTR L", -4.0)]
    assert asked(["ok"], "apply_moves", proposed=proposed, **move("GTR L", -4.0)) is None
    assert asked(["kick up 3", "no, mute it"], "set_mute", stem="kick", muted=True) is None
    assert asked(["mute it"], "set_mute", stem="kick", muted=True) is not None


@given(certainty=st.floats(0, 1), name=st.sampled_from(["undo", "render_mix", "apply_moves"]))
def test_an_unsure_model_does_nothing(certainty, name):
    refused = asked(["kick up 3"], name, certainty) is not None
    assert refused == (certainty < LEAST_CERTAINTY)


def test_reading_is_always_allowed():
    assert asked(["hm"], "measure_levels", 0.01, stems=["kick"]) is None
