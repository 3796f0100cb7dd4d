"""Short orders that go on from what was done: "same for the keys", "2 more", "too far, half back".

One rule: they mean something only behind a deed; without one nothing is read into them.
"""

from collections.abc import Sequence
from dataclasses import replace

from assistant.hearing import ToolCall
from assistant.orders.adjusted import adjusted
from assistant.orders.before import Before
from assistant.orders.deeds import Deed, Scene
from assistant.orders.lexicon import FILLER, JOIN, NUMBER, PLACE, VERB
from assistant.orders.short import Roles, Short, last_deed
from assistant.orders.tokens import STEM, STOP, Token

_OF_LEVEL = frozenset({"up", "down", "off", "unit", "sign"})
_QUIET = frozenset({FILLER, VERB, STOP, JOIN, "unit", "to", "push", "pull"})


def carried(
    told: Sequence[Token], scene: Scene, before: Before, roles: Roles, asks: bool
) -> list[ToolCall]:
    """The calls that a short text asks for by what was done before; none where it asks for none.

    asks: whether it ends in a question mark.
    """
    begins = bool(told) and told[0].text in ("and", "now", "also", "then")
    rest = tuple(token for token in told if token.kind not in _QUIET)
    last = last_deed(before, scene.of_level or any(t.kind in _OF_LEVEL for t in told))
    if last is not None and scene.about and not set(scene.about) & set(last.stems):
        last = None  # "the bass is too loud, half back" behind a move of the keys
    short = Short(rest, scene=scene, before=before, deed=last, roles=roles)
    if not rest:
        return []
    if calls := _asked_again(short):
        return calls
    if asks and not begins:
        return []
    if before.is_open and before.asked is not None:
        return _of_the_proposal(short)
    if before.asked is not None and before.asked.name == "render_mix":
        return _rendered_anew(short, before.asked)
    if not before.deeds:
        return []
    if (short.has("too", "flip") or begins) and not asks:
        if calls := _same_for(short):
            return calls
    return [] if last is None else adjusted(short, last)


def _asked_again(short: Short) -> list[ToolCall]:
    """ "and the bass?" behind a question of numbers, or a stem heard alone."""
    asked = short.before.asked
    if asked is None or asked.name not in ("measure_levels", "audition") or not short.stems:
        return []
    if not short.only(STEM, "too") or (
        asked.name == "audition" and not asked.arguments.get("stems")
    ):
        return []
    return [ToolCall(asked.name, {"stems": list(short.stems)})]


def _rendered_anew(short: Short, last: ToolCall) -> list[ToolCall]:
    """ "make it four", "the same without effects" behind a render."""
    if not short.only("make that", NUMBER, "takes", "dry", "too", "it", "again", "only", "no"):
        return []
    takes = [int(token.number) for token in short.values(NUMBER)]
    if len(takes) > 1 or not (takes or short.has("dry", "again")):
        return []
    told = {"takes": takes[0]} if takes else {}
    dry = {"effects": False} if short.has("dry") else {}
    return [ToolCall(last.name, {**last.arguments, **told, **dry})]


def _of_the_proposal(short: Short) -> list[ToolCall]:
    """Half of what is proposed, or one of its moves: "just the first one"."""
    moves = short.before.proposed
    if moves and (places := short.values(PLACE)) and short.only(PLACE, "only", "it", "not"):
        if len(places) > 1 or places[0].number > len(moves):
            return []
        one = moves[int(places[0].number) - (places[0].number > 0)]
        chosen = [{"stem": one.stem, "gain_db": one.gain_db}]
        return [ToolCall("apply_moves", {"moves": chosen})]
    if not moves or not short.has("half") or not short.only("half", "it", "only", "both"):
        return []
    halves = [{"stem": m.stem, "gain_db": round(m.gain_db / 2.0, 2)} for m in moves]
    return [ToolCall("apply_moves", {"moves": halves})]


def _same_for(short: Short) -> list[ToolCall]:
    """The last change for other stems, turned round where that is said."""
    stems = short.stems or short.others()
    if not stems or not short.only(STEM, "too", "flip", "other", "both", "it"):
        return []
    last = short.before.deeds[-1]
    if last.name == "shape_sound":
        return [ToolCall(last.name, {**last.arguments, "stem": stem}) for stem in stems]
    if short.deed is None or set(stems) & set(short.deed.stems):
        return []
    deed = _turned(short.deed) if short.has("flip") else short.deed
    return deed.for_stems(stems).calls() if deed else []


def _turned(deed: Deed) -> Deed | None:
    if deed.tool == "apply_moves":
        return replace(deed, gain_db=-deed.gain_db)
    return replace(deed, pan=-deed.pan) if deed.tool == "set_pan" else None
