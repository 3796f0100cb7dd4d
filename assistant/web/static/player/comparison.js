// What is compared: which versions and takes, whether they are rendered, how loud each is played.
//
// One rule: nothing is heard before the server has said how it is matched.

export const MOST = 9; // as many as there are number keys
const POLL_MS = 400;

export class Comparison extends EventTarget {
  constructor(server, kept = {}) {
    super();
    this.server = server;
    this.rows = new Map(); // id -> row of the server
    this.ids = []; // what is compared, in the order of the list
    this.added = new Set(kept.added ?? []);
    this.removed = new Set(kept.removed ?? []);
    this.region = null; // the loop in seconds
    this.stems = []; // what is heard alone
    this.solos = new Map(); // id -> id of its stems alone
    this.soloKeys = new Map(); // id -> the key that it had when its stems were asked for
    this.matched = new Map(); // id -> {match_db, play_db, plain_db, loudness_lufs}
    this.headroomDb = 0;
    this.spreadLu = 0;
    this.first = null; // whose stems alone are rendered before the others'
    this.frozen = false; // while a blind comparison goes on
    this.error = null;
    this.peaks = new Map(); // key -> peaks
    this.asked = 0;
    this.matchedFor = "";
  }

  stop() {
    clearTimeout(this.timer);
    this.asked += 1;
  }

  get kept() {
    return { added: [...this.added], removed: [...this.removed] };
  }

  /** Read the list anew, and go on reading while something is being rendered. */
  async refresh() {
    clearTimeout(this.timer);
    const asked = (this.asked += 1);
    try {
      const rows = await this.server.list();
      if (asked !== this.asked) return;
      const solos = [...this.rows.values()].filter((row) => row.kind === "stem");
      this.rows = new Map([...rows, ...solos].map((row) => [row.id, row]));
      this.#choose();
      await this.#haveRendered();
      await this.#askSolos();
      if (asked !== this.asked) return;
      await this.#match();
      await this.#readPeaks();
      this.error = null;
    } catch (error) {
      this.error = error.message;
    }
    if (asked !== this.asked) return;
    if (this.isRendering) this.timer = setTimeout(() => this.refresh(), POLL_MS);
    this.dispatchEvent(new Event("change"));
  }

  /** The version that the song stands at. */
  get current() {
    return [...this.rows.values()].find((row) => row.current)?.id ?? null;
  }

  get isRendering() {
    return [...this.ids, ...this.solos.values()].some((id) =>
      ["waiting", "rendering", "idle"].includes(this.rows.get(id)?.state),
    );
  }

  /** The ids that could be added to the comparison. */
  get others() {
    return [...this.rows.values()]
      .filter((row) => row.kind !== "stem" && !this.ids.includes(row.id))
      .map((row) => row.id);
  }

  add(id) {
    this.removed.delete(id);
    this.added.add(id);
    return this.refresh();
  }

  remove(id) {
    this.added.delete(id);
    this.removed.add(id);
    return this.refresh();
  }

  cancel(id) {
    return this.#tried(this.server.cancel([id]));
  }

  again(id) {
    return this.#tried(this.server.want([id]));
  }

  async #tried(asked) {
    try {
      await asked;
    } catch (error) {
      this.error = error.message;
      this.dispatchEvent(new Event("change"));
      return;
    }
    await this.refresh();
  }

  /** Match over a loop {start, end} in seconds, or over the whole song (null). */
  loopOver(region) {
    this.region = region;
    return this.refresh();
  }

  /** Hear these stems alone inside every version; none = the whole mix. */
  soloStems(stems) {
    this.stems = stems;
    this.solos = new Map();
    for (const [id, row] of this.rows) if (row.kind === "stem") this.rows.delete(id);
    return this.refresh();
  }

  /** What sounds for an id: its stems alone where they are ready, else its whole mix. */
  audible(id) {
    const solo = this.solos.get(id);
    return solo && this.matched.has(solo) ? solo : id;
  }

  /** What the engine is given: everything that is rendered and matched. */
  items(isMatched) {
    const ids = [...this.ids, ...this.solos.values()];
    return ids.filter((id) => this.matched.has(id) && this.#isReady(id)).map((id) => {
      const row = this.rows.get(id);
      const { play_db, plain_db } = this.matched.get(id);
      return {
        id,
        key: row.key,
        samples: row.samples,
        chunkSamples: row.chunk_samples,
        gainDb: isMatched ? play_db : plain_db,
      };
    });
  }

  #isReady(id) {
    return this.rows.get(id)?.state === "ready";
  }

  #choose() {
    if (this.frozen) return;
    const usual = [...this.rows.values()].filter((row) => row.kind !== "stem");
    const wanted = usual.filter(
      (row) => (row.usual || this.added.has(row.id)) && !this.removed.has(row.id),
    );
    this.ids = wanted.slice(-MOST).map((row) => row.id);
    if (!this.ids.length && usual.length) this.ids = [usual[0].id];
  }

  async #haveRendered() {
    const idle = this.ids.filter((id) => this.rows.get(id)?.state === "idle");
    if (!idle.length) return;
    for (const row of await this.server.want(idle)) this.rows.set(row.id, row);
  }

  async #askSolos() {
    if (!this.stems.length) return;
    const ids = [...this.ids].sort((one, other) => (other === this.first) - (one === this.first));
    for (const id of ids) {
      if (this.rows.get(id)?.kind === "take") continue;
      const { key } = this.rows.get(id) ?? {};
      const known = this.soloKeys.get(id) === key && this.rows.get(this.solos.get(id));
      if (known && ["ready", "failed"].includes(known.state)) continue;
      const row = known ? await this.server.one(known.id) : await this.server.solo(id, this.stems);
      this.soloKeys.set(id, key);
      this.solos.set(id, row.id);
      this.rows.set(row.id, row);
    }
  }

  async #match() {
    const parents = this.ids.filter((id) => this.#isReady(id));
    const solos = [...this.solos].filter(
      ([id, solo]) => this.#isReady(id) && this.#isReady(solo) && this.ids.includes(id),
    );
    const ids = [...parents, ...solos.map(([, solo]) => solo)];
    const keys = ids.map((id) => this.rows.get(id).key);
    const asked = JSON.stringify([ids, keys, this.region]);
    if (!ids.length || asked === this.matchedFor) return;
    const told = await this.server.match(ids, this.region);
    this.matched = new Map(told.items.map((item) => [item.id, item]));
    this.headroomDb = told.headroom_db;
    this.spreadLu = told.spread_lu;
    this.matchedFor = asked;
  }

  async #readPeaks() {
    for (const id of this.ids) {
      const row = this.rows.get(id);
      if (row?.state !== "ready" || this.peaks.has(row.key)) continue;
      this.peaks.set(row.key, (await this.server.one(id)).peaks ?? []);
    }
  }
}
