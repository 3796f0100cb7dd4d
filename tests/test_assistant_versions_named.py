"""Versions and takes by number or place, parts that are requests by their form, several undos."""

import pytest

from assistant.hearing import ToolCall
from assistant.orders.before import Before
from assistant.orders.reading import Stems, orders
from assistant.orders.version_named import Talked, named, talked
from assistant.requests import is_request

NAMES, ROLES = ("kick", "bass", "Lead Vox"), ("kick", "bass", "lead vocal")
OF_VERSIONS = Talked("versions", 2)
HEARD = Talked("versions", 4, heard=(2, 4))


@pytest.mark.parametrize(
    "text, talk, wants, numbers",
    [
        ("hm, 3 was nicer, that one back", OF_VERSIONS, "chosen", (3,)),
        ("i am going with the second", HEARD, "chosen", (4,)),
        ("switch to that one", OF_VERSIONS, "chosen", (2,)),
        ("no, 5", Talked("versions", 2, restored=True), "chosen", (5,)),
        ("version 1 it is", Talked(), "chosen", (1,)),
        ("remind me what 2 was", OF_VERSIONS, "told", (2,)),
        ("what is in 4", Talked(), "told", (4,)),
        ("play me 1 and 3", OF_VERSIONS, "heard", (1, 3)),
        ("both takes back to back", Talked("takes"), "heard", ()),
        ("I want the second take", Talked(), "chosen", (2,)),
        ("take the first", OF_VERSIONS, "asked which", (1,)),
        ("ok, the second one", Talked("takes"), "chosen", (2,)),
        ("i messed up, put everything back how it was when i opened it", Talked(), "chosen", (0,)),
        ("please, all as it was at the very beginning", Talked(), "chosen", (0,)),
        ("which one is nicest?", Talked("takes"), "ranked", ()),
    ],
)
def test_what_is_named_and_what_is_wanted_of_it(text, talk, wants, numbers):
    found = named(text, NAMES, ROLES, talk)
    assert found is not None and (found.wants, found.numbers) == (wants, numbers)


@pytest.mark.parametrize(
    "text, talk",
    [
        ("3 was nicer", Talked()),  # of what?
        ("bass 3 down again", OF_VERSIONS),  # an order for a stem
        ("is 2 better?", OF_VERSIONS),
        ("2 was worse", OF_VERSIONS),
        ("2 dB back", OF_VERSIONS),
        ("take it down 2", OF_VERSIONS),
        ("no, 5", OF_VERSIONS),  # nothing was gone back to just now
    ],
)
def test_other_numbers_are_no_versions(text, talk):
    assert named(text, NAMES, ROLES, talk) is None


@pytest.mark.parametrize(
    "text, asks",
    [
        ("tell me the levels", True),
        ("while you're at it check the peaks", True),
        ("can i hear the bass", True),
        ("and what is headroom", True),
        ("play it", True),
        ("then mute the bass", True),
        ("nobody here likes it", False),
        ("my sister wants a copy", False),
        ("we hear them all", False),
        ("it was a cold barn", False),
        ("i can live with that", False),
    ],
)
def test_a_request_is_told_by_its_form(text, asks):
    assert is_request(text, NAMES, ROLES) is asks


def read(text, told=None):
    found = orders(text, Stems(NAMES, ROLES, "kick"), told or Before(), lambda text: {"": 1.0})
    return [(call.name, call.arguments) for call in found]


@pytest.mark.parametrize(
    "text, calls",
    [
        ("undo the last three moves", [("undo", {})] * 3),
        ("undo twice", [("undo", {})] * 2),
        ("redo", [("redo", {})]),
        ("bounce the mix and the stems", [("export_mix", {"format": "mix"}),
                                          ("export_mix", {"format": "stems"})]),
        ("export the stems of the mix", [("export_mix", {"format": "stems"})]),
        ("start over from scratch", [("restore_version", {"version": 0})]),
        ("put it all back how it was when i opened it", [("restore_version", {"version": 0})]),
        ("go by the bass from here on", [("set_anchor", {"stem": "bass"})]),
        ("compare everything to the bass henceforth", [("set_anchor", {"stem": "bass"})]),
        ("bass 2 quieter than before", [("apply_moves", {"moves": [{"stem": "bass",
                                                                   "gain_db": -2.0}]})]),
    ],
)  # fmt: skip
def test_plain_orders(text, calls):
    assert read(text) == calls


def test_a_correction_right_after_an_anchor_is_another_anchor():
    told = Before(asked=ToolCall("set_anchor", {"stem": "kick"}), focus=("kick",))
    assert read("no, the bass", told) == [("set_anchor", {"stem": "bass"})]
    assert read("make it the bass instead", told) == [("set_anchor", {"stem": "bass"})]


def test_the_version_that_was_asked_about_is_the_one_that_is_meant():
    events = [
        {"event": "user", "text": "what was v2 again"},
        {"event": "tool_call", "name": "list_versions", "arguments": {}},
        {"event": "tool_result", "name": "list_versions"},
    ]
    assert talked(events) == Talked("versions", 2)
    moved = [*events, {"event": "tool_call", "name": "apply_moves", "arguments": {"moves": []}}]
    assert talked(moved) == Talked()


def test_versions_with_two_figures_are_heard_as_they_are():
    heard = {"versions": ["v11", "v12"]}
    events = [
        {"event": "user", "text": "compare the last two"},
        {"event": "tool_call", "name": "audition", "arguments": heard},
    ]
    assert talked(events).heard == (11, 12)
    found = named("the second was nicer", NAMES, ROLES, talked(events))
    assert found is not None and found.numbers == (12,)
