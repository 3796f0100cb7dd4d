"""What gain staging reads, against sines, noise and twins whose numbers are known exactly."""

import math

import numpy as np
import pytest
import soundfile

from mixer.gain_staging import find_twins, read_song, read_stem
from mixer.loudness import measure, measure_song
from mixer.song import open_song, song_from_arrays

RATE = 44100


def sine(level_dbfs: float, seconds: float = 2.0, hz: float = 1000.0, phase: float = 0.0):
    """A sine (samples,) whose peak is at a level."""
    time_s = np.arange(round(seconds * RATE)) / RATE
    return (10 ** (level_dbfs / 20) * np.sin(2 * np.pi * hz * time_s + phase)).astype(np.float32)


def noise(level_dbfs: float, seconds: float = 2.0, seed: int = 0) -> np.ndarray:
    """White noise (samples,) whose power is that of a sine at a level."""
    draws = np.random.default_rng(seed).standard_normal(round(seconds * RATE))
    return (10 ** (level_dbfs / 20) / math.sqrt(2) * draws).astype(np.float32)


def read(samples: np.ndarray, rate: int = RATE):
    """The reading of one stem (samples,) or (2, samples)."""
    channels = samples.ndim
    audio = np.ascontiguousarray(np.broadcast_to(samples, (2, samples.shape[-1])))
    return read_stem("stem", audio, rate, measure(audio, rate), channels)


@pytest.mark.parametrize("level_dbfs", [-18.0, -3.0, -60.0])
@pytest.mark.parametrize("rate", [44100, 48000])
def test_a_sine_averages_at_its_peak(level_dbfs, rate):
    got = read(sine(level_dbfs), rate)
    assert got.average_dbfs == pytest.approx(level_dbfs, abs=0.01)
    assert got.sample_peak_dbfs == pytest.approx(level_dbfs, abs=0.02)
    assert got.dc_offset == pytest.approx(0.0, abs=1e-4)
    assert got.sides == "mono"


def test_silence_around_a_sound_does_not_lower_its_average():
    lonely = np.concatenate([np.zeros(6 * RATE, np.float32), sine(-18.0), np.zeros(4 * RATE)])
    assert read(lonely.astype(np.float32)).average_dbfs == pytest.approx(-18.0, abs=0.2)


def test_the_louder_side_gives_the_average():
    both = np.stack([sine(-18.0), sine(-40.0, hz=700.0)])
    got = read(both)
    assert got.average_dbfs == pytest.approx(-18.0, abs=0.01)
    assert got.sides == "stereo"


def test_a_sine_between_the_samples_peaks_3_db_higher():
    tone = sine(0.0, hz=RATE / 4, phase=math.pi / 4)
    fade = np.minimum(np.linspace(0.0, 20.0, tone.size), 1.0)  # an edge would ring
    got = read((tone * fade * fade[::-1]).astype(np.float32))
    assert got.sample_peak_dbfs == pytest.approx(-3.01, abs=0.01)
    assert got.true_peak_dbtp == pytest.approx(0.0, abs=0.05)


def test_an_offset_is_read_exactly_on_the_side_that_has_it():
    assert read(sine(-18.0) + np.float32(0.01)).dc_offset == pytest.approx(0.01, abs=1e-5)
    both = np.stack([sine(-18.0), sine(-18.0, hz=700.0) - np.float32(0.02)])
    assert read(both).dc_offset == pytest.approx(-0.02, abs=1e-4)


def test_padding_does_not_thin_out_an_offset():
    short = sine(-18.0, 1.0) + np.float32(0.01)
    song = song_from_arrays("song", {"short": short, "long": noise(-20.0, 4.0)}, RATE)
    by_name = {one.stem: one for one in read_song(song, measure_song(song))}
    assert by_name["short"].dc_offset == pytest.approx(0.01, abs=1e-5)


def test_noise_between_the_notes_is_the_floor():
    hiss = noise(-60.0, 6.0)
    hiss[: 2 * RATE] += sine(-12.0)
    hiss[4 * RATE : 5 * RATE] = 0.0  # digital silence is no noise
    got = read(hiss)
    assert got.noise_floor_dbfs == pytest.approx(-60.0, abs=0.3)
    assert 2.0 <= got.noise_start_s <= 6.0
    assert got.noise_seconds >= 2.0


def test_a_decaying_note_is_no_steady_noise():
    decay = sine(-6.0, 4.0) * np.exp(-np.arange(4 * RATE) / (0.5 * RATE)).astype(np.float32)
    assert read(decay).noise_seconds == 0.0


def test_digital_silence_has_nothing_to_read():
    got = read(np.zeros(RATE, np.float32))
    assert (got.average_dbfs, got.noise_floor_dbfs, got.sample_peak_dbfs) == (None, None, None)


@pytest.mark.parametrize(
    "left, right, sides",
    [
        (sine(-12.0), sine(-12.0), "mono in stereo"),
        (sine(-12.0), sine(-20.0), "mono in stereo"),
        (sine(-12.0), -sine(-12.0), "opposite"),
        (sine(-12.0), 0.0 * sine(-12.0), "left only"),
        (0.0 * sine(-12.0), sine(-12.0), "right only"),
        (noise(-12.0), noise(-12.0, seed=1), "stereo"),
    ],
)
def test_sides(left, right, sides):
    assert read(np.stack([left, right])).sides == sides


def test_a_stem_shorter_than_a_block_is_read_whole():
    got = read(sine(-18.0, 0.2))
    assert got.average_dbfs == pytest.approx(-18.0, abs=0.01)
    assert got.lufs is None


def test_twins_and_nothing_else():
    one = noise(-20.0)
    stems = {
        "a": one,
        "b double": one,
        "c turned": -one,
        "d turned softer": np.float32(-0.25) * one,
        "e like it": one + noise(-40.0, seed=1),
        "f other": noise(-20.0, seed=2),
    }
    found = {(t.first, t.second): t for t in find_twins(song_from_arrays("song", stems, RATE))}
    names = ("a", "b double", "c turned", "d turned softer")
    pairs = {(x, y) for i, x in enumerate(names) for y in names[i + 1 :]}
    assert set(found) == pairs
    double, turned = found["a", "b double"], found["a", "c turned"]
    assert double.correlation == pytest.approx(1.0) and turned.correlation == pytest.approx(-1.0)
    assert double.together_db == pytest.approx(6.02, abs=0.01)
    assert turned.together_db is None or turned.together_db < -100.0
    softer = found["a", "d turned softer"].together_db
    assert softer == pytest.approx(20 * math.log10(0.75), abs=0.01)


def clipped_song(folder, subtype: str = "PCM_16"):
    """A folder with a stem that is cut off between 1.0 and 1.1 s, and a clean one."""
    loud = sine(-6.0, 3.0, hz=220.0)
    loud[RATE : RATE + RATE // 10] *= 4.0
    soundfile.write(folder / "loud.wav", np.clip(loud, -1.0, 1.0), RATE, subtype=subtype)
    soundfile.write(folder / "clean.wav", noise(-20.0, 3.0), RATE, subtype=subtype)
    return open_song(folder)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
def test_clipping_is_found_with_its_times(tmp_path, subtype):
    clean, loud = clipped_song(tmp_path, subtype).stems
    assert clean.clipped == ()
    starts = [run.start_s for run in loud.clipped]
    assert len(starts) == 44  # 22 periods of 220 Hz in 0.1 s, each cut off at the top and below
    assert starts == sorted(starts)
    assert starts[0] == pytest.approx(1.0 + math.asin(0.5012) / (2 * math.pi * 220), abs=2e-4)
    assert starts[-1] < 1.1
    # over full scale for 2 * acos(0.5) of each half period
    assert loud.clipped[0].samples == pytest.approx(RATE / 220 / 3, abs=1.5)


def test_clipping_is_found_at_the_files_own_rate(tmp_path):
    clipped_song(tmp_path)
    soundfile.write(tmp_path / "other rate.wav", noise(-20.0, 3.0), 48000)
    song = open_song(tmp_path)
    assert len(song.stems[song.index("loud")].clipped) == 44


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
@pytest.mark.parametrize("hz", [25.0, 50.0, 440.0])
def test_a_low_note_that_touches_full_scale_is_not_clipped(tmp_path, hz, subtype):
    soundfile.write(tmp_path / "sub.wav", sine(0.0, hz=hz), RATE, subtype=subtype)
    assert open_song(tmp_path).stems[0].clipped == ()


def test_what_goes_over_full_scale_in_floating_point_is_not_clipped(tmp_path):
    soundfile.write(tmp_path / "hot.wav", sine(6.0), RATE, subtype="FLOAT")
    song = open_song(tmp_path)
    assert song.stems[0].clipped == ()
    assert read_song(song, measure_song(song))[0].sample_peak_dbfs == pytest.approx(6.0, abs=0.01)


def test_broken_samples_are_counted(tmp_path):
    samples = noise(-20.0)
    samples[100:103] = np.nan
    soundfile.write(tmp_path / "odd.wav", samples, RATE, subtype="FLOAT")
    assert open_song(tmp_path).stems[0].broken == 3
