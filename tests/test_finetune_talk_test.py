"""The strangers' test is sound: its calls fit the tools, its words never meet training."""

from importlib.resources import files

import pytest
import yaml

import prompts
from assistant.hearing import Step, ToolCall
from assistant.tools import TOOLS
from finetune.evaluate_talk import verdict
from mixer.roles import ROLES

SONGS = yaml.safe_load(files("finetune").joinpath("strangers.yaml").read_text())
ASKED = [(song, asked) for song in SONGS for asked in song["asked"]]


def test_there_are_enough_and_no_two_are_the_same():
    said = [asked["say"] for _, asked in ASKED]
    assert len(said) == len(set(said)) == 240
    assert all(set(song["stems"].values()) <= set(ROLES) for song in SONGS)


def test_every_wanted_call_fits_its_tool_and_names_stems_of_its_song():
    for song, asked in ASKED:
        arguments = asked.get("arguments") or {}
        moves = arguments.get("moves", [])
        named = [
            arguments.get("stem"),
            arguments.get("against"),
            *arguments.get("stems", []),
            *(m["stem"] for m in moves),
        ]
        assert {name for name in named if name} <= set(song["stems"]), asked
        if asked["tool"] not in (None, "propose_moves", "explain", "shape_sound"):
            TOOLS[asked["tool"]].model.model_validate(arguments)


def test_no_message_is_a_phrasing():
    def folded(text):
        return "".join(letter for letter in text.casefold() if letter.isalnum())

    taught = {folded(t) for intent in prompts.intents() for t in prompts.phrasings(intent)}
    longer = [asked["say"] for _, asked in ASKED if len(asked["say"].split()) > 3]
    assert len(longer) > 200
    assert [text for text in longer if folded(text) in taught] == []


@pytest.mark.parametrize(
    "got, wanted, right",
    [
        (None, None, (True, True)),
        (("undo", {}), None, (False, False)),
        (("apply_moves", {"moves": None}), ("apply_moves", {}), (True, True)),
        (
            ("apply_moves", {"moves": [{"stem": "a", "gain_db": 3.0}]}),
            ("apply_moves", {"moves": [{"stem": "a", "gain_db": -3.0}]}),
            (True, False),
        ),
        (
            ("shape_sound", {"stem": "a", "words": "x"}),
            ("shape_sound", {"stem": "a"}),
            (True, True),
        ),
        (("set_pan", {"stem": "a", "pan": 0.5}), ("set_mute", {"stem": "a"}), (False, False)),
    ],
)
def test_verdicts(got, wanted, right):
    step = Step(text="Hello.") if got is None else Step(tool=ToolCall(*got))
    asked = None if wanted is None else {"name": wanted[0], "arguments": wanted[1]}
    assert verdict(step, asked) == right
