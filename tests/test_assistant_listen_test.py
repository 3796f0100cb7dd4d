"""Making a listening test: balanced orders, matched stimuli, a page that knows no system."""

import json
from collections import Counter

import numpy as np
import pytest
import soundfile
from scipy import signal

from assistant.listen_test.design import Screen, balance, lay_out, williams
from assistant.listen_test.kit import TestOptions, make, read_key, read_plan
from assistant.listen_test.sources import TestError, read_sources
from mixer.loudness import integrated_lufs
from mixer.stimuli import StimulusError, low_anchor

RATE = 44100
SYSTEMS = ("human", "megami", "raw sum")


def mixes(folder, songs=2, systems=SYSTEMS, seconds=2.0):
    """Noise mixes 3 dB apart, the second half 12 dB louder than the first."""
    rng = np.random.default_rng(0)
    for song in range(songs):
        (folder / f"song {song}").mkdir(parents=True)
        for place, system in enumerate(systems):
            noise = rng.standard_normal((round(seconds * RATE), 2)) * 0.05
            noise *= 10 ** (-3 * place / 20)
            noise[: len(noise) // 2] *= 0.25
            soundfile.write(folder / f"song {song}" / f"{system}.wav", noise, RATE)
    return folder


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6, 7])
def test_each_follows_each_other_equally_often(count):
    rows = williams(count)
    assert all(sorted(row) == list(range(count)) for row in rows)
    follows = Counter(pair for row in rows for pair in zip(row, row[1:], strict=False))
    assert set(follows.values()) == {1 if count % 2 == 0 else 2}
    assert len(follows) == count * (count - 1)


def test_a_full_cycle_of_listeners_is_balanced_and_the_seed_decides():
    screens = [Screen(f"s{n}", "song", ("a", "b", "c", "d")) for n in range(3)]
    found = balance(lay_out(screens, 12, seed=1))
    assert (found.screens, found.letters, found.cycle) == ((4, 4), (3, 3), 12)
    assert found.told(12).endswith("balanced")
    assert balance(lay_out(screens, 10, seed=1)).letters == (2, 3)
    assert lay_out(screens, 5, seed=1) == lay_out(screens, 5, seed=1)
    assert lay_out(screens, 5, seed=1) != lay_out(screens, 5, seed=2)
    assert lay_out(screens, 5, seed=1) == lay_out(screens, 12, seed=1)[:5]


def test_stimuli_are_the_loudest_part_matched_and_nobody_can_tell_them_apart(tmp_path):
    songs = read_sources(mixes(tmp_path / "mixes"), "rate")
    options = TestOptions(listeners=4, seconds=0.9, reference="human", low_anchor=True)
    made = make(songs, tmp_path / "test", options)
    page = tmp_path / "test" / "page"
    levels = []
    for file in (page / "stimuli").iterdir():
        audio, rate = soundfile.read(file, always_2d=True)
        levels.append(integrated_lufs(np.ascontiguousarray(audio.T.astype(np.float32)), rate))
        assert audio.shape == (round(0.9 * RATE), 2)
    assert len(levels) == 2 * (3 + 1 + 1)  # hidden reference among three, reference, low anchor
    assert max(levels) - min(levels) < 0.1
    assert all(region.start_s >= 1.0 for region in made.regions.values())  # the loud half
    offsets = {(s.song, s.system, s.role): s.offset_db for s in made.stimuli.values()}
    assert max(offsets.values()) <= 0.0
    between = offsets["song 0", "raw sum", "system"] - offsets["song 0", "megami", "system"]
    assert between == pytest.approx(3.0, abs=0.2)
    text = "".join(
        file.read_text() for file in page.iterdir() if file.is_file() and file.suffix != ".css"
    )
    assert not [name for name in (*SYSTEMS, "song 0", "low anchor") if f'"{name}"' in text]
    plan = read_plan(tmp_path / "test")
    assert all(s["audio"] == sorted(s["audio"]) for s in plan["screens"].values())
    assert list(plan["screens"]) == sorted(plan["screens"])


def test_the_low_anchor_keeps_to_the_standard_and_is_not_late():
    click = np.zeros((2, RATE), np.float32)
    click[:, RATE // 2] = 1.0
    low = low_anchor(click, RATE)
    assert int(np.abs(low[0]).argmax()) == RATE // 2
    hz, response = signal.freqz(low[0], worN=RATE, fs=RATE)
    gain_db = 20 * np.log10(np.abs(response) + 1e-12)
    assert np.abs(gain_db[hz <= 3500]).max() < 0.1
    assert gain_db[hz >= 4000].max() < -25 and gain_db[hz >= 4500].max() < -50


def test_every_pair_meets_once_a_song_and_its_sides_change(tmp_path):
    songs = read_sources(mixes(tmp_path / "mixes"), "compare")
    make(songs, tmp_path / "test", TestOptions("compare", listeners=2, seconds=0.8))
    plan = read_plan(tmp_path / "test")
    key = read_key(tmp_path / "test", plan)
    sides = [
        {s["screen"]: tuple(key[one].system for one in s["stimuli"]) for s in order}
        for order in plan["orders"]
    ]
    met = Counter(tuple(sorted(pair)) for pair in sides[0].values())
    assert met == {("human", "megami"): 2, ("human", "raw sum"): 2, ("megami", "raw sum"): 2}
    assert all(sides[0][screen] == sides[1][screen][::-1] for screen in sides[0])


def test_advice_is_shown_without_its_author_and_with_the_mix(tmp_path):
    folder = mixes(tmp_path / "songs", systems=("mix",))
    for song in folder.iterdir():
        (song / "gainsay.txt").write_text("vocals +3.0 dB")
        (song / "engineer.txt").write_text("bring the voice up a touch")
    make(read_sources(folder, "advice"), tmp_path / "test", TestOptions("advice", 4, seconds=1))
    plan = read_plan(tmp_path / "test")
    assert list(plan["items"]) == ["effective", "actionable", "conventional", "clear"]
    texts = Counter(text for s in plan["screens"].values() for text in s["texts"].values())
    assert texts == {"vocals +3.0 dB": 2, "bring the voice up a touch": 2}
    assert all(len(s["audio"]) == 1 for s in plan["screens"].values())


def test_what_cannot_be_compared_is_refused_and_nothing_is_left(tmp_path):
    folder = mixes(tmp_path / "mixes")
    (folder / "song 1" / "raw sum.wav").unlink()
    with pytest.raises(TestError, match="song 1 has no raw sum, which other songs have"):
        read_sources(folder, "rate")
    soundfile.write(folder / "song 1" / "raw sum.wav", np.ones((RATE * 9, 2)) * 0.1, RATE)
    with pytest.raises(StimulusError, match=r"lasts 9\.0 s .* must begin and end together"):
        make(read_sources(folder, "rate"), tmp_path / "test", TestOptions())
    soundfile.write(folder / "song 1" / "raw sum.wav", np.zeros((RATE * 2, 2)), RATE)
    with pytest.raises(StimulusError, match="silent"):
        make(read_sources(folder, "rate"), tmp_path / "test", TestOptions(seconds=1))
    assert [path.name for path in tmp_path.iterdir()] == ["mixes"]
    with pytest.raises(TestError, match="a low anchor is made from the reference"):
        make(read_sources(folder, "rate"), tmp_path / "test", TestOptions(low_anchor=True))


def test_a_changed_key_is_seen(tmp_path):
    make(read_sources(mixes(tmp_path / "m"), "rate"), tmp_path / "test", TestOptions(seconds=1))
    key = tmp_path / "test" / "key.json"
    swapped = json.loads(key.read_text())
    first, second, *_ = swapped["stimuli"]
    swapped["stimuli"][first], swapped["stimuli"][second] = (
        swapped["stimuli"][second],
        swapped["stimuli"][first],
    )
    key.write_text(json.dumps(swapped))
    with pytest.raises(TestError, match="was changed since the test was made"):
        read_key(tmp_path / "test", read_plan(tmp_path / "test"))
