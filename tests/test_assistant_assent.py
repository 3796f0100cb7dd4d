"""What counts as a yes, a question or an order, on what users say (prompts/phrasings)."""

import pytest

import prompts
from assistant.assent import asks, orders, says_yes

FILLED = {"stem": "vocals", "stem2": "bass", "role": "singer", "anchor": "kick", "gain": "2",
          "gain2": "3", "gain_words": "a bit", "side": "below", "topic": "gain"}  # fmt: skip
READS = ("ask_levels", "ask_level_of", "ask_about_stem", "ask_fine", "why", "compare_stems",
         "loudest", "thanks", "greet", "which_anchor", "list_versions")  # fmt: skip


def said(*intents: str) -> list[str]:
    templates = [template for intent in intents for template in prompts.phrasings(intent)]
    return [
        prompts.fill(text, **{slot: FILLED.get(slot, slot) for slot in prompts.slots(text)})
        for text in templates
    ]


def share(holds, texts) -> float:
    return sum(map(holds, texts)) / len(texts)


@pytest.mark.parametrize(
    ("intent", "least"),
    [("accept", 0.93), ("accept_half", 0.9), ("accept_one", 0.85), ("accept_but", 0.88)],
)
def test_a_yes_is_heard(intent, least):
    assert share(says_yes, said(intent)) >= least


def test_a_question_or_a_thank_you_is_hardly_ever_a_yes():
    assert share(says_yes, said(*READS)) <= 0.06
    for text in ("how loud are the vocals?", "why the vocals?", "thanks a lot", "is it fine?"):
        assert not says_yes(text)


@pytest.mark.parametrize(
    "text",
    [
        "do nothing",
        "just leave everything as it is",
        "everything stays",
        "I'd rather wait but good idea",
        "ok I will think about it",
        "ok, I\u2019ll think it over",
        "you said it works, I disagree",
        "it works as it is",
        "leave the rest as it was",
        "ok leave the others as they are",
        "sure, but later",
        "do it later",
        "fine, I'm not sure",
        "but the vocals",
        "everything",
    ],
)
def test_in_doubt_it_is_no_yes(text):
    assert not says_yes(text)


@pytest.mark.parametrize(
    "text",
    [
        "nothing to lose, go",
        "do the vocals, leave the others alone",
        "the vocals, yes. Everything else stays.",
        "I'd rather do it by 2 dB",
        "do what you think is right",
        "I can't wait, do it",
    ],
)
def test_a_yes_that_spares_the_rest_is_a_yes(text):
    assert says_yes(text)


@pytest.mark.parametrize(
    ("tool", "intent", "least"),
    [
        ("undo", "undo", 0.97),
        ("redo", "redo", 0.95),
        ("set_mute", "mute", 0.9),
        ("set_mute", "unmute", 0.95),
        ("set_anchor", "set_anchor", 0.94),
    ],
)
def test_an_order_is_heard_and_small_talk_is_none(tool, intent, least):
    assert share(lambda text: orders(tool, text), said(intent)) >= least
    assert share(lambda text: orders(tool, text) and not asks(text), said(*READS)) <= 0.14


def test_orders_in_a_questions_form_are_no_questions():
    intents = ("order_up", "order_down", "mute", "undo", "it_up", "more_of_it", "set_to")
    assert share(asks, said(*intents)) <= 0.04
    assert not asks("can you turn the vocals up?") and not asks("is there a way to mute the kick?")
    assert asks("how loud are the vocals?") and asks("is the kick too loud?")
