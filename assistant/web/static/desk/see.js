// The charts, one at a time, of one stem. One rule: nothing is measured that nobody looks at.

import { ask } from "../asking.js";
import { make } from "../making.js";
import * as levels from "./chart_levels.js";
import * as loudness from "./chart_loudness.js";
import * as spectrum from "./chart_spectrum.js";
import { Tabs } from "./tabs.js";

const CHARTS = { Levels: levels, Spectrum: spectrum, "Loudness over time": loudness };
const AFTER_MS = 250; // several changes in a row are drawn once
const AGAIN_MS = 600; // while what a chart is read on is being rendered

export class See {
  constructor(room) {
    this.room = room;
    this.looking = false;
    this.stem = make("select", { onchange: () => this.#soon() });
    this.before = make("select", { onchange: () => this.#soon() });
    const named = (text, select) =>
      make("label", { className: "of", hidden: true }, make("span", { textContent: text }), select);
    this.of = named("Stem", this.stem);
    this.since = named("Before", this.before);
    this.place = make("div", { className: "chart" });
    this.state = make("p", { className: "small", role: "status" });
    this.tabs = new Tabs("Charts", Object.keys(CHARTS).map((title) => [title, null]), (title) => {
      if (this.chart && this.chart.title !== title) this.#clear();
      this.#soon();
    });
    this.element = make("div", { className: "scroll see" },
      make("div", { className: "choose" }, this.tabs.list, this.of, this.since), this.state, this.place);
    this.tabs.tabs.forEach((tab) => tab.setAttribute("aria-controls", "chart"));
    this.place.id = "chart";
    this.place.setAttribute("role", "tabpanel");
    this.place.setAttribute("aria-label", "Chart");
    new ResizeObserver(() => this.#draw()).observe(this.place);
  }

  look(looking) {
    this.looking = looking;
    this.#soon();
  }

  // What the desk shows has changed.
  show(state) {
    this.anchor = state.anchor;
    const names = state.stems.map((stem) => stem.name);
    const other = names.find((name) => name !== state.anchor) ?? names[0];
    offer(this.stem, names.map((name) => [name, name]), other);
    offer(this.before, state.versions.map(({ version, label }) =>
      [String(version), version ? label : "as opened"]), "0");
    this.#soon();
  }

  #soon() {
    clearTimeout(this.waiting);
    if (this.looking) this.waiting = setTimeout(() => this.#read(), AFTER_MS);
  }

  async #read() {
    const title = this.tabs.title;
    this.of.hidden = title === "Levels";
    this.since.hidden = title !== "Levels";
    const asked = CHARTS[title].asked(this.stem.value, this.before.value);
    this.latest = asked;
    const slow = setTimeout(() => { this.state.textContent ||= "Measuring …"; }, 400);
    try {
      const data = await ask(`${this.room}/charts/${asked}`);
      if (this.latest !== asked) return;
      if (data.waiting !== undefined) {
        this.#waitFor(data);
        return;
      }
      this.chart = { title, data };
      this.state.textContent = "";
      this.#draw();
    } catch (error) {
      if (this.latest === asked) this.state.textContent = error.message;
    } finally {
      clearTimeout(slow);
    }
  }

  // The server renders or measures first, and says how much of it is done; fifths are read out.
  #waitFor({ waiting, doing }) {
    this.state.textContent = `${doing}, ${20 * Math.floor(5 * waiting)} % …`;
    clearTimeout(this.waiting);
    if (this.looking) this.waiting = setTimeout(() => this.#read(), AGAIN_MS);
  }

  #clear() {
    this.chart = this.drawn = null;
    this.place.replaceChildren();
  }

  #draw() {
    const width = Math.floor(this.place.clientWidth);
    if (!this.chart || width < 120) return;
    const { title, data } = this.chart;
    if (this.drawn?.data === data && this.drawn.width === width) return;
    this.drawn = { data, width };
    const open = this.place.querySelector("details")?.open ?? false;
    this.place.replaceChildren(...CHARTS[title].drawn(data, width));
    const numbers = this.place.querySelector("details");
    if (numbers) numbers.open = open;
  }
}

// Fill a select with [value, text] options; what was chosen stays chosen where it still is there.
function offer(select, options, first) {
  const told = options.map(([value]) => value).join("\n");
  if (told === select.told) return;
  const was = select.told === undefined ? first : select.value;
  select.told = told;
  select.replaceChildren(...options.map(([value, text]) => make("option", { value, textContent: text })));
  select.value = options.some(([value]) => value === was) ? was : first;
}
