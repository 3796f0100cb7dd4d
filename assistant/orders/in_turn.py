"""A row of tokens read part by part: what each orders, and what goes on from the one before.

One rule: a part that is not understood leaves nothing of the row.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from assistant.acting import stems_set
from assistant.hearing import ToolCall
from assistant.orders.asides import asks_for_something
from assistant.orders.before import Before
from assistant.orders.carried import carried
from assistant.orders.commands import command, with_more
from assistant.orders.deed import PLAIN_DB, Deed, Scene
from assistant.orders.deeds import as_far_each, comes_in, deed_of, refined, spread
from assistant.orders.left_out import left_out_of_all, without_denied, without_second_not
from assistant.orders.lexicon import FILLER, JOIN, NUMBER, VERB
from assistant.orders.moved import goes_for_both
from assistant.orders.parts import Part, parts_of
from assistant.orders.returns import Now, returned
from assistant.orders.tokens import STEM, STOP, Token

_MOST = 6  # orders in one text


_AGAIN = frozenset({"anchor", "unmute"})  # where "again" repeats no change


class Song(Protocol):
    """What a row is read for: the stems' roles, and what is set now."""

    @property
    def roles(self) -> tuple[str | None, ...]: ...

    @property
    def now(self) -> Now: ...


def read_in_turn(
    told: Sequence[Token],
    scene: Scene,
    before: Before,
    song: Song,
    asks: bool,
) -> list[ToolCall]:
    """The calls of a row of tokens. asks: whether it is a question."""
    parts = parts_of(told)
    if not asks and len(parts) == 1 and (comes := comes_in(parts[0], scene)) is not None:
        return comes.calls()  # "the horns can come in too" goes on from no move
    if calls := carried(told, scene, before, song.roles, asks):
        return calls
    if asks:
        return []
    if _is_whole(told) or any(token.kind in _AGAIN for token in told):
        # "the bass again, one more down", "the vox as the anchor again"
        told = [token for token in told if token.kind != "again"]
    meant = without_denied(without_second_not(told))
    corrected = [token for token in _without_flip(meant) if token.kind not in ("no", "meant")]
    if anchor := _other_anchor(told, before):
        return anchor
    steps = any(token.kind in ("undo", "redo") for token in corrected)  # "undo twice"
    if not steps and any(token.kind in _CARRIES for token in corrected):
        return []
    if before.deeds and before.deeds[-1].name == "shape_sound" and _is_of_a_sound(corrected):
        return []  # "a bit less" of the sound
    calls = _in_turn(corrected, scene, before, song.now)
    if not calls:
        return _carried_and_more(told, scene, before, song)
    corrects = len(corrected) < len(meant) and len(calls) == 1 and before.asked is None
    corrects = corrects and before.just_done
    if corrects and before.deeds and _takes_back(before.deeds[-1], calls[0]):
        return [ToolCall("undo", {}), *calls]
    return calls


def _carried_and_more(
    told: Sequence[Token], scene: Scene, before: Before, song: Song
) -> list[ToolCall]:
    """ "not so much, 1 will do, and mute the risers": what goes on from before, and an order."""
    if not before.deeds or not before.just_done:
        return []
    for place, token in enumerate(told):
        head, tail = told[:place], told[place + 1 :]
        if token.kind not in (STOP, JOIN) or not any(one.kind == STEM for one in tail):
            continue
        if any(one.kind == STEM for one in head) or not asks_for_something(tail):
            continue
        first = carried(head, scene, before, song.roles, False)
        more = _in_turn(tail, replace(scene, last=None), before, song.now) if first else []
        if first and more and more[0].name != "undo":
            return [*first, *more]
    return []


def _without_flip(told: Sequence[Token]) -> list[Token]:
    """Tokens without "the reverse," where a whole order behind it says what that is."""
    at = next((n for n, token in enumerate(told) if token.kind == "flip"), None)
    if at is None:
        return list(told)
    before, behind = told[:at], told[at + 1 :]
    leads = all(token.kind in ("no", FILLER, STOP, JOIN) for token in before)
    kinds = {token.kind for token in behind}
    whole = STEM in kinds and bool(
        kinds & {"above", "below", "same", "left", "right", "up", "down"}
    )
    ends = bool(behind) and behind[0].kind == STOP
    return [*before, *behind] if leads and whole and ends else list(told)


def _other_anchor(told: Sequence[Token], before: Before) -> list[ToolCall]:
    """Another anchor right after one was chosen: "no, the keys", "make it the keys instead"."""
    stems = {name for token in told for name in token.stems}
    kinds = {token.kind for token in told}
    corrects = kinds & {"no", "meant", "instead", "make that"}
    only = kinds <= {
        "no", "meant", "instead", "make that", "it", "to", "use", STEM, STOP, FILLER, VERB,
    }  # fmt: skip
    chosen = before.of_anchor or (before.asked is not None and before.asked.name == "set_anchor")
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
        if number and part.has("was") and part.only("was", FILLER):
            continue  # "the choir alone, like before"
        if number and part.only("instead", FILLER):
            continue  # "2 under, rather"
        if deeds and part.only("both", FILLER) and len(deeds[-1].stems) == 2:
            continue  # "the guitars 6 under it, both"
        if len(deeds) > 1 and (both := as_far_each(deeds[-2], deeds[-1], part)):
            deeds[-2:] = both
            continue
        if _is_vague(part) and _places_the_same(parts[number + 1 :]):
            continue
        deed = deed_of(part, here)
        if deed and deeds and not part.apart and goes_for_both(parts[number - 1], deeds[-1], part):
            deeds[-1] = replace(deeds[-1], gain_db=deed.gain_db)
        if deed is None or (deeds and _contradicts(deeds[-1], deed, part)):
            return []
        if deeds and _is_told_exactly(deeds[-1], deed, part):
            deeds.pop()  # "a bit higher, 8 below"; "as far as the keys, so 3 down"
        deeds.append(deed)
    return [*calls, *_calls(deeds)]


def _is_told_exactly(last: Deed, deed: Deed, part: Part) -> bool:
    """Whether an order says for the same stems what the one before it left vague."""
    if last.stems == deed.stems and last.tool == deed.tool == "set_level":
        return True  # "a little louder than those, say 13 below me"
    if (
        part.stems
        or last.stems != deed.stems
        or last.tool != "apply_moves"
        or deed.tool != "apply_moves"
    ):
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
