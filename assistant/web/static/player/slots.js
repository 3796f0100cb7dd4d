// The buttons of what is compared: one press hears it, at the same place of the song.
//
// One rule: buttons stay what they are while their text changes, so the focus is never lost.

import { make } from "../making.js";

export class Slots {
  /** @param on {choose, remove, cancel, again}: called with the place in the list */
  constructor(on) {
    this.on = on;
    this.shown = [];
    this.element = make("ol", { className: "slots", "aria-label": "What is compared" });
  }

  /**
   * @param {{mark: string, name: string, level: string, offset: string, state: string,
   *   progress: number, error: string | null, heard: boolean, pending: boolean,
   *   removable: boolean}[]} slots
   */
  show(slots) {
    while (this.shown.length > slots.length) this.shown.pop().item.remove();
    while (this.shown.length < slots.length) {
      const slot = this.#make(this.shown.length);
      this.shown.push(slot);
      this.element.append(slot.item);
    }
    slots.forEach((slot, place) => this.#update(this.shown[place], slot));
  }

  #make(place) {
    const part = (name) => make("span", { className: name });
    const [mark, name, level, offset] = ["mark", "name", "level", "offset"].map(part);
    mark.setAttribute("aria-hidden", "true");
    const button = make(
      "button",
      { type: "button", className: "slot", onclick: () => this.on.choose(place) },
      mark,
      name,
      level,
      offset,
    );
    const small = (className, act) =>
      make("button", { type: "button", className, onclick: () => act(place) });
    const less = small("less", this.on.remove);
    less.textContent = "\u00d7";
    const act = small("act", (at) => this.on[act.dataset.does](at));
    const bar = make("progress", { max: 1 });
    const item = make("li", {}, button, bar, act, less);
    return { item, button, mark, name, level, offset, less, act, bar };
  }

  #update(shown, slot) {
    const { item, button, less, act, bar } = shown;
    write(shown.mark, slot.mark);
    write(shown.name, slot.name);
    shown.name.title = slot.name;
    write(shown.level, slot.level);
    write(shown.offset, slot.error ?? slot.offset);
    const ready = slot.state === "ready";
    const busy = slot.state === "waiting" || slot.state === "rendering" || slot.state === "idle";
    item.className = `${slot.state}${slot.heard ? " heard" : ""}${slot.pending ? " pending" : ""}`;
    button.setAttribute("aria-pressed", String(slot.heard));
    button.setAttribute("aria-disabled", String(!ready));
    bar.hidden = !busy;
    bar.value = slot.progress;
    bar.setAttribute("aria-label", `Rendering ${slot.name}`);
    act.hidden = ready;
    act.dataset.does = busy ? "cancel" : "again";
    write(act, busy ? "Stop" : "Render");
    act.setAttribute("aria-label", `${busy ? "Stop rendering" : "Render"} ${slot.name}`);
    less.hidden = !slot.removable;
    less.setAttribute("aria-label", `Take ${slot.name} out of the comparison`);
  }
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
