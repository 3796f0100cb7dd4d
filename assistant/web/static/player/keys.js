// The player's keys, wherever the focus is on the page, but never out of a text field's hands; and
// what each of them does.
//
// One rule: a key that the focused element itself understands stays with that element. To be
// pressed again means nothing to a version that is heard: there the space bar plays and pauses.

import { movedTo, toggled } from "./loops.js";

const STEP_S = 2;
const FINE_S = 0.25;
const TEXT = "input:not([type]), input[type=text], input[type=search], input[type=number]," +
  "input[type=password], input[type=email], input[type=url], textarea, select," +
  "[contenteditable=''], [contenteditable=true], [role=textbox], [role=combobox], [role=listbox]," +
  "[role=searchbox], [role=spinbutton]";
const ACTIVE = "button, a[href], summary, input, audio, video, [role=button], [role=slider]," +
  "[role=radio], [role=tab], [role=menuitem], [role=option], [role=checkbox], [role=switch]," +
  "[role=scrollbar], [role=separator][tabindex]";
const OWN = new Set([" ", "Enter", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]);

/** What a key event asks of the player ("play", "back", {slot: 2} ...), or null. */
export function meaning(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return null;
  if (event.isComposing) return null;
  const target = event.composedPath()[0];
  if (target instanceof Element) {
    if (target.isContentEditable || target.closest(TEXT)) return null;
    const isHeard = event.key === " " && target.closest(".slot[aria-pressed=true]");
    if (OWN.has(event.key) && target.closest(ACTIVE) && !isHeard) return null;
  }
  if (/^[1-9]$/.test(event.key) && !event.shiftKey) return { slot: Number(event.key) - 1 };
  const action = ACTIONS[event.key.toLowerCase()];
  return action ? { action, fine: event.shiftKey } : null;
}

const ACTIONS = {
  " ": "play",
  arrowleft: "back",
  arrowright: "forward",
  l: "loop",
  m: "match",
  b: "blind",
  "[": "loopStart",
  "]": "loopEnd",
};

/** Do what a key has asked of the player. */
export function carryOut(player, { slot, action, fine }) {
  const { loop, position, seconds } = player;
  const step = fine ? FINE_S : STEP_S;
  const acts = {
    play: () => player.toggle(),
    back: () => player.seek(Math.max(0, position - step)),
    forward: () => player.seek(position + step),
    loop: () => player.setLoop(toggled(loop, position, seconds)),
    match: () => player.toggleMatch(),
    blind: () => player.toggleBlind(),
    loopStart: () => player.setLoop(movedTo(loop, "start", position, seconds)),
    loopEnd: () => player.setLoop(movedTo(loop, "end", position, seconds)),
  };
  if (slot !== undefined) player.choosePlace(slot);
  else acts[action]();
}

export const HELP = [
  ["Space", "play or pause"],
  ["1 to 9", "hear that version, at the same place"],
  ["← →", "2 seconds back or on (with Shift a quarter)"],
  ["L", "loop on or off"],
  ["[ ]", "the loop begins or ends here"],
  ["M", "matched loudness on or off"],
  ["B", "blind comparison"],
];
