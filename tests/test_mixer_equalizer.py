"""The equalizer's gains at frequencies, read from its impulse response."""

import numpy as np
import pytest
import torch

from mixer.console import INDEX, neutral_settings, process

RATE = 44100
SIZE = 65536


def response_db(sample_rate: int, settings: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies and gain in dB of the console with these settings and nothing else."""
    impulse = torch.zeros(1, 2, SIZE)
    impulse[..., 0] = 1.0
    values = neutral_settings(1)
    for name, value in settings.items():
        values[0, INDEX[name]] = value
    out = process(impulse, values, sample_rate).direct[0, 0].double().numpy()
    hz = np.fft.rfftfreq(SIZE, 1.0 / sample_rate)
    return hz, 20.0 * np.log10(np.abs(np.fft.rfft(out)) + 1e-12)


def at(
    hz: float, settings: dict[str, float] | None = None, rate: int = RATE, **more: float
) -> float:
    """Gain in dB at one frequency."""
    return float(np.interp(hz, *response_db(rate, {**(settings or {}), **more})))


@pytest.mark.parametrize("gain_db", [-12.0, -3.0, 6.0, 12.0])
@pytest.mark.parametrize("name, hz", [("peak1", 350.0), ("peak2", 1200.0), ("peak3", 4000.0)])
def test_a_peak_gives_its_gain_at_its_centre_and_none_far_away(
    name: str, hz: float, gain_db: float
) -> None:
    settings = {f"{name}_hz": hz, f"{name}_db": gain_db, f"{name}_q": 1.0}
    assert at(hz, settings) == pytest.approx(gain_db, abs=0.02)
    assert abs(at(20.0, settings)) < 0.15
    assert abs(at(20000.0, settings)) < 0.35


def test_a_narrow_peak_touches_less_than_a_wide_one() -> None:
    narrow = at(700.0, peak2_hz=1200.0, peak2_db=12.0, peak2_q=4.0)
    wide = at(700.0, peak2_hz=1200.0, peak2_db=12.0, peak2_q=0.4)
    assert narrow < 1.5 and wide > 8.0


@pytest.mark.parametrize("gain_db", [-12.0, 6.0])
def test_shelves_give_all_their_gain_beyond_and_half_at_the_corner(gain_db: float) -> None:
    low = {"low_shelf_hz": 120.0, "low_shelf_db": gain_db}
    assert at(10.0, low) == pytest.approx(gain_db, abs=0.1)
    assert at(120.0, low) == pytest.approx(gain_db / 2.0, abs=0.05)
    assert at(5000.0, low) == pytest.approx(0.0, abs=0.05)
    high = {"high_shelf_hz": 6000.0, "high_shelf_db": gain_db}
    assert at(21000.0, high) == pytest.approx(gain_db, abs=0.1)
    assert at(6000.0, high) == pytest.approx(gain_db / 2.0, abs=0.05)
    assert at(100.0, high) == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize("hz", [40.0, 100.0, 400.0])
def test_the_high_pass_is_a_second_order_butterworth(hz: float) -> None:
    assert at(hz, high_pass_hz=hz) == pytest.approx(-3.01, abs=0.05)
    assert at(hz / 2.0, high_pass_hz=hz) == pytest.approx(-12.3, abs=0.1)
    assert at(hz * 8.0, high_pass_hz=hz) == pytest.approx(0.0, abs=0.05)


def test_a_flat_equalizer_is_exact_and_a_high_pass_at_20_hz_is_off() -> None:
    _, gain_db = response_db(RATE, {"low_shelf_hz": 300.0, "peak1_q": 4.0, "high_shelf_hz": 4e3})
    assert np.abs(gain_db).max() < 1e-10


def test_bands_add_up_in_db() -> None:
    both = at(1000.0, peak2_hz=1000.0, peak2_db=6.0, low_shelf_hz=300.0, low_shelf_db=-12.0)
    alone = at(1000.0, low_shelf_hz=300.0, low_shelf_db=-12.0)
    assert both - alone == pytest.approx(6.0, abs=0.02)


def test_other_sample_rates_give_the_same_gain() -> None:
    for sample_rate in (22050, 48000, 96000):
        got_db = at(1200.0, rate=sample_rate, peak2_hz=1200.0, peak2_db=6.0)
        assert got_db == pytest.approx(6.0, abs=0.02)
    top = at(9000.0, rate=22050, high_shelf_hz=14000.0, high_shelf_db=6.0)  # above half the rate
    assert 0.0 < top < 6.0


def test_nothing_wraps_around() -> None:
    late = torch.zeros(1, 2, 3 * RATE)
    late[..., -1000] = 1.0
    settings = neutral_settings(1)
    settings[0, INDEX["peak1_db"]] = 12.0
    settings[0, INDEX["send_db"]] = 0.0
    made = process(late, settings, RATE)
    before = (made.direct + made.wet)[..., : -1000 - 1]
    assert before.abs().max() < 1e-6
