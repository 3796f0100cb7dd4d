"""Answers to advice: a part of it, a yes and more, a no and why, "why?", and what comes later."""

import pytest

from assistant.hearing import ToolCall
from assistant.orders.agreeing import accepts, agrees, with_one_more
from assistant.orders.answer_words import with_likely_names
from assistant.orders.declining import declines
from assistant.orders.left_over import left_over, still_advised
from assistant.orders.of_proposal import chosen
from assistant.orders.taken_up import taken_up
from assistant.requests import is_one_question
from assistant.said_balance import asks_for_it_here
from assistant.said_why import asks_why
from mixer.moves import Move
from tests.test_assistant_leaning_turns import NAMES, ROLES, hold, moved, mute, pan

__all__ = ["hold"]  # a fixture
UNDO, APPLY = ("undo", {}), ("apply_moves", {})
KEYS, BASS, VOX = ("keys", -3.0), ("bass", 1.0), ("vocals", 2.0)


def heard(*stems):
    return ("audition", {"stems": list(stems)} if stems else {})


@pytest.mark.parametrize(
    "text, gains",
    [
        ("the keys' one yes, the bass one is not happening", {}),
        ("I'd do the keys, bass is good", {"keys": -3.0}),
        ("The vocals I wouldn't touch. Bass granted.", {"bass": 1.0}),
        ("only the last of those ideas please", {"vocals": 2.0}),
        ("the first of your three, thanks", {"keys": -3.0}),
        ("keys yes, though 2 would be plenty", {"keys": -2.0}),
        ("not 2. just 1 on the vocals", {"vocals": 1.0}),
        ("yes to the vocals, one and a half though", {"vocals": 1.5}),
        ("to hell with the bass part, do the keys", {"keys": -3.0}),
        ("she says ok but only the keys", {"keys": -3.0}),
        ("we already raised the vocals, so only the keys", {"keys": -3.0}),
        ("the vocals I just turned up. do the bass", {"bass": 1.0}),
        ("the bass bit of that, this one yes", {"bass": 1.0}),
        ("halfway on the keys, skip the rest", {"keys": -1.5}),
        ("keys good call, leave my bass out of it", {"keys": -3.0}),
        ("the bass? never. the keys if you like", {"keys": -3.0}),
        ("3? more like 2 on the keys", {"keys": -2.0}),
        ("keys yes, the bass not so much", {"keys": -3.0}),
        ("yes to the keys but not so much", {"keys": -1.5}),
        ("all of them, only gentler, half each", {"keys": -1.5, "bass": 0.5, "vocals": 1.0}),
        ("leave the bass and vocals, otherwise yes", {"keys": -3.0}),
        ("the keys can have that, the rest can't", {"keys": -3.0}),
        ("quite so. only the first of them, then", {"keys": -3.0}),
        ("should i do the keys?", {}), ("the bass? the keys?", {}),
        ("damn", {}), ("to hell with the bass part", {}), ("the vocals I just turned up", {}),
        ("the drums, this one yes", {}),  # were not proposed
    ],
)  # fmt: skip
def test_a_part_of_it(text, gains):
    proposed = [Move(*KEYS), Move(*BASS), Move(*VOX)]
    told = chosen(text, proposed, NAMES, ROLES)
    assert {move.stem: move.gain_db for move in told} == gains


def test_whose_part_it_is():
    names, roles = ("Tony horn", "Lou horn", "kick"), (None, None, "kick")
    proposed = [Move("Tony horn", -2.0), Move("Lou horn", -1.5)]
    (told,) = chosen("do Tony's, Lou's fine", proposed, names, roles)
    assert (told.stem, told.gain_db) == ("Tony horn", -2.0)


def test_a_name_in_another_tongue():
    names, roles = ("Violines", "Violas", "kick"), ("strings", "strings", "kick")
    proposed = [Move("Violines", -2.0), Move("Violas", 1.0)]
    (told,) = chosen("the violins only", proposed, names, roles)
    assert told.stem == "Violines"
    brass = with_likely_names("not the brass", [Move("bass", 1.0)], ("bass", "kick"), (None, None))
    assert brass == "not the brass"  # as like as it is


@pytest.mark.parametrize(
    "text",
    [
        "ooh yes please, both", "go on so", "fine, you win", "be my guest", "i'll allow it",
        "agreed, please do", "have it your way", "very well", "of course, do that",
        "that would be lovely, go ahead", "ok this i accept", "no objection from me",
        "i can't argue with that, go on",
    ],
)  # fmt: skip
def test_a_yes_in_other_words(text):
    assert agrees(text, lambda _: {})


@pytest.mark.parametrize(
    "text",
    [
        "hm", "oh", "right then", "lovely", "to that", "please", "them too", "be my valentine",
        "go home", "do the other one", "do it, but let me hear it first", "i can't live with that",
        "never mind, you win",
    ],
)  # fmt: skip
def test_what_is_no_yes(text):
    assert not agrees(text, lambda _: {})
    assert accepts(text) is False or text in ("very well",)


def test_what_is_wanted_first_is_no_yes():
    assert with_one_more("ok, but play it to me first") == []
    assert ("ok", "play it to me") in with_one_more("ok, but play it to me afterwards")


@pytest.mark.parametrize(
    "lines, expected",
    [
        ([[KEYS, BASS], "yes please, that would be grand, and the vocals a bit to the left"],
         [APPLY, pan("vocals", -0.3)]),
        ([[KEYS, BASS], "wonderful, both please, and then let us hear the vocals by themselves"],
         [APPLY, heard("vocals")]),
        ([[KEYS], "hm. play it to me alone first"], [heard("keys")]),
        ([[BASS], "not 1. 2 will do, and mute the vocals"],
         [moved(bass=2.0), mute("vocals", True)]),
        ([[KEYS, BASS], "just the keys", "convinced. the bass too, and mute the vocals"],
         [moved(bass=1.0), mute("vocals", True)]),
        ([[KEYS, BASS], "just the keys", "the bass too but only 2, and vocals 20% left"],
         [moved(bass=2.0), pan("vocals", -0.2)]),
        ([[KEYS], "yes do that, and make it warmer"],
         [APPLY, ("shape_sound", {"stem": "keys", "words": "warmer"})]),
        ([[KEYS, BASS], "keys yes, and can you make the vocals brighter"],
         [moved(keys=-3.0), ("shape_sound", {"stem": "vocals", "words": "brighter"})]),
        ([[KEYS], "do it, it sounds clearer like that"], []),  # no sound is asked for
        ([[KEYS, BASS], "ok, only the keys, and mute the vocals"],
         [moved(keys=-3.0), mute("vocals", True)]),
    ],
)  # fmt: skip
def test_a_yes_and_one_more_thing(hold, lines, expected):
    assert hold(*lines) == expected


@pytest.mark.parametrize(
    "text, no",
    [
        ("never mind, he'd only cry", True),
        ("no, the hum is the whole song", True),
        ("nope, that's how she plays it", True),
        ("i'd rather not, the bass is what they came for", True),
        ("no, the keys are too loud", False),
        ("no, just the keys", False),
        ("no, the keys down 1", False),
        ("no, it was better before", False),
        ("no, is that all?", False),
        ("none of it, the bass stays how she is", True),
        ("no", False),  # is read elsewhere
        ("the hum is the whole song", False),
    ],
)
def test_a_no_and_why(text, no):
    assert declines(text, NAMES, ROLES) is no


def test_a_no_closes_what_is_proposed(hold):
    assert hold([KEYS], "never mind, he'd only sulk") == []
    assert hold.context.session.proposed == ()


@pytest.mark.parametrize(
    "lines, expected",
    [
        ([[KEYS, BASS], "just the keys", "vocals up 1", "you had a point, do the bass thing"],
         [moved(bass=1.0)]),
        ([[KEYS, BASS], "just the keys", "mute the vocals", "the rest of what you said now please"],
         [moved(bass=1.0)]),
        ([[KEYS], "do 2 dB", "solo the vocals", "you were right, give it the other 1 on the keys"],
         [moved(keys=-1.0)]),
        ([[KEYS, BASS], "leave it", "vocals up 1", "what you said about the bass, but half"],
         [moved(bass=0.5)]),
        ([[KEYS, BASS], "leave it", "hang on, the bass part of that, that one yes"],
         [moved(bass=1.0)]),
        ([[KEYS, BASS], "just the bass", "no sorry, the keys"], [UNDO, moved(keys=-3.0)]),
        ([[KEYS, BASS], "just the bass", "oh no, i meant the first one"],
         [UNDO, moved(keys=-3.0)]),
        ([[KEYS, BASS], "wait, actually the bass part, yes"], [moved(bass=1.0)]),
        ([[KEYS, BASS], "just the bass", "vocals up 1", "lovely. right, now your keys move"],
         [moved(keys=-3.0)]),
        ([[KEYS, BASS], "do both", "undo", "just the keys one"], [moved(keys=-3.0)]),
        ([[KEYS, BASS], "just the keys", "keys up 1", "the rest of your advice, do it"],
         [moved(bass=1.0)]),
        ([[KEYS, BASS], "just the keys", "vocals up 1", "I like your idea, pan the bass right"],
         []),
    ],
)  # fmt: skip
def test_advice_is_taken_up_later(hold, lines, expected):
    assert hold(*lines) == expected


@pytest.mark.parametrize(
    "text",
    [
        "you were right about the bass?", "you were right about the drums, do it",
        "don't do what you said about the bass", "the bass", "do the bass", "do the rest of it",
        "what you said about the bass, down 1", "what you said about the bass, solo it now",
        "you wanted the bass louder than the keys",
    ],
)  # fmt: skip
def test_without_words_that_point_to_it_nothing_is_taken_up(text):
    assert taken_up(text, [Move(*BASS)], ["keys", "bass"], NAMES, ROLES) == []


def turn(*calls):
    return ("", list(calls))


def call(name, **arguments):
    return ToolCall(name, arguments)


def test_what_is_left_of_advice():
    def gains(*pairs):
        return {"moves": [{"stem": stem, "gain_db": gain_db} for stem, gain_db in pairs]}

    advice = turn(call("propose_moves", **gains(KEYS, BASS)))
    part = turn(call("apply_moves", **gains(("keys", -2.0))))
    other = turn(call("set_pan", stem="drums", pan=0.5))
    undo = turn(call("undo"))
    assert left_over([advice, part]) == (Move(*BASS),)  # no more of the keys was wanted
    assert left_over([advice, part, other]) == ()
    assert left_over([advice, part, undo]) == (Move(*KEYS), Move(*BASS))
    assert still_advised([advice, part, other]) == (Move("keys", -1.0), Move(*BASS))
    assert still_advised([advice, turn(call("set_level", stem="bass", relative_lu=0.0))]) == (
        Move(*KEYS),
    )
    assert still_advised([advice, turn(call("restore_version", version=0))]) == ()
    newer = turn(call("propose_moves", **gains(("keys", 1.0))))
    assert set(still_advised([advice, newer])) == {Move("keys", 1.0), Move(*BASS)}
    whole = turn(call("apply_moves", **gains(("keys", 1.0))))
    assert still_advised([advice, newer, whole]) == (Move(*BASS),)


@pytest.mark.parametrize(
    "text, why",
    [
        ("why the keys though", True), ("because?", True), ("tell us why", True), ("how so?", True),
        ("what's the thinking behind that, for my students", True), ("justify that", True),
        ("explain me first why the bass eats everything", True), ("on what grounds?", True),
        ("why not", False), ("why not the keys", False), ("why of course", False),
        ("why don't you do both", False), ("because she asked", False), ("explain reverb", False),
        ("how loud are they?", False), ("that's why i want the keys up", False),
        ("for some reason the keys are loud", False), ("give me one good reason", True),
        ("i don't know why but do it", False), ("what reason would there be for that", True),
    ],
)  # fmt: skip
def test_why_is_asked(text, why):
    assert asks_why(text, NAMES, ROLES) is why


def test_why_leaves_what_is_proposed_open(hold):
    assert [name for name, _ in hold([KEYS, BASS], "why the keys though")] == ["explain"]
    assert hold.context.session.proposed
    assert hold("just the bass then") == [moved(bass=1.0)]
    assert hold("why?") == [("explain", {"topic": "why keys"})]
    assert hold([KEYS], "why? and mute the vocals") == []  # a why is not all of it


def test_one_question_asked_twice():
    assert is_one_question("why does everyone leave headroom, like whats it for")
    assert is_one_question("what is a bus, what does it do?")
    assert not is_one_question("what is a bus, and mute the keys")


@pytest.mark.parametrize(
    "text, here",
    [
        ("ohh ok. do i have any", True), ("so have i got enough of it?", True),
        ("is there any of that in mine?", True), ("do we have some here?", True),
        ("do i have any more time", False), ("is it any louder", False), ("i have enough", False),
    ],
)  # fmt: skip
def test_whether_it_is_so_here(text, here):
    assert asks_for_it_here(text, "what is headroom?") is here
    assert not asks_for_it_here(text, "what is reverb?")
