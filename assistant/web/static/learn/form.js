// How a drill is answered: a stem, a way, a size, or one of several; and no idea is an answer too.
// One rule: nothing is chosen beforehand, so no answer is a slip.

import { db, shown } from "../desk/words.js";
import { make } from "../making.js";
import { MOST_DB } from "./sound.js";

const WANTED = { stem: "which stem it is", direction: "which way", gain_db: "by how many dB", choice: "which one",
  fader: "where it belongs, by the fader" };
const LEGENDS = { stem: "Which stem?", direction: "Which way?", choice: "Which one?" };

export class Form {
  constructor(answer, moved) {
    Object.assign(this, { answer, moved, number: null, parts: {} });
    this.fields = make("div", { className: "fields" });
    this.missing = make("p", { className: "error", role: "alert" });
    this.send = make("button", { type: "submit", className: "main", textContent: "Answer" });
    this.none = make("button", { type: "button", textContent: "No idea",
      onclick: () => this.answer({ no_idea: true }) });
    this.buttons = make("div", { className: "row" }, this.send, this.none);
    this.element = make("form", { onsubmit: (event) => this.#submit(event) },
      this.fields, this.missing, this.buttons);
  }

  wait(waiting) {
    this.send.disabled = this.none.disabled = waiting;
  }

  show(drill) {
    this.element.hidden = drill === null;
    if (drill === null || drill.number === this.number) {
      this.number = drill?.number ?? null;
      return;
    }
    this.number = drill.number;
    this.missing.textContent = "";
    const { stem, direction, choice, gain_db: size } = drill.answers;
    const stems = stem.map((name) => ({ value: name, name }));
    this.parts = {};
    const fields = Object.entries({ stem: stems, direction, choice }).filter(([, offers]) => offers.length)
      .map(([name, offers]) => this.#choices(name, offers, drill.said[name]));
    if (size === "fader") fields.push(this.#fader());
    else if (size !== null) fields.push(this.#size(size === "asked", drill.said.gain_db));
    this.fields.replaceChildren(...fields);
  }

  #choices(name, offers, said) {
    const buttons = offers.map((offer, place) => {
      const button = make("input", { type: "radio", name, value: offer.value, checked: offer.value === said,
        id: `${name}-${place}` });
      return [button, make("label", { className: "chip" }, button, make("span", { textContent: offer.name }))];
    });
    this.parts[name] = { asked: true, read: () => buttons.find(([button]) => button.checked)?.[0].value };
    return make("fieldset", {}, make("legend", { textContent: LEGENDS[name] }), ...buttons.map(([, label]) => label));
  }

  #size(asked, said) {
    const input = make("input", { type: "number", min: 0, max: 24, step: 0.5, inputMode: "decimal",
      value: said === undefined ? "" : String(Math.abs(said)) });
    this.parts.gain_db = { asked, read: () => (Number.isFinite(input.valueAsNumber) ? input.valueAsNumber : undefined) };
    const text = asked ? "By about how many dB? " : "By about how many dB (if you like)? ";
    return make("label", { className: "size" }, text, input);
  }

  // A fader that is heard while it is moved; where it stands is the answer.
  #fader() {
    const told = make("span", { textContent: db(0), "aria-hidden": "true" });
    const input = make("input", { type: "range", min: -MOST_DB, max: MOST_DB, step: 0.5, value: 0,
      ariaValueText: db(0), oninput: () => {
        input.ariaValueText = db(input.valueAsNumber);
        told.textContent = shown(input.ariaValueText);
        this.moved(input.valueAsNumber);
      } });
    this.parts.fader = { asked: true, read: () => input.valueAsNumber || undefined };
    return make("label", { className: "fader" }, "Your fader ", input, told);
  }

  #submit(event) {
    event.preventDefault();
    const answer = {};
    const missing = [];
    for (const [name, { asked, read }] of Object.entries(this.parts)) {
      const value = read();
      if (name === "fader" && value !== undefined) {
        Object.assign(answer, { direction: value > 0 ? "up" : "down", gain_db: Math.abs(value) });
      } else if (value !== undefined) answer[name] = value;
      else if (asked) missing.push(WANTED[name]);
    }
    this.missing.textContent = missing.length ? `Say ${missing.join(" and ")}. A guess is fine.` : "";
    if (!missing.length) this.answer(answer);
  }
}
