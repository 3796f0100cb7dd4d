// One drill after the other: what to play, how to answer, how it was. One rule: a whole drill goes
// by keyboard, and what happens is said in words.

import { shown } from "../desk/words.js";
import { make } from "../making.js";
import { Form } from "./form.js";

const INTRO = "A few seconds of your song are played to you, and something in them is changed. Find " +
  "out what. A guess is fine, and so is no idea: the next drill adapts to what you hear.";
const KEYS = "Keys: 1, 2 and so on choose what you hear, P plays and pauses.";
const TYPED = "input[type=number], input[type=search], select"; // where keys have another use

export class Drill {
  constructor(sound, practise) {
    Object.assign(this, { sound, practise, asked: null, ended: null, played: false });
    this.told = make("div", { className: "told", role: "status" });
    this.head = make("h3", { textContent: "Train your ears on this song" });
    this.question = make("p", {});
    this.play = make("button", { type: "button", className: "main", textContent: "Play",
      onclick: () => this.#toggle() });
    this.files = make("div", { className: "row", role: "group", "aria-label": "What you hear" });
    this.player = make("div", { className: "row player", hidden: true }, this.play, this.files,
      make("span", { className: "small", textContent: KEYS }));
    this.form = new Form((answer) => this.practise({ answer }), (faderDb) => this.sound.move(faderDb));
    this.kind = make("select", {});
    this.next = make("button", { type: "button", className: "main", textContent: "Start",
      onclick: () => this.#start() });
    this.begin = make("div", { className: "row" }, this.next,
      make("label", { className: "small" }, "Kind ", this.kind));
    this.skip = make("button", { type: "button", textContent: "Skip", onclick: () => this.#start() });
    this.stop = make("button", { type: "button", textContent: "Stop",
      onclick: () => this.practise({ answer: { stop: true } }) });
    this.form.buttons.append(this.skip, this.stop);
    this.element = make("div", { className: "drill" }, this.told, this.head, this.question, this.player,
      this.form.element, this.begin);
  }

  wait(waiting) {
    for (const button of [this.next, this.skip, this.stop]) button.disabled = waiting;
    this.form.wait(waiting);
  }

  // own: whether a button of this panel led here, so that the focus goes with it.
  show({ drill, last, kinds }, own) {
    this.#offerKinds(kinds);
    const open = drill !== null;
    const over = !open && last !== null;
    const begun = open && drill.number !== this.asked;
    const ended = last !== null && last.number !== this.ended;
    this.asked = drill?.number ?? null;
    this.ended = last?.number ?? null;
    const heard = open ? drill : over ? last : null;
    this.head.textContent = open ? `Drill ${drill.number}: ${drill.title}` : "Train your ears on this song";
    this.head.hidden = over;
    this.question.textContent = open ? shown(drill.question) : INTRO;
    this.question.hidden = over;
    this.#tell(!open || last?.how === "left" ? last : null);
    this.next.textContent = over ? "Next drill" : "Start";
    this.begin.hidden = open;
    this.form.show(drill);
    this.#offer(heard);
    if (begun) this.played = false;
    if (ended) this.sound.move(0); // what is explained is how it was
    if (ended && over && own && this.played && last.hear && last.sounds) this.sound.hear(last.hear);
    if (own && (begun || ended)) (open ? this.play : this.next).focus();
  }

  sounds() {
    this.play.textContent = this.sound.playing ? "Pause" : "Play";
    if (this.sound.playing) this.played = true;
    for (const button of this.files.children) {
      const heard = button.value === this.sound.heard;
      button.setAttribute("aria-pressed", String(heard));
    }
    if (this.sound.error) this.question.textContent = this.sound.error.message;
  }

  key(event) {
    if (this.player.hidden || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.composedPath()[0];
    if (target.matches(TYPED)) return;
    if (event.key.toLowerCase() === "p") this.#toggle();
    else if (/^[1-9]$/.test(event.key)) this.files.children[Number(event.key) - 1]?.click();
    else return;
    event.preventDefault();
  }

  #start() {
    this.practise({ start: this.kind.value ? { kind: this.kind.value } : {} });
  }

  #toggle() {
    this.sound.toggle();
    this.sounds();
  }

  #offer(drill) {
    const given = drill?.sounds ?? null;
    this.player.hidden = given === null;
    if (given === null) {
      this.sound.pause();
      if (drill !== null && this.asked !== null) {
        this.question.textContent = "The sound of this drill is gone: skip it, and take the next one.";
      }
      return;
    }
    this.sound.offer(drill.number, given);
    const names = given.files.map(({ label }) => label).join(" ");
    if (this.files.named !== `${drill.number} ${names}`) {
      this.files.named = `${drill.number} ${names}`;
      this.files.replaceChildren(...given.files.map(({ label, name }, place) =>
        make("button", { type: "button", className: "hear", value: label, title: `key ${place + 1}`,
          textContent: given.parts.length && label === "after" ? `${name}, your fader` : name, "aria-pressed": "false", onclick: () => this.sound.hear(label) })));
    }
    this.sounds();
  }

  #tell(last) {
    const told = last?.told.map(shown).join("\n") ?? "";
    if (this.told.told === told) return;
    this.told.told = told;
    this.told.className = `told ${last?.right === true ? "right" : ""}`;
    this.told.replaceChildren(...(last?.told ?? []).map((text) => make("p", { textContent: shown(text) })));
  }

  #offerKinds(kinds) {
    if (this.kind.length) return;
    const options = [["", "all in turn"], ...kinds.map(({ kind, title }) => [kind, title])];
    this.kind.replaceChildren(...options.map(([value, textContent]) => make("option", { value, textContent })));
  }
}
