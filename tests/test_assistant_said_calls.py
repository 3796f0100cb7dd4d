"""Small arguments are what the words say; what they leave open stays as it was written."""

import pytest

from assistant.hearing import ToolCall
from assistant.said import CHANGING, Said
from assistant.said_calls import as_said

NAMES = ("drums", "bass", "keys", "vocals")
ROLES = ("drums", "bass", "piano", "lead vocal")


def said(*texts: str) -> Said:
    return Said(texts, NAMES, ROLES, anchor="drums")


@pytest.mark.parametrize(
    "text, name, written, expected",
    [
        ("cook me up four versions", "render_mix", {}, {"takes": 4}),
        ("3 quick takes, seed 12, no fx", "render_mix", {"takes": 1},
         {"takes": 3, "seed": 12, "effects": False}),
        ("render it", "render_mix", {"takes": 2}, {"takes": 2}),
        ("90 takes", "render_mix", {}, {}),
        ("session file for my mate", "export_mix", {}, {"format": "session"}),
        ("give me every stem separately", "export_mix", {"format": "mix"}, {"format": "stems"}),
        ("stems and a session", "export_mix", {"format": "stems"}, {"format": "stems"}),
        ("how do I save this", "export_mix", {"format": "stems"}, {"format": "mix"}),
        ("the mix, for my mate's daw", "export_mix", {"format": "session"}, {"format": "mix"}),
        ("a blind test of both", "audition", {}, {"blind": True}),
        ("only bass and keys please", "audition", {"stems": ["bass"]}, {"stems": ["bass", "keys"]}),
        ("before and after", "audition", {}, {}),
        ("i like the vocals in your face", "prefer", {"stem": "vocals", "likes": "quiet"},
         {"stem": "vocals", "likes": "loud"}),
        ("this is a jazz record", "prefer", {"genre": "jazz"}, {"genre": "jazz"}),
        ("bass up 2", "apply_moves", {"moves": []}, {"moves": []}),
    ],
)  # fmt: skip
def test_what_the_words_plainly_say_is_put_in(text, name, written, expected) -> None:
    assert as_said(ToolCall(name, written), said(text)).arguments == expected


@pytest.mark.parametrize(
    "text, stems",
    [
        ("how loud is the bass", ("bass",)),
        ("how far is the bass below the drums", ("bass",)),
        ("how loud are the drums", ("drums",)),
        ("which is louder, the drums or the keys?", ("drums", "keys")),
        ("how loud is the bass compared with the drums", ("drums", "bass")),
        ("how loud is everything", ()),
    ],
)
def test_the_anchor_is_measured_where_it_is_asked_about(text, stems) -> None:
    assert said(text).measured == stems


def test_they_are_the_stems_of_the_turn_before() -> None:
    assert said("the bass and the keys are boomy", "how loud are they now").measured == (
        "bass", "keys",
    )  # fmt: skip


def test_a_question_moves_no_fader() -> None:
    assert said("is the bass on the left louder than the keys?").excluded >= CHANGING
    assert not said("could you turn the bass up?").excluded >= CHANGING
    assert said("and the keys?").asks_after and not said("and the keys up?").asks_after
