"""The answer to an order for an instrument that the song does not have.

One rule: it is said so, and no other stem is moved in its place.
"""

import re

from assistant.acting import CHANGES, NOT_HERE
from assistant.intents import ADVICE
from assistant.naming import foreign_in
from assistant.progress import Progress
from assistant.replying import Reply, ask_back

_SURE = 0.8  # how likely a change must be meant where the words are no plain order


def absent(turn: Progress) -> Reply | None:
    """What is said to a plain order for an instrument that the song does not have."""
    said, names = turn.reading.said, turn.context.names
    others = [name for name in names if name != turn.session.anchor]
    if turn.acts_of is None or turn.order is not None or set(said.named) & set(others):
        return None
    for word in (said.missing or foreign_in(said.latest)) if others else ():
        told = re.sub(rf"(?<!\w){re.escape(word)}s?(?!\w)", others[0], said.latest)
        acts = turn.acts_of(told)
        likely = max((acts.get(name, 0.0) for name in (*CHANGES, ADVICE)), default=0.0)
        likened = re.search(rf"\b(?:like|as)(?: an?| the)? {re.escape(word)}", said.latest)
        if turn.orders_in(told, turn.before) or (likely > _SURE and not likened):
            return ask_back(turn, f"{NOT_HERE}{word}", ())
    return None
