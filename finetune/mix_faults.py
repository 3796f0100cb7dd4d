"""What must not be in a take: clicks, DC, clipping, NaN, mono collapse, a buried lead.

One rule: a fault counts only where the stems as they came do not have it already.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter1d

from mixer.export import trim_for
from mixer.fader import apply_gain, song_lufs
from mixer.loudness import true_peak_dbtp

CLICK_RATIO = 8.0  # a jump of the slope against the largest within 20 ms around it
ONSET_RATIO = 3.0  # the same for a sudden beginning of a stem, which a take may bring out
ONSET_SAMPLES = 90  # 2 ms
CLICK_LEAST = 0.02
DC_LIMIT = 2e-3  # of full scale
MONO_LOSS_DB = 6.0
LEAD_UNDER_LU = -6.0
CEILING_DBTP = 0.0


@dataclass(frozen=True)
class Faults:
    """Faults of one mix, as it would be written.

    clicks: samples of the mix at which its slope jumps; onsets: the same of any single stem, where
    the jump may be smaller. lead_lu: lead minus the rest, NaN without one.
    """

    broken: bool
    clicks: np.ndarray
    onsets: np.ndarray
    dc: float
    true_peak_dbtp: float
    mono_loss_db: float
    lead_lu: float

    def named(self, before: "Faults") -> list[str]:
        """The faults that the stems' plain sum did not have."""
        found = {
            "not finite": self.broken,
            "click": self._new_clicks(before.onsets) > 0,
            "DC": self.dc > max(DC_LIMIT, 2.0 * before.dc),
            "clipping": self.true_peak_dbtp > CEILING_DBTP,
            "mono collapse": self.mono_loss_db > max(MONO_LOSS_DB, before.mono_loss_db + 3.0),
            "buried lead": self.lead_lu < LEAD_UNDER_LU,
        }
        return [name for name, is_so in found.items() if is_so]

    def _new_clicks(self, onsets: np.ndarray) -> int:
        """Clicks of the mix where no stem began suddenly before anything was done to it."""
        if not onsets.size:
            return self.clicks.size
        apart = np.abs(self.clicks[:, None] - onsets[None]).min(axis=1)
        return int((apart > ONSET_SAMPLES).sum())


def find_faults(stems: np.ndarray, lead: np.ndarray, sample_rate: int) -> Faults:
    """Check rendered stems (S, 2, samples); lead (S,) tells which are the lead vocal."""
    mix = stems.sum(axis=0)
    if not np.isfinite(mix).all():
        nowhere = np.empty(0, int)
        return Faults(True, nowhere, nowhere, 0.0, math.inf, 0.0, math.nan)
    written = apply_gain(mix, trim_for(true_peak_dbtp(mix, sample_rate)))
    peak = true_peak_dbtp(written, sample_rate)
    power = float(np.mean(np.square(mix))) + 1e-20
    folded = float(np.mean(np.square(mix.mean(axis=0)))) + 1e-20
    return Faults(
        broken=False,
        clicks=jumps(mix, sample_rate, CLICK_RATIO),
        onsets=np.concatenate([jumps(stem, sample_rate, ONSET_RATIO) for stem in stems]),
        dc=float(np.abs(written.mean(axis=1)).max()),
        true_peak_dbtp=-math.inf if peak is None else peak,
        mono_loss_db=10.0 * math.log10(power / folded),
        lead_lu=lead_over_rest(stems, lead, sample_rate),
    )


def jumps(audio: np.ndarray, sample_rate: int, ratio: float) -> np.ndarray:
    """Samples of (2, samples) at which the slope jumps out of the 10 ms before and after them."""
    bend = np.abs(np.diff(audio, n=2, axis=1)).max(axis=0) / (float(np.abs(audio).max()) + 1e-12)
    reach, hole = int(0.010 * sample_rate), 4
    largest = maximum_filter1d(bend, reach, mode="constant")
    shift = hole + reach // 2
    padded = np.pad(largest, shift)
    around = np.maximum(padded[: bend.size], padded[2 * shift : 2 * shift + bend.size])
    at = np.flatnonzero((bend > CLICK_LEAST) & (bend > ratio * (around + 1e-6)))
    return at[np.diff(at, prepend=-reach) > reach] if at.size else at


def lead_over_rest(stems: np.ndarray, lead: np.ndarray, sample_rate: int) -> float:
    """Loudness of the lead vocal minus that of all the rest, LU; NaN where one of them is not."""
    if not lead.any() or lead.all():
        return math.nan
    one, other = (song_lufs(stems[which].sum(axis=0), sample_rate) for which in (lead, ~lead))
    return math.nan if one is None or other is None else one - other
