"""The first decision of a turn: the model's opinion and the reader's, as one."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import prompts
from assistant.choosing import found_likely, likeliest, weighed
from assistant.intents import ADVICE, SPEAK, acts_of, situation_said, tool_of
from assistant.rewriting import ONLY_TOLD, SPOKEN, spoken
from assistant.tools import TOOLS

HEARS, CALLS = 0, 1
OPENINGS = {"undo": 2, "redo": 3}


def writer(first: list[float], behind: list[float]) -> SimpleNamespace:
    """A writer whose next tokens have these probabilities."""
    return SimpleNamespace(
        logits=lambda: np.log(np.array(first, np.float32)),
        logits_behind=lambda token: np.log(np.array(behind, np.float32)),
    )


def test_the_models_acts_are_its_first_tokens_and_the_calls_behind_one() -> None:
    told = writer([0.1, 0.6, 0.2, 0.1], [0.05, 0.05, 0.6, 0.3])
    acts = found_likely(told, HEARS, CALLS, OPENINGS)  # pyright: ignore[reportArgumentType]
    assert acts[ADVICE] == pytest.approx(0.1) and acts[SPEAK] == pytest.approx(0.3)
    assert acts["undo"] == pytest.approx(0.4) and acts["redo"] == pytest.approx(0.2)


def test_without_a_reader_it_is_the_models_choice_of_listening_calling_or_speaking() -> None:
    acts = {ADVICE: 0.1, SPEAK: 0.42, "undo": 0.28, "redo": 0.2}
    assert weighed(acts, {}) == acts
    assert likeliest(acts) == ("undo", 0.28)  # calls have 0.48 together
    assert likeliest({ADVICE: 0.5, SPEAK: 0.4, "undo": 0.1}) == (ADVICE, 0.5)
    assert likeliest({SPEAK: 1.0}) == (SPEAK, 1.0)


def test_a_reader_decides_where_the_model_is_torn_and_not_where_it_is_sure() -> None:
    reader = {"redo": 0.9, "undo": 0.05}
    torn = weighed({"undo": 0.5, "redo": 0.45, SPEAK: 0.05}, reader)
    assert likeliest(torn)[0] == "redo"
    sure = weighed({"undo": 0.999, "redo": 0.001}, {"redo": 0.6, "undo": 0.4})
    assert likeliest(sure)[0] == "undo"


@given(
    st.lists(st.floats(0.001, 1.0), min_size=4, max_size=4),
    st.lists(st.floats(0.0, 1.0), min_size=4, max_size=4),
)
def test_both_opinions_together_are_a_distribution_and_nothing_is_ruled_out(model, reader) -> None:
    names = (ADVICE, SPEAK, "undo", "redo")
    acts = weighed(dict(zip(names, model, strict=True)), dict(zip(names, reader, strict=True)))
    assert sum(acts.values()) == pytest.approx(1.0)
    assert min(acts.values()) > 0.0


def test_every_intent_leads_to_a_tool_of_the_product_or_to_words() -> None:
    assert {tool_of(name) for name in prompts.intents()} - {None} <= TOOLS.keys()
    told = {"ask_about_stem": ADVICE, "ask_levels": "measure_levels", "it_up": "apply_moves"}
    told |= {"mute": "set_mute", "correct_way": "undo", "tone_pro": "prefer", "thanks": None}
    assert {name: tool_of(name) for name in told} == told
    words = [name for name in prompts.intents() if tool_of(name) is None]
    said = {situation_said({name: 1.0}) for name in words} - {"unknown_stem"}
    assert said <= {*SPOKEN, ONLY_TOLD}


def test_what_only_the_talk_can_tell_counts_for_both_acts() -> None:
    acts = acts_of({"and_stem": 0.7, "undo": 0.3})
    assert acts == {"measure_levels": 0.7, ADVICE: 0.7, "undo": 0.3}
    assert acts_of({"complain_loud": 1.0}) == {ADVICE: 1.0}
    assert acts_of({"complain_loud": 1.0}, anchor_alone=True) == {ADVICE: 1.0, SPEAK: 1.0}


def test_small_talk_is_worded_for_what_was_clearly_said() -> None:
    reading = {"thanks": 0.3, "praise": 0.1, "undo": 0.6}
    assert situation_said(reading) == "thanks"
    assert situation_said({"thanks": 0.2, "praise": 0.2, "goodbye": 0.2}) is None
    assert situation_said({"undo": 1.0}) is None and situation_said({}) is None
    assert set(spoken("kick", (), ["kick"], "thanks")) == set(prompts.wordings("thanks", anchor=""))
    assert len(spoken("kick", (), ["kick"], None)) > 60
