"""The scripted user goes on until the faders are where it wants them, and judges by them alone."""

import numpy as np
import pytest

import prompts
from assistant.replying import Reply
from finetune.goals import Talk, Wording, level, mend, orders, versions
from mixer.moves import Move
from tests.scripted import ScriptedListener, a_context, a_song

NAMES = ("bass", "drums", "keys", "vocals")


@pytest.fixture
def talk(tmp_path):
    context = a_context(tmp_path / "session", ScriptedListener(), a_song(NAMES, seconds=0.5))
    context.session.set_anchor("drums")
    with context.session:
        yield Talk(context, Wording(np.random.default_rng(3)))


def move(talk, **gains_db):
    moves = [Move(stem, gain_db) for stem, gain_db in gains_db.items()]
    talk.context.session.change(talk.state.moved(talk.context.names, moves), "by the test")
    talk.reply = Reply("done")


def test_a_stem_is_complained_of_until_it_is_back_and_then_no_more(talk):
    goal = mend("keys", -6.0)
    said = goal.script(talk)
    first = next(said)
    assert "keys" in first and not goal.is_met(talk)
    move(talk, keys=3.0)
    assert "keys" in next(said)  # 3 dB are left
    move(talk, keys=2.0)
    assert list(said) == [] and goal.is_met(talk)


def test_a_goal_is_missed_where_others_were_moved_for_it(talk):
    goal = mend("keys", -6.0)
    move(talk, keys=6.0, vocals=4.0)
    assert list(goal.script(talk))[1:] == [] and not goal.is_met(talk)


def test_what_was_done_wrong_is_taken_back_and_said_again(talk):
    said = orders("bass", "keys", "vocals").script(talk)
    assert "bass" in next(said)
    move(talk, bass=-3.0)
    assert next(said) == "undo"
    move(talk, bass=3.0)
    assert "bass" in next(said)
    move(talk, bass=3.0)
    assert "keys" in next(said)


def test_held_out_words_only(talk):
    words = {talk.say("undo") for _ in range(60)}
    told = [text for n, text in enumerate(prompts.phrasings("undo")) if prompts.is_held_out(n)]
    assert words <= set(told) and len(words) > 5


def test_versions_and_levels_are_not_met_by_words(talk):
    for goal in (versions("bass", "keys"), level("keys")):
        assert not goal.is_met(talk)
