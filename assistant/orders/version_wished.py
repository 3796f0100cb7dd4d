"""Whether a text wishes for a version by what was in it: "back to the one before the pad came up".

One rule: it is the whole mix that goes back; where a stem is to go back by itself, this is no wish.
"""

import re
from dataclasses import dataclass

from assistant.orders.asides import asks_for_something
from assistant.orders.mentions import mentions
from assistant.orders.tokens import tokens

_TIME = r"(?:(?:just|right|shortly|straight) )?(?:before|after|when|with(?:out)?)\b"
_ANY_TIME = rf"(?:from )?(?:{_TIME}|where\b|(?:that|which) (?:still )?had\b|in which\b)"
_WHOLE = r"(?:it(?: all)?|everything|things|the (?:whole )?(?:mix|song|thing)|we|i|all(?: of it)?)"
_A_STATE = r"(?:version|state|one|snapshot|mix|point|moment|time|stage|balance|mixdown)"
_A_VERSION = re.compile(rf"\b(?:the|that) (?:very )?{_A_STATE}(?: (?:we|i) had)? (?={_ANY_TIME})")
_HOW_IT_WAS = re.compile(
    rf"\b(?:how|as|like|what|where|the way) {_WHOLE} (?:was|were|had|sounded|stood|did|went)"
    rf"(?: it| everything| things)? (?={_TIME})"
)
_BACK_TO = re.compile(
    r"\b(?:back|return(?:ing)?|restore|revert|rewind|(?:take|bring|get|put) (?:me|us|it all"
    rf"|everything) back)(?: \w+)? to (?={_TIME}|where\b)|\bgo to (?={_TIME})"
)
_LIKED = re.compile(
    r"\b(?:liked?|loved?|prefer(?:s|red)?|wants?|wanted|better|nicer|best)(?: (?:it|that|this|the"
    rf" mix|everything|things|how|as|was|the way|all))* (?={_TIME})"
)
_AWAY = re.compile(
    r"\b(?:undo|lose|scrap|drop|bin|wipe|dump|chuck|forget|delete|remove|revert|reverse|cancel|toss"
    r"|throw|dash|take back|roll back|get rid of|away|gone|out with)\b"
)
_ALL_SINCE = re.compile(
    r"\b(?:everything|anything|all|whatever|the lot|every (?:change|move))"
    r"(?: (?:that|which|of|it|the|changes|moves))*"
    r"(?: (?:we|i|you|was|came|has been|have|has|had|been|'ve|we've|i've|you've|did|do|done|made"
    r"|changed|tried))* (?=(?:just |right )?(?:after|since)\b)"
)
_BEFORE_ALL = re.compile(
    r"^\W*(?:(?:no|ok|so|well|hm+|and|please|just)\W+)*(?=before (?:all|any)\b)"
)
_WISHES = re.compile(
    r"\b(?:back|return|restore|revert|rewind|go|give|get|take|wants?|wanted|prefer(?:s|red)?|have"
    r"|load|bring|put|use|pick|choose|rather|'d like|would like|switch to|keep|stay with|let'?s"
    r"|please|that one|again)\b"
)
_ASKS_FOR_IT = re.compile(
    r"\b(?:have|get|give|bring|want|take|restore|go|do)\b[^.?!]*\b(?:that|it|there|this|to)\b"
    r"|^\W*(?:that one|that|this one)(?: again| back)?(?:,? please)?\W*$"
)
_REQUEST = re.compile(
    r"\b(?:can|could|may|might|would|will|shall|should)(?:n't)? (?:we|i|you|he|she)\b"
)
_ASKS = re.compile(
    r"\b(?:what (?:was|were|is|did|does)|which|whats|what's|how (?:loud|much|many)|why)\b"
)
_HEARS = re.compile(r"\b(?:play|hear|listen|audition|compare|a/?b)\b")
_NOT = re.compile(r"\b(?:not|don'?t|never|no need|n't|instead of|rather than|if)\b")
_ELSE = re.compile(  # something else is ordered in the same breath
    r"\b(?:un)?mut(?:e|ing)\b|\b(?:solo|pan|render|export|save|louder|quieter|raise|lower|up|down"
    r"|left|right|judge|measure)\b|\d ?(?:db|%)|\b(?:put|set|turn|move|keep|leave|make) (?:it|them"
    r"|him|her)\b(?! all)"
)
_WHO = re.compile(  # who speaks, and is no stem here: "the pianist wants"
    r"<\d+>(?= (?:(?:just|now|also|really|himself|herself|too|has|had|would|'d)\W+)*"
    r"(?:came|comes|says?|said|wants?|wanted|prefer\w*|likes?|liked|loves?|loved|thinks?|thought"
    r"|asks?|asked|miss\w*|needs?|wishes|walked|hates?|hated|complain\w*)\b)"
)
_POLITE = re.compile(
    r",? (?:please|pls|thanks|thank you|again|would you|will you|if you (?:can|would))$"
)
_LEADS = re.compile(rf"^\W*(?:and |but )?(?:{_TIME}|where\b)")
_SENTENCES = re.compile(r"(?<=[.!?;\n])\s+")
_MARK = re.compile(r"<(\d+)>")
_FEW_WORDS = 4  # that lead up to a version which is all that is named


@dataclass(frozen=True)
class Wish:
    """A version that is wished for.

    said: what was in it; stems as <0>, <1> and so on, their places in groups.
    """

    said: str
    groups: tuple[tuple[str, ...], ...]
    hears: bool = False  # it is to be played, and not gone back to


def wished(text: str, names: tuple[str, ...], roles: tuple[str | None, ...]) -> Wish | None:
    """The version that a text wishes for, as it describes it; None in any other text."""
    _, plain = tokens(text, names, roles)
    marked, groups = _marked(plain, names, roles)
    sentences = [one for one in _SENTENCES.split(marked.strip()) if one.strip(" .,!?;")]
    for place, sentence in enumerate(sentences):
        if found := _described(sentence):
            head, said = found
            others = [*sentences[:place], *sentences[place + 1 :]]
            if _is_wished(head, said, sentence, others, names, roles):
                said = _without_talk(said.strip(" .!?;"), names, roles)
                return Wish(said, groups, bool(_HEARS.search(head)))
            return None
    return None


def _without_talk(said: str, names: tuple[str, ...], roles: tuple[str | None, ...]) -> str:
    """A description without what is only said behind it: ", please", ", that was magic"."""
    first, *parts = _POLITE.sub("", said).split(",")
    kept = [
        one for one in parts
        if _MARK.search(one) or _LEADS.search(one)
        or asks_for_something(tokens(one, names, roles)[0])
    ]  # fmt: skip
    return ",".join([first, *kept])


def _described(sentence: str) -> tuple[str, str] | None:
    """What leads up to a description, its own first words with it, and the description."""
    if since := _ALL_SINCE.search(sentence):
        rest = sentence[since.end() :]
        parts = [part for part in rest.split(",") if not _AWAY.search(part)]
        away = _AWAY.search(sentence[: since.start()]) or len(parts) < len(rest.split(","))
        return (sentence[: since.end()] + " back", ",".join(parts)) if away else None
    for begins in (_A_VERSION, _HOW_IT_WAS, _BACK_TO, _LIKED, _BEFORE_ALL):
        if cue := begins.search(sentence):
            head = sentence[: cue.end()]
            return (head + " back" if begins is _BEFORE_ALL else head), sentence[cue.end() :]
    return None


def _is_wished(
    head: str, said: str, sentence: str, others: list[str], names: tuple[str, ...],
    roles: tuple[str | None, ...],
) -> bool:  # fmt: skip
    """Whether a version is wished for, and nothing else is asked for."""
    before = _WHO.sub("", head)
    if _MARK.search(before) or _NOT.search(before) or _ELSE.search(before) or _ASKS.search(before):
        return False
    for one in others:
        told, _ = tokens(_MARK.sub("it", one), names, roles)
        if _MARK.search(_WHO.sub("", one)) and asks_for_something(told):
            return False
        if asks_for_something(told) and not _ASKS_FOR_IT.search(one):
            return False
    whole = " ".join([sentence, *others])
    if "?" in whole and not _REQUEST.search(whole):
        return False
    asked = any(_ASKS_FOR_IT.search(one) for one in others)
    alone = len(before.split()) <= _FEW_WORDS and not others and not _LIKED.search(head + said)
    return bool(_WISHES.search(before) or _HEARS.search(before) or asked or alone)


def _marked(
    plain: str, names: tuple[str, ...], roles: tuple[str | None, ...]
) -> tuple[str, tuple[tuple[str, ...], ...]]:
    """A text with a mark for each mention of stems, and the stems of each."""
    found = [one for one in mentions(plain, names, roles) if one.stems]
    parts, start = [], 0
    for place, one in enumerate(found):
        parts += [plain[start : one.start], f"<{place}>"]
        start = one.end
    marked = "".join([*parts, plain[start:]])
    return marked, tuple(one.stems for one in found)
