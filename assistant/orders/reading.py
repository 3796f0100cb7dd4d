"""A whole text read as plain orders: the calls that it asks for.

One rule: all of it is understood or nothing is done with it here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.acting import FADERS, stems_set
from assistant.hearing import ToolCall
from assistant.naming import asked_after, not_here
from assistant.orders.asides import ActsOf, are_asides, without_asides
from assistant.orders.before import Before
from assistant.orders.carried import carried
from assistant.orders.commands import command, with_more
from assistant.orders.deed import PLAIN_DB, Deed, Scene
from assistant.orders.deeds import comes_in, deed_of, refined, spread
from assistant.orders.left_out import left_out_of_all, without_denied
from assistant.orders.lexicon import FILLER, JOIN, NUMBER, PLACE, VERB
from assistant.orders.moved import goes_for_both
from assistant.orders.otherwise import plainly_put
from assistant.orders.overshot import overshot
from assistant.orders.parts import Part, parts_of
from assistant.orders.passed_over import is_meant, without_strange
from assistant.orders.returns import Now, returned
from assistant.orders.short import last_deed
from assistant.orders.stays import without_what_stays
from assistant.orders.tokens import STEM, STOP, UNKNOWN, Token, tokens
from assistant.said_clauses import clauses
from assistant.said_mutes import UNMUTES
from assistant.said_sound import wishes_a_sound

_REQUESTS = re.compile(
    r"^\W*(?:(?:please|so|ok(?:ay)?|hey|and|h*m+|oh|maybe|now|well)\W+)*(?:can|could|would|will|may|shall|let|should)\b"
    r"|\b(?:can|could|would|will) (?:you|u|ya|we|i)\b"
)
_ASKS_AFTER = re.compile(r"\W*(?:and|what about|how about)\b")
_MORE_OF_IT = {"more", "less", "half", "size", NUMBER, "unit", FILLER, STOP, "it", "again", "back"}
_HOW_LOUD = re.compile(r"\b(?:loud|quiet|low|high|soft|hot)(?:er)?\b")
_MOST = 6  # orders in one text
_SEVERAL = frozenset("them those these 'em em".split())
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
    text, kept = without_what_stays(plainly_put(text), song.names, song.roles)
    if back := overshot(text, song.names, song.roles, before):
        return back
    told, plain = tokens(text, song.names, song.roles)
    named = any(token.kind == STEM for token in told)
    if named and any(wishes_a_sound(part, song.names) for part in clauses(text, song.names)):
        return []  # "keys up 1 and a bit brighter": no fader does all of it
    told, asides = without_asides(_with_stops(told))
    absent = any(not_here(one.text, song.names, song.roles) for one in asides)
    if absent or any(not one.stems and asked_after(one.text) for one in asides):
        return []  # "what about the tuba, make it louder": it is none of these
    asks, requests = "?" in text, bool(_REQUESTS.search(plain))
    requests |= before.just_done and bool(before.deeds) and _asks_for_more(told)
    strange = any(token.kind == UNKNOWN for token in told)
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
    focus = beside or (pair if several else before.focus)
    scene = Scene(
        song.names, song.anchor, focus, last, frozenset(kept),
        before.gains_db, song.now.gains_db, song.now.muted, before.touched, _singer(song),
        about=beside, of_level=any(_HOW_LOUD.search(one.text) for one in asides),
        pans=song.now.pans, against=before.against, advised=before.advised, pair=pair,
    )  # fmt: skip
    calls = _read(told, scene, before, song, asks and not requests)
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


def _asks_for_more(told: Sequence[Token]) -> bool:
    """ "a little bit more?": a request, where something was done just before."""
    kinds = {token.kind for token in told}
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


def _read(
    told: Sequence[Token], scene: Scene, before: Before, song: Stems, asks: bool
) -> list[ToolCall]:
    """The calls of a row of tokens. asks: whether it is a question."""
    parts = parts_of(told)
    if not asks and len(parts) == 1 and (comes := comes_in(parts[0], scene)) is not None:
        return comes.calls()  # "the horns can come in too" goes on from no move
    if calls := carried(told, scene, before, song.roles, asks):
        return calls
    if asks:
        return []
    if _is_whole(told):  # "the bass again, one more down"
        told = [token for token in told if token.kind != "again"]
    meant = without_denied(told)
    corrected = [token for token in meant if token.kind not in ("no", "meant")]
    if anchor := _other_anchor(told, before):
        return anchor
    steps = any(token.kind in ("undo", "redo") for token in corrected)  # "undo twice"
    if not steps and any(token.kind in _CARRIES for token in corrected):
        return []
    if before.deeds and before.deeds[-1].name == "shape_sound" and _is_of_a_sound(corrected):
        return []  # "a bit less" of the sound
    calls = _in_turn(corrected, scene, before, song.now)
    corrects = len(corrected) < len(meant) and len(calls) == 1 and before.asked is None
    corrects = corrects and before.just_done
    if corrects and before.deeds and _takes_back(before.deeds[-1], calls[0]):
        return [ToolCall("undo", {}), *calls]
    return calls


def _other_anchor(told: Sequence[Token], before: Before) -> list[ToolCall]:
    """Another anchor right after one was chosen: "no, the keys", "make it the keys instead"."""
    stems = {name for token in told for name in token.stems}
    kinds = {token.kind for token in told}
    corrects = kinds & {"no", "meant", "instead", "make that"}
    only = kinds <= {"no", "meant", "instead", "make that", "it", "to", STEM, STOP, FILLER, VERB}
    chosen = before.asked is not None and before.asked.name == "set_anchor"
    if not (chosen and corrects and only and len(stems) == 1):
        return []
    return [ToolCall("set_anchor", {"stem": stems.pop()})]


def _is_whole(told: Sequence[Token]) -> bool:
    """Whether an order says of what, which way and how far."""
    kinds = {token.kind for token in told}
    return STEM in kinds and bool(kinds & {"up", "down", "less"}) and bool(kinds & {NUMBER, "size"})


def _is_of_a_sound(told: Sequence[Token]) -> bool:
    """Whether words say more or less, and neither of which stem nor by how many dB."""
    kinds = {token.kind for token in told}
    return bool(kinds & {"more", "less"}) and not kinds & {STEM, NUMBER, "up", "down", "unit"}


def _takes_back(done: ToolCall, call: ToolCall) -> bool:
    """Whether a call stands for one that was done: not where it only sets a thing anew."""
    sets_anew = call.name in ("set_level", "set_pan") and stems_set(done) == stems_set(call)
    return done.name == call.name and not sets_anew


_CARRIES = frozenset(  # words that go on from what was done before
    "again half double toofar not flip other".split()
) | {"make that"}


def _in_turn(told: Sequence[Token], scene: Scene, before: Before, now: Now) -> list[ToolCall]:
    told, left_out = left_out_of_all(told)
    parts = parts_of(told)
    if not parts or len(parts) > _MOST:
        return []
    named = {name for part in parts for name in part.stems}
    calls: list[ToolCall] = []
    deeds: list[Deed] = []
    for number, part in enumerate(parts):
        if not deeds and calls and (more := with_more(calls[-1], part)):
            calls[-1:] = more
            continue
        kept = frozenset(scene.kept | left_out | (named if part.has("rest") else set()))
        here = replace(scene, kept=kept, last=deeds[-1] if deeds else scene.last)
        back = returned(part, here, before, now)
        back = back or command(part, several=len(here.it) > 1)
        if len(parts) > 1 and back and back[0].name == "export_mix" and not part.has("export"):
            return []  # "wrong session. keys down 1"
        if back:
            calls, deeds = [*calls, *_calls(deeds), *back], []
            for one in back:
                if one.name == "set_anchor":  # "anchor the kick, the bass 2 under it"
                    stem = str(one.arguments["stem"])
                    scene = replace(scene, anchor=stem, it=(stem,))
            continue
        if deeds:
            so_far = tuple(dict.fromkeys(name for deed in deeds for name in deed.stems))
            both = part.has("both") and not part.stems and len(so_far) == 2
            here = replace(here, it=so_far if both else deeds[-1].stems)
            changed = spread(deeds[-1], part) or _one(refined(deeds[-1], part))
            if changed:
                deeds = [*deeds[:-1], *changed]
                continue
        if number and part.only("instead", FILLER):
            continue  # "2 under, rather"
        if deeds and part.only("both", FILLER) and len(deeds[-1].stems) == 2:
            continue  # "the guitars 6 under it, both"
        if _is_vague(part) and _places_the_same(parts[number + 1 :]):
            continue
        deed = deed_of(part, here)
        if deed and deeds and not part.apart and goes_for_both(parts[number - 1], deeds[-1], part):
            deeds[-1] = replace(deeds[-1], gain_db=deed.gain_db)
        if deed is None or (deeds and _contradicts(deeds[-1], deed, part)):
            return []
        if deeds and not part.stems and _is_told_exactly(deeds[-1], deed):
            deeds.pop()  # "a bit higher, 8 below"; "as far as the keys, so 3 down"
        deeds.append(deed)
    return [*calls, *_calls(deeds)]


def _is_told_exactly(last: Deed, deed: Deed) -> bool:
    """Whether an order says for the same stems what the one before it left vague."""
    if last.stems != deed.stems or last.tool != "apply_moves" or deed.tool != "apply_moves":
        return False
    vague = abs(last.gain_db) == PLAIN_DB and last.gain_db * deed.gain_db > 0
    return deed == last or vague  # "the keys even further, 3 more"


def _is_vague(part: Part) -> bool:
    """ "a bit higher": a way without a stem and without a number."""
    return part.only("size", "up", "down", "more", "less", FILLER, VERB, "it")


def _places_the_same(rest: Sequence[Part]) -> bool:
    """Whether what follows says for the same stem where it is to be: "8 below"."""
    return bool(rest) and rest[0].has("above", "below") and not rest[0].stems


def _contradicts(last: Deed, deed: Deed, part: Part) -> bool:
    """ "bass up and down": nobody means both."""
    turns = last.tool == deed.tool == "apply_moves" and last.gain_db * deed.gain_db < 0
    return turns and last.stems == deed.stems and not (part.stems or part.has(NUMBER, "size"))


def _one(deed: Deed | None) -> list[Deed]:
    return [] if deed is None else [deed]


def _calls(deeds: Sequence[Deed]) -> list[ToolCall]:
    """The calls for orders in their order, moves that follow one another as one call."""
    calls: list[ToolCall] = []
    for deed in deeds:
        made = deed.calls()
        last = calls[-1] if calls else None
        if deed.tool == "apply_moves" and last is not None and last.name == "apply_moves":
            moves = [*last.arguments["moves"], *made[0].arguments["moves"]]
            if len({move["stem"] for move in moves}) == len(moves):
                calls[-1] = ToolCall("apply_moves", {"moves": moves})
                continue
        if deed.tool == "audition" and last is not None and last.name == "audition":
            heard = [*last.arguments["stems"], *deed.stems]
            calls[-1] = ToolCall("audition", {"stems": list(dict.fromkeys(heard))})
            continue
        calls += [call for call in made if call not in calls]
    return calls
