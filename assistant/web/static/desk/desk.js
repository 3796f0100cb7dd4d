// <gainsay-desk room>: faders, versions and charts of one room. One rule: the session is the state;
// the desk shows it, and what the hand wants goes there before it is shown as done.

import { ask, askInTurn, tell } from "../asking.js";
import { make, styled } from "../making.js";
import { Following } from "./following.js";
import { axis, levelTold, scaleOf } from "./level_bar.js";
import { See } from "./see.js";
import { Strip } from "./strip.js";
import { CSS } from "./style.js";
import { Tabs } from "./tabs.js";
import { Versions } from "./versions.js";

const KEYS = "Arrows move a fader by 0.5 dB or a pan by 5 %, with Shift by 0.1 dB or 1 %, Page up and " +
  "down by 3 dB or 25 %, Home and End to the ends, 0 or a double click to the middle. On a strip: M " +
  "mutes, S solos, A makes it the anchor. Ctrl Z undoes, Ctrl Shift Z redoes.";
const WAITS = "Gainsay is at work: what you set here is done when it has finished.";
const HINT = "Shaded: where 8 of 10 mixes have such a stem. ▼ ▲ outside it. ◇ proposed.";

class Desk extends HTMLElement {
  #queue = Promise.resolve();
  #soloed = new Set();
  #state = null;

  connectedCallback() {
    this.room = `/rooms/${this.getAttribute("room")}`;
    this.strips = new Map();
    this.#build();
    window.addEventListener("gainsay:changed", this.#changed);
    window.addEventListener("gainsay:solo", this.#soloedElsewhere);
    this.following = new Following(this.room, (revision) => tell("changed", { revision, from: "elsewhere" }));
    this.#read().then(() => this.isConnected && this.following.begin(this.#state?.revision ?? -1));
  }

  disconnectedCallback() {
    window.removeEventListener("gainsay:changed", this.#changed);
    window.removeEventListener("gainsay:solo", this.#soloedElsewhere);
    this.following.end();
  }

  #build() {
    const step = (name, text) => make("button", { type: "button", textContent: text,
      "aria-disabled": "true", onclick: () => this.#step(name) });
    this.undo = step("undo", "Undo");
    this.redo = step("redo", "Redo");
    this.where = make("span", { className: "where" });
    this.unsolo = make("button", { type: "button", hidden: true, textContent: "Solo off",
      onclick: () => this.#solo(null) });
    this.list = make("ul", { className: "strips", "aria-label": "Stems" });
    this.head = make("div", { className: "head", "aria-hidden": "true" });
    this.scroll = make("div", { className: "scroll" }, this.head, this.list);
    this.versions = new Versions((change) => this.#want(change));
    this.see = new See(this.room);
    this.error = make("p", { className: "error", role: "alert" });
    this.waits = make("p", { className: "waits", hidden: true, textContent: WAITS });
    this.live = make("p", { className: "unseen", role: "status" });
    const keys = make("details", { className: "keys" }, make("summary", { textContent: "Keys" }),
      make("p", { textContent: KEYS }));
    this.hint = make("p", { className: "hint", textContent: HINT, hidden: true });
    const faders = make("div", {}, this.scroll, make("footer", {}, this.hint, keys));
    this.tabs = new Tabs("Mix desk", [["Faders", faders], ["Versions", this.versions.element],
      ["See", this.see.element]], (title) => this.see.look(title === "See"));
    styled(this, CSS).replaceChildren(make("section", { "aria-label": "Mix desk",
      onkeydown: (event) => this.#key(event) },
      make("header", {}, this.tabs.list, this.where, this.unsolo, this.undo, this.redo),
      this.error, this.waits, ...this.tabs.panels, this.live));
  }

  #changed = (event) => {
    if (event.detail?.revision !== this.#state?.revision) this.#read();
  };

  async #read() {
    try {
      const state = await ask(`${this.room}/desk`);
      if (this.isConnected) this.#show(state);
    } catch (error) {
      this.#fault(error.message);
      this.unread = true;
    }
  }

  // What went wrong, until something is done; what could not be read, until it can be.
  #fault(text) {
    this.unread = false;
    this.error.textContent = text;
  }

  #step(name) {
    const button = name === "undo" ? this.undo : this.redo;
    if (button.getAttribute("aria-disabled") === "false") this.#want({ do: name });
  }

  #key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    const name = key === "y" || (key === "z" && event.shiftKey) ? "redo" : key === "z" ? "undo" : null;
    if (name === null) return;
    event.preventDefault();
    this.#step(name);
  }

  // One change after the other; whether it was done.
  #want(change) {
    const done = this.#queue.then(() => this.#carryOut(change));
    this.#queue = done;
    return done;
  }

  async #carryOut(change) {
    try {
      const state = await askInTurn(`${this.room}/desk`, change, () => this.#waiting(true));
      this.following.revision = state.revision;
      this.#show(state, change);
      tell("changed", { revision: state.revision, from: "desk" });
      return true;
    } catch (error) {
      await this.#read(); // back to what is the case
      this.#fault(error.message);
      return false;
    } finally {
      this.#waiting(false);
    }
  }

  // Say that a change waits for a turn of the chat; whether to go on waiting.
  #waiting(waits) {
    if (waits && this.waits.hidden) this.#say(WAITS);
    this.waits.hidden = !waits;
    return this.isConnected;
  }

  #show(state, change = null) {
    const before = this.#state;
    if (before && change === null && state.revision < before.revision && state.song === before.song) {
      this.following.revision = state.revision; // the server was started again
    }
    this.#state = state;
    if (change !== null || this.unread) this.#fault("");
    const current = state.versions.find((version) => version.current);
    this.undo.setAttribute("aria-disabled", String(!state.can_undo));
    this.redo.setAttribute("aria-disabled", String(!state.can_redo));
    this.where.textContent = this.where.title = `${current.label}, against ${state.anchor}`;
    this.#showStrips(state);
    this.versions.show(state.versions);
    this.see.show(state);
    this.#announce(before, state, current, change);
  }

  #showStrips(state) {
    const names = state.stems.map((stem) => stem.name);
    if (names.join("\n") !== [...this.strips.keys()].join("\n")) {
      const how = { roles: state.roles, maxGainDb: state.max_gain_db,
        wants: (change) => this.#want(change), solo: (name) => this.#solo(name) };
      this.strips = new Map(names.map((name) => [name, new Strip(name, how)]));
      this.list.replaceChildren(...[...this.strips.values()].map((strip) => strip.element));
      this.#soloed = new Set([...this.#soloed].filter((name) => this.strips.has(name)));
    }
    const scale = scaleOf(state);
    this.head.replaceChildren(...["Stem", axis(scale), "Fader", "Pan", ""].map((part) =>
      typeof part === "string" ? make("span", { textContent: part }) : part));
    this.hint.hidden = false;
    for (const stem of state.stems) this.strips.get(stem.name).show(stem, state, scale, this.#soloed);
  }

  #solo(name) {
    if (name === null) this.#soloed.clear();
    else if (!this.#soloed.delete(name)) this.#soloed.add(name);
    const stems = this.#state.stems.map((stem) => stem.name).filter((one) => this.#soloed.has(one));
    tell("solo", { stems });
    if (name === null) this.undo.focus(); // the button that was pressed goes
    this.#showSolo(stems);
  }

  // The player has a way back to the whole mix, too.
  #soloedElsewhere = ({ detail }) => {
    if (detail?.from !== "player" || this.#state === null) return;
    this.#soloed = new Set(detail.stems.filter((name) => this.strips.has(name)));
    this.#showSolo(detail.stems);
  };

  #showSolo(stems) {
    this.unsolo.hidden = this.#soloed.size === 0;
    this.#showStrips(this.#state);
    this.#say(stems.length ? `Solo: ${stems.join(", ")}` : "Solo off");
  }

  #announce(before, state, current, change) {
    if (before === null) return;
    const was = before.versions.find((version) => version.current);
    if (change?.anchor || before.anchor !== state.anchor) this.#say(`The anchor is ${state.anchor}`);
    else if (change?.role) this.#say(`${change.stem} is taken for ${change.role}`);
    else if (was.label !== current.label) {
      const stem = change?.stem && state.stems.find((one) => one.name === change.stem);
      const level = stem ? `. ${levelTold(stem, state.anchor, null)}` : "";
      this.#say(`${current.label}: ${current.why}${level}`);
    }
  }

  #say(text) {
    this.live.textContent = this.live.textContent === text ? `${text} ` : text;
  }
}

customElements.define("gainsay-desk", Desk);
