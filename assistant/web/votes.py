"""Blind listening: the order is drawn by a seed, and what was preferred goes into the journal.

One rule: which version was chosen follows from the seed and the label, never from what a page says;
and what is counted are sounds, since an id such as "proposal" may mean another one by tomorrow.
"""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from string import ascii_uppercase
from typing import Any

from assistant.context import ToolError
from assistant.web import playable
from assistant.web.auditions import MOST_COMPARED
from assistant.web.playable import Playable
from assistant.web.rooms import Room, RoomError
from mixer.audition import blind_order


def begin_blind(room: Room, ids: Sequence[str]) -> dict[str, Any]:
    """A fresh order for these: entry k is the place in ids of what is heard as letter k."""
    keys = {item.id: item.key for item in _found(room, ids)}
    seed = secrets.randbelow(2**31)
    order = list(blind_order(len(ids), seed))
    return {"ids": list(ids), "seed": seed, "order": order, "keys": keys}


def vote(
    room: Room,
    ids: Sequence[str],
    seed: int,
    choice: int | None,
    start_s: float,
    end_s: float,
    match_db: Mapping[str, float],
    keys: Mapping[str, str],
) -> dict[str, Any]:
    """Write down which letter was preferred over a region; None = no preference. What it was.

    keys: the sound that each id had in the test; RoomError where one has another by now.
    """
    found = _found(room, ids)
    for item in found:
        if keys.get(item.id) != item.key:
            raise RoomError(f"{item.id} sounds different by now: begin a new blind test")
    if choice is not None and not 0 <= choice < len(ids):
        raise ToolError(f"choice {choice} was given: there are 0 to {len(ids) - 1}")
    order = blind_order(len(ids), seed)
    labels = {ascii_uppercase[place]: ids[at] for place, at in enumerate(order)}
    chosen = None if choice is None else ids[order[choice]]
    with room.held():
        room.session.record(
            "vote",
            ids=list(ids),
            seed=seed,
            labels=labels,
            chosen=chosen,
            heard={item.id: _told(room, item) for item in found},
            start_s=start_s,
            end_s=end_s,
            match_db={name: db for name, db in match_db.items() if name in ids},
        )
    room.changed()
    return {"chosen": chosen, "labels": labels, "votes": votes_for(room, ids)}


def votes_for(room: Room, ids: Sequence[str]) -> dict[str, int]:
    """How often each sound was chosen when just these were compared; "none" = no preference."""
    keys = {item.id: item.key for item in _found(room, ids)}
    counted: Counter[str] = Counter()
    for event in room.session.events:
        if event["event"] == "vote" and "heard" in event:
            heard = {name: told["key"] for name, told in event["heard"].items()}
            if sorted(heard.values()) == sorted(keys.values()):
                counted[_now_called(event["chosen"], heard, keys)] += 1
    return {name: counted[name] for name in [*ids, "none"] if counted[name]}


def _now_called(chosen: str | None, heard: Mapping[str, str], keys: Mapping[str, str]) -> str:
    """The id that has the chosen sound now: its own if it still has it."""
    if chosen is None:
        return "none"
    if keys.get(chosen) == heard[chosen]:
        return chosen
    return next(name for name, key in keys.items() if key == heard[chosen])


def _told(room: Room, item: Playable) -> dict[str, Any]:
    """What an id stood for: the key of its sound, its label, and the moves of a proposal."""
    told: dict[str, Any] = {"key": item.key, "label": item.label}
    if item.id == playable.PROPOSAL:
        moves = room.session.proposed
        told["moves"] = [{"stem": move.stem, "gain_db": move.gain_db} for move in moves]
    return told


def _found(room: Room, ids: Sequence[str]) -> list[Playable]:
    """What is compared; whole mixes only, since a take has no stems to be heard alone."""
    if not 2 <= len(set(ids)) == len(ids) <= MOST_COMPARED:
        raise ToolError(
            f"{len(ids)} were given to be compared blind: 2 to {MOST_COMPARED} different ones"
        )
    found = [playable.find(room.context, name) for name in ids]
    if alone := [item.id for item in found if item.kind == "stem"]:
        raise ToolError(f"{alone[0]} is stems alone: compare versions and takes blind")
    return found
