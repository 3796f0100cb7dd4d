"""What engineers differ in: a Taste, drawn around one of several named manners.

One rule: one taste rules a whole song, and its traits hang together through its manner and genre.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


class Leaning(NamedTuple):
    """Offsets on a plain taste: dB, shares, and log of the decay; left_right: chance of LCR."""

    wetness_db: float = 0.0
    brightness_db: float = 0.0
    width: float = 0.0
    compression: float = 0.0
    vocal_db: float = 0.0
    bass_db: float = 0.0
    low_cut: float = 0.0
    decay: float = 0.0
    left_right: float = 0.0


MANNERS: dict[str, Leaning] = {
    "plain": Leaning(),
    "modern": Leaning(-1.5, 1.2, 0.15, 0.45, 0.8, 0.8, 0.4, -0.1, -0.1),
    "vintage": Leaning(0.5, -1.6, -0.1, -0.1, -0.6, -0.5, -0.4, 0.1, 0.5),
    "dry": Leaning(-7.0, 0.2, -0.1, 0.1, 0.4, 0.0, 0.0, -0.6, 0.0),
    "spacious": Leaning(5.0, 0.0, 0.2, -0.2, -0.4, -0.3, 0.0, 0.6, 0.0),
    "dark": Leaning(1.0, -2.2, 0.0, 0.0, 0.0, 0.6, -0.2, 0.2, 0.0),
    "heavy": Leaning(-2.0, 0.4, 0.1, 0.6, -1.2, 1.4, 0.1, -0.2, 0.1),
    "voice first": Leaning(0.0, 0.8, 0.0, 0.2, 2.2, -0.6, 0.2, 0.0, 0.0),
}
_GENRES: dict[str, Leaning] = {
    "pop": Leaning(0.0, 0.8, 0.05, 0.2, 1.0, 0.0, 0.1, 0.0),
    "rock": Leaning(-1.0, 0.2, 0.1, 0.1, -0.3, 0.0, 0.0, -0.1),
    "metal": Leaning(-4.0, 0.8, 0.2, 0.35, -1.5, 0.0, 0.15, -0.4),
    "electronic": Leaning(1.0, 0.6, 0.15, 0.2, -0.5, 1.5, 0.1, 0.2),
    "hip hop": Leaning(-3.0, 0.0, -0.1, 0.2, 1.0, 2.0, 0.1, -0.3),
    "country": Leaning(-1.0, 0.4, 0.0, 0.0, 1.3, -0.5, 0.0, -0.2),
    "jazz": Leaning(1.0, -1.0, -0.1, -0.5, 0.0, -0.5, -0.3, 0.1),
    "ambient": Leaning(6.0, -0.6, 0.2, -0.4, -0.8, -0.5, -0.1, 0.8),
}


@dataclass(frozen=True)
class Taste:
    """One engineer on one song.

    wetness_db, brightness_db, vocal_db, bass_db: offsets. width 0.3..1.1, compression 0..2,
    low_cut 0.2..1.5 (exponent on the usual high-pass), correction 0.15..0.65 (share of a spectral
    deviation that the equaliser takes back). lcr: pans are left, centre or right only.
    """

    wetness_db: float
    brightness_db: float
    width: float
    lcr: bool
    compression: float
    vocal_db: float
    bass_db: float
    low_cut: float
    correction: float
    decay_s: float
    predelay_ms: float

    @classmethod
    def draw(
        cls, rng: np.random.Generator, genre: str | None = None, manner: str | None = None
    ) -> "Taste":
        """A taste for a song of this genre; without a manner, any of them."""
        name = manner or str(rng.choice(list(MANNERS)))
        at = Leaning(*np.add(MANNERS[name], _GENRES.get(genre or "", Leaning())))
        n = rng.normal(size=9)
        return cls(
            wetness_db=at.wetness_db + 2.5 * n[0],
            brightness_db=at.brightness_db + 0.8 * n[1],
            width=float(np.clip(0.72 + at.width + 0.14 * n[2], 0.3, 1.1)),
            lcr=bool(rng.uniform() < 0.12 + at.left_right),
            compression=float(np.clip(1.0 + at.compression + 0.25 * n[3], 0.0, 2.0)),
            vocal_db=at.vocal_db + 1.0 * n[4],
            bass_db=at.bass_db + 0.8 * n[5],
            low_cut=float(np.clip(0.8 + at.low_cut + 0.2 * n[6], 0.2, 1.5)),
            correction=float(rng.uniform(0.15, 0.65)),
            decay_s=float(np.clip(np.exp(np.log(1.3) + at.decay + 0.3 * n[7]), 0.3, 3.8)),
            predelay_ms=float(np.clip(22.0 + 12.0 * n[8], 0.0, 75.0)),
        )
