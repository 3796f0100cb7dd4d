"""What is usual for a role: place, width, equaliser, compressor, reverb and spectrum.

One rule: one row a role, in the order of ROLES; what engineers differ in is not here but in Taste.
"""

from dataclasses import dataclass

import numpy as np

from mixer.roles import ROLES


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
# fmt: on
assert tuple(HABITS) == ROLES, "one habit per role, in the order of ROLES"

TABLE: dict[str, np.ndarray] = {
    field: np.array([getattr(habit, field) for habit in HABITS.values()], dtype=np.float64)
    for field in Habit.__dataclass_fields__
}
