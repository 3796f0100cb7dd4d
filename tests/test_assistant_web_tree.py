"""What a screen reader is given of the whole page: the browser's own accessibility tree."""

import re
from collections import Counter

import pytest

pytest.importorskip("gradio", reason='needs gradio: pip install "gainsay[web]"')

from mixer.moves import Move
from tests.scripted import ScriptedListener, song_folder
from tests.web_rooms import move
from tests.web_server import running

USED = {
    "button", "checkbox", "combobox", "link", "progressbar", "radio", "slider", "spinbutton", "tab",
    "textbox",
}  # fmt: skip
WITH_A_UNIT = re.compile(r"dB$|^centre$|% (?:left|right)$|second")


@pytest.fixture(scope="module")
def tree(looked_at):
    """The nodes of the page."""
    return looked_at[0]


@pytest.fixture(scope="module")
def sliders(looked_at):
    """The names of the page's sliders, each with what it says of its value."""
    return looked_at[1]


@pytest.fixture(scope="module")
def looked_at(chromium, tmp_path_factory):
    """The page with a song, a fader that was moved and advice that is open."""
    folder = tmp_path_factory.mktemp("tree")
    with running(folder / "rooms", ScriptedListener, song_folder(folder / "song")) as server:
        page = chromium.new_page()
        page.set_default_timeout(120_000)
        page.goto(server.address)
        page.get_by_role("slider", name="vocals fader").wait_for()
        room = server.rooms.get(page.url.partition("room=")[2])
        room.session.set_anchor("bass")
        move(room, "kick", -6.0)
        room.session.propose([Move("vocals", 3.0)], "buried")
        room.changed()
        page.get_by_role("heading", name="Proposed, against bass").wait_for()
        page.get_by_role("button", name=re.compile("^1 ?v0|v0 as opened")).first.wait_for()
        nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
        said = page.get_by_role("slider").evaluate_all(
            "all => all.map(one => ['aria-label', 'aria-valuetext'].map(n => one.getAttribute(n)))"
        )
        page.close()
    return [node for node in nodes if not node["ignored"]], said


def role(node: dict) -> str:
    return node["role"]["value"]


def name(node: dict) -> str:
    return node.get("name", {}).get("value", "")


def told(node: dict, what: str) -> str | None:
    """A property of a node."""
    found = [one["value"].get("value") for one in node["properties"] if one["name"] == what]
    return found[0] if found else None


def test_everything_that_is_used_has_a_name_and_no_two_of_a_kind_the_same(tree):
    used = [node for node in tree if role(node) in USED]
    assert len(used) > 30
    assert [role(node) for node in used if not name(node).strip()] == []
    twice = [one for one, times in Counter((role(n), name(n)) for n in used).items() if times > 1]
    assert twice == []


def test_every_slider_says_its_value_with_a_unit(tree, sliders):
    # The browser's protocol leaves out what a slider says of its value: it is read off the element.
    values = dict(sliders)
    assert set(values) == {name(node) for node in tree if role(node) == "slider"}
    assert values["kick fader"] == "-6.0 dB" and values["vocals fader"] == "0.0 dB"
    assert values["kick pan"] == "centre"
    assert values["Position in the song"].startswith("0 seconds of")
    assert [one for one in values if not WITH_A_UNIT.search(values[one] or "")] == []


def test_levels_advice_and_parts_of_the_page_are_told_in_words(tree):
    pictures = [name(node) for node in tree if role(node) in ("image", "img", "graphics-document")]
    vocals = next(told for told in pictures if told.startswith("vocals: "))
    assert re.search(r"vocals: [+-]?\d+\.\d LU against bass, usual .* proposed \+3\.0 dB", vocals)
    assert "bass: the anchor, 0.0 LU" in pictures
    regions = {name(node) for node in tree if role(node) == "region"}
    assert {"Audition", "Mix desk", "Proposed moves"} <= regions
    headings = [(told(node, "level"), name(node)) for node in tree if role(node) == "heading"]
    assert headings[0] == (1, "song") and (2, "Proposed, against bass") in headings
    assert sum(role(node) == "status" for node in tree) >= 2
