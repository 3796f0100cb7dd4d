// The page's own part: defines our elements, and keeps Gradio's chat in step with them.

import "./song.js";
import "./open.js";
import "./card.js";
import { mendSteps } from "./steps.js";

const REFRESH_AFTER_MS = 150; // several changes in a row are shown together

const byId = (id) => document.getElementById(id);
let waiting = 0;

function refresh() {
  clearTimeout(waiting);
  waiting = setTimeout(() => byId("refresh")?.click(), REFRESH_AFTER_MS);
}

// Gradio's textbox hears of a value only by an input event.
function say(text) {
  const box = document.querySelector("#words textarea");
  if (!box || box.disabled) return;
  box.value = text;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  setTimeout(() => byId("send")?.click(), 50);
}

// After a turn of the chat, too: a refresh from before its end may arrive after it.
window.addEventListener("gainsay:changed", refresh);
window.addEventListener("gainsay:say", (event) => say(event.detail.text));
window.addEventListener("gainsay:opened", () => window.location.reload());
mendSteps(document.body);
