// <gainsay-card room>: the moves that are proposed, to apply, adjust, hear or question.

import { ask, tell } from "./asking.js";
import { make, styled } from "./making.js";

const MOST_DB = 24;
const CSS = `
  [hidden] { display: none !important; }
  :host { display: block; color: var(--ink); font: 0.9375rem/1.4 var(--font); }
  section { padding: 10px 12px; border: 1px solid var(--accent); border-radius: var(--radius);
    background: var(--panel); }
  h2 { margin: 0 0 6px; font-size: 0.9375rem; }
  table { width: 100%; border-collapse: collapse; }
  th { text-align: left; font-weight: 400; color: var(--muted); font-size: var(--small); }
  th[scope="row"] { color: var(--ink); font-size: inherit; overflow-wrap: anywhere; }
  td, th { padding: 2px 6px 2px 0; vertical-align: baseline; }
  td { font-variant-numeric: tabular-nums; white-space: nowrap; }
  .muted { color: var(--muted); font-size: var(--small); }
  input { width: 5.5em; padding: 2px 4px; border: 1px solid var(--edge); border-radius: 4px;
    background: var(--paper); color: var(--ink); font: inherit; }
  .buttons { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 8px; }
  button { padding: 5px 12px; border: 1px solid var(--edge); border-radius: var(--radius);
    background: var(--raised); color: var(--ink); font: inherit; cursor: pointer; }
  button.main { background: var(--accent); color: var(--accent-ink); border-color: var(--accent); }
  button:disabled { opacity: 0.55; cursor: default; }
  .error { color: var(--bad); }
  :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
`;
const signed = (db) => `${db < 0 ? "−" : "+"}${Math.abs(db).toFixed(1)}`;

class Card extends HTMLElement {
  #room = "";
  #moves = [];
  #adjusting = false;

  connectedCallback() {
    this.#room = `/rooms/${this.getAttribute("room")}`;
    this.root = styled(this, CSS);
    window.addEventListener("gainsay:changed", this.#look);
    this.#look();
  }

  disconnectedCallback() {
    window.removeEventListener("gainsay:changed", this.#look);
  }

  #look = async () => {
    try {
      const { proposal, anchor } = await ask(`${this.#room}/desk`);
      const moves = proposal ?? [];
      if (this.isConnected && JSON.stringify(moves) !== JSON.stringify(this.#moves)) {
        this.#moves = moves;
        this.#adjusting = false;
        this.#show(anchor);
      }
    } catch {
      this.root.replaceChildren(); // no song, or no server: there is no card then
      this.#moves = [];
    }
  };

  #show(anchor) {
    if (!this.#moves.length) {
      this.root.replaceChildren();
      return;
    }
    this.error = make("div", { className: "error", role: "alert" });
    this.rows = this.#moves.map((move) => this.#row(move));
    this.apply = make("button", { className: "main", textContent: "Apply", onclick: () => this.#apply() });
    this.adjust = make("button", { textContent: "Adjust", "aria-pressed": "false", onclick: () => this.#toggle() });
    const hear = make("button", { textContent: "Hear it", onclick: () => tell("hear", { id: "proposal" }) });
    const why = make("button", { textContent: "Why?", ariaLabel: "Why? Ask for the reasons", onclick: () => tell("say", { text: "Why?" }) });
    const head = ["stem", "move", "range", "sure"].map((text) => make("th", { textContent: text, scope: "col" }));
    this.root.replaceChildren(make("section", { "aria-label": "Proposed moves" },
      make("h2", { textContent: `Proposed, against ${anchor}` }),
      make("table", {}, make("thead", {}, make("tr", {}, ...head)),
        make("tbody", {}, ...this.rows.map((row) => row.element))),
      make("div", { className: "buttons" }, this.apply, this.adjust, hear, why),
      this.error));
  }

  #row(move) {
    const { stem, gain_db: gain, low_db: low, high_db: high, certainty } = move;
    const input = make("input", { type: "number", value: gain, step: 0.5, min: -MOST_DB, max: MOST_DB,
      hidden: true, "aria-label": `Move of ${stem} in dB` });
    const told = make("span", { textContent: `${signed(gain)} dB` });
    const range = low === null || low === undefined ? "" : `${signed(low)} to ${signed(high)} dB`;
    const sure = certainty === null || certainty === undefined ? "" : `${Math.round(certainty * 100)} %`;
    const element = make("tr", {}, make("th", { textContent: stem, scope: "row" }), make("td", {}, told, input),
      make("td", { className: "muted", textContent: range }), make("td", { className: "muted", textContent: sure }));
    return { stem, input, told, element };
  }

  #toggle() {
    this.#adjusting = !this.#adjusting;
    this.adjust.setAttribute("aria-pressed", String(this.#adjusting));
    for (const { input, told } of this.rows) {
      input.hidden = !this.#adjusting;
      told.hidden = this.#adjusting;
    }
    this.apply.textContent = this.#adjusting ? "Apply as set" : "Apply";
    if (this.#adjusting) this.rows[0].input.focus();
  }

  async #apply() {
    const moves = this.rows.map(({ stem, input }) => ({ stem, gain_db: input.valueAsNumber }));
    if (moves.some(({ gain_db: gain }) => !(Math.abs(gain) <= MOST_DB))) {
      this.error.textContent = `A move lies between −${MOST_DB} and +${MOST_DB} dB.`;
      return;
    }
    this.apply.disabled = true;
    this.error.textContent = "";
    try {
      const asked = this.#adjusting ? { moves: moves.filter((move) => move.gain_db !== 0) } : {};
      const { revision } = await ask(`${this.#room}/moves`, "POST", asked);
      tell("changed", { revision });
      await this.#look(); // the card of what was applied goes before it can be pressed again
    } catch (error) {
      this.error.textContent = error.message;
    } finally {
      this.apply.disabled = false;
    }
  }
}

customElements.define("gainsay-card", Card);
