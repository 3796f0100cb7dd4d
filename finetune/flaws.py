"""Upset a balance: which stems are pushed off, and by how much.

One rule: drawing is split from the deed (draw, then apply), and the anchor is never touched.
A flaw of +4 dB needs a move of -4 dB.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.sensitivity import FAULTS_BEFORE

COUNT_PROBABILITY = FAULTS_BEFORE
LEAST_DB = 1.5
MOST_DB = 12.0

# The seed's five classes, dB added to the target, each drawn evenly (MixingBuddy).
SEED_CLASSES = {
    "very quiet": (-12.0, -6.0),
    "quiet": (-6.0, -3.0),
    "none": (0.0, 0.0),
    "loud": (3.0, 6.0),
    "very loud": (6.0, 12.0),
}


@dataclass(frozen=True)
class Flaw:
    """One stem (its index in the song) stands gain_db too loud (positive) or too quiet."""

    stem: int
    gain_db: float


def _others(stems: int, anchor: int) -> list[int]:
    if not 0 <= anchor < stems:
        raise ValueError(
            f"anchor {anchor} of {stems} stems: the anchor must be one of 0 to {stems - 1}"
        )
    return [stem for stem in range(stems) if stem != anchor]


def count_probability(stems: int) -> np.ndarray:
    """Probability of 0, 1, 2... flaws; counts that a small song cannot hold go to its most."""
    most = min(len(COUNT_PROBABILITY) - 1, max(stems - 1, 0))
    kept = np.array(COUNT_PROBABILITY[: most + 1])
    kept[most] += sum(COUNT_PROBABILITY[most + 1 :])
    return kept


def draw(
    rng: np.random.Generator, stems: int, anchor: int, count: int | None = None
) -> tuple[Flaw, ...]:
    """Draw 0 to 3 flaws (or exactly count), |gain| even in 1.5 to 12 dB, either sign."""
    others = _others(stems, anchor)
    if count is None:
        chances = count_probability(stems)
        count = int(rng.choice(len(chances), p=chances))
    if count > len(others):
        raise ValueError(
            f"{count} flaws in a song of {stems} stems: at most {len(others)} fit beside the anchor"
        )
    hit = rng.permutation(len(others))[:count]
    sizes = rng.uniform(LEAST_DB, MOST_DB, count) * rng.choice((-1.0, 1.0), count)
    return tuple(Flaw(others[stem], float(size)) for stem, size in zip(hit, sizes, strict=True))


def draw_single(
    rng: np.random.Generator,
    stems: int,
    anchor: int,
    category: str | None = None,
    target: int | None = None,
) -> tuple[tuple[Flaw, ...], str]:
    """Draw the seed protocol's one flaw or none, class and target evenly: (flaws, class name)."""
    others = _others(stems, anchor)
    if category is None:
        category = tuple(SEED_CLASSES)[int(rng.integers(len(SEED_CLASSES)))]
    if category not in SEED_CLASSES:
        raise ValueError(f"class {category!r} is not known: use one of {', '.join(SEED_CLASSES)}")
    if target is None:
        target = others[int(rng.integers(len(others)))]
    if target not in others:
        raise ValueError(f"target {target} is the anchor or no stem: use one of {others}")
    low, high = SEED_CLASSES[category]
    return () if low == high else (Flaw(target, float(rng.uniform(low, high))),), category


def apply(levels: np.ndarray, flaws: Sequence[Flaw]) -> np.ndarray:
    """Levels (S,) in LU with the flaws put in; the input stays as it is."""
    upset = np.array(levels, dtype=np.float64)
    for flaw in flaws:
        upset[flaw.stem] += flaw.gain_db
    return upset


def needed_moves(stems: int, flaws: Sequence[Flaw]) -> np.ndarray:
    """The moves (S,) in dB that mend the flaws; 0 = leave it."""
    return 0.0 - apply(np.zeros(stems), flaws)
