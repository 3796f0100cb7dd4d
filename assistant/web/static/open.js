// <gainsay-open room>: choose a song. Files, folders and zips are sent one after the other; then the
// server opens them, and its progress is shown. Both can be stopped.

import { ask, tell } from "./asking.js";
import { filesDropped } from "./dropped.js";
import { make, styled } from "./making.js";
import { send } from "./sending.js";

const LOOK_EVERY_MS = 300;
const CSS = `
  [hidden] { display: none !important; }
  :host { display: block; color: var(--ink); font: 1rem/1.5 var(--font); }
  .page { max-width: 44rem; margin: 4vh auto; }
  h1 { margin: 0 0 4px; font-size: 1.75rem; letter-spacing: -0.02em; }
  p { margin: 0 0 16px; color: var(--muted); }
  .drop { padding: 28px 20px; border: 2px dashed var(--edge); border-radius: 12px; text-align: center;
    background: var(--panel); }
  .drop.over { border-color: var(--accent); background: var(--accent-soft); }
  .drop p { margin-bottom: 12px; color: var(--ink); }
  .buttons { display: flex; flex-wrap: wrap; gap: 8px; justify-content: center; }
  button { padding: 8px 14px; border: 1px solid var(--edge); border-radius: var(--radius);
    background: var(--raised); color: var(--ink); font: inherit; cursor: pointer; }
  button.main { background: var(--accent); color: var(--accent-ink); border-color: var(--accent); }
  button:disabled { opacity: 0.55; cursor: default; }
  input { display: none; }
  .or { margin: 14px 0 0; text-align: center; }
  .busy { display: flex; gap: 12px; align-items: center; margin-top: 16px; }
  progress { flex: 1; height: 10px; accent-color: var(--accent); }
  ul { margin: 12px 0 0; padding: 0; list-style: none; max-height: 16rem; overflow: auto; }
  li { padding: 4px 8px; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
  li.refused { color: var(--bad); }
  .error { color: var(--bad); margin-top: 12px; }
  :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
`;

class Open extends HTMLElement {
  #room = "";
  #sending = null; // the AbortController of what is being sent
  #timer = 0;

  async connectedCallback() {
    this.#room = `/rooms/${this.getAttribute("room")}`;
    this.#build(styled(this, CSS));
    await this.#look();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#sending?.abort();
  }

  #build(root) {
    this.picker = make("input", { type: "file", multiple: true, tabIndex: -1 });
    this.folder = make("input", { type: "file", webkitdirectory: true, tabIndex: -1 });
    for (const input of [this.picker, this.folder]) {
      input.setAttribute("aria-hidden", "true");
      input.addEventListener("change", () => {
        this.#take([...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name })));
        input.value = "";
      });
    }
    this.choose = [
      make("button", { textContent: "Choose files or a zip", onclick: () => this.picker.click() }),
      make("button", { textContent: "Choose a folder", onclick: () => this.folder.click() }),
    ];
    this.demo = make("button", { textContent: "Start with the demo song", className: "main", id: "demo",
      onclick: () => this.#open("demo") });
    this.or = make("p", { className: "or" }, this.demo);
    this.drop = make("div", { className: "drop" },
      make("p", { textContent: "Drop the stems of one song here: files, a folder, or a zip" }),
      make("div", { className: "buttons" }, ...this.choose));
    this.open = make("button", { textContent: "Open these stems", className: "main", hidden: true,
      onclick: () => this.#open("uploaded") });
    this.forget = make("button", { textContent: "Clear the list", hidden: true, onclick: () => this.#forget() });
    this.bar = make("progress", { max: 1, value: 0, "aria-label": "Progress" });
    this.what = make("span", { role: "status" });
    this.stop = make("button", { textContent: "Stop", onclick: () => this.#stop() });
    this.busy = make("div", { className: "busy", hidden: true }, this.what, this.bar, this.stop);
    this.list = make("ul", { "aria-label": "Files" });
    this.error = make("div", { className: "error", role: "alert" });
    root.replaceChildren(make("div", { className: "page" },
      make("h1", { textContent: "Gainsay" }),
      make("p", { textContent: "Open a song, choose the stem that everything is judged against, and talk " +
        "about the mix. Your files are never changed, and nobody else gets them." }),
      this.drop, this.picker, this.folder,
      this.or,
      this.busy, this.error, this.list,
      make("div", { className: "buttons", style: "margin-top:12px" }, this.open, this.forget)));
    this.#hearDrops();
  }

  #hearDrops() {
    this.addEventListener("dragover", (event) => {
      event.preventDefault();
      this.drop.classList.add("over");
    });
    this.addEventListener("dragleave", () => this.drop.classList.remove("over"));
    this.addEventListener("drop", async (event) => {
      event.preventDefault();
      this.drop.classList.remove("over");
      this.#take(await filesDropped(event.dataTransfer));
    });
  }

  async #take(found) {
    if (this.#sending || !found.length || !this.limits) return;
    this.#sending = new AbortController();
    this.error.textContent = "";
    this.#showBusy(true);
    const total = found.reduce((sum, { file }) => sum + file.size, 0);
    let sent = 0;
    try {
      for (const { file, path } of found) {
        this.what.textContent = `sending ${file.name}`;
        await this.#sendOne(file, path, this.#sending.signal, (bytes) => {
          this.bar.max = Math.max(total, 1);
          this.bar.value = sent + bytes;
          if (bytes >= file.size) this.what.textContent = `checking ${file.name}`;
        });
        sent += file.size;
      }
    } catch (error) {
      if (error.name !== "AbortError") this.error.textContent = error.message;
    } finally {
      this.#sending = null;
      this.#showBusy(false);
    }
  }

  // Checked here too, since a server that refuses while it is sent to cannot make itself heard.
  #refusal(file) {
    const suffix = file.name.slice(file.name.lastIndexOf(".")).toLowerCase();
    const { suffixes, most_bytes_a_file: most } = this.limits;
    if (!suffixes.includes(suffix)) return `${file.name} is no audio: wav, aiff, flac, ogg, mp3 or a zip of them is needed`;
    if (file.size > most) return `${file.name} is larger than ${(most / 2 ** 30).toFixed(1)} GB: send it as flac`;
    return null;
  }

  async #sendOne(file, path, signal, onBytes) {
    const refusal = this.#refusal(file);
    if (refusal) {
      this.#listed(refusal, true);
      return;
    }
    const answer = await send(`${this.#room}/stems?name=${encodeURIComponent(path)}`, file, signal, onBytes);
    if (answer.error) this.#listed(answer.error, true);
    for (const name of answer.kept ?? []) this.#listed(name, false);
    for (const one of answer.refused ?? []) this.#listed(`${one.name}: ${one.reason}`, true);
  }

  #listed(text, refused) {
    this.list.append(make("li", { className: refused ? "refused" : "", textContent: refused ? `Not taken: ${text}` : text }));
    const any = this.list.querySelector("li:not(.refused)") !== null;
    this.open.hidden = !any;
    this.demo.className = any ? "" : "main";
    this.forget.hidden = false;
  }

  async #forget() {
    try {
      await ask(`${this.#room}/stems`, "DELETE");
      this.list.replaceChildren();
      this.open.hidden = this.forget.hidden = true;
      this.demo.className = "main";
    } catch (error) {
      this.error.textContent = error.message;
    }
  }

  async #open(song) {
    this.error.textContent = "";
    try {
      await ask(`${this.#room}/open`, "POST", { song });
      await this.#look();
    } catch (error) {
      this.error.textContent = error.message;
    }
  }

  async #look() {
    clearTimeout(this.#timer);
    let room;
    try {
      room = await ask(this.#room);
    } catch (error) {
      this.error.textContent = error.message;
      return;
    }
    this.limits = room.limits;
    if (room.song) {
      tell("opened");
      return;
    }
    const { work } = room;
    this.#showBusy(work.state === "working" || this.#sending !== null);
    this.drop.hidden = this.or.hidden = work.state === "working"; // a song is on its way
    if (work.state === "working") {
      this.bar.max = Math.max(work.total, 1);
      this.bar.value = work.done;
      this.what.textContent = `${work.what} …`;
      this.#timer = setTimeout(() => this.#look(), LOOK_EVERY_MS);
      return;
    }
    if (work.state === "failed") this.error.textContent = work.error;
    if (work.state === "stopped") this.error.textContent = "Stopped: nothing was opened.";
    if (!this.list.children.length) {
      for (const one of room.refused) this.#listed(one.reason, true);
      for (const name of room.uploaded) this.#listed(name, false);
    }
  }

  #showBusy(busy) {
    this.busy.hidden = !busy;
    for (const button of [...this.choose, this.demo, this.open, this.forget]) button.disabled = busy;
  }

  async #stop() {
    this.#sending?.abort();
    await ask(`${this.#room}/stop`, "POST").catch(() => {});
  }
}

customElements.define("gainsay-open", Open);
