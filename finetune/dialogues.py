"""Conversations about a flawed mix: one to four turns, each of which the model learns from.

One rule: what came before a turn looks as it does in the product, the mark of listening included.
"""

from collections.abc import Callable, Sequence

import numpy as np

from finetune import talk, talk_actions, talk_follow
from finetune.batches import Example
from finetune.desk import Desk
from finetune.scenes import SongRecord, draw_scene, teacher_posterior
from finetune.talk import Exchange
from mixer.balance import BalancePrior

LISTENING_SHARE = 0.3
FOLLOWING_SHARE = 0.6  # of the later turns: they go on from the one before
# After these a conversation ends: another anchor is another scene, the rest has no reply here.
ENDING = frozenset({"set_anchor", "explain", "check_gain_staging", "start_drill"})
COMPOUND_SHARE = 0.15  # of the turns: two deeds in one message
READERS = (
    (talk.ask_levels, 1.2),
    (talk.ask_level_of, 1.2),
    (talk.compare_stems, 0.8),
    (talk.why, 1.0),
    (talk.set_anchor, 1.2),
)
TURNS = (1, 2, 3, 4)
TURN_PROBABILITY = (0.42, 0.32, 0.17, 0.09)
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
        self._following = _evenly(talk_follow.FOLLOWING)
        self._deeds = _evenly(talk_actions.DEEDS)

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
        desk = Desk(scene, rng, posterior=posterior)
        messages: list[dict] = []
        for _ in range(int(rng.choice(TURNS, p=TURN_PROBABILITY))):
            exchange = self.exchange(desk, posterior, held_out)
            messages += exchange.messages
            desk.note(exchange.messages, exchange.asked)
            if exchange.messages[1].get("tool_calls", [{}])[0].get("name") in ENDING:
                break
        calls = [place for place, message in enumerate(messages) if message.get("tool_calls")]
        if calls and rng.random() < self.asked_only_share:
            messages = messages[: calls[-1] + 1]
        clean = tuple({k: v for k, v in message.items() if k != "slots"} for message in messages)
        return Example(scene, clean, with_content)

    def exchange(self, desk: Desk, posterior: np.ndarray, held_out: bool) -> Exchange:
        """One turn of a random kind."""
        if desk.goes_on and desk.rng.random() < FOLLOWING_SHARE:
            if (following := self._follow(desk, held_out)) is not None:
                return following
        if desk.rng.random() < COMPOUND_SHARE:
            return self._compound(desk, held_out)
        dice = desk.rng.random()
        if len(desk.names) > 1 and dice < LISTENING_SHARE:
            share = dice / LISTENING_SHARE
            listens = talk.ask_advice if share < 0.4 else talk.complain
            if share > 0.75:
                listens = talk.ask_about_stem
            return listens(desk, posterior, held_out)
        maker = self._makers[int(desk.rng.choice(len(self._makers), p=self._probability))]
        return maker(desk, held_out)

    def _follow(self, desk: Desk, held_out: bool) -> Exchange | None:
        """A turn that goes on from the one before, or None where none fits."""
        makers, weights = self._following
        chance = desk.rng.exponential(size=len(makers)) / weights
        for place in np.argsort(chance):
            if (exchange := makers[place](desk, held_out)) is not None:
                return exchange
        return None

    def _compound(self, desk: Desk, held_out: bool) -> Exchange:
        """Two deeds in one message: their words joined, their calls one after the other."""
        makers, weights = self._deeds
        order = np.argsort(desk.rng.exponential(size=len(makers)) / weights)
        first, second = (makers[place](desk, held_out) for place in order[:2])
        one, other = (exchange.messages[0]["content"] for exchange in (first, second))
        said = {"role": "user", "content": talk.joined(one, other, desk.rng)}
        return Exchange([said, *first.messages[1:-1], *second.messages[1:]])


def _evenly(makers: Sequence[tuple[Callable, float]]) -> tuple[list[Callable], np.ndarray]:
    """Makers and their weights."""
    return [maker for maker, _ in makers], np.array([weight for _, weight in makers])
