// Where a loop begins and ends, in seconds and whole milliseconds.
//
// One rule: a loop is never shorter than what a loudness can be measured over.

export const SHORTEST_S = 0.4;
const FIRST_S = 8; // how long a loop is when nobody has said it

const exact = (seconds) => Math.round(seconds * 1000) / 1000;

/** A loop inside the song; null where what was asked is too short. */
export function within({ start, end, on }, seconds) {
  const from = exact(Math.max(0, start));
  const to = exact(Math.min(seconds, end));
  return to - from >= SHORTEST_S - 1e-9 ? { start: from, end: to, on } : null;
}

/** The loop turned on or off; one from here on where there is none yet. */
export function toggled(loop, position, seconds) {
  if (loop) return { ...loop, on: !loop.on };
  const start = Math.min(position, Math.max(0, seconds - SHORTEST_S));
  return { start, end: Math.min(seconds, start + FIRST_S), on: true };
}

/** The loop with its start or end moved here; the other end gives way if it has to. */
export function movedTo(loop, end, position, seconds) {
  const old = loop ?? { start: 0, end: seconds };
  if (end === "start") {
    const start = Math.max(0, Math.min(position, seconds - SHORTEST_S));
    return { start, end: old.end - start >= SHORTEST_S ? old.end : seconds, on: true };
  }
  const stop = Math.max(position, SHORTEST_S);
  return { start: stop - old.start >= SHORTEST_S ? old.start : 0, end: stop, on: true };
}
