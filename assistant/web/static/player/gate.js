// The gain behind all versions: where the song begins, jumps or turns, it closes and opens.
//
// One rule: no jump of the wave is heard as a click, and nowhere is it closed for longer than that.

import { Fade, FADE_S } from "./fades.js";

const LOOP_EDGE_S = 0.002; // a dip at the loop's border instead of a click

export class Gate extends Fade {
  constructor(context) {
    super(context, 1);
  }

  /** Be closed until a time of the context, then open. */
  openAt(time) {
    this.follow([
      [time, 0],
      [time + FADE_S, 1],
    ]);
  }

  /** Let what sounds go on until just before a time, then open for what begins there. */
  turnAt(time) {
    const now = this.context.currentTime;
    this.follow([
      [Math.max(now, time - FADE_S), this.valueAt(now)],
      [time, 0],
      [time + FADE_S, 1],
    ]);
  }

  /** Close for a moment at a time to come. */
  dipAt(time) {
    this.add([
      [time - LOOP_EDGE_S, 1],
      [time, 0],
      [time + LOOP_EDGE_S, 1],
    ]);
  }

  /** Forget the dips that were to come. */
  stayOpen() {
    this.to(1);
  }
}
