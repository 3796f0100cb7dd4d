// The player's parts on the page, put together once; player.js says what they show.

import { make, styled } from "../making.js";
import { HELP } from "./keys.js";
import { CSS } from "./style.js";

/** Build everything inside the host's shadow; `on` holds what each control does. */
export function build(host, { wave, slots, blind }, on) {
  const root = styled(host, CSS);
  const button = (className, text, act) =>
    make("button", { type: "button", className, textContent: text, onclick: act });
  const parts = {
    play: button("play", "Play", on.play),
    clock: make("span", { className: "clock" }),
    range: make("span", { className: "range" }),
    loop: button("loop", "Loop", on.loop),
    match: button("match", "Matched loudness", on.match),
    blind: button("blindly", "Blind test", on.blind),
    keys: button("keys", "Keys", () => toggleHelp(parts)),
    whole: button("whole", "Whole mix", on.whole),
    note: make("p", { className: "note" }),
    spoken: make("div", { className: "spoken", role: "status", "aria-live": "polite" }),
    select: make("select", { id: "more", onchange: on.add }),
    shortcuts: make("input", { type: "checkbox", onchange: on.shortcuts }),
  };
  const bar = make(
    "div",
    { className: "bar" },
    parts.play,
    parts.clock,
    parts.loop,
    parts.range,
    parts.match,
    parts.blind,
    parts.whole,
    parts.keys,
  );
  const label = make("label", { for: "more", textContent: "Compare also" });
  parts.more = make("div", { className: "more" }, label, parts.select);
  parts.help = help(parts.shortcuts);
  parts.keys.setAttribute("aria-expanded", "false");
  root.replaceChildren(
    make(
      "section",
      { "aria-label": "Audition" },
      make("h2", { textContent: "Audition" }),
      bar,
      parts.note,
      wave.element,
      slots.element,
      parts.more,
      blind.element,
      parts.help,
      parts.spoken,
    ),
  );
  return parts;
}

function toggleHelp({ help, keys }) {
  help.hidden = !help.hidden;
  keys.setAttribute("aria-expanded", String(!help.hidden));
}

function help(shortcuts) {
  const rows = HELP.flatMap(([key, does]) => [
    make("dt", { textContent: key }),
    make("dd", { textContent: does }),
  ]);
  const label = make("label", {}, shortcuts, " these keys work wherever the focus is on the page");
  return make("div", { className: "help", hidden: true }, make("dl", {}, ...rows), label);
}

/** Fill a list of choices, keeping the one that stands for "choose". */
export function fill(select, choices) {
  const wanted = [["", "choose…"], ...choices];
  const now = [...select.options].map((option) => [option.value, option.textContent]);
  if (JSON.stringify(now) === JSON.stringify(wanted)) return;
  select.replaceChildren(
    ...wanted.map(([value, textContent]) => make("option", { value, textContent })),
  );
}
