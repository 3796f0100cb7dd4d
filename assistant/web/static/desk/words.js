// Numbers as they are told: dB, LU, pan, time. One rule: a minus is a real one on the page, and a
// plain hyphen in what a screen reader is given.

const signed = (value, digits) => {
  const told = Math.abs(value).toFixed(digits);
  return Number(told) === 0 ? told : `${value < 0 ? "-" : "+"}${told}`;
};

export const shown = (text) => text.replace(/-(?=\d)/g, "−");

export const db = (value) => `${signed(value, 1)} dB`;

export const lu = (value) => (value === null ? "no level" : `${signed(value, 1)} LU`);

export const share = (value) => `${Math.round(value * 100)} %`;

export function panned(value) {
  const percent = Math.round(Math.abs(value) * 100);
  if (percent === 0) return "centre";
  return `${percent} % ${value < 0 ? "left" : "right"}`;
}

export function panShort(value) {
  const percent = Math.round(Math.abs(value) * 100);
  return percent === 0 ? "C" : `${value < 0 ? "L" : "R"}${percent}`;
}

export const hertz = (value) => (value < 1000 ? `${value} Hz` : `${value / 1000} kHz`);

export function clock(seconds) {
  const whole = Math.floor(seconds);
  const tenth = Math.round((seconds - whole) * 10);
  const rest = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  return tenth ? `${rest}.${tenth}` : rest;
}
