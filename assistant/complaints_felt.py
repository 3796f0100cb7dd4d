"""Complaints in words that no phrasing and no cue holds, as the reader of intents takes them.

One rule: the reader says only which way; whose fault it is must be plain from the words themselves.
"""

import re
from collections.abc import Mapping, Sequence

from assistant.complaint_words import FILLERS, Word, words_of_text
from assistant.complaints import SIGNS, Complaint

LIKELY = 0.8  # of an intent, from which on it counts
_BESIDE = frozenset(
    "against behind beside by under beneath below over above through than with in into of to from "
    "between around versus vs".split()
)
_DENIES = re.compile(r"\b(?:not|never|no|nothing|none)\b|n't\b")  # "does not drown anybody"
_IN_ORDER = re.compile(
    r"(?:\bnot|n't|\bnever|\bno longer)\s+(?:(?:at all|really|even|now)\s+)?"
    r"(?:(?:too|so|that|very|overly)\s+)?"
    r"(?:loud|quiet|low|hot|much|big|buried|lost|weak|thin)\b"
)


def complaints_felt(
    text: str,
    names: Sequence[str],
    roles: Sequence[str | None],
    reading: Mapping[str, float],
) -> tuple[Complaint, ...]:
    """The complaint of a text by its likelihood as an intent; none where it may be about several.

    reading: probability of every intent (`EmbeddedListener.read`).
    """
    intent = max(SIGNS, key=lambda name: reading.get(name, 0.0))
    plain = text.casefold().replace("’", "'")
    denied = _IN_ORDER if SIGNS[intent] > 0 else _DENIES  # "no sign of it" is no denial
    if reading.get(intent, 0.0) < LIKELY or denied.search(plain):
        return ()
    words = words_of_text(text, names, roles)
    blamed = {
        word for at, word in enumerate(words) if isinstance(word, tuple) and not _beside(words[:at])
    }
    if len(blamed) != 1:
        return ()
    stems = blamed.pop()
    return tuple(Complaint(name, SIGNS[intent]) for name in names if name in stems)


def _beside(before: Sequence[Word]) -> bool:
    """Whether a stem is what another one is held against: "no chance against the doubles"."""
    telling = [word for word in before if isinstance(word, tuple) or word not in FILLERS]
    return bool(telling) and telling[-1] in _BESIDE
