"""What was just done and is not wanted after all; what was undone and is wanted again."""

import pytest

from assistant.said_unwanted import had_again, unwanted

NAMES, ROLES = ("viola", "Kick", "Nina"), ("strings", "kick", "lead vocal")


@pytest.mark.parametrize(
    "text, done, is_so",
    [
        ("no, leave the viola after all, it sits fine", ("viola",), True),
        ("the kick had better stay where it was", ("Kick",), True),
        ("hm, thin now. viola goes back please", ("viola",), True),
        ("wait, not Nina, she carries the tune", ("Nina",), True),
        ("nah, not the kick", ("Kick",), True),
        ("ok, leave the viola", ("viola",), False),  # as it is now
        ("no, leave the viola", ("Kick",), False),  # nothing was done to it
        ("no, not the kick, the viola", ("Kick",), False),
        ("not the kick, 1 is plenty", ("Kick",), False),
        ("no, not the kick that much", ("Kick",), False),
        ("should the kick stay as it was?", ("Kick",), False),
        ("no, leave the viola", ("viola", "Kick"), False),
    ],
)
def test_what_was_just_done_is_not_wanted(text, done, is_so):
    assert unwanted(text, NAMES, ROLES, done) is is_so


@pytest.mark.parametrize(
    "text, is_so",
    [
        ("actually, put back what you just undid", True),
        ("hm, bring that change back after all", True),
        ("reverse that undo", True),
        ("what did you undo", False),
        ("why do i want what you took back", False),
        ("don't do again what you took back", False),
        ("put it back", False),
    ],
)
def test_what_was_undone_is_wanted_again(text, is_so):
    assert had_again(text) is is_so
