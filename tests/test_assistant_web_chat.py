"""The chat of the page: steps as they happen, stop, try again, buttons, and what is shown of it."""

import threading

import pytest

pytest.importorskip("gradio", reason='needs gradio: pip install "gainsay[web]"')

from assistant.by_hand import set_fader
from assistant.demo import song_folder as demo_song
from assistant.hearing import ToolCall
from assistant.opening import load_listener
from assistant.session import Session
from assistant.web.chat_messages import shown_messages
from assistant.web.chat_turns import act, last_turn, say, say_again
from assistant.web.room import RoomError
from assistant.web.rooms import Rooms
from assistant.web.suggestions import suggestions
from mixer.moves import Move
from tests.scripted import ScriptedListener, call, moves, song_folder
from tests.scripted import say as speaks


@pytest.fixture
def open_room(tmp_path):
    """Make a room with the synthetic song, whose listener gives these steps; bass is the anchor."""
    made = []

    def with_steps(*steps, song=None):
        listener = ScriptedListener(steps, needed={"vocals": 3.0})
        rooms = Rooms(tmp_path / f"rooms{len(made)}", lambda: listener)
        folder = song or song_folder(tmp_path / "song")
        room = rooms.open_song(rooms.issue(), folder)
        room.session.set_anchor("bass")
        made.append(rooms)
        return room

    yield with_steps
    for rooms in made:
        rooms.close()


def texts(messages):
    """What was said, without tool steps."""
    return [m["content"] for m in messages if "metadata" not in m]


def titles(messages):
    return [m["metadata"]["title"] for m in messages if "metadata" in m]


def test_a_turn_is_shown_step_by_step_and_ends_with_its_reply(open_room):
    room = open_room(call("measure_levels"), speaks("Levels are above."))
    shown = list(say(room, "  what are the \n levels? "))
    assert shown[-1][0] == {"role": "user", "content": "what are the levels?"}
    assert titles(shown[-1]) == ["measure levels"]
    step = shown[-1][1]
    assert step["content"].startswith("no arguments\n\n")
    assert "bass" in step["content"] and step["metadata"]["status"] == "done"
    assert step["metadata"]["duration"] >= 0.01
    assert shown[-1][2]["role"] == "assistant" and shown[-1][2]["content"]
    assert room.work.state == "done"


def test_a_step_is_shown_while_it_runs_with_its_name_and_arguments(open_room):
    room = open_room(call("measure_levels", stems=["vocals"]), speaks("There."))
    entered, go_on = threading.Event(), threading.Event()
    levels_now = room.context.levels_now

    def slow():
        entered.set()
        assert go_on.wait(10.0)
        return levels_now()

    room.context.levels_now = slow
    pending = []
    for messages in say(room, "how loud are the vocals?"):
        steps = [m for m in messages if m.get("metadata", {}).get("status") == "pending"]
        if entered.is_set() and steps and not pending:
            pending, what = steps, room.work.what
            go_on.set()
    assert pending[0]["content"] == '{"stems": ["vocals"]}' and what == "measure levels"
    assert titles(shown_messages(room.session.events)) == ["measure levels"]


def test_what_is_shown_after_a_reload_is_what_was_shown_before(open_room):
    room = open_room(call("propose_moves", moves=moves(vocals=3.0)), speaks("Vocals up 3 dB?"))
    shown = list(say(room, "the vocals are buried"))
    assert shown_messages(room.session.events) == shown[-1]


def test_a_refused_step_says_so(open_room):
    room = open_room(call("measure_levels", stems=["tuba"]), speaks("No."), speaks("No."))
    shown = list(say(room, "how loud is the tuba?"))
    assert "measure levels (refused)" in titles(shown[-1])


def test_words_are_counted_while_they_are_written_and_shown_when_checked(open_room):
    told = "Vocals are at +99.5 LU."  # a number that no tool said: never to be shown
    room = open_room(call("measure_levels"), speaks(told))
    work_was = []
    for messages in say(room, "levels?"):
        work_was.append(room.work.what)
        assert told not in texts(messages)
    assert told not in room.session.events[-1]["text"]


def test_a_turn_can_be_stopped_and_leaves_the_session_usable(open_room):
    room = open_room(
        lambda messages: room.work.stop() and None or call("measure_levels"),
        speaks("never said"),
        call("measure_levels"),
        speaks("There."),
    )
    shown = list(say(room, "what are the levels?"))
    assert room.work.state == "stopped"
    assert texts(shown[-1]) == ["what are the levels?", "(stopped before the reply)"]
    assert room.session.cut_off
    room._listener.load().steps.pop(0)
    again = list(say(room, "and now?"))
    assert room.work.state == "done" and not room.session.cut_off
    assert len(texts(again[-1])) == 4


def test_one_room_does_one_thing_at_a_time(open_room):
    entered, go_on = threading.Event(), threading.Event()

    def slow(messages):
        entered.set()
        assert go_on.wait(10.0)
        return speaks("Done.")

    room = open_room(slow)
    turn = say(room, "hello")
    next(turn)
    assert entered.wait(10.0)
    with pytest.raises(RoomError, match="still at work"):
        next(say(room, "hello again"))
    with pytest.raises(RoomError, match="busy"):
        room.refuse_if_busy()
    go_on.set()
    list(turn)
    assert [e["text"] for e in room.session.events if e["event"] == "user"] == ["hello"]


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


def test_what_the_hand_does_is_shown_between_the_turns(open_room):
    room = open_room(speaks("Hello."))
    set_fader(room.context, "vocals", 1.0)
    set_fader(room.context, "vocals", 2.0)
    room.session.undo()
    list(say(room, "hello"))
    set_fader(room.context, "kick", -1.0)
    shown = shown_messages(room.session.events)
    assert titles(shown) == ["on the desk", "on the desk"]
    first, last = (m["content"].split("\n") for m in shown if "metadata" in m)
    assert len(first) == 3 and first[0].startswith("v1: vocals fader at +1.0 dB")
    assert first[2] == "undone" and last[0].startswith("v3: kick fader at -1.0 dB")


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


def test_suggestions_follow_the_talk(open_room):
    room = open_room(call("propose_moves", moves=moves(vocals=3.0)), speaks("Vocals up 3 dB?"))
    assert suggestions(room)[0] == "How does the balance sound to you?"
    assert "I can hardly hear the vocals." in suggestions(room)
    list(say(room, "how is it?"))
    assert suggestions(room)[:2] == ["Yes, apply that.", "Why?"]
    list(act(room, ToolCall("apply_moves", {}), "Apply that."))
    assert suggestions(room)[:2] == ["Render it with effects.", "Undo that."]


def test_names_that_look_like_markup_stay_as_they_are(open_room, tmp_path):
    name = "<img src=x onerror=alert(1)> **kick** [a](javascript:b)"
    song = song_folder(tmp_path / "odd", names=("bass", "kick"))
    (song / "kick.wav").rename(song / "odd.wav")
    room = open_room(call("measure_levels"), speaks("There."), song=song)
    room.session.record("user", text=name)
    assert shown_messages(room.session.events)[-2]["content"] == name


def test_the_shipped_listener_understands_every_suggestion(tmp_path):
    rooms = Rooms(tmp_path / "rooms", load_listener)
    room = rooms.open_song(rooms.issue(), demo_song())
    done = {}

    def say_what_is_offered(words):
        assert words in suggestions(room)
        before = len(room.session.events)
        list(say(room, words))
        steps = [e for e in room.session.events[before:] if e["event"] == "tool_result"]
        done[words] = [step["name"] for step in steps if step["ok"]]

    for words in (
        "Check the gain staging.", "Explain headroom.", "I can hardly hear the vocals.", "Why?",
        "How do I do that by hand?", "Leave it as it is.", "I can hardly hear the vocals.",
        "Yes, apply that.", "Render it with effects.", "Compare before and after.", "Undo that.",
        "How does the balance sound to you?",
    ):  # fmt: skip
        say_what_is_offered(words)
        if words == "Leave it as it is.":
            assert room.session.proposed == ()
    rooms.close()
    assert done == {
        "Check the gain staging.": ["check_gain_staging"],
        "Explain headroom.": ["explain"],
        "I can hardly hear the vocals.": ["propose_moves"],
        "Why?": ["measure_levels"],  # whose result has the why card
        "How do I do that by hand?": ["explain"],
        "Leave it as it is.": [],
        "Yes, apply that.": ["apply_moves"],
        "Render it with effects.": ["render_mix"],
        "Compare before and after.": ["audition"],
        "Undo that.": ["undo"],
        "How does the balance sound to you?": ["propose_moves"],
    }
