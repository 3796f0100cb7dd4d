"""What is left of a proposal, after a part of it was applied or all of it was turned down.

One rule: only what was proposed is done, and only where nothing else was changed since.
"""

import re
from collections.abc import Sequence

from assistant.hearing import ToolCall
from assistant.orders.agreeing import agrees
from assistant.orders.of_proposal import chosen
from assistant.orders.places import the_rest, with_places
from assistant.progress import Progress
from assistant.replying import Reply, told_at_once
from assistant.said_gains import says_way
from assistant.said_sides import without_idioms
from mixer.moves import Move

_REFUSES = re.compile(r"\b(?:not|no|never|don'?t|leave|but|except|unless|if)\b", re.IGNORECASE)


def of_what_is_left(turn: Progress) -> Reply | None:
    """What is said to "and the other half", "ok, the keys too"; None where it is no such wish."""
    left = turn.before.left_over
    if not left or turn.acts_of is None or turn.order is not None or turn.session.proposed:
        return None
    if _says_how(turn):
        return None
    names, roles = turn.context.names, tuple(turn.context.roles)
    words = with_places(turn.words, [Move(*one) for one in turn.before.advised.items()])
    moves = the_rest(words, left, names, roles) or _after_all(turn, left)
    goes_on = bool(turn.before.deeds) and turn.before.just_done and not turn.reading.said.named
    if not moves and not goes_on:  # else "half of that" is half of what was just done
        moves = chosen(words, left, names, roles, turn.acts_of)
    if not moves:
        return None
    told = [{"stem": move.stem, "gain_db": move.gain_db} for move in moves]
    return told_at_once(turn, ToolCall("apply_moves", {"moves": told}))


def _after_all(turn: Progress, left: Sequence[Move]) -> list[Move]:
    """ "you were right about the keys. do it": what was named of it, behind words of its own."""
    *before, last = [part for part in re.split(r"[.!;,]+", turn.words) if part.strip()] or [""]
    named = set(turn.reading.said.named)
    wanted = bool(before) and agrees(last, lambda _: {})
    wanted = wanted and named <= {move.stem for move in left} and not _REFUSES.search(turn.words)
    return [move for move in left if move.stem in named] if wanted else []


def _says_how(turn: Progress) -> bool:
    """Whether the words order something of their own: "the keys down 1" and not "the keys too"."""
    said = turn.reading.said
    own = said.numbers() or says_way(without_idioms(said.latest))
    return bool(own) and any(call.name != "audition" for call in turn.reading.orders)
