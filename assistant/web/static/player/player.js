// <gainsay-player room>: one transport for all versions and takes of a room.
//
// One rule: what is heard is what is marked. The list says a version is heard when its sound is.

import { tell } from "../asking.js";
import { Blind } from "./blind.js";
import { begin, end, isAsItWas, reveal, vote, wholeMixes } from "./blind_test.js";
import { Comparison } from "./comparison.js";
import { Display } from "./display.js";
import { Engine } from "./engine.js";
import { Keeper } from "../keeping.js";
import { carryOut, meaning } from "./keys.js";
import { toggled, within } from "./loops.js";
import { Server } from "./server.js";
import { Slots } from "./slots.js";
import { build } from "./view.js";
import { Waveform } from "./waveform.js";
import { decibels, letter, spoken } from "./words.js";

class Player extends HTMLElement {
  connectedCallback() {
    const room = this.getAttribute("room");
    this.server = new Server(room);
    this.keeper = new Keeper(`player:${room}`);
    const kept = this.keeper.read();
    this.comparison = new Comparison(this.server, kept);
    this.engine = null;
    this.chosen = kept.chosen ?? null; // the id that the user wants to hear
    this.loop = kept.loop ?? null; // {start, end, on} in seconds
    this.isMatched = kept.isMatched ?? true;
    this.hasKeys = kept.hasKeys ?? true;
    this.playWhenReady = false;
    this.standsAt = null; // the version that the song stood at when the list was last read
    this.build();
    this.listeners = [
      ["gainsay:changed", () => this.comparison.refresh()],
      ["gainsay:solo", (event) => this.solo(event.detail?.stems ?? [])],
      ["gainsay:hear", (event) => this.hear(event.detail?.id)],
      ["gainsay:hush", () => this.engine?.pause()],
      ["keydown", (event) => this.key(event)],
    ];
    for (const [name, act] of this.listeners) window.addEventListener(name, act);
    this.comparison.addEventListener("change", () => this.compared());
    if (this.loop?.on) this.comparison.region = this.loop;
    this.show();
    this.comparison.refresh();
  }

  disconnectedCallback() {
    for (const [name, act] of this.listeners ?? []) window.removeEventListener(name, act);
    this.comparison?.stop();
    this.engine?.close();
    this.engine = null;
    cancelAnimationFrame(this.frame);
  }

  build() {
    this.wave = new Waveform({
      seek: (seconds) => this.seek(seconds),
      loop: (start, end) => this.setLoop({ start, end, on: true }),
    });
    this.slots = new Slots({
      choose: (place) => this.choosePlace(place),
      remove: (place) => this.comparison.remove(this.order[place]),
      cancel: (place) => this.comparison.cancel(this.order[place]),
      again: (place) => this.comparison.again(this.order[place]),
    });
    this.blind = new Blind({
      vote: (place) => vote(this, place),
      reveal: () => reveal(this),
      end: () => end(this),
    });
    this.parts = build(this, this, {
      play: () => this.toggle(),
      loop: () => this.setLoop(toggled(this.loop, this.position, this.seconds)),
      match: () => this.toggleMatch(),
      blind: () => this.toggleBlind(),
      whole: wholeMixes,
      add: () => this.add(),
      shortcuts: () => this.keep({ hasKeys: (this.hasKeys = this.parts.shortcuts.checked) }),
    });
    this.parts.shortcuts.checked = this.hasKeys;
    this.display = new Display(this, this.parts);
  }

  // ---- what the user does

  toggle() {
    if (!this.engine) return;
    if (this.engine.playing) this.engine.pause();
    else this.engine.play();
  }

  seek(seconds) {
    if (!this.engine) return;
    this.engine.seek(seconds * this.engine.sampleRate);
    this.wave.setPosition(this.position, true);
    this.display.clock();
  }

  choosePlace(place) {
    const id = this.order[place];
    if (id !== undefined) this.choose(id);
  }

  choose(id) {
    this.chosen = id;
    const audible = this.comparison.audible(id);
    const isThere = Boolean(this.engine?.tracks.has(audible));
    if (isThere) this.engine.select(audible);
    this.say(isThere ? this.spokenName(id) : `${this.name(id)} is not rendered yet`);
    if (!this.blind.isHidden) this.keep({ chosen: id });
    this.show();
  }

  async hear(id) {
    if (!id || this.blind.isHidden) return;
    this.keep({ chosen: (this.chosen = id) });
    this.playWhenReady = true;
    this.engine?.context.resume(); // while the browser still knows that the user has clicked
    this.scrollIntoView({ block: "nearest" });
    await this.comparison.add(id);
  }

  solo(stems) {
    if (stems.length && this.blind.isHidden) {
      queueMicrotask(() => {
        wholeMixes(); // once whoever asks has done with it
        this.say("A blind test compares whole mixes");
      });
      return;
    }
    this.comparison.first = this.chosen;
    this.comparison.soloStems(stems);
    this.say(stems.length ? `Only ${stems.join(", ")}` : "The whole mix");
  }

  setLoop(asked) {
    const loop = within(asked, this.seconds);
    if (!loop) return;
    this.loop = loop;
    this.keep({ loop });
    this.applyLoop();
    this.comparison.loopOver(loop.on ? { start: loop.start, end: loop.end } : null);
    this.say(loop.on ? `Loop from ${spoken(loop.start)} to ${spoken(loop.end)}` : "Loop off");
    this.show();
  }

  toggleMatch() {
    if (this.blind.isHidden) return;
    this.isMatched = !this.isMatched;
    this.keep({ isMatched: this.isMatched });
    this.compared();
    this.say(this.isMatched ? "Matched loudness" : "As loud as they are");
  }

  toggleBlind() {
    if (this.blind.isOn) end(this);
    else begin(this);
  }

  add() {
    const id = this.parts.select.value;
    if (!id) return;
    this.keep({ chosen: (this.chosen = id) });
    this.comparison.add(id);
  }

  key(event) {
    const asked = this.hasKeys && this.engine ? meaning(event) : null;
    if (!asked) return;
    event.preventDefault();
    carryOut(this, asked);
  }

  // ---- what the comparison and the engine say

  /** Rows, matching or settings are new: give the engine what it plays. */
  compared() {
    const { comparison } = this;
    if (this.blind.isHidden && !isAsItWas(this)) {
      end(this);
      this.say("Blind test ended: what it compared has changed");
      return;
    }
    this.follow();
    const items = comparison.items(this.isMatched || this.blind.isHidden);
    if (items.length) {
      this.needEngine(items);
      this.engine.setItems(items);
      this.applyLoop();
      if (!comparison.ids.includes(this.chosen)) {
        this.chosen = comparison.ids.includes(comparison.current)
          ? comparison.current
          : comparison.ids[0];
      }
      this.engine.select(comparison.audible(this.chosen));
      if (this.playWhenReady && this.engine.tracks.has(this.chosen)) {
        this.playWhenReady = false;
        this.engine.play();
      }
    }
    this.keep(comparison.kept);
    this.show();
  }

  /** Who hears the song as it stands goes on hearing it so when it has changed. */
  follow() {
    const { current } = this.comparison;
    const moved = current !== this.standsAt && this.chosen === this.standsAt;
    if (moved && this.standsAt !== null && !this.blind.isOn) this.chosen = current;
    this.standsAt = current;
  }

  needEngine(items) {
    if (this.engine) return;
    const { sample_rate: rate } = this.comparison.rows.get(items[0].id);
    this.engine = new Engine(rate, (...asked) => this.server.chunk(...asked));
    this.engine.addEventListener("change", () => this.moved());
  }

  applyLoop() {
    if (!this.engine || !this.loop) return;
    const { start, end, on } = this.loop;
    const sample = (seconds) => Math.round(seconds * this.engine.sampleRate);
    const wanted = on ? { start: sample(start), end: sample(end) } : null;
    if (JSON.stringify(wanted) !== JSON.stringify(this.engine.timeline?.loop ?? null)) {
      this.engine.setLoop(wanted);
    }
  }

  /** The transport has changed: show it, and follow the place while it plays. */
  moved() {
    if (!this.engine) return;
    const place = this.order.findIndex((id) => this.isHeard(id));
    if (this.engine.playing && !this.engine.waiting && place >= 0) this.blind.hear(place);
    this.show();
    this.animate();
    const id = this.blind.isHidden ? null : this.chosen;
    tell("playing", { playing: this.engine.playing, seconds: this.position, id });
  }

  animate() {
    cancelAnimationFrame(this.frame);
    if (!this.engine) return;
    this.wave.setPosition(this.position, !this.engine.playing);
    this.display.clock();
    if (this.engine.playing) this.frame = requestAnimationFrame(() => this.animate());
  }

  // ---- what is the case

  get seconds() {
    const { rows, ids } = this.comparison;
    return Math.max(0.001, ...ids.map((id) => rows.get(id)?.seconds ?? 0));
  }

  get position() {
    return this.engine ? this.engine.position / this.engine.sampleRate : 0;
  }

  /** The ids in the order of the buttons. */
  get order() {
    return this.blind.isOn ? this.blind.order : this.comparison.ids;
  }

  isHeard(id) {
    return this.engine !== null && this.engine.selected === this.comparison.audible(id);
  }

  name(id) {
    if (this.blind.isHidden) return letter(this.blind.order.indexOf(id));
    return this.comparison.rows.get(id)?.label ?? id;
  }

  spokenName(id) {
    const matched = this.comparison.matched.get(id);
    const hidden = this.blind.isHidden || !this.isMatched || !matched;
    return hidden ? this.name(id) : `${this.name(id)}, matched by ${decibels(matched.match_db)}`;
  }

  show() {
    this.display.show();
  }

  say(text) {
    this.parts.spoken.textContent = text;
  }

  keep(what) {
    this.keeper.write(what);
  }
}

customElements.define("gainsay-player", Player);
