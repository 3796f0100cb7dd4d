"""Messages in plainer words: put right, negations turned, loose lists, what is told around them."""

import pytest

from assistant.orders.straightened import straightened
from tests.test_assistant_leaning_turns import hold, level, moved

__all__ = ["hold"]  # a fixture

SONG = {
    "Organ": "keys",
    "Fretless": "bass",
    "Shaker": "percussion",
    "Clarinet": "woodwind",
    "BGV Hi": "backing vocal",
    "BGV Lo": "backing vocal",
    "Vox wet": "lead vocal",
    "Vox plain": "double",
}


def plain(text):
    return straightened(text, tuple(SONG), tuple(SONG.values()))


@pytest.mark.parametrize(
    "text, expected",
    [
        ("shaker up 4 no 1 db", "shaker up 1 db"),
        ("organ down 2.5 dB, er, sorry, 1.5 dB please", "organ down 1.5 dB please"),
        ("Fretless minus two, oops, no, plus two", "Fretless plus two"),
        ("Organ +2. Correction: -2.", "Organ -2."),
        ("raise the shaker by 2. no. the organ.", "raise the Organ by 2"),
        ("backings down 1, no, only the low one", "BGV Lo down 1"),
        ("up with the wet vocal. no wait. the plain one. 3 db", "up with the Vox plain 3 db"),
    ],
)
def test_what_was_put_right_is_no_longer_asked_for(text, expected):
    assert plain(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "shaker up 3, no 2 on the organ",
        "shaker up 2. Sorry. 1 on the organ",
        "organ up 2, no more",
        "organ up 2 and no bass",
        "organ up 2, no, leave it",
        "organ up 2, bass down 1",
        "should the organ go up 2, no, the bass?",
    ],
)
def test_what_is_no_correction_stays(text):
    assert plain(text) == text


@pytest.mark.parametrize(
    "text, expected",
    [
        ("get the organ not so loud", "get the organ quieter"),
        ("the clarinet not so quiet, please", "the clarinet louder, please"),
        ("the organ not so loud, but just 2 dB", "the organ quieter by 2 dB"),
        ("can you make the shaker a touch less hidden", "can you make the shaker a touch louder"),
        ("shaker way less upfront", "shaker way quieter"),
        ("don't you dare turn down that organ, i love it", "don't touch that organ, i love it"),
        ("the organ should be not so up front", "the organ should be quieter"),
        ("go back to version 5, not version 6", "go back to version 5"),
        ("load not version 6 but version 5", "load version 5"),
        ("organ fully left, not only a bit left", "organ fully left"),
        ("the shaker's on the right, move it to the left", "pan the shaker to the left"),
        ("The organ is muted, so she may play again with us.", "unmute The organ"),
        ("play the bass alone, no shaker under it", "play the bass alone"),
        ("hear the organ and the bass with nothing else", "hear only the organ and the bass"),
        ("how loud is the organ? only the numbers", "how loud is the organ?"),
        ("where does the bass sit, I'm not asking for any move", "where does the bass sit"),
        ("compare versions 2 and 3, without going back to any of them", "compare versions 2 and 3"),
    ],
)  # fmt: skip
def test_negations_are_told_in_plainer_words(text, expected):
    assert plain(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "the organ is not so loud",
        "why does the organ feel less buried",
        "organ not so loud?",
        "I love the bass not so loud",
        "organ up 2 but not so loud",
        "organ not so loud as the bass",
        "organ with less low end",
        "the organ not so loud on my phone",
        "version 2 is not version 3 at heart",
        "the shaker's on the right, and i like it",
        "the organ was muted, now he plays again and i like it",
        "I'm not asking for any move",
    ],
)
def test_judgements_and_questions_are_no_orders(text):
    assert plain(text) == text


@pytest.mark.parametrize(
    "text, expected",
    [
        ("the organ needs more, shaker less", "the organ up, shaker down"),
        ("organ needs less and the bass needs more, the clarinet is perfect",
         "organ down and the bass up"),
        ("bass up shaker down organ dont touch", "bass up, shaker down"),
        ("the bass down 1 and the organ you leave alone", "the bass down 1"),
        ("organ up and shaker down the same amount, say 2 dB",
         "organ up 2 dB and shaker down 2 dB"),
        ("raise the bass and the shaker by 1 dB each, but not the organ",
         "raise the bass and the shaker by 1 dB each"),
        ("organ up 2, fretless stays where it is", "organ up 2"),
        ("both backing vocals up 1, and BGV Hi not at all", "BGV Lo up 1"),
        ("organ by 2 down, shaker by only 1, the bass not at all", "organ by 2 down, shaker by 1"),
        ("all down 1 apart from the organ, bless him, and the bass",
         "all down 1 apart from the organ and the bass"),
        ("2 dB more of everything that is percussion", "2 dB more of all the percussion"),
        ("back to version 4 and from there just the bass up 1",
         "back to version 4, then the bass up 1"),
    ],
)  # fmt: skip
def test_each_stem_of_a_loose_list_gets_what_is_said_of_it(text, expected):
    assert plain(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "the organ needs more",
        "the organ needs more, no?",
        "organ up and mute the bass is fine",
        "everything down 2, not the organ",
        "pan the organ left and not the shaker",
        "everything that is late",
    ],
)
def test_what_is_no_list_stays(text):
    assert plain(text) == text


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Set the organ 3 under the clarinet, the way any church does it",
         "Set the organ 3 under the clarinet"),
        ("from the drum stool the shaker is left, but mine is the crowd's, so shaker to the right",
         "pan shaker to the right"),
        ("shaker to the right small", "shaker a little right"),
        ("could you let me hear the organ louder, by 3 dB? Mute the bass",
         "could you make the organ louder, by 3 dB? Mute the bass"),
        ("let me hear the organ somewhat louder", "make the organ somewhat louder"),
        ("more warmth on the organ; the level is not the problem", "more warmth on the organ"),
        ("put the organ back the way it was", "put the organ back the way it was"),
        ("let me hear the organ, louder than that it hurts",
         "let me hear the organ, louder than that it hurts"),
    ],
)  # fmt: skip
def test_what_is_told_around_an_order_is_left_out(text, expected):
    assert plain(text) == expected


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["keys up 4, no, 1 dB"], [moved(keys=1.0)]),
        (["bass +2. Correction: -2."], [moved(bass=-2.0)]),
        (["keys needs less, bass more, the vocals you leave alone"], [moved(keys=-2.0, bass=2.0)]),
        (["keys not so loud, but only one dB"], [moved(keys=-1.0)]),
        (["set the keys 3 under the bass, the way any church does it"],
         [level("keys", -3.0, "bass")]),
        (["keys up 4", "bass up 1", "back to version 1 and from there just the bass 1 down"],
         [("restore_version", {"version": 1}), moved(bass=-1.0)]),
    ],
)  # fmt: skip
def test_what_is_done_about_them(hold, lines, expected):
    assert hold(*lines) == expected
