// What the player asks the server for; see audition_routes.py for the other side.

import { ask, askInTurn } from "../asking.js";

export class Server {
  constructor(room) {
    this.url = `/rooms/${encodeURIComponent(room)}/auditions`;
  }

  list() {
    return ask(`${this.url}?peaks=false`);
  }

  one(id) {
    return ask(`${this.url}/${id}`);
  }

  want(ids) {
    return ask(this.url, "POST", { want: ids });
  }

  cancel(ids) {
    return ask(this.url, "POST", { cancel: ids });
  }

  async solo(inside, stems) {
    return (await ask(this.url, "POST", { solo: { inside, stems } }))[0];
  }

  /** How these are played over a region in seconds, the whole song if none is given. */
  match(ids, region) {
    const query = new URLSearchParams({ ids: ids.join(",") });
    if (region) {
      query.set("start_s", region.start);
      query.set("end_s", region.end);
    }
    return ask(`${this.url}/match?${query}`);
  }

  blind(ids) {
    return ask(`${this.url}/blind`, "POST", { ids });
  }

  /** Save a vote; waits() is told while a turn of the chat has the room. */
  vote(ballot, waits) {
    return askInTurn(`${this.url}/votes`, ballot, waits);
  }

  /** The bytes of one FLAC chunk. */
  async chunk(id, number, key, signal) {
    const answer = await fetch(`${this.url}/${id}/chunks/${number}?key=${key}`, { signal });
    if (!answer.ok) throw new Error(`part ${number} of ${id} could not be loaded`);
    return answer.arrayBuffer();
  }
}
