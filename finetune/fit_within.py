"""What a table of family levels cannot tell, fitted on multitracks of real songs.

One rule: every song counts as balanced; only what its own stems say of each other is used.
"""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar

from finetune.multitracks import open_multitrack
from finetune.observer import differences
from finetune.real_songs import RealSong
from mixer.balance import BalancePrior
from mixer.loudness import integrated_lufs
from mixer.roles import FAMILIES, FAMILY_OF_ROLE

PASSAGE_S = 10
QUIET_DB = 10.0  # a passage this far below their mean is a pause
SPREADS_DB = (1.0, 9.0)


def loudness_less_rms_db(folders: Sequence[Path], songs: Sequence[RealSong]) -> dict[str, float]:
    """LUFS less RMS in dB of each family's stems (median), RMS as in the table: 10 s passages.

    K-weighting and the gate make the difference: low parts read lower, bright and broken ones
    higher. Up to a constant; a song's folder and its measurements stand at the same place.
    """
    differences: dict[str, list[float]] = defaultdict(list)
    for folder, measured in zip(folders, songs, strict=True):
        song = open_multitrack(folder).song
        for name, role in zip(measured.names, measured.roles, strict=True):
            stem = np.asarray(song.audio[song.names.index(name)], np.float64)
            lufs = integrated_lufs(stem, song.sample_rate)
            if lufs is not None:
                level = passages_rms_db(stem, song.sample_rate)
                differences[FAMILY_OF_ROLE[role]].append(lufs - level)
    missing = [family for family in FAMILIES if not differences[family]]
    if missing:
        raise ValueError(
            f"no stem of {', '.join(missing)} in {len(songs)} songs: give more multitracks"
        )
    return {family: round(float(np.median(differences[family])), 2) for family in FAMILIES}


def passages_rms_db(stem: np.ndarray, sample_rate: int) -> float:
    """RMS in dB of (2, samples) over the passages of 10 s in which it plays."""
    starts = range(0, stem.shape[1], PASSAGE_S * sample_rate)
    power = np.array([np.mean(stem[:, at : at + PASSAGE_S * sample_rate] ** 2) for at in starts])
    playing = power > power.mean() * 10 ** (-QUIET_DB / 10)
    return float(10 * np.log10(power[playing].mean()))


def stem_sd_db(songs: Sequence[RealSong], numbers: dict) -> float:
    """The spread of stems within a family under which these songs' levels are likeliest."""

    def surprise(spread_db: float) -> float:
        within = {**numbers["within"], "stem_sd_db": spread_db}
        prior = BalancePrior({**numbers, "within": within})
        return -sum(log_likelihood(song, prior) for song in songs)

    found = minimize_scalar(surprise, bounds=SPREADS_DB, method="bounded")
    return round(float(found.x), 1)


def log_likelihood(song: RealSong, prior: BalancePrior) -> float:
    """Log density of a song's levels against its first stem, were the prior true."""
    mean, covariance = prior.moments(song.roles, None, song.plays)
    levels = song.profile[:, 0].astype(float)
    _, off_db, precision = differences(levels, 0, mean, covariance)
    size = len(off_db) * np.log(2 * np.pi) - np.linalg.slogdet(precision)[1]
    return float(-0.5 * (off_db @ precision @ off_db + size))
