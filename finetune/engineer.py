"""A rule-based mixing engineer: roles, facts, genre and a Taste in, console settings out.

One rule: what engineers agree on is in HABITS and what they differ in is in Taste, so two tastes
give two mixes of one song, and one taste has one manner in every song.
Pure numpy; every draw comes from the generator that is passed in.
"""

from collections.abc import Sequence

import numpy as np

from finetune.habits import TABLE
from finetune.taste import Taste
from mixer.balance import BalancePrior, shipped_prior
from mixer.console import PARAMETERS
from mixer.knobs import EQ_BANDS
from mixer.megami.facts import FACTS, OCTAVES
from mixer.roles import ROLES

_LOW = np.array([parameter.low for parameter in PARAMETERS])
_HIGH = np.array([parameter.high for parameter in PARAMETERS])
OCTAVE_HZ = 31.25 * 2.0 ** np.arange(10)
MAX_CORRECTION_DB = 6.0
HEARD_DB = 30.0
USUAL_SPREAD_LU = 2.5  # median over stems of finetune.songs
STEREO_FROM_DB = -30.0  # side against mid; a stem with an image keeps it
LEAD_FLOOR_LU = -5.5  # no taste puts the lead vocal further below all the rest
# The balance prior holds how songs differ as well as how engineers do; of its spread this share is
# given to the engineer, who shifts vocals and bass by his taste besides.
LEVEL_SPREAD = 0.75
# Of what an engineer does to raw tracks, the share that finished stems still get; their spectrum is
# someone's choice, so only what is far from usual is taken back.
FINISHED_SHARE = 0.12
FINISHED_FREE_DB = 6.0


def mix(
    roles: Sequence[str],
    facts: np.ndarray,
    genre: str | None,
    taste: Taste,
    rng: np.random.Generator,
    *,
    finished: bool = False,
    prior: BalancePrior | None = None,
) -> np.ndarray:
    """Settings (stems, 24) in units for stems of these roles with facts (stems, 18).

    finished: the stems come with their effects already; they get their balance, little of the rest.
    """
    which = np.array([ROLES.index(role) for role in roles])
    usual = {name: column[which] for name, column in TABLE.items()}
    known = np.asarray(facts, np.float64)
    share = FINISHED_SHARE if finished else 1.0
    low_cut = taste.low_cut * share
    values: dict[str, np.ndarray] = {
        "level_db": _levels_db(roles, genre, taste, rng, prior or shipped_prior()),
        "pan": pan_positions(which, np.where(_is_stereo(known), 0.0, usual["side"]), taste, rng),
        "width": np.ones(which.size),
        "high_pass_hz": 20.0
        * (usual["high_pass_hz"] / 20.0) ** low_cut
        * _jitter(rng, which.size, 0.12),
        **_equaliser(usual, known, taste, rng, share, FINISHED_FREE_DB if finished else 0.0),
        **_compressor(usual, known, taste, rng, share),
        **_reverb(usual, taste, rng, share),
    }
    settings = np.stack([values[parameter.name] for parameter in PARAMETERS], axis=1)
    return np.clip(settings, _LOW, _HIGH).astype(np.float32)


def _is_stereo(facts: np.ndarray) -> np.ndarray:
    return facts[:, FACTS.index("side_db")] > STEREO_FROM_DB


def _jitter(rng: np.random.Generator, size: int, octaves: float) -> np.ndarray:
    """Factors around one, log-normal, sd in octaves."""
    return 2.0 ** (octaves * rng.normal(size=size))


def _levels_db(
    roles: Sequence[str],
    genre: str | None,
    taste: Taste,
    rng: np.random.Generator,
    prior: BalancePrior,
) -> np.ndarray:
    """Stem loudness minus mix loudness (powers add): what is usual, drawn and moved by taste."""
    usual = prior.moments(roles, genre)[0]
    levels = usual + LEVEL_SPREAD * (np.array(prior.draw(roles, genre, rng)) - usual)
    shift = {"lead vocal": taste.vocal_db, "backing vocals": 0.4 * taste.vocal_db}
    shift |= {"bass": taste.bass_db, "kick": 0.6 * taste.bass_db}
    levels += np.array([shift.get(role, 0.0) for role in roles])
    lead = np.array([role == "lead vocal" for role in roles])
    if lead.any() and not lead.all():
        power = 10.0 ** (levels / 10.0)
        below = LEAD_FLOOR_LU - 10.0 * np.log10(power[lead].sum() / power[~lead].sum())
        levels[lead] += max(0.0, below)
    return levels - 10.0 * np.log10(np.sum(10.0 ** (levels / 10.0)))


def pan_positions(
    which: np.ndarray, side: np.ndarray, taste: Taste, rng: np.random.Generator
) -> np.ndarray:
    """Pans (stems,): spine in the centre, stems of one role in mirrored pairs, balanced."""
    pan = np.zeros(which.size)
    loners: list[int] = []
    for role in np.unique(which[side > 0]):
        members = rng.permutation(np.flatnonzero((which == role) & (side > 0)))
        pairs = members[: members.size // 2 * 2].reshape(-1, 2)
        for rank, (one, other) in enumerate(pairs):
            amount = _amount(
                float(side[one]), taste, rng, spread=1.0 - 0.4 * rank / max(len(pairs), 1)
            )
            pan[one], pan[other] = amount, -amount
        loners += [int(index) for index in members[pairs.size :]]
    lean = 0.0
    sign = rng.choice((-1.0, 1.0))
    for index in sorted(loners, key=lambda one: -side[one]):
        share = 0.5 if len(loners) == 1 else 1.0
        amount = _amount(side[index], taste, rng, spread=share)
        pan[index] = amount * (sign if lean == 0.0 else -np.sign(lean))
        lean += pan[index]
    return np.clip(
        pan + 0.02 * rng.normal(size=which.size) * (pan != 0.0) * (not taste.lcr), -1.0, 1.0
    )


def _amount(side: float, taste: Taste, rng: np.random.Generator, spread: float) -> float:
    """How far out: all or nothing for an LCR taste, else a share of what the role may take."""
    if taste.lcr:
        return float(rng.uniform() < 0.3 + 0.7 * side * spread)
    return float(np.clip(side * spread * taste.width * rng.uniform(0.8, 1.2), 0.0, 1.0))


def _equaliser(
    usual: dict[str, np.ndarray],
    facts: np.ndarray,
    taste: Taste,
    rng: np.random.Generator,
    share: float,
    free_db: float,
) -> dict[str, np.ndarray]:
    """Five bands: the role's habit and the taste's tilt, less part of what is unusual.

    free_db: by how much a spectrum may differ from its role's before any of it is taken back.
    """
    stems = facts.shape[0]
    own = facts[:, OCTAVES]
    shape = np.clip(own - usual["spectrum_db"], -15.0, 15.0)
    heard = np.logical_and(*(_within(one, HEARD_DB) for one in (own, usual["spectrum_db"])))
    common = (shape * heard).sum(1, keepdims=True) / np.maximum(heard.sum(1, keepdims=True), 1)
    shape = np.where(heard, shape - common, 0.0)
    habit_hz, habit_db = usual["eq"][..., 0], usual["eq"][..., 1]
    values: dict[str, np.ndarray] = {}
    for band, name in enumerate(EQ_BANDS):
        hz = habit_hz[:, band] * _jitter(rng, stems, 0.2)
        octave = np.clip(np.log2(hz / OCTAVE_HZ[0]), 0.0, 9.0)
        low = np.minimum(octave.astype(int), 8)
        row = np.arange(stems)
        deviation = shape[row, low] * (1.0 - octave + low) + shape[row, low + 1] * (octave - low)
        tilt = taste.brightness_db * (0.0, 0.0, 0.0, 0.5, 1.0)[band]
        beyond = np.sign(deviation) * np.maximum(np.abs(deviation) - free_db, 0.0)
        correction = np.clip(-taste.correction * beyond, -MAX_CORRECTION_DB, MAX_CORRECTION_DB)
        own_way = share * (habit_db[:, band] + tilt + 0.6 * rng.normal(size=stems))
        values[f"{name}_hz"] = hz
        values[f"{name}_db"] = own_way + correction
        if name.startswith("peak"):
            values[f"{name}_q"] = (0.8 + 0.08 * np.abs(correction)) * _jitter(rng, stems, 0.25)
    return values


def _within(spectra_db: np.ndarray, range_db: float) -> np.ndarray:
    """Which octaves are within range_db of the strongest (S, 10): only those can be corrected."""
    return spectra_db > spectra_db.max(axis=1, keepdims=True) - range_db


def _compressor(
    usual: dict[str, np.ndarray],
    facts: np.ndarray,
    taste: Taste,
    rng: np.random.Generator,
    share: float,
) -> dict[str, np.ndarray]:
    """Compress by role, more where the level varies more; some stems are left alone."""
    stems = facts.shape[0]
    spread = np.clip(facts[:, FACTS.index("spread_lu")] / USUAL_SPREAD_LU, 0.5, 1.8)
    ratio = 1.0 + share * (usual["ratio"] - 1.0) * taste.compression * spread**0.5 * _jitter(
        rng, stems, 0.2
    )
    threshold_db = 2.0 - 3.0 * taste.compression + 1.5 * (spread - 1.0) + rng.normal(size=stems)
    left_alone = usual["raw"] + 0.4 * (1.0 - taste.compression)
    raw = rng.uniform(size=stems) < np.clip(1.0 - (1.0 - left_alone) * share, 0.0, 1.0)
    attack_ms = usual["attack_ms"] * _jitter(rng, stems, 0.35)
    release_ms = usual["release_ms"] * _jitter(rng, stems, 0.3)
    return {
        "threshold_db": np.where(raw, 12.0, threshold_db),
        "ratio": np.where(raw, 1.0, ratio),
        "attack_ms": attack_ms,
        "release_ms": release_ms,
    }


def _reverb(
    usual: dict[str, np.ndarray], taste: Taste, rng: np.random.Generator, share: float
) -> dict[str, np.ndarray]:
    """One room for the song: decay and pre-delay agree between stems, sends differ by role."""
    stems = usual["send_db"].size
    left_dry = usual["dry"] - 0.02 * taste.wetness_db
    dry = rng.uniform(size=stems) < np.clip(1.0 - (1.0 - left_dry) * share, 0.0, 1.0)
    send_db = usual["send_db"] + taste.wetness_db + 1.5 * rng.normal(size=stems)
    return {
        "send_db": np.where(dry, -60.0, np.maximum(send_db, -50.0)),
        "decay_s": taste.decay_s * _jitter(rng, stems, 0.04),
        "predelay_ms": taste.predelay_ms + 1.0 * rng.normal(size=stems),
    }
