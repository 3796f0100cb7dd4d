"""Lasting tastes: a stem liked loud or quiet, what genre it is, how one wants to be told.

One rule: the reader says that a taste is meant, the words themselves say which; words that leave it
open are kept as nothing.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache

import prompts
from assistant.hearing import ToolCall
from assistant.intents import tool_of
from assistant.orders.mentions import Mention, mentions
from assistant.said import Said
from assistant.said_calls import LIKES
from assistant.said_gains import says_way

SURE = 0.6  # how likely a taste must be meant to be kept without asking the language model
_LIKES = {"prefer_loud": "loud", "prefer_quiet": "quiet"}
_TONES = {"tone_newcomer": "newcomer", "tone_pro": "pro"}
_GENRE = "set_genre"
_IS_NEW = re.compile(  # "short answers please, and explain things as if I were new to it"
    r"(?<!not )\b(?:i'?m|i am|i were|i was) (?:new|(?:an? )?(?:absolute |total )?"
    r"(?:beginner|newbie|noob))\b(?! (?:year|album|song))"
)
_CALLED = re.compile(  # "this is balkan folk music", "genre: zydeco"
    r"(?:\b(?:this|it|that|song|piece|record|style|genre)(?:'s| is|:)|\bwe (?:play|do|make)"
    r"|\bthink)(?: (?:a|an|some|like|mostly|pure|basically|really|more))* "
    r"((?:[\w&'-]+ ){0,2}?[\w&'-]+?)(?: (?:music|song|record|tune|track|piece|number|band|stuff))?"
    r"\s*(?=[,.;!?]|$| (?:and|so|not|from|please|pls|but|btw)\b)"
)
_MOST_LETTERS = 40  # of a genre that the tool reads


_SIMPLY = re.compile(
    r"\b(?:keep|make|put) (?:it|things|this|everything) (?:really |very |dead |nice and )?simple\b"
    r"|\b(?:speak|talk|explain|say it|put it)\b[^.!?]*\b(?:simply|plainly|simple words"
    r"|plain english"
    r"|(?:as|like) (?:to |with )?(?:an? )?(?:complete |total |absolute )?(?:beginner|child|idiot"
    r"|layman"
    r"|newbie)|like i'?m (?:five|5|stupid|new|a beginner))\b|\b(?:no|without|skip the) jargon\b"
)
_TREATED = re.compile(
    r"\b(?:treat|mix|judge|think of) it (?:like|as)\b|\bgenre\b|\b(?:it'?s|its|this is) (?:like "
    r"|kind of |sort"
    r" of |more )?(?:\w+ ){0,2}(?:pop|rock|metal|folk|jazz|house|techno|trap|drill|hip ?hop|country"
    r"|ambient|reggae|dub|punk|soul|funk|disco|blues|indie)\b"
)


_MAKES = re.compile(
    r"\b(?:i|we)(?:'m| am|'re| are| mostly| usually| only)? (?:making|make|producing|produce|mixing"
    r"|mix|recording|record|doing|do|playing|play|writing|write|working on|into)\b"
)


def genre_made(said: Said) -> str | None:
    """The known genre of what one says to make, "hi, I make lofi"; None in all else."""
    made = _MAKES.search(said.latest)
    if made is None or "?" in said.texts[-1] or says_way(said.latest) or said.numbers():
        return None
    rest = said.latest[made.end() :]
    known = any(re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", rest) for word in _genres())
    return genre_said(rest) if known else None


def asks_to_be_told_simply(said: Said) -> bool:
    """Whether words ask for plain talk, and for no change to a stem besides."""
    own = [stems for text, stems in said.clauses if _SIMPLY.search(text)]
    moved = any(stems and says_way(text) for text, stems in said.clauses)
    return bool(own) and not any(own) and not moved


def genre_in_passing(said: Said) -> str | None:
    """The genre that words name beside an order: "it's more like folk, and the bass up 1"."""
    return genre_said(said.latest) if _TREATED.search(said.latest) else None


def is_taste(reading: Mapping[str, float]) -> bool:
    """Whether a reading finds a lasting taste and hardly anything else."""
    return sum(likely for name, likely in reading.items() if tool_of(name) == "prefer") >= SURE


def tastes_said(said: Said, reading: Mapping[str, float]) -> list[ToolCall]:
    """The calls that keep what the latest words like; none where they leave open what that is."""
    if asks_to_be_told_simply(said):
        return [ToolCall("prefer", {"tone": "newcomer"})]
    if not is_taste(reading):
        return []
    tastes = (*_LIKES, *_TONES, _GENRE)
    meant = max(tastes, key=lambda name: reading.get(name, 0.0))
    if meant in _TONES:
        meant = "tone_newcomer" if _IS_NEW.search(said.latest) else meant
        return [ToolCall("prefer", {"tone": _TONES[meant]})]
    if meant == _GENRE:
        genre = genre_said(said.latest)
        return [] if genre is None else [ToolCall("prefer", {"genre": genre})]
    genre = genre_in_passing(said)
    kept = [] if genre is None else [ToolCall("prefer", {"genre": genre})]
    return kept + (
        _each_with_its_own(said)
        or [ToolCall("prefer", {"stem": n, "likes": _LIKES[meant]}) for n in _stems_liked(said)]
    )


def _each_with_its_own(said: Said) -> list[ToolCall]:
    """The tastes of a text with several: "I like the choir quiet and the bass loud"."""
    told: dict[str, str] = {}
    for text, stems in said.clauses:
        ways = [way for way, pattern in LIKES.items() if pattern.search(text)]
        if not stems or len(ways) != 1 or set(stems) & set(told):
            return [] if stems else []
        told |= dict.fromkeys(stems, ways[0])
    several = len(set(told.values())) > 1
    return [ToolCall("prefer", {"stem": n, "likes": w}) for n, w in told.items()] if several else []


def genre_said(text: str) -> str | None:
    """The genre that a text names: one that is known by any of its names, else as it is called."""
    found = [(match.start(), -len(word), genre) for word, genre in _genres().items()
             if (match := re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text.casefold()))
             and not _ruled_out(text.casefold(), match.start())]  # fmt: skip
    if found:
        return min(found)[2]
    called = _CALLED.search(text.casefold())
    return called[1][:_MOST_LETTERS] if called else None


def _ruled_out(text: str, start: int) -> bool:
    """Whether a genre is named as what it is not: "not like disco"."""
    return bool(
        re.search(r"\b(?:not|isn't|no|never)(?: (?:like|a|an|really|so|as))* $", text[:start])
    )


@cache
def _genres() -> Mapping[str, str]:
    """The genres that are known, by each of their names in lower case."""
    tables = (prompts.words("genres"), prompts.words("genres_too"))
    return {word.casefold(): genre for table in tables for word, genre in table.items()}


def _named(said: Said) -> Sequence[Mention]:
    return mentions(said.latest, said.names, said.roles)


def _stems_liked(said: Said) -> tuple[str, ...]:
    """The stems that are liked so; where some of them are named once more, only those.

    "I like the harmonies soft, the high one I mean": what is named last narrows what came first.
    """
    found = [set(one.stems) for one in _named(said) if one.stems]
    meant: set[str] = set()
    for stems in found:
        meant = stems if stems < meant else meant | stems
    return tuple(name for name in said.names if name in meant)
