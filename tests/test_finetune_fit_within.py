"""What real multitracks add to the prior: found where it is known, refused where it lacks."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from finetune.fit_within import (
    log_likelihood,
    loudness_less_rms_db,
    passages_rms_db,
    stem_sd_db,
)
from finetune.real_songs import RealSong, read_songs
from mixer.balance import NUMBERS_FILE, BalancePrior
from mixer.roles import FAMILIES

RATE = 44100
ROLES = ("bass", "drums", "lead vocal", "piano", "strings", "synth pad")


def song(levels: np.ndarray, roles: tuple[str, ...] = ROLES) -> RealSong:
    profile = np.zeros((len(roles), 14), np.float32)
    profile[:, 0], profile[:, 3] = levels, 1.0
    hidden = np.zeros((len(roles), 8, 256), np.float32)
    return RealSong("song", roles, roles, roles, profile, hidden, 60.0)


@pytest.mark.parametrize("spread_db", [2.5, 5.0])
def test_the_spread_that_songs_were_drawn_with_is_found(spread_db: float) -> None:
    numbers = json.loads(NUMBERS_FILE.read_text())
    numbers["within"]["stem_sd_db"] = spread_db
    prior, rng = BalancePrior(numbers), np.random.default_rng(0)
    songs = [song(levels) for levels in prior.draw(ROLES, None, rng, 300)]
    assert stem_sd_db(songs, numbers) == pytest.approx(spread_db, abs=0.25)


def test_a_common_gain_makes_levels_no_likelier() -> None:
    prior, levels = BalancePrior.load(), np.array([-20.0, -18.0, -22.0, -25.0, -28.0, -30.0])
    plain = log_likelihood(song(levels), prior)
    assert log_likelihood(song(levels - 9.0), prior) == pytest.approx(plain, abs=1e-4)
    upset = levels + np.array([0.0, 0.0, 25.0, 0.0, 0.0, 0.0])
    assert log_likelihood(song(upset), prior) < plain - 5.0


def test_pauses_count_no_passage() -> None:
    tone = 0.1 * np.sqrt(2) * np.sin(np.arange(20 * RATE) * 2 * np.pi * 1000 / RATE)
    stem = np.tile(np.concatenate([tone, np.zeros(40 * RATE)]), (2, 1))
    assert passages_rms_db(stem, RATE) == pytest.approx(-20.0, abs=0.01)


def test_low_tones_read_lower_than_high_ones(tmp_path: Path) -> None:
    tones = {"bass": 50.0, "drums": 1000.0, "vocals": 4000.0, "piano": 1000.0}
    folder = tmp_path / "songs" / "tones"
    folder.mkdir(parents=True)
    for name, hertz in tones.items():
        tone = 0.1 * np.sin(np.arange(12 * RATE) * 2 * np.pi * hertz / RATE)
        soundfile.write(folder / f"{name}.wav", np.stack([tone, tone], 1), RATE, subtype="FLOAT")
    songs = read_songs(tmp_path / "songs", tmp_path / "cache")
    found = loudness_less_rms_db([folder], songs)
    # K-weighting of BS.1770: about +3 dB and more above 2 kHz against 1 kHz, below it at 50 Hz.
    assert set(found) == set(FAMILIES)
    assert found["drums"] == pytest.approx(found["other"], abs=0.01)
    assert found["vocals"] - found["drums"] == pytest.approx(3.2, abs=0.5)
    assert found["bass"] - found["drums"] < -1.5
    with pytest.raises(ValueError, match="no stem of vocals, other in 1 songs"):
        loudness_less_rms_db([folder], [songs[0].pick([0, 1])])
