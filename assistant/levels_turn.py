"""The answer to a question of how loud stems are now.

One rule: it is read off the meters; nothing is advised and nothing is changed.
"""

from assistant.hearing import ToolCall
from assistant.orders.levels_asked import levels_asked
from assistant.progress import Progress
from assistant.replying import Reply, told_at_once


def measured(turn: Progress) -> Reply | None:
    """What the meters say of the stems that are asked about; None where no level is asked for."""
    if turn.acts_of is None or turn.order is not None:
        return None
    names, roles = turn.context.names, tuple(turn.context.roles)
    stems = levels_asked(turn.words, names, roles, turn.before, turn.session.anchor)
    return told_at_once(turn, ToolCall("measure_levels", {"stems": list(stems)})) if stems else None
