"""Talk around the work: thanks, praise and greetings, other tongues, other life, export formats."""

import pytest

from assistant.orders.mentions import mentions
from assistant.orders.tokens import tokens
from assistant.said import Said
from assistant.said_balance import asks_if_overloaded
from assistant.said_courtesy import courtesy_said
from assistant.said_elsewhere import is_elsewhere
from assistant.said_formats import formats_said
from assistant.said_tastes import genre_by_itself
from assistant.said_undo import taken_back

NAMES, ROLES = (
    ("kick", "bass", "keys", "strings", "vocals"),
    ("kick", "bass", "piano", "strings", "lead vocal"),
)


def courtesy(text):
    told, plain = tokens(text, NAMES, ROLES)
    return courtesy_said(text, mentions(plain, NAMES, ROLES), told)


@pytest.mark.parametrize(
    "text, kind",
    [
        ("cheerss bro, lovely", None),
        ("cool ty man", "thanks"),
        ("grazie mille", "thanks"),
        ("muito obrigada my friend", "thanks"),
        ("funkyyyy", "praise"),
        ("sooo goood", "praise"),
        ("u r goated bro", "praise"),
        ("hello hello, it's the bass player speaking", "greet"),
        ("puedes hablar español por favor", "other_language"),
        ("kannst du bitte deutsch?", "other_language"),
        ("thanks, bass up 2", None),
        ("no thanks", None),
        ("good bass", None),
        ("is it good?", None),
    ],
)
def test_courtesy(text, kind):
    assert courtesy(text) == kind


def elsewhere(text):
    told, plain = tokens(text, NAMES, ROLES)
    return is_elsewhere(plain, mentions(plain, NAMES, ROLES), told)


@pytest.mark.parametrize(
    "text",
    [
        "my uncle caught a bass of six kilos", "the dog slept on the keys", "is it snowing there?",
        "he broke the strings of his kite and cried", "I found my keys in the fridge",
        "the bank wants its money",
    ],
)  # fmt: skip
def test_other_life_is_told_from_the_mix(text):
    assert elsewhere(text)


@pytest.mark.parametrize(
    "text",
    [
        "the keys are a dog barking at night", "bass down 2, my neighbour is here", "is it good?",
        "the strings give me a headache", "like rain on a roof, the keys", "kick and bass up",
        "in the car the vocals are too loud", "can you hear the dog in the vocals",
    ],
)  # fmt: skip
def test_pictures_and_orders_stay_with_the_mix(text):
    assert not elsewhere(text)


@pytest.mark.parametrize(
    "text, formats",
    [
        ("only the mix, no stems this time", ["mix"]),
        ("the stems of the mix", ["stems"]),
        ("the mix of all the tracks", ["mix"]),
        ("print each track separately", ["stems"]),
        ("a reaper session instead of the stems", ["session"]),
        ("the mix for my mate's daw", ["mix"]),
        ("the full mix and the stems", ["mix", "stems"]),
        ("save it", []),
    ],
)
def test_formats_of_an_export(text, formats):
    assert formats_said(text) == formats


@pytest.mark.parametrize(
    "text, stems",
    [
        ("nah that is trash undo", ()),
        ("one click too many", None),
        ("one step too far", ()),
        ("ditch the keys edit", ("keys",)),
        ("undo the keys", None),
        ("how do i undo", None),
        ("don't undo it", None),
        ("drop the keys", None),
        ("undo that undo", None),
    ],
)
def test_what_is_taken_back(text, stems):
    assert taken_back(text, NAMES, ROLES) == stems


def said(text):
    return Said((text,), NAMES, ROLES)


def test_redo_is_not_meant_where_undo_stands():
    assert "redo" in said("lol bad, undo").excluded
    assert "redo" not in said("undo my undo").excluded
    assert "redo" not in said("redo that, i should not have undone it").excluded


@pytest.mark.parametrize(
    "text, genre",
    [
        ("hello! we make techno", "techno"),
        ("hi i am mixing jazz tonight", "jazz"),
        ("are we making techno?", None),
        ("i make the techno kick louder", None),
        ("i make soup", None),
    ],
)
def test_a_genre_that_one_says_to_make(text, genre):
    assert genre_by_itself(said(text)) == genre


def test_clipping_is_asked_after():
    assert asks_if_overloaded("is something clipping?")
    assert not asks_if_overloaded("why is clipping bad?")
    assert not asks_if_overloaded("what is clipping?")
