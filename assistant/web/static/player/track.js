// One version in the transport: its sources on the clock, its matched gain, its fade.
//
// One rule: a piece that comes late begins on the sample that it would have reached by then. A
// browser starts at once what should have started before, which would shift it: such a start is
// taken back.

import { Fade, factor } from "./fades.js";

const LATE_S = 0.12; // how far ahead a late piece begins; it is silent until then anyway
const QUANTUM = 128; // samples that the browser renders at once

export class Track {
  constructor(context, output, item) {
    this.context = context;
    this.item = { ...item, chunks: Math.ceil(item.samples / item.chunkSamples) };
    this.fade = new Fade(context, 0);
    this.level = context.createGain();
    this.level.gain.value = factor(item.gainDb);
    this.level.connect(this.fade.node).connect(output);
    this.sources = new Map(); // piece -> source
  }

  chunkKey(chunk) {
    return `${this.item.key}/${chunk}`;
  }

  /** Whether a chunk can be played: decoded, or beyond this version's end. */
  has(chunk, store) {
    return chunk >= this.item.chunks || store.get(this.chunkKey(chunk)) !== null;
  }

  /** Whether a piece is on the clock, or has nothing of this version in it. */
  runs(piece) {
    return piece.spent || piece.chunk >= this.item.chunks || this.sources.has(piece);
  }

  setGain(gainDb) {
    if (gainDb === this.item.gainDb) return;
    this.item.gainDb = gainDb;
    this.level.gain.setTargetAtTime(factor(gainDb), this.context.currentTime, 0.005);
  }

  /** Put a piece's buffer on the clock, if it is decoded and not there already. */
  lay(piece, buffer, now) {
    if (!buffer || piece.spent || this.sources.has(piece)) return;
    const rate = this.context.sampleRate;
    const late = piece.at > now + QUANTUM ? 0 : now + Math.round(LATE_S * rate) - piece.at;
    const offset = (piece.from % this.item.chunkSamples) + late;
    const end = Math.min(offset - late + piece.frames, buffer.length);
    if (end - offset < 1) return;
    const source = this.context.createBufferSource();
    source.buffer = offset === 0 && end === buffer.length ? buffer : this.#cut(buffer, offset, end);
    source.connect(this.level);
    source.start((piece.at + late) / rate);
    if (this.context.currentTime * rate + QUANTUM > piece.at + late) {
      source.disconnect(); // too late after all: the next tick tries again
      return;
    }
    source.onended = () => {
      source.disconnect();
      this.sources.delete(piece);
    };
    this.sources.set(piece, source);
  }

  /** Let all sources end at a time of the context. */
  stop(time) {
    for (const source of this.sources.values()) source.stop(time);
    this.sources = new Map();
  }

  remove() {
    const now = this.context.currentTime;
    this.fade.to(0);
    this.stop(now + 0.02);
    setTimeout(() => this.fade.node.disconnect(), 100);
  }

  /** Just the samples that are played, so that no time has to be rounded inside the source. */
  #cut(buffer, start, end) {
    const { numberOfChannels, sampleRate } = buffer;
    const piece = new AudioBuffer({ length: end - start, numberOfChannels, sampleRate });
    for (let channel = 0; channel < numberOfChannels; channel += 1) {
      piece.copyToChannel(buffer.getChannelData(channel).subarray(start, end), channel);
    }
    return piece;
  }
}
