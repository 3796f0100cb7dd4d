// A stem's spectrum in third octaves against the anchor's; what the anchor masks is hatched.

import { draw, line, picture, sample, ticks } from "./drawing.js";
import { folded, legend, sentence, table } from "./telling.js";
import { make } from "../making.js";
import { hertz, share, shown } from "./words.js";

const SPAN_DB = 60;
const HEIGHT = 260;
const FRAME = { left: 38, right: 8, top: 8, bottom: 26 };

export const asked = (stem) => `spectrum?stem=${encodeURIComponent(stem)}`;

export function drawn(chart, width) {
  const { bands, stem, anchor } = chart;
  const isAnchor = stem === anchor;
  const known = bands.flatMap((band) => [band.stem_db, band.anchor_db]).filter((value) => value !== null);
  const top = Math.ceil(Math.max(-40, ...known) / 5) * 5;
  const step = (width - FRAME.left - FRAME.right) / bands.length;
  const x = (place) => FRAME.left + step * (place + 0.5);
  const floor = HEIGHT - FRAME.bottom;
  const y = (value) => (value === null ? null
    : FRAME.top + (floor - FRAME.top) * Math.min(1, Math.max(0, (top - value) / SPAN_DB)));
  const grid = ticks(top - SPAN_DB, top, 6).flatMap((value) => [
    draw("line", { x1: FRAME.left, x2: width - FRAME.right, y1: y(value), y2: y(value), class: "grid" }),
    draw("text", { x: FRAME.left - 5, y: y(value) + 4, "text-anchor": "end", text: shown(String(value)) }),
  ]);
  grid.push(draw("text", { x: 0, y: HEIGHT - 8, text: "dB" }));
  const every = step * 3 < 34 ? 6 : 3;
  const names = bands.flatMap((band, place) => place % every ? [] : [draw("text", { x: x(place), y: HEIGHT - 8,
    "text-anchor": "middle", text: short(band.hz) })]);
  const masked = bands.flatMap((band, place) => band.masked ? [
    draw("rect", { x: x(place) - step / 2, width: step, y: FRAME.top, height: floor - FRAME.top, class: "masked" }),
    draw("rect", { x: x(place) - step / 2, width: step, y: FRAME.top, height: floor - FRAME.top, fill: "url(#hatch)" }),
  ] : []);
  const curve = (key, className) => line(bands.map((band, place) => [x(place), y(band[key])]), className);
  const lines = isAnchor ? [] : [curve("threshold_db", "threshold"), curve("anchor_db", "anchor")];
  const caption = isAnchor ? `Spectrum of ${stem}, the anchor` : `Spectrum of ${stem} and ${anchor}, the anchor`;
  const entries = [[sample("stem"), stem]];
  if (!isAnchor) entries.push([sample("anchor"), `${anchor}, the anchor`],
    [sample("threshold"), `masking threshold of ${anchor}`], [swatch(), "masked"]);
  const parts = [
    picture(width, HEIGHT, `${caption}. ${chart.text}`, hatch(), ...masked, ...grid, ...names, ...lines,
      curve("stem_db", "stem")),
    legend(entries), sentence(chart.text), folded(numbers(chart, caption, isAnchor)),
  ];
  if (!isAnchor) parts.push(make("p", { className: "small", textContent: shown(chart.definition) }));
  return parts;
}

function numbers({ bands, stem, anchor, anchor_muted: isMuted }, caption, isAnchor) {
  const level = (value) => (value === null ? "none" : `${value.toFixed(1)} dB`);
  if (isAnchor) return table(caption, ["band", stem], bands.map((band) => [hertz(band.hz), level(band.stem_db)]));
  const masked = (band) => (isMuted ? "none" : band.masked_share === null ? "hardly plays"
    : `${share(band.masked_share)}${band.masked ? ", masked" : ""}`);
  return table(caption, ["band", stem, anchor, "threshold", "masked for"], bands.map((band) => [
    hertz(band.hz), level(band.stem_db), level(band.anchor_db), level(band.threshold_db), masked(band)]));
}

const short = (hz) => (hz < 1000 ? String(hz) : `${hz / 1000}k`);

const hatch = () => draw("defs", {}, draw("pattern", { id: "hatch", width: 6, height: 6,
  patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
  draw("line", { x1: 0, x2: 0, y1: 0, y2: 6, class: "hatching" })));

const swatch = () => draw("svg", { width: 16, height: 12, "aria-hidden": "true" },
  draw("rect", { width: 16, height: 12, class: "masked" }),
  draw("path", { d: "M0 12L12 0M6 12L16 2", class: "hatching" }));
