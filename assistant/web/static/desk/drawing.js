// SVG by elements, never by strings; and charts that are drawn anew when their place changes width.

const SVG = "http://www.w3.org/2000/svg";

export function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") element.textContent = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

// A picture of a width and height in pixels; label says in words what it shows.
export function picture(width, height, label, ...children) {
  return draw("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": label }, ...children);
}

// A line through [x, y] points; where y is null there is a gap, and a lone point is a dot.
export function line(points, className) {
  const parts = [];
  let path = "";
  let length = 0;
  for (const [x, y] of [...points, [0, null]]) {
    if (y !== null) {
      path += `${path ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
      length += 1;
    } else if (path) {
      parts.push(length === 1 ? `${path}h0.1` : path);
      path = "";
      length = 0;
    }
  }
  return draw("path", { d: parts.join(""), class: `line ${className}`, fill: "none" });
}

// Round numbers from low to high, about count of them.
export function ticks(low, high, count) {
  const rough = (high - low) / count;
  const ten = 10 ** Math.floor(Math.log10(rough));
  const step = ten * [1, 2, 5, 10].find((factor) => ten * factor >= rough);
  const found = [];
  for (let at = Math.ceil(low / step) * step; at <= high + 1e-9; at += step) found.push(at);
  return found;
}

// How a line looks in the legend.
export const sample = (className) =>
  draw("svg", { width: 28, height: 10, "aria-hidden": "true" },
    draw("path", { d: "M1 5H27", class: `line ${className}`, fill: "none" }));
