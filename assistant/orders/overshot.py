"""A move that is said to have gone too far: "better, but the pad is a bit too quiet now".

One rule: right behind a move of that stem that way it is an order back; else it is a complaint.
"""

import re

import prompts
from assistant.hearing import ToolCall
from assistant.orders.before import Before
from assistant.orders.mentions import as_read, mentions

_STEM = r"(?:the |my )?(?:<\d+>|it|that|they|them|she|he)"
_OVER = re.compile(
    rf"(?:\S+ ){{0,5}}?{_STEM} ?(?:is|are|'s|'re|was|got|sounds|feels)? ?(?:now )?"
    r"(?:(?:just|maybe|perhaps) )?"
    r"(?:(?:a )?(?P<size>little bit|little|bit|touch|tad|hair|slightly) )?"
    r"too (?P<what>quiet|low|soft|faint|loud|high|hot)(?P<now> now)?(?:\W+\S+){0,2}\W*"
)
_WAY: dict[str, float] = {
    **dict.fromkeys(("quiet", "low", "soft", "faint"), 1.0),
    **dict.fromkeys(("loud", "high", "hot"), -1.0),
}
_TOO_MUCH = re.compile(r"\btoo (?:much|far|big)\b")
_HALF = re.compile(
    r"\b(?:half|halve)(?= (?:it|that|them|this|of|back)\b|\W*$)(?! (?:a|of a) )|\bby half\b"
)
_PLAIN_DB = 1.0  # back where no size is said


def overshot(
    text: str, names: tuple[str, ...], roles: tuple[str | None, ...], before: Before
) -> list[ToolCall]:
    """The call that takes a part of the last move back; none where it did not go too far."""
    last = before.deeds[-1] if before.deeds and before.just_done and before.asked is None else None
    if last is None or last.name != "apply_moves" or "?" in text:
        return []
    plain = as_read(text, names, roles)
    found = mentions(plain, names, roles)
    told, start = "", 0
    for place, one in enumerate(found):
        told, start = f"{told}{plain[start : one.start]}<{place}>", one.end
    gains = {move["stem"]: move["gain_db"] for move in last.arguments["moves"]}
    meant = {name for one in found for name in one.stems} or set(gains)
    if _TOO_MUCH.search(plain) and _HALF.search(plain) and meant <= set(gains):
        back = [{"stem": n, "gain_db": -g / 2.0} for n, g in gains.items() if n in meant]
        return [ToolCall("apply_moves", {"moves": back})]
    match = _OVER.fullmatch(" ".join((told + plain[start:]).split()))
    stems = found[0].stems if found else tuple(gains)
    if match is None or len(stems) != 1 or len(found) > 1 or not (match["size"] and match["now"]):
        return []
    way = _WAY[match["what"]]
    if stems[0] not in gains or gains[stems[0]] * way > 0:
        return []
    size = prompts.GAIN_WORDS.get(f"a {match['size']}", _PLAIN_DB)
    size = min(size, abs(gains[stems[0]]))
    return [ToolCall("apply_moves", {"moves": [{"stem": stems[0], "gain_db": way * size}]})]
