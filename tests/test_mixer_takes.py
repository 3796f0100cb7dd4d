"""Takes as a stream: one at a time, sharing what was measured, stoppable, the nearest first."""

import gc
import tempfile
import weakref
from pathlib import Path

import numpy as np
import pytest
import torch

from mixer.console import INDEX, neutral_settings
from mixer.megami import analysis
from mixer.megami.code import COORDINATES, Code
from mixer.megami.mixer import Megami, faders_mix, iter_takes, render_takes
from mixer.megami.nearness import DRAWS, distances
from mixer.moves import MixState
from mixer.song import Song, song_from_arrays
from tests.wild_megami import wild_generator

RATE = 16000


@pytest.fixture(scope="module")
def megami() -> Megami:
    return Megami(wild_generator(3))


@pytest.fixture
def song() -> Song:
    """Three stems of noise, the second on the left only."""
    rng = np.random.default_rng(0)
    stems = {f"s{i}": 0.05 * rng.standard_normal((2, 2 * RATE)) for i in range(3)}
    stems["s1"][1] = 0.0
    return song_from_arrays("three", stems, RATE)


def contents(megami: Megami, stems: int = 3) -> np.ndarray:
    size = megami.generator.config.content_size
    rows = np.random.default_rng(1).standard_normal((stems, size)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


UNTOUCHED = MixState.untouched(3)


def test_takes_come_one_by_one_and_are_those_of_render_takes(megami: Megami, song: Song) -> None:
    together = render_takes(song, contents(megami), UNTOUCHED, takes=3, seed=7, megami=megami)
    stream = iter_takes(song, contents(megami), UNTOUCHED, takes=3, seed=7, megami=megami)
    assert [take.seed for take in together] == [7, 8, 9]
    for take in together:
        assert np.array_equal(next(stream).mix, take.mix)
    assert next(stream, None) is None
    alone = render_takes(song, contents(megami), UNTOUCHED, seed=9, megami=megami)[0]
    assert np.array_equal(alone.stems, together[2].stems)


def test_a_take_that_is_let_go_is_gone_while_the_next_is_made(megami: Megami, song: Song) -> None:
    gone: list[weakref.ref] = []
    alive: list[int] = []

    def on_progress(done: int, total: int, name: str) -> None:
        gc.collect()
        alive.append(sum(take() is not None for take in gone))

    stream = iter_takes(
        song, contents(megami), UNTOUCHED, takes=3, megami=megami, on_progress=on_progress
    )
    gone.extend(map(weakref.ref, stream))
    assert len(gone) == 3 and max(alive) == 0


def test_a_song_is_measured_once_whatever_is_made_of_it(
    megami: Megami, song: Song, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = []
    plain = analysis.loudness
    monkeypatch.setattr(
        analysis, "loudness", lambda audio, rate: measured.append(1) or plain(audio, rate)
    )
    moved = MixState((0.0, 3.0, 0.0), (None,) * 3, (False, False, True))
    for state in (UNTOUCHED, moved):
        render_takes(song, contents(megami), state, takes=2, megami=megami)
    assert len(measured) == 4  # three stems and their sum


@pytest.mark.parametrize("when", [1, 4, 7])
def test_an_exception_of_the_progress_stops_it_and_nothing_stays(
    megami: Megami, song: Song, when: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("mixer.storage.MEMORY_LIMIT_BYTES", 1000)
    told: list[int] = []

    def on_progress(done: int, total: int, name: str) -> None:
        told.append(done)
        if len(told) == when:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render_takes(
            song, contents(megami), UNTOUCHED, takes=2, megami=megami, on_progress=on_progress
        )
    assert len(told) == when and list(tmp_path.iterdir()) == []
    again = render_takes(song, contents(megami), UNTOUCHED, seed=1, megami=megami)[0]
    assert np.isfinite(again.mix).all() and again.mix.any()


def test_the_nearest_take_is_the_nearest_of_its_draws(megami: Megami, song: Song) -> None:
    given = contents(megami)
    nearest = render_takes(song, given, UNTOUCHED, seed=20, nearest=True, takes=2, megami=megami)
    seeds = [take.seed for take in nearest]
    assert all(20 <= seed < 20 + DRAWS for seed in seeds)
    every = render_takes(song, given, UNTOUCHED, seed=20, takes=DRAWS, megami=megami)
    own = neutral_settings(3).numpy()
    own[:, INDEX["level_db"]] = every[0].settings[:, INDEX["level_db"]]  # held in all of them
    drawn = np.stack([take.settings for take in every])
    away = distances(drawn, own, megami.generator.code)
    places = [int(np.argsort(np.argsort(away))[seed - 20]) for seed in seeds]
    assert places[0] <= 1 and places[1] <= 3  # ranked by drafts of fewer steps
    assert away.max() > 1.2 * away[seeds[0] - 20]
    again = render_takes(song, given, UNTOUCHED, seed=seeds[0], megami=megami)[0]
    assert np.array_equal(again.stems, nearest[0].stems)


def test_muted_stems_do_not_count_for_the_nearest(megami: Megami, song: Song) -> None:
    given = contents(megami)
    muted = MixState((0.0,) * 3, (None,) * 3, (True,) * 3)
    take = render_takes(song, given, muted, seed=5, nearest=True, megami=megami)[0]
    assert take.seed == 5 and not take.mix.any()


def test_only_what_is_heard_makes_a_distance() -> None:
    code = Code(torch.zeros(COORDINATES), torch.full((COORDINATES,), 0.5))
    own = neutral_settings(2).numpy()
    drawn = np.repeat(own[None], 3, axis=0)
    drawn[0, :, INDEX["peak1_hz"]] = 700.0
    drawn[0, :, INDEX["decay_s"]] = 4.0
    drawn[1, 0, INDEX["peak1_db"]] = 3.0
    drawn[2, 0, INDEX["peak1_db"]] = -6.0
    away = distances(drawn, own, code)
    assert away[0] == 0.0 and away[2] == pytest.approx(2.0 * away[1]) and away[1] > 0.0


def test_without_effects_the_nearest_is_the_song_itself(song: Song) -> None:
    take = render_takes(song, None, UNTOUCHED, effects=False, nearest=True)[0]
    assert np.array_equal(take.stems, song.audio)


def test_a_mix_without_its_stems_kept_has_the_bits_of_the_take(song: Song) -> None:
    names = song.names
    state = UNTOUCHED.panned(names, "s0", -0.4).with_mute(names, "s2", True)
    state = state.shaped(names, "s1", {"peak1_db": 4.0, "send_db": -20.0})
    told: list[tuple[int, int, str]] = []
    mix = faders_mix(song, state, lambda *step: told.append(step))
    assert np.array_equal(mix, render_takes(song, None, state, effects=False)[0].mix)
    assert told == [(1, 2, "s0"), (2, 2, "s1")]
