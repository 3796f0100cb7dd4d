"""What a user's word is worth: how much likelier a complaint makes the move that it asks for.

One rule: a complaint is evidence beside ear and meters, by Bayes' rule; it never replaces them.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from assistant.complaints import Complaint
from assistant.hearing import GRID, Judgement

# Assumption: where a stem needs a move one way, a user says so 30 times likelier than where it
# needs none, and 100 times likelier than where it needs the opposite.
UNFOUNDED, WRONG_WAY = 1 / 30, 1 / 100


def complaint_evidence(stems: int, stem: int, needs_raise: bool) -> np.ndarray:
    """Likelihood (S, 49) of a user's word that one stem is too quiet, or too loud."""
    evidence = np.ones((stems, len(GRID)))
    way = GRID if needs_raise else -GRID
    evidence[stem] = np.where(way > 0, 1.0, np.where(way < 0, WRONG_WAY, UNFOUNDED))
    return evidence


def heed(judgement: Judgement, complaints: Sequence[Complaint]) -> Judgement:
    """A judgement made without the user's words, once they are told."""
    weighed = np.array(judgement.probability, dtype=np.float64)
    for complaint in complaints:
        at = judgement.names.index(complaint.stem)
        if at == judgement.anchor_index:
            continue
        weighed *= complaint_evidence(len(weighed), at, complaint.sign > 0)
        weighed[at] /= weighed[at].sum()
    return replace(judgement, probability=weighed)
