"""Second thoughts: sizes set anew, parts of a proposal in more words, corrections with talk beside
them, one more stem to hear, a sound for what "it" is.
"""

import pytest

from assistant.acting import doubt
from assistant.hearing import ToolCall
from assistant.orders.agreeing import agrees
from assistant.orders.otherwise import plainly_put
from assistant.requests import is_one_question
from assistant.said import Said
from mixer.moves import Move
from tests.test_assistant_leaning_turns import NAMES, ROLES, Reading, hold, moved, mute, pan

__all__ = ["hold"]  # a fixture
UNDO, APPLY = ("undo", {}), ("apply_moves", {})
KEYS, BASS, VOX = ("keys", -3.0), ("bass", 1.0), ("vocals", 2.0)


def heard(*stems):
    return ("audition", {"stems": list(stems)})


def back(stem):
    return ("undo", {"stem": stem})


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["keys up 5", "five was way too much, call it 2"], [UNDO, moved(keys=2.0)]),
        (["keys up 5", "2 would have been plenty"], [moved(keys=-3.0)]),
        (["keys up 1", "1 is not enough, 3 will do"], [moved(keys=2.0)]),
        (["keys down 4", "too much, 1 in all would do"], [moved(keys=3.0)]),
        (["keys down 4", "overkill, say 3 in total"], [moved(keys=1.0)]),
        (["keys down 4", "ehh. 3 is fine"], [moved(keys=1.0)]),
        (["keys down 1", "another half"], [moved(keys=-0.5)]),
        (["keys 40% left", "a bit less far over"], [pan("keys", -0.28)]),
        (["keys 40% left", "less wide"], [pan("keys", -0.2)]),
        (["keys up 2", "less wide"], []),  # of a place, and nothing was placed
        (["mute the keys", "unmute them", "keys down 3", "the keys back in"], [back("keys")]),
        (["guitars hard left and right"], [pan("gtr hi", -1.0), pan("gtr lo", 1.0)]),
        (["not those guitars sorry, keys go left"], [pan("keys", -0.5)]),
    ],
)  # fmt: skip
def test_what_was_done_is_set_anew(hold, lines, expected):
    assert hold(*lines) == expected


@pytest.mark.parametrize(
    "lines, expected",
    [
        ([[KEYS, BASS], "leave the keys just do the bass"], [moved(bass=1.0)]),
        ([[KEYS, BASS], "keys, agreed. bass, over my dead body"], [moved(keys=-3.0)]),
        ([[KEYS, BASS], "bass, no way. keys, go on"], [moved(keys=-3.0)]),
        ([[KEYS, BASS], "do number two and wait with number one"], [moved(bass=1.0)]),
        ([[KEYS, BASS], "yes but only the first"], [moved(keys=-3.0)]),
        ([[KEYS, BASS], "i accept the keys and decline the bass"], [moved(keys=-3.0)]),
        ([[KEYS, BASS], "just the keys", "ok fine, the second too"], [moved(bass=1.0)]),
        ([[KEYS, BASS], "just the bass", "alright, the first one as well"], [moved(keys=-3.0)]),
        ([[KEYS, BASS], "just the keys", "hm. you were right about the bass. do it"],
         [moved(bass=1.0)]),
        ([[KEYS, BASS], "just the keys", "half of that"], [moved(keys=1.5)]),
        ([[KEYS, BASS], "great"], []),  # may be praise
        ([[KEYS, BASS], "keys, hmm"], []),
    ],
)  # fmt: skip
def test_parts_of_a_proposal_in_more_words(hold, lines, expected):
    assert hold(*lines) == expected


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["keys down 2", "and the bass the same, nobody notices"], [moved(bass=-2.0)]),
        (["keys down 2", "no wait bass, lord help me"], [UNDO, moved(bass=-2.0)]),
        (["keys down 2", "no not the keys, what was i thinking, the bass"],
         [UNDO, moved(bass=-2.0)]),
        (["right keep it as it is. keys up 1"], [moved(keys=1.0)]),
        (["can the keys come down 2, they sound like the bus on route 9"], [moved(keys=-2.0)]),
        (["somebody coughs for two whole minutes. mute the keys"], [mute("keys", True)]),
        ([[KEYS, BASS], "fair point. please do"], [APPLY]),
    ],
)  # fmt: skip
def test_talk_beside_an_order_asks_for_nothing(hold, monkeypatch, lines, expected):
    monkeypatch.setattr(Reading, "read", lambda *_: {"thanks": 1.0})
    assert hold(*lines) == expected


def test_a_part_is_never_taken_for_the_whole():
    proposed = (Move("keys", -3.0), Move("bass", 1.0))
    whole = ToolCall("apply_moves", {})
    only = Said(("yes but only the pricey one",), NAMES, ROLES, proposed)
    assert doubt(whole, 0.99, only) == "the user spoke of a part of the proposal"
    alone = Said(("yes but only the pricey one",), NAMES, ROLES, proposed[:1])
    assert doubt(whole, 0.99, alone) is None


def test_a_yes_tells_to_do_it():
    def speech(text):
        return {"greet": 0.0}

    assert agrees("ok please do", speech)
    assert agrees("go on then, do both", speech)
    assert not agrees("great", speech)
    assert not agrees("do the other one", speech)


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["solo the keys", "with the bass in"], [heard("keys", "bass")]),
        (["solo the keys", "add the vocals"], [heard("keys", "vocals")]),
        (["solo the keys", "and the bass"], [heard("bass")]),
        (["keys up 2", "could it be a bit warmer as well"],
         [("shape_sound", {"stem": "keys", "words": "a bit warmer"})]),
        (["keys up 2", "give the vocals 1 and make it brighter"], None),
    ],
)  # fmt: skip
def test_what_it_is_heard_with_and_sounds_like(hold, lines, expected):
    if expected is None:  # of which stem is for the parts of the message
        assert not any(
            name == "shape_sound" and told["stem"] == "keys" for name, told in hold(*lines)
        )
    else:
        assert hold(*lines) == expected


@pytest.mark.parametrize(
    "text, told",
    [
        ("3 was too much, make it 2", "no, make it 2"),
        ("2 dB would be plenty", "2 dB is enough"),
        ("3 is too much for the keys, make it 2", "3 is too much for the keys, make it 2"),
        ("3 was too much", "3 was too much"),
    ],
)
def test_sizes_that_were_wrong_are_put_plainly(text, told):
    assert plainly_put(text) == told


def test_one_question_is_not_cut():
    assert is_one_question("what is the difference between a peak and loudness?")
    assert not is_one_question("what is a peak, and mute the bass")
    assert not is_one_question("mute the bass")
