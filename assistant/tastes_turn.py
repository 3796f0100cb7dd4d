"""What is said to a taste: a stem liked loud, a genre, a tone; and to a genre told in passing.

One rule: a taste is kept without asking only where the words leave no doubt which one it is.
"""

import re

import prompts
from assistant.genres import family_of
from assistant.hearing import ToolCall
from assistant.intents import SPEAK
from assistant.progress import Progress
from assistant.replying import Reply, told_at_once, worded
from assistant.said_balance import complains_of_cover
from assistant.said_tastes import (
    BEATS,
    asks_to_be_told_simply,
    genre_by_itself,
    is_taste,
    tastes_said,
)

_PASSING = re.compile(r"\W*(?:by the way|btw|fyi|just so you know|for the record|ok(?:ay)?)\W*")
_LIKES = re.compile(
    r"\b(?:like|love|prefer|want|keep|remember|taste|rule|note|hate|enjoy|fan|should|must)\w*\b"
)
_A_DEED = 0.5  # how likely a tool must be meant beside a genre


def kept(turn: Progress) -> Reply | None:
    """What is said to a lasting taste, which is kept, or to one that the words leave open."""
    read = getattr(turn.listener, "read", None)
    if read is None or turn.order is not None:
        return None
    reading = read(turn.words, turn.context.names, tuple(turn.context.roles))
    if not is_taste(reading) and not asks_to_be_told_simply(turn.reading.said):
        return None
    if complains_of_cover(turn.reading.said.latest) and not _LIKES.search(turn.words.casefold()):
        return None  # "the sopranos drown everybody, they always do"
    if calls := tastes_said(turn.reading.said, reading):
        return told_at_once(turn, *calls)
    return worded(turn, prompts.reply("taste_open", len(turn.session.events)))


def told_a_genre(turn: Progress) -> Reply | None:
    """What is said where a text tells what is made, and asks for nothing: "hi, i make lofi"."""
    open_drill = turn.session.drill is not None
    if turn.acts_of is None or turn.order is not None or open_drill or turn.reading.orders:
        return None
    genre = genre_by_itself(turn.reading.said)
    if genre is None or family_of(genre) is None or _asks_besides(turn, genre):
        return None
    return told_at_once(turn, ToolCall("prefer", {"genre": genre}))


def _asks_besides(turn: Progress, genre: str) -> bool:
    """Whether another clause than the one with the genre asks for anything."""
    others = [
        text for text, _ in turn.reading.said.clauses
        if genre not in text and not BEATS.search(text) and not _PASSING.fullmatch(text)
    ]  # fmt: skip
    acts = [turn.acts_of(text) for text in others] if turn.acts_of is not None else []
    deeds = [{**told, SPEAK: 0.0, "prefer": 0.0, "shape_sound": 0.0} for told in acts]
    return any(likely > _A_DEED for told in deeds for likely in told.values())
