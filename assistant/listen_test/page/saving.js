// Where answers go: to the server that runs the test, or into this browser and a CSV to hand over.
//
// One rule: an answer is kept here until the server has said that it has it.

const COLUMNS = [
  "kit", "listener", "place", "screen", "letter", "stimulus", "other", "item", "value",
  "heard_s", "screen_s", "time", "experience", "playback",
];

export class Answers {
  constructor(plan, listener) {
    this.plan = plan;
    this.listener = listener;
    this.name = `listen-test ${plan.key_sha256} ${listener}`;
    this.kept = JSON.parse(localStorage.getItem(this.name) ?? "[]"); // rows of CSV, as objects
    this.served = false;
  }

  /** The screens that are answered; a server's word counts, where there is one. */
  async answered() {
    const answer = await fetch(`answers?listener=${this.listener}`).catch(() => null);
    if (answer?.headers.get("Content-Type")?.startsWith("application/json")) {
      const told = await answer.json();
      if (!answer.ok) throw new Error(told.error);
      if (told.closed) throw new Error("This test has ended.");
      this.served = true;
      return told.answered;
    }
    return [...new Set(this.kept.map((row) => row.screen))];
  }

  /** Keep one screen's answers; throws with the server's words where it does not take them. */
  async save(answer, shown, place, person) {
    this.#keep(answer, shown, place, person);
    if (!this.served) return;
    const sent = { ...answer, ...person, listener: this.listener };
    const told = await fetch("answers", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(sent),
    });
    if (told.ok) return;
    const { error } = await told.json();
    // An answer whose receipt was lost has arrived all the same.
    if (!(await this.answered()).includes(answer.screen)) throw new Error(error);
  }

  get csv() {
    const rows = this.kept.map((row) => COLUMNS.map((name) => quoted(row[name])).join(","));
    return [COLUMNS.join(","), ...rows, ""].join("\n");
  }

  get fileName() {
    return `listener_${String(this.listener).padStart(3, "0")}.csv`;
  }

  #keep({ screen, values, heard_s, screen_s }, { stimuli }, place, person) {
    if (this.kept.some((row) => row.screen === screen)) return;
    const { kind, key_sha256 } = this.plan;
    for (const [name, value] of Object.entries(values)) {
      const stimulus = kind === "rate" ? name : stimuli[0];
      this.kept.push({
        kit: key_sha256.slice(0, 12),
        listener: this.listener,
        place,
        screen,
        letter: "ABCDEFGHI"[stimuli.indexOf(stimulus)],
        stimulus,
        other: kind === "compare" ? stimuli[1] : "",
        item: kind === "rate" ? "quality" : name,
        value,
        heard_s: (heard_s[stimulus] ?? 0).toFixed(2),
        screen_s: screen_s.toFixed(2),
        time: new Date().toISOString().replace(/\.\d+Z$/, "+00:00"),
        ...person,
      });
    }
    localStorage.setItem(this.name, JSON.stringify(this.kept));
  }
}

function quoted(value) {
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
