"""Drills: drawn by seed, heard as they are meant, graded by arithmetic, kept through a kill."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.drills import KINDS, Answer, Drill, grade, missing
from assistant.drills_audio import clipped, cut_excerpt
from assistant.drills_draw import draw
from assistant.drills_turn import drill_call
from assistant.drills_words import example
from assistant.hearing import ToolCall
from assistant.session import Session
from assistant.tools import run_tool
from assistant.tools_drills import begin
from mixer.loudness import integrated_lufs
from mixer.song import song_from_arrays
from tests.scripted import RATE, a_context, a_song, moves, stems

NAMES = ("bass", "kick", "pad", "vocals")


@pytest.fixture
def context(tmp_path):
    with (made := a_context(tmp_path / "session", song=a_song(NAMES))).session:
        yield made


def run(context, name, **arguments):
    return run_tool(context, ToolCall(name, arguments))


def heard(context, drill: Drill, label: str) -> np.ndarray:
    """A file of a drill, (2, samples)."""
    return read_file(context, drill.files[label])


def read_file(context, path: str) -> np.ndarray:
    """An audio file in the session's folder, (2, samples)."""
    path = context.folder / path
    return np.ascontiguousarray(soundfile.read(path, dtype="float64", always_2d=True)[0].T)


def lufs(audio: np.ndarray) -> float:
    level = integrated_lufs(audio.astype(np.float32), RATE)
    assert level is not None
    return level


HIDDEN = Drill(1, "hidden_change", 0, 3.0, 0.1, {}, 0.0, stem="bass", gain_db=-3.0)
FILES = {letter: f"{letter}.wav" for letter in "AB"}
LOUDER = Drill(1, "loudness", 0, 3.0, 0.0, FILES, 0.0, gain_db=3.0)
BACK = Drill(1, "set_back", 0, 3.0, 0.0, {}, 0.0, stem="bass", gain_db=3.0)
PARTNER = Drill(1, "partner", 0, 2.0, 0.5, {}, 0.0, "kick", anchor="bass",
                options={"A": "pad", "B": "kick"})  # fmt: skip


@pytest.mark.parametrize(
    "answer, right, off_db",
    [
        (Answer("bass", "down", 2.0), True, -1.0),
        (Answer("bass", "down"), True, None),
        (Answer("bass", "down", -9.0), True, 6.0),
        (Answer("bass", "up", 3.0), False, None),
        (Answer("kick", "down", 3.0), False, None),
        (Answer(no_idea=True), False, None),
    ],
)
def test_a_hidden_change_is_right_by_stem_and_way(answer, right, off_db):
    found = grade(HIDDEN, answer)
    assert (found.right, found.off_db) == (right, off_db)
    assert grade(HIDDEN, answer) == found


@pytest.mark.parametrize(
    "said_db, right, off_db",
    [(-3.0, True, 0.0), (-4.5, True, 1.5), (-5.0, False, 2.0), (-1.5, True, -1.5), (1.0, False, 4)],
)
def test_setting_back_is_right_within_a_decibel_and_a_half(said_db, right, off_db):
    found = grade(BACK, Answer(direction="up" if said_db > 0 else "down", gain_db=said_db))
    assert found.right is right
    assert found.off_db == pytest.approx(off_db)


def test_the_partner_is_named_or_lettered():
    assert grade(PARTNER, Answer(stem="kick")).right and grade(PARTNER, Answer(choice="B")).right
    assert not grade(PARTNER, Answer(choice="A")).right
    assert missing(PARTNER, Answer(choice="C")) == ("stem",)


def test_what_an_answer_lacks_is_asked_for_and_kept():
    assert missing(HIDDEN, Answer(stem="bass")) == ("direction",)
    assert missing(BACK, Answer(gain_db=3.0)) == ("direction",)
    held = HIDDEN.having(Answer(stem="kick", gain_db=2.0))
    assert Answer(stem="bass", direction="up").over(held.said) == Answer("bass", "up", 2.0)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_draws_the_same_drill(context, kind):
    first, again = (draw(context, 1, kind, 4.0, 5) for _ in range(2))
    places = {"files": 0, "parts": 0}
    assert first.as_data() | places == again.as_data() | places
    for label in first.files:
        assert np.array_equal(heard(context, first, label), heard(context, again, label))


def test_a_level_to_set_back_comes_with_the_stem_and_the_rest_apart(context):
    drill = draw(context, 1, "set_back", 4.0, 5)
    assert set(drill.parts) == {"stem", "rest"} and set(drill.files) == {"before", "after"}
    apart = {name: read_file(context, path) for name, path in drill.parts.items()}
    back = 10.0 ** (-drill.gain_db / 20.0)
    for label, factor in (("after", 1.0), ("before", back)):
        made = apart["rest"] + factor * apart["stem"]
        assert np.abs(made - heard(context, drill, label)).max() < 1e-5
    assert draw(context, 2, "hidden_change", 4.0, 5).parts == {}


def test_other_seeds_draw_other_drills(context):
    drawn = [draw(context, 1, "hidden_change", 4.0, seed) for seed in range(12)]
    assert {drill.stem for drill in drawn} == set(NAMES)
    assert {drill.gain_db for drill in drawn} == {4.0, -4.0}


@pytest.mark.parametrize("seed", range(4))
def test_a_hidden_3_db_is_3_db_on_that_stem_alone(context, seed):
    drill = draw(context, 1, "hidden_change", 3.0, seed)
    assert abs(drill.gain_db) == 3.0
    before, after = (heard(context, drill, label) for label in ("before", "after"))
    tracks = np.stack([context.song.audio[at].ravel() for at in range(len(NAMES))]).T
    own, found = (np.linalg.lstsq(tracks, mix.ravel(), rcond=None)[0] for mix in (before, after))
    changed_db = dict(zip(NAMES, 20.0 * np.log10(found / own), strict=True))
    assert changed_db.pop(drill.stem) == pytest.approx(drill.gain_db, abs=0.1)
    assert max(map(abs, changed_db.values())) < 0.01


def test_it_is_the_song_as_it_stands_that_is_heard(context):
    assert run(context, "apply_moves", moves=moves(vocals=6.0)).ok
    drill = draw(context, 1, "hidden_change", 3.0, 0)
    before = heard(context, drill, "before")
    tracks = np.stack([context.song.audio[at].ravel() for at in range(len(NAMES))]).T
    gains = np.linalg.lstsq(tracks, before.ravel(), rcond=None)[0]
    assert 20 * np.log10(gains[3] / gains[0]) == pytest.approx(6.0, abs=0.01)


def test_levels_are_matched_only_where_level_is_not_the_question(context):
    clipping = draw(context, 1, "clipping", 12.0, 0)
    levels = [lufs(heard(context, clipping, label)) for label in "ABCD"]
    assert max(levels) - min(levels) < 0.1
    for kind, size_db in (("loudness", 4.0), ("bias", 1.0)):
        drill = draw(context, 1, kind, size_db, 0)
        apart = lufs(heard(context, drill, "B")) - lufs(heard(context, drill, "A"))
        assert apart == pytest.approx(drill.gain_db, abs=0.05)
        assert abs(drill.gain_db) == size_db
    partner = draw(context, 1, "partner", 3.0, 0)
    base = lufs(heard(context, partner, "anchor"))
    for letter, stem in partner.options.items():
        apart = lufs(heard(context, partner, letter)) - base
        assert apart == pytest.approx(partner.levels_lu[stem], abs=0.1)


def test_the_partner_is_the_nearest_by_the_meter(context):
    for seed in range(6):
        drill = draw(context, 1, "partner", 3.0, seed)
        off = {name: abs(level) for name, level in drill.levels_lu.items()}
        nearest, *others = sorted(off, key=off.__getitem__)
        assert nearest == drill.stem and len(others) >= 1
        assert min(off[name] for name in others) - off[nearest] >= 0.95


def test_only_the_clipped_file_is_clipped(context):
    drill = draw(context, 1, "clipping", 6.0, 2)
    flat = {}
    for label in "ABCD":
        audio = heard(context, drill, label)
        flat[label] = np.mean(np.abs(audio) > 0.999 * np.abs(audio).max())
    assert flat.pop(drill.choice) > 0.01 > 1e-4 > max(flat.values())
    cut = clipped(np.array([[1.0, -1.0, 0.2], [0.5, 0.0, 0.0]]), 20 * np.log10(2))
    assert np.allclose(cut, [[0.5, -0.5, 0.2], [0.5, 0.0, 0.0]])


def test_an_excerpt_is_cut_where_the_stem_plays(tmp_path):
    made = stems(20.0, NAMES)
    made["kick"][: 10 * RATE] = 0.0
    song = song_from_arrays("late", made, RATE)
    with (context := a_context(tmp_path / "session", song=song)).session as session:
        for seed in range(5):
            rng = np.random.default_rng(seed)
            cut = cut_excerpt(song, session.state(), [1], rng)
            assert cut.stems.shape == (4, 2, 8 * RATE)
            assert cut.start_s >= 7.5  # at most 30 % of it before the kick comes in
            assert np.array_equal(
                cut.stems[0], context.song.audio[0, :, int(cut.start_s * RATE) :][:, : 8 * RATE]
            )


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_is_shown_tells_the_answer(context, kind):
    for seed in range(8):
        result = begin(context, kind, "medium", seed)
        assert result.ok, result.text
        drill = context.session.drill
        shown = f"{result.text} {json.dumps(result.data | {'left': None})}"
        assert "gain_db" not in shown and "choice" not in shown and "levels" not in shown
        if kind in ("hidden_change", "loudness", "bias"):
            assert not any(name in shown for name in NAMES)
        assert {Path(path).stem for path in drill.files.values()} == set(drill.files)
        assert example(drill, NAMES) == example(
            replace(drill, stem="pad", gain_db=-drill.gain_db), NAMES
        )


def test_an_open_drill_is_there_again_after_the_session_is_opened_anew(context):
    assert run(context, "start_drill").ok
    assert run(context, "answer_drill", direction="up").data["wanted"] == ["which stem"]
    before = context.session.drill
    context.session.close()
    with Session.open(context.song, context.folder) as again:
        assert again.drill == before and again.drill.said == Answer(direction="up")
        context.session = again
        result = run(context, "answer_drill", stem=before.stem)
        assert result.data["right"] is (before.gain_db > 0)
        assert again.drill is None


def test_a_drill_of_a_stem_that_is_gone_is_closed(context):
    begin(context, "hidden_change", "easy", 0)
    gone = context.session.drill.stem
    context.session.close()
    kept = [name for name in NAMES if name != gone]
    with Session.open(a_song(kept), context.folder) as again:
        assert again.drill is None


def test_grading_tells_what_it_was_and_what_to_hear(context):
    begin(context, "hidden_change", "easy", 1)
    drill = context.session.drill
    way = "up" if drill.gain_db > 0 else "down"
    result = run(context, "answer_drill", stem=drill.stem, direction=way, gain_db=4.0)
    assert result.data["right"] and result.data["off_db"] == -2.0
    assert result.text == (
        f"drill 1: right, size off by 2.0 dB; {drill.stem} had been moved {drill.gain_db:+.1f} dB"
    )
    assert result.data["hear"] == "after.wav" and result.data["why"]
    assert "no drill is open" in run(context, "answer_drill", stem="bass").text


def answer_in_words(context, *texts):
    """The result of the last of some answers, each heard and graded as in a turn."""
    return [run_tool(context, drill_call(context, text)) for text in texts][-1]


@pytest.mark.parametrize("way", [1.0, -1.0])
@pytest.mark.parametrize("texts", [("down", "about 3"), ("about 3", "down"), ("minus 3",)])
def test_a_size_turns_no_way_round(context, texts, way):
    context.session.begin_drill(replace(LOUDER, gain_db=3.0 * way))
    result = answer_in_words(context, *texts)
    assert result.data["right"] is (way < 0) and context.session.drill is None


def test_a_size_alone_says_no_way(context):
    context.session.begin_drill(LOUDER)
    assert "up or down" in answer_in_words(context, "3 dB").text
    assert context.session.drill.said == Answer(gain_db=3.0)
    assert answer_in_words(context, "up").data["right"]
    context.session.begin_drill(LOUDER)
    assert run(context, "answer_drill", gain_db=-3.0).data["right"] is False


def test_stop_ends_it_without_counting(context):
    run(context, "start_drill")
    result = run(context, "answer_drill", stop=True)
    assert result.ok and context.session.drill is None
    assert result.data["stopped"] == {"answered": 0, "right": 0, "threshold_db": None}
    assert not (context.folder / "learner.jsonl").exists()


def test_a_new_drill_leaves_the_open_one_and_tells_it(context):
    run(context, "start_drill")
    first = context.session.drill
    result = run(context, "start_drill")
    assert result.data["left"]["stem"] == first.stem
    assert context.session.drill.number == 2


def test_right_answers_make_it_smaller(context):
    sizes = []
    for _ in range(4):
        run(context, "start_drill", kind="hidden_change")
        drill = context.session.drill
        sizes.append(drill.size_db)
        way = "up" if drill.gain_db > 0 else "down"
        assert run(context, "answer_drill", stem=drill.stem, direction=way).data["right"]
    assert sizes[0] == 6.0 and sizes == sorted(sizes, reverse=True) and sizes[-1] <= 2.0
    assert drill.guess == pytest.approx(1 / 8)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_refused_where_all_is_muted(context, kind):
    for name in NAMES:
        run(context, "set_mute", stem=name, muted=True)
    refused = run(context, "start_drill", kind=kind)
    assert not refused.ok and "0 of the stems can be heard" in refused.text
    assert context.session.drill is None


def test_what_a_song_does_not_allow_is_said_or_left_out(tmp_path):
    with (context := a_context(tmp_path / "one", song=a_song(("bass",)))).session:
        refused = run(context, "start_drill", kind="hidden_change")
        assert not refused.ok and "1 of the stems can be heard and 2 are needed" in refused.text
        assert run(context, "start_drill").ok
        assert context.session.drill.kind in ("clipping", "loudness", "bias")
    with (context := a_context(tmp_path / "four", song=a_song(NAMES))).session:
        for name in NAMES:
            run(context, "set_mute", stem=name, muted=True)
        refused = run(context, "start_drill")
        assert not refused.ok and "unmute" in refused.text
        assert context.session.drill is None
