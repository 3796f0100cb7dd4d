// Where marks are given: sliders, a comparison, or statements to agree with.
//
// One rule: nothing is given beforehand; what was not touched is no mark.

import { make } from "./making.js";

/** Sliders from 0 to 100, one for each stimulus; values by stimulus. */
export function sliders(stimuli, letters, scale, changed) {
  const values = {};
  const inputs = stimuli.map((id, at) => {
    const shown = make("output", { textContent: "50" });
    const input = make("input", { type: "range", min: 0, max: 100, step: 1, value: 50 });
    input.setAttribute("aria-label", `Mark of ${letters[at]}`);
    const row = make("div", { className: "mark untouched" }, letters[at], input, shown);
    const touch = () => {
      row.classList.remove("untouched");
      values[id] = Number(input.value);
      shown.textContent = input.value;
      changed();
    };
    input.addEventListener("input", touch);
    input.addEventListener("pointerup", touch); // 50 can be meant, too
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !(id in values)) touch();
    });
    return { row, input };
  });
  const ends = make("div", { className: "scale" }, ...scale.map((word) => make("span", {}, word)));
  const element = make("div", { className: "marks" }, ends, ...inputs.map(({ row }) => row));
  return { element, values, wanted: stimuli, focus: (at) => inputs[at]?.input.focus() };
}

/** One choice of seven; the value is positive where A is preferred. */
export function comparison(scale, changed) {
  const values = {};
  const middle = (scale.length - 1) / 2;
  const group = choices("Which is better?", scale, (at) => {
    values.preference = middle - at;
    changed();
  });
  return { element: group, values, wanted: ["preference"], focus: () => {} };
}

/** Statements, each agreed with from 1 to 5; values by item. */
export function statements(items, scale, changed) {
  const values = {};
  const groups = Object.entries(items).map(([item, text]) =>
    choices(text, scale, (at) => {
      values[item] = at + 1;
      changed();
    }),
  );
  const element = make("div", {}, ...groups);
  return { element, values, wanted: Object.keys(items), focus: () => {} };
}

let named = 0;

function choices(legend, words, chosen) {
  const name = `choice${(named += 1)}`;
  const options = words.map((word, at) => {
    const input = make("input", { type: "radio", name, value: String(at) });
    input.addEventListener("change", () => chosen(at));
    return make("label", {}, input, ` ${word}`);
  });
  return make("fieldset", {}, make("legend", { textContent: legend }), ...options);
}
