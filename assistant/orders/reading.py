"""A whole text read as plain orders: the calls that it asks for.

One rule: all of it is understood or nothing is done with it here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.acting import FADERS, stems_set
from assistant.hearing import ToolCall
from assistant.naming import asked_after, not_here
from assistant.orders.asides import ActsOf, are_asides, without_asides
from assistant.orders.before import Before
from assistant.orders.deed import Scene
from assistant.orders.in_turn import read_in_turn
from assistant.orders.lexicon import FILLER, JOIN, NUMBER, PLACE
from assistant.orders.otherwise import plainly_put
from assistant.orders.overshot import overshot
from assistant.orders.passed_over import is_meant, without_strange
from assistant.orders.returns import Now
from assistant.orders.short import last_deed
from assistant.orders.stays import without_what_stays
from assistant.orders.tokens import STEM, STOP, UNKNOWN, Token, tokens
from assistant.orders.what_if import asks_what_if
from assistant.said_clauses import clauses
from assistant.said_mutes import UNMUTES
from assistant.said_sound import wishes_a_sound

_REQUESTS = re.compile(
    r"^\W*(?:(?:please|so|ok(?:ay)?|hey|and|h*m+|oh|maybe|now|well)\W+)*(?:can|could|would|will"
    r"|may|shall|let|should)\b"
    r"|\b(?:can|could|would|will) (?:you|u|ya|we|i)\b"
)
_ASKS_AFTER = re.compile(r"\W*(?:and|what about|how about)\b")
_MORE_OF_IT = {"more", "less", "half", "size", NUMBER, "unit", FILLER, STOP, "it", "again", "back"}
_UNHEARD = re.compile(
    r"\b(?:(?:can'?t|cannot|cant|could ?n'?t|hardly|barely|no longer|never) (?:\w+ )?(?:hear"
    r"|make out"
    r"|understand|catch)|lost|buried|drown\w*|covers?|covered|swallow\w*|gone|disappear\w*"
    r"|masked)\b"
)
_WIDE = re.compile(r"\b(?:wider|narrower|further out)\b")
_HOW_LOUD = re.compile(r"\b(?:loud|quiet|low|high|soft|hot)(?:er)?\b")
_SEVERAL = frozenset("them those these 'em em".split())
_ORDERS_BEFORE = frozenset("up down left right centre anchor mute unmute above below same".split())
_YES = frozenset("yes yeah yea yep aye sure".split())


@dataclass(frozen=True)
class Stems:
    """What names mean: the stems, their roles, the one that is judged against, what is set now."""

    names: tuple[str, ...]
    roles: tuple[str | None, ...]
    anchor: str | None
    now: Now = Now({})


def orders(text: str, song: Stems, before: Before, acts_of: ActsOf) -> list[ToolCall]:
    """The calls that a text of plain orders asks for; none where it is anything else.

    acts_of: how likely each act (a tool's name, or SPEAK) is meant by what is no plain order.
    """
    if asks_what_if(text.casefold()):
        return []
    text = plainly_put(text)
    text, kept = without_what_stays(text, song.names, song.roles, song.now.muted)
    if back := overshot(text, song.names, song.roles, before):
        return back
    told, plain = tokens(text, song.names, song.roles)
    told = [_spared(token, kept) for token in _without_last_word(told)]
    named = {name for token in told for name in token.stems}
    panned = bool(before.deeds) and before.deeds[-1].name == "set_pan"  # "wider" is a place, then
    placed = panned and named <= set(before.panned) and _WIDE.search(plain) is not None
    if (
        (named or (before.focus and not panned))
        and not placed
        and any(wishes_a_sound(part, song.names) for part in clauses(text, song.names))
    ):
        return []  # "keys up 1 and a bit brighter": no fader does all of it
    told, asides = without_asides(_with_stops(told))
    absent = any(not_here(one.text, song.names, song.roles) for one in asides)
    if absent or any(not one.stems and asked_after(one.text) for one in asides):
        return []  # "what about the tuba, make it louder": it is none of these
    asks, requests = "?" in text, bool(_REQUESTS.search(plain))
    requests |= before.just_done and bool(before.deeds) and _asks_for_more(told)
    strange = any(token.kind == UNKNOWN for token in told)
    if strange and _takes_something_out(told):
        return []  # "a little rasp out of the keys" is a sound
    if any(a.kind == "no" and b.kind == "more" and c.stems for a, b, c in _triples(told)):
        return []  # "no more drums"
    told = without_strange(told) if strange else told
    if not told or (strange and not_here(plain, song.names, song.roles)):
        return []
    measured = before.asked is not None and before.asked.name == "measure_levels"
    bare = measured and all(token.kind in (STEM, STOP, FILLER, JOIN) for token in told)
    if asks and not requests and not bare and not _ASKS_AFTER.match(plain):
        return []
    last = last_deed(before) if before.just_done else None
    beside = next((one.stems for one in reversed(asides) if one.stems), ())
    pair = before.spoken[0] if before.spoken and len(before.spoken[0]) == 2 else ()
    several = any(token.text in _SEVERAL for token in told) and set(before.focus) < set(pair)
    scales = any(token.kind in ("half", "back", "toofar") for token in told)
    if last is not None and scales and any(_UNHEARD.search(one.text) for one in asides):
        beside = ()  # "can't hear the words now": what was done just before is why
    focus = beside or (pair if several else before.focus)
    scene = Scene(
        song.names, song.anchor, focus, last, frozenset(kept),
        before.gains_db, song.now.gains_db, song.now.muted, before.touched, _singer(song),
        about=beside, of_level=any(_HOW_LOUD.search(one.text) for one in asides),
        pans=song.now.pans, against=before.against, advised=before.advised, pair=pair,
    )  # fmt: skip
    calls = read_in_turn(told, scene, before, song, asks and not requests)
    if strange and not is_meant(calls, told, acts_of, text):
        return []
    muted = [call.arguments["muted"] for call in calls if call.name == "set_mute"]
    if muted and all(muted) and UNMUTES.search(plain):
        return []  # "release the mute on the bass"
    changed = [call for call in calls if call.name not in ("undo", "audition")]
    if kept & {name for call in changed for name in stems_set(call)}:
        return []  # what is to stay is changed elsewhere
    if not are_asides(asides, calls, acts_of):
        return []
    return _agreed(told, calls, before)


def _triples(told: Sequence[Token]) -> list[tuple[Token, Token, Token]]:
    return list(zip(told, told[1:], told[2:], strict=False))


def _takes_something_out(told: Sequence[Token]) -> bool:
    """Whether a strange word stands right before "out of" a stem."""
    return any(
        token.kind == UNKNOWN and behind.kind == "off" and behind.text in ("out of", "from")
        and any(one.kind == STEM for one in told[place + 2 : place + 4])
        for place, (token, behind) in enumerate(pairwise(told))
    )  # fmt: skip


def _without_last_word(told: Sequence[Token]) -> list[Token]:
    """Tokens without "I changed my mind" behind an order, which says why it is given."""
    kept: list[Token] = []
    for token in told:
        explains = token.kind == "undo" and token.text.endswith("my mind")
        if not explains or not any(one.kind in _ORDERS_BEFORE for one in kept):
            kept.append(token)
    return kept


def _spared(token: Token, kept: set[str]) -> Token:
    """A word for several stems without those that are to stay: "all the guitars"."""
    rest = tuple(name for name in token.stems if name not in kept)
    return replace(token, value=rest) if len(token.stems) > 1 and rest else token


def _asks_for_more(told: Sequence[Token]) -> bool:
    """ "a little bit more?": a request, where something was done just before."""
    kinds = {token.kind for token in told}
    if "half" in kinds and kinds <= {*_MORE_OF_IT, STEM}:
        return True  # "half of that for the keys?"
    sized = bool(kinds & {"size", NUMBER})
    return sized and bool(kinds & {"more", "less"}) and kinds <= _MORE_OF_IT


def _singer(song: Stems) -> str | None:
    """The one stem that sings in front, if there is one."""
    singing = [n for n, role in zip(song.names, song.roles, strict=True) if role == "lead vocal"]
    return singing[0] if len(singing) == 1 else None


def _with_stops(told: Sequence[Token]) -> list[Token]:
    """Tokens in which a colon ends what names no stem: "quick one: bass up 2"."""
    kept: list[Token] = []
    for token in told:
        begun = kept[max((n for n, t in enumerate(kept) if t.kind == STOP), default=-1) + 1 :]
        ends = token.text == ":" and not any(one.stems for one in begun)
        kept.append(Token(STOP, ":", ":") if ends else token)
    return kept


def _agreed(told: Sequence[Token], calls: list[ToolCall], before: Before) -> list[ToolCall]:
    """Calls behind a yes to what is proposed: "yes please, and mute the bass"."""
    waits = before.is_open and before.asked is not None and before.asked.name == "propose_moves"
    if not calls or not waits or told[0].text not in _YES:
        return calls
    proposed = {move.stem for move in before.proposed}
    moved = {name for call in calls if call.name in FADERS for name in stems_set(call)}
    if any(token.kind in (PLACE, "half") for token in told):
        return calls  # "yes, the second", "yes, half of it"
    return [] if proposed & moved else [ToolCall("apply_moves", {}), *calls]
