// Learns of changes that others made. One rule: only a page that is looked at asks, one question at a
// time, and a server that is gone is asked again after a pause.

const PAUSE_MS = 3000;

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
        const answer = await fetch(`${this.room}/events?since=${this.revision}`, { signal: asking.signal });
        if (!answer.ok) throw new Error(String(answer.status));
        const { revision } = await answer.json();
        if (revision !== this.revision) {
          this.revision = revision;
          await this.changed(revision);
        }
      } catch {
        if (asking.signal.aborted) return;
        await new Promise((done) => setTimeout(done, PAUSE_MS));
      }
    }
  }
}
