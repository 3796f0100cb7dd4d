// <gainsay-song room>: what is open, why its anchor, and everything that was strange about its files.

import { ask } from "./asking.js";
import { make, styled } from "./making.js";

const CSS = `
  [hidden] { display: none !important; }
  :host { display: block; color: var(--ink); font: 0.9375rem/1.4 var(--font); }
  header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 12px; }
  h1 { margin: 0; font-size: 1.25rem; letter-spacing: -0.01em; }
  p { margin: 0; color: var(--muted); }
  details { margin-top: 4px; font-size: var(--small); color: var(--muted); }
  summary { cursor: pointer; color: var(--warn); width: max-content; max-width: 100%; }
  summary.made { color: var(--accent); }
  ul { margin: 4px 0 0; padding-left: 1.2em; }
  a { color: var(--accent); font-size: var(--small); }
  :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
`;

class Song extends HTMLElement {
  async connectedCallback() {
    const root = styled(this, CSS);
    window.addEventListener("gainsay:changed", this.#lookForFiles);
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
        make("p", { textContent: told }),
        make("a", { href: "/?new", textContent: "Open another song" })),
      ...this.#strange(room),
      this.files = make("details", { hidden: true }),
    );
    this.#lookForFiles();
  }

  disconnectedCallback() {
    window.removeEventListener("gainsay:changed", this.#lookForFiles);
  }

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
      make("summary", { className: "made", textContent: `${files.length} files made: takes, exports` }),
      make("ul", {}, ...files.reverse().map(link)));
  };

  #strange(room) {
    const lines = [
      ...room.refused.map((one) => `not used: ${one.reason}`),
      ...room.notes,
      ...(room.cut_off ? ["the last turn was cut off before its reply: try it again"] : []),
    ];
    if (!lines.length) return [];
    const summary = `${room.refused.length ? `${room.refused.length} refused, ` : ""}` +
      `${lines.length - room.refused.length} remarks on the files`;
    return [make("details", { open: room.refused.length > 0 },
      make("summary", { textContent: summary }),
      make("ul", {}, ...lines.map((line) => make("li", { textContent: line }))))];
  }
}

customElements.define("gainsay-song", Song);
