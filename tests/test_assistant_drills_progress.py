"""A learner's file: one line an answer, read whatever befell it, told in plain words and drawn."""

import json
from dataclasses import replace

import pytest

from assistant.console_view import ChartError
from assistant.drills import Answer, Drill, Grade
from assistant.drills_chart import write_progress_chart
from assistant.drills_progress import (
    Answered,
    ProgressError,
    adapted_size_db,
    add_answer,
    answered,
    hearing_of,
    read_progress,
    summary,
)

BIAS = Drill(3, "bias", 9, 1.0, 1 / 3, {}, 0.0, gain_db=-1.0, choice="same")


def hidden(size_db: float, right: bool) -> Answered:
    return Answered("hidden_change", size_db, right, 0.1)


def test_answers_are_added_and_read_back(tmp_path):
    path = tmp_path / "mine" / "learner.jsonl"
    assert read_progress(path) == []
    first = answered("song", BIAS, Answer(choice="A"), Grade(False))
    assert (first.louder, first.choice, first.seed) == ("A", "A", 9)
    add_answer(path, first)
    add_answer(path, hidden(3.0, True))
    assert read_progress(path) == [first, hidden(3.0, True)]
    assert [json.loads(line)["kind"] for line in path.read_text().splitlines()] == [
        "bias", "hidden_change"
    ]  # fmt: skip


def test_a_torn_line_and_a_strange_one_cost_only_themselves(tmp_path):
    path = tmp_path / "learner.jsonl"
    add_answer(path, hidden(6.0, True))
    with path.open("ab") as file:
        file.write(b'{"kind": "unheard_of", "size_db": 1, "right": true, "guess": 0}\n[]\n')
        file.write(b'{"kind": "hidden_cha')
    add_answer(path, hidden(3.0, False))
    assert read_progress(path) == [hidden(6.0, True), hidden(3.0, False)]


def test_a_file_that_cannot_be_used_is_refused_with_a_cure(tmp_path):
    with pytest.raises(ProgressError, match="--learner FILE"):
        read_progress(tmp_path)
    with pytest.raises(ProgressError, match="--learner FILE"):
        add_answer(tmp_path, hidden(3.0, True))


def test_an_estimate_is_told_after_five_answers():
    rows = [hidden(6.0, True)] * 4
    assert hearing_of(rows) is None
    assert "after 5 answers" in summary(rows)[1]
    rows += [hidden(2.0, False)]
    found = hearing_of(rows)
    assert found is not None and 2.0 < found.threshold_db < 6.0
    told = summary(rows)[1]
    assert told.startswith(
        f"Hidden change: 4 of 5 right, reliable from about {found.threshold_db:.1f} dB"
    )
    assert told.endswith("6.0 right, 6.0 right, 6.0 right, 6.0 right, 2.0 missed.")


def test_the_summary_is_plain():
    rows = [
        Answered("set_back", 3.0, True, 0.0, off_db=-1.0),
        Answered("set_back", 4.0, False, 0.0, off_db=3.0),
        Answered("bias", 1.0, False, 1 / 3, choice="A", louder="A"),
        Answered("bias", 1.0, True, 1 / 3, choice="same", louder="B"),
        Answered("clipping", 6.0, True, 0.25),
        Answered("partner", 2.0, False, 0.5),
    ]
    assert summary(rows) == [
        "6 answers so far, 3 right.",
        "Set it back: 1 of 2 right, off by 2.0 dB on average.",
        "The anchor's partner: 0 of 1 right; how many dB nearer than the next, oldest first: "
        "2.0 missed.",
        "Clipping: 1 of 1 right; after 5 answers I can say how small a step you hear.",
        "Which is better?: 1 of 2 right; the louder of two equal ones was preferred once.",
    ]
    assert summary([]) == ["Nothing answered yet."]


def test_only_kinds_with_a_staircase_adapt():
    rows = [hidden(6.0, True)] * 3
    assert adapted_size_db(rows, "hidden_change", 0.1) < 3.0
    assert adapted_size_db(rows[:2], "hidden_change", 0.1) == 3.0  # who begins hears large ones
    assert adapted_size_db(rows, "clipping", 0.5) == 6.0  # each kind for itself
    assert adapted_size_db(rows, "loudness", 0.0) is None


def test_no_threshold_is_told_from_answers_that_are_easily_guessed():
    half = [Answered("partner", 2.0, True, 0.5)] * 30
    assert hearing_of(half, "partner") is None
    assert hearing_of([Answered("clipping", 6.0, True, 0.5)] * 9, "clipping") is None  # of two
    found = hearing_of([Answered("clipping", 6.0, True, 0.25)] * 9, "clipping")
    assert found is not None and found.answers == 9


def test_no_idea_is_kept_and_tells_more_than_a_wrong_guess(tmp_path):
    path = tmp_path / "learner.jsonl"
    for size_db, right in ((6.0, True), (2.0, False), (4.0, True), (2.0, False), (3.0, True)):
        drill = Drill(1, "hidden_change", 0, size_db, 0.25, {}, 0.0, stem="bass", gain_db=size_db)
        add_answer(path, answered("song", drill, Answer(no_idea=not right), Grade(right)))
    candid = read_progress(path)
    assert [row.no_idea for row in candid] == [False, True, False, True, False]
    guessing = [replace(row, no_idea=False) for row in candid]
    told, untold = hearing_of(candid), hearing_of(guessing)
    assert told is not None and untold is not None
    assert told.high_db / told.low_db < untold.high_db / untold.low_db


def test_the_picture_is_a_png_and_never_written_over(tmp_path):
    pytest.importorskip("matplotlib")
    path = tmp_path / "progress.png"
    write_progress_chart(path, [hidden(6.0, True)] * 5 + [hidden(2.0, False)])
    assert path.read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ChartError, match="exists"):
        write_progress_chart(path, [])
    with pytest.raises(ChartError, match="ends in .png"):
        write_progress_chart(tmp_path / "progress.pdf", [])
