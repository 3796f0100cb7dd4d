"""Words in takes: what was asked is held to the bit, and a style moves a mix as a whole."""

from dataclasses import replace

import numpy as np
import pytest

from mixer.console import INDEX
from mixer.megami.contents import join
from mixer.megami.facts import stem_facts
from mixer.megami.mixer import Megami, TakeError, render_takes, shipped
from mixer.moves import MixState
from mixer.song import Song, song_from_arrays
from mixer.words import WordsError, read
from mixer.words_shape import neutral_with, shape
from mixer.words_take import low_share
from tests.word_stems import RATE, STEMS, centroid_hz, lufs, made, share, width_db


@pytest.fixture(scope="module")
def song() -> Song:
    return song_from_arrays("words", {name: made(name) for name in STEMS}, RATE)


@pytest.fixture(scope="module")
def megami() -> Megami:
    return shipped()


def contents(song: Song) -> np.ndarray:
    rng = np.random.default_rng(0)
    embedding = rng.standard_normal((len(song.names), 128))
    embedding /= np.linalg.norm(embedding, axis=1, keepdims=True)
    facts = [stem_facts(stem, song.sample_rate) for stem in song.audio]
    return join(embedding, np.array(facts), [None] * len(song.names))


def asked(song: Song, stem: str, words: str) -> MixState:
    sound = shape(neutral_with({}), read(words).wishes).sound
    return MixState.untouched(len(song.names)).shaped(song.names, stem, sound)


@pytest.mark.parametrize("words", ["brighter and punchier", "wetter", "drier", "less boomy"])
def test_what_was_asked_is_held_in_every_take_and_nobody_else_changes(
    song: Song, megami: Megami, words: str
) -> None:
    state, index = asked(song, "voice", words), song.names.index("voice")
    embedding = contents(song)
    plain = render_takes(song, embedding, MixState.untouched(4), takes=2, seed=3, megami=megami)
    takes = render_takes(song, embedding, state, takes=2, seed=3, megami=megami)
    for before, after in zip(plain, takes, strict=True):
        for knob, value in state.sound_of(index).items():
            assert after.settings[index, INDEX[knob]] == np.float32(value)
        others = [k for k in range(4) if k != index]
        assert all(np.array_equal(before.stems[k], after.stems[k]) for k in others)
        assert not np.array_equal(before.stems[index], after.stems[index])
        assert lufs(after.stems[index]) == pytest.approx(lufs(song.audio[index]), abs=0.1)


def test_a_move_and_a_mute_go_with_a_sound(song: Song) -> None:
    state = asked(song, "voice", "brighter")
    index = song.names.index("voice")
    gains = tuple(3.0 if k == index else 0.0 for k in range(4))
    take = render_takes(song, None, replace(state, gain_db=gains), effects=False)[0]
    assert lufs(take.stems[index]) == pytest.approx(lufs(song.audio[index]) + 3.0, abs=0.1)
    muted = replace(state, muted=tuple(k == index for k in range(4)))
    assert not render_takes(song, None, muted, effects=False)[0].stems[index].any()


@pytest.mark.parametrize(
    ("style", "measure", "way"),
    [
        ("brighter", centroid_hz, 1.0),
        ("darker", centroid_hz, -1.0),
        ("warm vintage", lambda mix: share(mix, 60, 500) - share(mix, 4000, 16000), 1.0),
        ("wide", width_db, 1.0),
        ("spacious", width_db, 1.0),
    ],
)
def test_a_style_moves_the_mix_as_a_whole(
    song: Song, megami: Megami, style: str, measure, way: float
) -> None:
    embedding, state = contents(song), MixState.untouched(4)
    plain, styled = (
        render_takes(song, embedding, state, takes=2, seed=5, style=words, megami=megami)
        for words in (None, style)
    )
    for before, after in zip(plain, styled, strict=True):
        assert (measure(after.mix) - measure(before.mix)) * way > 0.0
        for one, other in zip(before.stems, after.stems, strict=True):
            assert lufs(other) == pytest.approx(lufs(one), abs=0.1)
        pan, level = INDEX["pan"], INDEX["level_db"]
        assert np.array_equal(before.settings[:, [pan, level]], after.settings[:, [pan, level]])


def test_a_style_leaves_what_was_asked(song: Song, megami: Megami) -> None:
    state, index = asked(song, "voice", "much brighter"), song.names.index("voice")
    take = render_takes(song, contents(song), state, style="much darker", megami=megami)[0]
    assert take.settings[index, INDEX["high_shelf_db"]] == 5.0


def test_low_stems_are_kept_out_of_a_styles_room(song: Song, megami: Megami) -> None:
    lows = np.sin(2 * np.pi * 60 * np.arange(song.audio.shape[2]) / RATE).astype(np.float32)
    assert low_share(np.stack([lows, lows]), RATE) > 0.99
    assert low_share(song.audio[song.names.index("voice")], RATE) < 0.4


def test_styles_are_refused_where_they_cannot_be_followed(song: Song) -> None:
    state = MixState.untouched(4)
    with pytest.raises(TakeError, match="a style needs them on"):
        render_takes(song, None, state, effects=False, style="warm")
    with pytest.raises(WordsError, match="no mixing word"):
        render_takes(song, contents(song), state, style="blorgish")
