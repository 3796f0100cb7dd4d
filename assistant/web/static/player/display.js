// What the player shows: its buttons, the list, the wave, the note that says how all was matched.
//
// One rule: it reads the player and changes nothing but the page.

import { MOST } from "./comparison.js";
import { factor } from "./fades.js";
import { fill } from "./view.js";
import { clock, decibels, letter } from "./words.js";

export class Display {
  /** @param player what is shown  @param parts where it is shown (view.js) */
  constructor(player, parts) {
    this.player = player;
    this.parts = parts;
    this.drawn = "";
  }

  show() {
    const { comparison, wave, slots, blind, order } = this.player;
    this.#buttons();
    wave.setSeconds(this.player.seconds);
    wave.setLoop(this.player.loop);
    this.#wave();
    slots.show(order.map((id, place) => this.#slot(id, place)));
    if (blind.isOn && !blind.isHidden) blind.show((id) => this.player.name(id));
    const error = comparison.error ?? this.player.engine?.error?.message ?? null;
    write(this.parts.note, error ?? this.#told());
    this.parts.note.classList.toggle("error", error !== null);
    this.clock();
  }

  /** The time, and where the loop goes from and to. */
  clock() {
    const { loop, position, seconds } = this.player;
    write(this.parts.clock, `${clock(position)} / ${clock(seconds)}`);
    write(this.parts.range, loop?.on ? `${clock(loop.start)} to ${clock(loop.end)}` : "");
  }

  #buttons() {
    const { parts } = this;
    const { comparison, engine, blind, loop, isMatched } = this.player;
    const press = (part, is) => part.setAttribute("aria-pressed", String(Boolean(is)));
    write(parts.play, engine?.playing ? "Pause" : "Play");
    parts.play.setAttribute("aria-disabled", String(!engine?.tracks.size));
    press(parts.loop, loop?.on);
    press(parts.match, isMatched || blind.isHidden);
    parts.match.setAttribute("aria-disabled", String(blind.isHidden));
    press(parts.blind, blind.isOn);
    parts.whole.hidden = !comparison.stems.length;
    parts.more.hidden = blind.isOn || !comparison.others.length;
    fill(parts.select, comparison.others.map((id) => [id, this.player.name(id)]));
    parts.select.disabled = comparison.ids.length >= MOST;
  }

  #slot(id, place) {
    const { comparison, blind, isMatched } = this.player;
    const row = comparison.rows.get(id) ?? {};
    const hidden = blind.isHidden;
    const matched = comparison.matched.get(id);
    const lufs = matched?.loudness_lufs ?? row.loudness_lufs;
    return {
      mark: hidden ? letter(place) : String(place + 1),
      name: hidden ? `Version ${letter(place)}` : this.player.name(id),
      level: hidden || lufs == null ? "" : decibels(lufs, "LUFS"),
      offset: hidden || !matched ? "" : this.#offset(id, row, matched, isMatched),
      state: matched ? "ready" : row.state ?? "idle",
      progress: row.progress ?? 0,
      error: hidden ? null : row.error ?? null,
      heard: this.player.isHeard(id),
      pending: id === this.player.chosen && !this.player.isHeard(id),
      removable: !blind.isOn && comparison.ids.length > 1,
    };
  }

  #offset(id, row, matched, isMatched) {
    const { stems, solos, matched: all, rows } = this.player.comparison;
    if (stems.length && row.kind === "take") return "whole mix";
    const solo = solos.get(id);
    if (stems.length && rows.get(solo)?.state === "failed") return "alone: failed";
    if (stems.length && !all.has(solo)) return "rendering alone";
    if (!isMatched) return "as it is";
    return matched.match_db < -0.005 ? `matched ${decibels(matched.match_db)}` : "the quietest";
  }

  /** The wave of what is heard; while names are hidden, what all have in common. */
  #wave() {
    const { comparison, blind, isMatched, order } = this.player;
    const hidden = blind.isHidden;
    const ids = hidden ? comparison.ids : order.filter((id) => this.player.isHeard(id));
    const waves = ids.flatMap((id) => {
      const row = comparison.rows.get(id);
      const peaks = row && comparison.peaks.get(row.key);
      const matched = comparison.matched.get(id);
      if (!peaks || !matched) return [];
      const played = isMatched || hidden ? matched.play_db : matched.plain_db;
      const gain = factor(played + row.trim_db);
      return [peaks.map(([low, high]) => [low * gain, high * gain])];
    });
    const drawn = JSON.stringify([ids, hidden, isMatched, comparison.matchedFor, waves.length]);
    if (drawn === this.drawn || !waves.length) return;
    this.drawn = drawn;
    const widest = (x) => [
      Math.min(...waves.map((wave) => wave[x]?.[0] ?? 0)),
      Math.max(...waves.map((wave) => wave[x]?.[1] ?? 0)),
    ];
    this.player.wave.setPeaks(waves[0].map((_, x) => widest(x)));
  }

  #told() {
    const { comparison, engine, isMatched, blind } = this.player;
    if (!comparison.matched.size) {
      return comparison.isRendering ? "Rendering what can be compared." : "";
    }
    const alone = comparison.stems.length ? `Only ${comparison.stems.join(", ")}. ` : "";
    if (engine?.waiting) return `${alone}Waiting for the sound.`;
    if (!isMatched && !blind.isHidden) {
      return `${alone}As loud as they are: a louder one will seem better.`;
    }
    const where = comparison.region ? "over the loop" : "over the song";
    const room = comparison.headroomDb;
    const peaks = room < -0.05 ? `, all ${decibels(room)} for their peaks` : "";
    const within = `within ${comparison.spreadLu.toFixed(2)} LU`;
    return `${alone}Turned down to the quietest, ${where}: ${within}${peaks}.`;
  }
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
