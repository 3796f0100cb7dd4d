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


def meanings_in(text: str, no_terms: Sequence[str] = ()) -> list[str]:
    """What the words of the trade in a text mean, the likeliest needed first.

    no_terms: words that are none in this text, such as the verb take.
    """
    return [
        meaning
        for word, meaning in prompts.glossary().items()
        if word not in no_terms and re.search(rf"(?<![\w]){re.escape(word)}s?(?![\w])", text)
    ]
