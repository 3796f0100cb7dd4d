// What a drill lets one hear: its files on one clock, one of them at a time, round and round.
// One rule: another file goes on at the same place, so the ear compares neighbours.

import { tell } from "../asking.js";
import { Engine } from "../player/engine.js";

export class Sound {
  constructor(room, changed) {
    Object.assign(this, { room, changed, engine: null, given: null, number: null, loaded: null });
  }

  // sounds: {sample_rate, samples, files: [{label, name}]} of a drill; nothing is fetched yet.
  offer(number, sounds) {
    if (number === this.number) return;
    this.pause();
    Object.assign(this, { number, given: sounds });
  }

  get playing() {
    return Boolean(this.engine?.playing) && this.loaded === this.number;
  }

  get heard() {
    return this.loaded === this.number ? this.engine?.selected ?? null : null;
  }

  get error() {
    return this.engine?.error ?? null;
  }

  // Play this file, from the start or on from where the other one is.
  hear(label) {
    const engine = this.#ready();
    engine.select(label);
    if (!engine.playing) this.#play();
    this.changed();
  }

  toggle() {
    if (this.playing) this.pause();
    else {
      this.#ready();
      this.#play();
    }
  }

  pause() {
    this.engine?.pause();
  }

  close() {
    this.engine?.close();
    this.engine = null;
  }

  #play() {
    tell("hush"); // one thing at a time: the player stops
    this.engine.play();
  }

  #ready() {
    const { sample_rate: rate, samples, files } = this.given;
    if (this.engine === null) {
      this.engine = new Engine(rate, (label, part, key, signal) => this.#fetch(label, signal));
      this.engine.addEventListener("change", () => this.changed());
    }
    if (this.loaded !== this.number) {
      this.loaded = this.number;
      this.engine.setItems(files.map(({ label }) =>
        ({ id: label, key: `${this.number}-${label}`, samples, chunkSamples: samples, gainDb: 0 })));
      this.engine.setLoop({ start: 0, end: samples });
      this.engine.select(files[0].label);
      this.engine.seek(0);
    }
    return this.engine;
  }

  async #fetch(label, signal) {
    const answer = await fetch(`${this.room}/learn/sounds/${this.loaded}/${label}`, { signal });
    if (!answer.ok) throw new Error("the sound could not be loaded: is Gainsay still running?");
    return answer.arrayBuffer();
  }
}
