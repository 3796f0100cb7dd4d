"""Questions of what a change would do are no orders; polite orders are."""

import pytest

from assistant.hearing import ToolCall
from assistant.orders.before import Before
from assistant.orders.reading import Stems, orders
from assistant.orders.what_if import asks_what_if

NAMES = ("drums", "bass", "keys", "vocals")
ROLES = ("drums", "bass", "piano", "lead vocal")


@pytest.mark.parametrize(
    "text",
    [
        "would it be silly to take 3 off the keys?",
        "would 1.5 dB more bass be a mistake",
        "what if the bass came up 2?",
        "what happens when i push the keys 4 db",
        "is bass down 6 too much?",
        "hm, would dropping the keys by 2 help",
        "how would it sound with the bass 3 up?",
        "wouldn't a louder bass ruin it?",
    ],
)
def test_a_question_of_what_a_change_would_do_orders_nothing(text):
    assert asks_what_if(text)
    assert orders(text, Stems(NAMES, ROLES, "drums"), Before(), lambda said: {}) == []


@pytest.mark.parametrize(
    "text",
    [
        "would you take 3 off the keys?",
        "would it be ok to take 3 off the keys?",
        "can we have the keys down 3 please",
        "will you bring the keys down 3",
        "and keys down 3, would you",
    ],
)
def test_a_polite_order_is_one(text):
    assert not asks_what_if(text)
    (call,) = orders(text, Stems(NAMES, ROLES, "drums"), Before(), lambda said: {})
    assert call == ToolCall("apply_moves", {"moves": [{"stem": "keys", "gain_db": -3.0}]})


def test_what_is_ordered_behind_the_question_stands():
    assert not asks_what_if("what if the bass came up 2? just do it")
