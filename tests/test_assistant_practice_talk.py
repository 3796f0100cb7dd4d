"""Whole turns around practice, takes and steps back, for which no model is asked."""

import json
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from assistant.drills import Drill
from assistant.hearing import ToolCall
from assistant.said_practice import speaks_of_practice, unasked
from assistant.session import Session
from assistant.tools import run_tool
from assistant.turn import run_turn
from tests.scripted import a_context, a_song
from tests.scripted import say as speak
from tests.test_assistant_plain_talk import Reading

NAMES = ("drums", "bass", "keys", "vocals")
HIDDEN = Drill(
    1, "hidden_change", 0, 3.0, 0.25, {"before": "a/before.wav", "after": "a/after.wav"}, 0.0,
    stem="keys", gain_db=-3.0,
)  # fmt: skip


@pytest.fixture
def talk(tmp_path):
    """A function text -> (reply's text, calls); its context is its attribute."""
    listener = Reading(needed={})
    context = a_context(tmp_path / "session", listener, a_song(NAMES))
    context.session.set_anchor("drums")

    def say(text):
        listener.steps = [speak("Well."), speak("Well.")]
        first = len(context.session.events)
        reply = run_turn(context.session, listener, context, text)
        events = context.session.events[first:]
        calls = [(e["name"], e["arguments"]) for e in events if e["event"] == "tool_call"]
        return reply.text, calls

    say.context = context
    with context.session:
        yield say


# ---- practice


@pytest.mark.parametrize(
    "text", ["give me an ear quiz", "train my hearing", "test me", "hide a change, I'll find it"]
)
def test_a_wish_to_practise_has_a_word_for_it(text):
    assert speaks_of_practice(text) and "start_drill" not in unasked(text, at_practice=False)


@pytest.mark.parametrize("text", ["amaze me with two renders", "anything you like", "go wild"])
def test_other_wishes_start_no_drill(text):
    assert "start_drill" in unasked(text, at_practice=True)


def test_a_harder_one_is_a_drill_where_one_was_talked_of():
    assert "start_drill" in unasked("a harder one", at_practice=False)
    assert "start_drill" not in unasked("a harder one", at_practice=True)


def test_a_short_answer_is_graded_and_moves_no_fader(talk):
    talk.context.session.begin_drill(HIDDEN)
    _, calls = talk("keys dn 3")
    assert calls == [("answer_drill", {"stem": "keys", "direction": "down", "gain_db": 3.0})]
    assert talk.context.session.drill is None and not any(talk.context.session.state().gain_db)


@pytest.mark.parametrize("text", ["lol ok. another one", "again", "next", "gimme one more"])
def test_behind_an_answer_the_next_one_comes(talk, text):
    talk.context.session.begin_drill(HIDDEN)
    talk("keys down 3")
    assert talk(text)[1] == [("start_drill", {})]


@pytest.mark.parametrize("is_open", [True, False])
def test_leaving_takes_nothing_back_and_the_rest_is_done(talk, is_open):
    run_tool(talk.context, ToolCall("apply_moves", {"moves": [{"stem": "bass", "gain_db": 2.0}]}))
    talk.context.session.begin_drill(HIDDEN)
    if not is_open:
        talk("keys down 3")
    _, calls = talk("that's enough of this, back to the song. mute the keys")
    assert calls == [("set_mute", {"stem": "keys", "muted": True})]
    assert talk.context.session.drill is None
    assert talk.context.session.state().gain_db[0] == 2.0


def test_leaving_behind_the_last_answer_says_the_score(talk):
    talk.context.session.begin_drill(HIDDEN)
    talk("keys down 3")
    text, calls = talk("ok, enough")
    assert calls == [] and "1" in text


@pytest.mark.parametrize(
    "text, tool",
    [
        ("pan the keys a touch left", "set_pan"),
        ("mute the bass", "set_mute"),
        ("render a take without effects", "render_mix"),
        ("in general, why does one pan drums?", "explain"),
    ],
)
def test_what_is_no_answer_is_taken_for_what_it_is(talk, text, tool):
    talk.context.session.begin_drill(HIDDEN)
    assert [name for name, _ in talk(text)[1]] == [tool]
    assert talk.context.session.drill is not None


def test_a_hint_and_the_question_again_leave_the_drill_open(talk):
    talk.context.session.begin_drill(replace(HIDDEN))
    assert "A way to listen" in talk("hint")[0]
    assert "before.wav" in talk("once more")[0]
    assert talk.context.session.drill is not None


# ---- a step back


@pytest.mark.parametrize(
    "text", ["ew no, undo", "one move too far", "that's horrible, bin it", "scrap the vocals tweak"]
)
def test_the_last_change_is_taken_back_in_other_words(talk, text):
    talk("keys up 1")
    talk("vocals up 3")
    assert talk(text)[1] == [("undo", {})]
    assert talk.context.session.state().gain_db[2:] == (1.0, 0.0)


def test_the_change_of_a_stem_that_was_not_the_last_goes_back_alone(talk):
    talk("vocals up 3")
    talk("keys up 1")
    assert talk("cancel the vocals change")[1] == [("undo", {"stem": "vocals"})]
    assert talk.context.session.state().gain_db[2:] == (1.0, 0.0)


def test_with_nothing_done_before_lose_it_is_no_undo(talk):
    assert ("undo", {}) not in talk("that's horrible, bin it")[1]


# ---- takes


def two_takes(talk):
    for seed in (1, 2):
        run_tool(talk.context, ToolCall("render_mix", {"effects": False, "seed": seed}))


def test_a_take_that_is_chosen_is_what_export_writes(talk, tmp_path):
    two_takes(talk)
    talk("compare take 1 with take 2")
    text, calls = talk("the second has more life, keep it")
    assert calls == [] and "take2.wav" in text
    assert talk.context.session.take_chosen.label == "take2"
    exported = run_tool(talk.context, ToolCall("export_mix", {}))
    assert exported.data["files"][0].endswith("mix-take2.wav")
    take, _ = soundfile.read(talk.context.session.takes[1].path)
    written, _ = soundfile.read(exported.data["files"][0])
    assert np.abs(take - written).max() < 1e-4
    assert "take2" in talk("what have we done so far")[0] + json.dumps(
        run_tool(talk.context, ToolCall("list_versions", {})).data
    )


def test_a_choice_is_in_the_journal_and_ends_with_a_change(talk):
    two_takes(talk)
    talk.context.session.choose_take(1)
    folder, song = talk.context.folder, talk.context.song
    talk.context.session.close()
    with Session.open(song, folder) as again:
        assert again.take_chosen.label == "take1"
        again.change(again.state().with_mute(again.names, "bass", True), "bass muted")
        assert again.take_chosen is None


def test_export_of_a_take_by_its_name(talk):
    two_takes(talk)
    _, calls = talk("export take 1 please")
    assert calls == [("export_mix", {"format": "mix"})]
    assert talk.context.session.take_chosen.number == 1


def test_a_take_that_is_not_there_is_not_chosen(talk):
    two_takes(talk)
    talk("take 7")
    assert talk.context.session.take_chosen is None


# ---- bounds and peaks


def test_an_absurd_gain_is_told_the_bound(talk):
    text, _ = talk("make the bass sit at +80 db lol")
    assert "-24 and +24 dB" in text and not any(talk.context.session.state().gain_db)


def test_any_of_it_here_is_about_what_was_asked_before(talk):
    talk("what is clipping?")
    assert talk("and do we have some on these files?")[1] == [("check_gain_staging", {})]
    talk("thanks a lot")
    assert talk("do we have some on these files?")[1] == []
