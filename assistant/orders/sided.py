"""Stems of a pair called by their side: "bring L down", "L left, R right", "and the same for left".

One rule: a side is a stem only where the words leave it no place to be: of one pair that was
spoken of, or of the only one there is.
"""

import re
from collections.abc import Sequence

from assistant.orders.mentions import mentions
from assistant.orders.referring import Known
from assistant.said_sides import partners, side_of

_SIDES = {"l": "left", "r": "right", "left": "left", "right": "right"}
_PLACED = r"(?: hard)?(?: (?:on|to))?(?: the)?(?: hard)? (?:left|right)\b"
_MOVED = (
    r"(?: a (?:bit|touch|little|tad|hair))? (?:up|down|louder|quieter|softer|back|by|minus|plus)\b"
)
_LETTER = re.compile(
    rf"(?<![\w'%-])(?P<side>[lr])(?={_PLACED}|{_MOVED})"
    r"|(?:\b(?:mute|unmute|solo|hear|only|just|raise|lower|drop) |^\s*(?:(?:and|now|then) )?)"
    r"(?:the )?(?P<alone>[lr])"
    r"(?=\s*(?:$|[,.;!?]|by\b|too\b|alone\b))"
)
_SAME_FOR = re.compile(
    r"(?P<lead>\b(?:same|likewise|ditto|repeat that|do that|do it)\b(?: thing)? (?:for|with|on"
    r"|to) )"
    r"(?:the )?(?P<side>left|right)(?: (?:one|side))?(?=\W*$| too\b| as well\b)"
)
_MEANT = re.compile(  # behind a move of the right one: "wrong one, i meant left"
    r"(?P<lead>\b(?:i meant|i mean|meant|wrong one|not that one|oops|sorry|no|nope)[\s,]+"
    r"(?:(?:it was|it's|the|my|i|meant) )*)(?P<side>left|right)(?: (?:one|guitar|side))?(?=\W*$)"
)
_TOO = re.compile(  # "ok, now the right as well, same"
    r"(?P<lead>^\W*(?:(?:ok(?:ay)?|and|now|then|so|good|nice|lovely|yes|do)\W+)*)(?:the )?"
    r"(?P<side>left|right)(?: (?:one|guitar|side))?"
    r"(?=,? (?:as well|too|also|likewise|the same|same|by the same)\b)"
)
_LEFT_ALONE = re.compile(  # "leave the left, right one up a hair"
    r"(?P<lead>\b(?:leave|keep|don'?t touch|spare) )(?:the )?(?P<side>left|right)"
    r"(?: (?:one|guitar|side))?(?=\W*(?:$|[,.;!?])| (?:as (?:it|he|she) (?:is|was)|alone|where)\b)"
)
_BOTH_SIDES_OF = re.compile(r"\b([a-z]\w+) l ?(?:and|&|/|\+|n) ?r\b(?! (?:left|right))")
_APART = re.compile(
    r"(?: (?:panned|out|go|going|spread))*"
    r"(?: (?P<how>hard|full|fully|half|slightly|a bit|a little|\d+ ?%))?(?: to the)?"
    r" (?:to (?:the|their) sides|to either side|left(?: and | ?& ?| ?/ ?| n | )right"
    r"|l ?(?:/|&|and|n) ?r)\b"
    r"(?= ?(?:$|[,.;!?]| and\b| please\b))"
)
_OF_A_STEM = frozenset({"apply_moves", "set_mute", "set_level", "shape_sound"})


def sides_named(text: str, known: Known) -> str:
    """A lower-case text in which a stem that was called by its side is called by name."""
    text = _BOTH_SIDES_OF.sub(r"\1 l and \1 r", text)
    for said in (_MEANT, _TOO):
        text = said.sub(lambda match: _mate(match, known) or match[0], text)
    text = _LEFT_ALONE.sub(lambda match: _one_of_them(match, known) or match[0], text)
    text = _each_to_a_side(_SAME_FOR.sub(lambda match: _same_for(match, known), text), known)
    if not _LETTER.search(text):
        return text
    pair = _pair(text, known)
    return text if pair is None else _LETTER.sub(lambda match: _lettered(match, pair), text)


def _mate(match: re.Match[str], known: Known) -> str | None:
    """The stem on that side beside the one that was just changed."""
    last = known.before.deeds[-1] if known.before.deeds else None
    now = known.before.focus
    if last is None or last.name not in _OF_A_STEM or len(now) != 1:
        return None
    mates = [
        name for name in partners(now[0], known.names, known.roles)
        if side_of(name) == match["side"]
    ]  # fmt: skip
    return f"{match['lead']}{mates[0]}" if len(mates) == 1 else None


def _one_of_them(match: re.Match[str], known: Known) -> str | None:
    """The stem on that side of the two that were spoken of last."""
    last = known.before.deeds[-1:]
    pair = _by_side(known.before.focus)
    moved = bool(last) and last[0].name in _OF_A_STEM
    return f"{match['lead']}{pair[match['side']]}" if pair and moved else None


def _each_to_a_side(text: str, known: Known) -> str:
    """ "the trombones hard left and right": the first of two goes left and the second right."""
    for one in mentions(text, known.names, known.roles):
        match = _APART.match(text, one.end)
        if match is None or len(one.stems) != 2:
            continue
        how, (first, second) = match["how"] or "", one.stems
        if side_of(first) == "right" or side_of(second) == "left":
            first, second = second, first
        told = f"{first} {how} left, {second} {how} right"
        return f"{text[: one.start]}{told}{text[match.end() :]}"
    return text


def _lettered(match: re.Match[str], pair: dict[str, str]) -> str:
    name = "side" if match["side"] else "alone"
    start, end = (place - match.start() for place in match.span(name))
    return f"{match[0][:start]}{pair[_SIDES[match[name]]]}{match[0][end:]}"


def _pair(text: str, known: Known) -> dict[str, str] | None:
    """The left and the right stem of a pair: named in the text, spoken of, or the only one."""
    named = [one.stems for one in mentions(text, known.names, known.roles)]
    for stems in [*named, *known.families(), known.names]:
        found = _by_side(stems)
        if found is not None:
            return found
    return None


def _by_side(stems: Sequence[str]) -> dict[str, str] | None:
    sides = [(side_of(name), name) for name in stems]
    told = {side: [name for own, name in sides if own == side] for side in ("left", "right")}
    return {side: own[0] for side, own in told.items()} if all(
        len(own) == 1 for own in told.values()
    ) else None  # fmt: skip


def _same_for(match: re.Match[str], known: Known) -> str:
    """ "same for left" behind a move of the right one: the stem on that side, and no place."""
    return _mate(match, known) or match[0]
