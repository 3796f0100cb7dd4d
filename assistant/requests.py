"""Is a clause worded as a request? "tell me the levels" is, "nobody explains it" is not.

One rule: the form of the words counts, never what they are about.
"""

import re
from collections.abc import Sequence

from assistant.orders.lexicon import FILLER
from assistant.orders.tokens import STOP, tokens

_OPENS = re.compile(  # what a request may begin with
    r"^(?:(?:please|pls|plz|now|then|so|ok|okay|also|and|but|just|oh|hey|first|next|finally|maybe"
    r"|later|afterwards?|actually|well|right|alright|cool|great|good|nice|perfect|yeah|yes|yep|no"
    r"|nah|anyway|btw|by the way|quick(?:ly)?|after (?:that|this)|for me"
    r"|when (?:you are|you're|that is|that's) done"
    r"|while (?:you are|you're|u r|ur|we are|we're) (?:at it|in there|there|on it)"
    r"|(?:you are|you're|ur|we are|we're) (?:at it|in there))\b[\s,:]*)*"
)
_ASKS = re.compile(
    r"(?:can|could|would|will|may|might|shall|should|do|does|did|is|are|was|were|has|have|am)"
    r" (?:you|u|ya|we|i|it|they|he|she|this|that|these|those|there|the|my|our|any\w*)\b"
    r"|(?:whats?|what's|which|hows?|how's|wheres?|where's|whos?|who's|why|whose)\b"
)
_ONE_QUESTION = re.compile(
    r"\W*(?:(?:and|so|but|ok|hey|please|now)\W+)?(?:what(?:'s| is| are| does| do)|why|explain)\b"
    r"[^.!?;,]*\?*\W*"
)
_ASKED_AGAIN = re.compile(  # "why leave headroom, like whats it for"
    r"\W+(?:(?:like|i mean|so|and)\W+)?(?:what(?:'?s| is| are)? (?:it|that|this|they"
    r"|them)?(?:'s)? ?"
    r"(?:even |actually |all )?(?:for|about|good for)|what(?:'?s| is) the (?:point|idea|deal|use"
    r"|reason)"
    r"(?: (?:of|behind) (?:it|that))?|what (?:does|do) (?:it|that|they) (?:even )?(?:do|mean)"
    r"|how does (?:it|that) (?:even )?work|what for)\W*$"
)
_LETS = re.compile(r"(?:let|lets|let's|lemme|gimme)\b|i(?:'ll| will) (?:take|have)\b")
_STATES = re.compile(  # "i can take it", "we hear them all", "he had a cold"
    r"(?:i|we|he|she|they|it|you|nobody|everybody|everyone|someone)(?:'\w+)? (?!want\b|need\b)\w+"
)
_TELLS = frozenset(  # imperatives that are no words of plain orders
    """
    tell show check measure read explain teach remind list compare send write mix remember treat
    name give lend spit print help say find look see test repeat start quiz describe note report
    """.split()
)
_ORDERS = frozenset(
    """
    verb push pull up down cut add pan match mute unmute solo hear anchor judge use history undo
    redo render export swap double
    """.split()
) | {"go back", "make that"}


def is_one_question(text: str) -> bool:
    """Whether a text is one sentence that asks what a thing is, or why: nothing else is in it."""
    return bool(_ONE_QUESTION.fullmatch(_ASKED_AGAIN.sub("", text.casefold())))


def is_request(text: str, names: Sequence[str], roles: Sequence[str | None]) -> bool:
    """Whether a clause in lower case asks for something by its form: an order or a question."""
    words = _OPENS.sub("", text.strip(), count=1)
    if _ASKS.match(words) or _LETS.match(words):
        return True
    if _STATES.match(words):
        return False
    first = re.match(r"[\w']+", words)
    if first and first[0] in _TELLS:
        return True
    told, _ = tokens(words, tuple(names), tuple(roles))
    kinds = [token.kind for token in told if token.kind not in (FILLER, STOP)]
    return bool(kinds) and kinds[0] in _ORDERS
