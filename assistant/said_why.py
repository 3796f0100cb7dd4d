"""Do words ask why something was proposed? "why the keys though", "because?", "explain me that".

One rule: a "why not" is no question, and what orders something besides is none of these.
"""

import re
from collections.abc import Sequence

from assistant.english import plainly
from assistant.orders.mentions import as_read, mentions

_NOT_ASKED = (
    r"(?<!that's )(?<!thats )(?<!is )(?<!don't know )(?<!dont know )(?<!idea )(?<!not sure )"
)
_WHY = re.compile(
    rf"{_NOT_ASKED}\b(?:why+|how come)\b(?!,? (?:not\b|don'?t (?:you|we|i)\b|bother|thank"
    r"|of course|yes|certainly|sure))"
    r"|\bwhat (?:makes you|made you|led you|is the reason|'?s the reason|makes (?:it|that|them) so"
    r"|are you basing)\b|\bwhat(?:'?s| is) (?:behind|wrong with|the (?:reason\w*|logic|thinking"
    r"|rationale|idea|point|case) (?:behind|for|of|there|in))\b"
    r"|\b(?:whats?|give|tell|hear|know|see|have|got|there|state"
    r"|share)\b[^.!?,;]{0,30}\b(?:reason(?:s"
    r"|ing)?|rationale|grounds|thinking|evidence|proof|justification)\b|\bon what (?:grounds?"
    r"|basis)"
    r"\b|\bjustify\b|\bbased on what\b"
    r"|\bexplain (?:me |us |it |that |this |yourself|the |your )|\bhow do you (?:know|figure|work"
    r" that out)\b|\bhow (?:so|did you (?:get|come|arrive|decide))\b"
)
_FIRST_WORDS = 4  # among which a question why begins, where its words may be read as an order
_BARE = re.compile(
    r"(?:(?:and|so|but|ok|okay|hm+|oh|well|just|please|first|sorry|wait|say|tell me|tell us|give me"
    r"|right)\W+)*(?:why+|because|cos|reasons?|how come|how so|explain(?: (?:please|pls|it|that"
    r"|this"
    r"|yourself|why))?|says who|meaning|(?:say|tell me|tell us) why)(?: (?:please|pls|though|tho"
    r"|that"
    r"|exactly|is that|would that be|then|so))*\W*"
)
_DOES = re.compile(r"\b(?:by hand|manually|myself|in my daw|headroom\b)\b")


def asks_why(text: str, names: tuple[str, ...], roles: tuple[str | None, ...]) -> bool:
    """Whether a text asks for the reason of advice, and is no order in a question's form."""
    plain = as_read(plainly(text), names, roles)
    for one in reversed(mentions(plain, names, roles)):
        plain = f"{plain[: one.start]}it{plain[one.end :]}"
    return bool(_BARE.fullmatch(plain) or _WHY.search(plain)) and not _DOES.search(plain)


def begins_with_why(text: str) -> bool:
    """Whether a text asks why in its first words."""
    return bool(_WHY.search(" ".join(plainly(text).split()[:_FIRST_WORDS])))


def besides_why(text: str) -> Sequence[str]:
    """The sentences of a text that do not ask why: "why? and mute the bass"."""
    parts = re.split(r"[.!?;,]+", plainly(text))
    return [one.strip() for one in parts if one.strip() and not _WHY.search(one)]
