// Which samples of the song sound when: pieces laid end to end on the audio clock.
//
// One rule: everything is counted in whole samples. A piece never crosses a chunk's border, nor the
// loop's end, and the next one begins on the very sample after it.

export class Timeline {
  /** @param {number} length samples in the song  @param {number} chunkSamples samples in a chunk */
  constructor(length, chunkSamples) {
    this.length = length;
    this.chunkSamples = chunkSamples;
    this.loop = null; // {start, end} in samples
    this.pieces = []; // {at, from, frames, chunk, wraps}; at counts the clock's samples
    this.cursor = null; // where the next piece goes: {at, from}; null at the song's end
  }

  /** A place of the song that may be played now: inside the loop where there is one. */
  within(from) {
    const place = Math.max(0, Math.min(Math.round(from), this.length - 1));
    if (this.loop && (place < this.loop.start || place >= this.loop.end)) return this.loop.start;
    return place;
  }

  /** Begin anew: the sample `from` of the song sounds at the clock's sample `at`. */
  start(at, from) {
    this.pieces = [];
    this.cursor = { at, from: this.within(from) };
  }

  /** The piece that comes next, or null at the song's end; the cursor stays. */
  peek(cursor = this.cursor) {
    if (!cursor) return null;
    const chunk = Math.floor(cursor.from / this.chunkSamples);
    const stop = this.loop ? this.loop.end : this.length;
    const end = Math.min((chunk + 1) * this.chunkSamples, stop);
    const wraps = Boolean(this.loop) && end === this.loop.end;
    return { at: cursor.at, from: cursor.from, frames: end - cursor.from, chunk, wraps };
  }

  /** Lay the next piece. */
  lay() {
    const piece = this.peek();
    if (piece) {
      this.pieces.push(piece);
      this.cursor = this.after(piece);
    }
    return piece;
  }

  /** Where the piece after this one goes. */
  after(piece) {
    const at = piece.at + piece.frames;
    const from = piece.wraps ? this.loop.start : piece.from + piece.frames;
    return from < this.length ? { at, from } : null;
  }

  /** Move what is not laid yet to a later time on the clock; the song waits. */
  postpone(at) {
    if (this.cursor && this.cursor.at < at) this.cursor.at = at;
  }

  /** The song's sample that sounds at a sample of the clock. */
  positionAt(at) {
    let found = null;
    for (const piece of this.pieces) {
      if (piece.at <= at || !found) found = piece;
    }
    if (!found) return this.cursor ? this.cursor.from : 0;
    const into = Math.max(0, Math.min(at - found.at, found.frames));
    return found.from + into;
  }

  /** The chunks that are needed from a place on, in the order of their need. */
  chunksAhead(from, frames) {
    const chunks = new Set();
    let cursor = { at: 0, from: this.within(from) };
    while (cursor && cursor.at < frames) {
      const piece = this.peek(cursor);
      chunks.add(piece.chunk);
      cursor = this.after(piece);
    }
    return [...chunks];
  }

  /** Forget the pieces that have sounded. */
  dropBefore(at) {
    this.pieces = this.pieces.filter((piece) => piece.at + piece.frames > at);
  }
}
