"""In doubt nothing is done: a call that changes the mix rests on what the user said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.acting import LEAST_CERTAINTY, YES_CERTAINTY, doubt
from assistant.hearing import ToolCall
from assistant.naming import not_here, spoken_of
from assistant.said import Said
from mixer.moves import Move

NAMES = ("LD VOX_03", "kick", "GTR L", "808", "Audio 1-03")
ROLES = ("lead vocal", "kick", "electric guitar", "bass", "synth pad")


def asked(said, name, certainty=0.9, proposed=(), **arguments):
    words = Said(tuple(said), NAMES, ROLES, tuple(proposed))
    return doubt(ToolCall(name, arguments), certainty, words)


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
        ("turn the kick up 3 dB", "kick", -3.0, "did not ask for -3.0 dB"),
        ("kick 3 dB quieter", "kick", 3.0, "did not ask for 3.0 dB"),
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
    least = YES_CERTAINTY if name == "apply_moves" else LEAST_CERTAINTY
    words = "undo it" if name == "undo" else "go ahead"
    refused = asked([words], name, certainty) is not None
    assert refused == (certainty < least)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("no, leave it", "said no"),
        ("don't do that", "said no"),
        ("turn the kick down 2 dB", "spoke of kick, which the proposal leaves out"),
        ("yes, do it", None),
        ("ok, the guitar then", None),
    ],
)
def test_only_a_yes_applies_the_proposal(words, why):
    doubted = asked([words], "apply_moves", proposed=[Move("GTR L", -4.0)])
    assert doubted is None if why is None else why in doubted


def test_a_proposal_does_not_cover_other_orders():
    proposed = [Move("GTR L", -4.0)]
    said = ["turn the kick down 2 dB"]
    assert asked(said, "apply_moves", proposed=proposed, **move("GTR L", -4.0)) is not None
    assert asked(said, "apply_moves", proposed=proposed, **move("kick", -2.0)) is None


@pytest.mark.parametrize(
    ("words", "name", "arguments", "fine"),
    [
        ("kick 3 dB below the 808", "set_level", {"stem": "kick", "relative_lu": -3.0}, True),
        ("kick 3 dB below the 808", "set_level", {"stem": "kick", "relative_lu": 3.0}, False),
        ("kick 3 over the 808", "set_level", {"stem": "kick", "relative_lu": "3"}, False),
        ("kick as loud as the 808", "set_level", {"stem": "kick", "relative_lu": 0.0}, True),
        ("kick up", "set_level", {"stem": "kick", "relative_lu": 3.0}, False),
        ("kick 30 % left", "set_pan", {"stem": "kick", "pan": -0.3}, True),
        ("kick 30 % left", "set_pan", {"stem": "kick", "pan": 0.3}, False),
        ("kick hard right", "set_pan", {"stem": "kick", "pan": 1.0}, True),
        ("kick to the centre", "set_pan", {"stem": "kick", "pan": 0.0}, True),
        ("audio 1-03 up", "apply_moves", move("Audio 1-03", 3.0), False),
        ("back to version 2", "restore_version", {"version": 2}, True),
        ("back to v2", "restore_version", {"version": 2}, True),
        ("back to version 2", "restore_version", {"version": 5}, False),
        ("back to the start", "restore_version", {"version": 0}, True),
    ],
)
def test_numbers_and_ways_stand_in_the_words(words, name, arguments, fine):
    assert (asked([words], name, **arguments) is None) == fine


def test_what_a_call_may_hold_is_narrowed_to_the_words():
    said = Said(("hello", "kick up 3, guitar down 1.5"), NAMES, ROLES)
    assert said.stems == ("kick", "GTR L")
    assert said.gains_db("kick") == {3.0} and said.gains_db("GTR L") == {-1.5}
    assert Said(("bump the kick",), NAMES, ROLES).gains_db("kick") == {2.0}
    assert Said(("kick quite a bit down",), NAMES, ROLES).gains_db("kick") == {-3.0}
    assert Said(("3 dB on the kick",), NAMES, ROLES).gains_db("kick") == {3.0, -3.0}
    both = Said(("bring kick and guitar up 2",), NAMES, ROLES)
    assert both.gains_db("kick") == both.gains_db("GTR L") == {2.0}
    assert Said(("kick up 3", "and the same for that one"), NAMES, ROLES).stems == ("kick",)
    assert 4.0 in Said(("hm",), NAMES, ROLES, (Move("808", 4.0),)).gains_db("808")
    assert Said(("three takes of v2",), NAMES, ROLES).counts() == {3.0, 2.0}


def test_stems_are_found_by_name_by_kind_and_nearly():
    names = ("breakbeat", "cowbell_st", "Bus 7", "Bus 8", "LD VOX_03")
    roles = ("drums", "percussion", "synth pad", "synth pad", "lead vocal")

    def meant(text):
        return spoken_of(text, names, roles)

    assert meant("raise the breakbeat") == ("breakbeat",)
    assert meant("the percussion please") == ("cowbell_st",)
    assert meant("the bongos please") == ()  # another instrument
    assert meant("bus 8 and the singer") == ("Bus 8", "LD VOX_03")
    assert meant("more cowbel") == ("cowbell_st",)
    assert meant("how is the mix?") == ()
    leads = ("VOX LEAD", "MINILOGUE", "lead vocals", "backing vocals")
    sung = ("lead vocal", "synth lead", "lead vocal", "backing vocals")
    assert spoken_of("the lead 2 dB louder", leads[:2], sung[:2]) == leads[:2]
    assert spoken_of("vocals up", leads[2:], sung[2:]) == ("lead vocals",)
    two = ("backing vocals", "vocals", "synth lead")
    own = ("backing vocals", "lead vocal", "synth lead")
    assert spoken_of("under the lead vocals", two, own) == ("vocals",)
    assert spoken_of("backing vocals 4 dB down", two, own) == ("backing vocals",)
    assert spoken_of("the drums", ("kick", "snare", "bass"), ("kick", "snare", "bass")) == (
        "kick",
        "snare",
    )


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("put the strings 6 dB below the kick", ["strings"]),
        ("the singer up 3", []),
        ("a bit more kick and my trumpets down", ["trumpets"]),
        ("louder trumpet please", ["trumpet"]),
        ("render it", []),
    ],
)
def test_an_instrument_that_is_not_there_is_told(text, missing):
    assert not_here(text, NAMES, ROLES) == missing


def test_an_order_about_a_missing_instrument_moves_nothing_else():
    assert asked(["strings 6 dB below the kick"], "apply_moves", **move("kick", 6.0)) is not None
    said = Said(("strings 6 dB below the kick",), NAMES, ROLES, anchor="kick")
    call = ToolCall("set_level", {"stem": "kick", "relative_lu": -6.0})
    assert doubt(call, 0.9, said) == "the song has no strings"


def test_a_place_is_no_move():
    said = ["kick 4 dB under the 808"]
    assert "do not speak of apply_moves" in asked(said, "apply_moves", **move("kick", -4.0))
    assert (
        asked(["kick down 4 dB, it is over the 808"], "apply_moves", **move("kick", -4.0)) is None
    )


def test_a_level_needs_a_comparison():
    level = {"stem": "GTR L", "relative_lu": 1.5}
    assert "do not speak of set_level" in asked(["guitar up 1.5 dB"], "set_level", **level)
    assert asked(["guitar 1.5 over the kick"], "set_level", **level) is None


def test_words_leave_out_what_they_cannot_mean():
    def excluded(text):
        return Said((text,), NAMES, ROLES).excluded

    assert {"set_pan", "apply_moves"} <= excluded("mute the left guitar")
    assert "set_pan" not in excluded("guitar to the left") and "set_pan" in excluded("kick up 3")
    assert "set_mute" not in excluded("unmute the kick") | excluded("bring the kick back in")


def test_muting_follows_the_words():
    for text, mutes in (("mute the kick", True), ("unmute the kick", False), ("kick", None)):
        assert Said((text,), NAMES, ROLES).mutes == (() if mutes is None else (mutes,))


def test_reading_is_always_allowed():
    assert asked(["hm"], "measure_levels", 0.01, stems=["kick"]) is None
