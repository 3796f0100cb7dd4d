// Tabs after the ARIA pattern: arrows walk along them, one panel is there at a time.

import { make } from "../making.js";

export class Tabs {
  // panels: [[title, element], …]; turned(title) is told of each that is turned to.
  constructor(label, panels, turned) {
    const own = label.toLowerCase().replace(/\W+/g, "-");
    this.turned = turned;
    this.tabs = panels.map(([title], place) => make("button", { type: "button", role: "tab",
      id: `${own}-tab-${place}`, textContent: title, "aria-controls": `${own}-panel-${place}`,
      onclick: () => this.turn(place), onkeydown: (event) => this.#key(event, place) }));
    this.panels = panels.map(([, element], place) => make("div", { role: "tabpanel", id: `${own}-panel-${place}`,
      "aria-labelledby": `${own}-tab-${place}` }, element));
    this.list = make("div", { role: "tablist", "aria-label": label, className: "tabs" }, ...this.tabs);
    this.turn(0);
  }

  get title() {
    return this.tabs[this.place].textContent;
  }

  turn(place) {
    this.place = place;
    this.tabs.forEach((tab, at) => {
      tab.setAttribute("aria-selected", String(at === place));
      tab.tabIndex = at === place ? 0 : -1;
      this.panels[at].hidden = at !== place;
    });
    this.turned(this.title);
  }

  #key(event, place) {
    const count = this.tabs.length;
    const to = { ArrowRight: (place + 1) % count, ArrowLeft: (place + count - 1) % count, Home: 0,
      End: count - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.turn(to);
    this.tabs[to].focus();
  }
}
