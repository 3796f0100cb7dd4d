"""MixAssist: rows in the true columns become turns and chats; claims are read and compared."""

from pathlib import Path

import numpy as np
import pytest

from finetune import evaluate_mixassist, mixassist
from finetune.evaluate_mixassist import Agreement, agreement, claims, neutral_hearing
from finetune.mixassist import MixAssistError, chats, read_turns
from mixer.balance import BalancePrior
from mixer.roles import ROLES

datasets = pytest.importorskip("datasets", reason='needs pip install "gainsay[train]"')


def row(conversation: str, number: int, said: str, answer: str, **other: object) -> dict:
    plain = {
        "conversation_id": conversation, "turn_id": number, "topic": "vocals",
        "input_history": [], "audio_file": f"audio/{conversation}_{number}.wav",
        "user": said, "assistant": answer, "has_content": True,
    }  # fmt: skip
    return {**plain, **other}


HISTORY = [
    {"role": "user", "content": "How is this?", "audio_file": "audio/one_0.wav"},
    {"role": "assistant", "content": "Getting there.", "audio_file": None},
    {"role": "user", "content": " ", "audio_file": None},
]
ROWS = [
    row("two", 4, "I like the kick", "Yeah, but the bass is too loud."),
    row("one", 2, "The vocals are too quiet", "Push the vocals up.", input_history=HISTORY),
    row("one", 1, "Mm-hmm.", "Right.", has_content=False),
    row("one", 10, " Better? ", "Now pull the kick down a bit. "),
    row("one", 11, "", "Nothing was said."),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """A copy of the data set as the hub lays it out, with rows of our own."""
    folder = tmp_path_factory.mktemp("copy") / "data"
    folder.mkdir()
    for split, rows in (("train", ROWS), ("test", ROWS[:2])):
        made = datasets.Dataset.from_list(rows)
        made.to_parquet(str(folder / f"{split}-00000-of-00001.parquet"))
    return folder.parent


def test_turns_are_those_with_content_in_the_order_of_the_talk(copy):
    turns = read_turns("train", copy)
    assert [(turn.conversation, turn.number) for turn in turns] == [
        ("one", 2), ("one", 10), ("two", 4),
    ]  # fmt: skip
    first, second = turns[:2]
    assert first.messages() == [
        {"role": "user", "content": "How is this?"},
        {"role": "assistant", "content": "Getting there."},
        {"role": "user", "content": "The vocals are too quiet"},
        {"role": "assistant", "content": "Push the vocals up."},
    ]
    assert (second.said, second.answer, second.topic) == (
        "Better?", "Now pull the kick down a bit.", "vocals",
    )  # fmt: skip


def test_chats_hold_each_answer_once_and_audio_that_is_there(copy, tmp_path):
    (tmp_path / "audio").mkdir()
    heard = tmp_path / "audio" / "one_10.wav"
    heard.write_bytes(b"RIFF")
    found = list(chats(read_turns("train", copy), tmp_path))
    assert [chat["conversation"] for chat in found] == ["one", "two"]
    assert found[0]["source"] == "mclemcrew/MixAssist@bf375752"
    assert found[0]["messages"] == [
        {"role": "user", "content": "The vocals are too quiet"},
        {"role": "assistant", "content": "Push the vocals up."},
        {"role": "user", "content": "Better?", "audio": str(heard)},
        {"role": "assistant", "content": "Now pull the kick down a bit."},
    ]


def test_the_command_writes_a_slice_and_never_the_test(copy, tmp_path, capsys):
    out = tmp_path / "new" / "talk.jsonl"
    mixassist.main(["--out", str(out), "--source", str(copy)])
    assert "2 conversations, 3 turns of train" in capsys.readouterr().out
    assert len(out.read_text().splitlines()) == 2
    with pytest.raises(SystemExit):
        mixassist.main(["--out", str(out), "--source", str(copy), "--split", "test"])
    assert "invalid choice" in capsys.readouterr().err


def test_what_is_missing_is_told_with_the_cure(copy, tmp_path, monkeypatch):
    with pytest.raises(MixAssistError, match="hf download --repo-type dataset mclemcrew/MixAssist"):
        read_turns("train", tmp_path)
    with pytest.raises(MixAssistError, match="need one of train, validation, test"):
        read_turns("dev", copy)
    other = datasets.Dataset.from_list([{"user": "a", "assistant": "b", "has_content": True}])
    other.to_parquet(str(tmp_path / "train-0.parquet"))
    with pytest.raises(MixAssistError, match="lack conversation_id, turn_id, topic"):
        read_turns("train", tmp_path)


def test_without_a_hub_the_message_says_how_to_have_it(monkeypatch, tmp_path):
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path))
    with pytest.raises(MixAssistError, match="(?s)unset HF_HUB_OFFLINE.*--revision bf37575232"):
        read_turns("test")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The vocals are too quiet.", {"vocals": 1}),
        ("Yeah. I'd bring the kick up a little, and then pull the bass back down.",
         {"kick": 1, "bass": -1}),
        ("You could push the guitars a bit.", {"guitars": 1}),
        ("The snare is too loud", {"snare": -1}),
        ("I would boost the vocals at 3 kHz", {}),
        ("roll the lows down on the bass", {}),
        ("don't turn the keys up", {}),
        ("the kick up, no, the kick down", {}),
        ("turn the kick and the snare up", {}),
        ("It sounds great.", {}),
    ],
)  # fmt: skip
def test_claims_are_read_where_they_are_about_level(text, wanted):
    assert claims(text) == wanted


def test_agreement_counts_rows_and_knows_chance():
    wanted = [{"kick": 1}, {"kick": -1}, {"bass": 1, "kick": 1}, {}, {"keys": 1}]
    said = [{"kick": 1}, {"kick": 1}, {"bass": 1, "kick": -1}, {"kick": 1}, {}]
    found = agreement(wanted, said)
    assert (found.rows, found.answered, found.alike) == (4, 3, 1)
    assert found.share == pytest.approx(1 / 3)
    always = [{"kick": 1}, {"kick": -1}] * 50
    perfect, turned = agreement(always, always), agreement(always, always[::-1])
    assert (perfect.share, turned.share) == (1.0, 0.0)
    assert perfect.chance == pytest.approx(0.5, abs=0.02)
    nothing = agreement([{}], [{}])
    assert nothing.rows == 0 and nothing.share != nothing.share
    assert Agreement(4, 0, 0, 0.5).share != Agreement(4, 0, 0, 0.5).share


def test_the_band_stands_at_usual_levels_without_sound():
    hearing = neutral_hearing()
    assert hearing.anchor == "drums" and set(hearing.roles) <= set(ROLES)
    assert not hearing.hidden.any()
    at = hearing.names.index
    levels = hearing.profiles[:, 0] - hearing.profiles[at("drums"), 0]
    assert hearing.relative_profile[at("drums"), 0] == 0.0
    mean, _ = BalancePrior.load().moments(tuple(evaluate_mixassist.BAND.values()))
    np.testing.assert_allclose(levels, mean - mean[at("drums")], atol=1e-4)
    assert levels[at("hats")] < -4.0  # hats alone are far under a kit


def test_the_evaluation_prints_counts_and_chance(copy, capsys):
    evaluate_mixassist.main(["--source", str(copy), "--no-listener"])
    printed = capsys.readouterr().out
    assert "2 turns with content" in printed
    (line,) = [line for line in printed.splitlines() if "own words" in line]
    assert [cell.strip() for cell in line.split("│")[2:5]] == ["2", "1", "1 (100%)"]


@pytest.mark.slow
def test_the_listener_answers_for_the_band(copy, capsys):
    evaluate_mixassist.main(["--source", str(copy)])
    printed = capsys.readouterr().out
    assert "the listener, usual levels" in printed and "first steps:" in printed
