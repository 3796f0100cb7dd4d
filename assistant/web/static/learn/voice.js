// Reads a lesson to the learner, by the browser's own voice. One rule: no voice, no button.

import { make } from "../making.js";

export class Voice {
  #read = null;

  // texts: what is to be said, in the words that a voice says well.
  button(texts) {
    if (!("speechSynthesis" in window)) return null;
    const button = make("button", { type: "button", textContent: "Read it to me",
      onclick: () => (this.#read ? this.hush() : this.#say(texts, button)) });
    return button;
  }

  hush() {
    if (!this.#read) return;
    window.speechSynthesis.cancel();
    this.#over();
  }

  #say(texts, button) {
    window.speechSynthesis.cancel();
    this.#read = button;
    button.textContent = "Stop reading";
    const said = texts.map((text) => Object.assign(new SpeechSynthesisUtterance(text), { lang: "en" }));
    said[said.length - 1].onend = () => this.#over();
    for (const one of said) window.speechSynthesis.speak(one);
  }

  #over() {
    if (this.#read) this.#read.textContent = "Read it to me";
    this.#read = null;
  }
}
