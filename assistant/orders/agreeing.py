"""A yes to what is proposed, and what is asked for besides: "go on then", "ok do that, choir up 1".

One rule: a text with a no in it, or with words that may ask for more, is no plain yes.
"""

import re

from assistant.intents import ADVICE, SPEAK
from assistant.orders.asides import ActsOf
from assistant.orders.of_proposal import NO, SAYS_YES, is_aside

_ACCEPTS = re.compile(  # "go on then do that, and ..."
    r"\W*(?:(?:yes|yeah|yea|yh|ya|aye|yep|yup|ok|okay|sure|fine|alright|all right|right|great"
    r"|perfect|good|go on|go ahead|go for it|please|then|do (?:that|it|so|them|those|this|both)"
    r"|apply (?:that|it|them|those|both)|(?:please )?do(?: please)?|both(?: of (?:them|those))?"
    r"|all of (?:it|them)|to (?:that|both|it)|with that|let'?s (?:do|try) (?:that|it)|by all means"
    r"|sounds good|lovely|good idea|oh|ah|hm+)(?:\W+|$)){1,8}"
)
_DO_IT = re.compile(r"\b(?:do|apply|go|try|by all means|(?:yes|yeah|yep|ok|okay|sure)\W+please)\b")
_AND = re.compile(r"(?:[,.;!]+ ?(?:and|also|but|then|plus)? ?|\band (?:then |also )?|\bplus )")


def with_one_more(text: str) -> list[tuple[str, str]]:
    """What may be a yes and what is asked for besides: "do that" and "the choir up a touch"."""
    return [
        (text[: link.start()], text[link.end() :])
        for link in _AND.finditer(text.casefold())
        if text[: link.start()].strip() and text[link.end() :].strip(" .,!?")
    ]


def says_yes_to(text: str) -> bool:
    """Whether a text says yes in so many words, and no order can be meant by it."""
    return bool(SAYS_YES.search(text.casefold()))


def accepts(text: str) -> bool:
    """Whether a text is a yes and nothing beyond it: "go on then, do that"."""
    return bool(_ACCEPTS.fullmatch(text.casefold()))


def agrees(text: str, acts_of: ActsOf) -> bool:
    """Whether a text is a yes and tells to do it: "good point. please do", and not "great".

    acts_of: how likely each act is meant by words beside it, which must ask for nothing.
    """
    if NO.search(text.casefold()):
        return False
    said = [part for part in re.split(r"[.!;,]+", text.casefold()) if part.strip()]
    yes = [accepts(part) and bool(_DO_IT.search(part)) for part in said]
    return any(yes) and all(
        agreed or accepts(part) or is_aside(part, acts_of, (SPEAK, ADVICE, "apply_moves"))
        for part, agreed in zip(said, yes, strict=True)
    )
