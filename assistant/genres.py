"""What genre a user's words tell, as they say it, and which of the judged genres that is.

One rule: the user's own word is kept; what Gainsay judges by is the family that it belongs to.
"""

import re
from collections.abc import Mapping
from functools import cache

import prompts
from mixer.roles import GENRES

_CALLED = re.compile(  # "this is balkan folk music", "genre: zydeco"
    r"(?:\b(?:this|it|that|song|piece|record|style|genre)(?:'s| is|:)|\bwe (?:play|do|make)"
    r"|\bthink)(?: (?:a|an|some|like|mostly|pure|basically|really|more))* "
    r"((?:[\w&'-]+ ){0,2}?[\w&'-]+?)(?: (?:music|song|record|tune|track|piece|number|band|stuff))?"
    r"\s*(?=[,.;!?]|$| (?:and|so|not|from|please|pls|but|btw)\b)"
)
_KINDS_OF = re.compile(  # what stands before a genre and says which kind of it: "bedroom pop"
    r"(?:\b(?:acid|afro|alt|alternative|art|baroque|bedroom|black|blackened|brazilian|british"
    r"|brutal"
    r"|chamber|chill|chilled|christian|classic|cool|country|dark|death|deep|dirty|dream|dreamy"
    r"|drone"
    r"|experimental|folk|french|free|gothic|hard|heavy|indie|industrial|instrumental|jazz|latin"
    r"|lo-?fi|pop|melodic|melancholic|minimal|modern|neo|noise|nordic|nu|old ?school|post|power"
    r"|prog|progressive|psych|psychedelic|pub|punk|shoegazey|ska|slow|slowed|smooth|soft"
    r"|southern|speed"
    r"|stoner|surf|symphonic|synth|tech|technical|tropical|uk|vintage|viking|worship)[ -]){1,3}$"
)
_TOLD = re.compile(  # what one makes, or what a song is; no sound that it is to have
    r"\b(?:(?:i'?m|i am|we'?re|we are|im) (?:making|doing|producing|writing|playing|recording"
    r"|mixing|cooking(?: up)?|working on|into)(?: (?:a|an|some|this|my|our|on))*"
    r"|(?:it|this|that|song|track|tune|one)(?:'?s| is)|(?:i|we) (?:make|do|play|write|produce)"
    r"|genre(?: is|:)?|style(?: is|:))(?: (?:a|an|some|like|kind of|sort of|kinda|sorta|more of a"
    r"|basically|mostly|pure|just|really|total|proper|pretty much|bit of))* $"
)
_ENDS = re.compile(
    r"\s*(?:$|[,.;!]|(?:(?:at|around|about) )?(?:around |about )?\d{2,3} ?bpm\b|(?:songs?"
    r"|tracks?|music|tunes?|beats?|stuff|band|record|album|number|piece|ballad"
    r"|thing|type|style|vibes?|for|so|and|if|btw|but|by the way|you|pls|please|with|not|mostly"
    r"|innit|init|lol|tho|mate|bro|man|tonight|today|now|here|these days)\b)"
)
_MOST_LETTERS = 40  # of a genre that the tool reads
_RULED_OUT = re.compile(r"\b(?:not|isn't|no|never)(?: (?:like|a|an|really|so|as))* $")


def genre_said(text: str) -> str | None:
    """The genre that words name, as they say it, known or not; None where they name none."""
    text = text.casefold()
    if (found := _first(text)) is not None:
        return text[found[0] : found[1]]
    called = _CALLED.search(text)
    return called[1][:_MOST_LETTERS] if called else None


def genre_told(text: str) -> str | None:
    """The known genre that words say a song is: "i am making lofi"; a wish of sound is none."""
    text = text.casefold()
    found = _first(text)
    if found is None or not (_TOLD.search(text[: found[0]]) and _ENDS.match(text, found[1])):
        return None
    return text[found[0] : found[1]]


def family_of(genre: str) -> str | None:
    """The judged genre that a user's word belongs to: metal of "death metal"; None of no known."""
    name = " ".join(genre.casefold().replace("-", " ").split())
    if name in GENRES:
        return name
    known = {word.replace("-", " "): family for word, family in _known().items()}
    fitting = [word for word in known if re.search(rf"(?<!\w){re.escape(word)}$", name)]
    return known[max(fitting, key=len)] if fitting else None


def _first(text: str) -> tuple[int, int] | None:
    """Where the first known genre stands that is not ruled out, with what says which kind it is."""
    found = []
    for word in _known():
        for match in re.finditer(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text):
            kind = _KINDS_OF.search(text[: match.start()])
            start = kind.start() if kind else match.start()
            if not _RULED_OUT.search(text[:start]):
                found.append((start, -match.end()))
    if not found:
        return None
    start, end = min(found)
    return start, -end


@cache
def _known() -> Mapping[str, str]:
    """The genres that are known, by each of their names in lower case."""
    tables = (prompts.words("genres"), prompts.words("genres_too"))
    return {word.casefold(): genre for table in tables for word, genre in table.items()}
