// What stands under every chart: its sentence, what its lines are, and its numbers as a table.

import { make } from "../making.js";
import { shown } from "./words.js";

export function table(caption, head, rows) {
  const cells = (row) => row.map((cell, place) =>
    make(place ? "td" : "th", { textContent: shown(String(cell)), ...(place ? {} : { scope: "row" }) }));
  return make("div", { className: "table", tabIndex: 0, role: "region", "aria-label": caption },
    make("table", {}, make("caption", { textContent: caption }),
      make("thead", {}, make("tr", {}, ...head.map((text) =>
        make("th", { textContent: text, scope: "col" })))),
      make("tbody", {}, ...rows.map((row) => make("tr", {}, ...cells(row))))));
}

export const folded = (inside) =>
  make("details", { className: "numbers" }, make("summary", { textContent: "The same in numbers" }), inside);

export const sentence = (text) => make("p", { className: "sentence", textContent: shown(text) });

export function legend(entries) {
  return make("ul", { className: "legend", "aria-hidden": "true" }, ...entries.map(([picture, text]) =>
    make("li", {}, picture, make("span", { textContent: text }))));
}
