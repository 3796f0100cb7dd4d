// <gainsay-learn room>: lessons, listening drills and progress on this room's song. One rule: the
// session is the state; what a drill hides is not known here until it is over.

import { ask, tell } from "../asking.js";
import { Tabs } from "../desk/tabs.js";
import { make, styled } from "../making.js";
import { Drill } from "./drill.js";
import { Lessons } from "./lessons.js";
import { Progress } from "./progress.js";
import { Sound } from "./sound.js";
import { CSS } from "./style.js";

const TITLES = ["Listening drills", "Lessons", "Progress"];

class Learn extends HTMLElement {
  #state = null;

  connectedCallback() {
    this.room = `/rooms/${this.getAttribute("room")}`;
    this.sound = new Sound(this.room, () => this.drill.sounds());
    this.drill = new Drill(this.sound, (step) => this.#practise(step));
    this.lessons = new Lessons(this.room);
    this.progress = new Progress(this.room);
    const parts = [this.drill, this.lessons, this.progress].map((part) => part.element);
    this.tabs = new Tabs("Learn", TITLES.map((title, at) => [title, parts[at]]), () => this.#look());
    this.error = make("p", { className: "error", role: "alert" });
    this.fold = make("details", { ontoggle: () => this.#look() },
      make("summary", {}, make("b", { textContent: "Learn" }),
        make("span", { textContent: "listening drills, lessons, your progress" })),
      make("section", { "aria-label": "Learn", onkeydown: (event) => this.drill.key(event) },
        this.tabs.list, this.error, ...this.tabs.panels));
    styled(this, CSS).replaceChildren(this.fold);
    window.addEventListener("gainsay:changed", this.#read);
    window.addEventListener("gainsay:playing", this.#otherPlays);
    this.#read();
  }

  disconnectedCallback() {
    window.removeEventListener("gainsay:changed", this.#read);
    window.removeEventListener("gainsay:playing", this.#otherPlays);
    this.sound.close();
  }

  #read = async () => {
    try {
      const state = await ask(`${this.room}/learn`);
      if (this.isConnected) this.#show(state);
    } catch (error) {
      this.error.textContent = error.message;
    }
  };

  async #practise(step) {
    this.drill.wait(true);
    let state = null;
    try {
      state = await ask(`${this.room}/learn`, "POST", step);
    } catch (error) {
      this.error.textContent = error.message;
    }
    this.drill.wait(false); // first: what waits cannot be given the focus
    if (state === null) return;
    this.#show(state, true);
    tell("changed", { revision: state.revision, from: "learn" });
  }

  #show(state, own = false) {
    const before = this.#state;
    this.#state = state;
    this.error.textContent = "";
    const begun = state.drill && state.drill.number !== before?.drill?.number;
    if (begun && !own) {
      this.fold.open = true; // begun in the chat, or before a reload
      this.tabs.turn(0);
    }
    this.drill.show(state, own);
    this.lessons.offer(state.lessons);
    this.progress.show(state.progress);
  }

  #look() {
    const seen = (title) => this.fold?.open && this.tabs.title === title;
    if (!seen("Listening drills")) this.sound.pause();
    this.lessons.look(seen("Lessons"));
    this.progress.look(seen("Progress"));
  }

  #otherPlays = ({ detail }) => {
    if (detail?.playing) this.sound.pause();
  };
}

customElements.define("gainsay-learn", Learn);
