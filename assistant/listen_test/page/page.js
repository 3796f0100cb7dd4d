// A listening test from the first question to the last: who listens, how loud, every screen, thanks.
//
// One rule: the plan says what is shown; nothing here knows a system.

import { make } from "./making.js";
import { Player } from "./player.js";
import { Answers } from "./saving.js";
import { runScreen } from "./screen.js";

const root = document.getElementById("test");
const said = document.getElementById("said");
const say = (text) => {
  said.textContent = text;
};

async function main() {
  const plan = await (await fetch("test.json")).json();
  for (;;) {
    const { listener, ...person } = await ask(plan);
    const answers = new Answers(plan, listener);
    let done;
    try {
      done = new Set(await answers.answered());
    } catch (error) {
      say(error.message);
      continue;
    }
    say("");
    await run(plan, answers, done, person);
    return;
  }
}

async function run(plan, answers, done, person) {
  const order = plan.orders[answers.listener - 1];
  if (done.size === 0) await setVolume(plan, order[0]);
  for (const [at, shown] of order.entries()) {
    if (done.has(shown.screen)) continue;
    const title = `${at + 1} of ${order.length}`;
    const answer = await runScreen(root, plan, shown, title, say);
    await saved(() => answers.save(answer, shown, at + 1, person));
  }
  thank(answers);
}

/** Save until it is saved: the listener can try again. */
async function saved(save) {
  for (;;) {
    try {
      await save();
      say("");
      return;
    } catch (error) {
      say(error.message);
      await new Promise((resolve) => {
        const again = make("button", { type: "button", textContent: "Try again", onclick: resolve });
        root.replaceChildren(make("h1", {}, "This answer is not saved yet"), again);
        again.focus();
      });
    }
  }
}

/** Who listens, and on what. */
function ask(plan) {
  const count = plan.orders.length;
  const asked = new URLSearchParams(location.search).get("listener") ?? "";
  const number = make("input", { type: "number", min: 1, max: count, required: true, value: asked });
  const experience = select(["", "none", "as a hobby", "professional"]);
  const playback = select(["", "headphones", "loudspeakers"]);
  const form = make(
    "form",
    {},
    make("h1", { textContent: "Listening test" }),
    ...plan.instructions.map((text) => make("p", { textContent: text })),
    make("label", {}, `Your number (1 to ${count}) `, number),
    make("label", {}, "Experience in mixing (if you like to say) ", experience),
    make("label", {}, "What you listen on (if you like to say) ", playback),
    make("button", { type: "submit", textContent: "Begin" }),
  );
  root.replaceChildren(form);
  return new Promise((resolve) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      resolve({
        listener: Number(number.value),
        experience: experience.value,
        playback: playback.value,
      });
    });
  });
}

/** Let the listener find a comfortable level, once. */
async function setVolume(plan, shown) {
  const about = plan.screens[shown.screen];
  const player = new Player(about.sample_rate);
  await player.load([about.audio[0]]);
  return new Promise((resolve) => {
    const play = make("button", { type: "button", textContent: "Play" });
    play.addEventListener("click", async () => {
      if (player.isPlaying) player.pause();
      else await player.play();
      play.textContent = player.isPlaying ? "Pause" : "Play";
    });
    const go = make("button", { type: "button", textContent: "It is loud enough" });
    go.addEventListener("click", () => {
      player.close();
      resolve();
    });
    root.replaceChildren(
      make("h1", { textContent: "Set the volume" }),
      make("p", {}, "Play this, set a comfortable volume, and leave it there for the whole test."),
      make("div", { className: "transport" }, play, go),
    );
    play.focus();
  });
}

function thank(answers) {
  const file = new Blob([answers.csv], { type: "text/csv" });
  const link = make("a", {
    href: URL.createObjectURL(file),
    download: answers.fileName,
    textContent: `Download your answers (${answers.fileName})`,
  });
  const told = answers.served
    ? "All your answers are saved."
    : "Please hand this file to whoever runs the test:";
  const parts = answers.kept.length ? [make("p", {}, link)] : [];
  root.replaceChildren(make("h1", { textContent: "Thank you" }), make("p", {}, told), ...parts);
}

function select(options) {
  return make("select", {}, ...options.map((text) => make("option", { value: text }, text || "–")));
}

main().catch((error) => say(`The test cannot go on: ${error.message}`));
