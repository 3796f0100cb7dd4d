"""Takes that are praised, of which more are wanted, and that are ordered to choose from."""

import pytest

from assistant.orders.takes_said import more_takes, take_liked, takes_to_choose
from assistant.takes_turn import lots


@pytest.mark.parametrize(
    "text, rendered, number",
    [
        ("the band voted for the third", (3,), 3),
        ("my manager prefers the first, of course", (2,), 1),
        ("number two is the one", (3,), 2),
        ("of those four takes, number three is the winner", (4,), 3),
        ("the first is too thin, the second is too dark. the third is ours", (3,), 3),
        ("second one really nails it", (2,), 2),
        ("the last sounds best to me", (3,), 3),
        ("third take has the groove", (3,), 3),
        ("I like the second most", (3, 3), 5),  # of the latest ones
        ("the second of the first batch is still the best", (3, 3), 2),
        ("take one is lovely", (3, 3), 1),
        ("the first is great", (), 1),
        ("oh, the third. the third for sure", (3,), 3),
        ("number two, clearly", (3,), 2),
        ("second one wicked", (3,), 2),
        ("take two breathes more, i'll go with that one", (2,), 2),
    ],
)
def test_one_take_is_praised(text, rendered, number):
    assert take_liked(text, rendered) == number


@pytest.mark.parametrize(
    "text",
    [
        "the first is too bright",
        "nobody likes the second",
        "the first is good and the second is great",  # which?
        "is the second better?",
        "the third isn't the one",
        "the first chorus is lovely",
        "i like the second one's bass",
        "the second verse is the best",
        "the first. no, the second",
        "the second?",
        "i'll take it",
        "the first is not loud, going with it",
        "thanks, that was the first good news today",
    ],
)
def test_no_take_is_praised(text):
    assert take_liked(text, (3,)) is None


@pytest.mark.parametrize(
    "text, count",
    [
        ("four new ones please", 4),
        ("could you do another two?", 2),
        ("ok, two more takes", 2),
        ("another take please", 1),
        ("give us three different ones", 3),
        ("nice, run me 3 more", 3),
        ("cook up two more please", 2),
        ("run 3 more dB into it", None),
        ("give the keys 2 more", None),
        ("2 more", None),  # dB?
        ("two more dB", None),
        ("another two dB", None),
        ("the other one", None),
        ("two of them were fine", None),
    ],
)
def test_more_takes(text, count):
    assert more_takes(text) == count


@pytest.mark.parametrize(
    "text, count",
    [
        ("do me a proper mix, three takes to pick from", 3),
        ("make a full mix with all the trimmings, two takes", 2),
        ("two takes for the drummer to choose", 2),
        ("how do takes work?", None),
        ("it takes two to tango", None),
        ("mix it, it only takes two minutes", None),
    ],
)
def test_takes_to_choose_from(text, count):
    assert takes_to_choose(text) == count


def test_takes_are_counted_by_rendering():
    render = {"event": "tool_call", "name": "render_mix"}
    take, other = {"event": "take"}, {"event": "tool_call", "name": "audition"}
    assert lots([render, take, take, other, render, take]) == (2, 1)
    assert lots([]) == ()
