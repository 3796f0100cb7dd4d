"""A page with nothing but the player on it, and a tape that records what leaves the player.

One rule: what is recorded is the player's own output, sample by sample, with the clock's count.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from assistant.web.audition_routes import audition_routes
from assistant.web.preview_jobs import PreviewJobs
from assistant.web.rooms import Room, Rooms
from mixer.moves import Move
from tests.element_page import element_served
from tests.web_songs import NoListener

PAGE = """<!doctype html><html lang="en"><head><title>Player</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><link rel="stylesheet" href="/static/gainsay.css">
<script type="module" src="/static/player/player.js"></script></head>
<body><main><h1>Player</h1><label>Say <input id="text"></label>
<label>Fader <input id="fader" type="range" min="0" max="10"></label>
<gainsay-player room="TOKEN"></gainsay-player></main></body></html>"""

TAPE = """async () => {
  const { engine } = document.querySelector("gainsay-player");
  const code = `registerProcessor("tape", class extends AudioWorkletProcessor {
    process([input]) {
      const silence = new Float32Array(128);
      const [left, right] = input.length ? input.map((one) => one.slice()) : [silence, silence];
      this.port.postMessage([currentFrame, left, right]);
      return true;
    }
  })`;
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  await engine.context.audioWorklet.addModule(url);
  const options = { channelCount: 2, channelCountMode: "explicit", outputChannelCount: [2] };
  const tape = new AudioWorkletNode(engine.context, "tape", options);
  window.tape = [];
  window.pressed = [];
  tape.port.onmessage = ({ data }) => window.tape.push(data);
  engine.output.connect(tape).connect(engine.context.destination);
  const { context } = engine;
  const clock = () => Math.round(context.currentTime * context.sampleRate);
  window.addEventListener("keydown", ({ key }) => {
    window.pressed.push([key, clock(), null]);
  }, true);
  window.addEventListener("keydown", () => { window.pressed.at(-1)[2] = clock(); });
}"""

STOP = """() => {
  const blocks = window.tape.splice(0);
  const bytes = new Float32Array(blocks.flatMap(([, l, r]) => [...l, ...r]));
  let text = "";
  for (const byte of new Uint8Array(bytes.buffer)) text += String.fromCharCode(byte);
  const frames = blocks.map(([frame]) => frame);
  return { frames, audio: btoa(text), pressed: window.pressed.splice(0) };
}"""


@contextmanager
def player_server(root: Path) -> Iterator[tuple[Rooms, str]]:
    """Rooms, and the address of a server that has the player's page for each of them."""
    rooms = Rooms(root, NoListener)
    with element_served(rooms, PAGE, audition_routes(rooms, PreviewJobs())) as address:
        yield rooms, f"{address}/light"


def move(room: Room, stem: str, gain_db: float) -> None:
    """A new version with one stem moved."""
    state = room.session.state().moved(room.context.names, [Move(stem, gain_db)])
    room.session.change(state, f"{stem} {gain_db:+.1f} dB")


class Deck:
    """The player on its page, as a user and a tape recorder have it."""

    def __init__(self, page: Any, url: str, room: Room) -> None:
        self.page, self.room = page, room
        page.goto(f"{url}/{room.token}")

    def ready(self, tracks: int) -> "Deck":
        """Wait until so many can be played, each with the sound of the place at hand."""
        self.page.wait_for_function(
            """(count) => {
              const { engine, comparison } = document.querySelector("gainsay-player");
              if (!engine || engine.tracks.size !== count || comparison.isRendering) return false;
              const place = Math.floor(engine.place / engine.timeline.chunkSamples);
              return [...engine.tracks.values()].every((track) => track.has(place, engine.store));
            }""",
            arg=tracks,
            timeout=60_000,
        )
        return self

    def does(self, script: str) -> Any:
        """Evaluate with `player` and `engine` at hand."""
        head = 'const player = document.querySelector("gainsay-player"), { engine } = player;'
        return self.page.evaluate(f"async () => {{ {head} {script} }}")

    def until(self, condition: str) -> None:
        """Wait until a condition on `player` and `engine` holds."""
        head = 'const player = document.querySelector("gainsay-player"), { engine } = player;'
        self.page.wait_for_function(f"() => {{ {head} return {condition}; }}", timeout=60_000)

    def run(self, seconds: float) -> None:
        """Let the audio clock run on, however slow the machine is."""
        begun = (
            "engine.timeline.pieces.some((piece) => piece.at < engine.context.currentTime * 44100)"
        )
        self.until(f"!engine.waiting && !engine.pending && (!engine.playing || {begun})")
        now = self.does("return engine.context.currentTime")
        self.until(f"engine.context.currentTime > {now + seconds}")

    def tape(self) -> None:
        """Start recording, once the recorder is in step with the clock."""
        self.page.evaluate(TAPE)
        self.page.wait_for_function("window.tape.length > 40")
        self.page.evaluate("window.tape.splice(0)")

    def recorded(self) -> tuple[int, np.ndarray, list[tuple[str, int, int]]]:
        """The clock's count at the first sample, the audio (2, samples), and the keys: each with
        the clock's count when it came and when the page had dealt with it.

        NaN where a busy machine has kept the recorder, not the player, from a block of 128 samples.
        """
        told = self.page.evaluate(STOP)
        blocks = np.frombuffer(base64.b64decode(told["audio"]), np.float32).reshape(-1, 2, 128)
        frames = np.array(told["frames"]) - told["frames"][0]
        audio = np.full((2, int(frames[-1]) + 128), np.nan, np.float32)
        for start, block in zip(frames, blocks, strict=True):
            audio[:, start : start + 128] = block
        assert np.isnan(audio).mean() < 0.02, "the recorder was kept from its work"
        return told["frames"][0], audio, [tuple(pressed) for pressed in told["pressed"]]

    def text(self) -> str:
        """All that the player shows or speaks, labels and titles too."""
        return self.does(
            """const texts = [];
            for (const element of player.shadowRoot.querySelectorAll("*")) {
              for (const { value } of element.attributes) texts.push(value);
            }
            return texts.join("\\n") + "\\n" + player.shadowRoot.textContent;"""
        )
