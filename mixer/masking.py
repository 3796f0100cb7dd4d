"""Which bands of a sound another one masks: simultaneous masking by spreading over the Bark scale.

One rule: only the two sounds' levels against each other count, so a common gain changes nothing.

The definition is Johnston's (Transform coding of audio signals using perceptual noise criteria,
IEEE JSAC 6, 1988) for a masker taken as noise: its power per band is spread by the function of
Schroeder, Atal and Hall (JASA 66, 1979), renormalised, and what lies more than 5.5 dB under that
is masked. It errs on the masking side: a tonal masker hides less. There is no threshold in quiet
and nothing before or after a sound is taken to be masked.
"""

import functools
from dataclasses import dataclass

import numpy as np

from mixer.third_octaves import CENTRES_HZ

OFFSET_DB = 5.5
MASKED_FROM = 0.5  # share of the time from which a band is called masked
PLAYS_WITHIN_DB = 40.0  # of the sound's own loudest frame: weaker bands do not play
LEAST_PLAYED = 0.05  # share of the time: what plays less is not judged


@dataclass(frozen=True, eq=False)
class Masking:
    """Per band (28,): for which share of the time it plays, and for which of that it is masked.

    masked_share is NaN where a band hardly ever plays.
    """

    played_share: np.ndarray
    masked_share: np.ndarray

    @property
    def is_masked(self) -> np.ndarray:
        """Which bands are masked half of the time that they play, or more: (28,) of bool."""
        return np.nan_to_num(self.masked_share) >= MASKED_FROM


def masked_threshold(power: np.ndarray) -> np.ndarray:
    """The power below which a sound is masked by one with this power, (frames, 28) each."""
    return power @ _spreading().T * 10.0 ** (-OFFSET_DB / 10.0)


def masking(sound: np.ndarray, masker: np.ndarray) -> Masking:
    """Where a sound is masked, from both sounds' power (frames, 28) as they are heard."""
    plays = sound > sound.sum(axis=1).max() * 10.0 ** (-PLAYS_WITHIN_DB / 10.0)
    played = plays.sum(axis=0)
    hidden = (plays & (sound < masked_threshold(masker))).sum(axis=0)
    share = played / len(sound)
    masked = np.where(share >= LEAST_PLAYED, hidden / np.maximum(played, 1), np.nan)
    return Masking(share, masked)


def bark(frequency_hz: np.ndarray) -> np.ndarray:
    """Critical-band rate (Zwicker and Terhardt, JASA 68, 1980)."""
    return 13.0 * np.arctan(0.00076 * frequency_hz) + 3.5 * np.arctan((frequency_hz / 7500.0) ** 2)


@functools.cache
def _spreading() -> np.ndarray:
    """How much of a masker's power in each band counts in each other: (28, 28), rows add to 1."""
    place = bark(np.array(CENTRES_HZ))
    above = place[:, None] - place[None, :] + 0.474  # of the masked band over the masker's
    spread_db = 15.81 + 7.5 * above - 17.5 * np.sqrt(1.0 + above**2)
    spread = 10.0 ** (spread_db / 10.0)
    return spread / spread.sum(axis=1, keepdims=True)
