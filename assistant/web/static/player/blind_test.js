// A blind test from its beginning to its end: the player is frozen, asked, and let go.
//
// One rule: whole mixes are compared, and a test ends when one of them sounds different by now.

import { tell } from "../asking.js";

/** Draw an order on the server and hide what is what. */
export async function begin(player) {
  const { comparison, blind, server } = player;
  const ids = comparison.ids.filter((id) => comparison.matched.has(id));
  if (ids.length < 2) {
    player.say("A blind test needs two versions or more");
    return;
  }
  await tried(player, async () => {
    const drawn = await server.blind(ids);
    if (comparison.stems.length) wholeMixes();
    comparison.frozen = true;
    comparison.ids = ids;
    blind.begin(drawn);
    player.compared();
    player.choose(blind.order[0]);
    player.say(`Blind test of ${ids.length}. Press 1 to ${ids.length} to hear them.`);
  });
}

/** Save what was preferred (a place, null = no preference) with what it was heard over. */
export async function vote(player, place) {
  const { comparison, blind, server } = player;
  const { ids, seed, keys } = blind.drawn;
  const region = comparison.region ?? { start: 0, end: player.seconds };
  const offsets = ids.map((id) => [id, comparison.matched.get(id)?.match_db ?? 0]);
  await tried(player, async () => {
    const ballot = {
      ids,
      seed,
      choice: place,
      start_s: region.start,
      end_s: region.end,
      match_db: Object.fromEntries(offsets),
      keys,
    };
    const told = await server.vote(ballot, () => {
      blind.question.textContent = "Your vote is saved when Gainsay has finished.";
      return player.isConnected && blind.isHidden;
    });
    reveal(player, told);
  });
}

/** Say what was what; told is the server's answer to a vote, if there was one. */
export function reveal(player, told = {}) {
  player.blind.reveal(told);
  player.compared();
  player.say(player.blind.question.textContent);
}

/** Leave the stems that are heard alone, on the desk as well. */
export function wholeMixes() {
  tell("solo", { stems: [], from: "player" });
}

/** Whether what is compared is still there and sounds as it did when the test began. */
export function isAsItWas({ blind, comparison }) {
  const { ids, keys } = blind.drawn;
  return ids.every((id) => comparison.rows.get(id)?.key === keys[id]);
}

/** Back to names. */
export function end(player) {
  player.blind.end();
  player.comparison.frozen = false;
  player.comparison.refresh();
  player.say("Blind test ended");
}

async function tried(player, act) {
  try {
    await act();
  } catch (error) {
    player.comparison.error = error.message;
    player.say(error.message);
    player.show();
  }
}
