"""Whether a stem is to be muted or to come back, by what a user said.

One rule: a mute that is refused is none, and one that is taken back is no mute.
"""

import re

UNMUTES = re.compile(
    r"\bun[- ]?mut|\b(?:off|release|remove|lift|undo|without|no|no more|stop|end|cancel|out of)"
    r" (?:the |its |that )?mut|mute off|\b(?:back (?:in|on)|on again)\b"
    r"|\bbring (?!.*\blater\b).*\bback\b"
    r"|\bmuted\b.*\b(?:mistake|accident)"
    r"|\bnot muted any ?(?:more|longer)\b"
    r"|\b(?:don't|dont|do not|no longer)\b.*\bmut\w*\b.*\b(?:any ?more|any longer)\b"
)
MUTES = re.compile(r"\b(?:un-?)?mut(?:e|es|ed|ing)\b")
NOT_MUTED = re.compile(r"\b(?:don't|dont|do not|never|not)\b[^,;.]*\bmut")


def mutes(text: str) -> tuple[bool, ...]:
    """Whether a stem is to be muted (True) or to come back; nothing where that is left open."""
    if UNMUTES.search(text):
        return (False,)
    if NOT_MUTED.search(text):
        return ()
    return (True,) if "mut" in text else ()
