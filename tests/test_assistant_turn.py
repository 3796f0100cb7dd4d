"""A turn: what the model says gets out only when the tools bear it out."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.hearing import ReplyError, Step, ToolCall
from assistant.numerals import numbers
from assistant.turn import run_turn
from tests.scripted import NAMES, ScriptedListener, a_context, call, moves, say


@pytest.fixture
def talk(tmp_path):
    """A function (text, *steps) -> (reply, events, listener, context) on one session."""
    context = a_context(tmp_path / "session")

    def go(text, *steps):
        listener = ScriptedListener(steps)
        context.listener = listener
        events = []
        reply = run_turn(context.session, listener, context, text, events.append)
        return reply, [e for e in events if e["event"] != "token"], listener, context

    with context.session:
        yield go


def test_advice_is_proposed_told_and_applied(talk):
    reply, events, listener, context = talk(
        "how is it?",
        call("propose_moves", moves=moves(vocals=3.0), reason="too quiet"),
        say("Raise vocals by 3.0 dB against bass."),
    )
    assert [event["event"] for event in events] == ["user", "tool_call", "tool_result", "reply"]
    assert events[1] == {
        "event": "tool_call", "name": "propose_moves",
        "arguments": {"moves": [{"stem": "vocals", "gain_db": 3.0}], "reason": "too quiet"},
    }  # fmt: skip
    assert reply.text == "Raise vocals by 3.0 dB against bass."
    assert not reply.rewritten
    assert [str(move) for move in reply.moves] == ["vocals +3.0 dB"]
    assert [message["role"] for message in listener.seen[1]] == ["user", "assistant", "tool"]
    assert context.session.version.number == 0

    reply, _, listener, context = talk("do it", call("apply_moves"), say("Done, that is v1."))
    assert reply.text == "Done, that is v1."
    assert context.session.state().gain_db == (0.0, 0.0, 3.0)
    assert [message["content"] for message in listener.seen[0]][-1] == "do it"


def test_every_step_is_in_the_journal(talk):
    _, events, _, context = talk("levels?", call("measure_levels"), say("There you are."))
    written = [
        event for event in context.session.events if event["event"] not in ("opened", "anchor")
    ]
    assert [event["event"] for event in written] == [event["event"] for event in events]
    assert written[2]["data"]["anchor"] == "bass"


@pytest.mark.parametrize(
    "text",
    [
        "Raise vocals by 4.0 dB.",
        "Lower vocals by 3.0 dB.",
        "Raise the snare by 3.0 dB.",
        "I have raised vocals by 3.0 dB.",
        "vocals sit at -23.7 LUFS.",
        "",
    ],
)
def test_words_that_the_tools_do_not_bear_out_are_rewritten(talk, text):
    reply, events, _, _ = talk(
        "how is it?", call("propose_moves", moves=moves(vocals=3.0), reason="x"), say(text)
    )
    assert reply.rewritten
    assert reply.text != text
    assert "vocals" in reply.text and "3.0 dB" in reply.text
    assert events[-1]["text"] == reply.text
    assert events[-1]["rewritten"] is True


def test_the_reason_given_to_a_tool_proves_nothing(talk):
    reply, *_ = talk(
        "how is it?",
        call("propose_moves", moves=moves(vocals=3.0), reason="it is 9.9 LU too low"),
        say("vocals are 9.9 LU too low."),
    )
    assert reply.rewritten
    assert "9.9" not in reply.text


def test_a_model_is_told_of_its_error_once(talk):
    reply, events, listener, context = talk(
        "vokals up 3",
        call("apply_moves", moves=moves(vokals=3.0)),
        call("apply_moves", moves=moves(vocals=3.0)),
        say("vocals up 3.0 dB, that is v1."),
    )
    assert "did you mean vocals" in listener.seen[1][-1]["content"]
    assert [event["ok"] for event in events if event["event"] == "tool_result"] == [False, True]
    assert reply.text == "vocals up 3.0 dB, that is v1."
    assert context.session.version.number == 1


def test_then_the_user_is_told(talk):
    reply, _, listener, context = talk(
        "vocals up 30", *[call("apply_moves", moves=moves(vocals=30.0))] * 2, say("Done, up 30 dB.")
    )
    assert len(listener.steps) == 1  # it was not asked a third time
    assert "within -24 and +24 dB" in reply.text
    assert context.session.version.number == 0


def test_a_model_that_talks_over_its_failure_is_not_believed(talk):
    reply, *_ = talk(
        "vocals up 30", call("apply_moves", moves=moves(vocals=30.0)), say("vocals up 30 dB.")
    )
    assert reply.rewritten
    assert "within -24 and +24 dB" in reply.text


def test_a_model_that_repeats_itself_is_stopped(talk):
    reply, events, _, _ = talk("levels", *[call("measure_levels")] * 5)
    assert sum(event["event"] == "tool_call" for event in events) == 1
    assert all(name in reply.text for name in NAMES)


def test_a_model_that_never_speaks_is_stopped(talk):
    steps = [call("measure_levels", stems=[name]) for name in (*NAMES, *NAMES)]
    reply, events, _, _ = talk("how loud is everything?", *steps)
    assert sum(event["event"] == "tool_call" for event in events) == 4
    assert reply.rewritten and "LU" in reply.text


def test_what_is_muted_is_not_muted_again_but_comes_back(talk):
    mute = call("set_mute", stem="vocals", muted=True)
    _, _, _, context = talk("mute the vocals", mute, say("Muted."))
    assert context.session.state().muted == (False, False, True)
    talk("how about having the vocals back", mute, say("Back."))
    assert not any(context.session.state().muted)


def test_one_sentence_changes_a_thing_once(talk):
    steps = [
        call("apply_moves", moves=moves(vocals=3.0)),
        call("measure_levels"),
        call("apply_moves", moves=moves(vocals=3.0)),
    ]
    reply, _, _, context = talk("vocals up 3", *steps)
    assert context.session.version.number == 1
    assert context.session.state().gain_db == (0.0, 0.0, 3.0)
    assert "LU" in reply.text


def test_after_a_refusal_nothing_else_is_tried(talk):
    steps = [
        call("set_level", stem="vocals", relative_lu=60),
        call("set_mute", stem="vocals", muted=True),
    ]
    reply, events, _, context = talk("vocals 60 dB above the bass", *steps)
    assert context.session.version.number == 0
    assert [event["name"] for event in events if event["event"] == "tool_call"] == ["set_level"]
    assert "24" in reply.text


def test_two_different_orders_in_one_sentence_are_both_done(talk):
    steps = [
        call("apply_moves", moves=moves(vocals=3.0)),
        call("set_mute", stem="kick", muted=True),
        say("Both done."),
    ]
    reply, _, _, context = talk("vocals up 3 and mute the kick", *steps)
    assert context.session.version.number == 2 and reply.text == "Both done."


def test_words_that_cannot_be_read_are_asked_again_once(talk):
    def unreadable(messages) -> Step:
        raise ReplyError("the call is no JSON: write one object")

    reply, _, listener, _ = talk("hi", unreadable, say("Hello."))
    assert listener.seen[1][-1]["content"] == "the call is no JSON: write one object"
    assert reply.text == "Hello."
    reply, *_ = talk("hi", unreadable, unreadable)
    assert reply.rewritten


def test_a_bug_of_ours_is_not_hidden(talk):
    def broken(messages) -> Step:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        talk("hi", broken)
    reply, _, listener, _ = talk("hello again", say("Hello."))
    assert [message["content"] for message in listener.seen[0]] == ["hello again"]


def test_the_model_listens_anew_once_something_changed(talk):
    heard = []
    _, _, listener, context = talk("x", say("Hello."))
    context.listener.hear = lambda song, state, anchor: (
        heard.append((state.gain_db, anchor)) or (ScriptedListener().hear(song, state, anchor))
    )
    context.listener.steps = [
        call("apply_moves", moves=moves(vocals=2.0)), call("set_anchor", stem="kick"), say("Done.")
    ]  # fmt: skip
    run_turn(context.session, context.listener, context, "vocals up 2 and judge by the kick")
    assert heard == [((0, 0, 0), "bass"), ((0, 0, 2.0), "bass"), ((0, 0, 2.0), "kick")]


def test_a_very_long_line_is_refused_and_forgotten(talk):
    reply, *_ = talk("la " * 5000, say("Hello."))
    assert "say it shorter" in reply.text
    _, _, listener, context = talk("hello", say("Hello."))
    assert context.session.events[-1]["text"] == "Hello."


KILLED_IN_A_TURN = """
import os, signal, sys
from assistant.turn import run_turn
from tests.scripted import ScriptedListener, a_context, call, moves, say

def die(messages):
    os.kill(os.getpid(), signal.SIGKILL)

steps = [call("apply_moves", moves=moves(vocals=3.0)), say("Done."), call("measure_levels"), die]
context = a_context(sys.argv[1], ScriptedListener(steps))
for text in ("vocals up 3", "second"):
    run_turn(context.session, context.listener, context, text)
"""


def test_kill_9_loses_at_most_the_turn_in_progress(tmp_path):
    root = Path(__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
    code = [sys.executable, "-c", KILLED_IN_A_TURN, str(tmp_path / "session")]
    assert subprocess.run(code, env=environment, cwd=root).returncode == -signal.SIGKILL
    with (context := a_context(tmp_path / "session")).session as session:
        assert session.cut_off
        assert session.state().gain_db == (0.0, 0.0, 3.0)
        listener = ScriptedListener([say("Hello.")])
        run_turn(session, listener, context, "third")
        told = [message["content"] for message in listener.seen[0] if message["role"] == "user"]
        assert told == ["vocals up 3", "third"]
        assert session.undo().number == 0


TOOL_STEPS = st.sampled_from(
    [
        ToolCall("measure_levels"),
        ToolCall("measure_levels", {"stems": ["vocals"]}),
        ToolCall("propose_moves", {"moves": moves(vocals=3.0), "reason": "7.7 dB"}),
        ToolCall("propose_moves", {"moves": [], "reason": ""}),
        ToolCall("apply_moves", {"moves": moves(kick=-1.5)}),
        ToolCall("apply_moves", {"moves": moves(kick=66.0)}),
        ToolCall("set_anchor", {"stem": "kick"}),
        ToolCall("set_pan", {"stem": "kick", "pan": 0.3}),
        ToolCall("set_mute", {"stem": "kick", "muted": True}),
        ToolCall("list_versions"),
        ToolCall("undo"),
        ToolCall("explain", {"topic": "3"}),
    ]
)
SPOKEN = st.lists(
    st.one_of(
        st.sampled_from(
            [*NAMES, "by", "dB", "LU", "raise", "lower", "too loud", ".", "up", "v", "\u2212"]
        ),
        st.from_regex(r"[+-]?[0-9]{1,3}(\.[0-9]{1,2})?", fullmatch=True),
        st.text(max_size=4),
    ),
    max_size=9,
).map(" ".join)


@given(
    steps=st.lists(TOOL_STEPS, max_size=3), text=SPOKEN, asked=st.sampled_from(["", " 3 dB", " 12"])
)
@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_ungrounded_number_ever_gets_out(talk, steps, text, asked):
    reply, events, _, _ = talk(
        f"kick{asked}", *[Step(tool=step) for step in steps], say(text), say(text)
    )
    said = [n.value for n in numbers(f"kick{asked}", NAMES)]
    for event in events:
        if event["event"] == "tool_result":
            said += [number.value for number in numbers(event["text"], NAMES)]
            said += [number.value for number in numbers(json.dumps(event["data"]), NAMES)]
    for number in numbers(reply.text, NAMES):
        assert any(number.equals(value) for value in (*said, 24.0)), (reply, said)


def test_a_correction_that_names_another_stem_is_done_for_that_one(talk):
    talk("kick down 2", call("apply_moves", moves=moves(kick=-2.0)), say("Done."))
    *_, context = talk("oh dear, the vocals, I mixed them up", call("undo"))
    state = dict(zip(context.names, context.session.state().gain_db, strict=True))
    assert (state["kick"], state["vocals"]) == (0.0, -2.0)
    _, events, _, _ = talk("undo that, the bass is fine", call("undo"), say("Undone."))
    assert [e["name"] for e in events if e["event"] == "tool_call"] == ["undo"]
