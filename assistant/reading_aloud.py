"""Text as it is to be read aloud: units and signs in words, as a voice would say them.

One rule: what is said is what is written; only the writing of it changes.
"""

import re

_UNITS = {"dBFS": "full scale", "dBTP": "true peak"}
_SPELLED = (
    (re.compile(r"\u00b1\s?(?=\d)"), "plus or minus "),
    (re.compile(r"(?<![\w.])[-\u2212](?=\d)"), "minus "),
    (re.compile(r"(?<![\w.])\+(?=\d)"), "plus "),
    (re.compile(r"\s?\u2192\s?"), " to "),
    (re.compile(r"\s?\u00d7\s?"), " times "),
    (re.compile(r"(?<=\d)\s?%"), " percent"),
    (re.compile(r"(?<=\d) s\b"), " seconds"),
    (re.compile(r"(?<=\d) ms\b"), " milliseconds"),
    (re.compile(r"(?<=\d) Hz\b"), " hertz"),
    (re.compile(r"(?<=\d) kHz\b"), " kilohertz"),
    (re.compile(r"\b([AB])/([AB])\b"), r"\1 against \2"),
    (re.compile(r"\bLUFS\b"), "luffs"),
    (re.compile(r"(?<![\d.])1 LU\b"), "1 loudness unit"),
    (re.compile(r"\bLUs?\b"), "loudness units"),
    (re.compile(r"(?<![\d.])1 dB\b"), "1 decibel"),
    (re.compile(r"\bdBs?\b"), "decibels"),
    (re.compile(r"\bdB(FS|TP)\b"), lambda match: f"decibels {_UNITS[match[0]]}"),
)


def aloud(text: str) -> str:
    """A text for a voice: "-18 dBFS" becomes "minus 18 decibels full scale"."""
    for pattern, words in _SPELLED:
        text = pattern.sub(words, text)
    return text
