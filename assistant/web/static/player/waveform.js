// The song as a wave: where it is played, where it loops; both by pointer and by keys.
//
// One rule: what the pointer can do the keys can do, and each part says its time in words.

import { make } from "../making.js";
import { SHORTEST_S } from "./loops.js";
import { clock, spoken } from "./words.js";

const STEP_S = 1;
const FINE_S = 0.1;
const SPOKEN_EVERY_MS = 1000;
const SVG = "http://www.w3.org/2000/svg";

export class Waveform {
  /** @param {{seek: (s: number) => void, loop: (start: number, end: number) => void}} on */
  constructor(on) {
    this.on = on;
    this.seconds = 1;
    this.position = 0;
    this.loop = null; // {start, end, on}
    this.spokenAt = 0;
    this.rest = wave("rest");
    this.played = wave("played");
    this.head = make("div", { className: "head" });
    this.view = make(
      "div",
      { className: "view", role: "slider", tabIndex: 0, "aria-label": "Position in the song" },
      this.rest.svg,
      this.played.svg,
      this.head,
    );
    this.band = make("div", { className: "band" });
    this.ends = ["start", "end"].map((end) => this.#handle(end));
    const hint = make("span", { className: "hint", textContent: "drag here to loop a part" });
    this.lane = make("div", { className: "lane" }, hint, this.band, ...this.ends);
    this.element = make("div", { className: "wave" }, this.lane, this.view);
    this.#listen();
  }

  setSeconds(seconds) {
    this.seconds = Math.max(seconds, 0.001);
    this.view.setAttribute("aria-valuemin", "0");
    this.view.setAttribute("aria-valuemax", this.seconds.toFixed(1));
    this.setPosition(this.position, true);
    this.setLoop(this.loop);
  }

  /** Draw [[low, high], ...], each times a factor. */
  setPeaks(peaks, gain = 1) {
    const path = outline(peaks, gain);
    this.rest.path.setAttribute("d", path);
    this.played.path.setAttribute("d", path);
    const box = `0 0 ${Math.max(peaks.length, 1)} 2`;
    this.rest.svg.setAttribute("viewBox", box);
    this.played.svg.setAttribute("viewBox", box);
  }

  setPosition(seconds, speak = false) {
    this.position = seconds;
    const share = Math.min(1, Math.max(0, seconds / this.seconds));
    this.head.style.left = `${share * 100}%`;
    this.played.svg.style.clipPath = `inset(0 ${(1 - share) * 100}% 0 0)`;
    const now = performance.now();
    if (!speak && now - this.spokenAt < SPOKEN_EVERY_MS) return;
    this.spokenAt = now;
    this.view.setAttribute("aria-valuenow", seconds.toFixed(1));
    this.view.setAttribute("aria-valuetext", `${spoken(seconds)} of ${spoken(this.seconds)}`);
  }

  /** Show a loop {start, end, on} in seconds; null = there is none. */
  setLoop(loop) {
    this.loop = loop;
    this.lane.classList.toggle("none", !loop);
    this.element.classList.toggle("looping", Boolean(loop && loop.on));
    if (!loop) return;
    const share = (seconds) => `${(seconds / this.seconds) * 100}%`;
    this.band.style.left = share(loop.start);
    this.band.style.width = share(loop.end - loop.start);
    for (const handle of this.ends) {
      const at = loop[handle.dataset.end];
      handle.style.left = share(at);
      handle.setAttribute("aria-valuemin", "0");
      handle.setAttribute("aria-valuemax", this.seconds.toFixed(1));
      handle.setAttribute("aria-valuenow", at.toFixed(2));
      handle.setAttribute("aria-valuetext", spoken(at));
      handle.title = `loop ${handle.dataset.end} ${clock(at)}`;
    }
  }

  #handle(end) {
    const label = `Loop ${end}`;
    const handle = make("span", { className: "end", role: "slider", "aria-label": label });
    handle.tabIndex = 0;
    handle.dataset.end = end;
    handle.addEventListener("keydown", (event) => this.#loopKey(event, end));
    return handle;
  }

  #listen() {
    this.view.addEventListener("keydown", (event) => this.#seekKey(event));
    this.view.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.view.focus({ preventScroll: true });
      this.on.seek(this.#at(event));
    });
    this.lane.addEventListener("pointerdown", (event) => this.#drag(event));
  }

  #seekKey(event) {
    const step = event.shiftKey ? FINE_S : STEP_S;
    const places = {
      ArrowLeft: this.position - step,
      ArrowDown: this.position - step,
      ArrowRight: this.position + step,
      ArrowUp: this.position + step,
      PageDown: this.position - 10 * step,
      PageUp: this.position + 10 * step,
      Home: 0,
      End: this.seconds - STEP_S,
    };
    const place = places[event.key];
    if (place === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.on.seek(Math.min(this.seconds, Math.max(0, place)));
  }

  #loopKey(event, end) {
    if (!this.loop || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? FINE_S : STEP_S;
    const steps = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step };
    if (!(event.key in steps)) return;
    event.preventDefault();
    this.#changeLoop(end, this.loop[end] + steps[event.key]);
  }

  #changeLoop(end, seconds) {
    const { start, end: stop } = this.loop;
    const from = end === "start" ? Math.max(0, Math.min(seconds, stop - SHORTEST_S)) : start;
    const to =
      end === "end" ? Math.min(this.seconds, Math.max(seconds, start + SHORTEST_S)) : stop;
    this.on.loop(from, to);
  }

  #at(event) {
    const box = this.view.getBoundingClientRect();
    const share = (event.clientX - box.left) / Math.max(1, box.width);
    return Math.min(1, Math.max(0, share)) * this.seconds;
  }

  #drag(event) {
    event.preventDefault();
    const end = event.target.dataset.end;
    if (end) event.target.focus({ preventScroll: true });
    const pinned = end ? this.loop[end === "start" ? "end" : "start"] : this.#at(event);
    let drawn = null;
    this.lane.setPointerCapture(event.pointerId);
    const move = (moved) => {
      const at = this.#at(moved);
      const [start, stop] = [Math.min(pinned, at), Math.max(pinned, at)];
      if (stop - start < SHORTEST_S) return;
      drawn = { start, end: stop, on: true };
      this.setLoop(drawn);
    };
    const done = () => {
      this.lane.removeEventListener("pointermove", move);
      this.lane.removeEventListener("pointerup", done);
      this.lane.removeEventListener("pointercancel", done);
      if (drawn) this.on.loop(drawn.start, drawn.end);
    };
    this.lane.addEventListener("pointermove", move);
    this.lane.addEventListener("pointerup", done);
    this.lane.addEventListener("pointercancel", done);
  }
}

/** The outline of peaks as an SVG path in a box of height 2. */
export function outline(peaks, gain) {
  const y = (value) => (1 - Math.max(-1, Math.min(1, value * gain))).toFixed(3);
  const thin = 0.008; // silence is drawn as a line
  const top = peaks.map(([, high], x) => `${x + 0.5} ${y(Math.max(high, thin / gain))}`);
  const bottom = peaks.map(([low], x) => `${x + 0.5} ${y(Math.min(low, -thin / gain))}`);
  return peaks.length ? `M${top.join("L")}L${bottom.reverse().join("L")}Z` : "";
}

function wave(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("class", name);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  svg.append(path);
  return { svg, path };
}
