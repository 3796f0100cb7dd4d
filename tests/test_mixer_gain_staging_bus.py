"""The mix bus: forecasts equal the rendered faders, and every dB is in the ledger."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixer.fader import apply_gain
from mixer.gain_staging_bus import MixBus, ledger
from mixer.loudness import integrated_lufs, measure_song, true_peak_dbtp
from mixer.megami.mixer import render_takes
from mixer.moves import MixState, Move
from mixer.song import open_song, song_from_arrays

RATE = 44100
DEMO = Path(__file__).parents[1] / "assistant" / "demo_song" / "rough"
SOUND = {"peak2_db": 6.0, "ratio": 3.0, "threshold_db": -6.0}


def a_song(stems: int, seconds: float = 1.0, seed: int = 0):
    """Noise stems, every other one in stereo."""
    rng = np.random.default_rng(seed)
    made = {}
    for number in range(stems):
        shape = (2, int(seconds * RATE)) if number % 2 else (int(seconds * RATE),)
        made[f"stem {number:02}"] = (0.05 * rng.standard_normal(shape)).astype(np.float32)
    return song_from_arrays("song", made, RATE)


def rendered(song, state):
    return render_takes(song, None, state, effects=False)[0]


def agree(reading, mix, rate=RATE):
    assert reading.lufs == pytest.approx(integrated_lufs(mix, rate), abs=0.01)
    assert reading.true_peak_dbtp == pytest.approx(true_peak_dbtp(mix, rate), abs=0.01)


def test_a_forecast_on_the_demo_song_is_what_the_faders_render():
    song = open_song(DEMO)
    bus, state = MixBus(song), MixState.untouched(len(song.names))
    agree(bus.read(state), song.audio.sum(axis=0))
    moved = state.moved(song.names, [Move("vocals", 8.5), Move("keys", -8.5), Move("bass", 1.5)])
    agree(bus.read(moved), rendered(song, moved).mix)


@pytest.mark.parametrize("stems", [1, 2, 24])
def test_forecasts_with_any_number_of_stems(stems):
    song = a_song(stems)
    bus, state = MixBus(song), MixState.untouched(stems)
    bus.read(state)
    first, last = song.names[0], song.names[-1]
    for moves in (
        [Move(first, 6.0)],
        [Move(last, -12.0)],
        [Move(name, 3.0) for name in song.names],
    ):
        moved = state.moved(song.names, moves)
        agree(bus.read(moved), rendered(song, moved).mix)


def test_forecasts_with_pan_mute_and_sound():
    song = a_song(3)
    bus, state = MixBus(song), MixState.untouched(3)
    state = state.panned(song.names, "stem 00", -0.6).shaped(song.names, "stem 01", SOUND)
    agree(bus.read(state), rendered(song, state).mix)
    moved = state.moved(song.names, [Move("stem 00", 4.0), Move("stem 01", -5.0)])
    agree(bus.read(moved), rendered(song, moved).mix)
    muted = moved.with_mute(song.names, "stem 01", True)
    agree(bus.read(muted), rendered(song, muted).mix)
    agree(bus.read(state), rendered(song, state).mix)


def test_headroom_and_what_an_export_takes_off():
    tone = np.sin(2 * np.pi * 997.0 * np.arange(RATE) / RATE).astype(np.float32)
    song = song_from_arrays("song", {"a": 0.5 * tone, "b": 0.5 * tone}, RATE)
    bus, state = MixBus(song), MixState.untouched(2)
    now = bus.read(state)
    assert now.headroom_db == pytest.approx(0.0, abs=0.02)
    assert now.export_db == pytest.approx(-1.0, abs=0.02)
    louder = bus.read(state.moved(song.names, [Move("a", 6.0), Move("b", 6.0)]))
    assert louder.headroom_db == pytest.approx(-6.0, abs=0.02)
    assert louder.lufs == pytest.approx(now.lufs + 6.0, abs=0.01)
    softer = bus.read(state.moved(song.names, [Move("a", -6.0), Move("b", -6.0)]))
    assert softer.export_db == 0.0


def test_nothing_heard_has_no_headroom():
    song = a_song(2)
    state = MixState.untouched(2)
    for name in song.names:
        state = state.with_mute(song.names, name, True)
    silent = MixBus(song).read(state)
    assert (silent.lufs, silent.true_peak_dbtp, silent.headroom_db) == (None, None, None)
    assert silent.export_db == 0.0


GAINS = st.floats(-12.0, 12.0).map(lambda gain_db: round(gain_db, 2))


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    trims=st.tuples(GAINS, GAINS),
    faders=st.tuples(GAINS, GAINS),
    behind_db=st.floats(-12.0, 0.0),
    shaped=st.booleans(),
    pan=st.sampled_from([None, -0.5, 1.0]),
)
def test_the_ledger_sums_to_what_is_measured_on_the_render(trims, faders, behind_db, shaped, pan):
    song = a_song(2)
    state = MixState(faders, (None, pan), (False, False))
    state = state.shaped(song.names, "stem 00", SOUND) if shaped else state
    files_lufs = [level.lufs for level in measure_song(song)]
    rows = ledger(MixBus(song), state, files_lufs, trims, behind_db)
    trimmed = {
        name: apply_gain(song.audio[index], trims[index]) for index, name in enumerate(song.names)
    }
    take = rendered(song_from_arrays("trimmed", trimmed, RATE), state)
    for index, row in enumerate(rows):
        after = integrated_lufs(apply_gain(take.stems[index], behind_db), RATE)
        assert row.sum_db == pytest.approx(after - files_lufs[index], abs=0.05)
        assert row.measured_db == pytest.approx(row.sum_db, abs=0.05)


def test_the_ledger_names_the_export_and_leaves_muted_stems_out():
    song = a_song(2)
    files_lufs = [level.lufs for level in measure_song(song)]
    state = MixState.untouched(2).moved(song.names, [Move("stem 00", 20.0)])
    bus = MixBus(song)
    loud, other = ledger(bus, state, files_lufs)
    assert loud.fader_db == 20.0 and loud.trim_db == 0.0 and loud.sound_db == 0.0
    assert loud.bus_db == other.bus_db == bus.read(state).export_db < 0.0
    assert other.measured_db == pytest.approx(other.bus_db, abs=0.01)
    muted = ledger(bus, state.with_mute(song.names, "stem 00", True), files_lufs)[0]
    assert (muted.fader_db, muted.sum_db, muted.measured_db) == (None, None, None)
