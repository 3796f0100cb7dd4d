"""A question with options, and answers that complete the order before."""

import pytest

from assistant.answering import answered
from assistant.hearing import Step, ToolCall
from assistant.turn import run_turn
from tests.scripted import ScriptedListener, a_context, a_song, call, moves, say

NAMES = ("bass", "GTR L", "GTR R", "vocals")


@pytest.fixture
def talk(tmp_path):
    """A function (text, *steps) -> (reply, what the model read of the user, context)."""
    context = a_context(tmp_path / "session", song=a_song(NAMES))

    def go(text, *steps):
        listener = context.listener = ScriptedListener(steps)
        reply = run_turn(context.session, listener, context, text)
        read = [m["content"] for m in listener.seen[0] if m["role"] == "user"]
        return reply, read, context

    with context.session:
        yield go


LEFT = {"moves": [{"stem": "GTR L", "gain_db": 2.0}]}
RIGHT = {"moves": [{"stem": "GTR R", "gain_db": 2.0}]}


@pytest.mark.parametrize(
    ("answer", "meant"),
    [
        ("GTR L", LEFT),
        ("left", LEFT),
        ("the left one please", LEFT),
        ("the first", LEFT),
        ("second one", RIGHT),
        ("gtr r", RIGHT),
        ("right", RIGHT),
    ],
)
def test_a_word_for_two_stems_is_asked_about(talk, answer, meant):
    reply, _, context = talk("turn up the guitar 2 dB", call("apply_moves", **LEFT))
    assert "GTR L or GTR R" in reply.text or "GTR L and GTR R" in reply.text
    assert context.session.version.number == 0
    _, read, context = talk(answer, call("apply_moves", **meant), say("Done."))
    (stem,) = (move["stem"] for move in meant["moves"])
    assert read == [f"turn up {stem} 2 db"]
    assert context.session.state().gain_db[NAMES.index(stem)] == 2.0


def test_an_answer_lets_no_other_stem_pass(talk):
    talk("turn up the guitar 2 dB", call("apply_moves", **LEFT))
    _, _, context = talk("right", call("apply_moves", **LEFT))
    assert context.session.version.number == 0


def test_both_may_be_meant_and_a_pair_may_move_as_one(talk):
    both = {"moves": LEFT["moves"] + RIGHT["moves"]}
    talk("turn up the guitar 2 dB", call("apply_moves", **LEFT))
    talk("both", call("apply_moves", **both), say("Done."))
    _, _, context = talk("turn up the guitars 2 dB", call("apply_moves", **both), say("Done."))
    assert context.session.state().gain_db == (0.0, 4.0, 4.0, 0.0)


def unsure(**gains_db):
    return Step(tool=ToolCall("apply_moves", {"moves": moves(**gains_db)}), certainty=0.1)


@pytest.mark.parametrize("answer", ["yes", "the first", "yes please", "turn vocals up 2 dB"])
def test_what_was_understood_is_offered_and_may_be_confirmed(talk, answer):
    reply, _, context = talk("vocals 2 up", unsure(vocals=2.0))
    assert "urn vocals up 2 dB, or do you want to know how loud vocals is?" in reply.text
    assert context.session.version.number == 0
    _, read, context = talk(answer, call("apply_moves", moves=moves(vocals=2.0)), say("Done."))
    assert read[-1] == "turn vocals up 2 dB" and context.session.state().gain_db[3] == 2.0


def test_a_contrary_call_is_asked_about_in_the_words_of_the_user(talk):
    reply, *_ = talk("vocals up 3", call("apply_moves", moves=moves(vocals=-3.0)))
    assert "up 3 dB" in reply.text and "down" not in reply.text
    reply, *_ = talk("2 dB vocals", call("apply_moves", moves=moves(vocals=5.0)))
    assert "turn vocals down 2 dB" in reply.text
    _, read, _ = talk("down", call("apply_moves", moves=moves(vocals=-2.0)), say("Done."))
    assert read[-1] == "turn vocals down 2 dB"


def test_something_else_is_no_answer(talk):
    talk("vocals 2 up", unsure(vocals=2.0))
    _, read, _ = talk("bass is fine", say("Good."))
    assert read == ["vocals 2 up", "bass is fine"]
    _, read, _ = talk("yes", say("Good."))  # the question is closed
    assert read[-1] == "yes"
    assert answered("maybe", [{"label": "a", "order": "a"}]) is None
    assert answered("yes", []) is None


def stems_offered(*names):
    return [{"label": name, "order": f"turn up {name}"} for name in names]


@pytest.mark.parametrize(
    ("names", "answer", "meant"),
    [
        (("GTR 2", "GTR 3"), "2", "GTR 2"),
        (("GTR 2", "GTR 3"), "number 2", "GTR 2"),
        (("GTR 2", "GTR 3"), "2, please", "GTR 2"),
        (("GTR 2", "GTR 3"), "the 3", "GTR 3"),
        (("GTR 2", "GTR 3"), "the second one", "GTR 3"),
        (("GTR 2", "GTR 3"), "1", None),
        (("gtr02", "gtr01"), "2", "gtr02"),
        (("GTR B", "GTR C"), "b", "GTR B"),
        (("GTR L", "GTR R"), "2", "GTR R"),
        (("GTR L", "GTR R"), "number 1", "GTR L"),
        (("GTR L", "GTR R"), "3", None),
    ],
)
def test_a_number_is_the_stems_own_before_it_is_a_place(names, answer, meant):
    assert answered(answer, stems_offered(*names)) == (meant and f"turn up {meant}")


@pytest.mark.parametrize("answer", ["yes", "right", "sure", "2"])
def test_yes_to_two_opposite_ways_is_no_answer(talk, answer):
    reply, *_ = talk("2 dB vocals", call("apply_moves", moves=moves(vocals=5.0)))
    assert "vocals up 2 dB" in reply.text and "vocals down 2 dB" in reply.text
    _, read, context = talk(answer, say("Which way?"))
    assert read[-1] == answer and context.session.version.number == 0


def test_a_size_is_no_place_in_a_question():
    offered = [
        {"label": "turn bass up 2 dB", "order": "turn bass up 2 dB"},
        {"label": "do you want to know how loud bass is", "order": "how loud is bass"},
    ]
    assert answered("yes", offered) == answered("first", offered) == "turn bass up 2 dB"
    assert answered("2", offered) is None
