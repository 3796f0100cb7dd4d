"""Settings of sensitivity: their file is checked, words move them, and a session keeps them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.hearing import Step, ToolCall
from assistant.said_sensitivity import sensitivity_said
from assistant.sensitivity import (
    FILE,
    SETTINGS,
    SensitivityError,
    among_several,
    balanced_threshold,
    fault_before,
    operating_points,
    percent,
)
from assistant.session import Session, SessionError
from assistant.turn import run_turn
from tests.scripted import NAMES, ScriptedListener, a_context, a_song, judgement, say

THRESHOLDS = (0.6, 0.45, 0.32, 0.2, 0.1)


def written(folder, **changed):
    """A file of settings, with some entries of its points changed: name -> {entry: value}."""
    points = [
        {"name": name, "threshold": threshold, "false_alarm": 0.1 * at, "hit": 0.15 * (at + 1)}
        | changed.get(name, {})
        for at, (name, threshold) in enumerate(zip(SETTINGS, THRESHOLDS, strict=True))
    ]
    measured = {"on": "songs", "mixes": 400, "date": "2026-11-01"}
    (folder / FILE).write_text(json.dumps({"measured": measured, "points": points}))
    return folder


def test_the_shipped_settings_are_in_order_and_told_with_their_rates():
    points = operating_points()
    assert tuple(point.name for point in points.points) == SETTINGS
    assert balanced_threshold() == points["balanced"].threshold
    told = points.told("balanced")
    assert told["false_alarm_percent"] == percent(points["balanced"].false_alarm)
    assert points.line("balanced") == (
        f"sensitivity balanced: flags {told['false_alarm_percent']} % of fine mixes, finds "
        f"{told['hit_percent']} % of single faults (measured on {told['measured_on']})"
    )


def test_shares_are_rounded_halves_up():
    assert [percent(share) for share in (0.165, 0.303, 0.0, 1.0)] == [17, 30, 0, 100]


def test_a_file_is_read(tmp_path):
    points = operating_points(written(tmp_path))
    assert points["keen"].threshold == 0.2
    assert points.told("keen")["measured_on"] == "400 mixes: songs, 2026-11-01"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"keen": {"threshold": 0.4}}, "at keen one of them falls"),
        ({"picky": {"false_alarm": 0.05}}, "at picky one of them falls"),
        ({"careful": {"hit": 0.1}}, "at careful one of them falls"),
        ({"picky": {"hit": 1.2}}, "1.2 does not"),
        ({"picky": {"name": "fussy"}}, "are needed"),
        ({"picky": {"hits": 0.9}}, "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_right_is_refused(tmp_path, changed, told):
    with pytest.raises(SensitivityError, match=told):
        operating_points(written(tmp_path, **changed))


def test_a_missing_file_and_a_wrong_name_are_told_with_the_cure(tmp_path):
    with pytest.raises(SensitivityError, match="measured.*points"):
        operating_points(tmp_path)
    with pytest.raises(SensitivityError, match="cautious, careful, balanced, keen, picky"):
        operating_points()["fussy"]


def heard(text, now="balanced"):
    return sensitivity_said(text, NAMES, lambda: (None,) * len(NAMES), now)


@pytest.mark.parametrize("text", ["be pickier", "Be more picky please", "be a bit stricter",
    "can you be more sensitive", "get fussier", "tell me even the small things",
    "nitpick!", "don't ignore the small stuff", "don't skip the little things",
    "you're not strict enough", "tell me about every little thing"])  # fmt: skip
def test_words_that_ask_for_more(text):
    assert heard(text) == "keen"
    assert heard(text, "keen") == heard(text, "picky") == "picky"


@pytest.mark.parametrize("text", ["be less picky", "don\u2019t be so picky", "you're too strict",
    "stop nitpicking", "be more lenient", "ignore the small stuff", "don't be picky",
    "stop telling me about every little thing", "I don't want you to nitpick", "no nit-picking",
    "please don't be so strict", "no need to mention every little thing"])  # fmt: skip
def test_words_that_ask_for_less(text):
    assert heard(text) == "careful"
    assert heard(text, "cautious") == "cautious"


@pytest.mark.parametrize("text", ["only tell me about the big stuff", "just the big stuff",
    "tell me only about obvious problems", "set the sensitivity to cautious"])  # fmt: skip
def test_words_that_ask_for_the_big_faults_only(text):
    assert heard(text, "picky") == "cautious"


@pytest.mark.parametrize("text", ["be pickier about the vocals", "the kick is too big",
    "make it bigger", "how's the balance?", "turn it up a little", "what would you change?",
    "tell me the levels", "too much bass", "only the vocals", "tell me about the big picture",
    "be careful", "the mix sounds too critical", "just give me a big warm sound",
    "just show me the big picture", "only give me big drums", "don't stop nitpicking",
    "skip the small talk", "louder " * 20 + "be pickier"])  # fmt: skip
def test_other_words_are_left_alone(text):
    assert heard(text) is None


def test_a_session_keeps_its_wishes(tmp_path):
    song = a_song(seconds=0.5)
    with Session.open(song, tmp_path) as session:
        assert (session.sensitivity, session.genre) == ("balanced", None)
        session.prefer_sensitivity("picky")
        session.prefer_genre("Hip-Hop")
        with pytest.raises(SensitivityError, match="fussy"):
            session.prefer_sensitivity("fussy")
        with pytest.raises(SessionError, match="pop, rock"):
            session.prefer_genre("polka")
    with Session.open(song, tmp_path) as session:
        assert (session.sensitivity, session.genre) == ("picky", "hip hop")


def test_the_listener_hears_threshold_and_genre(tmp_path):
    with (context := a_context(tmp_path / "s", ScriptedListener())).session as session:
        assert context.hearing().threshold == balanced_threshold()
        session.prefer_sensitivity("picky")
        session.prefer_genre("jazz")
        hearing = context.hearing()
        assert hearing.threshold == operating_points()["picky"].threshold
        assert hearing.genre == "jazz"


def test_a_pickier_chat_flags_what_a_calmer_one_leaves(tmp_path):
    context = a_context(tmp_path / "s")
    faint = judgement(NAMES, 0, {"vocals": 3.0})
    faint.probability[2, [24, 30]] = [0.5, 0.5]
    advice = Step(tool=ToolCall("propose_moves", {"moves": [], "reason": ""}), judgement=faint)

    def told(text, *steps):
        return run_turn(context.session, ScriptedListener(steps), context, text).text

    with context.session as session:
        told("how is it?", advice, say("Leave it."))
        assert session.proposal.moves == ()
        rates = operating_points().told("picky")
        told("be pickier")
        text = told("be even pickier")
        assert session.sensitivity == "picky"
        assert f"{rates['false_alarm_percent']} %" in text and f"{rates['hit_percent']} %" in text
        told("and now?", advice, say("vocals up 3.0 dB"))
        assert [str(move) for move in session.proposal.moves] == ["vocals +3.0 dB"]
        assert [event["event"] for event in session.events].count("preference") == 2


@pytest.mark.parametrize(("stems", "before"), [(2, 0.6), (3, 0.4), (4, 0.88 / 3), (6, 0.176)])
def test_of_few_stems_one_is_likely_at_fault_before_anything_is_heard(stems, before):
    assert fault_before(stems) == pytest.approx(before)
    # What was likely beforehand, and was not changed by listening, is no more than among six.
    assert float(among_several(before, stems)) == pytest.approx(0.176)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.integers(2, 96))
def test_certainty_among_several_keeps_order_and_is_never_raised(one, other, stems):
    low, high = sorted((one, other))
    few, many = among_several(low, stems), among_several(high, stems)
    assert 0.0 <= few <= many <= high + 1e-6
    if stems >= 6:
        assert (few, many) == (low, high)
    assert float(among_several(1.0, stems)) == pytest.approx(1.0, abs=1e-6)
