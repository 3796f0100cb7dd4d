"""Readers of multitracks on tiny made-up collections: which files, which roles, which facts."""

import io
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.web.limits import Limits
from finetune.multitrack_facts import Facts, FactsError
from finetune.multitrack_layouts import laid_out
from finetune.multitrack_packed import unpacked
from finetune.multitrack_roles import MEDLEYDB_ROLE
from finetune.multitracks import Multitrack, open_multitrack, read_folder, song_files, song_places
from finetune.real_songs import folders_of
from finetune.recordings import told_stems
from mixer.roles import FAMILY_OF_ROLE
from mixer.song import AudioError
from tests.real_collections import RATE, medleydb, moisesdb, musdb, write


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
    facts = found.facts
    assert (facts.layout, facts.artist, facts.title) == ("MUSDB18-HQ", "Artist", "Song")
    assert facts.split == "test" and "academic use only" in (facts.licence or "")


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


def test_musdb_says_which_songs_validate(tmp_path):
    for name in ("ANiMAL - Rockshow", "ANiMAL - Clinic A"):
        musdb(tmp_path, name, "train")
    splits = {found.song.name: found.facts.split for found in read_folder(tmp_path)}
    assert splits == {"ANiMAL - Rockshow": "valid", "ANiMAL - Clinic A": "train"}


@pytest.mark.parametrize(("said", "bleed"), [("yes", True), ("no", False)])
@pytest.mark.parametrize("place", ["Metadata", "medleydb/medleydb/data/Metadata"])
def test_medleydb_tells_artist_licence_and_bleed(tmp_path, said, bleed, place):
    medleydb(tmp_path, tmp_path / place, bleed=said)
    facts = only(tmp_path).facts
    assert facts == Facts(
        "MedleyDB", "The Artist", "The Song", "Jazz", "CC BY-NC-SA 4.0 (MedleyDB)", None, bleed
    )


def test_the_singers_of_composers_are_known_by_the_index(tmp_path):
    medleydb(tmp_path, tmp_path / "medleydb" / "medleydb" / "data" / "Metadata")
    resources = tmp_path / "medleydb" / "medleydb" / "resources"
    resources.mkdir()
    (resources / "artist_index.json").write_text('{"Artist_Song": "NYU Male Singer 1"}')
    assert only(tmp_path).facts.artist == "NYU Male Singer 1"


def test_labels_of_medleydb_that_words_would_mislead():
    families = {label: FAMILY_OF_ROLE[role] for label, role in MEDLEYDB_ROLE.items()}
    assert families["double bass"] == "bass"
    assert families["bass clarinet"] == families["tuba"] == families["bassoon"] == "other"
    assert families["tabla"] == families["timpani"] == "drums"
    assert families["male rapper"] == "vocals"


def test_moisesdb_is_read_by_its_track_types(tmp_path):
    song = moisesdb(tmp_path)
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
    }  # and no click
    facts = found.facts
    assert (facts.artist, facts.title, facts.bleed) == ("An Artist", "Song", True)
    assert facts.licence == "CC BY-NC-SA 4.0 (MoisesDB, research only)"
    tracks = laid_out(song)
    assert tracks is not None
    assert [t.name for t in tracks.tracks if t.bleed] == ["drums kick drum"]


def test_without_a_flag_nothing_is_said_of_bleed(tmp_path):
    moisesdb(tmp_path, bleeding="nothing")
    assert only(tmp_path).facts.bleed is False
    medleydb(tmp_path / "m", bleed="unknown")
    assert only(tmp_path / "m").facts.bleed is None


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
    assert song_places(tmp_path) == (songs[1], songs[2], songs[0], tmp_path / "d" / "one")
    assert song_places(songs[0]) == (songs[0],)
    assert laid_out(tmp_path / "d" / "one") is None


def test_a_song_of_two_rates_is_named_and_left_out(tmp_path, caplog):
    write(musdb(tmp_path) / "bass.wav", 0.05, rate=2 * RATE)
    assert list(read_folder(tmp_path)) == []
    assert "8000 and 16000 Hz" in caplog.text


def test_an_empty_folder_is_refused_with_the_cure(tmp_path):
    with pytest.raises(FileNotFoundError, match="one folder of stems per song"):
        list(read_folder(tmp_path))


def pack(archive: Path, files: dict[str, bytes | Path]) -> Path:
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            if isinstance(content, Path):
                opened.write(content, name)
            else:
                opened.writestr(name, content)
    return archive


def wav(level: float, seed: int = 0) -> bytes:
    file = io.BytesIO()
    noise = level * np.random.default_rng(seed).standard_normal((RATE, 1))
    soundfile.write(file, noise, RATE, format="WAV", subtype="PCM_24")
    return file.getvalue()


def cambridge(root: Path) -> Path:
    inside = "TheDoppler_NightSky_Full"
    names = ("01_Kick", "02_SnareUp", "03_BassDI", "04_LeadVox")
    stems = {f"{inside}/{name}.wav": wav(0.1, at) for at, name in enumerate(names)}
    junk = {f"__MACOSX/{inside}/._01_Kick.wav": b"fork", f"{inside}/readme.txt": b"hello"}
    return pack(root / f"{inside}.zip", {**stems, **junk})


def left_over(tmp_path: Path) -> list[str]:
    return [path.name for path in tmp_path.glob("gainsay-song-*")]


@pytest.fixture
def temporary(tmp_path, monkeypatch) -> Path:
    """Where temporary folders are made in this test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_zip_of_cambridges_form_is_a_song_and_leaves_nothing_behind(tmp_path, temporary):
    place = cambridge(tmp_path / "songs")
    found = only(tmp_path / "songs")
    assert found.song.name == "TheDoppler_NightSky_Full"
    assert found.song.names == ("01_Kick", "02_SnareUp", "03_BassDI", "04_LeadVox")
    assert found.roles == ("kick", "snare", "bass", "lead vocal")
    facts = found.facts
    assert (facts.layout, facts.artist, facts.title) == ("Cambridge-MT", "The Doppler", "Night Sky")
    assert facts.licence == "Cambridge-MT: educational use only"
    expected = 0.1 * np.random.default_rng(0).standard_normal(RATE)
    np.testing.assert_allclose(found.song.audio[0, 0], np.clip(expected, -1, 1), atol=2e-7)
    assert left_over(temporary) == [] and song_files(place) == (place,)
    assert list(place.parent.iterdir()) == [place]
    assert folders_of(place.parent, ["TheDoppler_NightSky_Full"]) == [place]


@pytest.mark.parametrize("name", ["../evil.wav", "/tmp/evil.wav", "a/../../evil.wav", "C:\\e.wav"])
def test_a_zip_that_climbs_is_refused_whole(tmp_path, temporary, name):
    place = pack(tmp_path / "song.zip", {"kick.wav": wav(0.1), name: wav(0.1, 1)})
    with pytest.raises(AudioError, match="lie outside its folder"):
        open_multitrack(place)
    assert left_over(temporary) == [] and not Path("/tmp/evil.wav").exists()
    assert not (tmp_path / "evil.wav").exists()


def test_a_bomb_is_refused(tmp_path, temporary):
    flat = io.BytesIO()
    soundfile.write(flat, np.zeros((400 * RATE, 1)), RATE, format="WAV", subtype="PCM_16")
    place = pack(tmp_path / "song.zip", {"kick.wav": flat.getvalue(), "bass.wav": wav(0.1)})
    small = Limits(harmless_zip_bytes=1 << 20, most_zip_ratio=10.0)
    with pytest.raises(AudioError, match="times its size"), unpacked(place, small):
        pytest.fail("it was unpacked")
    assert left_over(temporary) == []
    with pytest.raises(AudioError, match="more than 1 files"), unpacked(place, Limits(1)):
        pytest.fail("it was unpacked")


def test_a_zip_with_a_broken_stem_is_no_balance(tmp_path):
    broken = pack(tmp_path / "song.zip", {"kick.wav": b"no audio", "bass.wav": wav(0.1)})
    with pytest.raises(AudioError, match="kick.wav holds no audio"):
        open_multitrack(broken)
    for content, words in ((b"no zip", "no zip that can be read"), (None, "no audio is in it")):
        other = tmp_path / f"{words[:5]}.zip"
        other.write_bytes(content) if content else pack(other, {"readme.txt": b"hello"})
        with pytest.raises(AudioError, match=words):
            open_multitrack(other)


def test_a_zip_of_several_songs_is_refused(tmp_path):
    names = ("One/kick.wav", "One/bass.wav", "Two/kick.wav", "Two/bass.wav")
    place = pack(tmp_path / "all.zip", {name: wav(0.1, at) for at, name in enumerate(names)})
    with pytest.raises(AudioError, match="several songs .One, Two"):
        open_multitrack(place)


def test_a_zip_beside_its_stems_is_not_a_second_song(tmp_path):
    write(tmp_path / "song" / "bass.wav", 0.05)
    write(tmp_path / "song" / "kick.wav", 0.05, 1)
    pack(tmp_path / "song" / "backup.zip", {"kick.wav": wav(0.1)})
    assert song_places(tmp_path) == (tmp_path / "song",)


def stem_mp4(root: Path, seconds: float = 2.0, streams: int = 5) -> Path:
    """A file as MUSDB18 has them: five AAC streams, each a sine of its own pitch."""
    place = root / "train" / "Artist - Song.stem.mp4"
    place.parent.mkdir(parents=True)
    command = ["ffmpeg", "-v", "error"]
    for number in range(streams):
        sine = f"sine=frequency={(number + 1) * 400}:duration={seconds}:sample_rate=44100"
        command += ["-f", "lavfi", "-i", sine]
    for number in range(streams):
        command += ["-map", f"{number}:a"]
    subprocess.run([*command, "-c:a", "aac", "-b:a", "256k", "-ac", "2", str(place)], check=True)
    return place


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg (apt-get install ffmpeg)")
def test_a_stem_mp4_gives_the_four_stems_by_their_streams(tmp_path, temporary):
    place = stem_mp4(tmp_path)
    found = only(tmp_path)
    assert song_places(tmp_path) == (place,)
    assert (found.song.name, found.song.sample_rate) == ("Artist - Song", 44100)
    assert found.song.seconds == pytest.approx(2.0, abs=0.05)
    facts = found.facts
    assert (facts.layout, facts.artist, facts.split) == ("MUSDB18", "Artist", "train")
    pitches = {}
    for name, stem in zip(found.song.names, found.song.audio, strict=True):
        spectrum = np.abs(np.fft.rfft(stem[0, :44100]))
        pitches[name] = float(spectrum.argmax())
    assert pitches == {"drums": 800.0, "bass": 1200.0, "other": 1600.0, "vocals": 2000.0}
    assert left_over(temporary) == []


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg (apt-get install ffmpeg)")
def test_a_stem_mp4_without_its_stems_is_refused(tmp_path):
    with pytest.raises(AudioError, match="five audio streams are needed"):
        open_multitrack(stem_mp4(tmp_path, 0.5, streams=2))


def test_without_ffmpeg_a_stem_mp4_names_the_cure(tmp_path, monkeypatch, caplog):
    place = tmp_path / "Artist - Song.stem.mp4"
    place.write_bytes(b"mp4")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AudioError, match="apt-get install ffmpeg, or take MUSDB18-HQ"):
        open_multitrack(place)
    assert list(read_folder(tmp_path)) == [] and "Artist - Song.stem.mp4 left out" in caplog.text


def test_what_the_owner_says_outranks_the_collection_and_the_nearest_word_counts(tmp_path):
    song = musdb(tmp_path)
    (tmp_path / "gainsay.yaml").write_text("licence: CC BY 4.0\ngenre: rock\n")
    (song / "gainsay.yaml").write_text("genre: folk\nsplit: valid\nbleed: true\n")
    facts = only(tmp_path).facts
    assert (facts.licence, facts.genre, facts.split) == ("CC BY 4.0", "folk", "valid")
    assert facts.bleed is True and facts.artist == "Artist"
    (tmp_path / "link").symlink_to(song)
    assert open_multitrack(tmp_path / "link").facts == facts


@pytest.mark.parametrize(
    ("text", "words"),
    [("license: MIT", "says license: what may be said is artist"), ("split: dev", "need train"),
     ("bleed: maybe", "true or false"), ("artist: 12", "quotes"), ("- a list", "what may be said"),
     ("a: [", "cannot be read")],
)  # fmt: skip
def test_a_word_that_cannot_be_taken_is_told(tmp_path, text, words):
    (musdb(tmp_path) / "gainsay.yaml").write_text(text)
    with pytest.raises(FactsError, match=words):
        only(tmp_path)


def test_the_ear_learns_from_what_the_labels_tell(tmp_path):
    song = moisesdb(tmp_path)
    told = {path.parent.name + path.stem[-2:]: role for path, role in told_stems(song, song)}
    assert told["vocals-1"] == "backing vocals" and told["drums-0"] == "kick"
    assert len(told) == 8 and "other-0" not in told
    song = musdb(tmp_path)
    assert {role for _, role in told_stems(song, song)} == {"bass", "drums", "lead vocal"}
