"""What is left of a proposal, after a part of it was applied or all of it was turned down.

One rule: only what was proposed is done, and only where nothing else was changed since.
"""

from assistant.hearing import ToolCall
from assistant.orders.of_proposal import chosen, the_rest
from assistant.progress import Progress
from assistant.replying import Reply, told_at_once
from assistant.said_gains import says_way
from assistant.said_sides import without_idioms


def of_what_is_left(turn: Progress) -> Reply | None:
    """What is said to "and the other half", "ok, the keys too"; None where it is no such wish."""
    left = turn.before.left_over
    if not left or turn.acts_of is None or turn.order is not None or turn.session.proposed:
        return None
    if _says_how(turn):
        return None
    names, roles = turn.context.names, tuple(turn.context.roles)
    moves = the_rest(turn.words, left, names, roles)
    goes_on = bool(turn.before.deeds) and turn.before.just_done and not turn.said_now.named
    if not moves and not goes_on:  # else "half of that" is half of what was just done
        moves = chosen(turn.words, left, names, roles, turn.acts_of)
    if not moves:
        return None
    told = [{"stem": move.stem, "gain_db": move.gain_db} for move in moves]
    return told_at_once(turn, ToolCall("apply_moves", {"moves": told}))


def _says_how(turn: Progress) -> bool:
    """Whether the words order something of their own: "the keys down 1" and not "the keys too"."""
    said = turn.said_now
    own = said.numbers() or says_way(without_idioms(said.latest))
    return bool(own) and any(call.name != "audition" for call in turn.plain_orders)
