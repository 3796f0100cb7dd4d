"""Buttons of the chat, a turn that is tried again, and a no: what they leave of the advice."""

import pytest

pytest.importorskip("gradio", reason='needs gradio: pip install "gainsay[web]"')

from assistant.by_hand import set_fader
from assistant.hearing import ToolCall
from assistant.session import Session
from assistant.web.chat_turns import act, last_turn, say, say_again
from assistant.web.room import RoomError
from mixer.moves import Move
from tests.scripted import call, moves
from tests.scripted import say as speaks
from tests.web_rooms import texts


def raise_vocals(*_):
    return call("apply_moves", moves=moves(vocals=3.0))


def test_trying_again_takes_back_what_the_turn_changed(open_room):
    room = open_room(raise_vocals, speaks("Done."), raise_vocals, speaks("Done."))
    list(say(room, "vocals up 3 dB"))
    assert room.session.state().gain_db == (0.0, 0.0, 3.0)
    list(say_again(room))
    assert room.session.state().gain_db == (0.0, 0.0, 3.0)
    assert [e["text"] for e in room.session.events if e["event"] == "user"] == [
        "vocals up 3 dB",
        "vocals up 3 dB",
    ]


def test_trying_again_after_a_yes_applies_the_same_moves(open_room):
    def yes(*_):
        return call("apply_moves")

    room = open_room(
        call("propose_moves", moves=moves(vocals=3.0)), speaks("Vocals up 3 dB?"),
        yes, speaks("Done."), yes, speaks("Done."),
    )  # fmt: skip
    list(say(room, "the vocals are buried"))
    advised = room.session.proposal
    list(say(room, "yes, apply that"))
    assert room.session.state().gain_db == (0.0, 0.0, 3.0) and room.session.proposal is None
    list(say_again(room))
    assert room.session.state().gain_db == (0.0, 0.0, 3.0)
    before = last_turn(room)
    assert (before.version, before.proposal) == (0, advised) and before.call is None


def test_trying_a_button_again_presses_it_again(open_room):
    room = open_room()
    room.session.propose([Move("vocals", 3.0)], "buried")
    list(act(room, ToolCall("apply_moves", {}), "Apply that."))
    list(say_again(room))  # nothing is left to the listener, which has no step to give
    assert room.session.state().gain_db == (0.0, 0.0, 3.0)
    list(act(room, ToolCall("apply_moves", {"moves": moves(kick=-2.0)}), "Apply kick -2.0 dB."))
    list(say_again(room))
    assert room.session.state().gain_db == (0.0, -2.0, 3.0)
    assert room.session.events[-1]["event"] == "reply" and room.work.state == "done"


def test_what_the_hand_does_before_the_room_is_free_is_seen_by_a_second_try(open_room):
    room = open_room(raise_vocals, speaks("Done."), raise_vocals, speaks("Done."))
    list(say(room, "vocals up 3 dB"))
    with room.lock:  # the hand has the room while the second try begins
        again = say_again(room)
        next(again)
        set_fader(room.context, "kick", -2.0)
    with pytest.raises(RoomError, match="the desk was changed since"):
        list(again)
    assert room.session.state().gain_db == (0.0, -2.0, 3.0) and not room.work.is_running


def test_trying_again_is_refused_where_it_would_undo_the_hand(open_room):
    room = open_room(raise_vocals, speaks("Done."))
    with pytest.raises(RoomError, match="nothing was asked yet"):
        list(say_again(room))
    list(say(room, "vocals up 3 dB"))
    set_fader(room.context, "kick", -2.0)
    with pytest.raises(RoomError, match="the desk was changed since"):
        list(say_again(room))
    assert room.session.state().gain_db == (0.0, -2.0, 3.0)


def test_the_last_turn_knows_the_version_before_it(open_room):
    room = open_room(raise_vocals, speaks("Done."))
    assert last_turn(room) is None
    list(say(room, "vocals up 3 dB"))
    assert (last_turn(room).version, room.session.version.number) == (0, 1)


def test_a_button_is_told_in_the_chat_and_known_to_it(open_room):
    room = open_room()
    arguments = {"moves": moves(vocals=2.5)}
    shown = list(act(room, ToolCall("apply_moves", arguments), "Apply vocals +2.5 dB."))
    assert room.session.state().gain_db == (0.0, 0.0, 2.5)
    assert texts(shown[-1])[0] == "Apply vocals +2.5 dB." and "2.5" in texts(shown[-1])[1]
    told = [m["role"] for m in room.session.messages()]
    assert told == ["user", "assistant", "tool", "assistant"]


def test_a_button_that_cannot_be_carried_out_says_why(open_room):
    room = open_room()
    list(act(room, ToolCall("apply_moves", {}), "Apply that."))
    reply = room.session.events[-1]["text"]
    assert "ask for advice first" in reply and room.session.version.number == 0


@pytest.mark.parametrize(
    ("words", "open_after"),
    [("Leave it as it is.", 0), ("no thanks", 0), ("what would that change?", 1)],
)
def test_a_no_closes_the_proposal_for_good(open_room, words, open_after):
    room = open_room(speaks("Fine."))
    room.session.propose([Move("vocals", 3.0)], "buried")
    list(say(room, words))
    assert len(room.session.proposed) == open_after
    folder = room.session.folder
    room.session.close()
    with Session.open(room.context.song, folder) as again:
        assert len(again.proposed) == open_after


def test_trying_a_no_again_finds_the_proposal_that_it_was_said_to(open_room):
    room = open_room(speaks("Fine."), call("apply_moves"), speaks("Done."))
    room.session.propose([Move("vocals", 3.0)], "buried")
    list(say(room, "leave it"))
    before = last_turn(room)
    assert room.session.proposal is None and before.proposal.moves == (Move("vocals", 3.0),)
