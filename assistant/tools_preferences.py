"""The tool that keeps what the user likes: a stem loud or quiet, the genre, how things are told.

One rule: a wish changes what is advised and how it is told, never the mix.
"""

from typing import Literal

from pydantic import Field

from assistant.context import ToolContext, ToolError, ToolResult
from assistant.session import known_genre
from assistant.tools_levels import Arguments


class Prefer(Arguments):
    stem: str | None = Field(None, min_length=1)
    likes: Literal["loud", "quiet", "usual"] | None = None
    genre: str | None = Field(None, min_length=1, max_length=40)
    tone: Literal["newcomer", "pro"] | None = None


def prefer(context: ToolContext, arguments: Prefer) -> ToolResult:
    """Keep one wish: a stem and how loud it is liked, a genre, or a tone."""
    session = context.session
    given = [name for name in ("likes", "genre", "tone") if getattr(arguments, name) is not None]
    if len(given) != 1 or (arguments.stem is None) == (arguments.likes is not None):
        raise ToolError(
            f"{', '.join(given) or 'nothing'} was given: give a stem and how loud it is liked, or "
            "a genre, or a tone"
        )
    if arguments.stem is not None and arguments.likes is not None:
        stem = context.stem(arguments.stem)
        if stem == session.anchor:
            raise ToolError(
                f"{stem} is the anchor: the others are judged against it, so say how loud they are "
                "liked, or choose another anchor"
            )
        session.prefer_level(stem, arguments.likes)
        return ToolResult(True, f"kept: {stem} liked {arguments.likes}",
                          {"stem": stem, "likes": arguments.likes})  # fmt: skip
    if arguments.genre is not None:
        session.prefer_genre(arguments.genre)
        assert session.genre is not None
        called, plain = session.genre_called, known_genre(session.genre)
        own = called is not None and called.casefold().replace("-", " ") != plain
        told = {"genre": plain} | ({"called": called} if own else {})
        text = f"kept: {called}, judged as {plain}" if own else f"kept: judged as {plain}"
        return ToolResult(True, text, told)
    assert arguments.tone is not None
    session.prefer_tone(arguments.tone)
    return ToolResult(True, f"kept: told for a {arguments.tone}", {"tone": arguments.tone})
