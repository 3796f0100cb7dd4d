// Short-term loudness along the song: the mix as opened and now, and one stem beside it.

import { draw, line, picture, sample, ticks } from "./drawing.js";
import { folded, legend, sentence, table } from "./telling.js";
import { make } from "../making.js";
import { clock, shown } from "./words.js";

const HEIGHT = 240;
const FRAME = { left: 38, right: 10, top: 8, bottom: 26 };
const LEAST_SPAN_LU = 12;

export const asked = (stem) => `loudness${stem ? `?stem=${encodeURIComponent(stem)}` : ""}`;

export function drawn(chart, width) {
  if (!chart.time_s.length) return [sentence(chart.text)];
  const known = chart.series.flatMap((one) => one.short_term_lufs).filter((value) => value !== null);
  const high = Math.ceil(Math.max(-40, ...known) + 1);
  const low = Math.max(high - 48, Math.floor(Math.min(high - LEAST_SPAN_LU, ...known) - 1));
  const floor = HEIGHT - FRAME.bottom;
  const x = (time) => FRAME.left + ((width - FRAME.left - FRAME.right) * time) / chart.seconds;
  const y = (value) => (value === null ? null
    : FRAME.top + ((floor - FRAME.top) * (high - Math.max(low, value))) / (high - low));
  const grid = ticks(low, high, 6).flatMap((value) => [
    draw("line", { x1: FRAME.left, x2: width - FRAME.right, y1: y(value), y2: y(value), class: "grid" }),
    draw("text", { x: FRAME.left - 5, y: y(value) + 4, "text-anchor": "end", text: shown(String(value)) }),
  ]);
  grid.push(draw("text", { x: 0, y: HEIGHT - 8, text: "LUFS" }));
  const times = wholeTimes(chart.seconds, width / 80).map((time) =>
    draw("text", { x: x(time), y: HEIGHT - 8, "text-anchor": time ? "middle" : "start", text: clock(time) }));
  const looks = chart.series.map(look);
  const lines = chart.series.map((one, place) =>
    line(one.short_term_lufs.map((value, at) => [x(chart.time_s[at]), y(value)]), looks[place]));
  const level = (value) => (value === null ? "none" : `${value.toFixed(1)} LUFS`);
  const rows = [["the whole song", ...chart.series.map((one) => level(one.integrated_lufs))],
    ...chart.time_s.map((time, at) => [clock(time), ...chart.series.map((one) => level(one.short_term_lufs[at]))])];
  const caption = "Short-term loudness (3 s) along the song";
  return [picture(width, HEIGHT, `${caption}. ${chart.text}`, ...grid, ...times, ...lines),
    legend(chart.series.map((one, place) => [sample(looks[place]), one.name])), sentence(chart.text),
    folded(table(caption, ["time", ...chart.series.map((one) => one.name)], rows)),
    make("p", { className: "small", textContent: "LUFS by BS.1770; a point is the middle of its 3 s." })];
}

// The mix now is the full line; what it was and a single stem are broken ones.
function look(one) {
  if (one.name.startsWith("mix now")) return "stem";
  return one.name.startsWith("mix as opened") ? "anchor" : "threshold";
}

function wholeTimes(seconds, count) {
  const step = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600].find((one) => seconds / one <= count) ?? 1200;
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, at) => at * step);
}
