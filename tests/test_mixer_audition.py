"""Fair listening: matched to 0.1 LU over the loop, blind by a seed, with an honest key."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mixer.audition import AuditionError, blind_order, match, match_offsets, write_audition
from mixer.fader import apply_gain, block_powers
from mixer.loudness import integrated_lufs, true_peak_dbtp

RATE = 44100


def noise(gain: float, seed: int, seconds: float = 3.0) -> np.ndarray:
    """Stereo noise (2, samples)."""
    shape = (2, int(seconds * RATE))
    return (gain * np.random.default_rng(seed).standard_normal(shape)).astype(np.float32)


def lufs(audio: np.ndarray) -> float:
    """Integrated loudness of (2, samples) that has one."""
    level = integrated_lufs(audio, RATE)
    assert level is not None
    return level


def test_versions_are_matched_to_the_quietest() -> None:
    versions = [noise(0.1, 0), noise(0.03, 1), noise(0.2, 2)]
    matched = match(versions, RATE)
    levels = [lufs(audio) for audio in matched.audio]
    assert max(levels) - min(levels) < 0.1
    assert matched.offset_db[1] == 0.0 and np.array_equal(matched.audio[1], versions[1])
    assert matched.offset_db[0] == pytest.approx(-10.46, abs=0.1)
    assert max(matched.offset_db) <= 0.0


def test_it_is_the_loop_that_is_matched() -> None:
    steady = noise(0.1, 0, 4.0)
    rising = np.concatenate([noise(0.01, 1, 2.0), noise(0.3, 2, 2.0)], axis=1)
    matched = match([steady, rising], RATE, start_s=0.5, end_s=1.5)
    assert [audio.shape for audio in matched.audio] == [(2, RATE), (2, RATE)]
    assert lufs(matched.audio[0]) == pytest.approx(lufs(matched.audio[1]), abs=0.1)
    assert matched.offset_db[1] == 0.0  # the quieter one in this loop, the louder one as a whole


def test_silence_stays_silent_and_pulls_nothing_down() -> None:
    matched = match([noise(0.1, 0), np.zeros((2, 3 * RATE), np.float32)], RATE)
    assert matched.offset_db == (0.0, 0.0)


def test_a_loop_without_a_loudness_is_refused() -> None:
    with pytest.raises(AuditionError, match="holds 0.30 s: 0.4 s or more are needed"):
        match([noise(0.1, 0)], RATE, start_s=1.0, end_s=1.3)


def test_blind_order_is_a_permutation_fixed_by_its_seed() -> None:
    assert sorted(blind_order(5, 3)) == [0, 1, 2, 3, 4]
    assert blind_order(5, 3) == blind_order(5, 3)
    assert len({blind_order(3, seed) for seed in range(60)}) == 6


def test_blind_files_tell_nothing_and_the_key_tells_all(tmp_path: Path) -> None:
    versions = {"v0": noise(0.1, 0), "v1": noise(0.3, 1)}
    audition = write_audition(tmp_path, versions, RATE, blind=True, seed=4)
    assert [path.name for path in audition.paths] == ["A.wav", "B.wav"]
    key = json.loads(audition.key_path.read_text())
    assert key["labels"] == audition.labels and set(key["labels"].values()) == {"v0", "v1"}
    heard = {}
    for path, name in zip(audition.paths, audition.labels.values(), strict=True):
        heard[name] = soundfile.read(path, dtype="float32")[0].T
        expected = versions[name] * 10.0 ** (audition.offset_db[name] / 20.0)
        assert np.abs(heard[name] - expected).max() < 1e-6
    assert lufs(heard["v0"]) == pytest.approx(lufs(heard["v1"]), abs=0.1)


def test_loud_versions_are_trimmed_together(tmp_path: Path) -> None:
    versions = {"as opened": noise(0.8, 0), "mine": noise(0.9, 1)}
    audition = write_audition(tmp_path, versions, RATE, blind=False, seed=0)
    assert [path.name for path in audition.paths] == ["as opened.wav", "mine.wav"]
    heard = [soundfile.read(path, dtype="float32")[0].T for path in audition.paths]
    assert lufs(heard[0]) == pytest.approx(lufs(heard[1]), abs=0.1)
    peaks = [true_peak_dbtp(audio, RATE) for audio in heard]
    assert max(peak for peak in peaks if peak is not None) == pytest.approx(-1.0, abs=0.05)


def test_a_new_audition_replaces_the_last_one(tmp_path: Path) -> None:
    for seed in range(3):
        versions = {"v0": noise(0.1, seed), "v1": noise(0.2, seed + 9)}
        audition = write_audition(tmp_path, versions, RATE, blind=True, seed=seed)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["A.wav", "B.wav", "key.json"]
    assert json.loads(audition.key_path.read_text())["labels"] == audition.labels


def test_offsets_of_block_powers_match_versions_that_fade_through_the_absolute_gate() -> None:
    fade = np.logspace(0.0, -3.5, 6 * RATE, dtype=np.float32)
    versions = [noise(0.02, 0, 6.0) * fade, noise(0.002, 1, 6.0)]
    offsets = match_offsets([block_powers(version, RATE) for version in versions])
    matched = [lufs(apply_gain(audio, db)) for audio, db in zip(versions, offsets, strict=True)]
    assert max(offsets) == 0.0 and abs(matched[0] - matched[1]) < 0.02
    assert match_offsets([np.zeros(0), block_powers(versions[0], RATE)]) == (0.0, 0.0)
