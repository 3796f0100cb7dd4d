"""Explanations for newcomers: a word of the trade is explained where a reply first uses it.

One rule: one explanation a reply, and none twice in a session.
"""

import re
from collections.abc import Sequence

import prompts


def explained(text: str, told_before: Sequence[str]) -> str:
    """A reply with the first of its words that was never explained; unchanged if there is none."""
    for meaning in meanings_in(text):
        if not any(meaning in earlier for earlier in told_before):
            return f"{text} ({meaning})"
    return text


def meanings_in(text: str) -> list[str]:
    """What the words of the trade in a text mean, the likeliest needed first."""
    return [
        meaning
        for word, meaning in prompts.glossary().items()
        if re.search(rf"(?<![\w]){re.escape(word)}s?(?![\w])", text)
    ]
