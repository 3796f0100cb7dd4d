"""Takes at published size: honest gains, mutes and pans, any rate and length, same by the seed."""

import numpy as np
import pytest
import torch

from mixer.loudness import integrated_lufs
from mixer.megami.mixer import TakeError
from mixer.megami.published import mixer
from mixer.megami.published.dynamics import loudest_rms_db
from mixer.megami.published.mixer import PublishedMegami, PublishedTake, render_takes
from mixer.megami.published.sampler import Sampling
from mixer.moves import MixState, Move
from mixer.song import Song, song_from_arrays
from tests.tiny_published import tiny_megami

FEW = Sampling(points=6)


@pytest.fixture(scope="module")
def megami(tmp_path_factory) -> PublishedMegami:
    return tiny_megami(tmp_path_factory.mktemp("weights"))


def small_song(stems: int = 3, seconds: float = 2.0, sample_rate: int = 44_100) -> Song:
    """Noise of different colours; the first half is a quiet verse."""
    rng = np.random.default_rng(0)
    samples = round(seconds * sample_rate)
    section = np.where(np.arange(samples) < samples // 2, 0.4, 1.0)
    made = {}
    for stem in range(stems):
        noise = rng.standard_normal(samples + 1)
        coloured = (noise[1:] + 0.3 * stem * noise[:-1]) * section
        made[f"stem{stem}"] = (0.05 * coloured).astype(np.float32)
    return song_from_arrays("small", made, sample_rate)


def one_take(song: Song, megami: PublishedMegami, state: MixState | None = None) -> PublishedTake:
    state = state or MixState.untouched(len(song.names))
    return render_takes(song, state, megami, seed=3, sampling=FEW)[0]


def lufs(audio: np.ndarray, sample_rate: int = 44_100) -> float:
    found = integrated_lufs(audio, sample_rate)
    assert found is not None
    return found


def test_levels_are_those_that_z_asks_for_once_a_song(megami):
    song = small_song()
    take = one_take(song, megami)
    heard_db = loudest_rms_db(torch.from_numpy(take.stems), 44_100).numpy()
    assert np.abs(heard_db - take.levels_db).max() < 0.01
    normalised = megami.normalise(mixer.mono(song.audio[1], 44_100))
    plain = megami.processor(normalised[0], torch.cat((torch.from_numpy(take.z[1]), normalised[1])))
    for made, raw in zip(take.stems[1], plain.numpy(), strict=True):
        sounding = np.abs(raw) > 1e-3
        gains = made[sounding] / raw[sounding]
        assert gains.std() / gains.mean() < 1e-4  # one gain from the first to the last sample


def test_a_move_is_a_gain_on_that_stem_and_on_no_other(megami):
    song = small_song()
    plain = one_take(song, megami)
    state = MixState.untouched(3).moved(song.names, [Move("stem1", 3.0)])
    moved = one_take(song, megami, state)
    assert lufs(moved.stems[1]) - lufs(plain.stems[1]) == pytest.approx(3.0, abs=0.01)
    assert np.array_equal(moved.stems[[0, 2]], plain.stems[[0, 2]])
    assert moved.gains_db.tolist() == [0.0, 3.0, 0.0]


def test_a_mute_silences_that_stem_and_changes_no_other(megami):
    song = small_song()
    plain = one_take(song, megami)
    muted = one_take(song, megami, MixState.untouched(3).with_mute(song.names, "stem0", True))
    assert not muted.stems[0].any()
    assert np.array_equal(muted.stems[1:], plain.stems[1:])
    assert np.allclose(muted.mix, plain.stems[1] + plain.stems[2])
    assert muted.gains_db[0] == -np.inf
    assert muted.report(song.names)[0] == "stem0: muted"


def test_a_pan_takes_the_place_of_the_balance_in_z(megami):
    song = small_song()
    plain = one_take(song, megami)
    panned = one_take(song, megami, MixState.untouched(3).panned(song.names, "stem2", 0.0))
    left, right = panned.levels_db[2]
    assert left == pytest.approx(right, abs=1e-4)
    power, before = (10 ** (np.stack((x.levels_db[2],)) / 10) for x in (panned, plain))
    assert power.sum() == pytest.approx(before.sum(), rel=1e-4)
    assert np.array_equal(panned.stems[:2], plain.stems[:2])
    hard = one_take(song, megami, MixState.untouched(3).panned(song.names, "stem2", -1.0))
    assert np.abs(hard.stems[2, 1]).max() < 1e-6 * np.abs(hard.stems[2, 0]).max()


def test_same_seed_same_bits_and_other_seeds_differ(megami):
    song, state = small_song(), MixState.untouched(3)
    first, second = render_takes(song, state, megami, takes=2, seed=4, sampling=FEW)
    again = render_takes(song, state, megami, seed=5, sampling=FEW)[0]
    assert np.array_equal(second.stems, again.stems) and second.seed == again.seed == 5
    assert not np.allclose(first.mix, second.mix, atol=1e-4)


def test_the_order_of_tracks_draws_the_same(megami):
    torch.manual_seed(0)
    contents = torch.nn.functional.normalize(torch.randn(5, 512), dim=-1)
    order = torch.tensor([3, 0, 4, 1, 2])
    plain = megami.draw(contents, 1, FEW)
    assert torch.equal(megami.draw(contents[order], 1, FEW), plain[order])


@pytest.mark.parametrize(
    ("seconds", "sample_rate"), [(0.41, 44_100), (1.2345, 44_100), (1.0, 48_000), (1.0, 22_050)]
)
def test_any_length_and_rate(megami, seconds, sample_rate):
    song = small_song(2, seconds, sample_rate)
    take = one_take(song, megami)
    assert take.stems.shape == song.audio.shape
    assert np.isfinite(take.mix).all() and np.abs(take.mix).max() > 1e-4
    assert np.allclose(take.mix, take.stems.sum(axis=0), atol=1e-6)


def test_what_is_too_quiet_is_left_out_and_told(megami):
    song = small_song(2)
    silent = np.zeros(song.audio.shape[2], np.float32)
    hiss = (1e-4 * np.random.default_rng(1).standard_normal(silent.size)).astype(np.float32)
    made = dict(zip(song.names, song.audio, strict=True)) | {"none": silent, "hiss": hiss}
    whole = song_from_arrays("quiet", made, 44_100)
    take = one_take(whole, megami)
    for name in ("none", "hiss"):
        index = whole.index(name)
        assert not take.stems[index].any()
        assert np.isnan(take.z[index]).all()
        assert take.sound(whole.names)[name] == "left out: its loudest 0.4 s lie below -60 dB RMS"
    alone = one_take(song, megami)
    assert np.array_equal(take.stems[whole.index("stem0")], alone.stems[0])


def test_all_stems_too_quiet_gives_silence(megami):
    rng = np.random.default_rng(0)
    hiss = (1e-4 * rng.standard_normal(44_100)).astype(np.float32)
    take = one_take(song_from_arrays("hiss", {"hiss": hiss}, 44_100), megami)
    assert not take.mix.any()


def test_more_tracks_than_slots(megami):
    take = one_take(small_song(16, 0.5), megami)
    assert np.isfinite(take.z).all()
    assert len(np.unique(take.z.round(4), axis=0)) == 16  # also where two share a number


def test_opposite_sides_of_a_stem_do_not_cancel():
    side = np.random.default_rng(0).standard_normal(1000).astype(np.float32)
    assert np.array_equal(mixer.mono(np.stack((side, -side)), 44_100), side)
    assert np.allclose(mixer.mono(np.stack((side, 0.5 * side)), 44_100), 0.75 * side)


def test_progress_counts_chunks_to_the_end(megami):
    told = []
    render_takes(
        small_song(2, 0.5),
        MixState.untouched(2),
        megami,
        takes=2,
        sampling=FEW,
        on_progress=lambda done, total, name: told.append((done, total, name)),
    )
    assert [done for done, _, _ in told] == list(range(1, len(told) + 1))
    assert {total for _, total, _ in told} == {len(told)}
    assert told[0][2] == "stem0" and told[-1][2] == "stem1"


def test_the_state_must_be_of_this_song(megami):
    with pytest.raises(TakeError, match="the state is of 2 stems and the song has 3"):
        render_takes(small_song(), MixState.untouched(2), megami)
