"""How far takes are from an engineer's: within roles, between stems of a song, and in variety.

One rule: settings are compared in standard deviations of the engineer's (see Code), never in units.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist
from scipy.stats import wasserstein_distance

from finetune.habits import HABITS
from finetune.line_ups import SongFacts
from mixer.console import INDEX, PARAMETERS
from mixer.knobs import EQ_BANDS
from mixer.megami.code import COORDINATES

Takes = list[np.ndarray]  # one array (takes, stems, 24) of standardised settings a song
MOST_PER_ROLE = 600
FEWEST_PER_ROLE = 40
_DECAY = PARAMETERS[INDEX["decay_s"]]
DECAY_OCTAVES = float(np.log2(_DECAY.high / _DECAY.low))


@dataclass(frozen=True)
class Row:
    """One system's line; see COLUMNS for what each number is."""

    energy: float
    wasserstein: float
    fit: float
    diversity: float
    pair_energy: float
    pair_pan: float
    room_octaves: float
    lean: float


COLUMNS = {
    "energy": "energy distance to the engineer's settings within a role (sd units)",
    "wasserstein": "1-Wasserstein distance per setting within a role (sd), mean",
    "fit": "share of the variance of a stem's mean settings, beyond its role's, that is predicted",
    "diversity": "sd between takes / sd between the engineer's tastes",
    "pair_energy": "energy distance of two stems of one song taken together (joint structure)",
    "pair_pan": "correlation of pans of two stems of one side role (mirrored = negative)",
    "room_octaves": "sd of decay between the stems of a song, octaves (they share a room)",
    "lean": "|sum of pans| / sum of |pans| over a song (0 = balanced)",
}


def energy_distance(one: np.ndarray, other: np.ndarray) -> float:
    """2 E|x - y| - E|x - x'| - E|y - y'|, no point paired with itself; (n, d), (m, d)."""
    within = [cdist(a, a).sum() / (len(a) * (len(a) - 1)) for a in (one, other)]
    return float(2.0 * cdist(one, other).mean() - sum(within))


def by_role(songs: Sequence[SongFacts], takes: Takes) -> dict[str, np.ndarray]:
    """All takes of all stems of each role, (n, 24), thinned evenly."""
    pools: dict[str, list[np.ndarray]] = {}
    for song, settings in zip(songs, takes, strict=True):
        for stem, role in enumerate(song.roles):
            pools.setdefault(role, []).append(settings[:, stem])
    stacked = {role: np.concatenate(rows) for role, rows in pools.items()}
    return {
        role: rows[np.linspace(0, len(rows) - 1, min(len(rows), MOST_PER_ROLE)).astype(int)]
        for role, rows in stacked.items()
        if len(rows) >= FEWEST_PER_ROLE
    }


def measure(songs: Sequence[SongFacts], takes: Takes, engineer: Takes, decay_scale: float) -> Row:
    """All columns for one system; decay_scale: one sd of decay in unit space."""
    mine, theirs = by_role(songs, takes), by_role(songs, engineer)
    energies = [energy_distance(mine[role], theirs[role]) for role in theirs]
    distances = [
        wasserstein_distance(mine[role][:, at], theirs[role][:, at])
        for role in theirs
        for at in range(COORDINATES)
    ]
    spread = np.mean([one.std(axis=0).mean() for one in takes])
    usual = np.mean([one.std(axis=0).mean() for one in engineer])
    pairs = energy_distance(_pairs(songs, takes, theirs), _pairs(songs, engineer, theirs))
    return Row(
        energy=float(np.mean(energies)),
        wasserstein=float(np.mean(distances)),
        fit=_fit(songs, takes, engineer, theirs),
        diversity=float(spread / usual),
        pair_energy=pairs,
        pair_pan=_pair_pan(songs, takes),
        room_octaves=_room_sd(takes) * decay_scale * DECAY_OCTAVES / 2.0,
        lean=_lean(takes),
    )


def _pairs(songs, takes: Takes, pools: dict[str, np.ndarray]) -> np.ndarray:
    """Settings of two stems of one song, less their roles' means, side by side: (n, 48)."""
    rng = np.random.default_rng(0)
    rows = []
    for song, settings in zip(songs, takes, strict=True):
        known = [at for at, role in enumerate(song.roles) if role in pools]
        if len(known) < 2:
            continue
        for take in settings:
            one, other = rng.permutation(known)[:2]
            centred = [take[at] - pools[song.roles[at]].mean(0) for at in (one, other)]
            rows.append(np.concatenate(centred))
    return np.array(rows)


def _fit(songs, takes: Takes, engineer: Takes, pools: dict[str, np.ndarray]) -> float:
    """1 - error / variance of a stem's mean settings around its role's mean.

    The engineer's mean over K tastes is itself noisy: its variance / K is taken off both terms.
    """
    error, variance = np.zeros(COORDINATES), np.zeros(COORDINATES)
    for song, mine, theirs in zip(songs, takes, engineer, strict=True):
        for stem, role in enumerate(song.roles):
            if role not in pools:
                continue
            noise = theirs[:, stem].var(axis=0, ddof=1) / len(theirs)
            noise_mine = mine[:, stem].var(axis=0, ddof=1) / len(mine)
            truth = theirs[:, stem].mean(0)
            error += (mine[:, stem].mean(0) - truth) ** 2 - noise - noise_mine
            variance += (truth - pools[role].mean(0)) ** 2 - noise
    varying = [INDEX["level_db"], *(INDEX[f"{band}_db"] for band in EQ_BANDS), INDEX["ratio"]]
    return float(1.0 - error[varying].sum() / variance[varying].sum())


def _pair_pan(songs, takes: Takes) -> float:
    """Correlation of pans within the first two stems of each side role of each take."""
    rows = []
    for song, settings in zip(songs, takes, strict=True):
        for role in set(song.roles):
            members = [at for at, one in enumerate(song.roles) if one == role]
            if HABITS[role].side > 0 and len(members) >= 2:
                rows.append(settings[:, members[:2], INDEX["pan"]])
    if not rows:
        return float("nan")
    one, other = np.concatenate(rows).T
    scale = np.sqrt((one**2).mean() * (other**2).mean())
    return float((one * other).mean() / scale) if scale > 1e-6 else 0.0


def _room_sd(takes: Takes) -> float:
    """Mean over takes of the sd of decay between the stems of a song (sd units)."""
    spreads = [
        take[:, INDEX["decay_s"]].std() for song in takes if song.shape[1] > 1 for take in song
    ]
    return float(np.mean(spreads))


def _lean(takes: Takes) -> float:
    """How far songs with at least three stems off the centre lean to one side."""
    leans = []
    for song in takes:
        for take in song:
            pan = take[:, INDEX["pan"]]
            out = np.abs(pan) > 0.2
            if out.sum() >= 3:
                leans.append(abs(pan[out].sum()) / np.abs(pan[out]).sum())
    return float(np.mean(leans)) if leans else float("nan")
