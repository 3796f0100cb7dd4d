"""What the user says, hears and reads when ear, meters and words are weighed: advise and chat."""

import numpy as np
import pytest

from assistant.advising import advise
from assistant.context import ToolContext, ToolResult
from assistant.disagreement import Meter, Remark
from assistant.grounding import check, gather
from assistant.hearing import Step, ToolCall
from assistant.loops import loudest_together
from assistant.rewriting import rewrite, wordings
from assistant.session import Session
from assistant.tools import run_tool
from assistant.tools_levels import usual_levels
from assistant.turn import run_turn
from assistant.weighing import QUESTION, with_loop
from mixer.song import song_from_arrays
from tests.scripted import NAMES, RATE, ScriptedListener, a_context, judgement, say, stems


class Weighing(ScriptedListener):
    """Judges by a table from words to needed moves; listens to whatever it is asked."""

    def __init__(self, table, steps=()):
        super().__init__(steps)
        self.table, self.asked = table, []

    def judge(self, hearing, messages):
        self.asked.append(messages[-1]["content"])
        return judgement(hearing.names, hearing.anchor_index, self.table.get(self.asked[-1], {}))

    def next_step(self, hearing, messages, on_token=None, wordings=()):
        if messages[-1]["role"] != "user":
            return say(wordings[0])
        heard = self.judge(hearing, messages)
        listed = [{"stem": move.stem, "gain_db": move.gain_db} for move in heard.moves()]
        arguments = {"moves": listed, "reason": "it stands out"}
        return Step(tool=ToolCall("propose_moves", arguments), judgement=heard)


@pytest.fixture
def opened(tmp_path):
    """A function (listener, levels in dB by stem) -> context; bass is the anchor."""
    made = []

    def go(listener, **levels_db):
        sounds = stems()
        for name, gain_db in levels_db.items():
            sounds[name] = (sounds[name] * 10 ** (gain_db / 20)).astype(np.float32)
        song = song_from_arrays("test song", sounds, RATE)
        session = Session.open(song, tmp_path / f"s{len(made)}")
        session.set_anchor("bass")
        made.append(session)
        return ToolContext(song, session, listener)

    yield go
    for session in made:
        session.close()


def test_a_move_is_told_with_its_range_and_how_sure_it_is(opened):
    context = opened(None)
    spread = judgement(NAMES, 0, {})
    spread.probability[2, [24, 28, 32, 36]] = [0.2, 0.2, 0.4, 0.2]  # 2, 4 and 6 dB up
    listener = context.listener = ScriptedListener()
    listener.judge = lambda hearing, messages: spread
    advice = advise(context)
    assert advice.as_data()["moves"] == [
        {"stem": "vocals", "gain_db": 4.0, "low_db": 2.0, "high_db": 6.0, "confidence": 0.8}
    ]
    assert "4.0 dB (+2.0 to +6.0, 80 % sure)" in advice.reply
    assert advice.reasons[0].startswith("vocals +4.0 dB (+2.0 to +6.0): 80 % sure")
    assert advice.setting.startswith("sensitivity balanced: flags ")


def test_words_that_name_no_fault_are_judged_once(opened):
    listener = Weighing({})
    assert advise(opened(listener)).verdict == "leave_it"
    assert listener.asked == [QUESTION]


def test_a_complaint_is_heard_with_and_without_the_words(opened):
    words = "the vocal feels buried"
    listener = Weighing({words: {"vocals": 3.0}, QUESTION: {"vocals": 3.0}})
    advice = advise(opened(listener), words)
    assert listener.asked == [words, QUESTION]
    assert [remark["kind"] for remark in advice.as_data()["remarks"]] == ["complaint_confirmed"]
    assert "6.0 LU below bass" in advice.reply and "3.0 dB" in advice.reply


def test_words_alone_make_no_ear_that_hears_it_too(opened):
    words = "the vocal feels buried"
    advice = advise(opened(Weighing({words: {"vocals": 3.0}})), words)
    (remark,) = advice.as_data()["remarks"]
    assert remark["kind"] == "complaint_followed"
    assert [str(move) for move in advice.moves] == ["vocals +1.5 dB"]  # the smallest step
    assert advice.reasons[0].startswith("vocals +1.5 dB: on your word that it is too quiet; it")
    context = opened(Weighing({words: {"vocals": 3.0}}))
    advise(context, words)
    moves = [{"stem": "vocals", "gain_db": 3.0}]
    call = ToolCall("propose_moves", {"moves": moves, "reason": ""})
    for text in wordings(call, run_tool(context, call)):
        assert "% sure" not in text and "I hear" not in text, text
        assert "3.0 dB" in text and "small" not in text


def test_chat_follows_a_complaint_that_the_ear_does_not_share(opened):
    context = opened(Weighing({"vocals too loud": {"vocals": 3.0}}), vocals=6.0)
    reply = run_turn(context.session, context.listener, context, "vocals too loud")
    assert [str(move) for move in reply.moves or ()] == ["vocals -1.5 dB"]
    assert not reply.rewritten and "1.5 dB" in reply.text
    calls = [event for event in context.session.events if event["event"] == "tool_call"]
    assert calls[0]["arguments"]["reason"] == ""  # the model's was about another move


def test_the_meters_contradict_a_complaint_with_numbers_and_a_place_to_listen(opened):
    context = opened(Weighing({}), vocals=30.0)
    low_lu, high_lu = usual_levels(context, "vocals")
    level_lu = context.relative_now()[2]
    assert level_lu is not None and level_lu > high_lu
    reply = run_turn(context.session, context.listener, context, "the vocals are buried")
    assert reply.moves == () and not reply.rewritten
    for told in (f"{level_lu:.1f} LU", f"{high_lu:+.1f} LU", "from 0 s to 1.5 s"):
        assert told in reply.text
    assert f"{low_lu:+.1f}" in reply.text


def test_an_ear_that_goes_against_the_meters_is_told_and_may_be_checked(opened):
    context = opened(Weighing({QUESTION: {"vocals": 4.0}}), vocals=30.0)
    advice = advise(context)
    assert [(move.stem, move.gain_db) for move in advice.moves] == [("vocals", 4.0)]
    (remark,) = advice.as_data()["remarks"]
    assert remark["kind"] == "ear_against_meter" and remark["relative_lu"] > remark["high_lu"]
    assert remark["loop"] == {"start_s": 0, "end_s": 1.5}
    assert f"{remark['relative_lu']:.1f} LU above bass" in advice.reply
    (doubt,) = advice.doubts
    assert f"{remark['relative_lu']:.1f} LU above bass" in doubt
    assert "from 0 s to 1.5 s" in advice.reply


def test_a_muted_stem_is_no_complaint_about_its_level(opened):
    context = opened(Weighing({}))
    state = context.session.state().with_mute(NAMES, "vocals", True)
    context.session.change(state, "vocals muted")
    reply = run_turn(context.session, context.listener, context, "I can't hear the vocals")
    assert reply.moves == () and not reply.rewritten
    assert "vocals" in reply.text


def test_a_genre_moves_what_is_usual(opened):
    context = opened(Weighing({}))
    plain = usual_levels(context, "vocals")
    context.session.prefer_genre("country")
    country = usual_levels(context, "vocals")
    context.session.prefer_genre("metal")
    assert country[0] > usual_levels(context, "vocals")[0]
    assert plain != country


def test_a_proposal_without_a_judgement_has_no_range(tmp_path):
    with (context := a_context(tmp_path / "s")).session:
        moves = [{"stem": "vocals", "gain_db": 3.0}]
        result = run_tool(context, ToolCall("propose_moves", {"moves": moves, "reason": ""}))
        assert result.data["moves"] == moves and result.data["remarks"] == []
        assert "sure" not in rewrite(ToolCall("propose_moves", {}), result, seed=0)


COMPLAINTS = ("vocals too quiet", "vocals too loud", "the bass is too loud", "vocals and kick loud")
NEEDS = ({}, {"vocals": 3.0}, {"vocals": -6.5, "kick": 2.0}, {"kick": -4.0})


@pytest.mark.parametrize("words", [QUESTION, *COMPLAINTS])
@pytest.mark.parametrize("vocals_db", [-30.0, 0.0, 30.0])
def test_whatever_is_said_of_advice_passes_the_check(opened, words, vocals_db):
    for heard in NEEDS:
        for alone in NEEDS:
            context = opened(Weighing({words: heard, QUESTION: alone}), vocals=vocals_db)
            advise(context, words)
            call = ToolCall("propose_moves", {"moves": [], "reason": ""})
            arguments = {"moves": [m.as_data() for m in context.weighed.moves]}
            for move in arguments["moves"]:
                for extra in ("low_db", "high_db", "confidence"):
                    del move[extra]
            result = run_tool(context, ToolCall("propose_moves", arguments))
            evidence = gather(NAMES, [("propose_moves", result.text, result.data)], words)
            for text in wordings(call, result):
                assert check(text, evidence) == [], text
            for seed in range(6):
                assert check(text := rewrite(call, result, seed), evidence) == [], text


def burst(*spans_s, seconds=40, rate=1000):
    """Noise (2, samples) that is loud in some spans and faint elsewhere."""
    noise = np.random.default_rng(0).standard_normal((2, seconds * rate)).astype(np.float32)
    gain = np.full(seconds * rate, 0.01, np.float32)
    for start_s, end_s, level in spans_s:
        gain[start_s * rate : end_s * rate] = level
    return noise * gain


def test_the_loop_is_where_both_play_loudest():
    stem, anchor = burst((5, 30, 1.0)), burst((0, 8, 1.0), (20, 40, 1.0))
    loop = loudest_together(stem, anchor, 1000)
    assert 20 <= loop.start_s <= 22 and loop.end_s == loop.start_s + 8
    assert loudest_together(stem * 0.01, anchor, 1000) == loop  # a fader changes nothing


def test_what_never_sounds_at_once_has_no_loop():
    silent = burst((0, 40, 0.0))
    first, second = burst((0, 8, 1.0), (8, 40, 0.0)), burst((0, 8, 0.0), (8, 40, 1.0))
    assert loudest_together(first, second, 1000) is None
    assert loudest_together(first, silent, 1000) is None
    meeting = burst((0, 9, 0.0), (9, 30, 1.0), (30, 40, 0.0))
    brief = burst((0, 8, 1.0), (8, 29, 0.0), (29, 30, 0.2), (30, 40, 0.0))
    loop = loudest_together(brief, meeting, 1000)
    assert loop is not None and loop.start_s <= 29 < loop.end_s  # not 5 to 13 s, one after another


def test_advice_does_without_a_loop_where_two_never_sound_at_once(opened):
    context = opened(Weighing({QUESTION: {"vocals": 4.0}}), vocals=30.0)
    context.song.audio[0][:, RATE:], context.song.audio[2][:, :RATE] = 0.0, 0.0
    remark = Remark("ear_against_meter", "vocals", Meter(20.0, -4.0, 2.0))
    assert with_loop(context, remark).loop is None
    told = {"anchor": "bass", "moves": [{"stem": "vocals", "gain_db": 4.0}]}
    told["remarks"] = [remark.as_data()]
    call = ToolCall("propose_moves", {})
    for seed in range(8):
        text = rewrite(call, ToolResult(True, "", told), seed)
        assert "never sound at once" in text and "None" not in text


def test_a_song_shorter_than_a_loop_is_one():
    short = burst((0, 5, 1.0), seconds=5)[:, :4600]
    loop = loudest_together(short, short, 1000)
    assert (loop.start_s, loop.end_s) == (0, 4.6)


def test_a_stem_that_is_asked_about_is_answered_for_with_its_number(opened):
    context = opened(Weighing({"is the kick okay?": {"vocals": 6.0}}))
    reply = run_turn(context.session, context.listener, context, "is the kick okay?")
    (result,) = [e for e in context.session.events if e["event"] == "tool_result"]
    (remark,) = [r for r in result["data"]["remarks"] if r["kind"] == "asked_about"]
    assert remark["stem"] == "kick" and f"{abs(remark['relative_lu']):.1f} LU" in reply.text
    assert [move.stem for move in reply.moves] == ["vocals"] and "vocals" in reply.text
