"""The Learn panel in a real browser: lessons, drills heard and answered, progress, keys, axe."""

import re
from contextlib import contextmanager

import numpy as np
import pytest

from assistant.drills_progress import read_progress
from tests.scripted import song_folder

pytest.importorskip("fastapi")
pytest.importorskip("playwright")

from playwright.sync_api import expect

from assistant.web.desk import desk_routes
from assistant.web.teaching import teaching_routes
from tests.element_page import WAIT_MS, Pages, element_served
from tests.web_rooms import room_with, some_rooms

PAGE = """<!doctype html><html lang="en" class="LOOK"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Learn</title>
<link rel="stylesheet" href="/static/gainsay.css">
<script type="module" src="/static/learn/learn.js"></script>
<body><main><h1>Learn</h1><h2>Panel</h2><gainsay-learn room="TOKEN"></gainsay-learn></main>
</body></html>"""
HEARD = """() => { const { engine, loaded } = document.querySelector('gainsay-learn').sound;
    if (!engine?.playing || engine.waiting) return null;
    const buffer = engine.store.get(`${loaded}-${engine.selected}/0`);
    const samples = buffer.getChannelData(0);
    return { selected: engine.selected, position: engine.position, length: buffer.length,
             rms: Math.hypot(...samples.slice(0, 44100)) / 210 }; }"""


@contextmanager
def served(root):
    """Rooms and the address of a server that has the panel's page for each of them."""
    rooms = some_rooms(root)
    with element_served(rooms, PAGE, teaching_routes(rooms), desk_routes(rooms)) as address:
        yield rooms, address


@pytest.fixture
def room(served_once, tmp_path):
    rooms, _ = served_once(served)
    return room_with(rooms, named_song(tmp_path / "song"))


def named_song(folder):
    """A song whose third stem has markup for a name."""
    made = song_folder(folder, ("bass", "kick", "pad", "vocals"), seconds=4.0)
    (made / "pad.wav").rename(made / "pad [b].wav")
    return made


@pytest.fixture
def show(served_once, chromium):
    _, address = served_once(served)
    pages = Pages(address, chromium)
    expect.set_options(timeout=WAIT_MS)

    def shown(room, *how):
        page = pages.show(room, *how)
        page.wait_for_selector("gainsay-learn summary")
        return page

    yield shown
    pages.close()


def opened(page):
    page.locator("gainsay-learn summary").first.click()
    return page


def heard(page) -> dict:
    """What plays, once something does."""
    page.wait_for_function(f"({HEARD})() !== null")
    return page.evaluate(HEARD)


def answer(page, stem: str, way: str):
    page.get_by_role("radio", name=stem, exact=True).check()
    page.get_by_role("radio", name=way).check()
    page.get_by_role("button", name="Answer").click()


def way_of(drill, right=True) -> str:
    return "Louder" if (drill.gain_db > 0) is right else "Quieter"


def test_a_drill_is_begun_heard_answered_right_and_wrong_and_kept(show, room):
    page = opened(show(room))
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", name="Drill 1: Hidden change")).to_be_visible()
    drill = room.session.drill
    page.get_by_role("button", name="After").click()
    first = heard(page)
    assert first["selected"] == "after" and first["rms"] > 0.005
    page.get_by_role("button", name="Before").click()
    page.wait_for_function(f"({HEARD})()?.selected === 'before'")
    second = heard(page)
    assert second["length"] == first["length"] and second["rms"] != first["rms"]
    page.wait_for_function(f"({HEARD})().position !== {second['position']}")

    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_role("alert").filter(has_text="A guess is fine")).to_contain_text(
        "Say which stem it is and which way."
    )
    answer(page, drill.stem, way_of(drill))
    verdict = page.get_by_role("status")
    expect(verdict).to_contain_text(
        f"{drill.stem} was {'up' if drill.gain_db > 0 else 'down'} by 6.0 dB"
    )
    page.wait_for_function(f"({HEARD})()?.selected === 'after'")  # it plays what it explains
    expect(page.get_by_role("button", name="Next drill")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Drill 2: Hidden change")).to_be_visible()
    second_drill = room.session.drill
    assert second_drill.size_db < drill.size_db
    answer(page, second_drill.stem, way_of(second_drill, right=False))
    expect(verdict).to_contain_text("the stem is right, the way is not")
    rows = read_progress(room.context.folder / "learner.jsonl")
    assert [row.right for row in rows] == [True, False]

    page.get_by_role("tab", name="Progress").click()
    expect(page.get_by_text("2 answers so far, 1 right.")).to_be_visible()
    drawn = page.get_by_role("img", name="Hidden changes")
    expect(drawn).to_have_attribute("aria-label", re.compile("1 of 2 found"))
    assert page.locator("svg .found:visible").count() == 2  # one in the legend
    page.get_by_text("The same in numbers").click()
    assert [row.split("\t")[:3] for row in page.locator("tbody tr").all_inner_texts()] == [
        ["1", "6.0 dB", "found it"], ["2", f"{second_drill.size_db:.1f} dB", "missed it"],
    ]  # fmt: skip

    page.reload()
    opened(page)
    expect(page.get_by_role("status")).to_contain_text("the stem is right, the way is not")
    page.get_by_role("tab", name="Progress").click()
    expect(page.get_by_text("2 answers so far, 1 right.")).to_be_visible()


def test_a_whole_drill_goes_by_keyboard(show, room):
    page = show(room)
    page.locator("gainsay-learn summary").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Start").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Play")).to_be_focused()
    page.keyboard.press("2")
    assert heard(page)["selected"] == "after"
    page.keyboard.press("1")
    page.wait_for_function(f"({HEARD})()?.selected === 'before'")
    page.keyboard.press("p")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    drill = room.session.drill
    page.get_by_role("radio", name=room.session.names[0], exact=True).focus()
    page.keyboard.press("Space")
    for _ in range(room.session.names.index(drill.stem)):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    if drill.gain_db < 0:
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text(drill.stem)
    assert read_progress(room.context.folder / "learner.jsonl")[0].right


def test_a_lesson_is_found_by_words_and_has_the_songs_numbers(show, room):
    page = opened(show(room))
    page.get_by_role("tab", name="Lessons").click()
    page.get_by_label("or choose").select_option(label="Relative level")
    level = room.context.relative_now()[room.session.names.index("vocals")]
    expect(page.get_by_role("article")).to_contain_text(f"vocals {abs(level):.1f} LU below bass")
    expect(page.get_by_role("article")).to_contain_text("Sources: Wilson and Fazenda")
    page.get_by_label("Ask in your own words").fill("what is headroom")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Headroom")).to_be_visible()
    expect(page.get_by_role("article")).to_be_focused()
    page.get_by_role("button", name="What a decibel is").click()  # a word in it leads there
    expect(page.get_by_role("heading", name="What a decibel is")).to_be_visible()


def test_a_lesson_that_arrives_late_does_not_replace_the_one_chosen_after_it(show, room):
    page = show(room)
    held = []
    page.route("**/learn/lesson?name=anchor", lambda route: held.append(route))  # the first waits
    opened(page).get_by_role("tab", name="Lessons").click()
    page.get_by_label("or choose").select_option(label="Relative level")
    expect(page.get_by_role("heading", name="Relative level")).to_be_visible()
    with page.expect_response("**/learn/lesson?name=anchor") as arrived:
        held.pop().continue_()
    arrived.value.finished()
    page.get_by_role("tab", name="Listening drills").click()
    page.get_by_role("tab", name="Lessons").click()
    expect(page.get_by_role("heading", name="Relative level")).to_be_visible()
    expect(page.get_by_role("heading", name="Mixing around an anchor")).to_have_count(0)
    expect(page.get_by_label("or choose")).to_have_value("relative-level")


def test_a_drill_begun_in_the_chat_opens_the_panel_and_survives_a_reload(show, room):
    from assistant.tools_drills import begin

    page = show(room)
    begin(room.context, "partner", "easy", 1)
    page.evaluate("window.dispatchEvent(new CustomEvent('gainsay:changed', {detail: {}}))")
    expect(page.get_by_role("heading", name="Drill 1: The anchor's partner")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Drill 1: The anchor's partner")).to_be_visible()
    drill = room.session.drill
    letter = next(key for key, stem in drill.options.items() if stem == drill.stem)
    page.get_by_role("button", name=letter, exact=True).click()
    assert heard(page)["selected"] == letter
    page.evaluate(
        "window.dispatchEvent(new CustomEvent('gainsay:playing', {detail: {playing: true}}))"
    )
    expect(page.get_by_role("button", name="Play")).to_be_visible()  # one thing at a time
    page.get_by_role("radio", name=f"{letter}: {drill.stem}").check()
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_role("status")).to_contain_text("is the nearest to bass")


SAMPLES = """() => { const { engine, loaded } = document.querySelector('gainsay-learn').sound;
    if (!engine?.playing || engine.waiting || engine.pending) return null;
    const buffer = engine.store.get(`${loaded}-${engine.selected}/0`);
    return buffer && { id: engine.selected, at: engine.position, lower_db: engine.tracks
      .get(engine.selected).item.gainDb, samples: [...buffer.getChannelData(0)] }; }"""


def samples(page, wanted: str) -> tuple[np.ndarray, dict]:
    """The samples of what plays, once it is this."""
    page.wait_for_function(f"(wanted) => ({SAMPLES})()?.id === wanted", arg=wanted)
    told = page.evaluate(SAMPLES)
    return np.array(told.pop("samples")), told


def test_a_level_is_set_back_by_a_fader_that_is_heard(show, room):
    from assistant.tools_drills import begin

    begin(room.context, "set_back", "easy", 3)
    drill = room.session.drill
    page = show(room)  # an open drill opens the panel
    fader = page.get_by_role("slider", name="Your fader")
    expect(fader).to_have_attribute("aria-valuetext", "0.0 dB")
    assert page.get_by_role("radio").count() == 0
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_role("alert").filter(has_text="by the fader")).to_be_visible()

    page.get_by_role("button", name="Before").click()
    right, _ = samples(page, "before")
    page.get_by_role("button", name="After, your fader").click()
    off, _ = samples(page, "after@0")
    level_db = 20 * np.log10(np.abs(off).max())
    fader.focus()
    for _ in range(round(2 * abs(drill.gain_db))):
        page.keyboard.press("ArrowUp" if drill.gain_db < 0 else "ArrowDown")
    expect(fader).to_have_attribute("aria-valuetext", f"{-drill.gain_db:+.1f} dB")
    back, told = samples(page, f"after@{-drill.gain_db:g}")
    assert np.abs(back - right).max() < 1e-4 < 0.02 < np.abs(off - right).max()
    assert told["lower_db"] <= 0.0 and level_db + told["lower_db"] < 0.0
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_role("status")).to_contain_text(drill.stem)
    row = read_progress(room.context.folder / "learner.jsonl")[0]
    assert row.right and row.off_db == 0.0


@pytest.mark.parametrize(("size", "look"), [("laptop", "light"), ("phone", "dark")])
def test_axe_finds_nothing_serious(show, room, size, look):
    from tests.web_axe import serious

    page = opened(show(room, size, look))
    assert serious(page) == []
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("button", name="Answer")).to_be_visible()
    assert serious(page) == []
    for _ in range(2):
        page.get_by_role("button", name="No idea").click()
        page.get_by_role("button", name="Next drill").click()
        expect(page.get_by_role("button", name="Answer")).to_be_visible()
    expect(page.get_by_role("slider", name="Your fader")).to_be_visible()
    assert serious(page) == []
    page.get_by_role("tab", name="Lessons").click()
    expect(page.get_by_role("article")).to_contain_text("Try it")
    assert serious(page) == []
    page.get_by_role("tab", name="Progress").click()
    page.get_by_text("The same in numbers").click()
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
