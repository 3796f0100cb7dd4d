"""What the words beside a mention tell of it: whose it is, on which side, which of several.

One rule: a mention never comes to mean a stem that the words beside it do not name.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.instruments import only_says_kind
from assistant.naming import role_from_name
from assistant.orders.families import is_told_by
from assistant.orders.lexicon import phrases
from assistant.orders.own_words import Own
from assistant.said_sides import side_of

_ON_A_SIDE = re.compile(r"\b(left|right)(?:[ -]hand)?(?: side)? $")
_LETTER = re.compile(r" ([lr])(?![\w'])")
_POSSESSION = re.compile(r"(?:'s|s'|')? ")
_OWNED = re.compile(r"\b(?:his|her|their)(?: own)? $")
_SAYS = re.compile(
    r" (?:(?:just|always|also|keeps?) )?(?:says?|said|saying|thinks?|thought|reckons?|reckoned"
    r"|feels|complains?|complained|insists?|told (?:me|us)|tells (?:me|us)|hates|loves)"
    r" (?!(?:his|her|their|him|herself|himself)\b)"
)
_VOICES = frozenset("voice voices vocal vocals vox singing part parts track".split())
_ONE = re.compile(
    r" one\b(?! (?:db|decibels?|lu|and a half|point|or two|more|up|down|louder|quieter)\b)"
)


@dataclass(frozen=True)
class Mention:
    """Words from start to end of a text, and the stems that they mean, in the song's order."""

    start: int
    end: int
    stems: tuple[str, ...]


def widened(text: str, one: Mention, own: Own) -> Mention:
    """A mention with the words of its stem's name beside it: "host mic", "lofi bed"."""
    if len(one.stems) != 1:
        one = _narrowed(text, one, own)
    if len(one.stems) != 1:
        return one
    start, end, changed = one.start, one.end, True
    while changed:
        before = re.search(r"([^\W_]+)[ _-]$", text[:start])
        behind = re.match(r"[ _-]([^\W_]+)", text[end:])
        changed = False
        if before and one.stems[0] in own.get(before[1], ()) and not before[1].isdigit():
            start, changed = before.start(1), True
        elif behind and one.stems[0] in own.get(behind[1], ()) and not behind[1].isdigit():
            end, changed = end + behind.end(), True
    if re.search(r"\bthe $", text[:start]) and (the := _ONE.match(text, end)):
        end = the.end()  # "the amp one"
    return Mention(start, end, one.stems)


def _narrowed(text: str, one: Mention, own: Own) -> Mention:
    """Of several stems the one that a word beside it calls: "the solo guitar", "guitar two"."""
    behind = re.match(r"[ _-](?P<word>[^\W\d_]{2,})(?![\w'])", text[one.end :])
    if behind and len(only := own.get(behind["word"], set()) & set(one.stems)) == 1:
        return Mention(one.start, one.end + behind.end(), tuple(only))  # "the bass mic"
    before = re.search(r"(?:^|(?P<the>the|my|our) |\W)(?P<word>[^\W_]+)[ -]$", text[: one.start])
    if before is None:
        return one
    meant = own.get(before["word"], set()) & set(one.stems)
    meant = meant or {name for name in one.stems if is_told_by(name, before["word"])}
    known = (before["word"],) in phrases() and not before["the"]
    if len(meant) != 1 or known:
        return one
    return Mention(before.start("word"), one.end, tuple(meant))


def of_whom(text: str, found: Sequence[Mention]) -> list[Mention]:
    """Mentions of which "ron's acoustic" is one: the stem that both its words mean."""
    told: list[Mention] = []
    for one in found:
        last = told[-1] if told else None
        if last is not None and _POSSESSION.fullmatch(text, last.end, one.start):
            both = tuple(name for name in one.stems if name in last.stems)
            if both:
                told[-1] = Mention(last.start, one.end, both)
                continue
        told.append(one)
    return told


def with_their_kinds(
    text: str, found: Sequence[Mention], kinds: Mapping[str, str | None]
) -> list[Mention]:
    """Mentions with the noun behind them that says what they are: "the hook vocals" is one."""
    told: list[Mention] = []
    for one in found:
        last, noun = told[-1] if told else None, text[one.start : one.end]
        if last is not None and text[last.end : one.start] == " " and noun not in kinds:
            own = {kinds[name] or role_from_name(name) for name in last.stems}
            if only_says_kind(noun, own) and not only_says_kind(text[last.start : last.end], own):
                told[-1] = Mention(last.start, one.end, last.stems)
                continue
        told.append(one)
    return told


def without_speakers(text: str, found: Sequence[Mention]) -> list[Mention]:
    """Mentions without who only says something of others: "Tom says the uke is loud"."""
    spoken = [place for place, one in enumerate(found) if _SAYS.match(text, one.end)]
    return [one for n, one in enumerate(found) if n not in spoken or n == len(found) - 1]


def of_its_owner(text: str, found: Sequence[Mention]) -> list[Mention]:
    """Mentions of which "Ann wants her voice up" is about Ann alone, whoever else has a voice."""
    told: list[Mention] = []
    for one in found:
        last, owned = told[-1] if told else None, _OWNED.search(text[: one.start])
        if (
            owned
            and last is not None
            and len(last.stems) == 1
            and text[one.start : one.end] in _VOICES
        ):
            if not re.search(r"[.!?;]|\band\b", text[last.end : one.start]):
                one = Mention(one.start, one.end, last.stems)
        told.append(one)
    return told


def with_sides(
    text: str, found: Sequence[Mention], kinds: Mapping[str, str | None]
) -> list[Mention]:
    """ "left guitar" is the guitar on the left: of those that are meant, else of their kind."""
    told = []
    for one in found:
        letter = _LETTER.match(text, one.end)
        if letter and len(one.stems) == 2 and text[one.end - 1] != "s":  # "chop l"
            own = [n for n in one.stems if (side_of(n) or " ")[0] == letter[1]]
            if len(own) == 1:
                told.append(Mention(one.start, letter.end(), tuple(own)))
                continue
        side = _ON_A_SIDE.search(text[: one.start])
        alike = {kinds[name] for name in one.stems} - {None}
        of_kind = tuple(name for name in kinds if kinds[name] in alike)
        if len(one.stems) == 1 and side_of(one.stems[0]):
            of_kind = ()  # "l left r right": its own side is told
        for stems in (one.stems, of_kind):
            own = [name for name in stems if side and side_of(name) == side[1]]
            if side and len(stems) > 1 and len(own) == 1:
                one = Mention(side.start(), one.end, tuple(own))
                break
        told.append(one)
    return told
