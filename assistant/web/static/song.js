// <gainsay-song room>: what is open, why its anchor, and everything that was strange about its files.

import { ask } from "./asking.js";
import { make, styled } from "./making.js";
import { Keeper } from "./keeping.js";

const CSS = `
  [hidden] { display: none !important; }
  :host { display: block; color: var(--ink); font: 0.9375rem/1.4 var(--font); }
  header { position: relative; display: flex; align-items: baseline; gap: 4px 14px; min-width: 0; }
  h1 { flex: none; max-width: 40%; margin: 0; font-size: 1.25rem; letter-spacing: -0.01em; }
  h1, p { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  p { flex: 0 1 auto; min-width: 6rem; margin: 0; color: var(--muted); }
  a, details { flex: none; }
  details { font-size: var(--small); }
  summary { cursor: pointer; color: var(--warn); white-space: nowrap; }
  summary.made { color: var(--accent); }
  /* over the chat, which is empty at first, not over what is played */
  ul { position: absolute; z-index: 20; top: 100%; left: 0; box-sizing: border-box; width: min(34rem, 40vw); max-height: 60vh; margin: 6px 0 0;
    padding: 10px 12px 10px 28px; overflow: auto; border: 1px solid var(--edge); border-radius: var(--radius);
    background: var(--panel); color: var(--ink); box-shadow: 0 6px 24px rgb(0 0 0 / 0.18); }
  li { overflow-wrap: anywhere; }
  @media (max-width: 820px) {
    header { flex-wrap: wrap; }
    h1 { max-width: 100%; }
    p { flex-basis: 100%; white-space: normal; }
    details[open] { flex-basis: 100%; }
    ul { position: static; width: auto; box-shadow: none; }
  }
  a { color: var(--accent); font-size: var(--small); }
  :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
`;

const counted = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

class Song extends HTMLElement {
  async connectedCallback() {
    const root = styled(this, CSS);
    window.addEventListener("gainsay:changed", this.#lookForFiles);
    window.addEventListener("pointerdown", this.#leave);
    window.addEventListener("keydown", this.#leave);
    let room;
    try {
      room = await ask(`/rooms/${this.getAttribute("room")}`);
    } catch (error) {
      root.replaceChildren(make("p", { role: "alert", textContent: error.message }));
      return;
    }
    if (!room.song) return;
    const minutes = Math.floor(room.seconds / 60);
    const seconds = String(Math.floor(room.seconds % 60)).padStart(2, "0");
    const told = `${room.stems.length} stems, ${minutes}:${seconds}. ${room.why_anchor}`;
    root.replaceChildren(
      make("header", {}, make("h1", { textContent: room.song }),
        make("p", { textContent: told, title: told }),
        ...this.#strange(room),
        this.files = make("details", { hidden: true, name: "list" }),
        make("a", { href: "/?new", textContent: "Open another song" })),
    );
    this.#lookForFiles();
  }

  disconnectedCallback() {
    window.removeEventListener("gainsay:changed", this.#lookForFiles);
    window.removeEventListener("pointerdown", this.#leave);
    window.removeEventListener("keydown", this.#leave);
  }

  // A list that lies over the page goes with Escape, with a click beside it, and when another opens.
  #leave = (event) => {
    const open = [...this.shadowRoot.querySelectorAll("details[open]")];
    const elsewhere = event.type === "pointerdown" && !event.composedPath().includes(this);
    if (elsewhere || event.key === "Escape") open.forEach((one) => { one.open = false; });
  };

  #lookForFiles = async () => {
    const room = `/rooms/${this.getAttribute("room")}`;
    const files = await ask(`${room}/files`).catch(() => []);
    if (!this.files || files.length === this.listed) return;
    this.listed = files.length;
    this.files.hidden = !files.length;
    const link = ({ name, bytes }) => make("li", {},
      make("a", { href: `${room}/files/${name.split("/").map(encodeURIComponent).join("/")}`,
        download: "", textContent: name }), ` ${(bytes / 2 ** 20).toFixed(1)} MB`);
    this.files.replaceChildren(
      make("summary", { className: "made", textContent: `${counted(files.length, "file")} made` }),
      make("ul", {}, ...files.reverse().map(link)));
  };

  #strange(room) {
    const lines = [
      ...room.refused.map((one) => `not used: ${one.reason}`),
      ...room.notes,
      ...(room.cut_off ? ["the last turn was cut off before its reply: try it again"] : []),
    ];
    if (!lines.length) return [];
    const remarks = lines.length - room.refused.length;
    const summary = [
      ...(room.refused.length ? [`${room.refused.length} refused`] : []),
      ...(remarks ? [counted(remarks, "remark")] : []),
    ].join(", ");
    // What was refused is seen at once, but once: a reload does not lay it over the chat again.
    const seen = new Keeper(`${this.getAttribute("room")}:refused`);
    const isNew = room.refused.length > (seen.all.count ?? 0);
    const shut = ({ target }) => target.open || seen.write({ count: room.refused.length });
    return [make("details", { open: isNew, name: "list", ontoggle: shut },
      make("summary", { textContent: summary }),
      make("ul", {}, ...lines.map((line) => make("li", { textContent: line }))))];
  }
}

customElements.define("gainsay-song", Song);
