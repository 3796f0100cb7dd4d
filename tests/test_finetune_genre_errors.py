"""Errors by genre and tables of beliefs: numbers that can be counted, words that can be read."""

from pathlib import Path

import numpy as np
import pytest

from assistant.hearing import Hearing
from finetune.belief_charts import draw_charts
from finetune.belief_tables import (
    PEERS,
    VOCAL,
    peer_cells,
    peer_table,
    role_table,
    vocal_beliefs,
    vocal_table,
)
from finetune.beliefs import Reading, make_probe
from finetune.flaws import Flaw
from finetune.genre_errors import bias_db, errors
from finetune.observer import GRID, KEEP
from finetune.real_mixes import RealMix
from mixer.balance import BalancePrior

ROLES = ("drums", "lead vocal", "bass")


def mix(song: str, *flaws: Flaw) -> RealMix:
    empty = np.zeros((3, 14), np.float32)
    hearing = Hearing(ROLES, 0, np.zeros((3, 8, 256)), empty, ROLES, empty)
    return RealMix(song, "", hearing, ROLES, np.zeros(3), np.ones(3), flaws)


def says(vocal_db: float, bass_db: float) -> np.ndarray:
    posterior = np.zeros((3, len(GRID)))
    posterior[0, KEEP] = 1.0
    for stem, move_db in ((1, vocal_db), (2, bass_db)):
        posterior[stem, int(np.argmin(np.abs(GRID - move_db)))] = 1.0
    return posterior


def test_bias_is_expected_less_needed() -> None:
    mixes = [mix("a", Flaw(1, -6.0)), mix("a")]
    posteriors = [says(8.0, 1.0), says(0.0, -3.0)]  # needed: +6 and 0; 0 and 0
    assert bias_db(mixes, posteriors) == pytest.approx((2.0 + 1.0 + 0.0 - 3.0) / 4)
    assert bias_db(mixes, posteriors, "vocals") == pytest.approx(1.0)
    assert np.isnan(bias_db(mixes, posteriors, "other"))
    at = errors(mixes, posteriors, 0.3)
    assert (at.joint, at.false_alarm) == (pytest.approx(0.2), 1.0)  # sure of both mixes alike


def reading(genre: str, shift_lu: float, role: str = VOCAL, anchor: str = "drums") -> Reading:
    roles = (anchor, role, "bass" if role != "bass" else "piano")
    probe = make_probe(genre, roles, BalancePrior.load(), np.zeros((3, 14)), np.zeros((3, 8, 256)))
    return Reading(probe, shift_lu, 1.5)


def test_genres_are_listed_by_how_far_the_vocal_stands_out() -> None:
    cells = {(genre, VOCAL): [reading(genre, 0.0)] for genre in ("metal", "country", "rock")}
    vocal = vocal_beliefs(cells)
    assert list(vocal) == ["country", "rock", "metal"]
    assert vocal["country"].centre_lu - vocal["metal"].centre_lu == pytest.approx(5.5, abs=0.01)
    assert "order of genres as in the literature" in str(vocal_table(vocal).title)
    cells["country", VOCAL] = [reading("country", -9.0)]
    turned = vocal_table(vocal_beliefs(cells))
    assert "in the literature country > rock > metal" in str(turned.title)
    assert list(turned.columns[0].cells) == ["rock", "metal", "country"]


def test_what_is_believed_stands_over_what_was_taught() -> None:
    cells = {("pop", VOCAL): [reading("pop", 2.0)]}
    taught = BalancePrior.load().usual_range(VOCAL, "drums", "pop", ROLES)
    centre_lu, spread_lu = sum(taught) / 2, (taught[1] - taught[0]) / 2
    table = role_table(cells, ("pop", "jazz"), (VOCAL,))
    assert list(table.columns[1].cells) == [
        f"{centre_lu + 2:+.1f} ± {1.5 * spread_lu:.1f}\n({centre_lu:+.1f} ± {spread_lu:.1f})"
    ]
    assert list(table.columns[2].cells) == ["-"]


def test_charts_are_drawn_of_what_was_read(tmp_path: Path) -> None:
    image = pytest.importorskip("matplotlib.image")
    cells = {(genre, VOCAL): [reading(genre, 1.0)] for genre in ("pop", "metal")}
    files = draw_charts(tmp_path, cells, ("pop", "metal"), (VOCAL, "bass"))
    assert [file.name for file in files] == ["roles_by_genre.png", "vocal_by_genre.png"]
    for file in files:
        pixels = image.imread(file)[..., :3]
        assert (abs(pixels - [0.122, 0.467, 0.706]).max(axis=2) < 0.01).sum() > 200  # believed
    bass = {("pop", "bass"): [reading("pop", 0.0, "bass")]}
    assert len(draw_charts(tmp_path, bass, ("pop",), ("bass",))) == 1  # no vocal was asked for


def test_peers_are_asked_for_what_they_know() -> None:
    wanted = peer_cells(("rock", "jazz"), (VOCAL, "piano"))
    assert wanted == [("rock", VOCAL), ("rock", "snare"), ("rock", "hats")]
    cells = {("pop", "bass"): [reading("pop", 0.0, "bass", "kick")]}
    table = peer_table(cells)
    assert [list(column.cells)[0] for column in table.columns][-2:] == ["-1.0", "-2.0"]
    assert PEERS["pop"]["xDarkzx"][VOCAL] == 0.0
