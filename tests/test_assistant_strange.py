"""Messages that no tool is for, by two readers: neither decides alone, and orders come first."""

import json
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file

import prompts
from assistant.hearing import Step
from assistant.intents import tool_of
from assistant.model.sentences import SentenceEncoder, SentenceError
from assistant.model.typed import TYPED, TypedReader, features
from assistant.strange import STRANGE, strangeness, together
from assistant.turn import run_turn
from mixer.moves import Move
from tests.scripted import ScriptedListener, a_context, a_song

NAMES = ("drums", "bass", "keys", "vocals")


class TwoReaders(ScriptedListener):
    """A listener whose two readings are set by a test."""

    rated = False
    tuned: Any = {}  # a reading of every text, or a function that gives a text's
    typed: Any = {}

    def read(self, text, names, roles):
        return self.tuned(text) if callable(self.tuned) else self.tuned

    def read_as_typed(self, text):
        return self.typed(text) if callable(self.typed) else self.typed


@pytest.fixture
def say(tmp_path):
    """A function (text, tuned, typed) -> the reply's text."""
    listener = TwoReaders([])
    context = a_context(tmp_path / "session", listener, a_song(NAMES))
    context.session.set_anchor("drums")

    def said(text, tuned, typed):
        listener.tuned, listener.typed = tuned, typed
        listener.steps[:] = [Step(text="Asked.")] * 3
        return run_turn(context.session, listener, context, text).text

    said.context = context
    with context.session:
        yield said


def test_no_tool_is_for_what_is_strange():
    assert set(prompts.intents()) > STRANGE
    assert not any(tool_of(name) for name in STRANGE)


shares = st.fixed_dictionaries({name: st.floats(0.0, 0.1) for name in sorted(STRANGE)})


@given(shares, shares)
def test_strangeness_is_a_mean_whatever_reader_comes_first(one, other):
    assert strangeness(one, other) == pytest.approx(strangeness(other, one))
    assert strangeness(one, {}) == pytest.approx(strangeness(one, one) / 2.0)
    assert set(together(one, other)) == STRANGE


@pytest.mark.parametrize(
    "text, tuned, typed, kind",
    [
        # one reader is nearly sure of a tool, the other sees another life
        ("the lease on our van is up in March", {"order_up": 0.6, "off_topic": 0.1},
         {"off_topic": 0.8}, "off_topic"),
        ("my dentist says too much sugar", {"complain_loud": 0.9}, {"off_topic": 0.95},
         "off_topic"),
        ("dream on, tin can", {"praise": 0.6, "insult": 0.2}, {"insult": 0.7}, "insult"),
        # with a stem in it more is needed
        ("the bass in our lake are tiny this year", {"complain_quiet": 0.7, "off_topic": 0.3},
         {"off_topic": 0.8}, "off_topic"),
        ("the bass in our lake are tiny this year", {"complain_quiet": 0.8, "off_topic": 0.1},
         {"off_topic": 0.75}, None),
        ("my dentist says too much sugar", {"complain_loud": 0.9}, {"off_topic": 0.6}, None),
        ("my dentist says too much sugar", {"complain_loud": 0.9}, {}, None),
    ],
)  # fmt: skip
def test_both_readings_together_tell_what_is_strange(say, text, tuned, typed, kind):
    reply = say(text, tuned, typed)
    assert (reply in prompts.wordings(kind)) if kind else reply == "Asked."


def test_a_plain_order_is_done_however_strange_it_reads(say):
    assert say("bass up 2", {"off_topic": 0.3}, {"off_topic": 0.9}).endswith("bass +2.0 dB.")


@pytest.mark.parametrize(
    "text, tuned, typed, situation",
    [
        ("our old drummer had the bass up 6 every night", {"remark": 0.8, "order_up": 0.2},
         {"remark": 0.5}, "remark"),
        ("you took the keys down 2, bless you", {"thanks": 0.6, "praise": 0.2},
         {"thanks": 0.7}, "thanks"),
        ("nobody lowers the bass here", {"refuse": 0.9}, {"refuse": 0.6}, "stays"),
        ("so bass up 6", {"remark": 0.2, "order_up": 0.8},
         {"remark": 0.1}, None),
    ],
)  # fmt: skip
def test_what_is_only_told_moves_nothing(say, text, tuned, typed, situation):
    reply = say(text, tuned, typed)
    if situation:
        assert reply in prompts.wordings(situation)
        assert not any(say.context.session.state().gain_db)
    else:
        assert any(say.context.session.state().gain_db)


def test_an_order_beside_praise_is_done(say):
    praise, order = {"praise": 0.9}, {"order_up": 0.9}

    def by_words(text):
        return order if text.strip().startswith("bass") else praise

    assert say("lovely, bass up 2", by_words, by_words).endswith("bass +2.0 dB.")


def test_while_a_proposal_is_open_thanks_may_be_a_yes(say):
    say.context.session.propose([Move("keys", -2.0)], "")
    assert say("ah thanks", {"thanks": 0.9}, {"thanks": 0.9}) not in prompts.wordings("thanks")
    told = {"remark": 0.9}
    assert say("my uncle has a van", told, told) in prompts.wordings("remark")
    assert say.context.session.proposed


def test_the_typed_reader_is_a_layer_behind_the_untuned_model(tmp_path):
    torch.manual_seed(0)
    layers = {"hidden.weight": torch.randn(8, 384) / 20.0, "hidden.bias": torch.randn(8),
              "head.weight": torch.randn(3, 8), "head.bias": torch.randn(3)}  # fmt: skip
    told = {"intents": json.dumps(["mute", "undo", "off_topic"])}
    save_file(layers, tmp_path / TYPED, metadata=told)
    found = TypedReader.of(tmp_path).intents_of("Is the  Ice thick enough?")
    given_vector = torch.from_numpy(SentenceEncoder.load().encode(["is the ice thick enough?"]))
    hidden = torch.nn.functional.gelu(
        given_vector * 384**0.5 @ layers["hidden.weight"].T + layers["hidden.bias"]
    )
    wanted = (hidden @ layers["head.weight"].T + layers["head.bias"]).softmax(-1)[0]
    assert list(found) == ["mute", "undo", "off_topic"]
    assert list(found.values()) == pytest.approx(wanted.tolist(), abs=1e-5)
    assert features(SentenceEncoder.load(), ["a b", "A  B"]).std(dim=0).max() < 1e-6

    layers.pop("head.bias")
    save_file(layers, tmp_path / "broken.safetensors", metadata=told)
    with pytest.raises(SentenceError, match="head.bias.*train_typed"):
        TypedReader(tmp_path / "broken.safetensors")


def test_a_listener_without_a_typed_reader_has_none(tmp_path):
    assert TypedReader.of(tmp_path) is None


def test_the_shipped_one_knows_another_life_by_its_own():
    from importlib.resources import files
    from pathlib import Path

    typed = TypedReader.of(Path(str(files("assistant").joinpath("weights/listener"))))
    for text in ("my aunt sold her old boat", "is the ice on the pond safe"):
        reading = typed.intents_of(text)
        assert sum(reading[name] for name in STRANGE) > 0.6, text
    for text in ("whistle synth up 2 dB please", "is the snare loud enough"):
        reading = typed.intents_of(text)
        assert sum(reading[name] for name in STRANGE) < 0.2, text
