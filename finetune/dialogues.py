"""Conversations about a flawed mix: one to four turns, each of which the model learns from.

One rule: what came before a turn looks as it does in the product, the mark of listening included.
"""

import numpy as np

from finetune import talk, talk_actions
from finetune.batches import Example
from finetune.desk import Desk
from finetune.scenes import SongRecord, draw_scene, teacher_posterior
from finetune.talk import Exchange
from mixer.balance import BalancePrior

LISTENING_SHARE = 0.3
READERS = (
    (talk.ask_levels, 1.2),
    (talk.ask_level_of, 1.5),
    (talk.why, 1.0),
    (talk.set_anchor, 1.2),
)
TURNS = (1, 2, 3, 4)
TURN_PROBABILITY = (0.65, 0.22, 0.09, 0.04)
MOST_STEMS = (3, 4, 5, 6, 8, 12)  # conversations are longer than judgements: mostly smaller songs
MOST_STEMS_PROBABILITY = (0.2, 0.25, 0.25, 0.15, 0.1, 0.05)


class Dialogues:
    """Draws conversations, and single exchanges for testing.

    asked_only_share: share of conversations that end at their last call, since what to do is
    harder to learn than how to tell of it.
    """

    def __init__(self, prior: BalancePrior, asked_only_share: float = 0.0):
        self.prior, self.asked_only_share = prior, asked_only_share
        makers = [*READERS, *talk_actions.ACTIONS]
        weights = np.array([weight for _, weight in makers])
        self._makers = [maker for maker, _ in makers]
        self._probability = weights / weights.sum()

    def draw(
        self,
        record: SongRecord,
        rng: np.random.Generator,
        held_out: bool = False,
        with_content: bool = True,
    ) -> Example:
        """One conversation of one to four turns; each exchange is trained on."""
        most_stems = int(rng.choice(MOST_STEMS, p=MOST_STEMS_PROBABILITY))
        scene = draw_scene(record, self.prior, rng, most_stems=most_stems)
        posterior = teacher_posterior(scene, self.prior)
        desk = Desk(scene, rng)
        messages: list[dict] = []
        for _ in range(int(rng.choice(TURNS, p=TURN_PROBABILITY))):
            exchange = self.exchange(desk, posterior, held_out)
            messages += exchange.messages
            if exchange.messages[1].get("tool_calls", [{}])[0].get("name") == "set_anchor":
                break  # the anchor has changed: what follows would be another scene
        calls = [place for place, message in enumerate(messages) if message.get("tool_calls")]
        if calls and rng.random() < self.asked_only_share:
            messages = messages[: calls[-1] + 1]
        clean = tuple({k: v for k, v in message.items() if k != "slots"} for message in messages)
        return Example(scene, clean, with_content)

    def exchange(self, desk: Desk, posterior: np.ndarray, held_out: bool) -> Exchange:
        """One turn of a random kind."""
        dice = desk.rng.random()
        if len(desk.names) > 1 and dice < LISTENING_SHARE:
            listens = talk.ask_advice if dice < LISTENING_SHARE / 2 else talk.complain
            return listens(desk, posterior, held_out)
        maker = self._makers[int(desk.rng.choice(len(self._makers), p=self._probability))]
        return maker(desk, held_out)
