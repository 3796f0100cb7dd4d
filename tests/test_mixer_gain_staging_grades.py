"""What readings mean: only lost sound is an error, conventions are advice, a trim leads to them."""

import math
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mixer.gain_staging import StemReading, Twins, find_twins, read_song
from mixer.gain_staging_grades import (
    AVERAGE,
    CONVENTIONS,
    PEAK,
    bus_findings,
    stem_findings,
    trim_db,
    twin_findings,
    worst,
)
from mixer.loudness import measure_song
from mixer.song import Stem, open_song, song_from_arrays
from tests.test_mixer_gain_staging import RATE, clipped_song, noise, sine

USUAL = StemReading("a", -18.0, -8.0, -7.9, -18.0, 0.0, None, None, 0.0, "mono", None)
STEM = Stem("a", None, 1, RATE, "FLOAT", 2.0)


def of_song(song) -> dict[str, list]:
    """The findings of each stem of a song, and of its twins under the name of the first."""
    readings = read_song(song, measure_song(song))
    found = {s.name: stem_findings(s, r) for s, r in zip(song.stems, readings, strict=True)}
    for finding in twin_findings(find_twins(song)):
        found[finding.stem].append(finding)
    return found


def of_array(samples) -> dict:
    """The findings of one stem beside a plain one, by kind."""
    song = song_from_arrays("song", {"odd": samples, "plain": noise(-18.0)}, RATE)
    found = of_song(song)
    assert [f.kind for f in found["plain"] if f.grade == "error"] == []
    return {finding.kind: finding for finding in found["odd"]}


def test_a_usual_stem_is_fine():
    assert stem_findings(STEM, USUAL) == []
    assert worst([]) == "fine"


def test_clipping_is_an_error_with_its_times(tmp_path):
    found = of_song(clipped_song(tmp_path))
    clipped = found["loud"][0]
    assert (clipped.kind, clipped.grade) == ("clipped", "error")
    assert clipped.values["places"] == 44
    assert clipped.values["first_s"] == pytest.approx(1.0, abs=0.001)
    assert clipped.values["longest_ms"] == pytest.approx(1000 / 220 / 3, abs=0.05)
    assert len(clipped.values["times_s"]) == 20
    assert all(finding.grade != "error" for finding in found["clean"])


def test_silence_and_broken_samples_are_errors(tmp_path):
    assert of_array(np.zeros(RATE, np.float32))["silent"].grade == "error"
    broken = stem_findings(replace(STEM, broken=7), USUAL)
    assert [(f.kind, f.grade, f.values) for f in broken] == [("broken", "error", {"samples": 7})]
    samples = noise(-18.0)
    samples[5] = np.inf
    soundfile.write(tmp_path / "odd.wav", samples, RATE, subtype="FLOAT")
    assert [f.kind for f in of_song(open_song(tmp_path))["odd"]][0] == "broken"


def test_peaks_between_the_samples_are_advice():
    fade = np.minimum(np.linspace(0.0, 20.0, 2 * RATE), 1.0)
    tone = sine(1.0, hz=RATE / 4, phase=math.pi / 4) * fade * fade[::-1]
    found = of_array(tone.astype(np.float32))["inter_sample"]
    assert found.grade == "advice"
    assert found.values["sample_peak_dbfs"] == pytest.approx(-2.01, abs=0.01)
    assert found.values["true_peak_dbtp"] == pytest.approx(1.0, abs=0.05)


def test_what_is_over_full_scale_is_told_by_its_format(tmp_path):
    over = replace(USUAL, sample_peak_dbfs=0.4, true_peak_dbtp=0.6)
    packed = replace(STEM, path=tmp_path / "a.mp3", subtype="MPEG_LAYER_III")
    resampled = replace(STEM, path=tmp_path / "a.wav", subtype="PCM_24")
    for stem, kind in (
        (STEM, "over_full_scale"),
        (packed, "over_unpacked"),
        (resampled, "inter_sample"),
    ):
        first = stem_findings(stem, over)[0]
        assert (first.kind, first.grade) == (kind, "advice")
        assert first.values == {"sample_peak_dbfs": 0.4, "true_peak_dbtp": 0.6}


def test_a_hot_channel_in_floating_point_is_only_advice():
    found = of_array(sine(6.0))
    assert {finding.grade for finding in found.values()} == {"advice"}
    assert found["over_full_scale"].values["sample_peak_dbfs"] == pytest.approx(6.0, abs=0.01)
    assert found["hot"].values["trim_db"] == -24.0


def test_offset_sides_and_noise_are_advice():
    offset = of_array(sine(-18.0) + np.float32(0.01))["offset"]
    assert offset.values["dc_offset"] == pytest.approx(0.01, abs=1e-5)
    assert "offset" not in of_array(sine(-18.0) + np.float32(0.004))
    assert "mono_in_stereo" in of_array(np.stack([sine(-18.0)] * 2))
    assert "mono_in_stereo" not in of_array(sine(-18.0))
    assert "opposite_sides" in of_array(np.stack([sine(-18.0), -sine(-18.0)]))
    assert of_array(np.stack([sine(-18.0), 0 * sine(-18.0)]))["one_sided"].values["side"] == "left"
    hiss = noise(-45.0, 6.0)
    hiss[: 2 * RATE] += sine(-12.0)
    found = of_array(hiss)["noise"]
    assert found.grade == "advice"
    assert found.values["below_db"] == pytest.approx(33.0, abs=0.5)
    quiet = noise(-65.0, 6.0)
    quiet[: 2 * RATE] += sine(-12.0)
    assert "noise" not in of_array(quiet)


def test_twins_that_cancel_are_an_error_and_doubles_are_advice():
    one = noise(-18.0)
    for other, kind, grade in (
        (one, "doubled", "advice"),
        (-one, "cancelling", "error"),
        (np.float32(-0.5) * one, "turned_over", "advice"),
    ):
        found = of_song(song_from_arrays("song", {"a": one, "b": other}, RATE))["a"][-1]
        assert (found.kind, found.grade, found.values["other"]) == (kind, grade, "b")
        assert worst([found], "b") == grade
    assert twin_findings([Twins("a", "b", -0.9999, -21.0)])[0].kind == "cancelling"


@pytest.mark.parametrize(
    "peak_dbtp, kind, grade",
    [(None, None, "fine"), (-6.0, None, "fine"), (-3.1, None, "fine"), (-2.9, "bus_hot", "advice"),
     (0.0, "bus_hot", "advice"), (0.1, "bus_over", "error"), (5.8, "bus_over", "error")],
)  # fmt: skip
def test_only_a_bus_over_full_scale_is_an_error(peak_dbtp, kind, grade):
    found = bus_findings(peak_dbtp)
    assert worst(found) == grade
    assert [finding.kind for finding in found] == ([] if kind is None else [kind])
    if kind:
        assert peak_dbtp - found[0].values["all_down_db"] == pytest.approx(-6.0)


@pytest.mark.parametrize(
    "average, peak, trim",
    [
        (-18.0, -8.0, 0.0),  # usual
        (-21.0, -12.0, 0.0),
        (-25.0, -10.0, 0.0),  # soft on average, but its peaks are as high as is usual
        (-10.0, -7.0, -8.0),
        (-18.0, -3.0, -6.0),
        (-30.0, -2.0, -7.0),
        (-30.0, -20.0, 11.0),
        (-30.0, -15.0, 6.0),
        (-60.0, -50.0, 24.0),  # no more than a move may be
        (None, None, 0.0),
        (-85.0, -80.0, 0.0),  # nearly nothing: not to be blown up
    ],
)
def test_trims(average, peak, trim):
    assert trim_db(replace(USUAL, average_dbfs=average, sample_peak_dbfs=peak)) == trim


@settings(max_examples=50, deadline=None, derandomize=True)
@given(average=st.floats(-38.0, 3.0), crest=st.floats(0.0, 20.0))
def test_a_trim_leaves_nothing_to_trim(average, crest):
    assume(average + crest <= 14.0)  # more than a trim may take off
    reading = replace(USUAL, average_dbfs=average, sample_peak_dbfs=average + crest)
    gain_db = trim_db(reading)
    after = replace(
        reading, average_dbfs=average + gain_db, sample_peak_dbfs=average + crest + gain_db
    )
    assert trim_db(after) == 0.0
    if gain_db:
        assert abs(gain_db) >= 2.5
        assert (
            after.average_dbfs <= AVERAGE.aim + 0.25 and after.sample_peak_dbfs <= PEAK.aim + 0.25
        )


def test_every_convention_has_a_source_a_spread_and_an_aim_in_it():
    assert (AVERAGE.low, AVERAGE.aim, AVERAGE.high) == (-21.0, -18.0, -15.0)
    for usual in CONVENTIONS:
        assert usual.low <= usual.aim <= usual.high
        assert usual.source and usual.basis and usual.spread
