// Several recordings of one length on one clock: all of them play, one is heard.
//
// One rule: switching changes gains only, so what is heard goes on at the same sample.

const FADE_S = 0.01;
const AHEAD_S = 0.06;

export class Player {
  /** @param sampleRate of the files, so that nothing is resampled when it is decoded */
  constructor(sampleRate) {
    this.context = new AudioContext({ sampleRate });
    this.buffers = new Map(); // id -> AudioBuffer
    this.voices = new Map(); // id -> {source, gain}, while it plays
    this.chosen = null;
    this.heard = new Map(); // id -> seconds
    this.loop = null; // {start, end} in seconds; null: all of it
    this.startedAt = 0; // of the clock, when position `from` sounded
    this.from = 0;
    this.countedAt = 0;
  }

  async load(ids) {
    const files = ids.map(async (id) => {
      const answer = await fetch(`stimuli/${id}.wav`);
      if (!answer.ok) throw new Error(`A recording could not be loaded (${answer.status}).`);
      this.buffers.set(id, await this.context.decodeAudioData(await answer.arrayBuffer()));
    });
    await Promise.all(files);
    this.chosen = ids[0];
  }

  get seconds() {
    return [...this.buffers.values()][0]?.duration ?? 0;
  }

  get isPlaying() {
    return this.voices.size > 0;
  }

  get region() {
    return this.loop ?? { start: 0, end: this.seconds };
  }

  get position() {
    if (!this.isPlaying) return this.from;
    const { start, end } = this.region;
    const gone = this.from + Math.max(0, this.context.currentTime - this.startedAt);
    return gone < end ? gone : start + ((gone - start) % (end - start));
  }

  async play() {
    if (this.isPlaying) return;
    await this.context.resume();
    if (this.isPlaying) return; // asked for twice while it woke
    const { start, end } = this.region;
    if (this.from < start || this.from >= end) this.from = start;
    this.startedAt = this.context.currentTime + AHEAD_S;
    this.countedAt = this.startedAt;
    for (const [id, buffer] of this.buffers) {
      const gain = new GainNode(this.context, { gain: id === this.chosen ? 1 : 0 });
      const source = new AudioBufferSourceNode(this.context, {
        buffer,
        loop: true,
        loopStart: start,
        loopEnd: end,
      });
      source.connect(gain).connect(this.context.destination);
      source.start(this.startedAt, this.from);
      this.voices.set(id, { source, gain });
    }
  }

  pause() {
    this.count();
    this.from = this.position;
    for (const { source, gain } of this.voices.values()) {
      gain.gain.setTargetAtTime(0, this.context.currentTime, FADE_S / 3);
      source.stop(this.context.currentTime + 2 * FADE_S);
    }
    this.voices.clear();
  }

  /** Hear this one from now on. */
  choose(id) {
    this.count();
    this.chosen = id;
    const now = this.context.currentTime;
    for (const [each, { gain }] of this.voices) {
      gain.gain.cancelScheduledValues(now);
      gain.gain.setValueAtTime(gain.gain.value, now);
      gain.gain.linearRampToValueAtTime(each === id ? 1 : 0, now + FADE_S);
    }
  }

  async seek(seconds) {
    const { start, end } = this.region;
    const wasPlaying = this.isPlaying;
    this.pause();
    this.from = Math.min(Math.max(seconds, start), Math.max(start, end - 0.01));
    if (wasPlaying) await this.play();
  }

  async setLoop(loop) {
    const at = this.position;
    const wasPlaying = this.isPlaying;
    this.pause();
    this.loop = loop && loop.end - loop.start >= 0.5 ? loop : null;
    this.from = at;
    if (wasPlaying) await this.play();
  }

  /** Add what has sounded since the last count to whom was heard. */
  count() {
    if (!this.isPlaying) return;
    const now = this.context.currentTime;
    const gone = Math.max(0, now - this.countedAt);
    this.heard.set(this.chosen, (this.heard.get(this.chosen) ?? 0) + gone);
    this.countedAt = Math.max(now, this.countedAt);
  }

  close() {
    this.pause();
    return this.context.close();
  }
}
