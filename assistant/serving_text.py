"""Text that crosses the line to a server: what is sent cannot steer, what comes back cannot either.

One rule: names and words are data. Sent, they hold nothing that a chat template takes for a control
token; received, nothing that a terminal obeys, and never the key.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

_CONTROL_TOKEN = re.compile(
    r"<(?=[|/a-zA-Z\uff5c])"  # <|im_end|>, <tool_call>, </s>, <start_of_turn>
    r"|\[(?=/?(?:INST|TOOL|AVAILABLE|SYSTEM|IMG|AUDIO|BEGIN|END)\w*\])"
)
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
_KEPT = "\n\t"
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})  # controls, bidi overrides, half characters
_JOINS = "\u200d"  # joins emoji, and letters of some scripts


def printable(text: str) -> str:
    """A text without terminal sequences, control characters and characters that cannot be seen."""
    return "".join(
        one
        for one in _ESCAPE.sub("", text)
        if one in _KEPT or one == _JOINS or unicodedata.category(one) not in _UNSEEN
    )


def apart(text: str) -> str:
    """A text in which whatever looks like a control token of some model is taken apart."""
    return _CONTROL_TOKEN.sub(lambda match: match[0] + " ", printable(text))


def all_apart(data: Any) -> Any:
    """JSON-able data with every text in it taken apart."""
    if isinstance(data, str):
        return apart(data)
    if isinstance(data, dict):
        return {apart(key): all_apart(value) for key, value in data.items()}
    return [all_apart(value) for value in data] if isinstance(data, list | tuple) else data


def quoted(text: str, most: int = 60) -> str:
    """A text of a server in a sentence of ours: one line, in quotes, cut short."""
    line = " ".join(printable(text[: 40 * most]).split())
    return f"'{line if len(line) <= most else line[:most] + '...'}'"


def shown_names(names: Sequence[str]) -> dict[str, str]:
    """How a server is told each stem's name, and which stem that is; no two are told alike."""
    told: dict[str, str] = {}
    for name in names:
        plain = shown = " ".join(apart(name).split()) or "stem"
        number = 2
        while shown in told or (shown != name and shown in names):
            shown, number = f"{plain} ({number})", number + 1
        told[shown] = name
    return told
