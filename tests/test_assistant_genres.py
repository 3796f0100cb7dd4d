"""Genres are kept as they are said, and judged by as the family that they belong to."""

import pytest

from assistant.genres import family_of, genre_said, genre_told
from assistant.hearing import ToolCall
from assistant.rewriting import rewrite
from assistant.session import Session
from assistant.tools import run_tool
from tests.scripted import a_context


@pytest.mark.parametrize(
    "said, family",
    [
        ("black metal", "metal"), ("Doom", "metal"), ("melodic thrash", "metal"),
        ("Hip-Hop", "hip hop"), ("lo-fi", "hip hop"), ("grime", "hip hop"), ("hard rock", "rock"),
        ("zydeco", None), ("rock opera", None),
    ],
)  # fmt: skip
def test_a_genre_belongs_to_the_family_of_its_last_word(said: str, family: str | None) -> None:
    assert family_of(said) == family


def test_a_genre_is_told_by_what_a_song_is_and_not_by_what_it_should_sound_like() -> None:
    assert genre_told("hello! we're writing dream pop for a film") == "dream pop"
    assert genre_told("it's kind of symphonic black metal") == "symphonic black metal"
    assert genre_told("make it more punk") is None
    assert genre_told("the take is rock solid") is None
    assert genre_told("this is not techno") is None
    assert genre_said("think of it as deep house") == "deep house"


def test_the_users_own_word_is_kept_beside_what_is_judged_by(tmp_path) -> None:
    context = a_context(tmp_path / "session")
    with context.session:
        result = run_tool(context, call := ToolCall("prefer", {"genre": "black metal"}))
        assert result.text == "kept: black metal, judged as metal"
        assert result.data == {"genre": "metal", "called": "black metal"}
        reply = rewrite(call, result, seed=0)
        assert "black metal" in reply.casefold() and reply.casefold().count("metal") == 2
        assert context.session.genre == "metal"
        plain = run_tool(context, ToolCall("prefer", {"genre": "Hip-Hop"}))
        assert plain.data == {"genre": "hip hop"}
        run_tool(context, ToolCall("prefer", {"genre": "grime"}))
        song, folder = context.song, context.session.folder
    with Session.open(song, folder) as again:
        assert (again.genre, again.genre_called) == ("hip hop", "grime")
