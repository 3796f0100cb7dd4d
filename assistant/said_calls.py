"""What a call's small arguments must be by the user's words, whatever the model wrote.

One rule: only what the words plainly say is put in; what they leave open stays as it was written.
"""

import re
from collections.abc import Mapping
from typing import Any

from assistant.genres import genre_said
from assistant.hearing import ToolCall
from assistant.numerals import NUMBER_WORDS
from assistant.said import Said
from assistant.said_formats import formats_said
from assistant.tools_listening import MOST_TAKES

_COUNTS = {word: int(value) for word, value in NUMBER_WORDS.items() if 2 <= value <= 8}
_TAKES = re.compile(
    rf"\b(\d+|{'|'.join(sorted(_COUNTS, key=len, reverse=True))})\s+(?:\w+\s+){{0,2}}?"
    r"(?:takes|versions|mixes|options|variations|renders|alternatives)\b"
)
_SEED = re.compile(r"\bseed\W{0,3}(?:is |of |number )?(\d+)")
_DRY = re.compile(
    r"\b(?:no|without(?: any)?|minus the|skip the) (?:fx|effects?|processing|eq)\b"
    r"|\bfaders? (?:only|alone)\b|\b(?:only|just|straight)(?: the)? faders?\b|\blevels only\b"
)
_BLIND = re.compile(r"\bblind|which (?:one )?is which|without knowing|\bdon'?t (?:tell|show) me\b")
LIKES = {
    "loud": re.compile(
        r"\b(?:loud|louder|(?:up ?)?front|in (?:ur|your|my) face|prominent|hot|big|forward)\b"
    ),
    "quiet": re.compile(
        r"\b(?:quiet|quieter|back|behind|low|lower|restrained|subtle|tucked|soft|softer|small)\b"
    ),
}


def as_said(call: ToolCall, said: Said) -> ToolCall:
    """A call with what the words plainly say in it."""
    fill = _FILLS.get(call.name)
    if fill is None:
        return call
    return ToolCall(call.name, {**call.arguments, **fill(call.arguments, said)})


def _render(written: Mapping[str, Any], said: Said) -> dict[str, Any]:
    text, told = said.latest, {}
    if match := _TAKES.search(text):
        takes = _COUNTS.get(match[1]) or int(match[1])
        told |= {"takes": takes} if 1 <= takes <= MOST_TAKES else {}
    if match := _SEED.search(text):
        told["seed"] = int(match[1])
    return told | ({"effects": False} if _DRY.search(text) else {})


def _export(written: Mapping[str, Any], said: Said) -> dict[str, Any]:
    """The format that is named; the mix where none is: "how do I save this"."""
    named = formats_said(said.latest)
    return {"format": (named or ["mix"])[0]} if len(named) < 2 else {}


def _audition(written: Mapping[str, Any], said: Said) -> dict[str, Any]:
    told: dict[str, Any] = {"blind": True} if _BLIND.search(said.latest) else {}
    if written.get("stems") and said.named:
        told["stems"] = list(said.named)
    return told


def _prefer(written: Mapping[str, Any], said: Said) -> dict[str, Any]:
    if written.get("genre"):
        return {"genre": genre_said(said.latest) or written["genre"]}
    ways = [way for way, pattern in LIKES.items() if pattern.search(said.latest)]
    return {"likes": ways[0]} if written.get("likes") and len(ways) == 1 else {}


_FILLS = {
    "render_mix": _render, "export_mix": _export, "audition": _audition, "prefer": _prefer,
}  # fmt: skip
