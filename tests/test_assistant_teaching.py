"""Explain and why cards: what the tool answers, and how it comes out in a turn."""

import pytest

import prompts
from assistant.grounding import check, gather
from assistant.hearing import ToolCall
from assistant.rewriting import wordings
from assistant.session import Session
from assistant.tools import run_tool
from assistant.turn import run_turn
from assistant.why_cards import (
    USUAL_PERCENT,
    by_hand_asked,
    card_of,
    fitted_songs,
    program_said,
    why_asked,
)  # fmt: skip
from mixer.moves import Move
from mixer.roles import FAMILIES
from tests.scripted import ScriptedListener, a_context, a_song, call, moves, say

PROGRAMS = ("REAPER", "Logic Pro", "Ableton Live", "FL Studio", "Pro Tools")


@pytest.fixture
def context(tmp_path):
    with (made := a_context(tmp_path / "session")).session:
        yield made


def explain(context, topic):
    return run_tool(context, ToolCall("explain", {"topic": topic}))


def talk(context, text, *steps):
    listener = ScriptedListener(steps)
    context.listener = listener
    return run_turn(context.session, listener, context, text), listener


def test_a_lesson_tells_the_numbers_of_this_song(context):
    result = explain(context, "relative level")
    assert result.ok and result.data["lesson"] == "relative-level"
    assert "The meter puts vocals 6.0 LU below bass." in result.data["try_it"]
    assert result.data["measured"] == [-6.0] and "-6" in result.text
    assert result.data["more"] and "\n" not in result.data["body"]


def test_more_is_told_to_newcomers_and_to_who_asks(context):
    assert not explain(context, "tell me more about headroom").data["more"]
    context.session.prefer_tone("newcomer")
    assert explain(context, "headroom").data["body"].count("\n\n") == 2


def test_a_lesson_needs_no_anchor_and_no_sound(context):
    context.session.set_anchor("bass")
    for name in ("kick", "vocals"):
        run_tool(context, ToolCall("set_mute", {"stem": name, "muted": True}))
    assert "{" not in explain(context, "masking").data["try_it"]
    context.session.anchor = None
    result = explain(context, "relative level")
    assert result.ok and "one stem against the anchor" in result.data["try_it"]


def test_what_there_is_no_lesson_on_is_not_guessed(context):
    result = explain(context, "how to install a vst")
    assert not result.ok and "headroom" in result.data["topics"]
    reply, listener = talk(context, "how to install a vst", call("explain", topic="vst"), say("x"))
    assert "true peak" in reply.text and len(listener.seen) == 1


def test_a_plain_question_is_answered_without_the_model(context):
    reply, listener = talk(context, "wtf is lufs")
    assert listener.seen == [] and not reply.rewritten
    assert "K-weighting" not in reply.text and "average" in reply.text
    assert "ITU-R BS.1770-5 (2023)" in reply.text
    assert context.session.events[-1]["event"] == "reply"
    assert [e["event"] for e in context.session.events[-4:-1]] == [
        "user", "tool_call", "tool_result"
    ]  # fmt: skip


def test_an_invented_number_beside_a_lesson_is_not_shown(context):
    reply, _ = talk(context, "teach", call("explain", topic="headroom"), say("Leave 77.7 dB."))
    assert reply.rewritten and "77.7" not in reply.text and "Headroom" in reply.text


def test_a_card_has_measurement_convention_and_what_follows(context):
    context.session.propose([Move("vocals", 3.0)], "x")
    card = card_of(context, "vocals")
    assert (card.relative_lu, card.gain_db, card.anchor) == (-6.0, 3.0, "bass")
    assert card.low_lu < card.high_lu and "words" in card.ignored
    assert card_of(context, "bass") is None
    data = card.as_data()
    assert data["percent"] == USUAL_PERCENT == 80 and data["songs"] == fitted_songs() == 98
    context.session.propose([Move("vocals", -3.0)], "x")
    assert "in front" in card_of(context, "vocals").ignored
    context.session.propose([], "")
    assert "no law" in card_of(context, "vocals").ignored  # it is out of the usual range


def test_why_is_answered_with_the_card_and_a_level_without(context):
    context.session.propose([Move("vocals", 3.0)], "x")
    reply, _ = talk(context, "why?", call("measure_levels", stems=["vocals"]), say(""))
    assert "the words stay hard to follow" in reply.text and "98 songs" in reply.text
    assert "6.0 LU below bass" in reply.text or "-6.0 LU" in reply.text
    asked = "what is the level of the vocals"
    reply, _ = talk(context, asked, call("measure_levels", stems=["vocals"]), say(""))
    assert "songs" not in reply.text and "6.0 LU below bass" in reply.text
    result = explain(context, "why the vocals")
    proposal = context.session.proposal.moves
    evidence = gather(context.names, [("explain", result.text, result.data)], "", proposal)
    told = wordings(ToolCall("explain", {"topic": "x"}), result)
    assert len(told) >= 6 and [check(text, evidence) for text in told] == [[]] * len(told)
    assert result.ok and result.data["card"]["stem"] == "vocals"


def test_why_is_told_from_a_question_about_levels():
    filling = {"stem": "keys", "role": "keys", "stem2": "bass", "anchor": "drums"}

    def share(intent):
        said = [prompts.fill(text, **filling) for text in prompts.phrasings(intent)]
        return sum(map(why_asked, said)) / len(said)

    assert share("why") > 0.65 and share("ask_level_of") == 0 and share("ask_levels") < 0.01


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_steps_by_hand_name_the_move_and_the_program(context, program):
    context.session.propose([Move("vocals", 3.0), Move("kick", -1.5)], "x")
    result = explain(context, f"how do I do this in {program}")
    steps = result.data["by_hand"]
    assert steps["program"] == program and len(steps["steps"]) == 3
    assert "vocals up by 3.0 dB and kick down by 1.5 dB" in steps["steps"][1]
    assert "fader" in " ".join(steps["steps"]) or program == "Ableton Live"
    assert steps["steps"][2].count("bass") == 1 and "before the effects" in steps["trim"]
    proposal = context.session.proposal.moves
    evidence = gather(context.names, [("explain", result.text, result.data)], "", proposal)
    call_made = ToolCall("explain", {"topic": "x"})
    assert [check(text, evidence) for text in wordings(call_made, result)] == [[]] * 6


def test_by_hand_goes_on_from_what_was_applied_or_from_a_name(context):
    run_tool(context, ToolCall("apply_moves", {"moves": moves(kick=2.0)}))
    assert "kick up by 2.0 dB" in explain(context, "by hand in reaper").data["by_hand"]["steps"][1]
    steps = explain(context, "vocals by hand in reaper").data["by_hand"]["steps"]
    assert "vocals a little at a time" in steps[1]


def test_by_hand_tells_the_moves_since_the_version_that_was_changed(context):
    def change_told():
        return explain(context, "by hand in reaper").data["by_hand"]["steps"][1]

    run_tool(context, ToolCall("apply_moves", {"moves": moves(vocals=3.0)}))
    context.session.undo()
    run_tool(context, ToolCall("apply_moves", {"moves": moves(kick=-2.0)}))
    assert "kick down by 2.0 dB" in change_told() and "vocals" not in change_told()
    context.session.restore(1)
    assert "vocals up by 3.0 dB" in change_told() and "kick" not in change_told()
    context.session.close()
    with Session.open(context.song, context.folder) as context.session:
        assert "vocals up by 3.0 dB" in change_told() and "kick" not in change_told()


@pytest.mark.parametrize("names", [("1", "2", "B"), ("GTR", "GTR L", "x")])
def test_a_card_is_of_any_stem_whatever_its_name(tmp_path, names):
    with (context := a_context(tmp_path / "odd", song=a_song(names))).session:
        context.session.propose([Move(names[1], 3.0)], "x")
        for name, level_lu in zip(names[1:], (-3.0, -6.0), strict=True):
            card = card_of(context, name)
            assert (card.stem, card.relative_lu) == (name, level_lu)
            result = run_tool(context, ToolCall("measure_levels", {"stems": [name]}))
            assert result.ok
        assert explain(context, "why").data["card"]["stem"] == names[1]


def test_by_hand_without_anything_to_move_says_so(context):
    result = explain(context, "by hand")
    assert not result.ok and "name a stem" in result.text


def test_programs_are_read_and_a_live_drum_is_none():
    assert program_said("in Ableton pls") == program_said("how in live") == "Ableton Live"
    assert program_said("fruity loops") == "FL Studio" and program_said("a live drum") is None
    assert by_hand_asked("how do I do it in reaper") and not by_hand_asked("a reaper session")
    told = prompts.why_cards()
    assert set(PROGRAMS) < set(told["programs"])
    assert all(set(told["ignored"][way]) == set(FAMILIES) for way in ("raise", "lower"))
    assert not any(char.isdigit() for char in str(told["programs"]) + str(told["ignored"]))


@pytest.mark.parametrize(
    "text",
    [
        "how do I do it by hand", "by hand", "and by hand please?", "by hand in reaper",
        "do it by hand in logic, how?", "vocals by hand in reaper", "show me the steps in Logic",
        "where is that fader in live 11", "how do I raise the vocals and lower the keys by hand",
        "how do I turn the bass up 2 dB in reaper", "how do I do this in my reaper?",
        "what do I press in logic pro", "how do I do that with live",
    ],
)  # fmt: skip
def test_a_question_about_ones_own_program_is_read(text):
    assert by_hand_asked(text)


@pytest.mark.parametrize(
    "text",
    [
        "undo what I did manually", "turn the bass up 2 dB by hand", "I did it by hand in reaper",
        "show me the logic behind the move", "where is the logic in that", "the vocals by hand",
        "how does it sound with live drums", "show me the live takes",
        "how do I do it in logic, and turn the bass up 2 dB",
        "bass up 2 dB and show me how by hand",
        "pull the keys down manually", "where does the grim reaper sing",
        "restore what I had in logic and show me the levels",
    ],
)  # fmt: skip
def test_an_order_and_a_common_word_ask_for_no_steps_by_hand(text):
    assert not by_hand_asked(text)


def test_an_order_with_by_hand_in_it_reaches_the_model(context):
    louder = call("apply_moves", moves=moves(kick=2.0))
    talk(context, "turn the kick up 2 dB by hand", louder, say("Done."))
    assert context.session.state().gain_db == (0.0, 2.0, 0.0)
    assert explain(context, "the steps in logic").data["by_hand"]["program"] == "Logic Pro"
