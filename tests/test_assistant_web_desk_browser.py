"""The desk in a real browser: what the hand does, what the chat does, keys, two dozen stems."""

import numpy as np
import pytest

pytest.importorskip("fastapi")
pytest.importorskip("playwright")

import soundfile
from playwright.sync_api import expect

from assistant.context import ToolError
from assistant.hearing import ToolCall
from assistant.tools import run_tool
from assistant.web import desk
from tests.desk_page import fader
from tests.element_page import SIZES
from tests.scripted import moves, song_folder

BAND = (
    "kick in", "kick out", "snare top", "snare bottom", "hats", "overheads", "toms", "shaker",
    "bass DI", "bass amp", "guitar dark", "guitar bright", "acoustic guitar", "piano", "organ",
    "pad", "strings", "brass", "lead synth", "lead vocal", "vocal double", "choir", "riser",
    "a stem with a name that is far too long for any strip of any desk_07",
)  # fmt: skip


def told(page):
    return page.get_by_role("status").first


def test_a_drag_is_one_version_however_many_pixels_it_crosses(desks):
    room = desks.room()
    page = desks.show(room)
    slider = fader(page)
    expect(slider).to_have_attribute("aria-valuetext", "0.0 dB")
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    for step in range(1, 25):
        page.mouse.move(box["x"] + box["width"] / 2 - 2 * step, box["y"] + 2)
    on_the_way = slider.get_attribute("aria-valuetext")
    assert on_the_way.startswith("-") and room.session.version.number == 0
    page.mouse.up()
    expect(page.get_by_text("v1, against bass")).to_be_visible()
    assert room.session.version.number == 1
    gain_db = room.session.state().gain_db[2]
    assert slider.get_attribute("aria-valuetext") == f"{gain_db:.1f} dB" == on_the_way
    level = run_tool(room.context, ToolCall("measure_levels", {"stems": ["vocals"]}))
    relative_lu = level.data["levels"][0]["relative_lu"]
    expect(page.get_by_role("img", name=f"vocals: {relative_lu:.1f} LU")).to_be_visible()
    expect(told(page)).to_contain_text(f"v1: vocals fader at {gain_db:.1f} dB, by hand")


def test_a_run_of_keys_is_one_version_and_shift_is_fine(desks):
    room = desks.room()
    page = desks.show(room)
    fader(page).focus()
    for key in ("PageDown", "ArrowUp", "ArrowUp", "Shift+ArrowDown"):
        page.keyboard.press(key)
    expect(fader(page)).to_have_attribute("aria-valuetext", "-2.1 dB")
    expect(page.get_by_text("v1, against bass")).to_be_visible()
    assert room.session.state().gain_db[2] == -2.1 and room.session.version.number == 1
    page.keyboard.press("End")
    page.keyboard.press("Tab")  # leaving tells at once
    expect(page.get_by_text("v2, against bass")).to_be_visible(timeout=500)
    assert room.session.state().gain_db[2] == 24.0
    expect(page.get_by_role("slider", name="vocals pan")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("slider", name="vocals pan")).to_have_attribute(
        "aria-valuetext", "5 % left"
    )
    expect(page.get_by_text("v3, against bass")).to_be_visible()
    assert room.session.state().pan[2] == -0.05
    fader(page).focus()
    page.keyboard.press("0")
    expect(page.get_by_text("v4, against bass")).to_be_visible()
    assert room.session.state().gain_db[2] == 0.0


@pytest.mark.parametrize(("across", "down", "versions"), [(-60, 2, 1), (3, -160, 0)])
def test_a_finger_sets_a_fader_across_and_scrolls_down(desks, across, down, versions):
    room = desks.room(BAND[:10], seconds=1.0)
    page = desks.show(room, "phone")
    fingers = page.context.new_cdp_session(page)
    box = fader(page, "bass amp").bounding_box()
    x, y = box["x"] + box["width"] / 2 + 10, box["y"] + box["height"] / 2

    def touch(kind, *points):
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    touch("touchStart", {"x": x, "y": y})
    for step in range(1, 11):
        touch("touchMove", {"x": x + across * step / 10, "y": y + down * step / 10})
        page.wait_for_timeout(20)
    touch("touchEnd")
    page.wait_for_timeout(1000)
    assert room.session.version.number == versions
    gain_db = room.session.state().gain_db[room.session.names.index("bass amp")]
    assert (gain_db < -3.0) == bool(versions)
    assert fader(page, "bass amp").get_attribute("aria-valuetext").removeprefix("+") == (
        f"{gain_db:.1f} dB"
    )
    scrolled = page.locator(".scroll").first.evaluate("(one) => one.scrollTop")
    assert (scrolled > 20) == (versions == 0)


def test_what_the_chat_does_moves_the_fader_and_is_announced(desks):
    room = desks.room()
    page = desks.show(room)
    run_tool(room.context, ToolCall("apply_moves", {"moves": moves(kick=-3.5)}))
    room.changed()
    expect(fader(page, "kick")).to_have_attribute("aria-valuetext", "-3.5 dB")
    expect(told(page)).to_contain_text("v1: kick -3.5 dB")
    run_tool(room.context, ToolCall("propose_moves", {"moves": moves(vocals=2.0), "reason": ""}))
    page.evaluate("window.dispatchEvent(new CustomEvent('gainsay:changed', {detail: {}}))")
    expect(page.get_by_role("img", name="proposed +2.0 dB")).to_be_visible()


def test_what_is_wrong_with_a_file_stands_on_its_strip(desks, tmp_path):
    folder = song_folder(tmp_path / "hot")
    samples, rate = soundfile.read(folder / "kick.wav", dtype="float32")
    soundfile.write(folder / "kick.wav", np.clip(30.0 * samples, -1.0, 1.0), rate)
    room = desks.rooms.create()
    room.open_song(folder)
    page = desks.show(room)
    page.get_by_text("1 fault").click()
    expect(page.get_by_role("group", name="kick")).to_contain_text("clip")
    assert page.get_by_text("fault").locator("visible=true").count() == 1


def test_a_fader_in_the_hand_is_not_moved_by_others(desks):
    room = desks.room()
    page = desks.show(room)
    box = fader(page).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2)
    mine = fader(page).get_attribute("aria-valuetext")
    run_tool(room.context, ToolCall("apply_moves", {"moves": moves(vocals=-8.0, kick=1.0)}))
    room.changed()
    expect(fader(page, "kick")).to_have_attribute("aria-valuetext", "+1.0 dB")
    expect(fader(page)).to_have_attribute("aria-valuetext", mine)
    page.mouse.up()
    expect(page.get_by_text("v2, against bass")).to_be_visible()
    assert f"{room.session.state().gain_db[2]:+.1f} dB" == mine


def test_switches_anchor_role_undo_and_versions(desks):
    room = desks.room()
    page = desks.show(room)
    mute = page.get_by_role("button", name="Mute kick")
    mute.click()
    expect(mute).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("img", name="kick: muted")).to_be_visible()
    assert room.session.state().muted == (False, True, False)
    page.get_by_role("radio", name="vocals is the anchor").check()
    expect(told(page)).to_have_text("The anchor is vocals")
    assert room.session.anchor == "vocals"
    page.get_by_role("combobox", name="Role of kick").select_option("percussion")
    expect(told(page)).to_have_text("kick is taken for percussion")
    assert room.session.roles == {"kick": "percussion"}
    page.get_by_role("button", name="Undo").click()
    expect(mute).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="Redo").click()
    expect(mute).to_have_attribute("aria-pressed", "true")
    mute.focus()
    page.keyboard.press("Control+z")
    expect(mute).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Control+Shift+z")
    expect(mute).to_have_attribute("aria-pressed", "true")
    page.get_by_role("tab", name="Versions").click()
    expect(page.get_by_role("listitem").filter(has_text="v1").first).to_contain_text("kick muted")
    page.get_by_role("button", name="Go back to v0").click()
    expect(page.get_by_role("button", name="Go back to v0")).to_be_disabled()
    assert room.session.version.number == 0 and room.session.can_undo


def test_solo_tells_the_player_and_changes_no_version(desks):
    room = desks.room()
    page = desks.show(room)
    page.evaluate("""window.soloed = []; window.addEventListener('gainsay:solo', (event) =>
        window.soloed.push(event.detail.stems))""")
    events = len(room.session.events)
    page.get_by_role("button", name="Solo vocals").click()
    fader(page, "bass").focus()
    page.keyboard.press("s")
    expect(told(page)).to_have_text("Solo: bass, vocals")
    page.get_by_role("button", name="Solo off").click()
    assert page.evaluate("window.soloed") == [["vocals"], ["bass", "vocals"], []]
    expect(page.get_by_role("button", name="Solo vocals")).to_have_attribute(
        "aria-pressed", "false"
    )
    page.get_by_role("button", name="Solo kick").click()
    expect(told(page)).to_have_text("Solo: kick")
    page.evaluate("""window.dispatchEvent(new CustomEvent('gainsay:solo',
        {detail: {stems: [], from: 'player'}}))""")
    expect(page.get_by_role("button", name="Solo kick")).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_role("button", name="Solo off")).to_be_hidden()
    assert len(room.session.events) == events


def test_what_the_hand_does_during_a_turn_waits_and_is_done_after_it(desks):
    room = desks.room()
    page = desks.show(room)
    waits = page.locator("gainsay-desk .waits")
    with room.lock:
        fader(page).focus()
        page.keyboard.press("ArrowUp")
        expect(waits).to_be_visible()
        expect(waits).to_contain_text("what you set here is done when it has finished")
        room.changed()  # as a turn that goes on does: the fader stays where the hand has put it
        page.get_by_role("button", name="Mute kick").click()
        page.wait_for_timeout(600)
        expect(fader(page)).to_have_attribute("aria-valuetext", "+0.5 dB")
        assert room.session.version.number == 0
        expect(page.get_by_role("alert")).to_be_empty()
    expect(page.get_by_text("v2, against bass")).to_be_visible()
    expect(waits).to_be_hidden()
    assert room.session.state().gain_db == (0.0, 0.0, 0.5)
    assert room.session.state().muted == (False, True, False)


def test_what_is_refused_is_told_and_the_fader_goes_back(desks, monkeypatch):
    def refuse(*asked):
        raise ToolError("vocals cannot be moved now: try another stem")

    room = desks.room()
    page = desks.show(room)
    with monkeypatch.context() as patched:
        patched.setitem(desk._BY_HAND, "gain_db", refuse)
        fader(page).focus()
        page.keyboard.press("ArrowUp")
        expect(page.get_by_role("alert")).to_contain_text("vocals cannot be moved now")
        expect(fader(page)).to_have_attribute("aria-valuetext", "0.0 dB")
        room.changed()  # what was refused stays to be read
        page.wait_for_timeout(600)
        expect(page.get_by_role("alert")).to_contain_text("vocals cannot be moved now")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_text("v1, against bass")).to_be_visible()
    expect(page.get_by_role("alert")).to_be_empty()


@pytest.mark.parametrize("size", SIZES)
def test_two_dozen_stems_stay_usable(desks, size):
    room = desks.room(BAND, seconds=1.0)
    page = desks.show(room, size)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    box = page.locator(".scroll").first.bounding_box()
    assert box["height"] <= 0.8 * SIZES[size][1]
    last = fader(page, sorted(BAND)[-1])
    last.scroll_into_view_if_needed()
    last.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_text("v1, against kick in")).to_be_visible()
    small = page.evaluate("""() => [...document.querySelector('gainsay-desk').shadowRoot
        .querySelectorAll('.strip button, .strip select, .strip input[type=range]')]
        .map((one) => one.getBoundingClientRect())
        .filter((box) => box.width < 24 || box.height < 24).length""")
    assert small == 0
