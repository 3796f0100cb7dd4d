"""The words of plain orders, by what they do in one, as prompts/orders.yaml lists them.

One rule: words in a row that are known together are one token, the most words first.
"""

import re
from collections.abc import Mapping
from functools import cache

import prompts

# Kinds of tokens that say nothing of what is to be done.
FILLER, VERB, JOIN = "filler", "verb", "join"
SIZE, NUMBER, SHARE, PLACE = "size", "number", "share", "place"
MOST_WORDS = 7  # of one token
_UNDO = re.compile(r"\bund(?:o+|oing)\b")
_ANEW = re.compile(r"\bredo\w*\b|\b(?:undo|take back|reverse) (?:the|that|my|your|this) undo\b")


@cache
def phrases() -> Mapping[tuple[str, ...], tuple[str, object]]:
    """Words in a row, each with the kind of token that they are and its value."""
    tables = prompts.order_words()
    known: dict[tuple[str, ...], tuple[str, object]] = {}
    for words in (*prompts.words("pan_words"), *prompts.GAIN_WORDS):
        known[_split(words)] = (SIZE, str(words))
    known |= {_split(words): (SIZE, meant) for words, meant in tables["sizes"].items()}
    known |= {_split(words): (NUMBER, float(n)) for words, n in tables["numbers"].items()}
    known |= {_split(words): (SHARE, float(n)) for words, n in tables["shares"].items()}
    known |= {_split(words): (PLACE, int(n)) for words, n in tables["places"].items()}
    for kind, told in tables["kinds"].items():
        kind = FILLER if kind == "regret" else kind
        known |= {_split(words): (kind, words) for words in told}
    return known


def owns_to_a_mistake(text: str) -> bool:
    """Whether a lower-case text says that the speaker got something wrong: "i mixed them up"."""
    kinds = prompts.order_words()["kinds"]
    words = [*kinds["meant"], *kinds["flip"], *(w for w in kinds["regret"] if "mi" in w)]
    return any(re.search(rf"\b{re.escape(str(word))}\b", text) for word in words)


def undoes(text: str) -> bool:
    """Whether the word undo stands in a lower-case text, and no wish to have it again."""
    return bool(_UNDO.search(text)) and not _ANEW.search(text)


@cache
def mistaken() -> re.Pattern[str]:
    """Words that say that a mistake was made, whosever it was."""
    kinds = prompts.order_words()["kinds"]
    words = [str(word) for kind in ("no", "meant", "instead", "regret") for word in kinds[kind]]
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(rf"\b(?:no+|{'|'.join(map(re.escape, longest_first))})\b")


def _split(words: str) -> tuple[str, ...]:
    return tuple(words.casefold().split())
