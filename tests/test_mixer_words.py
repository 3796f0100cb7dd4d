"""Words to sound: what is understood, what it does as measured, and that nothing else changes."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mixer.console import INDEX, PARAMETERS, neutral_settings, process
from mixer.fader import song_lufs
from mixer.megami.mixer import render_takes
from mixer.moves import MixState
from mixer.song import Song, song_from_arrays
from mixer.words import Wish, WordsError, read, understood
from mixer.words_map import FORMS, NOT_HERE, QUALITIES
from mixer.words_shape import neutral_with, shape, told
from tests.word_stems import (
    OCTAVES_HZ,
    RATE,
    STEMS,
    centroid_hz,
    crest_db,
    lufs,
    made,
    octaves_db,
    share,
    width_db,
)

ALMOST_NOTHING_DB = -20.0  # an octave this far under the stem's loudness is not heard beside it


@pytest.fixture(scope="module")
def song() -> Song:
    return song_from_arrays("words", {name: made(name) for name in STEMS}, RATE)


def asked(song: Song, stem: str, *words: str) -> MixState:
    """The state after asking for words, one after the other."""
    state, index = MixState.untouched(len(song.names)), song.names.index(stem)
    for text in words:
        shaped = shape(neutral_with(state.sound_of(index)), understood(text).wishes)
        state = state.shaped(song.names, stem, shaped.sound)
    return state


def heard(song: Song, stem: str, *words: str) -> tuple[np.ndarray, np.ndarray]:
    """One stem (2, n) before and after words, and proof that all others are the same to the bit."""
    index = song.names.index(stem)
    stems = render_takes(song, None, asked(song, stem, *words), effects=False)[0].stems
    for other in range(len(song.names)):
        assert other == index or np.array_equal(stems[other], song.audio[other])
    return song.audio[index], stems[index]


# ---- understanding


@pytest.mark.parametrize(
    ("text", "told_again"),
    [
        ("brighter", "brighter"),
        ("less muddy", "less muddy"),
        ("not so harsh", "less harsh"),
        ("more warmth", "warmer"),
        ("too boomy", "less boomy"),
        ("boomy", "less boomy"),
        ("make it boomy", "boomier"),
        ("a bit brighter", "a bit brighter"),
        ("much less boomy, and warmer", "much less boomy, and warmer"),
        ("warm it up a little", "a bit warmer"),
        ("warmer and less harsh", "warmer and less harsh"),
        ("less bright and thin", "darker and fuller"),
        ("way too bright", "much darker"),
        ("brightr", "brighter"),
        ("wramer and smoohter", "warmer and smoother"),
        ("not bright enough", "brighter"),
        ("there is no punch in it", "punchier"),
        ("it is not warm", "warmer"),
        ("no reverb", "drier"),
        ("take the mud out", "less muddy"),
        ("push it further back", "further back"),
        ("even brighter", "brighter"),
        ("more even", "more even"),
        ("like an old radio", "more like a radio"),
        ("it sounds like an old radio", "less like a radio"),
        ("don't touch the volume, but brighter", "brighter"),
    ],
)
def test_words_are_read(text: str, told_again: str) -> None:
    assert str(read(text)) == told_again
    again = read(told_again)
    assert str(again) == told_again
    assert [wish.amount for wish in again.wishes] == [wish.amount for wish in read(text).wishes]


def test_the_map_is_wide_and_each_telling_is_read_as_itself() -> None:
    assert len({form for form in FORMS}) > 300 and len(QUALITIES) > 30
    for name in QUALITIES:
        for way in (1.0, -1.0):
            for amount in (0.25, 0.5, 0.75, 1.0):
                (again,) = read(str(Wish(name, way, amount, ""))).wishes
                assert (again.quality, again.way, again.amount) == (name, way, amount)


def test_what_is_not_understood_is_told() -> None:
    assert read("velvet and brighter").unknown == ("velvet",)
    assert read("more crunch").absent == (NOT_HERE["crunch"],) == ("distortion",)
    with pytest.raises(WordsError, match="needs distortion, and the console has none"):
        understood("dirtier")
    with pytest.raises(WordsError, match="'unchy' is no mixing word.* try punchy"):
        understood("unchy")
    assert read("turn the kick up by three").wishes == ()


# ---- measured

MEASURED: list[tuple[str, str, Callable[[np.ndarray], float], float]] = [
    ("brighter", "voice", centroid_hz, 1.0),
    ("brighter", "drums", centroid_hz, 1.0),
    ("brighter", "guitar", centroid_hz, 1.0),
    ("darker", "guitar", centroid_hz, -1.0),
    ("less boomy", "voice", lambda audio: share(audio, 60, 250), -1.0),
    ("less boomy", "guitar", lambda audio: share(audio, 60, 250), -1.0),
    ("less boomy", "drums", lambda audio: share(audio, 60, 250), -1.0),
    ("warmer", "voice", lambda audio: share(audio, 150, 500) - share(audio, 4000, 16000), 1.0),
    ("warmer", "guitar", lambda audio: share(audio, 150, 500) - share(audio, 4000, 16000), 1.0),
    ("wider", "pad", width_db, 1.0),
    ("narrower", "pad", width_db, -1.0),
    ("punchier", "drums", crest_db, 1.0),
    ("punchier", "voice", crest_db, 1.0),
    ("less muddy", "guitar", lambda audio: share(audio, 200, 450), -1.0),
    ("less boxy", "voice", lambda audio: share(audio, 400, 630), -1.0),
    ("less nasal", "voice", lambda audio: share(audio, 850, 1200), -1.0),
    ("less harsh", "guitar", lambda audio: share(audio, 3000, 4200), -1.0),
    ("less sibilant", "voice", lambda audio: share(audio, 6300, 7800), -1.0),
    ("thinner", "voice", lambda audio: share(audio, 20, 180), -1.0),
    ("airier", "voice", lambda audio: share(audio, 12000, 20000), 1.0),
    ("less rumble", "drums", lambda audio: share(audio, 10, 40), -1.0),
    ("underwater", "guitar", centroid_hz, -1.0),
]
CONCERNED = {  # octaves in which a word does its work; in the others nothing may change
    "brighter": {8000, 16000}, "darker": {8000, 16000}, "airier": {8000, 16000},
    "less boomy": {63, 125, 250}, "warmer": {63, 125, 250, 8000, 16000}, "less muddy": {250, 500},
    "less boxy": {500, 250}, "less nasal": {1000, 500}, "less harsh": {4000, 2000},
    "less sibilant": {8000, 4000}, "thinner": {63, 125, 250}, "less rumble": {63},
    "underwater": {2000, 4000, 8000, 16000},
}  # fmt: skip


@pytest.mark.parametrize(("words", "stem", "measure", "way"), MEASURED)
def test_a_word_does_what_it_says_and_nothing_else(
    song: Song, words: str, stem: str, measure: Callable[[np.ndarray], float], way: float
) -> None:
    before, after = heard(song, stem, words)
    gained = (measure(after) - measure(before)) * way
    assert gained > (0.02 * measure(before) if measure is centroid_hz else 0.3)
    assert lufs(after) == pytest.approx(lufs(before), abs=0.1)
    change = octaves_db(after) - octaves_db(before)
    audible = octaves_db(before) > ALMOST_NOTHING_DB
    concerned = np.array([hz in CONCERNED.get(words, ()) for hz in OCTAVES_HZ])
    others = change[~concerned & audible]
    assert np.abs(others - np.median(others)).max() < 1.0
    power = 10.0 ** (octaves_db(before) / 10.0)
    if power[concerned].sum() < 0.5 * power.sum():  # else all comes up alike, as loudness is kept
        assert np.abs(others).max() < 1.0


@pytest.mark.parametrize("stem", ["voice", "guitar"])
def test_further_back_is_more_room_and_less_level(song: Song, stem: str) -> None:
    index = song.names.index(stem)
    shaped = shape(neutral_with({}), read("further back").wishes)
    assert -3.0 <= shaped.gain_db <= -1.5
    state = asked(song, stem, "further back")
    state = MixState(
        tuple(shaped.gain_db if at == index else 0.0 for at in range(len(song.names))),
        state.pan,
        state.muted,
        state.sound,
    )
    after = render_takes(song, None, state, effects=False)[0].stems
    change = lufs(after[index]) - lufs(song.audio[index])
    assert change == pytest.approx(shaped.gain_db, abs=0.1)
    assert all(np.array_equal(after[k], song.audio[k]) for k in range(len(STEMS)) if k != index)
    once, twice = (direct_to_reverberant_db(song.audio[index], words) for words in (1, 2))
    assert direct_to_reverberant_db(song.audio[index], 0) > 100.0 > once > twice + 3.0


def direct_to_reverberant_db(stem: np.ndarray, times: int) -> float:
    sound: dict[str, float] = {}
    for _ in range(times):
        sound |= shape(neutral_with(sound), read("further back").wishes).sound
    made_of = process(
        torch.from_numpy(stem)[None], torch.from_numpy(neutral_with(sound))[None], RATE
    )
    direct, wet = (float(part.square().sum()) for part in (made_of.direct, made_of.wet))
    return 10.0 * np.log10(direct / (wet + 1e-20))


def test_drier_lowers_the_send_and_switches_it_off() -> None:
    wet = shape(neutral_with({}), read("wetter").wishes).sound
    drier = shape(neutral_with(wet), read("drier").wishes).sound
    off = shape(neutral_with(drier), read("much drier").wishes).sound
    assert wet["send_db"] == -18.0 > drier["send_db"] == -24.0 > off["send_db"] == -60.0
    assert told(off) == ("reverb stays off",)


def test_asking_again_goes_further_and_amounts_scale(song: Song) -> None:
    once, twice, thrice = (
        centroid_hz(heard(song, "voice", *["brighter"] * times)[1]) for times in (1, 2, 3)
    )
    bit, much = (
        centroid_hz(heard(song, "voice", words)[1]) for words in ("a bit brighter", "much brighter")
    )
    voice = song.names.index("voice")
    assert centroid_hz(song.audio[voice]) < bit < once < twice < thrice
    assert much == pytest.approx(twice, rel=0.01)
    state = asked(song, "voice", *["much brighter"] * 6)
    assert state.sound_of(voice)["high_shelf_db"] == 12.0


def test_what_was_asked_before_stays(song: Song) -> None:
    state = asked(song, "voice", "brighter", "less boxy", "wetter")
    assert told(state.sound_of(song.names.index("voice"))) == (
        "-2.5 dB at 500 Hz",
        "+2.5 dB above 8.0 kHz",
        "reverb -18.0 dB",
    )
    both = shape(neutral_with({}), read("less muddy and less boxy").wishes)
    assert both.changes({}) == ("-5.5 dB at 380 Hz",)


def test_two_rooms_are_one_room_and_leave_each_other_alone(song: Song) -> None:
    one = asked(song, "voice", "wetter")
    both = one.shaped(song.names, "pad", {"send_db": -9.0})
    renders = [render_takes(song, None, state, effects=False)[0].stems for state in (one, both)]
    voice, pad = song.names.index("voice"), song.names.index("pad")
    assert np.array_equal(renders[0][voice], renders[1][voice])
    assert not np.array_equal(renders[0][pad], renders[1][pad])


# ---- any word, any amount, any settings

LOW = np.array([parameter.low for parameter in PARAMETERS])
HIGH = np.array([parameter.high for parameter in PARAMETERS])
NOISE = np.random.default_rng(0).standard_normal((2, RATE // 2)).astype(np.float32) * 0.05


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    words=st.sampled_from(sorted(" ".join(form) for form in FORMS)),
    amount=st.floats(0.0, 1.0),
    seed=st.integers(0, 10**6),
)
def test_any_word_keeps_the_limits_and_its_opposite_goes_back(
    words: str, amount: float, seed: int
) -> None:
    before = np.random.default_rng(seed).uniform(LOW, HIGH).astype(np.float32)
    (wish, *_) = read(words).wishes
    there, back = (shape(before, [Wish(wish.quality, way, amount, words)]) for way in (1.0, -1.0))
    for shaped in (there, back):
        values = np.array([shaped.sound.get(p.name, p.neutral) for p in PARAMETERS])
        assert (values >= LOW).all() and (values <= HIGH).all()
        assert abs(shaped.gain_db) <= 3.0
    for knob in there.sound.keys() & QUALITIES[wish.quality].by.keys():
        was = float(before[INDEX[knob]])
        up = (there.sound[knob] - was) * QUALITIES[wish.quality].by[knob]
        down = (back.sound[knob] - was) * QUALITIES[wish.quality].by[knob]
        assert up >= 0.0 >= down
    assert there.gain_db == -back.gain_db


@settings(max_examples=25, deadline=None, derandomize=True)
@given(words=st.sampled_from(sorted(" ".join(form) for form in FORMS)), amount=st.floats(0.0, 1.0))
def test_any_word_leaves_the_loudness_as_it_was(words: str, amount: float) -> None:
    song = song_from_arrays("noise", {"noise": NOISE, "other": NOISE[:, ::-1].copy()}, RATE)
    wishes = [Wish(wish.quality, wish.way, amount, "") for wish in read(words).wishes]
    sound = shape(neutral_with({}), wishes).sound
    state = MixState.untouched(2).shaped(song.names, "noise", sound)
    stems = render_takes(song, None, state, effects=False)[0].stems
    levels = [song_lufs(audio, RATE) for audio in (stems[0], song.audio[0])]
    assert levels[0] == pytest.approx(levels[1], abs=0.1)
    assert np.array_equal(stems[1], song.audio[1])


def test_nothing_asked_is_nothing_done() -> None:
    assert shape(neutral_settings(1)[0].numpy(), ()).sound == {}
    assert MixState.untouched(2).shaped(("a", "b"), "a", {}) == MixState.untouched(2)
