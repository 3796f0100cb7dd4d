"""The answer to an order for an instrument that the song does not have.

One rule: it is said so, and no other stem is moved in its place.
"""

import re

from assistant.acting import NOT_HERE
from assistant.naming import foreign_in
from assistant.progress import Progress
from assistant.replying import Reply, ask_back


def absent(turn: Progress) -> Reply | None:
    """What is said to a plain order for an instrument that the song does not have."""
    said, names = turn.said_now, turn.context.names
    others = [name for name in names if name != turn.session.anchor]
    if turn.acts_of is None or turn.order is not None or set(said.named) & set(others):
        return None
    for word in (said.missing or foreign_in(said.latest)) if others else ():
        told = re.sub(rf"(?<!\w){re.escape(word)}s?(?!\w)", others[0], said.latest)
        if turn.orders_in(told, turn.before):
            return ask_back(turn, f"{NOT_HERE}{word}", ())
    return None
