// Blind comparison: letters in an order that a seed has drawn, a vote, and only then the names.
//
// One rule: until it is revealed nothing on the page, shown or spoken, tells which letter is which.

import { make } from "../making.js";
import { letter } from "./words.js";

export class Blind {
  /** @param on {vote(choice or null), reveal(), end()} */
  constructor(on) {
    this.on = on;
    this.drawn = null; // {ids, seed, order}
    this.heard = new Set(); // places that have sounded
    this.told = null; // what the server answered to the vote, or {} when revealed without one
    this.question = make("p", { className: "question" });
    this.choices = make("div", { className: "choices", role: "group", "aria-label": "Your vote" });
    this.result = make("div", { className: "result" });
    const again = make("button", { type: "button", textContent: "End blind test" });
    again.addEventListener("click", () => this.on.end());
    this.element = make(
      "div",
      { className: "blind", hidden: true },
      this.question,
      this.choices,
      this.result,
      again,
    );
  }

  get isOn() {
    return this.drawn !== null;
  }

  /** Whether names are hidden. */
  get isHidden() {
    return this.isOn && this.told === null;
  }

  begin(drawn) {
    this.drawn = drawn;
    this.heard = new Set();
    this.told = null;
    this.show();
  }

  end() {
    this.drawn = null;
    this.told = null;
    this.show();
  }

  /** The ids in the order in which they are shown. */
  get order() {
    return this.drawn.order.map((at) => this.drawn.ids[at]);
  }

  /** Note that the version at this place has sounded. */
  hear(place) {
    if (!this.isHidden || this.heard.has(place)) return;
    this.heard.add(place);
    this.show();
  }

  /** Say what was what; told is the server's answer to a vote. */
  reveal(told = {}) {
    this.told = told;
    this.show();
  }

  show(nameOf = (id) => id) {
    this.element.hidden = !this.isOn;
    if (!this.isOn) return;
    const unheard = this.order.map((_, place) => place).filter((place) => !this.heard.has(place));
    this.choices.hidden = !this.isHidden;
    this.result.hidden = this.isHidden;
    if (this.isHidden) this.#ask(unheard);
    else this.#tell(nameOf);
  }

  #ask(unheard) {
    const missing = unheard.map(letter).join(", ");
    this.question.textContent = unheard.length
      ? `Listen first: ${missing} not heard yet.`
      : "Which do you prefer?";
    const count = this.order.length;
    if (this.choices.children.length !== count + 2) {
      const button = (text, act) =>
        make("button", { type: "button", textContent: text, onclick: act });
      this.choices.replaceChildren(
        ...this.order.map((_, place) => button(letter(place), () => this.#vote(place))),
        button("No preference", () => this.#vote(null)),
        button("Reveal without a vote", () => this.on.reveal()),
      );
    }
    for (const button of [...this.choices.children].slice(0, count + 1)) {
      button.setAttribute("aria-disabled", String(unheard.length > 0));
    }
  }

  #vote(place) {
    if (this.heard.size === this.order.length) this.on.vote(place);
  }

  #tell(nameOf) {
    this.choices.replaceChildren();
    const { chosen, votes } = this.told;
    if (chosen === undefined) this.question.textContent = "Revealed without a vote.";
    else if (chosen === null) this.question.textContent = "Saved: no preference.";
    else {
      const place = this.order.indexOf(chosen);
      const name = nameOf(chosen);
      this.question.textContent = `Saved: you preferred ${letter(place)}, which is ${name}.`;
    }
    const which = this.order.map((id, place) => `${letter(place)} was ${nameOf(id)}`).join(" · ");
    const tally = Object.entries(votes ?? {})
      .map(([id, times]) => `${id === "none" ? "no preference" : id} ${times}`)
      .join(", ");
    const lines = [which, ...(tally ? [`Votes on these so far: ${tally}.`] : [])];
    this.result.replaceChildren(...lines.map((line) => make("p", { textContent: line })));
  }
}
