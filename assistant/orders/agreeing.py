"""A yes to what is proposed, and what is asked for besides: "go on then", "ok do that, choir up 1".

One rule: a text with a no in it, or with words that may ask for more, is no plain yes.
"""

import re

from assistant.english import plainly
from assistant.intents import ADVICE, SPEAK
from assistant.orders.asides import ActsOf
from assistant.orders.of_proposal import NO, SAYS_YES, is_aside
from assistant.orders.yes_words import BESIDE, SAYS, TELLS

_WORDS = re.compile(rf"\W*(?:(?:{TELLS}|{SAYS}|{BESIDE})(?:\W+|$)){{1,10}}")
_DO_IT = re.compile(
    rf"\b(?:{TELLS}|(?:yes|yeah|yep|ok|okay|sure|ooh)\W+please|please\W+(?:yes|do))(?!\w)"
)
_YES = re.compile(rf"\b(?:{TELLS}|{SAYS})(?!\w)")
_AND = re.compile(
    r"(?:(?:[,;!]|\.(?!\d))+ ?(?:and|also|but|then|plus)? ?(?:then |also )?|\band (?:then |also )?"
    r"|\bplus )"
)
_AFTER = re.compile(r" (?:after|afterwards)(?: that| this)?(?= *[.!]*$)")
_PARTIES = re.compile(
    r"\b(?:(?:all|both|ganging up|siding|teamed up|in league) )*(?:against|on) (?:me"
    r"|us)\b(?= ?[.!,;])"
    r"|\bon (?:his|her|their) side\b",
    re.IGNORECASE,
)
_NO_OBJECTION = re.compile(
    r"\b(?:i )?(?:(?:would(?: not|n'?t)|can(?:not|'?t)) (?:say no|argue|object|disagree)"
    r"|(?:i have |i've )?(?:no|zero) objections?|(?:don'?t|do not) mind"
    r"|why (?:ever |the hell )?not(?=\W*(?:$|[,.;!])))"
    r"(?: (?:to|with) (?:that|it|this|both))?(?: (?:from me|here|from my side|if (?:you|we) do))?\b"
)
_WAITS = re.compile(  # "ok, but let me hear it first"
    r"\b(?:first|before (?:i|we|you|that)\b.*|beforehand)(?: please| though| tho)?\W*$"
)


def without_parties(text: str) -> str:
    """A text without who takes whose part: "so you are both against me. go on"."""
    return _PARTIES.sub(" ", text)


def with_one_more(text: str) -> list[tuple[str, str]]:
    """What may be a yes and what is asked for besides: "do that" and "the choir up a touch".

    The longest yes first; nothing where what is besides is wanted before it.
    """
    plain = plainly(text)
    if _WAITS.search(plain):
        return []
    return [
        (plain[: link.start()], _AFTER.sub("", plain[link.end() :]))
        for link in reversed(list(_AND.finditer(plain)))
        if plain[: link.start()].strip() and plain[link.end() :].strip(" .,!?")
    ]


def says_yes_to(text: str) -> bool:
    """Whether a text says yes in so many words, and no order can be meant by it."""
    return bool(SAYS_YES.search(text.casefold()))


def accepts(text: str) -> bool:
    """Whether a text is a yes and nothing beyond it: "go on then, do that"."""
    plain = _NO_OBJECTION.sub("agreed", plainly(text))
    return bool(_WORDS.fullmatch(plain) and _YES.search(plain))


def agrees(text: str, acts_of: ActsOf) -> bool:
    """Whether a text is a yes and tells to do it: "good point. please do", and not "great".

    acts_of: how likely each act is meant by words beside it, which must ask for nothing.
    """
    plain = _NO_OBJECTION.sub("agreed", plainly(text))
    if NO.search(plain) or _WAITS.search(plain):
        return False
    said = [part for part in re.split(r"(?:[!;,]|\.(?!\d))+", plain) if part.strip()]
    yes = [accepts(part) and bool(_DO_IT.search(part)) for part in said]
    return any(yes) and all(
        agreed or accepts(part) or bool(_WORDS.fullmatch(part.strip()))
        or is_aside(part, acts_of, (SPEAK, ADVICE, "apply_moves"))
        for part, agreed in zip(said, yes, strict=True)
    )  # fmt: skip
