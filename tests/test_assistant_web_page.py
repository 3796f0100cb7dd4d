"""The whole page in a real browser: from the demo song to a render that is compared and undone."""

import base64
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import numpy as np
import pytest

pytest.importorskip("gradio", reason='needs gradio: pip install "gainsay[web]"')

from mixer.loudness import integrated_lufs
from tests.player_page import STOP, Deck
from tests.web_axe import serious
from tests.web_visit import Visit

RATE = 44100
ASK = "How does the balance sound to you?"


@pytest.fixture
def visit(page, web_server) -> Visit:
    return Visit(page, web_server.address)


@pytest.fixture
def recording_visit(chromium, web_server) -> Iterator[Visit]:
    """A visit whose page lets a tape recorder in, which the real page's policy does not."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, bypass_csp=True)
    yield Visit(context.new_page(), web_server.address)
    context.close()


def proposed(visit: Visit) -> dict[str, float]:
    """Ask for advice by a suggestion, and read the card."""
    before = visit.replies()
    visit.page.click(f"#suggestions button:has-text('{ASK}')")
    visit.page.wait_for_selector("gainsay-card section")
    visit.reply_after(before)
    rows = visit.page.locator("gainsay-card tbody tr").all()
    return {
        row.locator("th").inner_text(): float(
            row.locator("td").first.inner_text().replace("−", "-").removesuffix(" dB")
        )
        for row in rows
    }


def heard(deck: Deck, place: int, loop_s: tuple[float, float]) -> np.ndarray:
    """Switch to a version with its key while it plays: one round of the loop, (2, samples)."""
    samples = round((loop_s[1] - loop_s[0]) * RATE)
    deck.page.keyboard.press(str(place))
    deck.run(0.2)
    taken(deck)
    deck.run((samples + 0.3 * RATE) / RATE)
    now, position = deck.does("return [engine.context.currentTime, engine.position]")
    frames, audio = taken(deck)
    assert np.mean(np.diff(frames) == 128) > 0.98, "the machine was too busy to record"
    at = round(position - (now * RATE - frames[0]) - loop_s[0] * RATE)  # where the tape begins
    return np.roll(audio[:, :samples], at % samples, axis=1)


def taken(deck: Deck) -> tuple[np.ndarray, np.ndarray]:
    """What the tape has: the clock's count at each block, and the audio of all blocks."""
    told = deck.page.evaluate(STOP)
    blocks = np.frombuffer(base64.b64decode(told["audio"]), np.float32).reshape(-1, 2, 128)
    audio = np.ascontiguousarray(blocks.transpose(1, 0, 2).reshape(2, -1))
    return np.array(told["frames"]), audio


def alike(one: np.ndarray, other: np.ndarray) -> float:
    """How alike two rounds of the loop are, if not quite in step (1: the same)."""
    a, b = (part[0] - part[0].mean() for part in (one, other))
    across = np.fft.irfft(np.fft.rfft(a) * np.conj(np.fft.rfft(b)), len(a))
    return float(across.max() / (np.linalg.norm(a) * np.linalg.norm(b)))


def test_open_ask_apply_render_switch_reload_undo(recording_visit):
    visit = recording_visit
    moves = proposed(visit)
    assert moves and "propose moves" in visit.steps()[0]
    assert re.search(r"\(\d[\d.]* ?m?s\)", visit.steps()[0])  # how long it took

    before = visit.replies()
    visit.page.click("gainsay-card >> text=Apply")
    assert "v1" in visit.reply_after(before)
    assert visit.gains_db() == pytest.approx(moves)
    visit.page.wait_for_function(
        "!document.querySelector('gainsay-card').shadowRoot.childElementCount"
    )

    visit.say("Render it with effects.")
    assert "render mix" in visit.steps()[-1]

    deck = Deck.__new__(Deck)
    deck.page, deck.room = visit.page, None
    deck.until("engine && player.comparison.ids.includes('take1')")
    deck.until("!player.comparison.isRendering && player.comparison.ids.every("
               "(id) => engine.tracks.has(id))")  # fmt: skip
    labels = deck.does("return player.comparison.ids")
    one, two = labels.index("v0") + 1, labels.index("take1") + 1
    deck.does("player.setLoop({ start: 6, end: 9, on: true });")
    deck.until("player.comparison.matchedFor && !player.comparison.isRendering")
    deck.tape()
    visit.page.click("gainsay-player >> text=Play")
    deck.run(1.0)
    parts = [heard(deck, place, (6.0, 9.0)) for place in (one, two, one, two)]
    levels = [integrated_lufs(part, RATE) for part in parts]
    assert min(levels) > -40.0, "both are heard"
    assert max(levels) - min(levels) <= 0.1, levels
    assert alike(parts[0], parts[2]) > 0.99 > 0.95 > alike(parts[0], parts[1])
    visit.page.click("gainsay-player >> text=Pause")

    shown, room = (visit.replies(), visit.steps()), visit.token
    visit.page.reload()
    visit.is_open()
    visit.page.wait_for_selector("#chat .bot .message-content")
    assert visit.token == room and (visit.replies(), visit.steps()) == shown
    assert visit.gains_db() == pytest.approx(moves)

    visit.say("Undo that.")
    assert visit.gains_db() == {}
    assert visit.desk()["can_redo"] and len(visit.desk()["versions"]) == 2


def test_the_hand_and_the_chat_work_on_one_state(visit):
    visit.say("vocals up 3 dB")
    assert visit.gains_db() == {"vocals": 3.0}
    slider = visit.page.get_by_role("slider", name=re.compile("^vocals")).first
    visit.page.wait_for_function(
        "(s) => Math.abs(Number(s.getAttribute('aria-valuenow') ?? s.value) - 3) < 0.01",
        arg=slider.element_handle(),
    )
    body = "{method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({"
    visit.page.evaluate(
        f"fetch('/rooms/{visit.token}/desk', {body}stem: 'keys', gain_db: -2}})}})"
        ".then(() => window.dispatchEvent(new CustomEvent('gainsay:changed', {detail: {}})))"
    )
    visit.page.wait_for_selector("#chat .thought-group:has-text('on the desk')")
    assert visit.gains_db() == {"vocals": 3.0, "keys": -2.0}
    visit.say("undo that")
    assert visit.gains_db() == {"vocals": 3.0}


def test_two_tabs_are_two_rooms(visit, chromium, web_server):
    context = chromium.new_context()
    other = Visit(context.new_page(), web_server.address)
    assert other.token != visit.token
    visit.say("vocals up 3 dB")
    assert (visit.gains_db(), other.gains_db()) == ({"vocals": 3.0}, {})
    assert other.replies() == []
    context.close()


def test_six_tabs_of_one_browser_answer_and_follow(chromium, web_server):
    context = chromium.new_context()
    tabs = [Visit(context.new_page(), web_server.address) for _ in range(6)]
    assert len({tab.token for tab in tabs}) == 6
    twin = Visit(context.new_page(), f"{web_server.address}/?room={tabs[0].token}")
    tabs[5].page.wait_for_load_state("networkidle", timeout=10_000)
    for gain_db, tab in enumerate((tabs[0], tabs[5]), start=1):
        tab.say(f"vocals up {gain_db} dB")
        assert tab.gains_db() == {"vocals": float(gain_db)}
    twin.page.wait_for_selector("#chat .bot .message-content", timeout=10_000)
    assert twin.replies() == tabs[0].replies()
    context.close()


def test_moves_are_adjusted_before_they_are_applied(visit):
    stem = next(iter(proposed(visit)))
    visit.page.click("gainsay-card >> text=Adjust")
    for box in visit.page.locator("gainsay-card input").all():
        name = box.get_attribute("aria-label")
        box.fill("1.5" if name == f"Move of {stem} in dB" else "0")
    before = visit.replies()
    visit.page.click("gainsay-card >> text=Apply as set")
    assert "1.5 dB" in visit.reply_after(before)
    assert visit.gains_db() == {stem: 1.5}


def test_why_is_answered_from_the_card(visit):
    proposed(visit)
    before = visit.replies()
    visit.page.click("gainsay-card >> text=Why?")
    assert re.search(r"-?\d+\.\d LU", visit.reply_after(before))
    visit.page.wait_for_selector("gainsay-card section")  # the advice still stands


def test_everything_is_reached_by_keyboard_alone(visit):
    page = visit.page
    page.focus("#words textarea")
    page.keyboard.type(ASK)
    before = visit.replies()
    page.keyboard.press("Enter")
    visit.reply_after(before)
    page.wait_for_selector("gainsay-card section")
    page.wait_for_timeout(500)
    page.focus("#words textarea")
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        inside = page.evaluate("document.activeElement.shadowRoot?.activeElement?.textContent")
        if inside == "Apply":
            break
    assert inside == "Apply"
    before = visit.replies()
    page.keyboard.press("Enter")
    assert "v1" in visit.reply_after(before)


def test_a_tool_step_is_one_button_that_says_whether_it_is_open(visit):
    visit.say("what are the levels?")
    step = visit.page.get_by_role("button", name=re.compile("measure levels"))
    visit.page.wait_for_selector("#chat .thought-group .title[aria-expanded='false']")
    step.focus()
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#chat .thought-group .title[aria-expanded='true']")
    assert "LUFS" in visit.page.inner_text("#chat .thought-group")


def test_a_long_render_shows_what_it_does_and_is_stopped(visit):
    page = visit.page
    page.fill("#words textarea", "render five takes with effects")
    page.press("#words textarea", "Enter")
    page.wait_for_selector("#stop")
    page.wait_for_selector("#status .work")
    page.click("#stop")
    page.wait_for_selector("#send")
    page.wait_for_selector("#status >> text=Stopped")
    assert visit.page.inner_text("#chat .bot-row:last-child").startswith("(stopped")
    assert "v0" in visit.say("what versions are there?")


def test_the_page_needs_nobody_else(visit):
    visit.say("what are the levels?")
    host = urlsplit(visit.page.url).netloc
    elsewhere = [url for url in visit.asked if urlsplit(url).scheme.startswith("http")
                 and urlsplit(url).netloc != host]  # fmt: skip
    assert elsewhere == [] and len(visit.asked) > 20


@pytest.mark.parametrize(("size", "scheme"), [((1366, 768), "light"), ((390, 844), "dark")])
def test_axe_finds_nothing_serious(chromium, web_server, size, scheme):
    width, height = size
    context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    visit = Visit(context.new_page(), web_server.address)
    proposed(visit)
    visit.say("what are the levels?")
    visit.page.locator("#chat .thought-group .title").first.click()
    visit.page.wait_for_timeout(500)
    assert serious(visit.page) == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
