"""Left and right: where a stem goes, and which one of a pair is meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.acting import doubt
from assistant.hearing import ToolCall
from assistant.said import Said
from mixer.moves import Move

NAMES = ("vox", "adlibs", "808", "kick", "GTR L", "GTR R", "pad")
ROLES = ("lead vocal", "backing vocals", "bass", "kick") + ("electric guitar",) * 2
ROLES += ("synth pad",)
BOTH = (Move("GTR L", -2.0), Move("GTR R", -2.0))


def said(*texts: str, moved: tuple[Move, ...] = ()) -> Said:
    return Said(texts, NAMES, ROLES, (), "kick", moved)


@pytest.mark.parametrize(
    "text",
    [
        "is my 808 sittin right",
        "am i right about the pad",
        "right?",
        "is the pad alright",
        "pad up 2 right now",
        "what's left to do on the pad",
        "whats left",
        "all right, pad up 2",
        "you're right, pad down 1",
        "turn the pad right up",
        "does the pad sit right",
        "the right level for the pad",
    ],
)
def test_what_is_no_side_pans_nothing(text: str) -> None:
    assert "set_pan" in said(text).excluded


@pytest.mark.parametrize(
    ("text", "pan"),
    [
        ("pad hard right", 1.0),
        ("put the pad on the right", 0.5),
        ("not right, LEFT, the pad", -0.5),
        ("pan L30 the pad", -0.3),
        ("ok right, pad hard left", -1.0),
        ("pad to the centre", 0.0),
        ("is it possible to have the pad on the left?", -0.5),
    ],
)
def test_a_side_is_a_side(text: str, pan: float) -> None:
    assert said(text).pans("pad") == {pan} and "set_pan" not in said(text).excluded


def test_two_stems_go_each_to_its_own_side() -> None:
    words = said("adlibs hard right and gtr l hard left")
    assert words.pans("adlibs") == {1.0} and words.pans("GTR L") == {-1.0}
    crossed = ToolCall("set_pan", {"stem": "adlibs", "pan": -1.0})
    assert doubt(crossed, 0.9, words) == "the user did not ask for -1.0"
    spread = said("guitars hard left and right")
    assert spread.pans("GTR L") == {-1.0} and spread.pans("GTR R") == {1.0}
    centred = said("pad to the centre and vox hard left")
    assert centred.pans("pad") == {0.0} and centred.pans("vox") == {-1.0}


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("the left one", "GTR L"),
        ("left one down 1", "GTR L"),
        ("just the left", "GTR L"),
        ("only the right", "GTR R"),
        ("not the left, the right", "GTR R"),
        ("the left a bit more", "GTR L"),
        ("left gtr down 1", "GTR L"),
        ("guitar r down 1", "GTR R"),
    ],
)
def test_one_of_the_pair_of_the_turn_before(text: str, stem: str) -> None:
    assert said("both guitars down 2", text, moved=BOTH).stems == (stem,)


@pytest.mark.parametrize("text", ["the other one too", "now the other guitar", "the right one too"])
def test_the_other_one_of_the_pair(text: str) -> None:
    words = said("GTR L down 2", text, moved=BOTH[:1])
    assert words.stems == ("GTR R",) and words.gains_db("GTR R") == {-2.0}


def test_pairs_by_clause() -> None:
    words = said("both guitars down 2", "left one up 1, right one down 3", moved=BOTH)
    assert words.gains_db("GTR L") == {1.0} and words.gains_db("GTR R") == {-3.0}


@given(
    side=st.sampled_from(["left", "right"]),
    form=st.sampled_from(
        ["pad {}", "pan the pad {}", "pad hard {}", "pad 40% {}", "{} with the pad"]
    ),
)
def test_a_side_that_was_said_is_never_the_other(side: str, form: str) -> None:
    way = -1.0 if side == "left" else 1.0
    assert all(pan * way > 0 for pan in said(form.format(side)).pans("pad"))


def test_it_is_placed_and_placed_against() -> None:
    after = {"moved": (Move("pad", -2.0),)}
    assert said("pad down 2", "put it 3 under the vox", **after).placed == (("pad",), ("vox",))
    assert said("pad down 2", "and the 808 2 under it", **after).placed == (("808",), ("pad",))
    loud = said("pad down 2", "make it as loud as the 808", **after)
    assert loud.levelled == (("pad",), ("808",)) and loud.levels_lu() == {0.0}
    assert {"pad", "808"} <= set(loud.stems)
    again = said("pad 3 under the vox", "no, make it 4 under", **after)
    assert again.placed == (("pad",), ("vox",))
