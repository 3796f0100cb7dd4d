"""The chat of the page: steps as they happen, stop, try again, buttons, and what is shown of it."""

import threading
import time

import pytest

pytest.importorskip("gradio", reason='needs gradio: pip install "gainsay[web]"')

from assistant.by_hand import set_fader
from assistant.demo import song_folder as demo_song
from assistant.hearing import ToolCall
from assistant.opening import load_listener
from assistant.web import chat_turns
from assistant.web.chat_messages import shown_messages
from assistant.web.chat_turns import act, say
from assistant.web.room import RoomError
from assistant.web.rooms import Rooms
from assistant.web.suggestions import suggestions
from tests.scripted import call, moves, song_folder
from tests.scripted import say as speaks
from tests.web_rooms import texts, titles


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


def test_a_turn_that_ends_while_it_is_read_is_never_shown_as_stopped(open_room, monkeypatch):
    room = open_room(call("measure_levels"), speaks("Levels are above."))

    def read_slowly(events, begun):
        read, until = list(events[begun:]), time.monotonic() + 10.0
        while room.work.is_running and time.monotonic() < until:
            time.sleep(0.01)
        return read

    monkeypatch.setattr(chat_turns, "_since", read_slowly)
    shown = [text for messages in say(room, "what are the levels?") for text in texts(messages)]
    assert not any("stopped" in text for text in shown) and shown[-1] == "Levels are above."


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


def test_suggestions_follow_the_talk(open_room):
    room = open_room(call("propose_moves", moves=moves(vocals=3.0)), speaks("Vocals up 3 dB?"))
    assert suggestions(room)[0] == "How does the balance sound to you?"
    assert "I can hardly hear the vocals." in suggestions(room)
    list(say(room, "how is it?"))
    assert suggestions(room)[:2] == ["Yes, apply that.", "Why?"]
    list(act(room, ToolCall("apply_moves", {}), "Apply that."))
    assert suggestions(room)[:2] == ["Render it with effects.", "Undo that."]


def test_a_name_that_nobody_would_say_is_suggested_by_its_role(open_room, tmp_path):
    song = song_folder(tmp_path / "odd", names=("bass", "kick", "<b>Lead Vox<-b> *"))
    assert "I can hardly hear the lead vocal." in suggestions(open_room(song=song))


def test_a_stem_of_effects_is_not_meant_by_a_suggestion(open_room, tmp_path):
    room = open_room(song=song_folder(tmp_path / "fx", names=("bass", "kick", "FX riser")))
    set_fader(room.context, "kick", -2.0)
    assert "effects" in room.context.roles and "Render the mix." in suggestions(room)


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
        "Why?": ["explain"],
        "How do I do that by hand?": ["explain"],
        "Leave it as it is.": [],
        "Yes, apply that.": ["apply_moves"],
        "Render it with effects.": ["render_mix"],
        "Compare before and after.": ["audition"],
        "Undo that.": ["undo"],
        "How does the balance sound to you?": ["propose_moves"],
    }
