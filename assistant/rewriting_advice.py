"""Which situations of prompts/ tell a piece of advice: who is contradicted comes first, moves last.

One rule: whatever the listener, the meters and the user disagree about is told, every time.
"""

from collections.abc import Mapping
from typing import Any

from assistant.disagreement import LEANS

Data = Mapping[str, Any]
Situation = tuple[str, dict[str, Any]]


def advice_situations(data: Data) -> list[Situation]:
    """What to say of a proposal, in this order, from the result of propose_moves."""
    anchor, moves, remarks = data["anchor"], list(data["moves"]), data.get("remarks", ())
    told: list[Situation] = []
    for remark in remarks:
        own = [move for move in moves if move["stem"] == remark["stem"]]
        if remark["kind"] == "complaint_confirmed":
            told.append((remark["kind"], _agreed(remark, own[0], anchor)))
        elif remark["kind"] in ("complaint_contradicted", "complaint_followed"):
            told.append((remark["kind"], _measured(remark, anchor) | {"moves": own}))
        elif remark["kind"] == "asked_about":
            named = ("stem", "relative_lu", "low_lu", "high_lu")
            told.append(("asked_about", {n: remark[n] for n in named} | {"anchor": anchor}))
        elif remark["kind"] in ("complaint_about_anchor", "complaint_unheard"):
            told.append((remark["kind"], {"anchor": anchor, "stem": remark["stem"]}))
        else:
            continue  # what is said of a disputed move comes behind the moves
        moves = [move for move in moves if move not in own]
    if moves:
        told.append(
            ("advice_more" if told else "advice_change", {"anchor": anchor, "moves": moves})
        )
    elif not told:
        told.append(("advice_leave_it", {"anchor": anchor}))
    return told + disputed_situations(data)


def _agreed(remark: Data, move: Data, anchor: str) -> dict[str, Any]:
    """The values of a complaint that the ear shares."""
    return {
        "stem": remark["stem"],
        "anchor": anchor,
        "complaint": remark["complaint"],
        "relative_lu": remark["relative_lu"],
        "gain_db": move["gain_db"],
        "move": move,
    }


def _measured(remark: Data, anchor: str) -> dict[str, Any]:
    """A stem's level and its usual range, and where to listen, as the replies name them."""
    loop = remark["loop"] or {"start_s": None, "end_s": None}
    named = ("stem", "complaint", "relative_lu", "low_lu", "high_lu")
    told = {**{name: remark[name] for name in named}, "anchor": anchor, **loop}
    return told | {"opposite": remark["opposite"] if remark["opposite"] >= LEANS else None}


def disputed_situations(data: Data) -> list[Situation]:
    """Where the ear's moves lead further out of what the meters call usual."""
    told: list[Situation] = []
    for remark in data.get("remarks", ()):
        if remark["kind"] == "ear_against_meter":
            move = next(move for move in data["moves"] if move["stem"] == remark["stem"])
            values = _measured(remark, data["anchor"]) | {"gain_db": move["gain_db"]}
            told.append(("ear_against_meter", values))
    return told
