"""Changes said anew in other words: sizes, stems, sides, distances; what stays, what is put off."""

import pytest

from assistant.numerals import numbers
from assistant.orders.mentions import as_read, mentions
from assistant.orders.otherwise import plainly_put
from assistant.said_balance import asks_for_an_opinion, asks_what_about
from assistant.said_beyond import is_beyond
from assistant.said_sound import softened, taken_out
from assistant.slips import mended
from mixer.roles import role_from_name, words_of
from tests.test_assistant_leaning_turns import Reading, hold, level, moved, mute, pan

__all__ = ["hold"]  # a fixture
UNDO = ("undo", {})


@pytest.fixture(autouse=True)
def talk_is_talk(monkeypatch):
    """What is said besides an order is read as talk that asks for nothing."""
    monkeypatch.setattr(Reading, "read", lambda *told: {"greet": 1.0})


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["keys up 4", "four was a bit much even for me, try 3"], [UNDO, moved(keys=3.0)]),
        (["keys up 4", "4 is rather heavy-handed, make it two and a half"],
         [UNDO, moved(keys=2.5)]),
        (["keys up 4", "Not 4. 1 will do, and mute the bass"],
         [moved(keys=-3.0), mute("bass", True)]),
        (["keys up 4", "i said keys but i was thinking of the bass"], [UNDO, moved(bass=4.0)]),
        (["keys up 4", "did i say keys? bass, i meant"], [UNDO, moved(bass=4.0)]),
        (["keys up 4", "the bass and all"], [moved(bass=4.0)]),
        (["keys up 4", "strike that, just take them 1 down from where they were"],
         [UNDO, moved(keys=-1.0)]),
        (["keys up 4", "put that back down where it was"], [UNDO]),
        (["keys up 4", "the mother in law says that's a mite too much. take one off again"],
         [moved(keys=-1.0)]),
        (["keys up 1 and bass down 2", "same again"], [moved(keys=1.0, bass=-2.0)]),
        (["gtr lo up 4", "can't hear the vocals now. half that"], [moved(gtr_lo=-2.0)]),
        (["keys up 4", "half of that for the keys?"], [moved(keys=-2.0)]),
        (["keys up a decibel and a quarter"], [moved(keys=1.25)]),
        (["keys up about a decibel and a half, if it's no bother"], [moved(keys=1.5)]),
    ],
)  # fmt: skip
def test_moves_said_anew(hold, lines, expected):
    assert hold(*lines) == expected


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["keys 5 under the bass", "lower, make that 8"], [level("keys", -8.0, "bass")]),
        (["keys 5 under the bass", "tiny bit under, like 1"], [level("keys", -1.0, "bass")]),
        (["keys level with the bass", "no, the reverse, the bass level with the keys"],
         [UNDO, level("bass", 0.0, "keys")]),
        (["set the keys dead level with the bass"], [level("keys", 0.0, "bass")]),
        (["put the keys level w the bass"], [level("keys", 0.0, "bass")]),
        (["keys a little over the bass, say 3 under the bass"], [level("keys", -3.0, "bass")]),
        (["gtr lo 40% left, gtr hi 40% right", "i hold the plan upside down. swap those two over"],
         [pan("gtr hi", -0.4), pan("gtr lo", 0.4)]),
        (["gtr lo 40% left, gtr hi 40% right", "wider, hard left and hard right"],
         [pan("gtr hi", 1.0), pan("gtr lo", -1.0)]),
        (["gtr lo left, gtr hi right, 30 each"], [pan("gtr lo", -0.3), pan("gtr hi", 0.3)]),
        (["keys hard left", "hard left is daft. centre"], [pan("keys", 0.0)]),
        (["keys 20% left", "2 not 3"], []),  # of decibels, and no place
        (["the keys right in the middle"], [pan("keys", 0.0)]),
        (["keys twenty per cent right of centre"], [pan("keys", 0.2)]),
        (["right i sing here so. keys up 3"], [moved(keys=3.0)]),
    ],
)  # fmt: skip
def test_places_and_distances_said_anew(hold, lines, expected):
    assert hold(*lines) == expected


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["mute the keys and the bass", "bring the keys back in but keep the bass off"],
         [mute("keys", False)]),
        (["keys and bass down 2, the vocals dont touch"], [moved(keys=-2.0, bass=-2.0)]),
        (["all the guitars up 2 but leave gtr lo right where it is"], [moved(gtr_hi=2.0)]),
        (["the keys as the anchor again, i changed my mind"],
         [("set_anchor", {"stem": "keys"})]),
        (["another time maybe the reverb. keys up 2"], [moved(keys=2.0)]),
        (["export it please, just the finished mix"], [("export_mix", {"format": "mix"})]),
        (["gimme all the stems separate"], [("export_mix", {"format": "stems"})]),
        (["play us the main vocal and the keys on their own"],
         [("audition", {"stems": ["vocals", "keys"]})]),
    ],
)  # fmt: skip
def test_what_is_left_and_what_is_put_off(hold, lines, expected):
    assert hold(*lines) == expected


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["keys up 1", "later the bass gets lost. bring it up 2"], [moved(bass=2.0)]),
        (["keys up 1", "everything down 2 but the bass and the keys up 1"],
         [moved(**{"ch 1": -2.0, "ch 2": -2.0, "drums": -2.0, "gtr hi": -2.0, "gtr lo": -2.0,
                   "vocals": -2.0, "keys": 1.0})]),
        (["keep the bass muted, keys up 2"], [mute("bass", True), moved(keys=2.0)]),
        (["keys hard left", "hard left is wrong. bass down 2"], []),
        (["keys up 2. no more bass"], []),
        (["bass up 2, of course the vocals have to come up 2"], [moved(bass=2.0, vocals=2.0)]),
        (["gtr lo hard left, hard right gtr hi"], [pan("gtr lo", -1.0), pan("gtr hi", 1.0)]),
        (["tomorrow mute the bass, keys up 2"], []),
        (["keys up 1", "leave the keys, they sound great now"], []),
    ],
)  # fmt: skip
def test_near_wordings_are_not_taken_for_these(hold, lines, expected):
    assert hold(*lines) == expected


@pytest.mark.parametrize(
    "said, plain",
    [
        ("my uncle thinks that is too much", "my uncle thinks, that is too much"),
        ("solo 2 over rhythm left", "solo 2 over the left rhythm"),
        ("louder than the right", "louder than the right"),
        ("keys under it, hard left", "keys under it, hard left"),
    ],
)
def test_plainer_wordings(said, plain):
    assert as_read(said, ("Kit",), ("drums",)) == plain


def test_a_corrected_name_is_what_was_meant():
    told = plainly_put("I said keys, it was the organ I meant, sorry")
    assert told == "i meant the organ, not keys, sorry"


@pytest.mark.parametrize(
    "names, said, stems",
    [
        ({"CH": "hats", "OH": "hats"}, "oh right 20", [("OH",)]),
        ({"CH": "hats", "OH": "hats"}, "oh right, sure", []),
        ({"OHs": "hats", "Kick": "kick"}, "overheads up 1", [("OHs",)]),
        ({"Bone": "brass", "Tpt": "brass"}, "sax up 2", []),
        ({"Bone": "brass", "Tpt": "brass"}, "trombone up 2", [("Bone",)]),
        ({"Acou 1": "acoustic guitar", "Steel": "acoustic guitar"}, "the acoustic up",
         [("Acou 1",)]),
        ({"A": "lead vocal", "B": "bass", "C": "piano"}, "the instruments down 1", [("B", "C")]),
        ({"A": "lead vocal", "D": "backing vocals", "C": "piano"}, "the two vocal tracks",
         [("A", "D")]),
        ({"Upright": "bass", "Kit": "drums"}, "can't hear the bass player", [("Upright",)]),
    ],
)  # fmt: skip
def test_names_as_people_say_them(names, said, stems):
    told, roles = tuple(names), tuple(names.values())
    assert [one.stems for one in mentions(as_read(said, told, roles), told, roles)] == stems


def test_a_plural_of_letters_is_one_word():
    assert [words_of(name) for name in ("OHs", "BVs", "LeadVox")] == ["ohs", "bvs", "lead vox"]
    assert role_from_name("BVs") == "backing vocals"


def test_slips_that_were_none():
    assert mended("is anything distorting") == "is anything distorting"
    assert (
        mended("the keys are 2 loud, level w/ the bass")
        == "the keys are too loud, level with the bass"
    )
    assert mended("bass down 2 now") == "bass down 2 now"


def test_numbers_with_a_half_of_a_decibel():
    assert [one.value for one in numbers("up a decibel and a half")] == [1.5]
    assert [one.value for one in numbers("a bit up")] == []


def test_softer_is_a_sound_where_something_is_harsh():
    assert (
        softened("the vocal is so harsh, make it softer")
        == "the vocal is so harsh, make it less harsh"
    )
    assert softened("make the vocal softer") == "make the vocal softer"
    assert softened("the vocal is sharp, keys softer") == "the vocal is sharp, keys softer"
    assert mended("vox 2 loud and clear", ("Vox 1", "Vox 2")) == "vox 2 loud and clear"
    assert softened("it is harsh, 2 dB softer than that") == "it is harsh, 2 dB softer than that"


@pytest.mark.parametrize(
    "said, opinion, about, out",
    [
        ("your thoughts on the bass?", True, False, None),
        ("give me three takes of it", False, False, None),
        ("what about the bass then, it's always so big", False, True, None),
        ("what about the bass up 2", False, False, None),
        ("take some fizz out of the keys", False, False, "fizz"),
        ("take 2 dB out of the keys", False, False, None),
        ("take the choir out of the chorus", False, False, None),
    ],
)
def test_an_opinion_is_asked_or_a_sound_is_taken_out(said, opinion, about, out):
    told = (asks_for_an_opinion(said), asks_what_about(said), taken_out(said))
    assert told == (opinion, about, out)


@pytest.mark.parametrize(
    "said, beyond",
    [
        ("my kick gets lazy in the second verse. snap each hit to the grid", True),
        ("the choir came in late, shift them a bit earlier please", True),
        ("could you make the song a bit faster", True),
        ("change that wrong chord to a minor one", True),
        ("bring the choir in a bit louder", False),
        ("lower the chords of the keys by 1", False),
        ("move the vocals back, later we talk", False),
    ],
)
def test_notes_and_time_are_beyond_us(said, beyond):
    told = is_beyond(said, ("keys", "choir"), ("piano", "backing vocals"), lambda part: False)
    assert told is beyond


def test_a_million_decibels_is_a_number(hold):
    assert hold("keys up by a million db") == [moved(keys=1e6)]  # which the tool refuses
