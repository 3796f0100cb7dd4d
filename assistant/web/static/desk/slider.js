// A slider that is set once a gesture. One rule: a drag is one change, told when it is let go, and so
// is a run of keys, told when they rest; while the hand is on it nobody else moves it.

import { make } from "../making.js";
import { shown } from "./words.js";

const REST_MS = 600;
const ENDS = ["pointerup", "pointercancel"];

export class Slider {
  // told(value) is what a screen reader says, short(value) what stands beside it; steps in units.
  constructor({ label, min, max, step, keyStep, bigStep, neutral, told, short, kind, set }) {
    Object.assign(this, { told, short, neutral, set, keyStep, bigStep, step });
    this.held = this.moved = this.down = this.pointed = false;
    this.telling = 0; // how many values are on their way
    this.last = neutral;
    this.output = make("span", { className: "value", "aria-hidden": "true" });
    this.input = make("input", {
      type: "range", min, max, step, className: kind, "aria-label": label,
      oninput: () => this.#moving(), onchange: () => this.#changed(),
      onpointerdown: () => this.#taken(), onkeydown: (event) => this.#key(event), onblur: () => this.#tell(),
      ondblclick: () => this.#to(this.neutral, 0),
    });
    this.element = make("div", { className: `slider ${kind}` }, this.input, this.output);
  }

  get value() {
    return this.input.valueAsNumber;
  }

  // What the session says; it waits while the hand is on the slider or its word on the way.
  show(value) {
    this.last = value;
    if (this.held || this.telling) return;
    this.input.value = value;
    this.#name();
  }

  #name() {
    this.input.setAttribute("aria-valuetext", this.told(this.value));
    this.output.textContent = shown(this.short(this.value));
  }

  #taken() {
    this.held = this.down = this.pointed = true;
    const letGo = ({ type }) => {
      this.down = false;
      if (type === "pointercancel") this.#giveUp();
      this.#tellIn(0); // after the change event of the same gesture
      for (const end of ENDS) window.removeEventListener(end, letGo);
    };
    for (const end of ENDS) window.addEventListener(end, letGo);
  }

  // The touch was meant to scroll the page: nothing was set.
  #giveUp() {
    this.moved = false;
    this.input.value = this.last;
    this.#name();
  }

  #moving() {
    this.held = this.moved = true;
    this.#name();
    if (!this.down) this.#tellIn(REST_MS);
  }

  #changed() {
    this.down = false;
    this.#tellIn(this.pointed ? 0 : REST_MS);
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = event.shiftKey ? this.step : this.keyStep;
    const by = { ArrowUp: step, ArrowRight: step, ArrowDown: -step, ArrowLeft: -step,
      PageUp: this.bigStep, PageDown: -this.bigStep }[event.key];
    const to = { Home: Number(this.input.min), End: Number(this.input.max), 0: this.neutral }[event.key];
    if (by === undefined && to === undefined) return;
    event.preventDefault();
    this.pointed = false;
    this.#to(to ?? this.value + by, REST_MS);
  }

  #to(value, after) {
    this.held = this.moved = true;
    this.input.value = value;
    this.#name();
    this.#tellIn(after);
  }

  #tellIn(ms) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.#tell(), ms);
  }

  async #tell() {
    clearTimeout(this.waiting);
    if (!this.held || this.down) return;
    const value = Math.round(this.value * 100) / 100;
    const isNew = this.moved && value !== this.last;
    this.held = this.moved = this.pointed = false;
    if (isNew) {
      this.last = value;
      this.telling += 1;
      await this.set(value);
      this.telling -= 1;
    }
    this.show(this.last);
  }
}
