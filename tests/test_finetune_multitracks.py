"""Readers of multitracks on tiny made-up collections: which files, which roles, which sums."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import yaml

from finetune.multitrack_layouts import MEDLEYDB_ROLE, tracks_of
from finetune.multitracks import Multitrack, read_folder, song_folders
from mixer.roles import FAMILY_OF_ROLE

RATE = 8000


def write(path: Path, level: float, seed: int = 0, rate: int = RATE) -> None:
    """A second of stereo noise whose RMS is the level."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).standard_normal((rate, 2))
    soundfile.write(path, level * noise, rate, subtype="FLOAT")


def musdb(root: Path) -> Path:
    song = root / "test" / "Artist - Song"
    for seed, stem in enumerate(("bass", "drums", "other", "vocals", "mixture")):
        write(song / f"{stem}.wav", 0.05, seed)
    return song


def medleydb(root: Path, metadata: Path | None = None) -> Path:
    song = root / "Audio" / "Artist_Song"
    labels = ["double bass", "drum set", "male rapper", "synthesizer", "synthesizer"]
    for number, _ in enumerate(labels, start=1):
        write(song / "Artist_Song_STEMS" / f"Artist_Song_STEM_{number:02d}.wav", 0.01, number)
        write(song / "Artist_Song_RAW" / f"Artist_Song_RAW_{number:02d}_01.wav", 0.5, number)
    write(song / "Artist_Song_MIX.wav", 0.1)
    facts = {
        f"S{number:02d}": {"instrument": label, "component": "bass" if number == 5 else ""}
        for number, label in enumerate(labels, start=1)
    }
    place = metadata or song
    place.mkdir(parents=True, exist_ok=True)
    (place / "Artist_Song_METADATA.yaml").write_text(yaml.safe_dump({"stems": facts}))
    return song


def moisesdb(root: Path) -> Path:
    song = root / "moisesdb_v0.1" / "0a1b"
    stems = {
        "vocals": ["lead female singer", "background vocals"],
        "drums": ["kick drum", "snare drum", "snare drum"],
        "bass": ["bass guitar"],
        "percussion": ["a-tonal percussion (claps, shakers, congas, cowbell etc)"],
        "other_keys": ["organ, electric organ"],
    }
    listed = []
    for stem, kinds in stems.items():
        tracks = []
        for number, kind in enumerate(kinds):
            identity = f"{stem}-{number}"
            write(song / stem / f"{identity}.wav", 0.02, number)
            tracks.append({"id": identity, "extension": "wav", "trackType": kind})
        listed.append({"stemName": stem, "tracks": tracks})
    (song / "data.json").write_text(json.dumps({"song": "Song", "stems": listed}))
    return song


def only(root: Path) -> Multitrack:
    (found,) = read_folder(root)
    return found


def test_musdb_is_four_stems_without_their_mixture(tmp_path):
    musdb(tmp_path)
    found = only(tmp_path)
    assert found.song.name == "Artist - Song"
    assert found.song.names == ("bass", "drums", "other", "vocals")
    assert found.roles == ("bass", "drums", None, "lead vocal")
    assert set(found.families()) == {"bass", "drums", "other", "vocals"}


@pytest.mark.parametrize("above", [False, True])
def test_medleydb_is_read_by_its_labels(tmp_path, above):
    medleydb(tmp_path, tmp_path / "Metadata" if above else None)
    found = only(tmp_path)
    assert found.song.names == (
        "01 double bass",
        "02 drum set",
        "03 male rapper",
        "04 synthesizer",
        "05 synthesizer",
    )
    assert found.roles == ("bass", "drums", "lead vocal", "synth lead", "bass")


def test_medleydb_without_metadata_has_stems_that_tell_nothing(tmp_path):
    song = medleydb(tmp_path)
    (song / "Artist_Song_METADATA.yaml").unlink()
    assert only(tmp_path).roles == (None,) * 5


def test_labels_of_medleydb_that_words_would_mislead():
    families = {label: FAMILY_OF_ROLE[role] for label, role in MEDLEYDB_ROLE.items()}
    assert families["double bass"] == "bass"
    assert families["bass clarinet"] == families["tuba"] == families["bassoon"] == "other"
    assert families["tabla"] == families["timpani"] == "drums"
    assert families["male rapper"] == "vocals"


def test_moisesdb_is_read_by_its_track_types(tmp_path):
    moisesdb(tmp_path)
    found = only(tmp_path)
    roles = dict(zip(found.song.names, found.roles, strict=True))
    assert roles == {
        "bass bass guitar": "bass",
        "drums kick drum": "kick",
        "drums snare drum 1": "snare",
        "drums snare drum 2": "snare",
        "other_keys organ, electric organ": "organ",
        "percussion a-tonal percussion (claps, shakers, congas, cowbell etc)": "percussion",
        "vocals background vocals": "backing vocals",
        "vocals lead female singer": "lead vocal",
    }


def test_families_are_sums_of_mono_stems(tmp_path):
    for seed, name in enumerate(("Kick", "Snare", "Bass DI", "Audio 1_03")):
        write(tmp_path / "song" / f"{name}.wav", 0.05, seed)
    found = only(tmp_path)
    families = found.families()
    at = {name: found.song.audio[row].mean(axis=0) for row, name in enumerate(found.song.names)}
    np.testing.assert_allclose(families["drums"], at["Kick"] + at["Snare"], atol=1e-7)
    np.testing.assert_allclose(families["bass"], at["Bass DI"], atol=1e-7)
    np.testing.assert_allclose(families["other"], at["Audio 1_03"], atol=1e-7)


def test_collections_may_lie_side_by_side(tmp_path):
    songs = [musdb(tmp_path / "c"), medleydb(tmp_path / "a"), moisesdb(tmp_path / "b")]
    write(tmp_path / "d" / "one" / "bass.wav", 0.05)
    write(tmp_path / "d" / "one" / "kick.wav", 0.05, 1)
    assert song_folders(tmp_path) == (songs[1], songs[2], songs[0], tmp_path / "d" / "one")
    assert song_folders(songs[0]) == (songs[0],)
    assert tracks_of(tmp_path / "d" / "one") == ()


def test_a_song_of_two_rates_is_named_and_left_out(tmp_path, caplog):
    write(musdb(tmp_path) / "bass.wav", 0.05, rate=2 * RATE)
    assert list(read_folder(tmp_path)) == []
    assert "8000 and 16000 Hz" in caplog.text


def test_an_empty_folder_is_refused_with_the_cure(tmp_path):
    with pytest.raises(FileNotFoundError, match="one folder of stems per song"):
        list(read_folder(tmp_path))
