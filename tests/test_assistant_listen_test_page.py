"""The page of a listening test in a browser: hear, mark, go on, by keyboard; answers arrive."""

import re
import threading

import pytest

from assistant.listen_test.answers import read_answers
from assistant.listen_test.kit import TestOptions, make
from assistant.listen_test.serving import TestServer
from assistant.listen_test.sources import read_sources
from tests.test_assistant_listen_test import mixes


@pytest.fixture
def server(tmp_path, request):
    kind, systems = request.param
    folder = mixes(tmp_path / "mixes", songs=2, systems=systems)
    if kind == "advice":
        for song in folder.iterdir():
            (song / "gainsay.txt").write_text("<b>vocals</b> +3.0 dB")
    reference = "human" if kind == "rate" else None
    options = TestOptions(kind, listeners=2, seconds=1.5, reference=reference)
    with TestServer(make(read_sources(folder, kind), tmp_path / "test", options).folder, 0) as one:
        threading.Thread(target=one.serve_forever, daemon=True).start()
        yield one
        one.shutdown()


def begin(page, server, listener=1):
    page.set_default_timeout(60_000)
    page.goto(f"{server.address}?listener={listener}")
    page.get_by_label("What you listen on").select_option("headphones")
    page.get_by_role("button", name="Begin").click()


def missing(page):
    return page.text_content(".missing") or ""


def unheard(page):
    """The part of what is missing that names stimuli."""
    said = missing(page)
    return said.partition("not heard yet:")[2].partition(";")[0]


def hear(page, keys):
    """Hear each for as long as the page asks for; it takes keys once its sounds are loaded."""
    page.wait_for_selector(".missing", state="attached")
    for key in keys:
        name = {"0": "Reference", "1": "A", "2": "B"}[key]
        page.keyboard.press(key)
        until(page, lambda name=name: name not in re.findall(r"\w+", unheard(page)))


def until(page, so):
    for _ in range(600):
        if so():
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the page still says: {missing(page)}")


@pytest.mark.slow
@pytest.mark.parametrize("server", [("rate", ("human", "megami"))], indirect=True)
def test_a_test_is_taken_by_keyboard_and_goes_on_after_a_reload(page, server):
    begin(page, server)
    page.get_by_role("button", name="It is loud enough").click()
    page.get_by_role("heading", name="1 of 2").wait_for()
    page.wait_for_selector(".missing", state="attached")
    page.keyboard.press("Enter")  # nothing heard, nothing marked: stays
    assert "not heard yet: Reference, A, B; marks to give: 2" in missing(page)
    hear(page, "012")  # a number gives its slider the focus
    page.keyboard.press("ArrowRight")  # B: 50 becomes 51
    page.keyboard.press("1")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")  # A: 47
    until(page, lambda: missing(page) == "")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="2 of 2").wait_for()
    path = server.book.path(1)
    assert [(a.letter, a.value) for a in read_answers(path)] == [("A", 47.0), ("B", 51.0)]
    assert all(a.heard_s > 1.0 and a.playback == "headphones" for a in read_answers(path))
    page.reload()
    begin(page, server)
    page.get_by_role("heading", name="2 of 2").wait_for()  # neither volume nor screen 1 again
    hear(page, "210")
    for name in ("A", "B"):
        page.get_by_label(f"Mark of {name}").fill("80")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    assert server.book.finished() == [1]
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    kept = read_answers(download.value.path())
    told = [(a.screen, a.stimulus, a.value, a.place) for a in read_answers(path)]
    assert [(a.screen, a.stimulus, a.value, a.place) for a in kept] == told


@pytest.mark.slow
@pytest.mark.parametrize("server", [("rate", ("human", "megami"))], indirect=True)
def test_what_is_switched_to_goes_on_at_the_same_sample(page, server):
    page.set_default_timeout(60_000)
    page.goto(server.address)
    times = page.evaluate(
        """async () => {
          const { Player } = await import("/player.js");
          const plan = await (await fetch("test.json")).json();
          const about = Object.values(plan.screens)[0];
          const player = new Player(about.sample_rate);
          await player.load(about.audio);
          await player.play();
          const starts = new Set([...player.voices.values()].map(() => player.startedAt));
          await new Promise((done) => setTimeout(done, 300));
          const before = player.position;
          player.choose(about.audio[1]);
          const after = player.position;
          await player.setLoop({ start: 0.2, end: 0.9 });
          await player.seek(0.85);
          await new Promise((done) => setTimeout(done, 400));
          const looped = player.position;
          const rate = player.context.sampleRate;
          await player.close();
          return { starts: starts.size, moved: after - before, looped, rate };
        }"""
    )
    assert times["starts"] == 1 and times["rate"] == 44100
    assert 0.0 <= times["moved"] < 0.05  # the same place, but for the time that the call took
    assert 0.2 <= times["looped"] < 0.9


@pytest.mark.slow
@pytest.mark.parametrize("server", [("advice", ("mix",))], indirect=True)
def test_advice_is_text_never_markup_and_gets_its_four_grades(page, server):
    begin(page, server)
    page.get_by_role("button", name="It is loud enough").click()
    assert page.text_content("blockquote") == "<b>vocals</b> +3.0 dB"
    page.keyboard.press("Space")
    for group, grade in zip(page.locator("fieldset").all(), (1, 2, 4, 5), strict=True):
        group.get_by_role("radio").nth(grade - 1).check()
    until(page, lambda: missing(page) == "")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("heading", name="2 of 2").wait_for()
    found = [(a.item, a.value) for a in read_answers(server.book.path(1))]
    items = ["effective", "actionable", "conventional", "clear"]
    assert found == list(zip(items, (1, 2, 4, 5), strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("server", [("compare", ("human", "megami"))], indirect=True)
def test_without_our_server_answers_are_kept_for_a_file(page, server):
    """As on a plain web server: no word of ours at /answers."""
    page.route("**/answers*", lambda route: route.fulfill(status=404, body="no"))
    begin(page, server, 2)
    page.get_by_role("button", name="It is loud enough").click()
    for number, choice in ((1, "A is better"), (2, "B is much better")):
        page.get_by_role("heading", name=f"{number} of 2").wait_for()
        hear(page, "12")
        page.get_by_label(choice, exact=True).check()
        page.get_by_role("button", name="Next").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download your answers (listener_002.csv)").click()
    kept = read_answers(download.value.path())
    assert [(a.value, a.listener, a.place) for a in kept] == [(2.0, 2, 1), (-3.0, 2, 2)]
    assert [a.kit for a in kept] == [server.book.kit] * 2
    assert not server.book.path(2).exists()
