"""The hand at the desk: one version a change, the same limits as the talk, and the talk knows."""

import pytest

from assistant.by_hand import do_tool, name_role, set_fader, set_mute, set_pan
from assistant.context import ToolError
from assistant.demo import song_folder
from assistant.hearing import ToolCall
from assistant.opening import load_listener
from assistant.session import Session, SessionError
from assistant.tools import run_tool
from assistant.turn import run_turn
from mixer.moves import Move, MoveError
from mixer.song import open_song
from tests.scripted import ScriptedListener, a_context, a_song, call, say


@pytest.fixture
def context(tmp_path):
    with (made := a_context(tmp_path / "session")).session:
        yield made


def relative_lu(context, stem: str) -> float:
    result = run_tool(context, ToolCall("measure_levels", {"stems": [stem]}))
    return result.data["levels"][0]["relative_lu"]


def test_a_fader_is_absolute_and_the_next_question_sees_it(context):
    before = relative_lu(context, "vocals")
    assert set_fader(context, "vocals", 4.5).label == "v1"
    assert context.session.state().gain_db == (0.0, 0.0, 4.5)
    assert relative_lu(context, "vocals") == pytest.approx(before + 4.5, abs=0.051)
    assert set_fader(context, "Vocals", -1.0).why == "vocals fader at -1.0 dB, by hand"
    assert context.session.state().gain_db == (0.0, 0.0, -1.0)


def test_a_fader_goes_from_end_to_end_but_not_beyond(context):
    set_fader(context, "kick", -24.0)
    assert set_fader(context, "kick", 24.0).state.gain_db[1] == 24.0
    with pytest.raises(MoveError, match="-24 and \\+24"):
        set_fader(context, "kick", 24.5)
    with pytest.raises(MoveError):
        set_fader(context, "kick", float("nan"))
    assert context.session.version.number == 2


def test_what_changes_nothing_is_no_version(context):
    set_fader(context, "kick", 0.0)
    set_mute(context, "kick", False)
    assert context.session.version.number == 0
    set_pan(context, "kick", 0.25)
    set_pan(context, "kick", 0.25)
    assert context.session.version.number == 1


def test_advice_about_other_stems_stays_open_under_the_hand(context):
    moves = (Move("vocals", 2.0),)
    context.session.propose(moves, "they are buried")
    set_fader(context, "kick", -1.0)
    set_mute(context, "kick", True)
    set_pan(context, "kick", 0.2)
    assert context.session.proposal.moves == moves
    assert context.session.proposal.reason == "they are buried"
    made = [event for event in context.session.events if event["event"] == "proposal"]
    assert len(made) == 1, "it is the same advice, and not given anew"
    assert run_tool(context, ToolCall("apply_moves")).ok
    assert context.session.state().gain_db == (0.0, -1.0, 2.0)
    for stem in ("vocals", context.session.anchor):
        context.session.propose(moves, "")
        set_fader(context, stem, -3.0)
        assert context.session.proposal is None


def test_a_hand_overtakes_the_proposal_and_undo_leads_back(context):
    context.session.propose([Move("vocals", 3.0)], "too quiet")
    set_mute(context, "kick", True)
    assert context.session.proposal is not None
    set_fader(context, "vocals", 1.0)
    assert context.session.proposal is None
    assert (context.session.can_undo, context.session.can_redo) == (True, False)
    do_tool(context, "undo")
    do_tool(context, "undo")
    assert context.session.state() == context.session.versions[0].state
    assert (context.session.can_undo, context.session.can_redo) == (False, True)
    with pytest.raises(ToolError, match="^there is nothing to undo"):
        do_tool(context, "undo")


def test_the_listener_hears_what_the_hand_has_set(tmp_path):
    heard = []

    class Listener(ScriptedListener):
        def hear(self, song, state, anchor):
            heard.append(state.gain_db)
            return super().hear(song, state, anchor)

    listener = Listener([call("measure_levels", stems=["kick"]), say("")])
    with (context := a_context(tmp_path)).session:
        before = relative_lu(context, "kick")
        set_fader(context, "kick", -7.0)
        reply = run_turn(context.session, listener, context, "and the kick?")
        assert heard == [(0.0, -7.0, 0.0)]
        assert f"{abs(before - 7.0):.1f}" in reply.text


def test_the_shipped_listener_tells_the_level_that_the_hand_has_set(tmp_path):
    listener = load_listener()
    with (context := a_context(tmp_path, song=open_song(song_folder()))).session:
        context.session.set_anchor("drums")

        def said(text: str) -> str:
            return run_turn(context.session, listener, context, text).text

        assert "vocals" in said("how loud are the vocals?")
        set_fader(context, "keys", -7.0)
        keys_lu = relative_lu(context, "keys")
        assert f"{abs(keys_lu):.1f} LU" in said("and the keys?")
        said("undo that")
        assert context.session.state() == context.session.versions[0].state
        name_role(context, "synth lead", "brass")
        assert "synth lead" in said("how loud is the brass?")


def test_a_role_is_kept_in_the_journal_and_the_talk_uses_it(tmp_path):
    song = a_song(("bass", "Audio 1", "Audio 2"))
    with (context := a_context(tmp_path, song=song)).session:
        name_role(context, "Audio 2", "lead vocal")
        assert context.roles[context.names.index("Audio 2")] == "lead vocal"
        with pytest.raises(ToolError, match="'tuba' was given: use one of kick"):
            name_role(context, "Audio 2", "tuba")
        with pytest.raises(SessionError, match="name a stem"):
            context.session.name_role("nobody", "bass")
        events = len(context.session.events)
        name_role(context, "Audio 2", "lead vocal")
        assert len(context.session.events) == events
    with Session.open(song, tmp_path) as session:
        assert session.roles == {"Audio 2": "lead vocal"}
