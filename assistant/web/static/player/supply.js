// The sound of what is compared: chunks fetched ahead of the place that is heard, decoded and kept.
//
// One rule: of every version the place at hand comes first, then what is heard, then the others.

import { ChunkStore } from "./chunks.js";

const HERE_S = 0.1;
const FETCHED_S = 9; // how far ahead of the place that is heard chunks are fetched
const FETCHED_SILENT_S = 4; // the same of versions that are not heard
const DECODED_BYTES = 8; // a sample of two channels

export class Supply {
  /**
   * @param {AudioContext} context that decodes
   * @param {Map<string, Track>} tracks what is compared, by id
   * @param {(id: string, chunk: number, key: string, signal: AbortSignal) => Promise<ArrayBuffer>}
   *   fetchChunk
   * @param {number} limitBytes most bytes of decoded audio
   * @param {(error: Error | null) => void} told called when a chunk came, or failed for good
   */
  constructor(context, tracks, fetchChunk, limitBytes, told) {
    Object.assign(this, { context, tracks, fetchChunk });
    this.store = new ChunkStore((key, signal) => this.#load(key, signal), limitBytes, told);
  }

  /** Have what will sound from a sample of the song on: the selected one, and the one that waits. */
  need(timeline, from, selected, pending) {
    const keys = (id, seconds) => {
      const track = this.tracks.get(id);
      const ahead = timeline.chunksAhead(from, seconds * this.context.sampleRate);
      return track ? ahead.filter((n) => n < track.item.chunks).map((n) => track.chunkKey(n)) : [];
    };
    const silent = [...this.tracks.keys()].filter((id) => id !== selected);
    silent.sort((one, other) => (other === pending) - (one === pending));
    const wanted = [
      ...keys(selected, HERE_S),
      ...silent.flatMap((id) => keys(id, HERE_S)),
      ...keys(selected, FETCHED_S),
      ...silent.flatMap((id) => keys(id, FETCHED_SILENT_S)),
    ];
    this.store.need(wanted, timeline.chunkSamples * DECODED_BYTES);
  }

  async #load(key, signal) {
    const cut = key.lastIndexOf("/");
    const [sound, chunk] = [key.slice(0, cut), Number(key.slice(cut + 1))];
    const track = [...this.tracks.values()].find((one) => one.item.key === sound);
    if (!track) throw new DOMException("no longer compared", "AbortError");
    const bytes = await this.fetchChunk(track.item.id, chunk, sound, signal);
    return this.context.decodeAudioData(bytes);
  }
}
