"""Lists in loose words: "sax needs less, guitar more, the piano you leave alone", "not the piano".

One rule: each stem gets what is said of it and no other; what is left alone is told as left alone.
"""

import re

from assistant.orders.mentions import mentions
from assistant.orders.narrowed import named_alone

Roles = tuple[str | None, ...]
_NEEDS = re.compile(
    r"\b(?:needs?|wants?|gets?|could do with) (?P<way>less|more)(?: of it)?"
    r"(?=\s*(?:$|[,.;!]|and\b|but\b|while\b))",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"(?P<way>\b(?:less|more))(?=\s*(?:$|[,.;!]|and\b|but\b|while\b))", re.IGNORECASE
)
_YOU_LEAVE = re.compile(
    r"(?:(?<=^)|(?<=[,;.!] )|(?<=\band )|(?<=\bbut ))"
    r"(?P<who>(?:(?!\band\b|\bbut\b)[^,;.!?]){2,30}?),? you"
    r" (?:just |can |may |should |please )*(?:leave|let|keep)"
    r" (?:(?:him|her|it|them) )?(?:alone|be|in peace|as (?:it|they|he|she) (?:is|are)"
    r"|where (?:it|they|he|she) (?:is|are))\b",
    re.IGNORECASE,
)
_IS_OKAY = re.compile(
    r"(?:[,;]| (?:and|but|while))+ ?(?:the |my )?(?P<who>[^,;.!?]{1,30}?) (?:is|are|'s)"
    r" (?:already |just |all )?(?:ok|okay|okey|perfect|good|fine|right|great)"
    r"(?: (?:like this|like that|as (?:it|they) (?:is|are)|already|so|there))?(?=\W*$)",
    re.IGNORECASE,
)
_OF_FAMILIES = re.compile(r"(?:\b(?:both|all|the|my|our|two|other|rhythm|of)\s+)+$", re.IGNORECASE)
_JOINED = re.compile(r"[\s,;]+(?:and|but|while)\W*$", re.IGNORECASE)
_DONT_TOUCH = re.compile(
    r" (?:dont|don't|do not|not) touch(?: (?:it|that|them))?(?=\W*$)", re.IGNORECASE
)
_SAME_AMOUNT = re.compile(  # "A up and B down the same amount, let's say 2 dB"
    r"(?P<one>\b(?:up|down))(?P<who> (?:and|,) [^,;.!?]{1,30}? )(?P<two>up|down)(?: by)?"
    r" (?:the|an?) (?:same|equal)(?: amount)?[\s,:-]+(?:let'?s say |say |like |about |by |of )*"
    r"(?P<size>(?:\d[\d.,]*|an?|one|two|three|four|half an?)(?: and a half)?"
    r" ?(?:dbs?|decibels?)(?: and a (?:half|quarter))?)",
    re.IGNORECASE,
)
_AND_NOT = re.compile(  # "lower the organ and the pad by 2 each, and not the piano"
    r"[\s,;]+(?:and |but )?not (?:the |my |our )?(?P<who>[^,;.!?\d]{2,30}?)(?=\W*$)", re.IGNORECASE
)
_NOT_AT_ALL = re.compile(  # "the horns by one, and the timpani not at all"
    r"[\s,;]+(?:and |but )?(?:the |my |our )?(?P<who>[^,;.!?\d]{2,30}?),? "
    r"(?:not (?:at all|a bit)|nothing(?: at all)?|stays? (?:put|exactly )?(?:where|as|how) (?:it"
    r"|they|he|she) (?:is|are)|stays? put)(?=\W*$)",
    re.IGNORECASE,
)
_TO_BE = re.compile(
    r"\b(?:are|is|has|have|need|needs|ought) to be (?P<way>lowered|raised|lifted|reduced"
    r"|brought (?:up|down)|turned (?:up|down)) by\b",
    re.IGNORECASE,
)
_BY_ONLY = re.compile(
    r"\bby (?:only|just|merely)(?= (?:\d|one|two|three|four|half))", re.IGNORECASE
)
_BLESSED = re.compile(r",? ?\bbless (?:him|her|them|you)\b,?(?= (?:and|or)\b)", re.IGNORECASE)
_THAT_IS = re.compile(
    r"\b(?:everything|everyone|all(?: of (?:it|that))?|anything) (?:that|which|who)(?: is|'s|"
    r" plays?)(?: an?| the| of)? (?P<who>[\w-]+(?: [\w-]+)?)(?=\s*(?:$|[,.;!]))",
    re.IGNORECASE,
)
_FROM_THERE = re.compile(
    r",? (?:and )?(?:from (?:there|here)|on top of (?:that|it))(?: on)?,? (?:just|only)? ?(?=\w)",
    re.IGNORECASE,
)
_BACK_TO = re.compile(
    r"\b(?:back to|restore|return to|load) (?:the )?(?:version|v|take)\b", re.IGNORECASE
)


def put_in_order(text: str, names: tuple[str, ...], roles: Roles) -> str:
    """A list of wishes in plainer words, without the stems that it leaves alone."""
    text = _BLESSED.sub("", _BY_ONLY.sub("by", _same(text)))
    text = _TO_BE.sub(lambda match: "up by" if _is_up(match["way"]) else "down by", text)
    text = _THAT_IS.sub(lambda match: _all_that_is(match, names, roles), text)
    if _BACK_TO.search(text):
        text = _FROM_THERE.sub(", then ", text)
    return _without_the_others(_needing(text, names, roles), names, roles)


def _is_up(way: str) -> bool:
    return way.casefold() in ("raised", "lifted", "brought up", "turned up")


def _same(text: str) -> str:
    return _SAME_AMOUNT.sub(
        lambda m: f"{m['one']} {_size(m['size'])}{m['who']}{m['two']} {_size(m['size'])}", text
    )


def _size(said: str) -> str:
    half = re.fullmatch(r"an? (db|decibel) and a half", said.strip(), re.IGNORECASE)
    return "1.5 dB" if half else said.strip()


def _all_that_is(match: re.Match[str], names: tuple[str, ...], roles: Roles) -> str:
    if not mentions(match["who"].casefold(), names, roles):
        return match[0]
    return f"all the {match['who']}"


def _needing(text: str, names: tuple[str, ...], roles: Roles) -> str:
    """ "the sax needs less, the keys more" as "the sax down, the keys up"."""
    if "?" in text or not _NEEDS.search(text):
        return text
    for pattern in (_NEEDS, _BARE):
        found = [one for one in mentions(text.casefold(), names, roles) if one.stems]
        if len(found) < 2:
            return text
        ends = [one.end for one in found]
        text = pattern.sub(lambda match, ends=ends: _way(match, ends), text)
    return text


def _way(match: re.Match[str], ends: list[int]) -> str:
    """The way that is wished right behind a stem, which ends at one of these places."""
    beside = any(0 <= match.start() - end <= 1 for end in ends)
    plain = "down" if match["way"].casefold() == "less" else "up"
    return plain if beside else match[0]


def _without_the_others(text: str, names: tuple[str, ...], roles: Roles) -> str:
    """A list without the stems that it leaves alone, where it orders something for others."""
    if "?" in text:
        return text
    for pattern in (_YOU_LEAVE, _IS_OKAY, _NOT_AT_ALL, _AND_NOT):
        found = pattern.search(text)
        if found is None:
            continue
        gone = set(named_alone(found["who"], names, roles))
        rest = text[: found.start()] + text[found.end() :]
        rest = _without_one(rest, gone, names, roles) if gone else rest
        others = {n for one in mentions(rest.casefold(), names, roles) for n in one.stems}
        if gone and others and not gone & others and _moves(rest):
            text = _JOINED.sub("", rest).strip(" ,;.")
    return _unstopped(text, names, roles)


def _without_one(text: str, gone: set[str], names: tuple[str, ...], roles: Roles) -> str:
    """A text in which a family is called by the names of its stems, but for what is left alone."""
    for one in reversed(mentions(text.casefold(), names, roles)):
        if gone < set(one.stems):
            before = _OF_FAMILIES.sub("", text[: one.start])
            family = " and ".join(name for name in one.stems if name not in gone)
            text = f"{before}{family}{text[one.end :]}"
    return text


def _moves(text: str) -> bool:
    """Whether faders are moved, and none of them all at once."""
    return bool(
        re.search(r"\b(?:up|down|louder|quieter|lower|raise|lift|drop|by|cut|boost)\b", text, re.I)
    ) and not re.search(r"\b(?:every\w*|all|pan|left|right|mute|solo|under|over)\b", text, re.I)


def _unstopped(text: str, names: tuple[str, ...], roles: Roles) -> str:
    """ "clap up arp down vox dont touch" with its commas, without what is not to be touched."""
    if re.search(r"[,.;:!?]", text.strip(" .!")) or not _DONT_TOUCH.search(text):
        return text
    found = [one for one in mentions(text.casefold(), names, roles) if one.stems]
    touched = _DONT_TOUCH.search(text)
    if len(found) < 2 or touched is None or not 0 <= touched.start() - found[-1].end <= 1:
        return text
    text = text[: found[-1].start].rstrip()
    for one in reversed(found[1:-1]):
        text = f"{text[: one.start].rstrip()}, {text[one.start :]}"
    return text.rstrip(" ,")
