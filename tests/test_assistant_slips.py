"""Slips of the fingers: mended where they would turn a wish round, and nothing else is touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import prompts
from assistant.said import Said
from assistant.slips import mended


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("dwon 2 db", "down 2 db"),
        ("make it loduer", "make it louder"),
        ("the gutiar a bit lowwer", "the guitar a bit lower"),
        ("noticeaably quieeter", "noticeably quieter"),
        ("pan it to the rigth", "pan it to the right"),
        ("UNMUET the celllos", "unmute the cellos"),
        ("dont mute it thats wrong", "dont mute it thats wrong"),
        ("my boss said bypass", "my boss said bypass"),
        ("wanna hear gtrs n bgvs", "wanna hear gtrs n bgvs"),
    ],
)
def test_slips_in_telling_words_are_mended(text: str, read: str) -> None:
    assert mended(text) == read


def test_names_of_stems_stay_as_they_are() -> None:
    assert mended("downn up 2", ["Downn"]) == "downn up 2"
    assert mended("vocls up", ["LD vocls_03"]) == "vocls up"


@given(st.sampled_from([text for name in ("order_up", "off_topic", "undo") for text in
                        prompts.phrasings(name)]))  # fmt: skip
def test_mending_twice_changes_no_more(text: str) -> None:
    once = mended(text)
    assert mended(once) == once


def test_a_slip_does_not_turn_a_move_round() -> None:
    said = Said(("push the bass dwon 3 dB",), ("bass", "drums"), ("bass", "drums"))
    assert said.gains_db("bass") == {3.0, -3.0}  # both are said: the model decides
    said = Said(("the bass a lil lowwer",), ("bass", "drums"), ("bass", "drums"))
    assert all(gain_db < 0 for gain_db in said.gains_db("bass"))
