// Decoded chunks: fetched in the order of their need, kept up to a limit of bytes.
//
// One rule: what is needed now is never dropped, and what is no longer needed goes first.

const AT_ONCE = 3;
const RETRY_MS = [300, 1000, 3000];

export class ChunkStore {
  /**
   * @param {(key: string, signal: AbortSignal) => Promise<AudioBuffer>} load
   * @param {number} limitBytes most bytes of decoded audio
   * @param {(error: Error | null) => void} told called when a chunk came, or failed for good
   */
  constructor(load, limitBytes, told) {
    this.load = load;
    this.limitBytes = limitBytes;
    this.told = told;
    this.buffers = new Map(); // key -> AudioBuffer, the longest unused first
    this.bytes = 0;
    this.mostBytes = 0;
    this.needed = [];
    this.loading = new Map(); // key -> AbortController
    this.failed = new Map(); // key -> failures
  }

  get(key) {
    return this.buffers.get(key) ?? null;
  }

  /** Have these, the first the most; others may go. One takes about bytesEach. */
  need(keys, bytesEach) {
    const room = Math.max(2, Math.floor(this.limitBytes / Math.max(1, bytesEach)));
    this.needed = [...new Set(keys)].slice(0, room);
    for (const key of this.needed) {
      const buffer = this.buffers.get(key);
      if (buffer) {
        this.buffers.delete(key);
        this.buffers.set(key, buffer);
      }
    }
    const wanted = new Set(this.needed);
    for (const [key, abort] of this.loading) {
      if (!wanted.has(key)) abort.abort();
    }
    this.#evict();
    this.#fetch();
  }

  /** Try again what failed for good. */
  retry() {
    for (const [key, failure] of this.failed) {
      if (failure.times > RETRY_MS.length) this.failed.delete(key);
    }
  }

  clear() {
    this.need([], 1);
    this.buffers.clear();
    this.failed.clear();
    this.bytes = 0;
  }

  #fetch() {
    for (const key of this.needed) {
      if (this.loading.size >= AT_ONCE) return;
      const waits = this.failed.get(key)?.waits;
      if (this.buffers.has(key) || this.loading.has(key) || waits) continue;
      const abort = new AbortController();
      this.loading.set(key, abort);
      this.load(key, abort.signal).then(
        (buffer) => this.#came(key, abort, buffer),
        (error) => this.#missed(key, abort, error),
      );
    }
  }

  #came(key, abort, buffer) {
    this.loading.delete(key);
    if (!abort.signal.aborted) {
      this.failed.delete(key);
      this.buffers.set(key, buffer);
      this.bytes += sizeOf(buffer);
      this.#evict();
      this.told(null);
    }
    this.#fetch();
  }

  #missed(key, abort, error) {
    this.loading.delete(key);
    if (!abort.signal.aborted) {
      const times = (this.failed.get(key)?.times ?? 0) + 1;
      const wait = RETRY_MS[times - 1];
      this.failed.set(key, { times, waits: true });
      if (wait === undefined) this.told(error);
      else {
        setTimeout(() => {
          this.failed.set(key, { times, waits: false });
          this.#fetch();
        }, wait);
      }
    }
    this.#fetch();
  }

  #evict() {
    const wanted = new Set(this.needed);
    for (const [key, buffer] of this.buffers) {
      if (this.bytes <= this.limitBytes) break;
      if (wanted.has(key)) continue;
      this.buffers.delete(key);
      this.bytes -= sizeOf(buffer);
    }
    this.mostBytes = Math.max(this.mostBytes, this.bytes);
  }
}

function sizeOf(buffer) {
  return buffer.length * buffer.numberOfChannels * 4;
}
