// The transport: all compared versions run side by side on one audio clock, one of them is heard.
//
// One rule: switching moves gains and nothing else, so the position cannot jump. Every version's
// samples are laid on the same samples of the clock, whether it is heard or not.

import { FADE_S } from "./fades.js";
import { Gate } from "./gate.js";
import { Supply } from "./supply.js";
import { Timeline } from "./timeline.js";
import { Track } from "./track.js";

const TICK_MS = 100;
const LAID_S = 2.5; // how far ahead sound is laid; a hidden page is woken once a second
const LEAD_S = 0.03; // from a command to the sample where it takes effect, at least
const MOST_LEAD_S = 0.25; // where a busy machine keeps the page from being in time
const QUANTUM = 128; // samples that the browser renders at once
const FIRST_S = 0.5; // what must be there of a version before one can switch to it
export const LIMIT_BYTES = 96 * 2 ** 20;

export class Engine extends EventTarget {
  /**
   * @param {number} sampleRate of the song
   * @param {(id: string, chunk: number, key: string, signal: AbortSignal) => Promise<ArrayBuffer>}
   *   fetchChunk
   */
  constructor(sampleRate, fetchChunk, limitBytes = LIMIT_BYTES) {
    super();
    this.context = new AudioContext({ sampleRate, latencyHint: "interactive" });
    this.sampleRate = sampleRate;
    this.gate = new Gate(this.context);
    this.output = this.gate.node;
    this.output.connect(this.context.destination);
    this.tracks = new Map();
    this.selected = null; // the id that is heard
    this.pending = null; // the id that will be heard as soon as it is there
    this.playing = false;
    this.waiting = false; // for sound to arrive
    this.lead = Math.max(LEAD_S, 2 * this.context.baseLatency);
    this.place = 0; // the song's sample where it stands while it does not play
    this.timeline = null;
    this.error = null;
    const arrived = (error) => this.#arrived(error);
    this.supply = new Supply(this.context, this.tracks, fetchChunk, limitBytes, arrived);
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  /** The decoded chunks. */
  get store() {
    return this.supply.store;
  }

  close() {
    clearInterval(this.timer);
    this.store.clear();
    return this.context.close();
  }

  // ---- what is compared

  /** Set what is compared: [{id, key, samples, chunkSamples, gainDb}]; what stays plays on. */
  setItems(items) {
    const length = Math.max(1, ...items.map((item) => item.samples));
    const chunkSamples = items[0]?.chunkSamples ?? 1;
    const old = this.timeline;
    if (!old || old.length !== length || old.chunkSamples !== chunkSamples) {
      const position = this.position;
      this.#silence();
      this.timeline = new Timeline(length, chunkSamples);
      this.timeline.loop = old && old.loop && old.loop.end <= length ? old.loop : null;
      this.place = this.timeline.within(position);
      if (this.playing) this.#startAt(this.#soon(), this.place);
    }
    const was = this.selected;
    for (const [id, track] of this.tracks) {
      const item = items.find((one) => one.id === id);
      if (item && item.key === track.item.key) continue;
      track.remove();
      this.tracks.delete(id);
      if (this.pending === id) this.pending = null;
      if (this.selected === id) this.selected = null;
    }
    for (const item of items) {
      const track = this.tracks.get(item.id);
      if (track) track.setGain(item.gainDb);
      else this.tracks.set(item.id, new Track(this.context, this.output, item));
    }
    if (this.selected === null && items.length) {
      this.select(this.pending ?? (this.tracks.has(was) ? was : items[0].id));
    }
    this.store.retry();
    this.tick();
  }

  /** Hear this one: at once if its sound is there, else as soon as it is. */
  select(id) {
    const track = this.tracks.get(id);
    if (!track || (id === this.selected && !this.pending)) return;
    if (this.selected === null || !this.playing || this.#canSound(track)) this.#hear(id);
    else this.pending = id;
    this.tick();
  }

  // ---- the transport

  /** The song's sample that is heard now. */
  get position() {
    if (!this.playing || !this.timeline) return this.place;
    const latency = this.context.outputLatency || this.context.baseLatency || 0;
    return this.timeline.positionAt(this.#frame() - Math.round(latency * this.sampleRate));
  }

  async play() {
    if (this.playing || !this.timeline || !this.tracks.size) return;
    this.playing = true;
    const resumed = this.context.state === "running" ? null : this.context.resume();
    this.#startAt(this.#soon(), this.place);
    this.#tell();
    await resumed;
  }

  pause() {
    if (!this.playing) return;
    this.place = this.timeline.within(this.position);
    this.playing = false;
    this.waiting = false;
    this.#silence();
    this.#settle();
    this.tick();
    this.#tell();
  }

  /** Go on from another sample of the song. */
  seek(sample) {
    if (!this.timeline) return;
    this.place = this.timeline.within(sample);
    if (this.playing) this.#startAt(this.#soon(), this.place);
    else this.tick();
    this.#tell();
  }

  /** Loop {start, end} in samples, or play through (null); inside the loop the sound goes on. */
  setLoop(loop) {
    if (!this.timeline) return;
    const at = this.#soon();
    const here = this.playing ? this.timeline.positionAt(at) : this.place;
    this.timeline.loop = loop;
    const next = this.timeline.within(here);
    if (!this.playing) this.place = next;
    else if (next === here) this.#goOnAt(at, here);
    else this.#startAt(at, next);
    this.tick();
    this.#tell();
  }

  // ---- the work

  /** Lay what sounds soon, fetch what will; called often. */
  tick() {
    if (!this.timeline || !this.tracks.size) return;
    const now = this.#frame();
    const from = this.playing ? this.timeline.positionAt(now) : this.place;
    this.supply.need(this.timeline, from, this.selected, this.pending);
    if (!this.playing) return;
    this.timeline.dropBefore(now - this.sampleRate);
    this.#lay(now);
    const wanted = this.pending && this.tracks.get(this.pending);
    if (wanted && this.#canSound(wanted)) this.#hear(this.pending);
    for (const track of this.tracks.values()) {
      for (const piece of this.timeline.pieces) {
        track.lay(piece, this.store.get(track.chunkKey(piece.chunk)), now);
      }
      track.fade.tidy();
    }
    this.gate.tidy();
    this.#endIfOver(now);
  }

  #lay(now) {
    const heard = this.tracks.get(this.selected);
    const waited = this.waiting;
    this.waiting = false;
    while (this.timeline.cursor && this.timeline.cursor.at < now + LAID_S * this.sampleRate) {
      const piece = this.timeline.peek();
      if (!heard.has(piece.chunk, this.store)) {
        this.waiting = piece.at < now + 0.05 * this.sampleRate;
        break;
      }
      if (piece.at < now + 2 * QUANTUM) this.#beginLate(this.#soon());
      const laid = this.timeline.lay();
      if (laid.wraps) this.gate.dipAt((laid.at + laid.frames) / this.sampleRate);
    }
    if (waited !== this.waiting) this.#tell();
  }

  /** Sound has arrived after its time: the song goes on from where it waits. */
  #beginLate(at) {
    this.timeline.postpone(at);
    this.gate.openAt(at / this.sampleRate);
  }

  /** Whether a version already runs silently where the song is heard and soon will be. */
  #canSound(track) {
    const now = this.#frame();
    const soon = now + FIRST_S * this.sampleRate;
    return this.timeline.pieces
      .filter((piece) => piece.at < soon && piece.at + piece.frames > now + QUANTUM)
      .every((piece) => track.runs(piece));
  }

  #hear(id) {
    const before = this.tracks.get(this.selected);
    const track = this.tracks.get(id);
    this.selected = id;
    this.pending = null;
    // Versions of one song are nearly the same wave: straight ramps keep their sum level, while
    // equal power would swell by 3 dB.
    if (before && before !== track) before.fade.to(0);
    track.fade.to(1);
    this.#tell();
  }

  #startAt(at, from) {
    const time = at / this.sampleRate;
    this.#silence(time);
    this.timeline.start(at, from);
    this.gate.turnAt(time);
    this.tick();
    if (this.#missed(at)) this.#startAt(this.#soon(), from);
  }

  /** Whether laying took so long that the sound may not begin on its sample. */
  #missed(at) {
    if (this.waiting || this.#frame() + QUANTUM <= at || this.lead >= MOST_LEAD_S) return false;
    this.lead *= 2;
    return true;
  }

  /** Lay anew from a sample of the clock on, without a gap or a dip. */
  #goOnAt(at, from) {
    this.#silence(at / this.sampleRate);
    const kept = this.timeline.pieces
      .filter((piece) => piece.at < at)
      .map((piece) => ({ ...piece, frames: Math.min(piece.frames, at - piece.at) }));
    this.timeline.start(at, from);
    this.timeline.pieces = kept.map((piece) => ({ ...piece, spent: true }));
    this.gate.stayOpen();
    this.tick();
    if (this.#missed(at)) this.#startAt(this.#soon(), from);
  }

  /** Stop all that sounds at a time of the context, now if none is given. */
  #silence(time = this.context.currentTime + FADE_S) {
    if (!this.playing) this.gate.openAt(time);
    for (const track of this.tracks.values()) track.stop(time);
  }

  /** While nothing plays the fades have no one to hear them. */
  #settle() {
    if (this.pending) this.#hear(this.pending);
    if (this.timeline) this.timeline.pieces = [];
  }

  #endIfOver(now) {
    const { pieces, cursor } = this.timeline;
    const last = pieces[pieces.length - 1];
    if (cursor || (last && last.at + last.frames > now)) return;
    this.playing = false;
    this.place = 0;
    this.#settle();
    this.#tell();
  }

  #arrived(error) {
    this.error = error;
    this.tick();
    this.#tell();
  }

  #frame() {
    return Math.round(this.context.currentTime * this.sampleRate);
  }

  #soon() {
    return this.#frame() + Math.round(this.lead * this.sampleRate);
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}
