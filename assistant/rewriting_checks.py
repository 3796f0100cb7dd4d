"""Which situations of prompts/ tell a gain-staging check: faults first, then advice, bus and trims.

One rule: what is only a habit is never told as a fault.
"""

from collections.abc import Mapping
from typing import Any

from assistant.checking import LEVELS

Data = Mapping[str, Any]
Situation = tuple[str, dict[str, Any]]

_MOST_LISTED = 3
_ON_THE_BUS = ("bus_over", "bus_hot")


def check_situations(data: Data) -> list[Situation]:
    """What to say of a check, in this order, from the result of check_gain_staging."""
    faults = [finding for finding in data["findings"] if finding["grade"] == "error"]
    notes = [
        finding["told"]
        for finding in data["findings"]
        if finding["grade"] == "advice" and finding["kind"] not in LEVELS
    ]
    listed = {"notes": notes[:_MOST_LISTED], "total": data["counts"]["advice"]}
    told: list[Situation] = []
    if faults:
        told.append(("staging_wrong", _wrong(faults)))
        told += [("staging_also", listed)] if notes else []
    else:
        told.append(("staging_advice", listed) if notes else ("staging_fine", {}))
    if not any(finding["kind"] in _ON_THE_BUS for finding in data["findings"]):
        told.append(("staging_bus", {"now": data["bus"]["now"]}))
    if data["bus"]["after"] is not None:
        told.append(("staging_ahead", {"after": data["bus"]["after"]}))
    if data["trims"]:
        told.append(("staging_trims", _trims(data)))
    return told


def _wrong(faults: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "faults": [fault["told"] for fault in faults[:_MOST_LISTED]],
        "total": len(faults),
        "cure": faults[0]["cure"],
    }


def _trims(data: Data) -> dict[str, Any]:
    """The largest trims, and the convention that they follow."""
    trims = sorted(data["trims"], key=lambda trim: -abs(trim["gain_db"]))
    average = data["conventions"][0]
    return {
        "trims": trims[:_MOST_LISTED],
        "total": data["counts"]["trims"],
        "aim": f"{average['aim']:.0f}",
        "source": average["source"],
    }
