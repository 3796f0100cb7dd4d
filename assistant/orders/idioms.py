"""Turns of phrase put as orders say it: "lose 3 dB", "2 o'clock", "1 dB, no more".

One rule: what is put in other words means the same wherever it stands in an order.
"""

import re

_MAKES = re.compile(
    r"\bmake (?:it|that|this)\b(?=[\w ]*\b(?:louder|quieter|softer|lower|higher)\b)", re.IGNORECASE
)
_LOSES = re.compile(  # "the hats need to lose 3 dB"
    r"\b(?:lose|loses|losing|shed)\b(?= (?:[\w.]+ ){0,3}(?:db|dbs|decibels?)\b)", re.IGNORECASE
)
_NO_MORE = re.compile(  # "one dB, no more"
    r"(\d|\bdbs?|\bdecibels?)\W{1,2}(?:and |but )?(?:no|not|nothing) (?:more|further)\b(?! than)",
    re.IGNORECASE,
)
_CLOCK = re.compile(  # where a pan knob stands: 12 is the middle, 7 and 5 its ends
    r"\b(?:(?:to|at) )?(?:about )?(7|8|9|10|11|12|1|2|3|4|5) ?o'?clock\b", re.IGNORECASE
)


def plainly_put(text: str) -> str:
    """A text with such phrases in plainer words."""
    text = _CLOCK.sub(_on_the_dial, _MAKES.sub("turn it", text))
    return _NO_MORE.sub(r"\1", _LOSES.sub("down", text))


def _on_the_dial(match: re.Match[str]) -> str:
    """A place on a pan knob in per cent: "2 o'clock" is 40 % right."""
    hour = int(match[1]) % 12
    hours = hour - 12 if hour > 5 else hour
    return f"{20 * abs(hours)}% {'left' if hours < 0 else 'right'}" if hours else "centre"
