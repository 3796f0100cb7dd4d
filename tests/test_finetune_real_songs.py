"""Real songs on disk: what is measured, what is cut, what is read back without opening audio."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from finetune import real_songs
from finetune.real_songs import Part, cut, read_song, read_songs, windows
from mixer.song import Song, song_from_arrays

RATE = 44100


def noise(seed: int, seconds: float, level: float = 0.1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (level * rng.standard_normal((2, int(seconds * RATE)))).astype(np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One song of 21 s: the bass plays throughout, the vocal in the second half, one stem never."""
    song = tmp_path_factory.mktemp("real") / "the song"
    song.mkdir()
    vocal = noise(1, 21.0, 0.05)
    vocal[:, : int(10.5 * RATE)] = 0.0
    for name, audio in {"bass": noise(0, 21.0), "vox": vocal, "empty": 0 * vocal}.items():
        soundfile.write(song / f"{name}.wav", audio.T, RATE, subtype="FLOAT")
    return song.parent


def test_what_has_a_level_is_measured_once(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = read_songs(folder, tmp_path)[0]
    assert (first.name, first.names, first.roles) == (
        "the song",
        ("bass", "vox"),
        ("bass", "lead vocal"),
    )
    assert first.profile.shape == (2, 14) and first.hidden.shape == (2, 8, 256)
    assert first.seconds == pytest.approx(21.0)
    assert first.profile[0, 0] - first.profile[1, 0] == pytest.approx(6.02, abs=0.2)
    assert first.profile[:, 3] == pytest.approx([1.0, 0.5], abs=0.03)
    real_songs._open.cache_clear()
    closed = lambda _: pytest.fail("audio was opened again")  # noqa: E731
    monkeypatch.setattr(real_songs, "open_multitrack", closed)
    again = read_songs(folder, tmp_path)[0]
    np.testing.assert_array_equal(again.profile, first.profile)
    np.testing.assert_array_equal(again.hidden, first.hidden)
    assert (again.names, again.roles, again.heard) == (first.names, first.roles, first.heard)
    assert (again.name, again.seconds) == (first.name, first.seconds)


def test_windows_in_which_one_stem_is_alone_are_left_out(folder: Path, tmp_path: Path) -> None:
    assert read_song(folder / "the song", tmp_path, Part(10.0, 0.0)) is None
    cuts = list(windows(folder / "the song", tmp_path))
    assert [one.names for one in cuts] == [("bass", "vox")]


def test_a_folder_without_songs_says_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="called this: need one folder of stems per song"):
        read_songs(tmp_path, tmp_path, names=["this"])


def made(seconds: float) -> Song:
    return song_from_arrays("made", {"a": noise(0, seconds), "b": noise(1, seconds)}, RATE)


@pytest.mark.parametrize(("seconds", "kept_s"), [(3.0, 3.0), (10.0, 10.0), (30.0, 12.0)])
def test_a_part_is_as_long_as_asked_or_as_the_song(seconds: float, kept_s: float) -> None:
    assert cut(made(12.0), Part(seconds)).seconds == pytest.approx(kept_s)


def test_a_part_begins_where_it_is_told_to() -> None:
    song = made(12.0)
    part = cut(song, Part(3.0, 4.0))
    np.testing.assert_array_equal(part.audio, song.audio[:, :, 4 * RATE : 7 * RATE])
    assert [str(Part()), str(Part(3.0)), str(Part(10.0, 20.0))] == ["whole", "3s", "10s-at-20s"]
