// One stem's strip: anchor, name, role, level, fader, pan, mute, solo. One rule: it shows what the
// session says, and tells the desk what the hand wants.

import { make } from "../making.js";
import { LevelBar } from "./level_bar.js";
import { Slider } from "./slider.js";
import { db, panned, panShort } from "./words.js";

export class Strip {
  // wants(change) -> promise of whether it was done; solo(name) turns its solo over.
  constructor(name, { roles, maxGainDb, wants, solo }) {
    this.name = name;
    this.wants = wants;
    this.told = "";
    this.anchor = make("input", { type: "radio", name: "anchor", className: "anchor",
      "aria-label": `${name} is the anchor`, title: `Judge the others against ${name}`,
      onchange: () => wants({ anchor: name }) });
    this.role = make("select", { className: "role", "aria-label": `Role of ${name}`,
      onchange: () => wants({ stem: name, role: this.role.value }) },
      ...roles.map((role) => make("option", { value: role, textContent: role })));
    this.faults = make("details", { className: "faults", hidden: true });
    this.level = new LevelBar();
    this.fader = new Slider({ label: `${name} fader`, kind: "fader", min: -maxGainDb, max: maxGainDb,
      step: 0.1, keyStep: 0.5, bigStep: 3, neutral: 0, told: db, short: db,
      set: (value) => wants({ stem: name, gain_db: value }) });
    this.pan = new Slider({ label: `${name} pan`, kind: "pan", min: -1, max: 1, step: 0.01,
      keyStep: 0.05, bigStep: 0.25, neutral: 0, told: panned, short: panShort,
      set: (value) => wants({ stem: name, pan: value }) });
    this.mute = toggle("M", `Mute ${name}`, "mute", () => wants({ stem: name, muted: !this.muted }));
    this.solo = toggle("S", `Solo ${name}, in the player only`, "solo", () => solo(name));
    const who = make("div", { className: "who" },
      make("label", { className: "name", title: name }, this.anchor,
        make("span", { textContent: name })),
      this.role, this.faults);
    this.strip = make("div", { className: "strip", role: "group", "aria-label": name,
      onkeydown: (event) => this.#key(event) },
      who, this.level.element, this.fader.element, this.pan.element,
      make("div", { className: "switches" }, this.mute, this.solo));
    this.element = make("li", {}, this.strip);
  }

  show(stem, state, scale, soloed) {
    const move = (state.proposal ?? []).find((one) => one.stem === stem.name) ?? null;
    const isAnchor = state.anchor === stem.name;
    this.muted = stem.muted;
    this.anchor.checked = isAnchor;
    this.strip.classList.toggle("is-anchor", isAnchor);
    this.strip.classList.toggle("is-muted", stem.muted || (soloed.size > 0 && !soloed.has(stem.name)));
    this.role.value = stem.role ?? "";
    this.level.show(stem, state.anchor, move, scale);
    this.fader.show(stem.gain_db);
    this.pan.show(stem.pan);
    this.mute.setAttribute("aria-pressed", String(stem.muted));
    this.solo.setAttribute("aria-pressed", String(soloed.has(stem.name)));
    this.#showFaults(stem.faults);
  }

  #showFaults(faults) {
    if (this.told === faults.join()) return;
    this.told = faults.join();
    this.faults.hidden = faults.length === 0;
    const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
    this.faults.replaceChildren(make("summary", { textContent: `⚠ ${count}` }),
      ...faults.map((fault) => make("p", { textContent: fault })));
  }

  #key(event) {
    if (event.target === this.role || event.ctrlKey || event.metaKey || event.altKey) return;
    const deed = { m: () => this.mute.click(), s: () => this.solo.click(), a: () => this.anchor.click() };
    const wanted = deed[event.key.toLowerCase()];
    if (!wanted) return;
    event.stopPropagation(); // the player has keys of its own
    event.preventDefault();
    wanted();
  }
}

function toggle(text, label, kind, onclick) {
  return make("button", { type: "button", className: `toggle ${kind}`, textContent: text, title: label,
    "aria-label": label, "aria-pressed": "false", onclick });
}
