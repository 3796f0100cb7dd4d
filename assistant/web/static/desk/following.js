// Learns of changes that others made. One rule: only a page that is looked at asks, now and then and at
// once answered: a browser has six connections to a server for all its tabs, so none may be held.

const EVERY_MS = 1500;

export class Following {
  constructor(room, changed) {
    Object.assign(this, { room, changed, revision: -1, on: false });
    this.looked = () => (document.hidden ? this.#stop() : this.#start());
  }

  begin(revision) {
    this.revision = revision;
    document.addEventListener("visibilitychange", this.looked);
    this.looked();
  }

  end() {
    document.removeEventListener("visibilitychange", this.looked);
    this.#stop();
  }

  #stop() {
    this.on = false;
    this.asking?.abort();
  }

  async #start() {
    if (this.on) return;
    this.on = true;
    const asking = (this.asking = new AbortController());
    while (this.on && this.asking === asking) {
      try {
        const answer = await fetch(`${this.room}/events`, { signal: asking.signal });
        if (!answer.ok) throw new Error(String(answer.status));
        const { revision } = await answer.json();
        if (revision !== this.revision) {
          this.revision = revision;
          await this.changed(revision);
        }
      } catch {
        if (asking.signal.aborted) return; // else the server is gone: it may come back
      }
      await new Promise((done) => setTimeout(done, EVERY_MS));
    }
  }
}
