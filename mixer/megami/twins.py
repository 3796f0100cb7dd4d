"""Twins: stems that hold one sound, copies of each other up to a gain.

One rule: splitting a stem into copies must not be heard, so twins are drawn as one and are treated
alike. What is called a twin differs by less than the noise of 16 bits.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

SKETCH_SIZE = 4096
RESIDUAL = 10.0 ** (-45.0 / 10.0)  # of the power, after the best gain


def sketch(stem: np.ndarray) -> np.ndarray:
    """A random projection (4096,) of a stem (2, n): linear, so twins' sketches are twins too.

    Every row of 4096 samples is added up with a weight of its own; lengths and angles survive that
    to a few percent, wherever in the song the stem plays.
    """
    rows = stem.shape[1] // SKETCH_SIZE
    total = np.zeros(SKETCH_SIZE)
    for channel, weight in zip(stem, _weights(rows + 1), strict=True):
        whole, rest = np.split(channel, [rows * SKETCH_SIZE])
        total += weight[:rows] @ whole.reshape(rows, SKETCH_SIZE)
        total[: rest.size] += weight[rows] * rest
    return total


def same_sound(sketches: Sequence[np.ndarray]) -> tuple[int, ...]:
    """For each stem the first stem that it is a twin of: itself, where there is none before."""
    first: list[int] = []
    for index, one in enumerate(sketches):
        before = (other for other in range(index) if first[other] == other)
        twin = next((other for other in before if _alike(sketches[other], one)), index)
        first.append(twin)
    return tuple(first)


def together_lufs(stems_lufs: np.ndarray) -> float:
    """Loudness of twins (k,) heard together: their amplitudes add up."""
    if len(stems_lufs) == 1:
        return float(stems_lufs[0])
    return float(20.0 * np.log10(np.sum(10.0 ** (stems_lufs / 20.0))))


def _alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two sketches point the same way; turned polarity is another sound."""
    product, power = float(one @ other), float(one @ one) * float(other @ other)
    return product > 0.0 and product * product > (1.0 - RESIDUAL) * power


@lru_cache(maxsize=4)
def _weights(rows: int) -> np.ndarray:
    """Weights (2, rows), the same for all stems of one length."""
    return np.random.default_rng(0).standard_normal((2, rows), dtype=np.float32)
