"""What MEGAMI is told of each stem: facts of its sound, its role where one is known, its embedding.

One rule: no number here knows the stem's level, and what is not known is said so (NaN, no role).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mixer.megami.facts import FACTS, stem_facts
from mixer.roles import ROLES, roles_from_names
from mixer.song import Song

if TYPE_CHECKING:
    from mixer.ear import EarResult

FACTS_AT = slice(0, len(FACTS))
ROLES_AT = slice(len(FACTS), len(FACTS) + len(ROLES))
EMBEDDING_AT = slice(len(FACTS) + len(ROLES), None)
HEARD_S = 10.0  # of each stem, where the ear hears it
SURE_FROM = 0.7  # at this probability the ear's role is right for 95 % of rendered stems
# For the lead vocal, which no take may bury, a likely one counts: that misses fewer.
LIKELY_LEAD_FROM = 0.4
_LEAD = ROLES.index("lead vocal")


def join(embedding: np.ndarray, facts: np.ndarray, roles: Sequence[str | None]) -> np.ndarray:
    """Contents (stems, 36 + size) of embeddings (stems, size), facts (stems, 18), NaN = unknown."""
    known = np.zeros((len(roles), len(ROLES)), np.float32)
    for stem, role in enumerate(roles):
        if role is not None:
            known[stem, ROLES.index(role)] = 1.0
    return np.concatenate((facts, known, embedding), axis=1).astype(np.float32)


def contents_of(
    song: Song, heard: "EarResult | None" = None, roles: Sequence[str | None] | None = None
) -> np.ndarray:
    """Contents of a song's stems, (stems, 36 + size of the ear's embedding), float32.

    Args:
        heard: what the ear made of the song; None = the shipped ear listens now.
        roles: None = what the stems' names tell. A stem without one gets the ear's, if it is sure.
    """
    if heard is None:
        from mixer.ear import Ear

        heard = Ear.load().hear(song)
    facts = np.full((len(song.names), len(FACTS)), np.nan, np.float32)
    for stem, (audio, start_s) in enumerate(zip(song.each(), heard.starts_s, strict=True)):
        start, end = (int(at_s * song.sample_rate) for at_s in (start_s, start_s + HEARD_S))
        found = stem_facts(audio[:, start:end], song.sample_rate)
        if found is not None:
            facts[stem] = found
    told = roles_from_names(song.names) if roles is None else roles
    return join(np.asarray(heard.embedding), facts, _known(told, heard))


def _known(told: Sequence[str | None], heard: "EarResult") -> list[str | None]:
    """What names tell, and else a sure ear. The ear names one lead at most, if no name tells one:
    were two stems taken for it, one might bury the other."""
    sure = heard.role_probabilities.max(axis=1) >= SURE_FROM
    known = [
        role or (guess if is_sure and guess != "lead vocal" else None)
        for role, guess, is_sure in zip(told, heard.roles, sure, strict=True)
    ]
    if "lead vocal" not in told:
        likely = [
            (float(heard.role_probabilities[stem, _LEAD]), stem)
            for stem, guess in enumerate(heard.roles)
            if told[stem] is None and guess == "lead vocal"
        ]
        probability, stem = max(likely, default=(0.0, -1))
        if probability >= LIKELY_LEAD_FROM:
            known[stem] = "lead vocal"
    return known
