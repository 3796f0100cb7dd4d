// The versions, newest first: what each changed, and a way back to it.

import { make } from "../making.js";
import { shown } from "./words.js";

export class Versions {
  constructor(wants) {
    this.wants = wants;
    this.list = make("ol", { className: "versions", reversed: true });
    this.element = make("div", { className: "scroll" }, this.list);
  }

  show(versions) {
    const told = JSON.stringify(versions);
    if (told === this.told) return;
    this.told = told;
    const focused = this.list.getRootNode().activeElement?.dataset?.version;
    this.list.replaceChildren(...[...versions].reverse().map((version) => this.#row(version)));
    if (focused !== undefined) this.list.querySelector(`[data-version="${focused}"]`)?.focus();
  }

  #row(version) {
    const back = make("button", { type: "button", textContent: version.current ? "Now" : "Go back",
      "aria-label": `Go back to ${version.label}`, "aria-disabled": String(version.current),
      onclick: () => version.current || this.wants({ do: "restore", version: version.version }) });
    back.dataset.version = version.version;
    const from = version.came_from === null ? "" : `, from ${version.came_from}`;
    const changes = version.diff.length ? version.diff : [version.why];
    const row = make("li", { className: version.current ? "current" : "" },
      make("div", {}, make("strong", { textContent: version.label }),
        make("span", { className: "from", textContent: from + (byHand(version) ? ", by hand" : "") }),
        make("ul", {}, ...changes.map((line) => make("li", { textContent: shown(line) })))),
      back);
    if (version.current) row.setAttribute("aria-current", "true");
    return row;
  }
}

const byHand = (version) => version.why.endsWith(", by hand");
