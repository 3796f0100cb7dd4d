"""No number, stem or direction leaves in a reply that the tools did not give."""

import math
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import prompts
from assistant.grounding import check, gather
from assistant.numerals import numbers
from mixer.moves import Move

NAMES = ("bass", "Kick 22", "lead vox", "808", "E-Gtr. 3dB")
LEVELS = {
    "anchor": "bass",
    "levels": [
        {"stem": "bass", "relative_lu": 0.0, "lufs": -18.0},
        {"stem": "lead vox", "relative_lu": -4.1, "lufs": -22.1},
    ],
}
PROPOSED = {"moves": [{"stem": "lead vox", "gain_db": 3.0}, {"stem": "Kick 22", "gain_db": -2.5}]}


def evidence(*results, user_text="", earlier=()):
    return gather(NAMES, results, user_text, earlier)


def with_levels():
    text = "anchor bass\nbass -18.0 LUFS\nlead vox -22.1 LUFS, -4.1 LU"
    return evidence(("measure_levels", text, LEVELS))


def with_moves():
    text = "proposed: lead vox +3.0 dB (-4.1 LU to -1.1 LU), Kick 22 -2.5 dB, against bass"
    return evidence(("propose_moves", text, PROPOSED))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("+3", [3.0]),
        ("-2.5 dB", [-2.5]),
        ("3.0", [3.0]),
        ("\u22122.5 dB", [-2.5]),
        ("minus 3 dB, plus 2 dB", [-3.0, 2.0]),
        ("2,5 dB", [2.5]),
        ("between 3-4 dB", [3.0, 4.0]),
        ("3\u20134 dB", [3.0, 4.0]),
        (".5 dB", [0.5]),
        ("v2, take3", [2.0, 3.0]),
        ("1e1", [10.0]),
        ("three dB", [3.0]),
        ("half a dB", [0.5]),
        ("three stems", []),
        ("the bass and Kick 22", []),
        ("kick 22 is loud, E-Gtr. 3dB is not", []),
        ("Kick 22 dB", [22.0]),  # the number is a gain here, not a name
        ("raise it 808 Hz", [808.0]),
        ('the "808"', []),
        ("\uff13 dB", [3.0]),
        ("no digits", []),
    ],
)
def test_numbers_are_read(text, values):
    assert [number.value for number in numbers(text, NAMES)] == values


@pytest.mark.parametrize("text", ["1.2.3", "\u0663 dB", "\u4e09 dB"])
def test_what_looks_like_a_number_and_is_none_equals_nothing(text):
    assert any(math.isnan(number.value) for number in numbers(text))
    assert check(text, evidence(("x", "1 2 3 1.2 2.3", {}))) != []


@pytest.mark.parametrize(
    "reply",
    [
        "lead vox is at -22.1 LUFS.",
        "lead vox is 4.1 LU below bass.",
        "lead vox is about 4 LU below bass.",
        "lead vox sits at -4.1 LU, bass at -18 LUFS.",
        "Moves end at 24 dB.",
        "Nothing to say.",
    ],
)
def test_a_grounded_reply_gets_out(reply):
    assert check(reply, with_levels()) == []


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ("lead vox is at -22.2 LUFS.", "-22.2"),
        ("lead vox is +4.1 LU.", r"\+4.1"),
        ("lead vox is 4.10000001 LU below bass.", "4.1"),
        ("lead vox is 5 LU below bass.", "5"),
        ("lead vox is 4.1 LU above bass.", "wrong side"),
        ("lead vox is four point nine, so six dB.", "six"),
        ("the snare is quiet.", "snare"),
        ("`Lead Vocal` is 4.1 LU below bass.", "Lead Vocal"),
        ("I've raised lead vox.", "not done"),
        ("I exported it.", "not done"),
    ],
)
def test_an_ungrounded_reply_does_not(reply, why):
    known = gather(
        ("bass", "kick", "lead vox"), [("measure_levels", "-22.1 -4.1 -18.0", LEVELS)], ""
    )
    assert any(re.search(why, problem) for problem in check(reply, known))


def test_numbers_of_the_user_count():
    known = evidence(user_text="can you put lead vox 7.5 dB up?")
    assert check("7.5 dB is a lot.", known) == []
    assert check("7 dB is a lot.", known) != []


@pytest.mark.parametrize(
    "reply",
    [
        "Raise lead vox by 3.0 dB and lower Kick 22 by 2.5 dB.",
        "lead vox up 3 dB, Kick 22 down 2.5 dB. Apply?",
        "lead vox +3.0 dB and Kick 22 -2.5 dB.",
        "lead vox is too quiet against bass, so bring lead vox up 3.0 dB.",
        "Kick 22 is too loud: pull Kick 22 back.",
        "I would not raise Kick 22.",
        "With bass as the anchor: lead vox up 3.0 dB and Kick 22 down 2.5 dB.",
        "Raise lead vox from -4.1 LU to -1.1 LU.",
    ],
)
def test_directions_that_agree_with_the_moves(reply):
    assert check(reply, with_moves()) == []


@pytest.mark.parametrize(
    "reply",
    [
        "Lower lead vox by 3.0 dB.",
        "lead vox is too loud.",
        "Kick 22 up 2.5 dB.",
        "Raise lead vox by 3.0 dB and Kick 22 by 2.5 dB.",
        "lead vox -3.0 dB.",
        "Raise lead vox by 2.5 dB.",
        "Bring bass down.",
        "I have applied that.",
    ],
)
def test_directions_that_do_not(reply):
    assert check(reply, with_moves()) != []


def test_an_open_proposal_counts_when_the_turn_made_no_moves():
    known = evidence(earlier=[Move("lead vox", 3.0)])
    assert check("Raise lead vox.", known) == []
    assert check("Lower lead vox.", known) != []


@given(st.floats(-60, 60, allow_nan=False), st.integers(0, 3), st.sampled_from(["", "+", "-"]))
def test_a_number_passes_if_and_only_if_it_rounds_to_a_known_one(value, decimals, sign):
    told = [-18.0, -22.1, -4.1, 0.0, 24.0]
    text = f"{sign}{abs(value):.{decimals}f}"
    mine = float(text)
    near = [
        other if sign else abs(other)
        for other in told
        if abs((other if sign else abs(other)) - mine) < 0.5 * 10**-decimals
    ]
    assume(all(abs(abs(other - mine) - 0.5 * 10**-decimals) > 1e-6 for other in told))
    reply = f"lead vox reads {text} LUFS."
    assert (check(reply, with_levels()) == []) == bool(near)


def test_our_own_words_pass_our_own_check():
    moves = PROPOSED["moves"]
    rows = LEVELS["levels"]
    values = {
        "advice_change": {"anchor": "bass", "moves": moves},
        "levels": {"anchor": "bass", "rows": rows},
        "level_of_one": {**rows[1], "anchor": "bass"},
        "moves_applied": {"anchor": "bass", "moves": moves, "version": "v2"},
        "complaint_confirmed": {
            **{"stem": "lead vox", "anchor": "bass", "complaint": "quiet"},
            **{"relative_lu": -4.1, "gain_db": 3.0},
        },
        "complaint_about_anchor": {"anchor": "bass"},
    }
    text = "anchor bass -18.0 -22.1 -4.1 v2 lead vox +3.0 dB Kick 22 -2.5 dB"
    tools = ("propose_moves", "apply_moves")
    known = evidence(*[(tool, text, {**LEVELS, **PROPOSED}) for tool in tools])
    for situation in prompts.situations():
        if not prompts.variables(situation):
            values[situation] = {}
    failed = {
        (situation, reply): problems
        for situation, given in values.items()
        for seed in range(40)
        if (problems := check(reply := prompts.reply(situation, seed, **given), known))
    }
    assert failed == {}
    left = evidence(("propose_moves", "leave it, against bass", {"anchor": "bass", "moves": []}))
    for seed in range(40):
        assert check(prompts.reply("advice_leave_it", seed, anchor="bass"), left) == []


VOX = {"stem": "lead vox", "gain_db": 3.0, "low_db": 1.5, "high_db": 4.5, "confidence": 0.42}
KICK = {"stem": "Kick 22", "gain_db": -2.5, "low_db": -4.0, "high_db": -2.0, "confidence": 0.71}
REMARK = {
    "stem": "lead vox", "anchor": "bass", "relative_lu": -4.1, "low_lu": -2.0, "high_lu": 5.5,
    "start_s": 42, "end_s": 50,
}  # fmt: skip


@pytest.mark.parametrize(
    ("situation", "values", "moves"),
    [
        ("advice_change", {"moves": [VOX, KICK]}, [VOX, KICK]),
        ("advice_more", {"moves": [VOX, KICK]}, [VOX, KICK]),
        ("complaint_confirmed", {"complaint": "quiet", "gain_db": 3.0, "move": VOX}, [VOX, KICK]),
        ("complaint_followed", {"complaint": "quiet", "moves": [VOX]}, [VOX, KICK]),
        ("complaint_contradicted", {"complaint": "quiet", "moves": [VOX]}, [VOX]),
        ("complaint_contradicted", {"complaint": "loud", "moves": [VOX]}, [VOX, KICK]),
        ("complaint_contradicted", {"complaint": "quiet", "moves": []}, []),
        ("complaint_contradicted", {"complaint": "loud", "moves": []}, [KICK]),
        ("complaint_contradicted", {"complaint": "quiet", "moves": []}, [KICK]),
        ("ear_against_meter", {"gain_db": 3.0}, [VOX, KICK]),
        ("ear_against_meter", {"stem": "Kick 22", "gain_db": -2.5}, [VOX, KICK]),
        ("complaint_unheard", {}, [KICK]),
        ("complaint_about_anchor", {}, [KICK]),
    ],
)
def test_every_wording_of_weighed_advice_passes(situation, values, moves):
    for opposite in (None, 0.61):
        told = {**REMARK, "opposite": opposite, **values}
        remark = {**REMARK, "opposite": opposite or 0.0}
        data = {"anchor": "bass", "moves": moves, "remarks": [remark]}
        known = evidence(("propose_moves", "proposed", data))
        for text in prompts.wordings(situation, **told):
            assert check(text, known) == [], text
            assert check(text.replace("4.1 LU", "4.2 LU"), known) != [] or "4.1 LU" not in text


def test_digits_of_files_that_were_written_state_nothing():
    files = {"files": ["/songs/x/take_3_seed_42.wav", "/songs/x/07_Track 9.wav"], "count": 1}
    known = gather(("808", "gtr 1"), [("export_mix", "wrote them", files)], "")
    assert check("Wrote take_3_seed_42.wav and 07_Track 9.wav.", known) == []
    assert check("808 and gtr 1 are in it.", known) == []
    assert check("Wrote take_4_seed_42.wav.", known) != []
