"""Advice that was left or turned down and is taken up after all: "you were right about the keys".

One rule: the words must point to the advice, and ask for it; without both nothing is taken up.
"""

import re
from collections.abc import Sequence

from assistant.english import plainly
from assistant.numerals import normal, numbers
from assistant.orders.mentions import as_read, mentions
from assistant.said_gains import ways
from assistant.said_sides import without_idioms
from mixer.moves import Move

_YOU = r"(?:you|u|ya|ye|yous)"
_SAID = (
    r"(?:said|say|suggest(?:ed)?|want(?:ed)?|propos(?:ed|e)|advis(?:ed|e)|recommend(?:ed)?"
    r"|mentioned"
    r"|had in mind|offered|meant|told me)"
)
_POINTS = re.compile(
    rf"\b{_YOU}(?:'d| had| have)? (?:\w+ )?{_SAID}\b"
    rf"|\b{_YOU}(?:'re| are| were|r| was)? (?:probably |so |absolutely |of course )?right\b"
    rf"|\bur right\b"
    rf"|\b{_YOU}(?:'ve| had| have| did have)? (?:got |had )?a point\b|\bthat was right about\b"
    r"|\b(?:your|that) (?:advice|suggestion|proposal|idea|tip|recommendation)s?\b|\bafter all\b"
    r"|\byour (?:[\w']+ ){1,3}(?:move|thing|one|bit|change|suggestion)\b"
    r"|\b(?:i was|i've been) (?:wrong|stubborn|stupid|too hasty)\b"
)
_OF_YOURS = re.compile(  # as it was advised, and at no size of one's own
    rf"\b(?:your|ur|yours)\b|\b{_YOU}(?:'d| had| have)? (?:\w+ )?{_SAID}\b"
    r"|\bas (?:advised|proposed|suggested)\b|\bthe (?:advice|suggestion|proposal)\b"
)
_A_PART = re.compile(r"\b(?:part|bit|half|rest) of (?:that|it|them|your)\b")  # of what is named
_REST = re.compile(  # all that is left of the last advice
    r"\b(?:the )?(?:rest|remainder|others?|other (?:one|half|part|bit|move|suggestion|\d+)s?"
    r"|remaining|(?:full|whole) (?:thing|lot|amount|whack|monty|move|\d+(?:\.\d+)?|suggestion)"
    r"|all of (?:it|that)|the lot)\b"
)
_WISHES = re.compile(  # what tells to do it
    r"\b(?:do|doing|apply|take|give|go (?:on|ahead|for|with)|put|try|have|use|let'?s|let us|now"
    r"|please|pls|yes|yeah|yep|ok(?:ay)?|alright|all right|fine|we can|you can|i'?ll have"
    r"|then)\b"
)
_ALSO = re.compile(r"\b(?:too|also|as well|n all|and all|after all)\b")
_REFUSES = re.compile(
    r"\b(?:not|no|never|don'?t|leave|but(?! (?:only|just|maybe|like|half|\d))|except|unless|if"
    r"|stays?|keep"
    r"|hear|play|solo|mute|why|undo|how|what (?:was|is|were|did)|which|version|back|pan\w*|under"
    r"|explain|tell me|bright\w*|warm\w*|dark\w*|(?:is|are|was|were|sounds?) (?:\w+ )?(?:good|great"
    r"|fine|nice|loud|quiet|lovely|perfect|ok|okay)(?! by me| with me)"
    r"|below|above|level with|same as|\w+er than|to the (?:left|right))\b|\?|%"
)
_WONDERS = re.compile(r"\?+(?=\W*(?:let'?s|do|go|yes|yeah|ok|okay|please|apply)\b)")
_HALF = re.compile(r"(?<!other )(?<!second )\bhalf\b(?! (?:a|an) )")
_HESITATES = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|lovely|great|nice|perfect|good|beautiful|cool|sweet|oh|hm+|well|actually"
    r"|in (?:actual )?fact|bah|bof|go on then|gwaan"
    r"|hang on|hold on|wait|ah|right|come to think of it"
    r"|(?:i'?m )?convinced|fair (?:enough|point)|good point|point taken|you win"
    r"|you know what|on second thoughts?|on reflection|ugh|sigh|mm+)\b[\s,.!;]*)*"
    rf"(?:(?:no|nah|nope|naw)\b[\s,.]*(?=(?:{_YOU}|wait|actually|go on|hang on|hold on)\b))?"
    r"(?:(?:ok(?:ay)?|actually|wait|hang on|hold on|go on|right|well)\b[\s,.!]*)*"
)


def without_hesitation(text: str) -> str:
    """A text without what one says before one changes one's mind: "ok wait actually"."""
    return _HESITATES.sub("", text, count=1) or text


def taken_up(
    text: str,
    left: Sequence[Move],
    last: Sequence[str],
    names: tuple[str, ...],
    roles: tuple[str | None, ...],
) -> list[Move]:
    """The moves of what is left of advice that a text asks for after all; none in any other text.

    last: the stems of the last advice, which "the rest of it" means.
    """
    plain = without_hesitation(as_read(normal(plainly(text)), names, roles))
    plain = _WONDERS.sub(",", plain)
    points = bool(_POINTS.search(plain))
    if not left or not (points or _A_PART.search(plain)) or _REFUSES.search(plain):
        return []
    sized = _HALF.search(plain) or numbers(plain, names)
    if not (sized or _WISHES.search(plain) or _ALSO.search(plain)):
        return []
    named = {stem for one in mentions(plain, names, roles) for stem in one.stems}
    if named:
        wanted = [move for move in left if move.stem in named]
        others = named - {move.stem for move in wanted}
        if not wanted or (others and not _one_word_means(plain, names, roles, wanted)):
            return []
    elif points and _REST.search(plain):
        wanted = [move for move in left if move.stem in last]
    else:
        return []
    return _as_sized(plain, wanted, names)


def as_advised(
    text: str,
    advised: Sequence[Move],
    names: tuple[str, ...],
    roles: tuple[str | None, ...],
) -> list[Move]:
    """The moves of advice that a text wants as they were told: "do your 3", "the 1 dB you said"."""
    plain = as_read(normal(plainly(text)), names, roles)
    if not _OF_YOURS.search(plain) or _REFUSES.search(plain):
        return []
    named = {stem for one in mentions(plain, names, roles) for stem in one.stems}
    wanted = [move for move in advised if move.stem in named or not named]
    if named - {move.stem for move in wanted}:
        return []
    sizes = {number.value for number in numbers(plain, names)}
    if len(sizes) == 1 and len(wanted) > 1:
        wanted = [move for move in wanted if abs(move.gain_db) in sizes]
    return _as_sized(plain, wanted, names) if wanted else []


def _one_word_means(
    plain: str, names: tuple[str, ...], roles: tuple[str | None, ...], wanted: Sequence[Move]
) -> bool:
    """Whether each mention may mean one that is wanted: "the guitar", and there are two."""
    here = {move.stem for move in wanted}
    return all(here & set(one.stems) for one in mentions(plain, names, roles))


def _as_sized(plain: str, wanted: Sequence[Move], names: tuple[str, ...]) -> list[Move]:
    """The moves as far as a text says; none where it says another way than the advice."""
    told = ways(without_idioms(plain))
    signs = {1.0 if move.gain_db > 0.0 else -1.0 for move in wanted}
    if len(told) == 1 and not told <= signs:
        return []
    if _HALF.search(plain):
        return [Move(move.stem, round(move.gain_db / 2.0, 2)) for move in wanted]
    sizes = {number.value for number in numbers(plain, names)}
    if len(sizes) > 1 or (sizes and len(wanted) > 1):
        return []
    if not sizes:
        return list(wanted)
    size_db = sizes.pop()
    return [Move(move.stem, size_db if move.gain_db > 0.0 else -size_db) for move in wanted]
