"""Blind listening: the order is drawn by a seed, and what was preferred goes into the journal.

One rule: which version was chosen follows from the seed and the label, never from what a page says.
"""

import secrets
from collections import Counter
from collections.abc import Sequence
from string import ascii_uppercase
from typing import Any

from assistant.context import ToolError
from assistant.web import playable
from assistant.web.auditions import MOST_COMPARED
from assistant.web.rooms import Room, RoomError
from mixer.audition import blind_order

WAIT_S = 20.0  # for a turn of the chat that is being written down


def begin_blind(room: Room, ids: Sequence[str]) -> dict[str, Any]:
    """A fresh order for these: entry k is the place in ids of what is heard as letter k."""
    _check(room, ids)
    seed = secrets.randbelow(2**31)
    return {"ids": list(ids), "seed": seed, "order": list(blind_order(len(ids), seed))}


def vote(
    room: Room,
    ids: Sequence[str],
    seed: int,
    choice: int | None,
    start_s: float,
    end_s: float,
    match_db: dict[str, float],
) -> dict[str, Any]:
    """Write down which letter was preferred over a region; None = no preference. What it was."""
    _check(room, ids)
    if choice is not None and not 0 <= choice < len(ids):
        raise ToolError(f"choice {choice} was given: there are 0 to {len(ids) - 1}")
    order = blind_order(len(ids), seed)
    labels = {ascii_uppercase[place]: ids[at] for place, at in enumerate(order)}
    chosen = None if choice is None else ids[order[choice]]
    if not room.lock.acquire(timeout=WAIT_S):
        raise RoomError("Gainsay is answering in this room: vote again when it has finished")
    try:
        room.session.record(
            "vote",
            ids=list(ids),
            seed=seed,
            labels=labels,
            chosen=chosen,
            start_s=start_s,
            end_s=end_s,
            match_db={name: db for name, db in match_db.items() if name in ids},
        )
    finally:
        room.lock.release()
    room.changed()
    return {"chosen": chosen, "labels": labels, "votes": votes_for(room, ids)}


def votes_for(room: Room, ids: Sequence[str]) -> dict[str, int]:
    """How often each of these was chosen when just these were compared; "none" = no preference."""
    counted = Counter(
        event["chosen"] or "none"
        for event in room.session.events
        if event["event"] == "vote" and set(event["ids"]) == set(ids)
    )
    return {name: counted[name] for name in [*ids, "none"] if counted[name]}


def _check(room: Room, ids: Sequence[str]) -> None:
    if not 2 <= len(set(ids)) == len(ids) <= MOST_COMPARED:
        raise ToolError(
            f"{len(ids)} were given to be compared blind: 2 to {MOST_COMPARED} different ones"
        )
    for name in ids:
        playable.find(room.context, name)
