// What a drill lets one hear: its files on one clock, one of them at a time, round and round.
// One rule: another file goes on at the same place, so the ear compares neighbours; and so does the
// same file with its fader moved.

import { tell } from "../asking.js";
import { Engine } from "../player/engine.js";
import { mixed, peakOf } from "./fader_mix.js";

export const MOST_DB = 12; // of a fader, up or down
const MOVED = "after"; // the file that a fader changes

export class Sound {
  constructor(room, changed) {
    Object.assign(this, { room, changed, engine: null, given: null, number: null, loaded: null,
      faderDb: 0, parts: null, lowerDb: 0 });
  }

  // sounds: {sample_rate, samples, files: [{label, name}], parts: [label]} of a drill; nothing is
  // fetched yet.
  offer(number, sounds) {
    if (number === this.number) return;
    this.pause();
    Object.assign(this, { number, given: sounds, faderDb: 0, parts: null, lowerDb: 0 });
  }

  get playing() {
    return Boolean(this.engine?.playing) && this.loaded === this.number;
  }

  get heard() {
    return this.loaded === this.number ? this.engine?.selected?.split("@")[0] ?? null : null;
  }

  get error() {
    return this.engine?.error ?? null;
  }

  // Play this file, from the start or on from where the other one is.
  hear(label) {
    const engine = this.#ready();
    engine.select(this.#id(label));
    if (!engine.playing) this.#play();
    this.changed();
  }

  // Move the fader; what plays goes on with it.
  move(faderDb) {
    if (faderDb === this.faderDb) return;
    this.faderDb = faderDb;
    if (this.loaded !== this.number) return;
    this.#offerItems();
    this.engine.select(this.#id(MOVED));
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
      this.#offerItems();
      this.engine.setLoop({ start: 0, end: samples });
      this.engine.select(this.#id(files[0].label));
      this.engine.seek(0);
    }
    return this.engine;
  }

  // A file's id: where there is a fader, its level is a part of it.
  #id(label) {
    return this.given.parts.length && label === MOVED ? `${label}@${this.faderDb}` : label;
  }

  // All files, and what sounds until the one with the fader moved is there.
  #offerItems() {
    const { samples, files } = this.given;
    const ids = new Set(files.map(({ label }) => this.#id(label)));
    if (this.heard === MOVED) ids.add(this.engine.selected);
    this.engine.setItems([...ids].map((id) => ({ id, key: `${this.number}-${id}`, samples,
      chunkSamples: samples, gainDb: -this.lowerDb })));
  }

  async #fetch(id, signal) {
    const [label, faderDb] = id.split("@");
    if (faderDb === undefined) return this.#read(label, signal);
    const [stem, rest] = await this.#apart();
    return mixed(stem, rest, Number(faderDb));
  }

  // The stem and the rest, read once; all files are turned down together, so that no fader clips.
  #apart() {
    const { number } = this;
    this.parts ??= Promise.all(["stem", "rest"].map(async (label) =>
      this.engine.context.decodeAudioData(await this.#read(label)))).then((parts) => {
      if (this.number === number) {
        this.lowerDb = Math.max(0, 20 * Math.log10(peakOf(...parts, MOST_DB)));
        this.#offerItems();
      }
      return parts;
    });
    return this.parts;
  }

  async #read(label, signal) {
    const answer = await fetch(`${this.room}/learn/sounds/${this.loaded}/${label}`, { signal });
    if (!answer.ok) throw new Error("the sound could not be loaded: is Gainsay still running?");
    return answer.arrayBuffer();
  }
}
