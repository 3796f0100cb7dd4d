"""A level against what the last one was set against: "the arp at minus 4, same reference".

One rule: only right behind a level, and never where the words name another reference.
"""

import re

from assistant.orders.before import Before

_SAME = re.compile(
    r"[\s,;.]+(?:and |but )?(?:with |to |on |against |from |at )?(?:the )?same"
    r" (?:reference|yardstick|basis|base|ref|reference point|starting point)\b(?=\W*$)",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(?:\bat |\bto )?(?P<sign>\bminus |\bplus |(?<![\w.])[+-] ?)(?P<size>\d+(?:\.\d+)?)"
    r"(?: ?(?:db|lu|decibels?))?\s*$",
    re.IGNORECASE,
)
_PLACED = re.compile(r"\b(?:under|below|beneath|over|above)\s*$", re.IGNORECASE)


def with_its_reference(text: str, before: Before, anchor: str | None) -> str:
    """A text in which the same reference as that of the last level is called by its name."""
    same, last = _SAME.search(text), before.deeds[-1:]
    if same is None or not last or last[0].name != "set_level":
        return text
    reference = last[0].arguments.get("against") or anchor
    told = text[: same.start()].strip()
    if reference is None or (signed := _SIGNED.search(told)) is None:
        return f"{told} {reference}" if reference and _PLACED.search(told) else text
    side = "over" if signed["sign"].strip() in ("plus", "+") else "under"
    return f"{told[: signed.start()]}{signed['size']} {side} {reference}"
