"""Files out: bit depth, trim, names, and everything that is refused."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from mixer.export import ExportError, write_audio, write_mix, write_stems
from mixer.loudness import integrated_lufs

RATE = 44100


def noise(gain: float, seed: int = 0) -> np.ndarray:
    """One second of stereo noise (2, samples) below 0 dBFS at gain 1."""
    samples = np.random.default_rng(seed).uniform(-1.0, 1.0, (2, RATE))
    return (gain * samples).astype(np.float32)


@pytest.mark.parametrize(
    "name, subtype, error",
    [("mix.wav", "PCM_24", 2.0**-23), ("mix.flac", "PCM_24", 2.0**-23), ("mix.wav", "FLOAT", 0.0)],
)
def test_what_is_written_is_what_was_given(
    tmp_path: Path, name: str, subtype: str, error: float
) -> None:
    mix = noise(0.25)
    written = write_mix(tmp_path / name, mix, RATE, subtype)
    read, sample_rate = soundfile.read(written.path, dtype="float32")
    assert sample_rate == RATE and soundfile.info(written.path).subtype == subtype
    assert np.abs(read.T - mix).max() <= error
    assert written.trim_db == 0.0
    assert written.lufs == pytest.approx(integrated_lufs(mix, RATE), abs=0.01)


def test_only_a_peak_above_minus_1_dbtp_is_trimmed_and_told(tmp_path: Path) -> None:
    hot = np.tile(np.sin(2.0 * np.pi * 997.0 * np.arange(RATE) / RATE), (2, 1)).astype(np.float32)
    written = write_mix(tmp_path / "hot.wav", 2.0 * hot, RATE)
    assert written.trim_db == pytest.approx(-1.0 - 6.0206, abs=0.02)
    assert written.true_peak_dbtp == pytest.approx(-1.0, abs=0.01)
    assert np.abs(soundfile.read(written.path)[0]).max() == pytest.approx(10 ** (-1 / 20), abs=1e-3)


def test_silence_is_written_as_silence(tmp_path: Path) -> None:
    written = write_mix(tmp_path / "silence.wav", np.zeros((2, RATE), np.float32), RATE)
    assert (written.trim_db, written.true_peak_dbtp, written.lufs) == (0.0, None, None)


def test_stems_get_one_trim_and_sum_to_the_mix(tmp_path: Path) -> None:
    stems = np.stack([noise(0.9), noise(0.8, 1)])
    written = write_stems(tmp_path, ["lead/vocal", "kick"], stems, RATE, "FLOAT")
    assert [path.name for path in written.paths] == ["lead_vocal.wav", "kick.wav"]
    total = sum(soundfile.read(path)[0].T for path in written.paths)
    assert written.trim_db < -4.0
    gain = 10.0 ** (written.trim_db / 20.0)
    assert np.abs(total - stems.sum(axis=0) * gain).max() < 1e-6
    assert np.abs(total).max() < 10 ** (-1 / 20) + 1e-3


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    path = tmp_path / "mix.wav"
    write_mix(path, noise(0.1), RATE)
    before = path.read_bytes()
    with pytest.raises(ExportError, match="is there already .*ask to overwrite"):
        write_mix(path, noise(0.2), RATE)
    assert path.read_bytes() == before
    write_mix(path, noise(0.2), RATE, overwrite=True)
    assert path.read_bytes() != before


def test_the_songs_own_folder_is_never_written_to(tmp_path: Path) -> None:
    song = tmp_path / "song"
    song.mkdir()
    for path in (
        song / "mix.wav",
        song / "out" / "mix.wav",
        tmp_path / "x" / ".." / "song" / "m.wav",
    ):
        with pytest.raises(ExportError, match="never written to"):
            write_mix(path, noise(0.1), RATE, overwrite=True, song_folder=song)
    with pytest.raises(ExportError, match="never written to"):
        write_stems(song, ["kick"], noise(0.1)[None], RATE, song_folder=song)
    assert not list(song.iterdir())


def test_a_failed_write_leaves_the_old_file_and_no_scraps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mix.wav"
    write_mix(path, noise(0.1), RATE)
    before = path.read_bytes()

    def full_disk(file: Path, *_: object, **__: object) -> None:
        Path(file).write_bytes(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(soundfile, "write", full_disk)
    with pytest.raises(ExportError, match="No space left on device.*another folder"):
        write_audio(path, noise(0.2), RATE, "PCM_24")
    assert path.read_bytes() == before and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("stopped_by", [OSError("No space left on device"), KeyboardInterrupt()])
def test_stems_are_written_all_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped_by: BaseException
) -> None:
    write, written = soundfile.write, []

    def stop_at_the_third(file: Path, *rest: object, **how: object) -> None:
        written.append(file)
        if len(written) == 3:
            Path(file).write_bytes(b"half")
            raise stopped_by
        write(file, *rest, **how)

    monkeypatch.setattr(soundfile, "write", stop_at_the_third)
    stems = np.stack([noise(0.1, seed) for seed in range(4)])
    with pytest.raises((ExportError, KeyboardInterrupt)):
        write_stems(tmp_path / "stems", list("abcd"), stems, RATE)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "there").mkdir()
    written.clear()
    with pytest.raises((ExportError, KeyboardInterrupt)):
        write_stems(tmp_path / "there", list("abcd"), stems, RATE)
    assert list(tmp_path.rglob("*")) == [tmp_path / "there"]


@pytest.mark.parametrize(
    "name, subtype, message",
    [
        ("mix.mp3", "PCM_24", "mix.mp3: .wav or .flac is written"),
        ("mix.flac", "FLOAT", "as FLOAT: PCM_24 is needed"),
    ],
)
def test_other_formats_are_refused(tmp_path: Path, name: str, subtype: str, message: str) -> None:
    with pytest.raises(ExportError, match=message):
        write_mix(tmp_path / name, noise(0.1), RATE, subtype)


def test_broken_audio_and_twin_names_are_refused(tmp_path: Path) -> None:
    broken = noise(0.1)
    broken[0, 5] = np.nan
    with pytest.raises(ExportError, match="NaN or infinite"):
        write_mix(tmp_path / "mix.wav", broken, RATE)
    stems = np.stack([noise(0.1), noise(0.1)])
    with pytest.raises(ExportError, match="same file"):
        write_stems(tmp_path, ["Kick", "kick"], stems, RATE)
    assert not list(tmp_path.iterdir())
