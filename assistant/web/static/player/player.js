// <gainsay-player room>: one transport for all versions and takes of a room.
//
// One rule: what is heard is what is marked. The list says a version is heard when its sound is.

import { tell } from "../asking.js";
import { Blind } from "./blind.js";
import { Comparison, MOST } from "./comparison.js";
import { Engine } from "./engine.js";
import { factor } from "./fades.js";
import { Keeper } from "./keeper.js";
import { meaning } from "./keys.js";
import { Server } from "./server.js";
import { Slots } from "./slots.js";
import { build, fill } from "./view.js";
import { Waveform } from "./waveform.js";
import { clock, decibels, letter, spoken } from "./words.js";

const STEP_S = 2;
const FINE_S = 0.25;
const SHORTEST_S = 0.4;

class Player extends HTMLElement {
  connectedCallback() {
    const room = this.getAttribute("room");
    this.server = new Server(room);
    this.keeper = new Keeper(room);
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
      vote: (place) => this.vote(place),
      reveal: () => this.reveal(),
      end: () => this.endBlind(),
    });
    this.parts = build(this, this, {
      play: () => this.toggle(),
      loop: () => this.toggleLoop(),
      match: () => this.toggleMatch(),
      blind: () => this.toggleBlind(),
      help: () => this.toggleHelp(),
      whole: () => tell("solo", { stems: [] }),
      add: () => this.add(),
      shortcuts: () => this.keep({ hasKeys: (this.hasKeys = this.parts.shortcuts.checked) }),
    });
    this.parts.shortcuts.checked = this.hasKeys;
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
    this.drawClock();
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
    this.chosen = id;
    this.playWhenReady = true;
    this.engine?.context.resume(); // while the browser still knows that the user has clicked
    this.scrollIntoView({ block: "nearest" });
    await this.comparison.add(id);
  }

  solo(stems) {
    this.comparison.soloStems(stems);
    this.say(stems.length ? `Only ${stems.join(", ")}` : "The whole mix");
  }

  toggleLoop() {
    const seconds = this.seconds;
    if (!this.loop) {
      const start = Math.min(this.position, Math.max(0, seconds - SHORTEST_S));
      this.setLoop({ start, end: Math.min(seconds, start + 8), on: true });
    } else this.setLoop({ ...this.loop, on: !this.loop.on });
  }

  /** Let the loop begin or end where the song stands. */
  loopHere(end) {
    const at = this.position;
    const old = this.loop ?? { start: 0, end: this.seconds };
    const start = end === "start" ? Math.min(at, this.seconds - SHORTEST_S) : old.start;
    const stop = end === "end" ? Math.max(at, SHORTEST_S) : old.end;
    if (stop - start >= SHORTEST_S) this.setLoop({ start, end: stop, on: true });
    else if (end === "start") this.setLoop({ start, end: this.seconds, on: true });
    else this.setLoop({ start: 0, end: stop, on: true });
  }

  setLoop(loop) {
    const whole = (seconds) => Math.round(Math.max(0, Math.min(seconds, this.seconds)) * 1000) / 1000;
    this.loop = { start: whole(loop.start), end: whole(loop.end), on: loop.on };
    this.keep({ loop: this.loop });
    this.applyLoop();
    this.comparison.loopOver(this.loop.on ? { start: this.loop.start, end: this.loop.end } : null);
    const { start, end, on } = this.loop;
    this.say(on ? `Loop from ${spoken(start)} to ${spoken(end)}` : "Loop off");
    this.show();
  }

  toggleMatch() {
    if (this.blind.isHidden) return;
    this.isMatched = !this.isMatched;
    this.keep({ isMatched: this.isMatched });
    this.compared();
    this.say(this.isMatched ? "Matched loudness" : "As loud as they are");
  }

  async toggleBlind() {
    if (this.blind.isOn) {
      this.endBlind();
      return;
    }
    const ids = this.comparison.ids.filter((id) => this.comparison.matched.has(id));
    if (ids.length < 2) {
      this.say("A blind test needs two versions or more");
      return;
    }
    await this.tried(async () => {
      const drawn = await this.server.blind(ids);
      this.comparison.frozen = true;
      this.comparison.ids = ids;
      this.blind.begin(drawn);
      this.compared();
      this.choose(this.blind.order[0]);
    });
  }

  async vote(place) {
    const { ids, seed } = this.blind.drawn;
    const region = this.comparison.region ?? { start: 0, end: this.seconds };
    const offsets = ids.map((id) => [id, this.comparison.matched.get(id)?.match_db ?? 0]);
    await this.tried(async () => {
      const told = await this.server.vote({
        ids,
        seed,
        choice: place,
        start_s: region.start,
        end_s: region.end,
        match_db: Object.fromEntries(offsets),
      });
      this.reveal(told);
    });
  }

  reveal(told = {}) {
    this.blind.reveal(told);
    this.compared();
    this.say(this.blind.question.textContent);
  }

  endBlind() {
    this.blind.end();
    this.comparison.frozen = false;
    this.comparison.refresh();
    this.say("Blind test ended");
    this.parts.blind.focus();
  }

  add() {
    const id = this.parts.select.value;
    if (!id) return;
    this.chosen = id;
    this.comparison.add(id);
  }

  toggleHelp() {
    const { help, keys } = this.parts;
    help.hidden = !help.hidden;
    keys.setAttribute("aria-expanded", String(!help.hidden));
  }

  key(event) {
    const asked = this.hasKeys && this.engine ? meaning(event) : null;
    if (!asked) return;
    event.preventDefault();
    const step = asked.fine ? FINE_S : STEP_S;
    const acts = {
      play: () => this.toggle(),
      back: () => this.seek(Math.max(0, this.position - step)),
      forward: () => this.seek(this.position + step),
      loop: () => this.toggleLoop(),
      match: () => this.toggleMatch(),
      blind: () => this.toggleBlind(),
      loopStart: () => this.loopHere("start"),
      loopEnd: () => this.loopHere("end"),
    };
    if (asked.slot !== undefined) this.choosePlace(asked.slot);
    else acts[asked.action]();
  }

  // ---- what the comparison and the engine say

  /** Rows, matching or settings are new: give the engine what it plays. */
  compared() {
    const { comparison } = this;
    if (this.blind.isHidden && this.blind.order.some((id) => !comparison.rows.has(id))) {
      this.endBlind();
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
    this.drawClock();
    if (this.engine.playing) this.frame = requestAnimationFrame(() => this.animate());
  }

  // ---- what is shown

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
    const { parts, comparison, engine } = this;
    const playing = engine?.playing ?? false;
    const ready = Boolean(engine && engine.tracks.size);
    parts.play.textContent = playing ? "Pause" : "Play";
    parts.play.setAttribute("aria-disabled", String(!ready));
    parts.loop.setAttribute("aria-pressed", String(Boolean(this.loop?.on)));
    parts.match.setAttribute("aria-pressed", String(this.isMatched || this.blind.isHidden));
    parts.match.setAttribute("aria-disabled", String(this.blind.isHidden));
    parts.blind.setAttribute("aria-pressed", String(this.blind.isOn));
    parts.whole.hidden = !comparison.stems.length;
    parts.more.hidden = this.blind.isOn || !comparison.others.length;
    fill(parts.select, comparison.others.map((id) => [id, this.name(id)]));
    parts.select.disabled = comparison.ids.length >= MOST;
    this.wave.setSeconds(this.seconds);
    this.wave.setLoop(this.loop);
    this.drawWave();
    this.slots.show(this.order.map((id, place) => this.slot(id, place)));
    if (this.blind.isOn && !this.blind.isHidden) this.blind.show((id) => this.name(id));
    this.drawNote();
    this.drawClock();
  }

  slot(id, place) {
    const { comparison } = this;
    const row = comparison.rows.get(id) ?? {};
    const hidden = this.blind.isHidden;
    const matched = comparison.matched.get(id);
    const offset = matched?.match_db ?? 0;
    const lufs = matched?.loudness_lufs ?? row.loudness_lufs;
    const asIs = offset < -0.005 ? `matched ${decibels(offset)}` : "the quietest";
    const solo = comparison.solos.get(id);
    const waits = solo && !comparison.matched.has(solo) ? "rendering alone" : null;
    return {
      mark: hidden ? letter(place) : String(place + 1),
      name: hidden ? `Version ${letter(place)}` : this.name(id),
      level: hidden || lufs == null ? "" : decibels(lufs, "LUFS"),
      offset: hidden || !matched ? "" : waits ?? (this.isMatched ? asIs : "as it is"),
      state: matched ? "ready" : row.state ?? "idle",
      progress: row.progress ?? 0,
      error: hidden ? null : row.error ?? null,
      heard: this.isHeard(id),
      pending: id === this.chosen && !this.isHeard(id),
      removable: !this.blind.isOn && comparison.ids.length > 1,
    };
  }

  /** The wave of what is heard; while names are hidden, what all have in common. */
  drawWave() {
    const { comparison } = this;
    const ids = this.blind.isHidden ? comparison.ids : [this.order.find((id) => this.isHeard(id))];
    const waves = ids.flatMap((id) => {
      const row = comparison.rows.get(id);
      const peaks = row && comparison.peaks.get(row.key);
      const matched = comparison.matched.get(id);
      if (!peaks || !matched) return [];
      const db = (this.isMatched || this.blind.isHidden ? matched.play_db : matched.plain_db);
      const gain = factor(db + row.trim_db);
      return [peaks.map(([low, high]) => [low * gain, high * gain])];
    });
    const drawn = JSON.stringify([ids, this.isMatched, comparison.matchedFor, waves.length]);
    if (drawn === this.drawn || !waves.length) return;
    this.drawn = drawn;
    const widest = (x) => [
      Math.min(...waves.map((wave) => wave[x]?.[0] ?? 0)),
      Math.max(...waves.map((wave) => wave[x]?.[1] ?? 0)),
    ];
    this.wave.setPeaks(waves[0].map((_, x) => widest(x)));
  }

  drawNote() {
    const { note } = this.parts;
    const error = this.comparison.error ?? this.engine?.error?.message ?? null;
    note.classList.toggle("error", Boolean(error));
    const text = error ?? this.told();
    if (note.textContent !== text) note.textContent = text;
  }

  told() {
    const { comparison, engine } = this;
    if (!comparison.matched.size) {
      return comparison.isRendering ? "Rendering what can be compared." : "";
    }
    const alone = comparison.stems.length ? `Only ${comparison.stems.join(", ")}. ` : "";
    if (engine?.waiting) return `${alone}Waiting for the sound.`;
    if (!this.isMatched && !this.blind.isHidden) {
      return `${alone}As loud as they are: a louder one will seem better.`;
    }
    const where = comparison.region ? "over the loop" : "over the song";
    const room = comparison.headroomDb;
    const peaks = room < -0.05 ? `, all ${decibels(room)} for their peaks` : "";
    const within = `within ${comparison.spreadLu.toFixed(2)} LU`;
    return `${alone}Turned down to the quietest, ${where}: ${within}${peaks}.`;
  }

  drawClock() {
    const loop = this.loop?.on ? ` · loop ${clock(this.loop.start)}–${clock(this.loop.end)}` : "";
    const text = `${clock(this.position)} / ${clock(this.seconds)}${loop}`;
    if (this.parts.clock.textContent !== text) this.parts.clock.textContent = text;
  }

  say(text) {
    this.parts.spoken.textContent = text;
  }

  keep(what) {
    this.keeper.write(what);
  }

  async tried(act) {
    try {
      await act();
    } catch (error) {
      this.comparison.error = error.message;
      this.say(error.message);
      this.show();
    }
  }
}

customElements.define("gainsay-player", Player);
