"""Wishes are kept, judged by and told by; they move nothing."""

import numpy as np
import pytest

from assistant.context import ToolContext
from assistant.hearing import ToolCall
from assistant.plain_words import explained
from assistant.session import Session, SessionError
from assistant.tools import run_tool
from assistant.tools_levels import usual_levels
from mixer.moves import MixState
from tests.scripted import ScriptedListener, a_context, call, say


@pytest.fixture
def context(tmp_path):
    made = a_context(tmp_path / "session")
    with made.session:
        yield made


class Noting(ScriptedListener):
    """Keeps the state that it was given to hear."""

    heard: MixState

    def hear(self, song, state, anchor):
        self.heard = state
        return super().hear(song, state, anchor)


def prefer(context: ToolContext, **arguments):
    return run_tool(context, ToolCall("prefer", arguments))


def test_a_stem_that_is_liked_loud_is_judged_as_if_it_were_quieter(context) -> None:
    context.listener = listener = Noting([])
    usual, before = usual_levels(context, "vocals"), context.session.state()
    assert prefer(context, stem="vocals", likes="loud").text == "kept: vocals liked loud"
    context.hearing()
    off_db = np.subtract(listener.heard.gain_db, before.gain_db).tolist()
    assert off_db == [-2.0 if name == "vocals" else 0.0 for name in context.names]
    assert usual_levels(context, "vocals") == pytest.approx(np.add(usual, 2.0), abs=0.11)
    assert context.session.state() == before and context.session.version.number == 0
    prefer(context, stem="vocals", likes="usual")
    context.hearing()
    assert listener.heard == before


def test_wishes_outlive_the_session(context) -> None:
    session = context.session
    prefer(context, stem="vocals", likes="quiet")
    prefer(context, genre="Hip-Hop")
    prefer(context, tone="newcomer")
    session.close()
    with Session.open(context.song, session.folder) as again:
        assert again.likes == {"vocals": "quiet"}
        assert (again.genre, again.tone) == ("hip hop", "newcomer")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({}, "nothing was given"),
        ({"stem": "vocals"}, "nothing was given"),
        ({"likes": "loud"}, "likes was given"),
        ({"genre": "jazz", "tone": "pro"}, "genre, tone was given"),
        ({"stem": "bass", "likes": "loud"}, "bass is the anchor"),
        ({"stem": "tuba", "likes": "loud"}, "tuba"),
        ({"genre": "polka"}, "genre 'polka' was given"),
        ({"tone": "posh"}, "tone was 'posh'"),
    ],
)
def test_half_a_wish_is_asked_for_again(context, arguments, problem) -> None:
    result = prefer(context, **arguments)
    assert not result.ok and problem in result.text
    assert context.session.likes == {} and context.session.genre is None


def test_a_session_refuses_what_it_does_not_know(context) -> None:
    with pytest.raises(SessionError, match="tone 'posh'"):
        context.session.prefer_tone("posh")
    with pytest.raises(SessionError, match="'tuba' liked 'loud'"):
        context.session.prefer_level("tuba", "loud")


def test_a_newcomer_is_told_each_word_once(context) -> None:
    from assistant.turn import run_turn

    context.session.prefer_tone("newcomer")
    texts = []
    for _ in range(3):
        context.listener = ScriptedListener(
            [call("apply_moves", moves=[{"stem": "vocals", "gain_db": 1.0}]), say("")]
        )
        texts.append(run_turn(context.session, context.listener, context, "vocals up 1 dB").text)
    assert [text.count("the unit on the fader") for text in texts].count(1) == 1
    assert "the unit on the fader" in texts[0]


def test_only_whole_words_are_explained() -> None:
    assert "LU counts" in explained("vocals are 2 LU above", [])
    assert explained("LUX and LULU", []) == "LUX and LULU"
    told = explained("at -20 LUFS", [])
    assert explained("at -20 LUFS", [told]) == "at -20 LUFS"
