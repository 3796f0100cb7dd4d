// Levels against the anchor: as opened, now, and after the open proposal; a row a stem.

import { draw, picture, ticks } from "./drawing.js";
import { folded, legend, sentence, table } from "./telling.js";
import { lu, shown } from "./words.js";

const ROW = 24;
const TOP = 22;

export const asked = (stem, before) => `levels?before=${before || 0}`;

export function drawn(chart, width) {
  const told = chart.rows.flatMap((row) =>
    [row.before_lu, row.now_lu, row.proposed_lu, ...(row.usual_lu ?? [])]);
  const known = told.filter((value) => value !== null);
  const low = Math.min(-6, ...known) - 1;
  const high = Math.max(3, ...known) + 1;
  const left = Math.min(150, Math.round(width * 0.3));
  const x = (value) => left + ((width - left - 12) * (value - low)) / (high - low);
  const height = TOP + ROW * chart.rows.length + 6;
  const grid = ticks(low, high, Math.max(3, width / 110)).flatMap((value) => [
    draw("line", { x1: x(value), x2: x(value), y1: TOP - 4, y2: height - 4, class: value ? "grid" : "zero" }),
    draw("text", { x: x(value), y: 12, "text-anchor": "middle", text: shown(value > 0 ? `+${value}` : `${value}`) }),
  ]);
  const middle = (place) => TOP + ROW * (place + 0.5);
  const usual = chart.rows.flatMap((row, place) => row.usual_lu ? [range(row.usual_lu.map(x), middle(place))] : []);
  const rows = chart.rows.flatMap((row, place) => marks(row, x, middle(place), left));
  const before = chart.before === "v0" ? "as opened" : chart.before;
  const entries = [[dot("before"), before], [dot("now"), `now (${chart.now})`], [swatch(), "usual"]];
  if (chart.has_proposal) entries.push([dot("proposed"), "as proposed"]);
  const head = ["stem", `${before} (${chart.before})`, `now (${chart.now})`,
    ...(chart.has_proposal ? ["as proposed"] : []), "usual"];
  const cells = chart.rows.map((row) => [row.stem, lu(row.before_lu),
    row.muted && row.now_lu === null ? "muted" : lu(row.now_lu),
    ...(chart.has_proposal ? [lu(row.proposed_lu)] : []),
    row.usual_lu ? row.usual_lu.map(lu).join(" to ") : "is the anchor"]);
  const caption = `Levels in LU against ${chart.anchor}`;
  return [picture(width, height, `${caption}. ${chart.text}`, ...usual, ...grid, ...rows),
    legend(entries), sentence(chart.text), folded(table(caption, head, cells))];
}

function marks(row, x, y, left) {
  const parts = [draw("text", { x: 0, y: y + 4, text: cut(row.stem, left) })];
  const { before_lu: before, now_lu: now, proposed_lu: proposed } = row;
  if (before !== null && now !== null) parts.push(link(x(before), x(now), y, "changed"));
  if (now !== null && proposed !== null && proposed !== now) parts.push(link(x(now), x(proposed), y, "planned"));
  if (before !== null) parts.push(draw("circle", { cx: x(before), cy: y, r: 5, class: "before" }));
  if (now !== null) parts.push(draw("circle", { cx: x(now), cy: y, r: 4.5, class: "now" }));
  if (proposed !== null && proposed !== now) parts.push(diamond(x(proposed), y));
  return parts;
}

const range = ([from, to], y) =>
  draw("rect", { x: from, width: to - from, y: y - 8, height: 16, rx: 3, class: "usual" });

const link = (from, to, y, className) =>
  draw("line", { x1: from, x2: to, y1: y, y2: y, class: `link ${className}` });

const diamond = (x, y) => draw("path", { d: `M${x} ${y - 6}l6 6l-6 6l-6 -6z`, class: "proposed" });

const dot = (className) => draw("svg", { width: 16, height: 14, "aria-hidden": "true" },
  className === "proposed" ? diamond(8, 7) : draw("circle", { cx: 8, cy: 7, r: 5, class: className }));

const swatch = () => draw("svg", { width: 16, height: 12, "aria-hidden": "true" },
  draw("rect", { width: 16, height: 12, rx: 3, class: "usual" }));

// A name that is too long for its place ends in dots; the table has it whole.
function cut(text, width) {
  const most = Math.max(4, Math.floor(width / 7.4));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

