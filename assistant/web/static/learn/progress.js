// A learner's progress: in sentences, as a picture, and in numbers. One rule: everything in the
// picture stands in the sentences and the table, too.

import { draw, line, picture, ticks } from "../desk/drawing.js";
import { folded, legend, table } from "../desk/telling.js";
import { make } from "../making.js";

const HEIGHT = 220;
const LEFT = 36;
const FOOT = 34;

export class Progress {
  constructor(room) {
    this.lines = make("div", {});
    this.place = make("div", { className: "chart" });
    this.own = make("a", { href: `${room}/learn/learner.jsonl`, download: "", hidden: true,
      textContent: "Download your answers" });
    this.element = make("div", { className: "progress" }, this.lines, this.place, this.own,
      make("p", { className: "small", textContent: "Your answers are kept in this session's folder, and nowhere else." }));
    new ResizeObserver(() => this.#draw()).observe(this.place);
  }

  look(looking) {
    this.looking = looking;
    this.#draw();
  }

  show(progress) {
    this.told = progress;
    this.lines.replaceChildren(...progress.lines.map((textContent) => make("p", { textContent })));
    this.own.hidden = progress.answered === 0;
    this.drawn = null;
    this.#draw();
  }

  #draw() {
    const points = this.told?.points ?? [];
    const width = Math.floor(this.place.clientWidth);
    if (!points.length) this.place.replaceChildren();
    if (!points.length || !this.looking || width < 120 || this.drawn === width) return;
    this.drawn = width;
    this.place.replaceChildren(...drawn(points, width));
  }
}

function drawn(points, width) {
  const most = Math.max(6, ...points.map((one) => Math.max(one.size_db, one.high_db ?? 0))) * 1.05;
  const x = (place) => LEFT + 12 + ((width - LEFT - 24) * (place + 0.5)) / points.length;
  const y = (db) => HEIGHT - FOOT - ((HEIGHT - FOOT - 8) * db) / most;
  const grid = ticks(0, most, 5).flatMap((db) => [
    draw("line", { x1: LEFT, x2: width, y1: y(db), y2: y(db), class: db ? "grid" : "zero" }),
    draw("text", { x: LEFT - 6, y: y(db) + 4, "text-anchor": "end", text: `${db}` }),
  ]);
  const every = Math.ceil(points.length / Math.max(2, width / 60));
  const names = points.map((one, place) => place % every ? null :
    draw("text", { x: x(place), y: HEIGHT - FOOT + 16, "text-anchor": "middle", text: `${one.answer}` })).filter(Boolean);
  const known = points.map((one, place) => [one, place]).filter(([one]) => one.threshold_db !== null);
  const edge = [...known.map(([one, place]) => `${x(place)},${y(one.low_db)}`),
    ...[...known].reverse().map(([one, place]) => `${x(place)},${y(one.high_db)}`)];
  const band = known.length > 1 ? [draw("polygon", { points: edge.join(" "), class: "likely" })] : [];
  const threshold = line(points.map((one, place) => [x(place), one.threshold_db === null ? null : y(one.threshold_db)]), "stem");
  const marks = points.map((one, place) => mark(one.right, x(place), y(one.size_db)));
  const caption = "Hidden changes: how large each was, and whether you found it";
  const axes = [draw("text", { x: 0, y: 8, text: "dB" }),
    draw("text", { x: width, y: HEIGHT - 2, "text-anchor": "end", text: "answer" })];
  return [
    make("p", { className: "small", textContent: caption }),
    picture(width, HEIGHT, `${caption}. ${sentence(points)}`, ...band, ...grid, ...names, ...axes, threshold, ...marks),
    legend([[dot(true), "found"], [dot(false), "missed"], [dash(), "what you hear reliably, with its likely range"]]),
    folded(table(caption, ["answer", "hidden change", "you", "reliable from", "likely range"], points.map(row))),
  ];
}

const mark = (right, x, y) => right
  ? draw("circle", { cx: x, cy: y, r: 5, class: "found" })
  : draw("path", { d: `M${x - 5} ${y - 5}l10 10m0 -10l-10 10`, class: "missed", fill: "none" });

const dot = (right) => draw("svg", { width: 16, height: 14, "aria-hidden": "true" }, mark(right, 8, 7));

const dash = () => draw("svg", { width: 28, height: 12, "aria-hidden": "true" },
  draw("rect", { width: 28, height: 12, class: "likely" }), draw("path", { d: "M1 6H27", class: "line stem", fill: "none" }));

function row(one) {
  const known = one.threshold_db !== null;
  return [one.answer, `${one.size_db.toFixed(1)} dB`, one.right ? "found it" : "missed it",
    known ? `${one.threshold_db.toFixed(1)} dB` : "not known yet",
    known ? `${one.low_db.toFixed(1)} to ${one.high_db.toFixed(1)} dB` : ""];
}

function sentence(points) {
  const found = points.filter((one) => one.right).length;
  const last = points[points.length - 1];
  const told = `${found} of ${points.length} found`;
  return last.threshold_db === null ? `${told}.` : `${told}, reliably from about ${last.threshold_db.toFixed(1)} dB.`;
}
