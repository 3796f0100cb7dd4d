"""Wishes for advice in the order of words of another tongue, or without what is muted by now.

One rule: the question stays the same one, in words that the reader of intents knows.
"""

import re

_YOU = r"(?:you|u|ya|ye)"
_LEAD = r"^(?P<lead>\W*(?:(?:and|so|but|ok(?:ay)?|now|then|well|hm+|right)\W+)*)"
_DO_WHAT = re.compile(  # "and for the sub you would do what?"
    rf"{_LEAD}(?:for|with|about|on|of) (?P<who>(?:the |my |our )?[^,.;!?]{{2,30}}?),? "
    rf"(?:what (?:would|'d) {_YOU} do|{_YOU}(?: would|'d) do what|what do {_YOU}"
    r" (?:say|suggest|propose|advise))"
    r"(?: then| now)?\s*[?.!]*\s*$",
    re.IGNORECASE,
)
_WITHOUT = re.compile(  # "and without her, how is the balance?"
    rf"{_LEAD}without (?:her|him|it|them|that|those|(?:the |my |our )[^,.;!?]{{2,24}}),? "
    r"(?=(?:how|what|is|are|does|do)\b.*\?)",
    re.IGNORECASE,
)
_WOULD = re.compile(rf"\bwhat'?d ({_YOU}) do\b", re.IGNORECASE)
_EQUILIBRIUM = re.compile(r"\bequilibrium\b", re.IGNORECASE)


def plainly_asked(text: str) -> str:
    """A text whose wish for advice stands in plain words."""
    text = _WOULD.sub(r"what would \1 do", text)
    text = _WITHOUT.sub(r"\g<lead>", _EQUILIBRIUM.sub("balance", text))
    return _DO_WHAT.sub(r"\g<lead>what would you do with \g<who>?", text)
