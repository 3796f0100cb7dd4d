// One screen: hear the stimuli, give the marks, go on.
//
// One rule: one goes on when everything was heard and everything has a mark.

import { make } from "./making.js";
import { comparison, sliders, statements } from "./marks.js";
import { Player } from "./player.js";

const LETTERS = "ABCDEFGHI";
const LEAST_HEARD_S = 1;
const STEP_S = 2;

/** Show a screen; resolves to what is sent of it when the listener goes on. */
export async function runScreen(root, plan, shown, title, say) {
  const about = plan.screens[shown.screen];
  const player = new Player(about.sample_rate);
  const letters = shown.stimuli.map((_, at) => LETTERS[at]);
  const playable =
    plan.kind === "advice"
      ? [[about.audio[0], "the mix"]]
      : shown.stimuli.map((id, at) => [id, letters[at]]);
  if (about.reference) playable.unshift([about.reference, "Reference"]);
  root.replaceChildren(make("h1", { textContent: title }), make("p", {}, "Loading…"));
  await player.load(playable.map(([id]) => id));
  const began = performance.now();
  return new Promise((resolve) => {
    const marks =
      plan.kind === "rate"
        ? sliders(shown.stimuli, letters, plan.scale, () => refresh())
        : plan.kind === "compare"
          ? comparison(plan.scale, () => refresh())
          : statements(plan.items, plan.scale, () => refresh());
    const buttons = playable.map(([id, name]) =>
      make("button", { type: "button", textContent: name, onclick: () => hear(id) }),
    );
    const toggle = make("button", { type: "button", onclick: () => playPause() });
    const place = make("input", { type: "range", className: "place", min: 0, step: 0.01, value: 0 });
    place.setAttribute("aria-label", "Position in seconds");
    place.max = player.seconds;
    place.addEventListener("input", () => player.seek(Number(place.value)));
    const next = make("button", { type: "button", textContent: "Next", onclick: () => finish() });
    const missing = make("p", { className: "missing" });
    root.replaceChildren(
      make("h1", { textContent: title }),
      ...Object.values(about.texts).map((text) => make("blockquote", { textContent: text })),
      make("div", { className: "transport" }, toggle, ...(buttons.length > 1 ? buttons : []), place),
      make("p", { textContent: plan.question }),
      marks.element,
      missing,
      next,
      keysLine(about.reference !== null, playable.length),
    );

    async function playPause() {
      if (player.isPlaying) player.pause();
      else await player.play();
      refresh();
    }
    async function hear(id) {
      player.choose(id);
      if (!player.isPlaying) await player.play();
      const at = shown.stimuli.indexOf(id);
      if (at >= 0) marks.focus(at);
      refresh();
    }
    function lacking() {
      player.count();
      const unheard = playable.filter(([id]) => (player.heard.get(id) ?? 0) < LEAST_HEARD_S);
      const unmarked = marks.wanted.filter((name) => !(name in marks.values));
      return { unheard: unheard.map(([, name]) => name), unmarked: unmarked.length };
    }
    function refresh() {
      toggle.textContent = player.isPlaying ? "Pause" : "Play";
      playable.forEach(([id], at) => {
        buttons[at].setAttribute("aria-pressed", String(id === player.chosen));
      });
      const { unheard, unmarked } = lacking();
      const parts = [
        ...(unheard.length ? [`not heard yet: ${unheard.join(", ")}`] : []),
        ...(unmarked ? [`marks to give: ${unmarked}`] : []),
      ];
      missing.textContent = parts.length ? `Before you go on, ${parts.join("; ")}.` : "";
      next.disabled = parts.length > 0;
    }
    function finish() {
      const { unheard, unmarked } = lacking();
      if (unheard.length || unmarked) {
        say(missing.textContent);
        return;
      }
      clearInterval(ticking);
      document.removeEventListener("keydown", onKey);
      player.close();
      const heard = Object.fromEntries(player.heard);
      if (plan.kind === "advice") heard[shown.stimuli[0]] = heard[about.audio[0]];
      resolve({
        screen: shown.screen,
        values: Object.fromEntries(marks.wanted.map((name) => [name, marks.values[name]])),
        heard_s: heard,
        screen_s: (performance.now() - began) / 1000,
      });
    }
    function onKey(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const first = about.reference ? 0 : 1;
      const act = {
        " ": () => playPause(),
        Enter: () => finish(),
        ",": () => player.seek(player.position - STEP_S),
        ".": () => player.seek(player.position + STEP_S),
        "[": () => player.setLoop({ start: player.position, end: player.region.end }),
        "]": () => player.setLoop({ start: player.region.start, end: player.position }),
        "\\": () => player.setLoop(null),
      }[event.key];
      if (/^\d$/.test(event.key) && playable[Number(event.key) - first]) {
        event.preventDefault();
        hear(playable[Number(event.key) - first][0]);
      } else if (act && !(event.key === " " && event.target.type === "radio")) {
        if (event.target.tagName !== "BUTTON" || ![" ", "Enter"].includes(event.key)) {
          event.preventDefault();
          act();
        }
      }
    }
    document.addEventListener("keydown", onKey);
    const ticking = setInterval(() => {
      if (document.activeElement !== place) place.value = player.position;
      refresh();
    }, 100);
    refresh();
  });
}

function keysLine(hasReference, count) {
  const last = hasReference ? count - 1 : count;
  const parts = [
    ["Space", "play or pause"],
    ...(count > 1 ? [[hasReference ? `0 to ${last}` : `1 to ${last}`, "hear"]] : []),
    ["← →", "change a mark"],
    [", .", "2 s back or on"],
    ["[ ]", "loop from or to here"],
    ["\\", "no loop"],
    ["Enter", "next"],
  ];
  const line = make("p", { className: "keys" });
  for (const [keys, what] of parts) line.append(make("kbd", { textContent: keys }), ` ${what}  `);
  return line;
}
