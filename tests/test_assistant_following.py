"""What words mean after the turn before: bounds on size, direction and stems."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.acting import doubt
from assistant.hearing import ToolCall
from assistant.said import Said
from assistant.said_gains import halved
from assistant.waiting import corrects, moved_before
from mixer.moves import Move

NAMES = ("vox", "808", "kick", "gtr L", "gtr R")
ROLES = ("lead vocal", "bass", "kick", "electric guitar", "electric guitar")


def said(*texts: str, moved: tuple[Move, ...] = (), proposed: tuple[Move, ...] = ()) -> Said:
    return Said(texts, NAMES, ROLES, proposed, "kick", moved)


GAINS = st.integers(1, 24).map(lambda half: half / 2)


@given(size=GAINS, up=st.booleans(), other=GAINS)
def test_directions_left_open_go_on_as_before(size: float, up: bool, other: float) -> None:
    gain_db = size if up else -size
    last = (Move("vox", gain_db),)
    way = 1.0 if up else -1.0
    assert said("x", f"no, {other:g}", moved=last).gains_db("vox") == {way * other}
    assert said("x", f"another {other:g} dB", moved=last).gains_db("vox") == {way * other}
    assert said("x", "a bit more", moved=last).gains_db("vox") == {way}
    assert -halved(gain_db) in said("x", "that is too much", moved=last).gains_db("vox")
    assert said("x", "same for the 808", moved=last).gains_db("808") == {gain_db}
    assert said("x", "too much, half that", moved=last).stems == ("vox",)
    assert -way * other in said("x", f"too far, {other:g} back", moved=last).gains_db("vox")


@given(size=GAINS, other=GAINS)
def test_a_stated_direction_is_never_turned_round(size: float, other: float) -> None:
    last = (Move("vox", -size),)
    for text in (
        f"vox up {other:g}",
        f"turn it up {other:g} dB",
        "vox up",
        "bring the vox up a bit",
    ):
        assert all(gain_db > 0 for gain_db in said("x", text, moved=last).gains_db("vox")), text


@given(size=GAINS, up=st.booleans(), before=GAINS, rose=st.booleans())
def test_a_said_direction_never_comes_back_as_its_opposite(size, up, before, rose) -> None:
    last = (Move("vox", before if rose else -before),)
    word, way = ("up", 1.0) if up else ("down", -1.0)
    for form in (
        "vox {w} {n:g}",
        "turn it {w} {n:g} dB",
        "vox {w} a bit more",
        "now {w} {n:g}",
        "too much, {w} {n:g}",
        "not {o}, {w} {n:g}",
        "don't turn it {o}, {w}",
    ):
        text = form.format(w=word, o="down" if up else "up", n=size)
        assert all(g * way > 0 for g in said("x", text, moved=last).gains_db("vox")), text


@given(size=GAINS, up=st.booleans())
def test_more_goes_on_and_back_goes_back(size: float, up: bool) -> None:
    way = 1.0 if up else -1.0
    last = (Move("vox", way * size),)
    for text in (
        "1 more",
        "another",
        "a bit more",
        "keep going",
        "vox 1 more",
        "again",
        "go on",
        "another 2",
        "not enough",
        "one more db",
        "vox another 1",
        "0.5 more",
    ):
        assert all(g * way > 0 for g in said("x", text, moved=last).gains_db("vox")), text
    for text in (
        "too far",
        "too much, 1 back",
        "1 back",
        "half of that",
        "vox back 1",
        "halve it",
        "back a touch",
        "ease off a bit",
        "overdid it",
        "the other way",
    ):
        assert all(g * way < 0 for g in said("x", text, moved=last).gains_db("vox")), text


def test_a_complaint_points_the_other_way() -> None:
    assert said("vox too loud").gains_db("vox") == {-2.0}
    assert said("the vox is too quiet").gains_db("vox") == {2.0}
    assert said("vox isn't loud enough").gains_db("vox") == {2.0}


@pytest.mark.parametrize(
    "who", ["backing singers", "backing vocals", "backups", "harmonies", "choir"]
)
def test_who_sings_behind_is_not_the_lead(who: str) -> None:
    words = said(f"{who} down 2")
    assert words.stems == () and len(words.missing) == 1
    names, roles = ("vox", "bgv"), ("lead vocal", "backing vocals")
    assert Said((f"the {who} down 2",), names, roles).stems == ("bgv",)


@pytest.mark.parametrize("who", ["the singer", "the voice", "my voice", "me", "the vocalist"])
def test_who_sings_in_front_is_the_lead(who: str) -> None:
    names, roles = ("vox", "bgv"), ("lead vocal", "backing vocals")
    assert Said((f"turn {who} up 2",), names, roles).stems == ("vox",)
    assert Said(("give me 2 more bass",), names, roles).stems == ()


@pytest.mark.parametrize(
    "text",
    [
        "bounce it",
        "print it",
        "export",
        "send me the file",
        "save the mix as wav",
        "render",
        "mix it for me",
        "do a take",
    ],
)
def test_making_and_writing_a_mix_are_left_to_the_model(text: str) -> None:
    for name in ("render_mix", "export_mix"):
        assert doubt(ToolCall(name, {}), 0.9, said(text)) is None
        assert name not in said(text).excluded


@given(gain_db=st.floats(-24, 24).filter(lambda value: abs(value) > 0.01))
def test_half_is_on_the_grid_nearer_and_never_nothing(gain_db: float) -> None:
    half = halved(gain_db)
    assert half * gain_db > 0 and half * 2 == int(half * 2)
    assert abs(half) <= max(0.5, abs(gain_db) / 2 + 0.25)


def test_a_mute_beside_an_order_moves_no_fader_of_its_stem() -> None:
    words = said("mute the vox and turn the 808 up 1 db")
    assert words.gains_db("vox") == set() and words.gains_db("808") == {1.0}
    both = ToolCall("apply_moves", {"moves": [{"stem": "vox", "gain_db": 1.0}]})
    assert doubt(both, 0.9, words) == "the user did not ask for 1.0 dB"


def test_half_of_a_proposal_or_one_of_it() -> None:
    whole = said("and the vox?", proposed=(Move("vox", -3.0),))
    assert whole.gains_db("vox") == {-3.0}
    offered = (Move("vox", -3.0), Move("808", 4.0))
    assert said("half of that", proposed=offered).gains_db("vox") == {-3.0, -1.5}
    only = said("only the 808 please", proposed=offered)
    assert only.stems == ("808",) and 4.0 in only.gains_db("808")
    assert said("yes but 2 dB", proposed=offered[:1]).gains_db("vox") == {-2.0}


@pytest.mark.parametrize(
    ("text", "stems"),
    [
        ("everything down 2", NAMES),
        ("turn the whole lot up 3 dB", NAMES),
        ("everything except the vox down 2", NAMES[1:]),
        ("all faders but the guitars up 1", NAMES[:3]),
        ("the entire mix down 4", NAMES),
        ("vox up 3 and the rest down 1", NAMES),
    ],
)
def test_everything_means_all_but_what_is_left_out(text: str, stems: tuple[str, ...]) -> None:
    assert said(text).stems == stems
    assert set(said(text).ordered()) == set(stems)


def test_the_rest_moves_by_its_own_clause() -> None:
    words = said("vox up 3 and the rest down 1")
    assert words.gains_db("vox") == {3.0} and words.gains_db("kick") == {-1.0}


def test_the_left_one_is_the_one_on_the_left() -> None:
    both = (Move("gtr L", -3.0), Move("gtr R", -3.0))
    assert said("guitars down 3", "just the left one", moved=both).stems == ("gtr L",)
    assert said("guitars down 3", "just the right one", moved=both).stems == ("gtr R",)


@pytest.mark.parametrize(
    ("text", "muted"),
    [
        ("mute the vox", (True,)),
        ("stop muting the vox", (False,)),
        ("don't mute the vox anymore", (False,)),
        ("i muted the vox by mistake, turn it on", (False,)),
        ("mute the vox, we'll bring it back later", (True,)),
        ("don't mute the vox, just lower it", ()),
    ],
)
def test_which_way_a_mute_goes(text: str, muted: tuple[bool, ...]) -> None:
    assert said(text).mutes == muted


def test_a_mute_that_is_refused_is_none_and_muting_the_rest_may_be_a_solo() -> None:
    lower = said("don't mute the vox, just lower it 2 dB").excluded
    assert "set_mute" in lower and "apply_moves" not in lower
    assert "audition" not in said("mute everything except the kick").excluded
    assert "audition" in said("mute the kick").excluded


def test_other_words_of_english_name_no_stem() -> None:
    for text in ("bypass it", "my boss asks for more", "my head is dead", "use your voice memo"):
        assert said(text).named in ((), ("vox",)) and "808" not in said(text).named, text
    assert Said(("the basss up",), ("bass", "keys"), ("bass", "piano")).named == ("bass",)
    assert Said(("voclas up",), ("vocals", "keys"), ("lead vocal", "piano")).named == ("vocals",)


def told(*texts: str) -> list[dict]:
    return [{"role": "tool", "content": text} for text in texts]


def test_the_moves_of_the_turn_before_are_read_off_its_result() -> None:
    asked, again = {"role": "user", "content": "a"}, {"role": "user", "content": "b"}
    applied = told("applied as v1: vox +3.0 dB (-2.0 LU to +1.0 LU), gtr L -1.5 dB")
    moves = (Move("vox", 3.0), Move("gtr L", -1.5))
    assert moved_before([asked, *applied, again], NAMES) == moves
    assert moved_before([asked, *applied], NAMES) == ()  # this turn's own
    assert moved_before([asked, *applied, *told("back at v0: as opened"), again], NAMES) == ()
    shaped = told("applied as v2: vox brighter: +2.0 dB above 8.0 kHz")
    assert moved_before([asked, *applied, *shaped, again], NAMES) == ()
    measured = told("anchor kick\nvox -20.0 LUFS")
    assert moved_before([asked, *applied, *measured, again], NAMES) == moves


def test_a_correction_may_move_the_stem_that_was_meant() -> None:
    words = said("vox up 3", "no i meant the 808", moved=(Move("vox", 3.0),))
    fixed = ToolCall("apply_moves", {"moves": [{"stem": "808", "gain_db": 3.0}]})
    assert doubt(fixed, 0.9, words) is None
    wrong = ToolCall("apply_moves", {"moves": [{"stem": "kick", "gain_db": 3.0}]})
    assert doubt(wrong, 0.9, words) == "the user did not speak of kick"


@pytest.mark.parametrize(
    ("text", "anew"),
    [
        ("wait go back i liked it before", False),
        ("undo that", False),
        ("no, the other one", True),
        ("undo it and turn it down 2", True),
    ],
)
def test_going_back_asks_for_no_move_of_its_own(text: str, anew: bool) -> None:
    assert corrects(said(text)) is anew
