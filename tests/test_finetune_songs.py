"""The supply of songs to learn from: notes, sounds, names, the cache record.

Run as: pytest tests/test_finetune_songs.py (soundfonts are skipped where there are none)
"""

from collections import Counter
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile
import torch

from finetune import random_effects
from finetune.arrangements import Note, arrange, line_up
from finetune.instruments import PROGRAMS, SoundFonts, Studio, play, record
from finetune.midi_pieces import read_piece, role_of_program
from finetune.multitracks import read_folder
from finetune.songs import make_song, song_record, split_of
from finetune.stem_names import caption_for, names_for
from finetune.synths import SAMPLE_RATE, Patch, drum_hit, keyboard, piece_of_note
from mixer.ear_front import excerpt, log_mel
from mixer.loudness import PROFILE_SIZE
from mixer.roles import GENRES, ROLES, role_from_name

FONTS = Path("/usr/share/sounds/sf2")


def centroid_hz(audio: np.ndarray) -> float:
    """Return the power-weighted mean frequency of (2, samples)."""
    power = np.abs(np.fft.rfft(audio.mean(axis=0))) ** 2
    return float((power * np.fft.rfftfreq(audio.shape[1], 1 / SAMPLE_RATE)).sum() / power.sum())


@pytest.mark.parametrize("genre", GENRES)
def test_every_genre_writes_two_to_twelve_parts_inside_the_song(genre):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        roles = line_up(genre, rng)
        song = arrange(genre, roles, rng)
        assert 2 <= len(roles) <= 12
        assert [part.role for part in song.parts] == list(roles)
        notes = [note for part in song.parts for note in part.notes]
        assert all(
            0 <= n.start_s < 25 and 0 < n.velocity <= 1 and 20 <= n.pitch <= 110 for n in notes
        )
        assert all(min(n.start_s for n in part.notes) < 12 for part in song.parts)


def test_line_ups_cover_all_roles_and_mostly_have_a_singer():
    line_ups = [
        line_up(GENRES[seed % len(GENRES)], np.random.default_rng(seed)) for seed in range(800)
    ]
    counts = Counter(role for roles in line_ups for role in set(roles))
    assert set(counts) == set(ROLES)
    assert min(counts.values()) > 40
    assert 0.6 < counts["lead vocal"] / 800 < 0.85
    assert 5.5 < np.mean([len(roles) for roles in line_ups]) < 8


def test_a_keyboard_plays_the_pitch_it_is_asked():
    patch = Patch("saw", 1, 0.0, 8000.0, 8000.0, 0.01, 1.0, 1.0, 0.1, 0.0)
    tone = keyboard((Note(0, 1.5, 69, 1.0),), patch, SAMPLE_RATE, np.random.default_rng(0))
    spectrum = np.abs(np.fft.rfft(tone[0]))
    assert np.argmax(spectrum) == 440  # 1 s, so bins are Hz
    assert spectrum[880] / spectrum[440] == pytest.approx(0.5, abs=0.05)  # a saw's second partial


def test_drum_pieces_differ_in_spectrum():
    tone = {
        piece: np.median(
            [
                centroid_hz(np.stack([drum_hit(piece, np.random.default_rng(seed))] * 2))
                for seed in range(9)
            ]
        )
        for piece in ("kick", "tom", "snare", "hat")
    }
    assert tone["kick"] < 150 < tone["snare"] < tone["hat"]
    assert tone["tom"] < 500 and tone["hat"] > 6000
    assert [piece_of_note(note) for note in (36, 38, 42, 46, 49)] == [
        "kick",
        "snare",
        "hat",
        "open hat",
        "cymbal",
    ]


@pytest.mark.parametrize("role", ROLES)
def test_every_role_sounds_without_anything_installed(role):
    rng = np.random.default_rng(3)
    part = arrange("pop", [role], rng, 6.0).parts[0]
    audio, words = play(part, "pop", 0, 6.0, rng, Studio())
    stem = record(audio, rng)
    assert stem.shape == (2, 6 * SAMPLE_RATE) and stem.dtype == np.float32
    assert np.isfinite(stem).all() and words
    assert 0.3 < np.abs(stem).max() < 0.7


def test_same_seed_same_bits_and_other_seed_other_song():
    one, again, other = (make_song(0, index, Studio()) for index in (4, 4, 5))
    assert np.array_equal(one.audio, again.audio)
    assert (one.names, one.captions, one.roles) == (again.names, again.captions, again.roles)
    assert one.names != other.names


def test_the_record_has_the_shapes_that_trainings_read():
    song = make_song(0, 1, Studio())
    made = song_record(song, np.random.default_rng(0))
    assert made is not None
    tensors, words = made
    stems = len(tensors["role"])
    assert 2 <= stems <= len(song.roles)
    for key in ("mel_dry", "mel_wet"):
        assert tensors[key].shape == (stems, 1001, 64) and tensors[key].dtype == np.float16
        assert np.isfinite(tensors[key]).all()
    assert tensors["profile"].shape == (stems, PROFILE_SIZE)
    assert tensors["profile"][:, 0] == pytest.approx(-23.0, abs=1e-4)
    assert np.abs(tensors["mel_dry"] - tensors["mel_wet"]).mean() > 0.5
    assert len(words["names"]) == len(words["captions"]) == stems


def test_the_picture_does_not_know_the_fader():
    stem = make_song(0, 2, Studio()).audio[0]
    loud, soft = (
        log_mel(torch.from_numpy(excerpt(stem * gain, SAMPLE_RATE))) for gain in (1.0, 0.1)
    )
    heard = loud > -60  # dB; below it float32 rounding shows
    assert heard.float().mean() > 0.2
    assert torch.allclose(loud[heard], soft[heard], atol=0.05)


def test_log_mel_is_the_clap_extractor():
    from transformers import ClapFeatureExtractor

    stem = make_song(0, 3, Studio()).audio[0]
    mono = excerpt(stem, SAMPLE_RATE)
    extractor = ClapFeatureExtractor(truncation="rand_trunc", padding="pad")
    theirs = extractor(mono, sampling_rate=48_000, return_tensors="pt")["input_features"][0, 0]
    ours, heard = (
        log_mel(torch.from_numpy(mono)),
        theirs > -60,
    )  # dB; below it float32 rounding shows
    assert heard.float().mean() > 0.2
    assert (ours - theirs)[heard].abs().max() < 1e-3
    assert (ours - theirs).abs().max() < 0.1


def test_splits_are_near_80_10_10_and_stable():
    counts = Counter(split_of(0, index) for index in range(3000))
    assert counts["train"] / 3000 == pytest.approx(0.8, abs=0.03)
    assert counts["valid"] / 3000 == pytest.approx(0.1, abs=0.02)
    assert split_of(0, 17) == split_of(0, 17)


def test_names_are_unique_varied_and_sometimes_say_nothing():
    roles = ("lead vocal", "backing vocals", "electric guitar", "electric guitar", "bass", "kick")
    songs = [names_for(roles, np.random.default_rng(seed)) for seed in range(1000)]
    assert all(len({name.lower() for name in names}) == len(roles) for names in songs)
    assert len({name for names in songs for name in names}) > 800
    silent = sum(all(role_from_name(name) is None for name in names) for names in songs) / 1000
    assert 0.25 < silent < 0.42


def test_captions_read_as_english():
    rng = np.random.default_rng(0)
    captions = [
        caption_for(role, words, "a line", genre, rng)
        for role in PROGRAMS
        for _, words in PROGRAMS[role]
        for genre in GENRES
        for _ in range(3)
    ]
    assert not [
        text
        for text in captions
        if " a a" in f" {text}" or " a e" in f" {text}" or "{" in text or "a a " in text
    ]
    assert len(set(captions)) > 500


def test_random_effects_are_drawn_apart_and_repeat():
    noise = np.random.default_rng(0).standard_normal((2, SAMPLE_RATE)).astype(np.float32) * 0.1
    effects = random_effects.draw(np.random.default_rng(5))
    once, twice = (random_effects.apply(noise, effects, SAMPLE_RATE) for _ in range(2))
    assert np.array_equal(once, twice)
    flat = random_effects.Effects((), None, 2.0, 100.0, None, 1.0, None, 0.2, 0.0, -6.0, None, 0)
    assert random_effects.apply(noise, flat, SAMPLE_RATE) == pytest.approx(
        noise * 0.5011872, abs=1e-5
    )


def test_a_band_of_nine_db_lifts_its_frequency_by_nine_db():
    t = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    tone = np.stack([np.sin(2 * np.pi * 1000 * t)] * 2).astype(np.float32) * 0.1
    band = random_effects.Effects(
        ((1000.0, 9.0, 1.0),), None, 2.0, 100.0, None, 1.0, None, 0.2, 0.0, 0.0, None, 0
    )
    lifted = random_effects.apply(tone, band, SAMPLE_RATE)[:, 8000:-8000]
    assert 20 * np.log10(np.std(lifted) / np.std(tone)) == pytest.approx(9.0, abs=0.1)


def test_midi_channels_become_parts_with_roles(tmp_path):
    piece = mido.MidiFile()
    track = piece.add_track()
    track.append(mido.Message("program_change", channel=0, program=33))
    track.append(mido.Message("program_change", channel=1, program=19))
    for _ in range(24):
        for channel, note in ((0, 36), (1, 60), (1, 64), (9, 36)):
            track.append(mido.Message("note_on", channel=channel, note=note, velocity=90))
        for position, (channel, note) in enumerate(((0, 36), (1, 60), (1, 64), (9, 36))):
            track.append(
                mido.Message(
                    "note_off", channel=channel, note=note, time=480 if position == 0 else 0
                )
            )
    piece.save(tmp_path / "piece.mid")
    song = read_piece(tmp_path / "piece.mid", np.random.default_rng(0), 8.0)
    assert song is not None
    assert {part.role for part in song.parts} - {"kick", "drums"} == {"bass", "organ"}
    assert [role_of_program(k) for k in (0, 30, 39, 48, 61, 81, 90)] == [
        "piano",
        "electric guitar",
        "bass",
        "strings",
        "brass",
        "synth lead",
        "synth pad",
    ]


def test_a_folder_of_real_stems_is_read(tmp_path):
    rng = np.random.default_rng(0)
    for song in ("one", "two"):
        (tmp_path / song).mkdir()
        for name in ("Bass DI", "LeadVox", "Audio 1_03"):
            soundfile.write(
                tmp_path / song / f"{name}.wav",
                rng.standard_normal((SAMPLE_RATE, 2)) * 0.05,
                SAMPLE_RATE,
            )
    songs = list(read_folder(tmp_path))
    assert [multitrack.song.name for multitrack in songs] == ["one", "two"]
    assert set(songs[0].roles) == {"bass", "lead vocal", None}
    assert songs[0].song.audio.shape == (3, 2, SAMPLE_RATE)


def test_an_empty_folder_is_refused_with_the_cure(tmp_path):
    with pytest.raises(FileNotFoundError, match="one folder of stems per song"):
        list(read_folder(tmp_path))


def test_soundfonts_play_in_tune_and_repeat():
    pytest.importorskip("fluidsynth", reason="pyfluidsynth is not installed")
    if not list(FONTS.glob("*.sf2")):
        pytest.skip(f"no .sf2 in {FONTS} (apt install fluid-soundfont-gm)")
    fonts = SoundFonts(FONTS)
    guitar = tuple(Note(0.1 + 0.31 * k, 0.4, 50 + 3 * (k % 7), 0.4 + 0.05 * k) for k in range(8))
    alone = fonts.play(guitar, 0, 25, False, 3 * SAMPLE_RATE)
    for program in (48, 90, 25):
        after = fonts.play(guitar, 0, program, False, 3 * SAMPLE_RATE)
    assert np.array_equal(after, alone)  # whatever was played before, in a song or in another
    notes = (Note(0.0, 1.0, 69, 0.8),)
    once, twice = (fonts.play(notes, 0, 73, False, SAMPLE_RATE) for _ in range(2))
    assert np.array_equal(once, twice)
    assert np.argmax(np.abs(np.fft.rfft(once.mean(axis=0)))) % 440 == pytest.approx(0, abs=8)
