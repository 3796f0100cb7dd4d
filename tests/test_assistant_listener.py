"""The in-process listener with a random tiny model: what holds by construction must hold there."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.decoding import Stems, Writer, call_grammar
from assistant.hearing import Hearing
from assistant.judging import STEMS_AT_ONCE
from assistant.listener import EmbeddedListener, ListenerError
from assistant.model.processing import conversation, said_by
from assistant.model.sentences import SentenceEncoder
from assistant.tools import TOOLS
from mixer.loudness import relative_profile
from mixer.sources import natural_key
from tests.tiny_listener import tiny_listener

ASKED = [{"role": "user", "content": "how is the balance?"}]


@pytest.fixture(scope="module")
def listener(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    model, processor = tiny_listener()
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return EmbeddedListener(folder)


def hearing(names, anchor=0, gains=None, seed=0, silent=()):
    """A made-up song; every stem's numbers depend on its name only."""
    rng = [np.random.default_rng([seed, *name.encode()]) for name in names]
    profiles = np.stack([draw.normal(-30, 6, 14) for draw in rng]).astype(np.float32)
    hidden = np.stack([draw.normal(size=(8, 256)) for draw in rng]).astype(np.float32)
    profiles[:, [0, 1, *range(4, 14)]] += (
        np.zeros((len(names), 1)) if gains is None else np.c_[gains]
    )
    profiles[list(silent)] = np.nan
    relative = relative_profile(profiles, anchor)
    return Hearing(tuple(names), anchor, hidden, relative, (None,) * len(names), profiles)


NAMES = ("vocals", "kick", "bass", "Track 10", "Track 2")


def test_order_of_stems_changes_no_probability(listener):
    first = listener.judge(hearing(NAMES, anchor=1), ASKED)
    turned = tuple(reversed(NAMES))
    second = listener.judge(hearing(turned, anchor=3), ASKED)
    for name in NAMES:
        np.testing.assert_array_equal(
            first.probability[NAMES.index(name)], second.probability[turned.index(name)]
        )


@given(gain_db=st.floats(-30, 30))
@settings(max_examples=8, deadline=None)
def test_a_common_gain_changes_no_advice(listener, gain_db):
    plain = listener.judge(hearing(NAMES), ASKED)
    raised = listener.judge(hearing(NAMES, gains=[gain_db] * 5), ASKED)
    np.testing.assert_allclose(raised.probability, plain.probability, atol=2e-4)
    assert [m.stem for m in raised.moves(0.9)] == [m.stem for m in plain.moves(0.9)]


def test_one_stem_raised_changes_the_advice(listener):
    plain = listener.judge(hearing(NAMES), ASKED)
    raised = listener.judge(hearing(NAMES, gains=[0, 0, 6, 0, 0]), ASKED)
    assert np.abs(plain.probability - raised.probability).max() > 1e-5


def test_probabilities_are_whole_and_the_anchor_is_never_moved(listener):
    judgement = listener.judge(hearing(NAMES, anchor=2), ASKED)
    np.testing.assert_allclose(judgement.probability.sum(axis=1), 1.0, atol=1e-5)
    assert judgement.probability[2, 24] == 1.0
    assert "bass" not in [move.stem for move in judgement.moves(0.0)]


def test_silent_stems_are_left_out_and_kept_at_zero(listener):
    judgement = listener.judge(hearing(NAMES, silent=[3]), ASKED)
    assert judgement.probability[3, 24] == 1.0
    assert np.isfinite(judgement.probability).all()


def test_more_stems_than_fit_are_judged_in_groups(listener):
    names = tuple(f"Track {number}" for number in range(2 * STEMS_AT_ONCE + 3))
    judgement = listener.judge(hearing(names), ASKED)
    assert judgement.probability.shape == (len(names), 49)
    assert (judgement.probability[1:, 24] < 1.0).all()


def test_natural_order_of_names():
    assert sorted(["Track 10", "track 2", "Bass"], key=natural_key) == [
        "Bass",
        "track 2",
        "Track 10",
    ]


def test_missing_weights_are_told_with_the_cure(tmp_path):
    with pytest.raises(ListenerError, match="config.json.*train_listener"):
        EmbeddedListener(tmp_path)


def writer(listener, names=NAMES):
    heard = hearing(names)
    ids = listener.processor.prompt_ids(conversation(names, ASKED))
    import torch

    said = torch.from_numpy(SentenceEncoder.load().encode(said_by(ASKED)))
    stems = Stems(torch.from_numpy(heard.hidden), torch.from_numpy(heard.relative_profile), said)
    return Writer(listener.model, listener.processor.tokenizer, ids, stems)


@pytest.mark.parametrize("tool", sorted(set(TOOLS) - {"propose_moves"}))
def test_whatever_the_weights_a_call_parses_and_fits_its_tool(listener, tool):
    grammar = call_grammar({tool: TOOLS[tool].model.model_json_schema()}, NAMES)
    call = writer(listener).write_call(grammar)
    assert call["name"] == tool
    arguments = TOOLS[tool].model.model_validate(call["arguments"])
    text = json.dumps(arguments.model_dump())
    assert json.loads(text) is not None
    for key in ("stem", "stems", "against"):
        said = call["arguments"].get(key) or []
        assert set([said] if isinstance(said, str) else said) <= set(NAMES)


def test_a_step_is_a_call_or_words_and_never_control_tokens(listener):
    step = listener.next_step(hearing(NAMES), ASKED)
    assert (step.tool is None) != (step.text is None)
    if step.text is not None:
        assert "<|" not in step.text


def test_advice_carries_the_moves_of_the_judgement(listener):
    heard = hearing(NAMES)
    step = listener._advise(heard, ASKED)
    assert step.tool is not None and step.tool.name == "propose_moves"
    expected = [(m.stem, m.gain_db) for m in step.judgement.moves(heard.threshold)]
    assert [(m["stem"], m["gain_db"]) for m in step.tool.arguments["moves"]] == expected
    assert 3 <= len(step.tool.arguments["reason"]) <= 100
