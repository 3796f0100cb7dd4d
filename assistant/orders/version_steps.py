"""Versions by where they are from one just heard: "the one before that", "the earlier one".

One rule: they are told from versions that were just talked of; elsewhere such words name none.
"""

import re

from assistant.orders.asides import asks_for_something
from assistant.orders.tokens import tokens

_LEADS = (
    r"(?:(?:no+|nope|nah|hm+|um+|wait|ok(?:ay)?|so|well|actually|sorry|then|and|but|oh|ah|yes"
    r"|yeah|please"
    r"|rather|maybe|let'?s|(?:i )?mean(?:t)?|make it|take me|go|back|to|for|try|have|give me"
    r"|give us|want|i"
    r"|restore|return|not that(?: one)?|no not that(?: one)?|the|one more|get|load|put|us|me"
    r"|just)\W+)*"
)
_TAILS = r"(?: (?:please|pls|then|instead|again|actually|now|thanks|mate|i think|after all))*"
_THAT = r"(?:that|this|it)(?: one| version)?"
_ONE = r"(?:one|version|state|step)"
_BACK = re.compile(
    rf"{_LEADS}(?:{_ONE} (?:just |right )?(?:before|prior to|ahead of|earlier than) {_THAT}"
    rf"|{_ONE} (?:before|earlier)|(?:previous|prior|preceding) {_ONE}"
    rf"|(?:one|another|a) (?:{_ONE} )?(?:further back|earlier|back from (?:there|{_THAT})"
    rf"|back again)"
    rf"|a version (?:earlier|back)){_TAILS}"
)
_ON = re.compile(
    rf"{_LEADS}(?:(?:next|following) {_ONE}(?: (?:after|on from|from|behind) {_THAT})?"
    rf"|{_ONE} (?:just |right )?(?:after|following|behind) {_THAT}"
    rf"|(?:one|a) (?:{_ONE} )?(?:later|further on)){_TAILS}"
)
_LATEST = re.compile(
    rf"{_LEADS}(?:latest|newest|most recent|last)(?: (?:one|version|state))?(?: of all"
    rf"| we had)?{_TAILS}"
)
_SO_NUMBERED = re.compile(
    r"\W+(?:so |that is |i\.?e\.? )?(?:number|version|v|no\.?) ?(\d{1,2})\W*$"
)
_SENTENCES = re.compile(r"(?<=[.!?;])\s+")
_EARLIER = re.compile(
    r"\bthe (?:earlier|older|former|first of (?:the two|them|those))\b(?: one| version)?"
)
_LATER = re.compile(
    r"\bthe (?:later|newer|latter|second of (?:the two|them|those))\b(?: one| version)?"
)
_LIKED = re.compile(
    r"\b(?:stay(?:s|ing)?|keep(?:ing)?|back|better|best|nicer|nicest|wins?|take|have|want"
    r"|prefers?|go"
    r"(?:ing)? with|it is|the one|breathes|warmer|more|please|restore|load|use|pick|choose|vote)\b"
)
_DISLIKED = re.compile(
    r"\b(?:too|not|worse|worst|hate|lacks?|bad|dull|without|less|never|wrong|but|or|nor|than)\b"
    r"|n't|\?"
)
_WITH_NOW = re.compile(
    r"\b(?:this(?: one| version)?|it|that|the (?:present|current)(?: one| version)?|now"
    r"|what (?:we|i) have(?: now)?|how it is(?: now)?)\b"
)
_NEWEST = re.compile(r"\bthe (?:latest|newest|most recent)\b")
_FEW_WORDS = 5  # of which a step is all that is said


def stepped(
    text: str, names: tuple[str, ...], roles: tuple[str | None, ...], now: int, last: int
) -> int | None:
    """The version that a text names by its place beside the one that is heard now; None: none is.

    last: the number of the newest version.
    """
    _, plain = tokens(text, names, roles)
    sentences = [one.strip() for one in _SENTENCES.split(plain.strip()) if one.strip(" .!?;")]
    if not sentences or "?" in plain:
        return None
    told, _ = tokens(" ".join(sentences[:-1]), names, roles)
    if asks_for_something(told):
        return None
    wanted = sentences[-1].rstrip(" .!")
    number = _SO_NUMBERED.search(wanted)
    if number is not None:
        wanted = wanted[: number.start()]
    found = None
    if _BACK.fullmatch(wanted):
        found = now - 1
    elif _ON.fullmatch(wanted):
        found = now + 1
    elif _LATEST.fullmatch(wanted):
        found = last
    if found is not None and number is not None:
        found = int(number[1])
    return found if found is not None and 0 <= found <= last else None


def of_the_heard(text: str, heard: tuple[int, ...]) -> int | None:
    """The one of two versions that a text likes, by its age: "the earlier one breathes"."""
    plain = text.casefold()
    earlier, later = _EARLIER.search(plain), _LATER.search(plain)
    if len(set(heard)) != 2 or bool(earlier) == bool(later) or _DISLIKED.search(plain):
        return None
    found = earlier or later
    assert found is not None
    alone = not plain.replace(found[0], "").strip(" .,!") or len(plain.split()) < _FEW_WORDS
    if not alone and not _LIKED.search(plain):
        return None
    return min(heard) if earlier else max(heard)


def with_the_present(plain: str) -> bool:
    """Whether lower-case words set a version beside the one that is heard now: "this one and 4"."""
    return bool(_WITH_NOW.search(plain))


def the_newest(plain: str) -> bool:
    """Whether lower-case words name the newest version."""
    return bool(_NEWEST.search(plain))
