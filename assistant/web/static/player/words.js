// Times, levels and names as they are shown and spoken.

/** 83.4 s as 1:23.4 */
export function clock(seconds) {
  const tenths = Math.max(0, Math.floor(seconds * 10 + 1e-6));
  const whole = Math.floor(tenths / 10);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}.${tenths % 10}`;
}

/** 83.4 s as "1 minute 23.4 seconds" */
export function spoken(seconds) {
  const tenths = Math.max(0, Math.floor(seconds * 10 + 1e-6));
  const minutes = Math.floor(tenths / 600);
  const rest = (tenths % 600) / 10;
  const said = `${rest} second${rest === 1 ? "" : "s"}`;
  return minutes ? `${minutes} minute${minutes === 1 ? "" : "s"} ${said}` : said;
}

/** -1.234 as "−1.2 dB", 0 as "0.0 dB" */
export function decibels(db, unit = "dB") {
  const rounded = Math.round(db * 10) / 10 || 0;
  const sign = rounded > 0 ? "+" : rounded < 0 ? "\u2212" : "";
  return `${sign}${Math.abs(rounded).toFixed(1)} ${unit}`;
}

/** The letter of a place in a blind comparison: A, B, C ... */
export function letter(place) {
  return String.fromCharCode(65 + place);
}
