"""A take is honest on any song: random short songs, states and seeds, with effects on.

One rule: the generator here has random weights, so its settings are wilder than trained ones.
"""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings, strategies
from scipy import signal

from mixer.console import INDEX
from mixer.loudness import integrated_lufs
from mixer.megami.analysis import has_image
from mixer.megami.generator import GeneratorConfig
from mixer.megami.mixer import Megami, render_takes
from mixer.megami.takes import Take
from mixer.moves import MixState
from mixer.song import Song, song_from_arrays
from tests.wild_megami import wild_generator

RATE = 44100
KINDS = ("tone", "noise", "wide", "hits", "silence")
CONTENT = GeneratorConfig().content_size
some = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
fewer = settings(some, max_examples=12)


class Quick(Megami):
    """Draws in 6 steps in place of 30."""

    def sample(self, *arguments, **how) -> np.ndarray:
        return super().sample(*arguments, **{"steps": 6, **how})


@pytest.fixture(scope="module")
def megami() -> Quick:
    return Quick(wild_generator(5))


@dataclass(frozen=True)
class Case:
    """A song's stems by name, its contents (stems, size) in the song's order, and a state."""

    song: Song
    contents: np.ndarray
    state: MixState
    seed: int


def stem(kind: str, seed: int, rate: int, seconds: float) -> np.ndarray:
    """One stem (samples,) or (2, samples) between about -40 and -15 LUFS."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(int(seconds * rate)) / rate
    gain = 10.0 ** rng.uniform(-1.8, -0.8)
    if kind == "silence":
        return np.zeros(time_s.size, np.float32)
    if kind == "tone":
        audio = np.sin(2.0 * np.pi * rng.uniform(80.0, 1500.0) * time_s)
    elif kind == "wide":
        audio = rng.standard_normal((2, time_s.size))
    else:
        audio = rng.standard_normal(time_s.size)
    if kind == "hits":
        audio *= np.exp(-rng.uniform(5.0, 40.0) * (time_s % rng.uniform(0.15, 0.5)))
    return (gain * audio).astype(np.float32)


def make_case(kinds: list[str], rate: int, seconds: float, seed: int, touched: bool) -> Case:
    """A song of stems of these kinds after one of noise, in a random state if it is touched."""
    stems = {
        f"s{i}": stem(kind, seed + i, rate, seconds) for i, kind in enumerate(["noise", *kinds])
    }
    rng = np.random.default_rng(seed)
    contents = rng.standard_normal((len(stems), CONTENT)).astype(np.float32)
    contents /= np.linalg.norm(contents, axis=1, keepdims=True)
    state = MixState.untouched(len(stems))
    if touched:
        pans = [None if rng.uniform() < 0.6 else round(float(rng.uniform(-1, 1)), 2) for _ in stems]
        gains = np.where(rng.uniform(size=len(stems)) < 0.5, 0.0, rng.integers(-6, 7, len(stems)))
        muted = rng.uniform(size=len(stems)) < 0.15
        state = MixState(tuple(map(float, gains)), tuple(pans), tuple(map(bool, muted)))
    return Case(song_from_arrays("case", stems, rate), contents, state, seed % 1000)


def cases(
    touched: bool = True, seconds: tuple[float, ...] = (1.0, 1.7, 2.5, 4.0)
) -> strategies.SearchStrategy[Case]:
    """Songs of 2 to 5 stems, of which one at least sounds."""
    return strategies.builds(
        make_case,
        kinds=strategies.lists(strategies.sampled_from(KINDS), min_size=1, max_size=4),
        rate=strategies.sampled_from([8000, 16000, 22050, 44100]),
        seconds=strategies.sampled_from(seconds),
        seed=strategies.integers(0, 2**16),
        touched=strategies.just(touched),
    )


def take_of(case: Case, megami: Megami, **how) -> Take:
    """One take of a case."""
    how = {"seed": case.seed, "megami": megami, **how}
    return render_takes(case.song, case.contents, case.state, **how)[0]


@some
@given(case=cases(), gain_db=strategies.sampled_from([-9.0, -3.0, 0.5, 3.0, 8.0]))
def test_a_move_moves_its_stem_by_itself_and_no_other_by_a_bit(
    megami: Quick, case: Case, gain_db: float
) -> None:
    at = case.seed % len(case.song.names)
    gains = list(case.state.gain_db)
    gains[at] += gain_db
    moved = replace(case, state=replace(case.state, gain_db=tuple(gains)))
    before, after = take_of(case, megami), take_of(moved, megami)
    for index in range(len(gains)):
        if index != at:
            assert np.array_equal(before.stems[index], after.stems[index])
    lufs = [integrated_lufs(take.stems[at], case.song.sample_rate) for take in (before, after)]
    if lufs[0] is None or lufs[1] is None:
        assert case.state.muted[at] or not case.song.audio[at].any()
    else:
        assert lufs[1] - lufs[0] == pytest.approx(gain_db, abs=0.1)


@some
@given(case=cases())
def test_every_stem_is_as_loud_as_it_was_put(megami: Quick, case: Case) -> None:
    take = take_of(case, megami)
    for index, gain_db in enumerate(case.state.gain_db):
        opened = integrated_lufs(case.song.audio[index], case.song.sample_rate)
        if case.state.muted[index] or opened is None:
            assert not take.stems[index].any()
            continue
        now = integrated_lufs(take.stems[index], case.song.sample_rate)
        assert now is not None and now - opened == pytest.approx(gain_db, abs=0.1)


@some
@given(case=cases())
def test_what_is_held_is_held_exactly(megami: Quick, case: Case) -> None:
    take = take_of(case, megami)
    for row, pan, audio in zip(take.settings, case.state.pan, case.song.audio, strict=True):
        if pan is not None:
            assert row[INDEX["pan"]] == np.float32(pan)
        elif has_image(audio):
            assert row[INDEX["pan"]] == 0.0
        if has_image(audio):
            assert row[INDEX["width"]] == 1.0
    assert np.isfinite(take.mix).all()
    assert np.abs(take.mix - take.stems.sum(axis=0)).max() < 1e-5 * max(1.0, np.abs(take.mix).max())


@some
@given(case=cases())
def test_order_changes_no_stem_by_a_bit_and_the_same_seed_gives_the_same(
    megami: Quick, case: Case
) -> None:
    order = np.random.default_rng(case.seed).permutation(len(case.song.names))
    # songs are in the order of their names: a stem gets the name of its new place
    arrays = {f"s{place}": case.song.audio[index] for place, index in enumerate(order)}
    turned = Case(
        song_from_arrays("turned", arrays, case.song.sample_rate),
        case.contents[order],
        MixState(*(tuple(np.array(one, object)[order]) for one in _fields(case.state))),
        case.seed,
    )
    threads = torch.get_num_threads()
    one = take_of(case, megami)
    torch.set_num_threads(1 if threads > 1 else 2)
    try:
        other = take_of(turned, megami)
    finally:
        torch.set_num_threads(threads)
    for place, index in enumerate(order):
        assert np.array_equal(one.stems[index], other.stems[place])
    assert np.abs(one.mix - other.mix).max() < 1e-6 * max(1.0, np.abs(one.mix).max())


@fewer
@given(case=cases(touched=False, seconds=(4.0,)))
def test_verse_and_chorus_stay_as_far_apart(megami: Quick, case: Case) -> None:
    half = case.song.audio.shape[2] // 2
    swell = np.where(np.arange(case.song.audio.shape[2]) < half, 0.5, 1.0)
    arrays = dict(zip(case.song.names, case.song.audio * swell, strict=True))
    song = song_from_arrays("sections", arrays, case.song.sample_rate)
    take = take_of(replace(case, song=song), megami)
    kept = [_apart(mix, half, song.sample_rate) for mix in (song.audio.sum(axis=0), take.mix)]
    assert kept[1] == pytest.approx(kept[0], abs=1.0)


@some
@given(case=cases(touched=False), share=strategies.sampled_from([0.5, 0.3, 0.9]))
def test_splitting_a_stem_is_not_heard(megami: Quick, case: Case, share: float) -> None:
    at = case.seed % len(case.song.names)
    arrays = dict(zip(case.song.names, case.song.audio, strict=True))
    name = case.song.names[at]
    whole = arrays[name]
    arrays[name] = whole * np.float32(share)
    arrays["z"] = whole * np.float32(1.0 - share)
    split = Case(
        song_from_arrays("split", arrays, case.song.sample_rate),
        np.concatenate([case.contents, case.contents[at : at + 1]]),
        MixState.untouched(len(arrays)),
        case.seed,
    )
    one, other = take_of(case, megami), take_of(split, megami)
    assert np.array_equal(other.settings[at], other.settings[-1])
    assert np.abs(_thirds_db(one.mix) - _thirds_db(other.mix)).max() < 1.0
    rate = case.song.sample_rate
    levels = [integrated_lufs(take.mix, rate) for take in (one, other)]
    assert levels[0] == pytest.approx(levels[1], abs=1.0)
    assert np.abs(one.mix - other.mix).max() < 0.01 * np.abs(one.mix).max()


def test_splitting_a_stem_is_not_heard_by_the_shipped_models_either() -> None:
    song = make_case(["wide", "hits", "tone"], RATE, 12.0, 6, False).song
    arrays = dict(zip(song.names, song.audio, strict=True))
    arrays["s2"] = half = arrays["s2"] * np.float32(0.5)
    split = song_from_arrays("split", {**arrays, "s2 copy": half}, RATE)
    one, other = (
        render_takes(one, None, MixState.untouched(len(one.names)), seed=2)[0]
        for one in (song, split)
    )
    assert np.abs(_thirds_db(one.mix) - _thirds_db(other.mix)).max() < 1.0
    assert np.abs(one.mix - other.mix).max() < 0.01 * np.abs(one.mix).max()


@some
@given(case=cases(touched=False))
def test_without_effects_and_moves_a_take_is_the_song(megami: Quick, case: Case) -> None:
    take = take_of(case, megami, effects=False)
    assert np.array_equal(take.stems, case.song.audio)
    assert np.abs(take.mix - case.song.audio.sum(axis=0)).max() < 1e-6


@some
@given(case=cases())
def test_free_levels_leave_what_the_user_moved_where_it_was_put(megami: Quick, case: Case) -> None:
    case = replace(case, state=replace(case.state, muted=(False,) * len(case.song.names)))
    take = take_of(case, megami, free_levels=True)
    rate = case.song.sample_rate
    for index, gain_db in enumerate(case.state.gain_db):
        opened = integrated_lufs(case.song.audio[index], rate)
        if gain_db != 0.0 and opened is not None:
            now = integrated_lufs(take.stems[index], rate)
            assert now is not None and now - opened == pytest.approx(gain_db, abs=0.1)
            assert take.gains_db[index] == gain_db


def test_a_song_in_a_file_gives_the_same_bits(
    megami: Quick, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrays = {f"s{i}": stem(kind, i, 16000, 2.0) for i, kind in enumerate(KINDS)}
    contents = np.random.default_rng(0).standard_normal((5, CONTENT)).astype(np.float32)
    state = MixState.untouched(5)
    one = Case(song_from_arrays("memory", arrays, 16000), contents, state, 3)
    in_memory = take_of(one, megami, free_levels=True)
    monkeypatch.setattr("mixer.storage.MEMORY_LIMIT_BYTES", 1000)
    other = replace(one, song=song_from_arrays("file", arrays, 16000))
    in_file = take_of(other, megami, free_levels=True)
    assert isinstance(other.song.audio, np.memmap) and isinstance(in_file.stems, np.memmap)
    assert np.array_equal(in_memory.stems, in_file.stems)
    assert np.array_equal(in_memory.mix, in_file.mix)


def _fields(state: MixState) -> tuple[tuple, ...]:
    return state.gain_db, state.pan, state.muted


def _apart(mix: np.ndarray, half: int, rate: int) -> float:
    """By how many LU the second half is louder than the first."""
    quiet, loud = integrated_lufs(mix[:, :half], rate), integrated_lufs(mix[:, half:], rate)
    assert quiet is not None and loud is not None
    return loud - quiet


def _thirds_db(mix: np.ndarray) -> np.ndarray:
    """Third-octave levels in dB, of those bands that stand within 50 dB of the loudest."""
    hz, power = signal.welch(mix.sum(axis=0), 1.0, nperseg=min(2048, mix.shape[1]))
    edges = 0.45 * 2.0 ** (-np.arange(18) / 3.0)
    bands = [
        power[(hz >= low) & (hz < high)].sum() for high, low in zip(edges, edges[1:], strict=False)
    ]
    level_db = 10.0 * np.log10(np.maximum(bands, 1e-30))
    return np.maximum(level_db, level_db.max() - 50.0)
