"""The rule-based engineer: conventions that hold in every mix, and tastes that make mixes
differ."""

from dataclasses import replace

import numpy as np
import pytest

from finetune.engineer import LEAD_FLOOR_LU, OCTAVE_HZ, mix
from finetune.habits import HABITS
from finetune.taste import MANNERS, Taste
from mixer.console import INDEX, PARAMETERS
from mixer.megami.facts import FACTS, OCTAVES
from mixer.roles import ROLES

BAND = ["kick", "snare", "hats", "bass", "electric guitar", "electric guitar", "piano", "synth pad"]
BAND += ["lead vocal", "backing vocals", "backing vocals"]


def usual_facts(roles: list[str], spread_lu: float = 2.5) -> np.ndarray:
    """Facts (S, 18) of mono stems whose spectra are exactly their roles' usual ones."""
    facts = np.zeros((len(roles), len(FACTS)), np.float32)
    facts[:, :3] = 3.0, spread_lu, 0.8
    facts[:, OCTAVES] = np.array([HABITS[role].spectrum_db for role in roles])
    facts[:, FACTS.index("side_db")] = -40.0
    return facts


def mixes(roles: list[str], count: int = 100, genre: str | None = "pop", **changed) -> np.ndarray:
    """Settings (count, S, 24), each under a new taste with some of its traits replaced."""
    rng = np.random.default_rng(0)
    facts = usual_facts(roles)
    drawn = []
    for _ in range(count):
        taste = replace(Taste.draw(rng, genre), **changed)
        drawn.append(mix(roles, facts, genre, taste, rng))
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
    assert 1.0 < loud - quiet < 6.0  # the floor under the lead takes part of it


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
    plain, boomy = usual_facts(roles), usual_facts(roles)
    boomy[0, OCTAVES.start + int(np.argmin(np.abs(OCTAVE_HZ - 250)))] += 9.0
    cuts = []
    for facts in (plain, boomy):
        rng = np.random.default_rng(0)
        taste = replace(Taste.draw(rng, "pop"), correction=0.5)
        drawn = [mix(roles, facts, "pop", taste, rng)[0] for _ in range(50)]
        cuts.append(column(np.stack(drawn), "peak1_db").mean())
    assert -4.5 < cuts[1] - cuts[0] < -1.0


def test_stems_that_are_finished_already_get_little_more() -> None:
    facts, rng = usual_facts(BAND), np.random.default_rng(0)
    sums = {}
    for finished in (False, True):
        made = np.stack(
            [
                mix(BAND, facts, "pop", Taste.draw(rng, "pop"), rng, finished=finished)
                for _ in range(60)
            ]
        )
        sends, ratios = column(made, "send_db") > -60.0, column(made, "ratio") > 1.0
        bands = np.abs(column(made, "high_shelf_db")).mean()
        sums[finished] = (sends.mean(), ratios.mean(), bands)
    raw, done = sums[False], sums[True]
    assert raw[0] > 0.6 and done[0] < 0.3
    assert raw[1] > 0.5 and done[1] < 0.3
    assert done[2] < 0.6 * raw[2]


def test_a_stem_with_an_image_keeps_it() -> None:
    roles = ["electric guitar", "electric guitar", "piano"]
    facts = usual_facts(roles)
    facts[:, FACTS.index("side_db")] = -6.0
    rng = np.random.default_rng(0)
    made = np.stack([mix(roles, facts, "rock", Taste.draw(rng), rng) for _ in range(20)])
    assert not column(made, "pan").any() and (column(made, "width") == 1.0).all()


def test_the_lead_is_never_buried() -> None:
    levels = column(mixes(BAND, 200, "metal"), "level_db")
    lead = BAND.index("lead vocal")
    rest = np.delete(levels, lead, axis=1)
    over_db = levels[:, lead] - 10.0 * np.log10((10.0 ** (rest / 10.0)).sum(axis=1))
    assert over_db.min() >= LEAD_FLOOR_LU - 0.01


def test_manners_differ_as_their_names_say() -> None:
    rng = np.random.default_rng(0)
    drawn = {name: [Taste.draw(rng, None, name) for _ in range(100)] for name in MANNERS}

    def mean(name: str, trait: str) -> float:
        return float(np.mean([getattr(taste, trait) for taste in drawn[name]]))

    assert mean("dry", "wetness_db") < mean("plain", "wetness_db") - 5.0
    assert mean("spacious", "decay_s") > 1.5 * mean("dry", "decay_s")
    assert mean("dark", "brightness_db") < mean("modern", "brightness_db") - 2.5
    assert mean("vintage", "lcr") > mean("plain", "lcr") + 0.2
    assert mean("voice first", "vocal_db") > mean("heavy", "vocal_db") + 2.5


def test_tastes_differ_more_than_hands_do() -> None:
    roles, fixed = BAND, Taste.draw(np.random.default_rng(5), "pop")
    rng = np.random.default_rng(6)
    same = np.stack([mix(roles, usual_facts(roles), "pop", fixed, rng) for _ in range(60)])
    other = mixes(roles, 60)
    for name in ("decay_s", "predelay_ms", "high_shelf_db", "high_pass_hz", "ratio"):
        within, between = (column(one, name).std(axis=0).mean() for one in (same, other))
        assert between > 1.15 * within, name
