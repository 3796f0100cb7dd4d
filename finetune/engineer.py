"""A rule-based mixing engineer: roles, profiles, genre and a Taste in, console settings out.

One rule: what engineers agree on is in the table HABITS and what they differ in is in Taste, so
two tastes give two mixes of one song, and one taste has one manner in every song.
Pure numpy; every draw comes from the generator that is passed in.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mixer.balance import BalancePrior, shipped_prior
from mixer.console import PARAMETERS
from mixer.roles import ROLES

_LOW = np.array([parameter.low for parameter in PARAMETERS])
_HIGH = np.array([parameter.high for parameter in PARAMETERS])
OCTAVE_HZ = 31.25 * 2.0 ** np.arange(10)
EQ_BANDS = ("low_shelf", "peak1", "peak2", "peak3", "high_shelf")
MAX_CORRECTION_DB = 6.0
HEARD_DB = 30.0
USUAL_SPREAD_LU = 2.5  # median over stems of finetune.songs


@dataclass(frozen=True)
class Habit:
    """What is usual for a role.

    side: how far from the centre it may sit, 0..1. eq: (Hz, dB) for low shelf, three peaks, high
    shelf. raw: probability of no compressor. dry: probability of no send; send_db: else the usual.
    spectrum_db: octave levels, 31.5 Hz to 16 kHz, minus loudness: medians over finetune.songs.
    """

    side: float
    width: float
    high_pass_hz: float
    eq: tuple[tuple[float, float], ...]
    ratio: float
    attack_ms: float
    release_ms: float
    raw: float
    send_db: float
    dry: float
    spectrum_db: tuple[float, ...]


def _habit(side, width, high_pass_hz, eq, squeeze, send, spectrum_db) -> Habit:
    ratio, attack_ms, release_ms, raw = squeeze
    send_db, dry = send
    return Habit(
        side, width, high_pass_hz, eq, ratio, attack_ms, release_ms, raw, send_db, dry, spectrum_db
    )


# fmt: off
HABITS: dict[str, Habit] = {
    "kick": _habit(0.0, 0.8, 28, ((80, 2), (350, -3), (1200, -1), (3500, 2), (9000, 0)),
        (4, 20, 90, .15), (-34, .75), (-5, 2, -1, -12, -18, -24, -22, -24, -34, -50)),
    "snare": _habit(0.0, 1.0, 80, ((150, 0), (450, -2), (1000, 0), (4500, 2), (9000, 1)),
        (4, 12, 120, .15), (-17, .1), (-33, -29, -15, -2, -11, -11, -10, -8, -9, -22)),
    "hats": _habit(.35, 1.0, 300, ((250, -2), (500, -2), (1500, 0), (4000, -1), (10000, 1)),
        (2, 10, 80, .7), (-26, .4), (-56, -49, -42, -27, -23, -19, -16, -8, -7, -10)),
    "percussion": _habit(.6, 1.0, 150, ((150, -1), (400, -1), (1200, 0), (5000, 1), (10000, 1)),
        (2.5, 10, 100, .5), (-19, .15), (-36, -27, -10, -11, -15, -18, -20, -20, -24, -37)),
    "drums": _habit(0.0, 1.1, 30, ((80, 1), (400, -2), (1000, 0), (5000, 1), (10000, 1)),
        (3, 20, 120, .2), (-26, .3), (-11, -3, -5, -11, -17, -18, -16, -12, -11, -16)),
    "bass": _habit(0.0, 0.7, 30, ((90, 1), (250, -1), (800, 1), (2500, 0), (8000, -1)),
        (4, 15, 180, .08), (-45, .85), (-13, -1, -3, -8, -13, -21, -33, -43, -55, -60)),
    "electric guitar": _habit(.9, 1.0, 90, ((120, -1), (350, -2), (1500, 1), (3500, 1), (9000, 0)),
        (2.5, 15, 150, .4), (-21, .15), (-52, -33, -20, -13, -10, -9, -6, -10, -28, -49)),
    "acoustic guitar": _habit(.8, 1.0, 110, ((130, -2), (300, -2), (1200, 0), (5000, 1), (9900, 2)),
        (3, 12, 140, .3), (-19, .1), (-54, -33, -10, -5, -5, -7, -15, -16, -22, -45)),
    "piano": _habit(.45, 1.0, 70, ((120, -1), (320, -2), (1200, 0), (4000, 1), (9000, 1)),
        (2.2, 20, 180, .45), (-18, .1), (-44, -33, -22, -5, -4, -9, -13, -21, -33, -56)),
    "organ": _habit(.5, 1.0, 80, ((120, -1), (350, -2), (1000, 0), (3500, 0), (9000, 0)),
        (2, 20, 200, .6), (-21, .2), (-49, -44, -12, -6, -6, -6, -9, -17, -37, -54)),
    "synth pad": _habit(.25, 1.2, 110, ((130, -2), (300, -2), (1200, -1), (4000, 0), (10000, 1)),
        (2, 25, 250, .65), (-15, .05), (-60, -60, -13, -4, -6, -12, -20, -28, -43, -58)),
    "strings": _habit(.4, 1.15, 100, ((130, -1), (350, -1), (1200, 0), (4000, 1), (10000, 1)),
        (1.8, 30, 280, .65), (-13, .05), (-51, -42, -25, -6, -5, -9, -11, -19, -35, -53)),
    "brass": _habit(.45, 1.0, 110, ((130, -1), (400, -1), (1200, 0), (4500, 1), (9000, 0)),
        (2.5, 15, 150, .4), (-16, .1), (-60, -59, -49, -10, -4, -6, -9, -19, -41, -60)),
    "synth lead": _habit(.2, 1.0, 110, ((130, -1), (400, -1), (1500, 1), (4000, 1), (9000, 1)),
        (2.5, 12, 130, .45), (-17, .1), (-60, -60, -46, -8, -5, -8, -14, -24, -38, -52)),
    "arpeggio": _habit(.6, 1.05, 130, ((150, -1), (400, -1), (1500, 0), (4500, 1), (10000, 1)),
        (2, 12, 120, .55), (-16, .1), (-60, -52, -46, -11, -3, -8, -13, -21, -35, -50)),
    "lead vocal": _habit(0.0, 1.0, 95, ((140, -1), (300, -2), (1500, 1), (4000, 2), (11000, 2)),
        (3.5, 8, 100, .04), (-18, .05), (-43, -36, -17, -8, -4, -5, -10, -12, -25, -27)),
    "backing vocals": _habit(.75, 1.1, 140, ((150, -2), (350, -2), (1200, 0), (4500, 1), (9900, 2)),
        (4, 8, 120, .1), (-14, .03), (-48, -37, -18, -9, -5, -6, -10, -14, -27, -29)),
    "effects": _habit(.5, 1.2, 120, ((150, -1), (400, 0), (1200, 0), (4000, 0), (10000, 0)),
        (2, 15, 150, .75), (-15, .2), (-39, -23, -16, -9, -9, -10, -11, -12, -14, -25)),
}
# genre: wetness dB, brightness dB, width, compression, vocal dB, bass dB, low cut, log decay
_FLAVOURS: dict[str, tuple[float, ...]] = {
    "pop": (0, .8, .05, .2, 1.0, 0, .1, 0), "rock": (-1, .2, .1, .1, -.3, 0, 0, -.1),
    "metal": (-4, .8, .2, .35, -1.5, 0, .15, -.4), "electronic": (1, .6, .15, .2, -.5, 1.5, .1, .2),
    "hip hop": (-3, 0, -.1, .2, 1.0, 2.0, .1, -.3), "country": (-1, .4, 0, 0, 1.3, -.5, 0, -.2),
    "jazz": (1, -1.0, -.1, -.5, 0, -.5, -.3, .1), "ambient": (6, -.6, .2, -.4, -.8, -.5, -.1, .8),
}
# fmt: on
assert tuple(HABITS) == ROLES, "one habit per role, in the order of ROLES"


def _column(field: str) -> np.ndarray:
    return np.array([getattr(habit, field) for habit in HABITS.values()], dtype=np.float64)


_TABLE = {name: _column(name) for name in Habit.__dataclass_fields__}


@dataclass(frozen=True)
class Taste:
    """What engineers differ in; one taste rules a whole song.

    wetness_db, brightness_db, vocal_db, bass_db: offsets. width 0.3..1.1, compression 0..2,
    low_cut 0.2..1.5 (exponent on the usual high-pass), correction 0.1..0.7 (share of a spectral
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
    def draw(cls, rng: np.random.Generator, genre: str | None = None) -> "Taste":
        """A taste for a song of this genre; its era (vintage to modern) ties traits together."""
        wet, bright, width, squeeze, vocal, bass, cut, decay = _FLAVOURS.get(
            genre or "", (0.0,) * 8
        )
        modern = rng.uniform() - 0.5
        n = rng.normal(size=9)
        return cls(
            wetness_db=wet - 2.0 * modern + 4.0 * n[0],
            brightness_db=bright + 2.0 * modern + 1.2 * n[1],
            width=float(np.clip(0.72 + width + 0.3 * modern + 0.18 * n[2], 0.3, 1.1)),
            lcr=bool(rng.uniform() < 0.25 - 0.2 * modern),
            compression=float(np.clip(1.0 + squeeze + 0.7 * modern + 0.35 * n[3], 0.0, 2.0)),
            vocal_db=vocal + 1.8 * n[4],
            bass_db=bass + 1.0 * modern + 1.3 * n[5],
            low_cut=float(np.clip(0.8 + cut + 0.5 * modern + 0.25 * n[6], 0.2, 1.5)),
            correction=float(rng.uniform(0.1, 0.7)),
            decay_s=float(np.clip(np.exp(np.log(1.3) + decay + 0.4 * n[7]), 0.3, 3.8)),
            predelay_ms=float(np.clip(22.0 + 12.0 * n[8], 0.0, 75.0)),
        )


def mix(
    roles: Sequence[str],
    profiles: np.ndarray,
    genre: str | None,
    taste: Taste,
    rng: np.random.Generator,
    prior: BalancePrior | None = None,
) -> np.ndarray:
    """Settings (stems, 24) in units for dry stems with these roles and profiles (stems, 14)."""
    which = np.array([ROLES.index(role) for role in roles])
    usual = {name: column[which] for name, column in _TABLE.items()}
    values: dict[str, np.ndarray] = {
        "level_db": _levels_db(roles, genre, taste, rng, prior or shipped_prior()),
        "pan": pan_positions(which, usual["side"], taste, rng),
        "width": 1.0
        + (usual["width"] - 1.0) * (0.5 + taste.width)
        + 0.05 * rng.normal(size=which.size),
        "high_pass_hz": 20.0
        * (usual["high_pass_hz"] / 20.0) ** taste.low_cut
        * _jitter(rng, which.size, 0.12),
        **_equaliser(usual, np.asarray(profiles, np.float64), taste, rng),
        **_compressor(usual, np.asarray(profiles, np.float64), taste, rng),
        **_reverb(usual, taste, rng),
    }
    settings = np.stack([values[parameter.name] for parameter in PARAMETERS], axis=1)
    return np.clip(settings, _LOW, _HIGH).astype(np.float32)


def _jitter(rng: np.random.Generator, size: int, octaves: float) -> np.ndarray:
    """Factors around one, log-normal, sd in octaves."""
    return 2.0 ** (octaves * rng.normal(size=size))


def _levels_db(
    roles, genre, taste: Taste, rng: np.random.Generator, prior: BalancePrior
) -> np.ndarray:
    """Stem loudness minus mix loudness: a draw of what is usual, moved by the taste (powers
    add)."""
    levels = np.array(prior.draw(roles, genre, rng), np.float64)
    shift = {"lead vocal": taste.vocal_db, "backing vocals": 0.4 * taste.vocal_db}
    shift |= {"bass": taste.bass_db, "kick": 0.6 * taste.bass_db}
    levels += np.array([shift.get(role, 0.0) for role in roles])
    return levels - 10.0 * np.log10(np.sum(10.0 ** (levels / 10.0)))


def pan_positions(
    which: np.ndarray, side: np.ndarray, taste: Taste, rng: np.random.Generator
) -> np.ndarray:
    """Pans (stems,): spine in the centre, stems of one role in mirrored pairs, balanced."""
    pan = np.zeros(which.size)
    loners: list[int] = []
    for role in np.unique(which[side > 0]):
        members = rng.permutation(np.flatnonzero(which == role))
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
    usual, profiles: np.ndarray, taste: Taste, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Five bands: the role's habit and the taste's tilt, less part of what is unusual."""
    stems = profiles.shape[0]
    own = profiles[:, 4:14] - profiles[:, :1]
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
        correction = np.clip(-taste.correction * deviation, -MAX_CORRECTION_DB, MAX_CORRECTION_DB)
        values[f"{name}_hz"] = hz
        values[f"{name}_db"] = habit_db[:, band] + tilt + correction + 0.6 * rng.normal(size=stems)
        if name.startswith("peak"):
            values[f"{name}_q"] = (0.8 + 0.08 * np.abs(correction)) * _jitter(rng, stems, 0.25)
    return values


def _within(spectra_db: np.ndarray, range_db: float) -> np.ndarray:
    """Which octaves are within range_db of the strongest (S, 10): only those can be corrected."""
    return spectra_db > spectra_db.max(axis=1, keepdims=True) - range_db


def _compressor(
    usual, profiles: np.ndarray, taste: Taste, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Compress by role, more where the level varies more; some stems are left alone."""
    stems = profiles.shape[0]
    spread = np.clip(profiles[:, 2] / USUAL_SPREAD_LU, 0.5, 1.8)
    ratio = 1.0 + (usual["ratio"] - 1.0) * taste.compression * spread**0.5 * _jitter(
        rng, stems, 0.2
    )
    threshold_db = 2.0 - 3.0 * taste.compression + 1.5 * (spread - 1.0) + rng.normal(size=stems)
    raw = rng.uniform(size=stems) < np.clip(
        usual["raw"] + 0.4 * (1.0 - taste.compression), 0.0, 1.0
    )
    attack_ms = usual["attack_ms"] * _jitter(rng, stems, 0.35)
    release_ms = usual["release_ms"] * _jitter(rng, stems, 0.3)
    return {
        "threshold_db": np.where(raw, 12.0, threshold_db),
        "ratio": np.where(raw, 1.0, ratio),
        "attack_ms": attack_ms,
        "release_ms": release_ms,
    }


def _reverb(usual, taste: Taste, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """One room for the song: decay and pre-delay agree between stems, sends differ by role."""
    stems = usual["send_db"].size
    dry = rng.uniform(size=stems) < np.clip(usual["dry"] - 0.02 * taste.wetness_db, 0.0, 1.0)
    send_db = usual["send_db"] + taste.wetness_db + 1.5 * rng.normal(size=stems)
    return {
        "send_db": np.where(dry, -60.0, np.maximum(send_db, -50.0)),
        "decay_s": taste.decay_s * _jitter(rng, stems, 0.04),
        "predelay_ms": taste.predelay_ms + 1.0 * rng.normal(size=stems),
    }
