"""Whether the whole mix is to be as it was opened: "return to the opening state", "the start one".

One rule: words for one stem, or for a place in the song, say nothing of the mix.
"""

import re

_TO_THE_START = re.compile(  # "everything as it was at the very beginning"
    r"\b(?:everything|all(?: of (?:it|them|that))?|it all|the (?:lot|whole thing|mix))\b[^.?!]*"
    r"\b(?:as|how|like|where|the way) (?:it|they|everything|we|i) (?:was|were|had|started|began"
    r"|came|opened|got)\b[^.?!]*"
)
_THE_START = re.compile(
    r"\b(?:open(?:ed)?|(?:very )?(?:beginning|start(?:ed)?)|first|originally|to begin with|began"
    r"|came|loaded|before (?:we|i) (?:started|began|touched))\b"
)
_FIRST = r"(?:(?:very )?first|originally|initially|just)"
_WHEN = (
    rf"(?:when (?:i|we) (?:{_FIRST} )?(?:opened|loaded|started|began|came in|got here"
    rf"|brought)(?: \w+){{0,3}}"
    r"|before (?:i|we|you|anyone|anybody) (?:touched|changed|did|started|began"
    r"|moved)(?: (?:anything|a"
    r" thing|any of (?:it|this)|it|everything|working|messing|on it))*"
    rf"|(?:at|in) the (?:very )?(?:start|beginning|outset)|{_FIRST}|to begin with)"
)
_BACK_AS_IT_WAS = re.compile(
    r"\b(?:back|return|restore|revert|rewind|go)\b(?: \w+){0,2}? (?:to )?(?:how|as|what|where"
    r"|the way"
    rf"|when) (?:it|everything|things|we|this|the mix) (?:all )?(?:was|were|had|sounded"
    rf"|stood)(?: it)? {_WHEN}"
)
_BACK_TO_WHEN = re.compile(rf"\b(?:back|return|rewind)(?: \w+)? to (?=when|before){_WHEN}")
_NOUN = (
    r"(?:the (?:opening|initial|starting|start|original|untouched|unmixed|virgin|raw)"
    r" (?:state|version|one|mix|point|setting|settings|balance|position)|version (?:zero|nought"
    r"|null))"
)
_TO_IT = re.compile(
    rf"\b(?:back|return(?:ing)?|restore|revert(?:ing)?|rewind|go|want(?:s)?|prefer(?:s)?|have"
    rf"|give (?:me|us)"
    rf"|take (?:me|us)|load)(?: (?:it|to|me|us|back|everything|go|all))* {_NOUN}\b"
)
_AS_OPENED = re.compile(
    r"\b(?:wants?|wanted|prefers?|have|had|likes?|back to|restore|keep|leave)"
    r"(?: (?:it|the mix|everything|that|this))? (?:just )?"
    r"(?:as|the way|how|like) (?:it was |we |i |you )?opened(?: it)?\b"
)
_ONE_STEM = re.compile(  # "put it back how it was at first" is of one stem
    r"\b(?:put|set|bring|take|turn|move|get|make|pan|fade) (?:it|them|that|this|those|him"
    r"|her)\b(?! all)"
)
_DENIED = re.compile(r"\b(?:not|don'?t|never|unlike|than|if|instead of)\b[^,.;!?]*$")
_REQUEST = re.compile(r"\b(?:can|could|may|might|would|will|shall|should) (?:we|i|you|he|she)\b")


def goes_to_the_start(plain: str, of_versions: bool) -> bool:
    """Whether a lower-case text without stems wants the whole mix as it was opened.

    of_versions: whether versions were just talked of, so that "it" is the mix.
    """
    start = _TO_THE_START.search(plain)
    if start and _THE_START.search(start[0]) and "?" not in plain:
        return not _DENIED.search(plain[: start.start()]) and " as loud " not in start[0]
    if _ONE_STEM.search(plain) or ("?" in plain and not _REQUEST.search(plain)):
        return False
    wordings = (_BACK_AS_IT_WAS, _BACK_TO_WHEN, _TO_IT, *([_AS_OPENED] if of_versions else []))
    found = next((one for wording in wordings if (one := wording.search(plain))), None)
    return found is not None and not _DENIED.search(plain[: found.start()])
