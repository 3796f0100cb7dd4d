"""Talk that leans on what was just done: sides that name stems, levels and places set anew,
advice at the size that was told, and several sounds at once.
"""

import pytest

from assistant.genres import genre_told
from assistant.hearing import ToolCall
from assistant.orders.advice_asked import plainly_asked
from assistant.orders.agreeing import agrees
from assistant.orders.asides import Aside, are_asides
from assistant.orders.before import Before
from assistant.orders.levels_asked import levels_asked
from assistant.orders.of_proposal import chosen
from assistant.orders.references import with_referents
from assistant.orders.referring import Known
from assistant.orders.same_reference import with_its_reference
from assistant.orders.taken_up import as_advised
from assistant.said_answers import left_off
from assistant.said_lessons import asks_why_at_all, topic_of_why
from assistant.said_sounds import sounds_of_each
from mixer.moves import Move
from mixer.roles import role_from_name
from tests.test_assistant_leaning_turns import NAMES, ROLES, hold, level, moved, mute, pan

__all__ = ["hold"]  # a fixture
UNDO, APPLY = ("undo", {}), ("apply_moves", {})
KEYS, BASS, VOX = ("keys", -3.0), ("bass", 1.0), ("vocals", 2.0)


@pytest.mark.parametrize(
    "text, gains",
    [
        ("what, just 2? give her 4", {"vocals": 4.0}),
        ("a whole 2? no, 1", {"vocals": 1.0}),
        ("2 seems like a lot, 1 please", {"vocals": 1.0}),
        ("2 is overkill. try 1.5", {"vocals": 1.5}),
        ("2 is nothing, make it 4", {"vocals": 4.0}),
        ("only 2?", {}),
        ("is 2 a lot?", {}),
    ],
)
def test_another_size_than_the_one_proposed(text, gains):
    told = chosen(text, [Move(*VOX)], NAMES, ROLES)
    assert {move.stem: move.gain_db for move in told} == gains


@pytest.mark.parametrize(
    "text",
    [
        "meh, sure why not",
        "why not",
        "i'll trust your judgement, go",
        "go then",
        "bof, fine, do it",
    ],
)
def test_a_yes_of_few_words(text):
    assert agrees(text, lambda _: {})


@pytest.mark.parametrize(
    "text", ["meh", "why not the keys", "why not leave it", "i trust you", "go lower", "pff", "bof"]
)
def test_no_yes_of_few_words(text):
    assert not agrees(text, lambda _: {})


@pytest.mark.parametrize(
    "lines, expected",
    [
        ([[KEYS, BASS], "why not?"], [APPLY]),
        ([[KEYS], "go ahead so, and bounce it then"], [APPLY, ("export_mix", {})]),
        ([[KEYS, BASS], "just the keys", "i'll take the other as well"], [moved(bass=1.0)]),
        ([[KEYS, BASS], "just the keys", "go on, give me the second one too"],
         [moved(bass=1.0)]),
        ([[KEYS, BASS], "just the bass", "in fact, yes, the keys also"], [moved(keys=-3.0)]),
        ([[KEYS, BASS], "just the bass", "bah, the keys too then"], [moved(keys=-3.0)]),
        ([[VOX], "make it 5", "5 was daft. put it back and do your 2"],
         [UNDO, moved(vocals=2.0)]),
        ([[KEYS, BASS], "do both", "undo that and only do the bass, the 1 you suggested"],
         [UNDO, moved(bass=1.0)]),
        ([[KEYS, BASS], "do both", "take that back and do the keys as you said"],
         [UNDO, moved(keys=-3.0)]),
        ([[KEYS, BASS], "just the first. and let me hear it with the vocals and nobody else"],
         [moved(keys=-3.0), ("audition", {"stems": ["keys", "vocals"]})]),
    ],
)  # fmt: skip
def test_what_is_made_of_advice(hold, lines, expected):
    assert hold(*lines) == expected


def test_only_what_was_advised_is_done_as_advised():
    advised = [Move(*KEYS), Move(*BASS)]

    def told(text):
        return [(m.stem, m.gain_db) for m in as_advised(text, advised, NAMES, ROLES)]

    assert told("do your 3") == [KEYS]
    assert told("the bass, the 1 dB you said") == [BASS]
    assert told("what you proposed") == [KEYS, BASS]
    for text in ("do 3", "your 2", "your vocals up 3", "not your 3", "your keys up 3"):
        assert told(text) == []


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["bass 3 under the keys", "hm, equal actually"], [level("bass", 0.0, "keys")]),
        (["bass 3 under the keys", "same level, rather"], [level("bass", 0.0, "keys")]),
        (["bass 3 under the keys", "vocals at plus 1, same reference"],
         [level("vocals", 1.0, "keys")]),
        (["bass 3 under the keys", "the vocals 2 above, same reference"],
         [level("vocals", 2.0, "keys")]),
        (["set the bass right level with the keys"], [level("bass", 0.0, "keys")]),
        (["bass 3 under the keys", "make it 5 under em"], [level("bass", -5.0, "keys")]),
        (["bass and vocals 3 under the keys", "too loud the bass, 6 under"],
         [level("bass", -6.0, "keys")]),
        (["keys left 40", "vocals the mirror image of the keys"], [pan("vocals", 0.4)]),
        (["keys left 40", "keys wider, 60"], [pan("keys", -0.6)]),
        (["mute the keys", "bass up 1", "ok, unmute them at least"], [mute("keys", False)]),
        (["mute me the keys"], [mute("keys", True)]),
        (["mute the keys and the bass, we need a karaoke version"],
         [mute("keys", True), mute("bass", True)]),
        (["keys down 3", "give me half of that back"], [moved(keys=1.5)]),
        (["keys up about 1.5"], [moved(keys=1.5)]),
        (["keys left 40", "vocals left 20", "keys mirrors it"], [pan("keys", 0.2)]),
        (["gtr lo left", "gtr hi right", "both a bit narrower, 30"],
         [pan("gtr lo", -0.3), pan("gtr hi", 0.3)]),
        (["keys up, bout 1.5"], [moved(keys=1.5)]),
    ],
)  # fmt: skip
def test_an_order_goes_on_from_the_last(hold, lines, expected):
    assert hold(*lines) == expected


@pytest.mark.parametrize(
    "lines, not_called",
    [
        (["equal"], "set_level"),
        (["brighten the keys up"], "apply_moves"),
        (["warm up the bass a bit"], "apply_moves"),
        (["keys up 1", "equal, more or less"], "set_level"),
        (["keys up 1", "vocals at plus 1, same reference"], "set_level"),
        (["keys up 1", "vocals the mirror image of the keys"], "set_pan"),
    ],
)
def test_without_a_level_or_a_place_before_nothing_is_set_anew(hold, lines, not_called):
    assert not_called not in [name for name, _ in hold(*lines)]


PAIR = ("Cello L", "Cello R", "Harp")


def called(text, *deeds, focus):
    roles = ("strings", "strings", "arpeggio")
    return with_referents(text, Known(PAIR, roles, Before(deeds, focus=focus, spoken=(focus,))))


def gain(*stems):
    return ToolCall("apply_moves", {"moves": [{"stem": s, "gain_db": 2.0} for s in stems]})


def test_a_side_names_the_other_of_a_pair():
    up, one = gain("Cello R"), ("Cello R",)
    assert called("oops, i meant left", up, focus=one) == "oops, i meant Cello L"
    assert called("nice. now the left too, same", up, focus=one) == "nice. now Cello L too, same"
    assert called("ok now left as well", up, focus=one) == "ok now Cello L as well"
    both = gain("Cello L", "Cello R")
    told = called("leave the left, right one up 1", both, focus=PAIR[:2])
    assert told == "leave Cello L, Cello R up 1"
    for text in ("a bit to the left", "put it left", "the harp left too", "what is left too"):
        assert called(text, up, focus=one) == text
    panned = ToolCall("set_pan", {"stem": "Cello R", "pan": 0.5})
    assert called("oops, i meant left", panned, focus=one) == "oops, i meant left"


def test_whoever_plays_it_is_spoken_of():
    text = "our bassist will sulk, but him too, by the same"
    known = Known(NAMES, ROLES, Before((gain("keys"),), focus=("keys",)))
    assert with_referents(text, known) == "our bassist will sulk, but bass too, by the same"
    assert with_referents("our bassist is 40. keys up, and her", known).startswith("our bassist")


def test_what_became_of_a_stem_is_why_less_is_wanted():
    half = [gain("keys")]

    def reads_a_mute(_):
        return {"set_mute": 0.9}

    for text in ("now the keys have disappeared", "oh dear now they're gone", "that's hollow"):
        assert are_asides([Aside(text, ("keys",))], half, lambda _: {"set_mute": 0.86})
    assert not are_asides([Aside("now the bass has gone", ("bass",))], half, reads_a_mute)
    assert not are_asides([Aside("and lose the keys", ("keys",))], half, reads_a_mute)


def test_the_same_reference():
    before = Before((ToolCall("set_level", {"stem": "bass", "relative_lu": -3.0}),))
    assert with_its_reference("keys at -4, same reference", before, "drums") == "keys 4 under drums"
    assert with_its_reference("keys up 4", before, "drums") == "keys up 4"
    assert with_its_reference("keys -4, same reference", Before(), "drums").endswith("reference")


@pytest.mark.parametrize(
    "text, wishes",
    [
        ("a punchier bass and more growl on the keys",
         {"bass": "punchier", "keys": "more aggressive"}),
        ("warm up the vocals a bit, and take some harshness out of the keys",
         {"vocals": "a bit warmer", "keys": "less harsh"}),
        ("make the vocals airier, they're dull, and give the bass a touch of wool",
         {"vocals": "airier", "bass": "more wool"}),
        ("can you brighten the keys and tighten the bass",
         {"keys": "brighter", "bass": "tighter"}),
        ("brighten the keys up and tighten the vocals",
         {"keys": "brighter", "vocals": "tighter"}),
        ("the keys are too harsh and the bass is too boomy", {}),
        ("warmer keys and the bass up 2", {}),
        ("warmer keys and mute the bass", {}),
        ("are the keys brighter than the bass?", {}),
        ("warmer keys", {}),
        ("more keys and less bass", {}),
        ("brighter keys, and how loud is the bass", {}),
    ],
)  # fmt: skip
def test_sounds_of_several_stems(text, wishes):
    found = sounds_of_each(text, NAMES, ROLES)
    told = {stem: wish.words for wish in found for stem in wish.stems}
    assert set(told) == set(wishes)
    for stem, words in wishes.items():
        assert told[stem] == words


def test_wishes_for_advice_in_plain_words():
    assert plainly_asked("and for the pad you would do what?") == (
        "and what would you do with the pad?"
    )
    assert plainly_asked("with the keys, what would you do?") == "what would you do with the keys?"
    assert plainly_asked("so without him, how is it?") == "so how is it?"
    assert plainly_asked("without the keys, bass up 2") == "without the keys, bass up 2"
    assert plainly_asked("do it without her") == "do it without her"


@pytest.mark.parametrize(
    "text, why",
    [
        ("how come the low end disappears on a tiny radio", True),
        ("why does my voice jump out in the car stereo?", True),
        ("how come it sounds loud even when the meters say it's not", True),
        ("why is it that one never touches the anchor", True),
        ("why not listen on headphones", False), ("why did you lower it on my laptop", False),
        ("it sounds thin on my phone", False), ("why is the bass so loud", False),
        ("how come it's thin on phones, turn it up 2", False),
    ],
)  # fmt: skip
def test_why_something_is_so_with_all_music(text, why):
    assert asks_why_at_all(text) is why


def test_what_such_a_why_is_about():
    assert topic_of_why("how come my bass goes missing on a tiny radio") == "listening level"
    assert topic_of_why("how come it is loud even when the meters say no") == "loudness"
    assert topic_of_why("why does reverb wash out on phones").startswith("why does reverb")


def test_the_work_after_practice():
    assert left_off("my kids would hear that. right, back to the song, keys up 1") == "keys up 1"
    assert left_off("ok enough playing, back to my cue. keys up 1") == "keys up 1"
    assert left_off("keys up 1. back to the song, then") is None  # it is an answer first
    assert left_off("the bass was up, i think") is None


def test_how_far_both_are_under_the_anchor():
    before = Before(focus=("keys", "bass"), spoken=(("keys", "bass"),))
    told = levels_asked("how far under the drums are both of them sitting?", NAMES, ROLES, before,
                        "drums")  # fmt: skip
    assert told == ("bass", "keys")


def test_a_genre_and_its_tempo():
    assert genre_told("hello, i make techno at 140 bpm, keep that in mind") == "techno"
    assert genre_told("i want techno at the end") is None


def test_a_harmony_is_no_drum():
    assert role_from_name("Tom Harmony") == "backing vocals"
    assert role_from_name("Gtr Harm") == "electric guitar"
    assert role_from_name("Floor Tom") == "percussion"
