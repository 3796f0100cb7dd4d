// Gains that change without a click: straight ramps on a GainNode.
//
// One rule: what a ramp has reached is known here, so a new one starts from there in every browser.

export const FADE_S = 0.005;

export class Fade {
  constructor(context, value) {
    this.context = context;
    this.node = context.createGain();
    this.node.gain.value = value;
    this.points = [[0, value]]; // [time, value], in order
  }

  /** The gain at a time of the context. */
  valueAt(time) {
    let [before, value] = this.points[0];
    for (const [at, to] of this.points) {
      if (at > time) return value + ((to - value) * (time - before)) / (at - before);
      [before, value] = [at, to];
    }
    return value;
  }

  /** From now on go through these [time, value] points, in straight lines. */
  follow(points) {
    const now = this.context.currentTime;
    this.points = [[now, this.valueAt(now)]];
    this.node.gain.cancelScheduledValues(now);
    this.node.gain.setValueAtTime(this.points[0][1], now);
    this.add(points);
  }

  /** Go through more points after those that are set already. */
  add(points) {
    for (const [time, value] of points) {
      const [last] = this.points[this.points.length - 1];
      const at = Math.max(time, last + 1e-6);
      this.node.gain.linearRampToValueAtTime(value, at);
      this.points.push([at, value]);
    }
  }

  /** Forget the points that lie behind. */
  tidy() {
    const now = this.context.currentTime;
    while (this.points.length > 1 && this.points[1][0] < now) this.points.shift();
  }

  /** Go to a value in a fade's time, starting now. */
  to(value, seconds = FADE_S) {
    this.follow([[this.context.currentTime + seconds, value]]);
  }
}

/** A gain in dB as a factor. */
export function factor(db) {
  return 10 ** (db / 20);
}
