"""Orders that put themselves right in the same breath: "hats down 3 no 2 db", "+3, no, -3".

One rule: what was put right is no longer asked for; never are both done.
"""

import re
from collections.abc import Sequence

from assistant.naming import words_of
from assistant.orders.beside import Mention
from assistant.orders.lexicon import FILLER, JOIN, NUMBER, VERB
from assistant.orders.mentions import mentions
from assistant.orders.tokens import STEM, STOP, tokens

Roles = tuple[str | None, ...]
_AMOUNT = (
    r"(?:\d+(?:[.,]\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|half an?|an?(?= db))"
    r"(?: and a half| point \w+)?(?: ?(?:dbs?|decibels?|percent|%))?"
)
_SIGN = r"(?:plus|minus|up|down|left|right|[+-])"
_OH = r"(?:(?:ach|oh|och|ah|er|erm|um|uh|oops|argh|hm+|wait|sorry|hang on|hold on|but)[\s,.!…-]+)*"
_NO = (
    r"(?:no|nope|nah|nein|sorry|i (?:mean|meant)|make (?:it|that)|rather|correction|scratch that"
    r"|strike that|wait|pardon(?: me)?|my bad)"
)
_NO_WAIT = (
    rf"[\s,.;!?…]+{_OH}{_NO}(?:[\s,.;:!…]+(?:no|sorry|wait|i (?:mean|meant)|make (?:it|that)"
    r"|rather|actually|better))*[\s,.;:!…]+(?:just |only )?"
)
_ENDS = r"(?=\W*(?:$|[,.;!]|and\b|please\b|pls\b|in total|then\b))"
_SIZE_ANEW = re.compile(  # "down 3 no 2 db": another size
    rf"(?<![\w.]){_AMOUNT}{_NO_WAIT}(?P<anew>{_AMOUNT}){_ENDS}", re.IGNORECASE
)
_SIGN_ANEW = re.compile(  # "plus 3, no, minus 3": another way
    rf"(?:\b|(?<=\s)){_SIGN} ?{_AMOUNT}{_NO_WAIT}(?P<anew>{_SIGN} ?{_AMOUNT}){_ENDS}",
    re.IGNORECASE,
)
_OWNS_UP = re.compile(  # "sorry, I mix up always the sign"
    r"[,.;!]+ ?sorry\b(?:[\s,]+i (?:always |keep |often )?(?:mix|mixed|mixing|confuse|muddle|get"
    r"|got|misspoke|mistyped)\b[^.;!?]*)?(?=\W*$)",
    re.IGNORECASE,
)
_BREAK = re.compile(  # "... wait no. the dry one", "... actually no, just the high one"
    rf"[\s,.;!?…-]+{_OH}(?:actually[\s,]+)?(?:no|nope|nah|scratch that)(?:[\s,]+(?:wait|actually"
    r"|sorry|no))*(?:[,.;!…]+\s*|\s+(?=(?:the|just|only|my|that)\b))(?P<rest>.+)$",
    re.IGNORECASE,
)
_ONE = re.compile(r"\b(?:the |that )?([\w-]{2,}) (?:one|ones)\b", re.IGNORECASE)
_A_SIZE = re.compile(rf"\s*(?:\bby )?(?<![\w.]){_AMOUNT}(?![\w.])", re.IGNORECASE)
_IN_NAMES_ONLY = frozenset({STEM, FILLER, JOIN, STOP, NUMBER, VERB, "unit", "only", "it"})


def put_right(text: str, names: tuple[str, ...], roles: Roles) -> str:
    """A text with only what it says in the end of a size, a way or a stem that it puts right."""
    anew = _SIGN_ANEW.sub(lambda match: match["anew"], text)
    anew = _SIZE_ANEW.sub(lambda match: match["anew"], anew)
    if anew != text:
        return _OWNS_UP.sub("", anew)
    return _other_stem(text, names, roles)


def _other_stem(text: str, names: tuple[str, ...], roles: Roles) -> str:
    """An order for one stem, for the other that is named behind a "no": its way stays."""
    cut = _BREAK.search(text)
    if cut is None or "?" in text:
        return text
    before, rest = text[: cut.start()], cut["rest"]
    was = [one for one in mentions(before.casefold(), names, roles) if one.stems]
    told, _ = tokens(before, names, roles)
    kinds = {token.kind for token in told}
    if len(was) != 1 or not kinds & {"up", "down"} or kinds & {"left", "right", "mute", "solo"}:
        return text
    behind, who = _named_in(rest, was[0], names, roles)
    if who is None or who in before:
        return text
    if size := _A_SIZE.search(behind):
        return f"{_named_anew(before, was[0], who, sized=False)} {size[0].strip()}"
    return _named_anew(before, was[0], who, sized=True)


def _named_in(
    rest: str, was: Mention, names: tuple[str, ...], roles: Roles
) -> tuple[str, str | None]:
    """What stands behind a "no", and the one stem that it names and no more."""
    rest = rest.strip(" .,;!")
    behind = _ONE.sub(" ", rest)
    found = [one for one in mentions(rest.casefold(), names, roles) if one.stems]
    if found:
        stems = {name for one in found for name in one.stems}
        told, _ = tokens(rest, names, roles)
        plain = all(token.kind in _IN_NAMES_ONLY for token in told)
        return behind, stems.pop() if len(stems) == 1 and plain else None
    one = _ONE.search(rest)
    told, _ = tokens(behind, names, roles)
    if one is None or not all(token.kind in _IN_NAMES_ONLY for token in told):
        return behind, None
    stems = _called(one[1].casefold(), was, names)
    return behind, stems[0] if len(stems) == 1 else None


def _called(word: str, was: Mention, names: tuple[str, ...]) -> Sequence[str]:
    """The stems with a word in their names, of those that were meant if any are."""
    full = {"high": "hi", "low": "lo", "double": "dbl", "doubled": "dbl", "left": "l", "right": "r"}
    has = [n for n in names if {word, full.get(word, word)} & set(words_of(n).split())]
    return [name for name in has if name in was.stems] or has


def _named_anew(before: str, was: Mention, who: str, sized: bool) -> str:
    """What was said before the "no", for another stem; how far is kept or left out."""
    first, behind = before[: was.start], before[was.end :]
    if not sized:
        first, behind = _A_SIZE.sub("", first), _A_SIZE.sub("", behind)
    return first + who + behind
