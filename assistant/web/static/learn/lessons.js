// Lessons in this song's numbers: found by the learner's words, or chosen from the list.
// Two rules: what is shown was told by the server for the song as it stands now, and it is what was
// asked for last, in whatever order the answers arrive.

import { ask } from "../asking.js";
import { shown } from "../desk/words.js";
import { make } from "../making.js";
import { Voice } from "./voice.js";

export class Lessons {
  constructor(room) {
    this.room = room;
    this.voice = new Voice();
    this.words = make("input", { type: "search", maxLength: 200, placeholder: "why is my mix muddy" });
    this.list = make("select", { onchange: () => this.list.value && this.#tell({ name: this.list.value }) });
    const find = make("form", { className: "row", onsubmit: (event) => this.#find(event) },
      make("label", { className: "grow" }, "Ask in your own words ", this.words),
      make("button", { type: "submit", textContent: "Find" }),
      make("label", {}, "or choose ", this.list));
    this.error = make("p", { className: "error", role: "alert" });
    this.state = make("p", { className: "small", role: "status" });
    this.article = make("article", { tabIndex: -1 });
    this.element = make("div", { className: "lessons" }, find, this.state, this.error, this.article);
  }

  offer(lessons) {
    if (this.list.length) return;
    const options = [{ name: "", title: `${lessons.length} lessons` }, ...lessons];
    this.list.replaceChildren(...options.map(({ name, title }) => make("option", { value: name, textContent: title })));
  }

  look(looking) {
    if (!looking) this.voice.hush();
    if (looking && !this.latest) this.#tell({ name: "anchor" }, false);
  }

  #find(event) {
    event.preventDefault();
    if (this.words.value.trim()) this.#tell({ words: this.words.value });
  }

  async #tell(asked, moves = true) {
    this.latest = asked;
    const slow = setTimeout(() => { this.state.textContent = "Looking …"; }, 400);
    try {
      const lesson = await ask(`${this.room}/learn/lesson?${new URLSearchParams(asked)}`);
      if (this.latest !== asked) return;
      this.error.textContent = "";
      this.#show(lesson);
      if (moves) this.article.focus();
    } catch (error) {
      if (this.latest === asked) this.error.textContent = error.message;
    } finally {
      clearTimeout(slow);
      if (this.latest === asked) this.state.textContent = "";
    }
  }

  #show(lesson) {
    this.shown = lesson.name;
    this.list.value = lesson.name;
    const text = (value) => make("p", { textContent: shown(value) });
    const related = lesson.related.map(({ name, title }) =>
      make("button", { type: "button", textContent: title, onclick: () => this.#tell({ name }) }));
    this.voice.hush();
    this.article.replaceChildren(
      make("h3", { textContent: lesson.title }),
      ...[this.voice.button(lesson.aloud)].filter(Boolean), ...lesson.paragraphs.map(text),
      make("div", { className: "try" }, make("h4", { textContent: "Try it" }), text(lesson.try_it)),
      ...(related.length ? [make("div", { className: "row related" }, make("span", { textContent: "Words in it have lessons too:" }), ...related)] : []),
      make("p", { className: "small", textContent: `Sources: ${lesson.sources.join("; ")}.` }),
    );
  }
}
