"""The known mixing words that are nearest to a word which is not known, by spelling and by meaning.

One rule: they are offered to the user, never acted upon.
"""

from functools import cache

import numpy as np

from assistant.model.sentences import SentenceEncoder
from mixer.words import nearest
from mixer.words_map import ADJECTIVE, FORMS, NOT_HERE

OFFERED = 3


@cache
def near_words(words: str, count: int = OFFERED) -> tuple[str, ...]:
    """The nearest known adjectives: those spelled alike, then those that mean the like."""
    known, vectors = _known()
    likeness = vectors @ SentenceEncoder.load().encode([_sentence(words)])[0]
    slips = [word for word in words.split() if word not in NOT_HERE]
    alike = [form for word in slips for form in nearest(word, 1)]
    meant = [known[index] for index in np.argsort(-likeness, kind="stable")]
    return tuple(dict.fromkeys([*alike, *meant]))[:count]


@cache
def _known() -> tuple[tuple[str, ...], np.ndarray]:
    """Every adjective of the map, and what each means, (words, 384)."""
    known = tuple(
        " ".join(words)
        for words, form in FORMS.items()
        if form.kind == ADJECTIVE and not form.comparative
    )
    return known, SentenceEncoder.load().encode([_sentence(word) for word in known])


def _sentence(words: str) -> str:
    return f"a {words} sound"
