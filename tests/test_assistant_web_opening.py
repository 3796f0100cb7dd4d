"""Opening a song in a real browser: files, a zip, refusals, hostile names; a killed server."""

import io
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("gradio", reason='needs gradio: pip install "gainsay[web]"')

from tests.scripted import ScriptedListener, call, moves, say, song_folder
from tests.web_axe import serious
from tests.web_server import running

WAIT_MS = 200_000
HOSTILE = (
    "<img src=x onerror=window.harmed=1>",
    "<script>window.harmed=2<script>",
    "**bold** [a](javascript:window.harmed=3) ![b](http:evil)",
    "'\"><svg onload=window.harmed=4>",
)


def steps(messages):
    """Measure everything, so that every name is in a tool's result, then say something."""
    return call("measure_levels") if messages[-1]["role"] == "user" else say("There.")


class Listener(ScriptedListener):
    """Never runs out of steps."""

    def __init__(self):
        super().__init__(needed={})

    def next_step(self, hearing, messages, on_token=None, wordings=()):
        self.steps = [steps]
        return super().next_step(hearing, messages, on_token, wordings)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("rooms"), Listener) as started:
        yield started


@pytest.fixture
def opener(page, server):
    """The page before a song is open."""
    page.set_default_timeout(WAIT_MS)
    page.goto(server.address)
    page.wait_for_selector("gainsay-open >> text=Start with the demo song")
    return page


def choose(page, *files: dict) -> None:
    """Give files to the picker."""
    page.locator("gainsay-open input[type=file]:not([webkitdirectory])").set_input_files(
        list(files)
    )


def file(name: str, content: bytes) -> dict:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def listed(page, count: int) -> list[str]:
    """The list of files, once it is so long."""
    page.wait_for_function(
        """(n) => document.querySelector('gainsay-open')
          .shadowRoot.querySelectorAll('li').length >= n""",
        arg=count,
    )
    return page.locator("gainsay-open li").all_inner_texts()


def opened(page):
    page.click("gainsay-open >> text=Open these stems")
    page.wait_for_selector("gainsay-song h1")
    return page


def test_files_are_sent_refused_ones_told_and_the_song_opened(opener, tmp_path):
    folder = song_folder(tmp_path / "song")
    sent = [file(path.name, path.read_bytes()) for path in sorted(folder.iterdir())]
    choose(opener, *sent, file("notes.txt", b"hello"), file("broken.wav", b"RIFF...."))
    lines = listed(opener, 5)
    assert lines[:3] == ["bass.wav", "kick.wav", "vocals.wav"]
    assert lines[3].startswith("Not taken: notes.txt is no audio")
    assert lines[4].startswith("Not taken: broken.wav holds no audio")
    assert opened(opener).inner_text("gainsay-song h1") == "Your stems"
    assert "1 refused" in opener.inner_text("gainsay-song summary")
    assert "broken.wav" in opener.inner_text("gainsay-song details")


def test_a_zip_is_unpacked_and_opened_and_the_anchor_is_one_click(opener, tmp_path):
    folder, packed = song_folder(tmp_path / "song"), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in folder.iterdir():
            archive.write(path, f"My song/{path.name}")
    choose(opener, file("My song.zip", packed.getvalue()))
    assert listed(opener, 3) == [f"My song/{n}.wav" for n in ("bass", "kick", "vocals")]
    opened(opener)
    vocals = opener.get_by_role("radio", name="vocals is the anchor")
    vocals.click()
    opener.wait_for_selector("gainsay-desk >> text=against vocals")


def test_dropped_files_are_taken(opener, tmp_path):
    content = list((song_folder(tmp_path / "song") / "kick.wav").read_bytes())
    opener.evaluate(
        """(bytes) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(bytes)], "kick.wav"));
          document.querySelector("gainsay-open").shadowRoot.querySelector(".drop").dispatchEvent(
            new DragEvent("drop", { dataTransfer: transfer, bubbles: true, composed: true }));
        }""",
        content,
    )
    assert listed(opener, 1) == ["kick.wav"]


def test_a_dropped_folder_is_walked_through(opener, tmp_path):
    folder = song_folder(tmp_path / "My song")
    (folder / "drums").mkdir()
    (folder / "kick.wav").rename(folder / "drums" / "kick.wav")
    (folder / ".DS_Store").write_bytes(b"of the system")
    place = opener.locator("gainsay-open .drop").bounding_box()
    drag = opener.context.new_cdp_session(opener)
    for kind in ("dragEnter", "dragOver", "drop"):  # as from the system's own file window
        drag.send("Input.dispatchDragEvent", {
            "type": kind, "x": place["x"] + 20, "y": place["y"] + 20,
            "data": {"items": [], "files": [str(folder)], "dragOperationsMask": 1},
        })  # fmt: skip
    assert listed(opener, 3) == [f"My song/{n}.wav" for n in ("bass", "drums/kick", "vocals")]
    assert opened(opener).get_by_role("group", name="kick").count() == 1


def test_a_chosen_folder_is_walked_through(opener, tmp_path):
    folder = song_folder(tmp_path / "My song")
    opener.locator("gainsay-open input[webkitdirectory]").set_input_files(str(folder))
    assert sorted(listed(opener, 3)) == [f"My song/{n}.wav" for n in ("bass", "kick", "vocals")]


def test_a_list_can_be_cleared_before_it_is_opened(opener, tmp_path):
    kick = (song_folder(tmp_path / "song") / "kick.wav").read_bytes()
    choose(opener, file("kick.wav", kick))
    listed(opener, 1)
    opener.click("gainsay-open >> text=Clear the list")
    opener.wait_for_function(
        "!document.querySelector('gainsay-open').shadowRoot.querySelector('li')"
    )
    room = parse_qs(urlsplit(opener.url).query)["room"][0]
    assert opener.evaluate(f"fetch('/rooms/{room}').then((a) => a.json())")["uploaded"] == []


def test_axe_finds_nothing_serious_before_a_song_is_open(opener):
    choose(opener, file("notes.txt", b"hello"))
    listed(opener, 1)
    assert serious(opener) == []


def test_markup_in_names_is_inert_everywhere(page, tmp_path):
    folder = song_folder(tmp_path / "<b>song", names=HOSTILE)
    with running(tmp_path / "rooms", Listener, folder) as server:
        page.set_default_timeout(WAIT_MS)
        page.goto(server.address)
        page.wait_for_selector("gainsay-desk .strip")
        page.fill("#words textarea", "<img src=x onerror=window.harmed=5> **what** are the levels?")
        page.press("#words textarea", "Enter")
        page.wait_for_selector("#chat .bot .message-content")
        page.locator("#chat .thought-group .title").first.click()
        page.wait_for_timeout(500)
        shown = page.inner_text("#chat")
        assert "<img src=x onerror=window.harmed=5> **what** are" in shown
        desk = page.evaluate("document.querySelector('gainsay-desk').shadowRoot.textContent")
        for name in HOSTILE:
            assert name in shown and name in desk
        assert page.evaluate("window.harmed") is None
        made = """() => { const all = (root) => [...root.querySelectorAll("*")].flatMap(
            (e) => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])]);
          return all(document).filter((e) => e.matches(
            "img[src='x'], svg[onload], a[href^='javascript'], [onerror]")).length; }"""
        assert page.evaluate(made) == 0


def test_a_killed_server_resumes_from_its_journal(page, tmp_path):
    folder = song_folder(tmp_path / "My song", seconds=2.0)
    page.set_default_timeout(WAIT_MS)
    first = start(tmp_path, folder)
    try:
        page.goto(first.address)
        page.wait_for_selector("gainsay-song h1")
        room = parse_qs(urlsplit(page.url).query)["room"][0]
        told = page.evaluate(
            f"""fetch("/rooms/{room}/moves", {{method: "POST",
              headers: {{"content-type": "application/json"}},
              body: JSON.stringify({{moves: {moves(vocals=3.0)}}})}}).then((a) => a.json())"""
        )
        assert told["revision"] > 0
    finally:
        first.process.send_signal(signal.SIGKILL)
        first.process.wait()
    second = start(tmp_path, folder, port=urlsplit(first.address).port)
    try:
        page.reload()
        page.wait_for_selector("gainsay-song h1")
        page.wait_for_selector("#chat .bot .message-content")
        assert parse_qs(urlsplit(page.url).query)["room"][0] == room
        assert page.inner_text("#chat .user .message-content") == "Apply vocals +3.0 dB."
        desk = page.evaluate(f"fetch('/rooms/{room}/desk').then((a) => a.json())")
        gains = {stem["name"]: stem["gain_db"] for stem in desk["stems"]}
        assert gains == {"bass": 0.0, "kick": 0.0, "vocals": 3.0} and desk["can_undo"]
    finally:
        second.process.terminate()
        second.process.wait(20.0)


class Started:
    """`gainsay web` in a process of its own."""

    def __init__(self, process: subprocess.Popen, address: str) -> None:
        self.process, self.address = process, address


def start(tmp_path: Path, song: Path, port: int = 0) -> Started:
    command = [sys.executable, "-m", "assistant", "web", str(song), "--no-open"]
    command += ["--port", str(port), "--rooms", str(tmp_path / "rooms")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    assert process.stdout is not None
    line = process.stdout.readline()
    match = re.search(r"http://\S+(?=;)", line)
    assert match, line
    return Started(process, match[0])


def test_a_program_talks_through_the_endpoints(server):
    client_of = pytest.importorskip("gradio_client", reason="needs gradio_client").Client
    client = client_of(server.address, verbose=False)
    room = client.predict(api_name="/new_room")
    about = client.predict(room, api_name="/open_demo")
    assert about["song"] == "The demo song" and len(about["stems"]) == 7
    told = client.predict(room, "what are the levels?", api_name="/say")
    assert told["reply"] and [step["name"] for step in told["steps"]] == ["measure_levels"]
    applied = client.predict(room, moves(vocals=2.0), api_name="/apply_moves")
    assert applied["version"] == 1 and "2.0 dB" in applied["reply"]
    assert client.predict(room, "bass", api_name="/set_anchor")["steps"][0]["ok"]
    for nobody, endpoint, *told in (
        ("A" * 22, "/room"), (7, "/say", "hello"), (["A"], "/apply_moves"),
        ({"a": 1}, "/set_anchor", "bass"), (None, "/open_demo"),
    ):  # fmt: skip
        with pytest.raises(Exception, match="no such room"):
            client.predict(nobody, *told, api_name=endpoint)
    with pytest.raises(Exception, match="must be text"):
        client.predict(room, 7, api_name="/say")
    server.rooms.get(room).put_away()
    assert client.predict(room, api_name="/room")["anchor"] == "bass"
    server.rooms.get(room).put_away()
    assert client.predict(room, "what are the levels?", api_name="/say")["version"] == 1
    endpoints = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert set(endpoints) == {
        "/new_room", "/open_demo", "/open_uploaded", "/room", "/say", "/apply_moves", "/set_anchor",
    }  # fmt: skip


def test_a_password_is_asked_for_and_lets_in(chromium, tmp_path):
    with running(tmp_path / "rooms", Listener, password="open sesame") as server:
        context = chromium.new_context(
            http_credentials={"username": "me", "password": "open sesame"}
        )
        page = context.new_page()
        page.goto(server.address, timeout=WAIT_MS)
        page.wait_for_selector("gainsay-open >> text=demo", timeout=WAIT_MS)
        context.close()
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(server.address)


def test_the_command_refuses_what_would_let_strangers_in(gainsay, tmp_path):
    code, _, error = gainsay("web", "--host", "0.0.0.0", "--rooms", tmp_path, "--no-open")
    assert code == 2 and "give a --password" in error
    code, _, error = gainsay("web", tmp_path / "none", "--rooms", tmp_path, "--no-open")
    assert code == 2 and "is not there" in error


def test_a_port_that_is_taken_is_told_of(gainsay, server, tmp_path):
    port = str(urlsplit(server.address).port)
    code, _, error = gainsay("web", "--port", port, "--rooms", tmp_path, "--no-open")
    assert code == 2 and f"port {port} at 127.0.0.1 cannot be had" in error
