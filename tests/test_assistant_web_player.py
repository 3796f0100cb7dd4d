"""The player as it is used in a real browser: blind, by keys alone, what it tells and remembers."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("fastapi", reason='the browser page needs pip install "gainsay[web]"')

from assistant.web.previews import write_preview
from mixer.moves import Move
from tests.player_page import move
from tests.player_studio import RATE, Studio


def test_blind_hides_every_name_until_the_vote_is_saved(studio: Studio) -> None:
    deck = studio.open("band", ("keys", 6.0), ("bass", 3.0)).ready(3)
    deck.page.keyboard.press("b")
    deck.until("player.blind.isHidden")
    deck.page.keyboard.press("Space")
    for key in "123":
        deck.page.keyboard.press(key)
        deck.run(0.25)
    text = deck.text()
    for name in ("v0", "v1", "v2", "keys +6", "as opened", "matched by", "LUFS"):
        assert name not in text, name
    deck.page.get_by_role("group", name="Your vote").get_by_role(
        "button", name="B", exact=True
    ).click()
    deck.until("player.blind.isOn && !player.blind.isHidden")
    event = deck.room.session.events[-1]
    assert event["event"] == "vote" and event["chosen"] == event["labels"]["B"]
    assert set(event["ids"]) == {"v0", "v1", "v2"}
    label = deck.does(f"return player.comparison.rows.get('{event['chosen']}').label")
    assert f"Saved: you preferred B, which is {label}." in deck.text()
    deck.page.get_by_role("button", name="End blind test").click()
    deck.until("!player.blind.isOn && player.order.join() === 'v0,v1,v2'")


def test_a_vote_waits_until_all_were_heard(studio: Studio) -> None:
    deck = studio.open("band", ("keys", 6.0)).ready(2)
    deck.page.get_by_role("button", name="Blind test").click()
    deck.until("player.blind.isHidden")
    vote = deck.page.get_by_role("group", name="Your vote")
    assert vote.get_by_role("button", name="A", exact=True).get_attribute("aria-disabled") == "true"
    vote.get_by_role("button", name="A", exact=True).click(force=True)
    assert deck.does("return player.blind.isHidden")
    assert deck.room.session.events[-1]["event"] != "vote"
    assert "Listen first: A, B not heard yet." in deck.text()


def test_a_blind_test_compares_whole_mixes(studio: Studio) -> None:
    deck = studio.open("band", ("keys", 6.0)).ready(2)
    solo = """(stems) => window.dispatchEvent(
      new CustomEvent("gainsay:solo", { detail: { stems } }))"""
    deck.page.evaluate("""() => window.addEventListener("gainsay:solo",
      ({ detail: { from, stems } }) => from === "player" && (window.told ??= []).push(stems))""")
    deck.page.evaluate(solo, ["keys"])
    deck.until("engine.selected === 'v1.s1'")
    deck.page.keyboard.press("b")
    deck.until("player.blind.isHidden && ['v0', 'v1'].includes(engine.selected)")
    assert deck.page.evaluate("window.told") == [[]]  # which the desk listens to
    deck.page.evaluate(solo, ["keys"])
    assert deck.page.evaluate("window.told") == [[], []]
    assert "A blind test compares whole mixes" in deck.text()
    assert deck.does("return [player.comparison.stems, player.blind.isHidden]") == [[], True]


def test_a_blind_test_ends_when_its_proposal_is_another(studio: Studio) -> None:
    deck = studio.open("band").ready(1)
    changed = "() => window.dispatchEvent(new CustomEvent('gainsay:changed'))"
    deck.room.session.propose([Move("keys", 3.0)], "")
    deck.page.evaluate(changed)
    deck.ready(2).page.keyboard.press("b")
    deck.until("player.blind.isHidden")
    deck.page.evaluate(changed)
    deck.page.wait_for_timeout(1000)
    assert deck.does("return player.blind.isHidden")  # nothing that it compares has changed
    deck.room.session.propose([Move("keys", -6.0)], "")
    deck.page.evaluate(changed)
    deck.until("!player.blind.isOn")
    assert "Blind test ended: what it compared has changed" in deck.text()


def test_keys_drive_the_player_and_are_left_to_text_fields(studio: Studio) -> None:
    deck = studio.open("band", ("keys", 6.0)).ready(2)
    keyboard = deck.page.keyboard
    deck.page.focus("#text")
    keyboard.type("1 loop? [2] mb")
    assert deck.page.input_value("#text") == "1 loop? [2] mb"
    state = "return [engine.playing, engine.selected, player.loop, player.isMatched]"
    assert deck.does(state) == [False, "v1", None, True]
    deck.page.focus("#fader")
    keyboard.press("ArrowRight")
    assert deck.page.input_value("#fader") == "6" and deck.does("return player.position") == 0
    keyboard.press("1")
    assert deck.does("return engine.selected") == "v0"
    deck.page.locator("h1").click()
    keyboard.press("ArrowRight")
    assert deck.does("return player.position") == pytest.approx(2.0)
    keyboard.press("Shift+ArrowLeft")
    assert deck.does("return player.position") == pytest.approx(1.75)
    keyboard.press("[")
    keyboard.press("ArrowRight")
    keyboard.press("]")
    assert deck.does("return player.loop") == {"start": 1.75, "end": 3.75, "on": True}
    keyboard.press("m")
    keyboard.press("l")
    assert deck.does("return [player.isMatched, player.loop.on]") == [False, False]
    keyboard.press("Control+l")
    assert deck.does("return player.loop.on") is False
    deck.page.get_by_role("button", name="Keys", exact=True).click()
    deck.page.get_by_label("these keys work wherever").uncheck()
    deck.page.locator("h1").click()
    keyboard.press("Space")
    assert deck.does("return engine.playing") is False


def test_what_screen_readers_are_told(studio: Studio) -> None:
    deck = studio.open("band", ("keys", 6.0)).ready(2)
    page = deck.page
    position = page.get_by_role("slider", name="Position in the song")
    position.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert position.get_attribute("aria-valuetext") == "2 seconds of 12 seconds"
    page.get_by_role("button", name="Loop").click()
    assert page.get_by_role("button", name="Loop").get_attribute("aria-pressed") == "true"
    end = page.get_by_role("slider", name="Loop end")
    assert end.get_attribute("aria-valuetext") == "10 seconds"
    end.focus()
    page.keyboard.press("Shift+ArrowLeft")
    assert end.get_attribute("aria-valuetext") == "9.9 seconds"
    assert page.get_by_role("status").inner_text() == "Loop from 2 seconds to 9.9 seconds"
    page.locator(".slot", has_text="v0 as opened").click()
    assert page.locator(".slot", has_text="v0 as opened").get_attribute("aria-pressed") == "true"
    assert page.get_by_role("status").inner_text() == "v0 as opened, matched by 0.0 dB"


@pytest.mark.parametrize("width, height", [(1366, 768), (390, 844)])
def test_axe_finds_nothing_serious(studio: Studio, width: int, height: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe")
    deck = studio.open("band", ("keys", 6.0)).ready(2)
    deck.page.set_viewport_size({"width": width, "height": height})
    deck.does("player.setLoop({ start: 1, end: 3, on: true }); player.parts.keys.click();")
    blind = "player.parts.blind.click(); await new Promise((done) => setTimeout(done, 500));"
    reveal = "[...player.blind.choices.children].at(-1).click();"
    for script in ("", blind, reveal):
        deck.does(script)
        found = axe.Axe().run(deck.page).response["violations"]
        serious = [one for one in found if one["impact"] in ("serious", "critical")]
        assert serious == [], [(one["id"], one["nodes"][0]["html"][:200]) for one in serious]
    wide = deck.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width


def test_what_was_set_is_there_after_a_reload(studio: Studio) -> None:
    deck = studio.open("band", ("keys", 6.0)).ready(2)
    deck.page.keyboard.press("1")
    deck.does("player.setLoop({ start: 2, end: 4, on: true }); player.toggleMatch();")
    deck.page.reload()
    deck.ready(2)
    state = "return [engine.selected, player.loop, player.isMatched, engine.timeline.loop]"
    loop = {"start": 2, "end": 4, "on": True}
    samples = {"start": 2 * RATE, "end": 4 * RATE}
    assert deck.does(state) == ["v0", loop, False, samples]


def test_a_proposal_can_be_heard_before_it_is_applied(studio: Studio) -> None:
    deck = studio.open("band").ready(1)
    deck.room.session.propose([Move("keys", 3.0)], "too quiet")
    deck.page.evaluate(
        "() => window.dispatchEvent(new CustomEvent('gainsay:hear', {detail: {id: 'proposal'}}))"
    )
    deck.until("engine.playing && engine.selected === 'proposal'")
    assert "proposed keys +3.0 dB" in deck.text()


def test_rendering_shows_its_progress_and_can_be_stopped(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    deck = studio.open("band").ready(1)
    goes_on = threading.Event()

    def slow(folder: Path, mix: np.ndarray, sample_rate: int, report: Any) -> None:
        while not goes_on.wait(0.05):
            report(0.5)
        write_preview(folder, mix, sample_rate, report)

    monkeypatch.setattr("assistant.web.auditions.write_preview", slow)
    move(deck.room, "keys", 6.0)
    deck.page.evaluate("() => window.dispatchEvent(new CustomEvent('gainsay:changed'))")
    bar = deck.page.get_by_role("progressbar", name="Rendering v1 keys +6.0 dB")
    bar.wait_for()
    deck.until("player.shadowRoot.querySelector('li:nth-child(2) progress').value === 0.8")
    assert deck.page.locator(".slot").nth(1).get_attribute("aria-disabled") == "true"
    deck.page.get_by_role("button", name="Stop rendering v1 keys +6.0 dB").click()
    again = deck.page.get_by_role("button", name="Render v1 keys +6.0 dB")
    again.wait_for()
    assert deck.does("return engine.tracks.size") == 1
    goes_on.set()
    again.click()
    deck.ready(2)
    assert deck.does("return engine.selected") == "v1"


def test_what_goes_wrong_is_told_and_the_rest_plays_on(studio: Studio) -> None:
    deck = studio.open("band").ready(1)
    take = deck.room.session.folder / "take1.wav"
    take.write_bytes(b"no audio at all")
    deck.room.session.add_take(take, 3, True)
    deck.page.keyboard.press("Space")
    deck.page.evaluate("() => window.dispatchEvent(new CustomEvent('gainsay:changed'))")
    deck.until("player.comparison.rows.get('take1')?.state === 'failed' && engine.playing")
    failed = deck.page.locator("li.failed .offset")
    assert "render it again with seed 3" in failed.inner_text()
    deck.page.route("**/auditions?peaks=false", lambda route: route.abort())
    deck.page.evaluate("() => window.dispatchEvent(new CustomEvent('gainsay:changed'))")
    deck.until("player.parts.note.classList.contains('error')")
    assert "Gainsay does not answer" in deck.does("return player.parts.note.textContent")
    deck.page.unroute("**/auditions?peaks=false")
    deck.page.evaluate("() => window.dispatchEvent(new CustomEvent('gainsay:changed'))")
    deck.until("!player.parts.note.classList.contains('error')")
    assert deck.does("return engine.playing")
