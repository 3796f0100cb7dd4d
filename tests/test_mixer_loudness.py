"""The meters against arithmetic, against EBU Tech 3341, and the exact properties of the profile."""

import math
import time
from collections.abc import Callable

import numpy as np
import pyloudnorm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from mixer.loudness import (
    LEVEL_ENTRIES,
    PROFILE_SIZE,
    Level,
    MeterError,
    integrated_lufs,
    measure,
    measure_song,
    profile,
    relative_levels,
    relative_profile,
    true_peak_dbtp,
)
from mixer.song import song_from_arrays

RATE = 44100


def sine(dbfs: float, seconds: float, sample_rate: int = RATE, hz: float = 1000.0) -> np.ndarray:
    """A sine of a peak level in both channels."""
    time_s = np.arange(round(seconds * sample_rate)) / sample_rate
    tone = 10.0 ** (dbfs / 20.0) * np.sin(2.0 * np.pi * hz * time_s)
    return np.tile(tone.astype(np.float32), (2, 1))


def noise(seed: int, seconds: float = 4.0, rms: float = 0.1) -> np.ndarray:
    """Stereo noise, its sides unlike each other."""
    samples = np.random.default_rng(seed).standard_normal((2, round(seconds * RATE)))
    return (rms * samples).astype(np.float32)


def playing(seed: int, seconds: float = 6.0) -> np.ndarray:
    """Coloured noise that comes and goes as a stem does: bursts, tails and rests."""
    rng = np.random.default_rng(seed)
    colour = [1.0, -rng.uniform(0.0, 0.95)]
    samples = np.asarray(signal.lfilter([1.0], colour, noise(seed, seconds)))
    level_db = np.repeat(rng.uniform(-50.0, 0.0, math.ceil(seconds * 4)), RATE // 4)
    loud = 10.0 ** (level_db[: samples.shape[1]] / 20.0)
    return (samples[:, : loud.size] * loud).astype(np.float32)


def times(gain_db: float, audio: np.ndarray) -> np.ndarray:
    """The audio with a gain."""
    return (audio * 10.0 ** (gain_db / 20.0)).astype(np.float32)


EBU_CASES = {
    "1: -23": ([(-23, 20)], -23.0),
    "2: -33": ([(-33, 20)], -33.0),
    "3: relative gate": ([(-36, 10), (-23, 60), (-36, 10)], -23.0),
    "4: both gates": ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),
    "5: three levels": ([(-26, 20), (-20, 20.1), (-26, 20)], -23.0),
}


@pytest.mark.parametrize("sample_rate", [44100, 48000, 96000])
@pytest.mark.parametrize("case", EBU_CASES)
def test_ebu_tech_3341_integrated(case: str, sample_rate: int) -> None:
    parts, lufs = EBU_CASES[case]
    audio = np.concatenate([sine(dbfs, s, sample_rate) for dbfs, s in parts], axis=1)
    assert integrated_lufs(audio, sample_rate) == pytest.approx(lufs, abs=0.1)
    described = profile(audio, sample_rate)
    assert described is not None and described[0] == pytest.approx(lufs, abs=0.1)


def test_full_scale_997_hz_in_one_channel_is_minus_3_lkfs() -> None:
    audio = sine(0.0, 5.0, 48000, hz=997.0)
    audio[1] = 0.0
    assert integrated_lufs(audio, 48000) == pytest.approx(-3.01, abs=0.1)


def test_short_term_and_momentary_are_the_loudest_3_and_0_4_seconds() -> None:
    audio = np.concatenate([sine(-40, 5), sine(-20, 3), sine(-40, 5), sine(-10, 0.4)], axis=1)
    level = measure(np.concatenate([audio, sine(-40, 5)], axis=1), RATE)
    assert level.momentary_max_lufs == pytest.approx(-10.0, abs=0.1)
    assert level.short_term_max_lufs == pytest.approx(-10.0 + 10 * math.log10(0.4 / 3), abs=0.2)


@pytest.mark.parametrize(("quiet_dbfs", "range_lu"), [(-30.0, 10.0), (-25.0, 5.0), (-40.0, 20.0)])
def test_ebu_tech_3342_range_of_two_levels(quiet_dbfs: float, range_lu: float) -> None:
    audio = np.concatenate([sine(-20.0, 20.0), sine(quiet_dbfs, 20.0)], axis=1)
    assert measure(audio, RATE).range_lu == pytest.approx(range_lu, abs=1.0)


@pytest.mark.parametrize("stems", [2, 4, 8])
def test_unlike_stems_of_one_level_add_10_log_n(stems: int) -> None:
    alone = integrated_lufs(noise(0), RATE)
    together = integrated_lufs(np.sum([noise(seed) for seed in range(stems)], axis=0), RATE)
    assert alone is not None
    assert together == pytest.approx(alone + 10 * math.log10(stems), abs=0.1)


def test_a_stem_twice_is_6_02_lu_louder_and_with_its_inverse_nothing() -> None:
    alone, twice = integrated_lufs(noise(0), RATE), integrated_lufs(2.0 * noise(0), RATE)
    assert alone is not None
    assert twice == pytest.approx(alone + 6.02, abs=0.01)
    assert integrated_lufs(noise(0) - noise(0), RATE) is None


def test_one_side_only_is_3_01_lu_quieter_than_both() -> None:
    both = np.tile(noise(0)[0], (2, 1))
    one = both.copy()
    one[1] = 0.0
    levels = integrated_lufs(both, RATE), integrated_lufs(one, RATE)
    assert levels[0] is not None and levels[1] is not None
    assert levels[0] - levels[1] == pytest.approx(3.01, abs=0.01)
    stereo_meter = pyloudnorm.Meter(RATE).integrated_loudness(both.T)
    assert levels[0] == pytest.approx(stereo_meter, abs=0.001)


@pytest.mark.parametrize(
    ("lar_db", "share_db"), [(0, -3.01), (1, -2.54), (3, -1.76), (5, -1.19), (-3, -4.76)]
)
def test_vocal_share_of_the_mix_by_its_ratio_to_the_rest(lar_db: float, share_db: float) -> None:
    vocal, rest = times(lar_db, noise(1)), noise(2)
    whole, alone = integrated_lufs(vocal + rest, RATE), integrated_lufs(vocal, RATE)
    assert whole is not None and alone is not None
    assert alone - whole == pytest.approx(share_db, abs=0.1)


def test_60_seconds_of_silence_before_hardly_move_the_level() -> None:
    late = np.concatenate([np.zeros((2, 60 * RATE), np.float32), noise(0, 20.0)], axis=1)
    assert integrated_lufs(late, RATE) == pytest.approx(
        integrated_lufs(noise(0, 20.0), RATE), abs=0.05
    )


def test_true_peak_between_the_samples() -> None:
    """A 45-degree sine at a quarter of the rate: samples at -3.01 dBFS, the wave at 0 dBTP."""
    step = np.arange(2 * RATE)
    fade = np.minimum(1.0, np.minimum(step, step[::-1]) / 2000.0)
    tone = (fade * np.sin(np.pi / 2.0 * step + np.pi / 4.0)).astype(np.float32)
    level = measure(np.tile(tone, (2, 1)), RATE)
    assert level.sample_peak_dbfs == pytest.approx(-3.01, abs=0.01)
    assert level.true_peak_dbtp == pytest.approx(0.0, abs=0.05)


def test_true_peak_is_found_in_a_later_block() -> None:
    audio = times(-30.0, noise(0, 14.0))
    audio[1, 13 * RATE : 13 * RATE + RATE // 10] = sine(-6.0, 0.1)[0]
    assert true_peak_dbtp(audio, RATE) == pytest.approx(-6.0, abs=0.5)


def test_crest_of_a_sine_is_3_01_db_and_rests_do_not_count() -> None:
    assert measure(sine(-18.0, 4.0), RATE).crest_db == pytest.approx(3.01, abs=0.01)
    rests = np.concatenate([sine(-18.0, 4.0), np.zeros((2, 4 * RATE), np.float32)], axis=1)
    assert measure(rests, RATE).crest_db == pytest.approx(3.01, abs=0.01)


@pytest.mark.parametrize("read", [integrated_lufs, profile, true_peak_dbtp])
def test_silence_has_no_level(read: Callable) -> None:
    assert read(np.zeros((2, 2 * RATE), np.float32), RATE) is None


def test_silence_reads_none_on_every_meter() -> None:
    assert measure(np.zeros((2, 2 * RATE), np.float32), RATE) == Level(*[None] * 7)


def test_shorter_than_0_4_s_has_peaks_but_no_level() -> None:
    level = measure(sine(-6.0, 0.3), RATE)
    assert (level.lufs, level.momentary_max_lufs, level.crest_db) == (None, None, None)
    assert level.sample_peak_dbfs == pytest.approx(-6.0, abs=0.01)
    assert profile(sine(-6.0, 0.3), RATE) is None
    assert integrated_lufs(sine(-6.0, 0.4), RATE) == pytest.approx(-6.0, abs=0.1)


def test_below_the_absolute_gate_there_is_no_level() -> None:
    assert integrated_lufs(sine(-75.0, 4.0), RATE) is None
    assert profile(sine(-75.0, 4.0), RATE) is None


@pytest.mark.parametrize("read", [integrated_lufs, profile, true_peak_dbtp, measure])
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_nan_is_refused_and_does_not_read_as_silence(read: Callable, bad: float) -> None:
    audio = noise(0)
    audio[1, 100] = bad
    with pytest.raises(MeterError, match="NaN or infinite samples .* finite samples are needed"):
        read(audio, RATE)


def test_mono_is_refused_because_it_would_read_3_lu_low() -> None:
    with pytest.raises(MeterError, match=r"\(1, 1000\).*\(2, samples\) is needed .*both channels"):
        integrated_lufs(np.zeros((1, 1000), np.float32), RATE)


def test_relative_levels_are_against_the_anchor_and_add_up() -> None:
    song = song_from_arrays(
        "trio", {"a": noise(1), "b": times(-5.0, noise(2)), "c": np.zeros(4 * RATE)}, RATE
    )
    levels = measure_song(song)
    to_a, to_b = relative_levels(levels, 0), relative_levels(levels, 1)
    assert to_a[0] == 0.0 and to_a[1] == pytest.approx(-5.0, abs=0.1) and to_a[2] is None
    assert to_a[1] is not None and to_b[0] is not None
    assert to_a[1] + to_b[0] == pytest.approx(0.0, abs=1e-9)
    assert relative_levels(levels, 2) == (None, None, None)


@pytest.mark.parametrize("sample_rate", [8000, 22050, 44100, 48000, 96000])
@pytest.mark.parametrize("seconds", [0.4, 0.95, 3.0, 7.33])
def test_profile_agrees_with_pyloudnorm(sample_rate: int, seconds: float) -> None:
    audio = noise(3, 20.0)[:, : round(seconds * sample_rate)]
    audio *= np.linspace(0.2, 1.0, audio.shape[1], dtype=np.float32)
    described = profile(audio, sample_rate)
    assert described is not None and described.dtype == np.float32
    assert described.shape == (PROFILE_SIZE,) and np.isfinite(described).all()
    reference = pyloudnorm.Meter(sample_rate).integrated_loudness(audio.T)
    assert described[0] == pytest.approx(reference, abs=0.05)


@pytest.mark.parametrize("seed", range(8))
def test_profile_agrees_with_pyloudnorm_on_music_like_stems(seed: int) -> None:
    audio = times(-3.0, playing(seed, 12.0))
    described = profile(audio, RATE)
    assert described is not None
    assert described[0] == pytest.approx(integrated_lufs(audio, RATE), abs=0.05)


@pytest.mark.parametrize("octave", range(10))
def test_profile_puts_a_tone_in_its_octave(octave: int) -> None:
    described = profile(sine(-20.0, 4.0, hz=1000.0 * 2.0 ** (octave - 5)), RATE)
    assert described is not None
    assert described[4 + octave] == pytest.approx(-20.0, abs=0.3)
    assert np.delete(described[4:], octave).max() < -40.0


def test_profile_activity_is_the_share_of_time_it_plays() -> None:
    half = np.concatenate([noise(0, 10.0), np.zeros((2, 10 * RATE), np.float32)], axis=1)
    described, steady = profile(half, RATE), profile(noise(0, 10.0), RATE)
    assert described is not None and steady is not None
    assert described[3] == pytest.approx(0.5, abs=0.03) and steady[3] == 1.0
    assert described[4:] == pytest.approx(steady[4:], abs=0.3)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 5), gain_db=st.floats(-24.0, 24.0))
def test_a_gain_adds_itself_to_the_level_entries_and_nothing_else(
    seed: int, gain_db: float
) -> None:
    before, after = profile(playing(seed), RATE), profile(times(gain_db, playing(seed)), RATE)
    assert before is not None and after is not None
    change = after - before
    assert change[list(LEVEL_ENTRIES)] == pytest.approx(np.full(12, gain_db), abs=1e-3)
    assert change[[2, 3]] == pytest.approx(np.zeros(2), abs=1e-3)


@settings(max_examples=30, deadline=None)
@given(
    levels_db=st.lists(st.floats(-20.0, 20.0), min_size=2, max_size=6),
    common_db=st.floats(-24.0, 24.0),
    data=st.data(),
)
def test_relative_profile_does_not_know_a_common_gain(
    levels_db: list[float], common_db: float, data: st.DataObject
) -> None:
    anchor = data.draw(st.integers(0, len(levels_db) - 1))
    stems = [times(level_db, playing(seed, 1.0)) for seed, level_db in enumerate(levels_db)]
    before = np.array([profile(stem, RATE) for stem in stems])
    after = np.array([profile(times(common_db, stem), RATE) for stem in stems])
    features = relative_profile(before, anchor)
    assert features.dtype == np.float32 and features[anchor, 0] == 0.0
    assert relative_profile(after, anchor) == pytest.approx(features, abs=1e-3)


def test_relative_profile_moves_by_a_tenth_of_the_gain_of_one_stem() -> None:
    before = np.array([profile(playing(seed), RATE) for seed in range(3)])
    after = before.copy()
    after[1] = profile(times(3.0, playing(1)), RATE)
    change = relative_profile(after, 0) - relative_profile(before, 0)
    assert change[1, list(LEVEL_ENTRIES)] == pytest.approx(np.full(12, 0.3), abs=1e-4)
    assert np.abs(change[[0, 2]]).max() == 0.0
    assert np.abs(relative_profile(before + 500.0 * np.eye(3, PROFILE_SIZE), 0)).max() <= 8.0


def test_profile_takes_no_longer_than_two_loudness_measurements() -> None:
    audio = noise(0, 12.0)

    def best_s(read: Callable) -> float:
        taken = []
        for _ in range(5):
            start = time.perf_counter()
            read(audio, RATE)
            taken.append(time.perf_counter() - start)
        return min(taken)

    assert best_s(profile) < 2.0 * best_s(integrated_lufs)
