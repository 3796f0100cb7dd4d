"""Songs as they really arrive: every odd folder and file gives the right numbers or sentence."""

import gc
import hashlib
import os
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile

import mixer.storage
from mixer.loudness import integrated_lufs
from mixer.song import AudioError, Song, SongError, open_song, song_from_arrays

RATE = 44100
SECONDS = 1.0


def noise(seed: int, seconds: float = SECONDS, rate: int = RATE, channels: int = 2) -> np.ndarray:
    """Noise (frames, channels) at about -20 dBFS, unlike that of any other seed."""
    rng = np.random.default_rng(seed)
    return 0.1 * rng.uniform(-1.7, 1.7, (round(seconds * rate), channels))


def write(path: Path, samples: np.ndarray, rate: int = RATE, subtype: str | None = None) -> Path:
    """Write one stem."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, rate, subtype)
    return path


def dark(samples: np.ndarray) -> np.ndarray:
    """Noise without much of the treble that a lossy codec changes."""
    return np.mean([np.roll(samples, step, axis=0) for step in range(8)], axis=0)


def two_good(folder: Path) -> None:
    """The stems that stand beside every odd one."""
    write(folder / "bass.wav", noise(1), subtype="FLOAT")
    write(folder / "drums.wav", noise(2), subtype="FLOAT")


def cut(path: Path, share: float) -> None:
    """Keep the first part of a file."""
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])


def with_sample(samples: np.ndarray, value: float, count: int = 1) -> np.ndarray:
    """Put a value into the middle of some noise."""
    samples[1000 : 1000 + count] = value
    return samples


@dataclass(frozen=True)
class Odd:
    """An odd stem beside two good ones: how it is made and what must be said of it.

    says: words in this order in faults, notes or refusals. where: which of the three. stems: the
    names that the song has.
    """

    make: Callable[[Path], object]
    where: str
    says: tuple[str, ...]
    stems: tuple[str, ...] = ("bass", "drums")


WITH_ODD = ("bass", "drums", "odd")
ODD = {
    "empty file": Odd(
        lambda f: (f / "odd.wav").touch(),
        "refused", ("odd.wav is empty (0 bytes)", "export it again"),
    ),
    "text called wav": Odd(
        lambda f: (f / "odd.wav").write_text("lyrics\n" * 99),
        "refused", ("odd.wav holds no audio although it is called .wav", "renaming a file"),
    ),
    "cut in its header": Odd(
        lambda f: cut(write(f / "odd.wav", noise(3)), 0.0001),
        "refused", ("odd.wav is damaged", "a whole file is needed", "copy or export it again"),
    ),
    "header without samples": Odd(
        lambda f: write(f / "odd.wav", np.zeros((0, 2))), "refused", ("odd.wav holds no samples",)
    ),
    "m4a": Odd(
        lambda f: (f / "odd.m4a").write_bytes(b"\0\0\0\x20ftypM4A " + bytes(99)),
        "refused", ("odd.m4a is in a format that libsndfile cannot read", "ffmpeg -i"),
    ),
    "six channels": Odd(
        lambda f: write(f / "odd.wav", noise(3, channels=6)),
        "refused", ("odd.wav has 6 channels", "1 or 2 are needed", "export it as stereo"),
    ),
    "rate of 100 Hz": Odd(
        lambda f: write(f / "odd.wav", noise(3), 100),
        "refused", ("odd.wav says 100 Hz", "8000 to 384000 Hz", "44100 or 48000"),
    ),
    "dangling link": Odd(
        lambda f: (f / "odd.wav").symlink_to(f / "gone.wav"),
        "refused", ("odd.wav cannot be opened", "where it links to"),
    ),
    "NaN throughout": Odd(
        lambda f: write(f / "odd.wav", noise(3) * np.nan, subtype="FLOAT"),
        "refused", ("odd.wav has 88200 samples that are NaN", "finite samples are needed"),
    ),
    "one NaN": Odd(
        lambda f: write(f / "odd.wav", with_sample(noise(3), np.nan), subtype="FLOAT"),
        "faults", ("odd.wav has 2 samples that are NaN", "replaced by silence"), WITH_ODD,
    ),
    "infinity": Odd(
        lambda f: write(f / "odd.wav", with_sample(noise(3), -np.inf), subtype="DOUBLE"),
        "faults", ("odd.wav has 2 samples that are NaN, infinite", "replaced"), WITH_ODD,
    ),
    "1e30 in a float file": Odd(
        lambda f: write(f / "odd.wav", with_sample(noise(3), 1e30), subtype="FLOAT"),
        "faults", ("odd.wav has 2 samples", "above +60 dBFS"), WITH_ODD,
    ),
    "cut wav": Odd(
        lambda f: cut(write(f / "odd.wav", noise(3)), 0.5),
        "faults", ("odd.wav ends early: only 0.5 s are there",), WITH_ODD,
    ),
    "cut aiff": Odd(
        lambda f: cut(write(f / "odd.aiff", noise(3)), 0.5),
        "faults", ("odd.aiff ends early: only 0.5 s are there",), WITH_ODD,
    ),
    "cut flac": Odd(
        lambda f: cut(write(f / "odd.flac", noise(3, 20.0)), 0.5),
        "faults", ("odd.flac ends early: only ", "copy or export it again"), WITH_ODD,
    ),
    "cut ogg": Odd(
        lambda f: cut(write(f / "odd.ogg", noise(3)), 0.5),
        "faults", ("odd.ogg ends early",), WITH_ODD,
    ),
    "cut mp3": Odd(
        lambda f: cut(write(f / "odd.mp3", noise(3, 3.0)), 0.5),
        "faults", ("odd.mp3 ends early: only 1.",), WITH_ODD,
    ),
    "digital silence": Odd(
        lambda f: write(f / "odd.wav", np.zeros((RATE, 2))),
        "faults", ("odd.wav is digital silence", "no level", "no advice"), WITH_ODD,
    ),
    "almost silence": Odd(
        lambda f: write(f / "odd.wav", 1e-4 * noise(3), subtype="PCM_24"),
        "faults", ("odd.wav is almost silent (peak -95 dBFS)",), WITH_ODD,
    ),
    "shorter than 0.4 s": Odd(
        lambda f: write(f / "odd.wav", noise(3, 0.25)),
        "faults", ("odd.wav lasts 0.25 s", "measured over 0.4 s"), WITH_ODD,
    ),
    "clipped 16 bit": Odd(
        lambda f: write(f / "odd.wav", with_sample(noise(3), 1.0, 5)),
        "faults", ("odd.wav is clipped in 1 place, first at 0.0 s", "lower it"), WITH_ODD,
    ),
    "clipped at the lower rail": Odd(
        lambda f: write(f / "odd.wav", with_sample(noise(3, channels=1), -1.0, 3)),
        "faults", ("odd.wav is clipped in 1 place, first",), WITH_ODD,
    ),
    "float over full scale": Odd(
        lambda f: write(f / "odd.wav", with_sample(noise(3), 2.0), subtype="FLOAT"),
        "faults", ("odd.wav goes 6.0 dB over full scale", "nothing is lost here"), WITH_ODD,
    ),
    "DC": Odd(
        lambda f: write(f / "odd.wav", noise(3) - 0.05),
        "faults", ("odd.wav has a DC offset of -0.05", "high-pass"), WITH_ODD,
    ),
    "one side": Odd(
        lambda f: write(f / "odd.wav", noise(3) * [1.0, 0.0]),
        "faults", ("odd.wav sounds on the left only",), WITH_ODD,
    ),
    "opposite sides": Odd(
        lambda f: write(f / "odd.wav", noise(3, channels=1) * [1.0, -1.0]),
        "faults", ("odd.wav has opposite sides (correlation -1.00)", "vanishes in mono"), WITH_ODD,
    ),
    "inverted twin": Odd(
        lambda f: write(f / "odd.wav", -noise(2)),
        "notes", ("odd.wav is drums.wav with its polarity turned", "they cancel"), WITH_ODD,
    ),
    "twin at another gain": Odd(
        lambda f: write(f / "odd.wav", 0.5 * noise(2)),
        "notes", ("drums.wav and odd.wav hold the same sound", "heard twice"), WITH_ODD,
    ),
    "same stem as mp3": Odd(
        lambda f: [write(f / f"bass.{suffix}", dark(noise(1))) for suffix in ("wav", "mp3")],
        "notes", ("bass.mp3 is bass.wav once more: it was left out",),
    ),
    "same name, other sound": Odd(
        lambda f: write(f / "Bass.flac", noise(3)),
        "notes", (), ("Bass", "bass (wav)", "drums"),
    ),
    "mixture": Odd(
        lambda f: write(f / "mixture.wav", noise(1) + noise(2)),
        "notes", ("mixture.wav is the mix of the other stems: it was left out",),
    ),
    "unnamed sum": Odd(
        lambda f: write(f / "Audio 7.wav", noise(1) + noise(2)),
        "notes", ("Audio 7.wav is the mix of the other stems",),
    ),
    "mastered, clipped, as mp3": Odd(
        lambda f: write(f / "My Song MASTER.mp3", np.clip(3.0 * (noise(1) + noise(2)), -0.5, 0.5)),
        "notes", ("My Song MASTER.mp3 is the mix of the other stems",),
    ),
    "mix in name only": Odd(
        lambda f: write(f / "mix.wav", noise(3)),
        "notes", ("mix.wav is named like a mix but is not the sum", "take it out"),
        ("bass", "drums", "mix"),
    ),
    "a kick's mix is a kick": Odd(
        lambda f: write(f / "Kick Mix.wav", noise(3)), "notes", (), ("bass", "drums", "Kick Mix")
    ),
    "click track": Odd(
        lambda f: write(f / "Click.wav", noise(3, channels=1)),
        "notes", ("Click.wav looks like a click track: mute it",), ("bass", "Click", "drums"),
    ),
    "split sides": Odd(
        lambda f: [write(f / f"OH.{s}.wav", noise(n, channels=1)) for n, s in ((3, "L"), (4, "R"))],
        "notes", ("OH.L.wav and OH.R.wav were joined into one stereo stem, OH",),
        ("bass", "drums", "OH"),
    ),
    "left without right": Odd(
        lambda f: write(f / "OH_L.wav", noise(3, channels=1)),
        "notes", (), ("bass", "drums", "OH_L"),
    ),
    "other lengths": Odd(
        lambda f: write(f / "odd.wav", noise(3, 2.0)),
        "notes", ("the stems last 1.0 s (bass) to 2.0 s (odd)", "padded with silence"), WITH_ODD,
    ),
    "other rate": Odd(
        lambda f: write(f / "odd.wav", noise(3, rate=48000), 48000),
        "notes", ("the stems come at 44100 and 48000 Hz: they are worked on at 44100 Hz",),
        WITH_ODD,
    ),
    "macOS and Windows litter": Odd(
        lambda f: [
            (f / "._bass.wav").write_bytes(bytes(99)),
            (f / "Thumbs.db").write_bytes(bytes(99)),
            (f / "bass.wav.asd").write_bytes(bytes(99)),
            write(f / "__MACOSX" / "._bass.wav", noise(3)),
            (f / "folder.wav").mkdir(),
        ],
        "notes", (),
    ),
    "subfolder beside stems": Odd(
        lambda f: write(f / "old" / "odd.wav", noise(3)), "notes", ()
    ),
    "spaces and accents": Odd(
        lambda f: write(f / unicodedata.normalize("NFD", "  Chœur  d'été 声 .wav"), noise(3)),
        "notes", (), ("bass", unicodedata.normalize("NFC", "Chœur d'été 声"), "drums"),
    ),
    "line break in a name": Odd(
        lambda f: write(f / "odd\nname\t.wav", noise(3)), "notes", (), ("bass", "drums", "odd name")
    ),
    "upper-case suffix": Odd(
        lambda f: write(f / "odd.WAV", noise(3)), "notes", (), WITH_ODD
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", ODD)
def test_odd_stem_beside_good_ones(kind: str, tmp_path: Path) -> None:
    odd = ODD[kind]
    two_good(tmp_path)
    odd.make(tmp_path)
    song = open_song(tmp_path)
    assert song.names == odd.stems
    told = {
        "refused": [str(refusal) for refusal in song.refused],
        "faults": [fault for stem in song.stems for fault in stem.faults],
        "notes": list(song.notes),
    }
    sentence = " ".join(told[odd.where])
    at = [sentence.find(words) for words in odd.says]
    assert -1 not in at and at == sorted(at), sentence
    if not odd.says:
        assert not any(told.values())
    assert song.audio.dtype == np.float32 and np.isfinite(song.audio).all()
    assert song.audio.shape[:2] == (len(song.names), 2)
    drums = song.audio[song.index("drums"), :, :RATE]
    assert np.array_equal(drums, noise(2).T.astype(np.float32))


def test_a_name_that_is_not_unicode_opens_and_prints(tmp_path: Path) -> None:
    two_good(tmp_path)
    try:
        os.rename(tmp_path / "bass.wav", os.fsencode(tmp_path) + b"/b\xe4ss.wav")
    except OSError:
        pytest.skip("this file system takes Unicode names only")
    song = open_song(tmp_path)
    assert song.names == ("b\ufffdss", "drums")
    assert song.names[0].encode("utf-8") and not song.refused


FORMATS = [
    ("wav", "PCM_U8", 0.01), ("wav", "PCM_16", 1e-4), ("wav", "PCM_24", 1e-6),
    ("wav", "PCM_32", 1e-7), ("wav", "FLOAT", 1e-7), ("wav", "DOUBLE", 1e-7),
    ("aiff", "PCM_16", 1e-4), ("aiff", "PCM_24", 1e-6), ("flac", "PCM_16", 1e-4),
    ("flac", "PCM_24", 1e-6), ("w64", "PCM_24", 1e-6), ("rf64", "PCM_24", 1e-6),
    ("caf", "PCM_24", 1e-6), ("ogg", "VORBIS", None), ("mp3", "MPEG_LAYER_III", None),
]  # fmt: skip


@pytest.mark.parametrize(("suffix", "subtype", "tolerance"), FORMATS)
@pytest.mark.parametrize("channels", [1, 2])
def test_formats_and_bit_depths(
    suffix: str, subtype: str, tolerance: float | None, channels: int, tmp_path: Path
) -> None:
    samples = noise(1, channels=channels)
    write(tmp_path / f"stem.{suffix}", samples, subtype=subtype)
    song = open_song(tmp_path)
    stem = song.stems[0]
    assert (stem.channels, stem.sample_rate, stem.subtype) == (channels, RATE, subtype)
    assert song.audio.shape == (1, 2, RATE)
    expected = np.broadcast_to(samples.T, (2, RATE)).astype(np.float32)
    if tolerance is not None:
        assert np.abs(song.audio[0] - expected).max() <= tolerance
    # white noise loses what a lossy codec cuts above about 16 kHz
    level = integrated_lufs(song.audio[0], RATE)
    assert level == pytest.approx(
        integrated_lufs(expected, RATE), abs=1.0 if tolerance is None else 0.1
    )


def test_mono_becomes_two_equal_channels_and_reads_as_loud_as_dual_mono(tmp_path: Path) -> None:
    mono = noise(1, channels=1)
    write(tmp_path / "dual.wav", np.tile(mono, (1, 2)), subtype="FLOAT")
    write(tmp_path / "mono.wav", mono, subtype="FLOAT")
    song = open_song(tmp_path)
    assert np.array_equal(song.audio[0], song.audio[1])
    assert [stem.channels for stem in song.stems] == [2, 1]


@pytest.mark.parametrize("rate", [8000, 22050, 32000, 48000, 88200, 96000, 192000])
def test_resampling_keeps_length_pitch_and_level(rate: int, tmp_path: Path) -> None:
    time_s = np.arange(rate) / rate
    write(tmp_path / "tone.wav", 0.5 * np.sin(2 * np.pi * 1000 * time_s), rate, "FLOAT")
    write(tmp_path / "other.wav", noise(1), subtype="FLOAT")
    song = open_song(tmp_path)
    assert (song.sample_rate, song.audio.shape[2]) == (RATE, RATE)
    expected = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE)
    middle = slice(RATE // 4, -RATE // 4)
    assert np.abs(song.audio[song.index("tone"), 0, middle] - expected[middle]).max() < 1e-3


def test_a_common_rate_is_kept(tmp_path: Path) -> None:
    for seed in (1, 2):
        write(tmp_path / f"{seed}.wav", noise(seed, rate=96000), 96000)
    song = open_song(tmp_path)
    assert (song.sample_rate, song.audio.shape[2], song.notes) == (96000, 96000, ())
    assert song.seconds == 1.0


def test_short_stems_are_padded_at_the_end(tmp_path: Path) -> None:
    write(tmp_path / "long.wav", noise(1, 1.0), subtype="FLOAT")
    write(tmp_path / "short.wav", noise(2, 0.5), subtype="FLOAT")
    song = open_song(tmp_path)
    short = song.audio[song.index("short")]
    half = RATE // 2
    assert np.array_equal(short[:, :half], noise(2, 0.5).T.astype(np.float32))
    assert not short[:, half:].any()
    assert [stem.seconds for stem in song.stems] == [1.0, 0.5]


def test_split_sides_land_left_and_right(tmp_path: Path) -> None:
    write(tmp_path / "Room R.wav", noise(2, channels=1), subtype="FLOAT")
    write(tmp_path / "Room L.wav", noise(1, channels=1), subtype="FLOAT")
    song = open_song(tmp_path)
    assert song.names == ("Room",) and song.stems[0].channels == 2
    assert np.array_equal(song.audio[0, 0], noise(1, channels=1)[:, 0].astype(np.float32))
    assert np.array_equal(song.audio[0, 1], noise(2, channels=1)[:, 0].astype(np.float32))


def test_96_stems_in_natural_order(tmp_path: Path) -> None:
    for number in range(1, 97):
        write(tmp_path / f"Tom {number}.wav", noise(number, 0.5, channels=1))
    seen: list[tuple[int, int, str]] = []
    song = open_song(tmp_path, on_progress=lambda *step: seen.append(step))
    assert song.names == tuple(f"Tom {number}" for number in range(1, 97))
    assert seen[0] == (1, 96, "Tom 1.wav") and seen[-1] == (96, 96, "Tom 96.wav")
    assert np.abs(song.audio[9, 0] - noise(10, 0.5, channels=1)[:, 0]).max() < 1e-4


def test_a_late_rough_mix_is_known_by_its_envelope(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    stems = []
    for seed in range(3):
        loud = np.repeat(rng.uniform(0.0, 1.0, 40), RATE // 10)[:, None]
        stems.append(noise(seed, 4.0) * loud)
        write(tmp_path / f"stem {seed}.wav", stems[-1])
    late = np.roll(np.tanh(2.0 * np.sum(stems, axis=0)), 1105, axis=0)
    write(tmp_path / "rough mix.wav", late)
    song = open_song(tmp_path)
    assert song.names == ("stem 0", "stem 1", "stem 2")
    assert "rough mix.wav is the mix of the other stems: it was left out" in song.notes


def test_what_is_left_out_leaves_the_others_in_place(tmp_path: Path) -> None:
    for seed, name in ((1, "a"), (2, "b"), (3, "z")):
        write(tmp_path / f"{name}.wav", noise(seed), subtype="FLOAT")
    write(tmp_path / "mix.wav", noise(1) + noise(2) + noise(3), subtype="FLOAT")
    song = open_song(tmp_path)
    assert song.names == ("a", "b", "z")
    for row, seed in enumerate((1, 2, 3)):
        assert np.array_equal(song.audio[row], noise(seed).T.astype(np.float32))


def test_subfolders_are_searched_when_the_top_has_at_most_a_mix(tmp_path: Path) -> None:
    write(tmp_path / "Stems" / "bass.wav", noise(1))
    write(tmp_path / "Stems" / "drums.wav", noise(2))
    write(tmp_path / "raw" / "take.wav", noise(3))
    write(tmp_path / "Song_MIX.wav", noise(1) + noise(2))
    song = open_song(tmp_path)
    assert song.names == ("bass", "drums")
    assert song.notes == ("Song_MIX.wav is the mix of the other stems: it was left out",)


def test_several_subfolders_lead_the_names(tmp_path: Path) -> None:
    write(tmp_path / "vocals" / "take.wav", noise(1))
    write(tmp_path / "drums" / "take.wav", noise(2))
    assert open_song(tmp_path).names == ("drums take", "vocals take")


def make_zip(folder: Path) -> Path:
    """An archive in place of a folder."""
    (folder / "song.zip").write_bytes(b"PK\5\6" + bytes(18))
    return folder / "song.zip"


def make_many(folder: Path) -> Path:
    """A sample library."""
    for number in range(97):
        (folder / f"{number}.wav").touch()
    return folder


HOPELESS: dict[str, tuple[Callable[[Path], Path], str]] = {
    "missing": (lambda f: f / "gone", r"gone is not there: a folder of stems is needed \(check"),
    "empty": (lambda f: f, r"holds no audio files: at least one stem is needed.*\(export"),
    "no audio": (lambda f: (f / "notes.txt").touch() or f, r"holds no audio files"),
    "only a zip": (lambda f: make_zip(f).parent, r"only song.zip: .*\(unzip song.zip first\)"),
    "a zip": (make_zip, r"song.zip is an archive: .*\(unzip it and open the folder\)"),
    "a file": (lambda f: write(f / "bass.wav", noise(1)), r"bass.wav is a file: .*\(open /"),
    "97 files": (make_many, r"97 audio files: at most 96 stems .*bounce groups"),
    "only broken": (
        lambda f: (f / "bass.wav").touch() or f, r"no stem that can be used: .*bass.wav is empty"
    ),
    "only silence": (
        lambda f: write(f / "a.wav", np.zeros(RATE)).parent, r"every stem .*silence: .*unmute the"
    ),
    "all too short": (
        lambda f: write(f / "a.wav", noise(1, 0.3)).parent, r"lasts 0.3 s: 0.4 s at least are need"
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOPELESS)
def test_a_folder_that_cannot_be_a_song_is_refused_with_the_cure(kind: str, tmp_path: Path) -> None:
    make, sentence = HOPELESS[kind]
    with pytest.raises(AudioError, match=sentence) as caught:
        open_song(make(tmp_path))
    assert "\n" not in str(caught.value)
    assert caught.value.got and caught.value.need and caught.value.cure


def test_a_single_stem_opens_with_a_note(tmp_path: Path) -> None:
    write(tmp_path / "bass.wav", noise(1))
    assert open_song(str(tmp_path)).notes == (
        "bass is the only stem: there is nothing to balance it against",
    )


def state_of(folder: Path) -> list[tuple]:
    """Listing, bytes and times of a folder."""
    return [
        (str(path), path.stat().st_mtime_ns, path.stat().st_mode)
        + ((hashlib.sha256(path.read_bytes()).hexdigest(),) if path.is_file() else ())
        for path in sorted([folder, *folder.rglob("*")])
    ]


def test_the_users_folder_is_untouched(tmp_path: Path) -> None:
    folder = tmp_path / "song"
    two_good(folder)
    write(folder / "mix.wav", noise(1) + noise(2), 48000)
    write(folder / "nan.wav", with_sample(noise(3), np.nan), subtype="FLOAT")
    (folder / "empty.wav").touch()
    before = state_of(folder)
    song = open_song(folder)
    song.audio[:] = 0.0  # the array is a copy, not a view of the files
    assert state_of(folder) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["song"]


def test_a_large_song_lies_in_a_temporary_file_that_goes_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_good(tmp_path / "song")
    in_memory = open_song(tmp_path / "song")
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr(mixer.storage, "MEMORY_LIMIT_BYTES", 1000)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    song = open_song(tmp_path / "song")
    assert isinstance(song.audio, np.memmap)
    assert np.array_equal(song.audio, in_memory.audio)
    del song
    gc.collect()
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_song_larger_than_the_disk_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_good(tmp_path)
    monkeypatch.setattr(mixer.storage, "MEMORY_LIMIT_BYTES", 1000)
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 10})())
    with pytest.raises(AudioError, match=r"takes 0.0 GB .*set TMPDIR"):
        open_song(tmp_path)


def three(rows: int = 2) -> Song:
    """A song of arrays."""
    arrays = {name: noise(seed).T[:rows] for seed, name in enumerate(("Vox", "Bass", "Kick"))}
    return song_from_arrays("trio", arrays, RATE)


def test_index_finds_a_stem_or_names_the_near_miss() -> None:
    song = three()
    assert song.names == ("Bass", "Kick", "Vox") and song.folder is None
    assert (song.index("Kick"), song.index("kick")) == (1, 1)
    with pytest.raises(SongError, match="'vocs'.*Vox"):
        song.index("vocs")


def test_arrays_of_one_channel_or_one_dimension_become_stereo() -> None:
    assert np.array_equal(three(1).audio[:, 0], three(1).audio[:, 1])
    flat = song_from_arrays("one", {"a": noise(1)[:, 0], "b": noise(2)[:, 0]}, RATE)
    assert np.array_equal(flat.audio[0, 1], noise(1)[:, 0].astype(np.float32))


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (noise(1), r"x has shape \(44100, 2\): .*transpose it"),
        (noise(1).T.astype(np.int16), "x has dtype int16: .*divide integers"),
        (np.zeros((2, 0)), r"x has shape \(2, 0\)"),
        (np.full((2, RATE), np.nan), "x has 88200 samples that are NaN"),
        (np.zeros((2, RATE)), "every stem of bad is digital silence"),
    ],
)
def test_an_array_that_cannot_be_a_stem_is_refused(array: np.ndarray, sentence: str) -> None:
    with pytest.raises(AudioError, match=sentence):
        song_from_arrays("bad", {"x": array}, RATE)


def test_arrays_are_copied_and_nothing_is_left_out() -> None:
    bass, drums = noise(1).T, noise(2).T
    song = song_from_arrays("sum", {"bass": bass, "drums": drums, "mix": bass + drums}, RATE)
    assert song.names == ("bass", "drums", "mix")
    song.audio[:] = 0.0
    assert bass.any()
