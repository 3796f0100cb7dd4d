// A stem's level against the anchor as a bar, its usual range behind it, and what is proposed.
// One rule: colour never says anything alone; the words of the bar hold every number.

import { make } from "../making.js";
import { db, lu, share, shown } from "./words.js";

const STEP_LU = 6;
const MOST_TICKS = 5; // that have room for their numbers in a narrow desk

// What all bars of a desk share: whole steps around every level, range and proposal.
export function scaleOf(state) {
  const told = state.stems.flatMap((stem) => [stem.relative_lu, ...(stem.usual_lu ?? [])]);
  for (const move of state.proposal ?? []) {
    const at = state.stems.find((stem) => stem.name === move.stem)?.relative_lu;
    if (at !== null && at !== undefined) told.push(at + move.gain_db);
  }
  const known = told.filter((value) => value !== null && value !== undefined);
  const low = Math.max(-48, Math.floor(Math.min(-2 * STEP_LU, ...known) / STEP_LU) * STEP_LU);
  const high = Math.min(36, Math.ceil(Math.max(STEP_LU, ...known) / STEP_LU) * STEP_LU);
  const step = high - low > MOST_TICKS * STEP_LU ? 2 * STEP_LU : STEP_LU;
  const ticks = [];
  for (let at = Math.ceil(low / step) * step; at <= high; at += step) ticks.push(at);
  const place = (value) => (100 * (Math.min(high, Math.max(low, value)) - low)) / (high - low);
  return { low, high, ticks, place };
}

export function axis(scale) {
  const marks = scale.ticks.map((value) => {
    const mark = make("span", { textContent: shown(value > 0 ? `+${value}` : String(value)) });
    mark.style.left = `${scale.place(value)}%`;
    return mark;
  });
  return make("div", { className: "axis" }, ...marks, make("b", { textContent: "LU" }));
}

export class LevelBar {
  constructor() {
    this.usual = make("span", { className: "usual" });
    this.zero = make("span", { className: "zero" });
    this.bar = make("span", { className: "bar" });
    this.move = make("span", { className: "move" });
    this.goal = make("span", { className: "goal" });
    this.track = make("div", { className: "track", role: "img" },
      this.usual, this.zero, this.bar, this.move, this.goal);
    this.value = make("span", { className: "value", "aria-hidden": "true" });
    this.element = make("div", { className: "level" }, this.track, this.value);
  }

  show(stem, anchor, move, scale) {
    const level = stem.relative_lu;
    span(this.zero, scale.place(0), scale.place(0));
    span(this.usual, ...(stem.usual_lu ?? [null]).map((end) => end && scale.place(end)));
    span(this.bar, ...(level === null ? [null] : [scale.place(0), scale.place(level)]));
    const goal = move && level !== null ? level + move.gain_db : null;
    span(this.move, ...(goal === null ? [null] : [scale.place(level), scale.place(goal)]));
    span(this.goal, goal === null ? null : scale.place(goal), goal === null ? null : scale.place(goal));
    const out = outOf(stem);
    this.element.classList.toggle("out", out !== 0);
    const mark = out > 0 ? " ▲" : out < 0 ? " ▼" : "";
    const isAnchor = stem.name === anchor;
    this.value.textContent = stem.muted ? "muted" : isAnchor ? "anchor" : shown(lu(level)) + mark;
    this.track.setAttribute("aria-label", levelTold(stem, anchor, move));
    this.element.title = shown(levelTold(stem, anchor, move));
  }
}

function proposed(move) {
  const told = `proposed ${db(move.gain_db)}`;
  if (move.low_db === null) return told;
  const sure = move.certainty === null ? "" : `, ${share(move.certainty)} sure`;
  return `${told} (${db(move.low_db)} to ${db(move.high_db)}${sure})`;
}

function span(element, from, to) {
  const isThere = from !== null && from !== undefined && to !== null && to !== undefined;
  element.hidden = !isThere;
  if (!isThere) return;
  element.style.left = `${Math.min(from, to)}%`;
  element.style.width = `${Math.abs(to - from)}%`;
}

// 1 above the usual range, -1 below it, 0 inside it or without one.
export function outOf(stem) {
  if (stem.relative_lu === null || stem.usual_lu === null) return 0;
  return Number(stem.relative_lu > stem.usual_lu[1]) - Number(stem.relative_lu < stem.usual_lu[0]);
}

export function levelTold(stem, anchor, move) {
  if (stem.muted) return `${stem.name}: muted`;
  if (stem.name === anchor) return `${stem.name}: the anchor, 0.0 LU`;
  const parts = [`${stem.name}: ${lu(stem.relative_lu)} against ${anchor}`];
  if (stem.usual_lu) parts.push(`usual ${lu(stem.usual_lu[0])} to ${lu(stem.usual_lu[1])}`);
  const out = outOf(stem);
  if (out) parts.push(out > 0 ? "louder than usual" : "quieter than usual");
  if (move) parts.push(proposed(move));
  return parts.join(", ");
}
