"""Answers to a drill, read by rules: what is one, what it says, and what is left to the talk."""

from dataclasses import replace

import pytest

from assistant.drills import Answer, Drill
from assistant.said_answers import Said, answer_said
from mixer.roles import roles_from_names

NAMES = ("backing vocals", "bass", "drums", "guitar", "keys", "synth lead", "vocals")
DRILLS = {
    "hidden": Drill(1, "hidden_change", 0, 3.0, 0.1, {}, 0.0, stem="bass", gain_db=3.0),
    "back": Drill(1, "set_back", 0, 3.0, 0.0, {}, 0.0, stem="bass", gain_db=3.0),
    "partner": Drill(1, "partner", 0, 3.0, 0.3, {}, 0.0, stem="keys", anchor="drums",
                     options={"A": "keys", "B": "guitar", "C": "vocals"}),
    "clipping": Drill(1, "clipping", 0, 6.0, 0.5, {}, 0.0, stem="bass", choice="A"),
    "loudness": Drill(1, "loudness", 0, 3.0, 0.0, {}, 0.0, gain_db=3.0),
    "bias": Drill(1, "bias", 0, 1.0, 0.3, {}, 0.0, gain_db=1.0, choice="same"),
}  # fmt: skip


def said(which: str, text: str) -> Said | None:
    return answer_said(text, DRILLS[which], NAMES, lambda: roles_from_names(NAMES))


@pytest.mark.parametrize(
    "text, answer",
    [
        ("bass, up, about 3", Answer("bass", "up", 3.0)),
        ("the vocals got quieter", Answer("vocals", "down")),
        ("bass", Answer("bass")),
        ("up", Answer(direction="up")),
        ("3 dB", Answer(gain_db=3.0)),
        ("gtr +2", Answer("guitar", "up", 2.0)),
        ("keys -1.5 dB", Answer("keys", "down", 1.5)),
        ("I think it was the drums, down a bit", Answer("drums", "down")),
        ("was it the bass?", Answer("bass")),
        ("synth lead down by about two and a half", Answer("synth lead", "down", 2.5)),
        ("backing vocals louder", Answer("backing vocals", "up")),
        ("bas up", Answer("bass", "up")),
        ("Bass up one dB", Answer("bass", "up", 1.0)),
        ("the one that changed is the guitar, lower", Answer("guitar", "down")),
        ("no idea", Answer(no_idea=True)),
        ("I don't know", Answer(no_idea=True)),
        ("can't tell", Answer(no_idea=True)),
        ("i give up", Answer(no_idea=True)),
    ],
)
def test_a_hidden_change_is_answered(text, answer):
    assert said("hidden", text) == Said(answer)


@pytest.mark.parametrize(
    "text",
    [
        "turn the bass up 3", "how loud is the bass", "thanks", "who wins the cup",
        "vocals need to come up", "play it again", "mute the drums",
        "second one", "tell me about compression", "i don't know what a dB is",
        "please raise the guitar by 2 dB", "can you explain lufs?", "undo", "render it",
        "I want the vocals louder", "make the keys brighter",
        "so I went to the shop yesterday and the bass up there was really about 3 times louder",
    ],
)  # fmt: skip
def test_what_is_no_answer_is_left_to_the_talk(text):
    assert said("hidden", text) is None


@pytest.mark.parametrize(
    "text, direction, gain_db",
    [
        ("down 3", "down", 3.0),
        ("-3", "down", 3.0),
        ("plus 4", "up", 4.0),
        ("bring it down 3 dB", "down", 3.0),
        ("turn the bass down by 3", "down", 3.0),
        ("needs 2 dB less", "down", 2.0),
        ("it's 3 dB too loud", "down", 3.0),
        ("too quiet by 2", "up", 2.0),
        ("it sounds louder by 2", "down", 2.0),
        ("make it louder by 2", "up", 2.0),
        ("louder by 2", None, 2.0),  # how it is, or how it is to be: asked
        ("3", None, 3.0),
    ],
)
def test_setting_back_is_a_move_or_how_it_is_wrong(text, direction, gain_db):
    assert said("back", text) == Said(Answer(direction=direction, gain_db=gain_db))


@pytest.mark.parametrize("kind", ["back", "partner", "clipping", "loudness", "bias"])
@pytest.mark.parametrize("text", ["synth down 3", "synth 2 dB too loud", "maybe the synth?"])
def test_a_guess_about_another_stem_is_no_order_and_no_answer(kind, text):
    assert said(kind, text) == Said(Answer())  # the drill asks again, no fader moves


def test_two_stems_are_no_answer_and_no_order():
    assert said("hidden", "both vocals and bass up") == Said(Answer())


def test_what_is_turned_in_a_drill_about_a_fader_is_never_an_order():
    assert said("back", "turn the vocals down 2") == Said(Answer())
    assert said("back", "mute the bass") is None


@pytest.mark.parametrize("text", ["give up", "whats the answer?", "just tell me", "no clue"])
def test_giving_up_is_an_answer(text):
    assert said("hidden", text) == Said(Answer(no_idea=True))


@pytest.mark.parametrize("text", ["next", "skip it", "i pass", "i'll skip this one"])
def test_a_drill_can_be_passed(text):
    assert said("clipping", text) == Said(leaves="skip")


@pytest.mark.parametrize(
    "text, answer",
    [
        ("keys", Answer(stem="keys")),
        ("the guitar I think", Answer(stem="guitar")),
        ("A", Answer(choice="A")),
        ("b", Answer(choice="B")),
        ("C.wav", Answer(choice="C")),
        ("the second one", Answer(choice="B")),
        ("the last one", Answer(choice="C")),
        ("keys or guitar", None),
        ("drums", None),
        ("a bit of both", None),
    ],
)
def test_the_partner_is_chosen(text, answer):
    assert said("partner", text) == (None if answer is None else Said(answer))


@pytest.mark.parametrize("which", ["clipping", "bias"])
@pytest.mark.parametrize(
    "text, choice",
    [
        ("the second one", "B"), ("A", "A"), ("I think B", "B"), ("first", "A"), ("b.wav", "B"),
        ("file a", "A"), ("2", "B"), ("A bit louder", None), ("A or B", None), ("the bass", None),
    ],
)  # fmt: skip
def test_one_of_two_is_chosen(which, text, choice):
    found = said(which, text)
    assert (found and found.answer and found.answer.choice) == choice


@pytest.mark.parametrize(
    "text, choice",
    [("D", "D"), ("the fourth", "D"), ("the last one", "D"), ("d.wav", "D"), ("third", "C")],
)
def test_one_of_four_is_chosen(text, choice):
    drill = replace(DRILLS["clipping"], files={letter: f"{letter}.wav" for letter in "ABCD"})
    assert answer_said(text, drill, NAMES, lambda: roles_from_names(NAMES)) == Said(
        Answer(choice=choice)
    )


@pytest.mark.parametrize(
    "text", ["no difference", "neither", "same", "can't tell", "they're equally good"]
)
def test_neither_is_an_answer_to_which_is_better(text):
    assert said("bias", text) == Said(Answer(choice="same"))


@pytest.mark.parametrize(
    "text, direction, size_db",
    [("louder by 3", "up", 3.0), ("B is quieter, 4", "down", 4.0), ("minus 3", "down", 3.0)],
)
def test_loudness_is_how_the_second_is(text, direction, size_db):
    assert said("loudness", text) == Said(Answer(direction=direction, gain_db=size_db))


@pytest.mark.parametrize("which", sorted(DRILLS))
def test_a_drill_can_always_be_left(which):
    assert said(which, "Stop.") == said(which, "enough for today") == Said(leaves="stop")
    assert said(which, "skip") == said(which, "next one") == Said(leaves="skip")
    assert said(which, "stop, let's work. keys quieter by 2.5") == Said(leaves="stop", rest=True)


@pytest.mark.parametrize(
    ("which", "text", "answer"),
    [
        ("hidden", "idk maybe the guitar? went up a bunch", Answer("guitar", "up")),
        ("hidden", "no idea honestly, synth lead down?", Answer("synth lead", "down")),
        ("hidden", "not sure, something with the bass", Answer(no_idea=True)),
        ("hidden", "the keys dropped by half", Answer("keys", "down", 6.0)),
        ("hidden", "vocals twice as loud", Answer("vocals", "up", 6.0)),
        ("hidden", "bass up by half a dB", Answer("bass", "up", 0.5)),
        ("loudness", "B is louder, two maybe three", Answer(None, "up", 2.5)),
        ("loudness", "1 or 2 dB", Answer(gain_db=1.5)),
        ("loudness", "louder, 3 or 9 dB", Answer(direction="up")),
        ("clipping", "dunno, B?", Answer(choice="B")),
        ("clipping", "they all sound the same to me", Answer(no_idea=True)),
    ],
)
def test_a_guess_counts_though_it_is_called_none_and_sizes_as_one_says_them(which, text, answer):
    assert said(which, text) == Said(answer)
