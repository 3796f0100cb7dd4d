"""The rule-based engineer: conventions that hold in every mix, and tastes that make mixes
differ."""

from dataclasses import replace

import numpy as np
import pytest

from finetune.engineer import HABITS, OCTAVE_HZ, Taste, mix
from mixer.console import INDEX, PARAMETERS
from mixer.roles import ROLES

BAND = ["kick", "snare", "hats", "bass", "electric guitar", "electric guitar", "piano", "synth pad"]
BAND += ["lead vocal", "backing vocals", "backing vocals"]


def usual_profiles(roles: list[str], spread_lu: float = 2.5) -> np.ndarray:
    """Profiles (S, 14) of stems at -23 LUFS whose spectra are exactly their roles' usual ones."""
    profiles = np.zeros((len(roles), 14), np.float32)
    profiles[:, 0], profiles[:, 1], profiles[:, 2], profiles[:, 3] = -23.0, -20.0, spread_lu, 0.8
    profiles[:, 4:] = -23.0 + np.array([HABITS[role].spectrum_db for role in roles])
    return profiles


def mixes(roles: list[str], count: int = 100, genre: str | None = "pop", **changed) -> np.ndarray:
    """Settings (count, S, 24), each under a new taste with some of its traits replaced."""
    rng = np.random.default_rng(0)
    profiles = usual_profiles(roles)
    drawn = []
    for _ in range(count):
        taste = replace(Taste.draw(rng, genre), **changed)
        drawn.append(mix(roles, profiles, genre, taste, rng))
    return np.stack(drawn)


def column(settings: np.ndarray, name: str) -> np.ndarray:
    return settings[..., INDEX[name]]


def test_every_setting_is_inside_the_consoles_limits_for_every_role_and_genre() -> None:
    for genre in (None, "metal", "ambient"):
        made = mixes(list(ROLES), 20, genre)
        low = np.array([parameter.low for parameter in PARAMETERS], np.float32)
        high = np.array([parameter.high for parameter in PARAMETERS], np.float32)
        assert made.dtype == np.float32 and made.shape == (20, 18, 24)
        assert (made >= low).all() and (made <= high).all()


def test_same_generator_same_mix() -> None:
    assert np.array_equal(mixes(BAND, 5), mixes(BAND, 5))


def test_the_spine_is_in_the_centre_and_pairs_mirror() -> None:
    pan = column(mixes(BAND), "pan")
    centre = [BAND.index(role) for role in ("kick", "snare", "bass", "lead vocal")]
    assert not pan[:, centre].any()
    guitars = [at for at, role in enumerate(BAND) if role == "electric guitar"]
    assert np.abs(pan[:, guitars].sum(axis=1)).max() < 0.15
    assert np.abs(pan[:, guitars[0]]).mean() > 0.4
    assert 0.3 < (pan[:, guitars[0]] > 0).mean() < 0.7  # which one is left is a matter of chance


def test_an_lcr_taste_uses_three_places_and_no_other() -> None:
    assert set(np.unique(column(mixes(BAND, lcr=True), "pan"))) == {-1.0, 0.0, 1.0}


def test_stems_share_one_room_and_songs_do_not() -> None:
    octaves = np.log2(column(mixes(BAND), "decay_s"))
    assert octaves.std(axis=1).mean() < 0.06
    assert octaves.mean(axis=1).std() > 0.4


def test_levels_are_re_the_mix_and_taste_sets_the_vocal() -> None:
    levels = column(mixes(BAND), "level_db")
    inside = levels.min(axis=1) > -40.0
    assert 10 * np.log10((10 ** (levels[inside] / 10)).sum(axis=1)) == pytest.approx(0.0, abs=1e-3)
    vocal = BAND.index("lead vocal")
    quiet, loud = (
        column(mixes(BAND, vocal_db=db), "level_db")[:, vocal].mean() for db in (-3.0, 3.0)
    )
    assert 3.0 < loud - quiet < 6.0


def test_wetness_brightness_and_compression_do_what_they_say() -> None:
    pad = BAND.index("synth pad")
    sends = [np.median(column(mixes(BAND, wetness_db=db), "send_db")[:, pad]) for db in (-4.0, 4.0)]
    assert sends[1] - sends[0] == pytest.approx(8.0, abs=1.5)
    shelves = [column(mixes(BAND, brightness_db=db), "high_shelf_db").mean() for db in (-2.0, 2.0)]
    assert shelves[1] - shelves[0] == pytest.approx(4.0, abs=0.1)
    vocal = BAND.index("lead vocal")
    ratios = [column(mixes(BAND, compression=by), "ratio")[:, vocal].mean() for by in (0.2, 1.5)]
    assert ratios[0] < 2.0 and ratios[1] > 3.5


def test_the_equaliser_takes_back_what_is_unusual() -> None:
    roles = ["piano"]
    plain, boomy = usual_profiles(roles), usual_profiles(roles)
    boomy[0, 4 + int(np.argmin(np.abs(OCTAVE_HZ - 250)))] += 9.0
    cuts = []
    for profiles in (plain, boomy):
        rng = np.random.default_rng(0)
        taste = replace(Taste.draw(rng, "pop"), correction=0.5)
        drawn = [mix(roles, profiles, "pop", taste, rng)[0] for _ in range(50)]
        cuts.append(column(np.stack(drawn), "peak1_db").mean())
    assert -4.5 < cuts[1] - cuts[0] < -1.0


def test_a_gain_on_the_dry_stem_changes_nothing() -> None:
    roles, rng = ["lead vocal", "bass"], np.random.default_rng
    profiles = usual_profiles(roles)
    louder = profiles.copy()
    louder[0, [0, 1, *range(4, 14)]] += 11.0
    taste = Taste.draw(rng(1), "rock")
    one, other = (mix(roles, some, "rock", taste, rng(2)) for some in (profiles, louder))
    assert one == pytest.approx(other, abs=1e-4)


def test_tastes_differ_more_than_hands_do() -> None:
    roles, fixed = BAND, Taste.draw(np.random.default_rng(5), "pop")
    rng = np.random.default_rng(6)
    same = np.stack([mix(roles, usual_profiles(roles), "pop", fixed, rng) for _ in range(60)])
    other = mixes(roles, 60)
    for name in ("decay_s", "predelay_ms", "high_shelf_db", "high_pass_hz", "ratio"):
        within, between = (column(one, name).std(axis=0).mean() for one in (same, other))
        assert between > 1.15 * within, name
