"""Short orders that go on from what was done: "same for the keys", "2 more", "too far, half back".

One rule: they mean something only behind a deed; without one nothing is read into them.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.hearing import ToolCall
from assistant.orders.adjusted import adjusted
from assistant.orders.before import Before
from assistant.orders.deed import SIDES, Deed, Scene, as_deed
from assistant.orders.lexicon import FILLER, JOIN, NUMBER, PLACE, SHARE, VERB
from assistant.orders.panned import moves_swapped, placed_anew
from assistant.orders.short import MOST_DB, Roles, Short, last_deed, own_move
from assistant.orders.tokens import STEM, STOP, Token

_WIDE = re.compile(r"\bwide|\bnarrow|\bfar out\b")
_OF_LEVEL = frozenset({"up", "down", "off", "unit", "sign"})
_OF_A_NUMBER = frozenset(  # kinds of tokens beside a number that is to stand for another
    "unit percent both more less nearer apart it no to toofar".split()
) | {FILLER, VERB, STOP, NUMBER, STEM}
_QUIET = frozenset({FILLER, VERB, STOP, JOIN, "unit", "to", "push", "pull"})


def carried(
    told: Sequence[Token], scene: Scene, before: Before, roles: Roles, asks: bool
) -> list[ToolCall]:
    """The calls that a short text asks for by what was done before; none where it asks for none.

    asks: whether it ends in a question mark.
    """
    begins = bool(told) and told[0].text in ("and", "now", "also", "then")
    with_it = any(token.text in ("with", "along with", "together with") for token in told)
    told = _with_just(put_right(told))
    rest = tuple(token for token in told if token.kind not in _QUIET)
    of_level = any(t.kind in _OF_LEVEL for t in told)
    of_level |= any(t.kind == NUMBER and t.number <= MOST_DB for t in told) and not any(
        t.kind == "percent" for t in told
    )  # "one more"
    last = last_deed(before, scene.of_level or of_level)
    if last is not None and scene.about and not set(scene.about) & set(last.stems):
        last = None  # "the bass is too loud, half back" behind a move of the keys
    if last is not None and last.tool != "set_pan" and any(_WIDE.search(t.text) for t in told):
        last = None  # "less wide"
    heard = before.asked.arguments.get("stems") if before.asked is not None else ()
    if last is not None and heard and not set(heard) & set(last.stems):
        last = None  # other stems were asked after since
    short = Short(rest, scene=scene, before=before, deed=last, roles=roles)
    if not rest:
        return []
    own = None if last and set(short.pointed) <= set(last.stems) else _own(short)
    if own is not None and (calls := adjusted(replace(short, deed=own), own)):
        return calls
    if calls := _asked_again(short, with_it):
        return calls
    if asks and not begins:
        return []
    if before.is_open and before.asked is not None:
        return _of_the_proposal(short)
    if before.asked is not None and before.asked.name == "render_mix":
        return _rendered_anew(short, before.asked)
    if not before.deeds:
        return _as_undone(short)
    if calls := moves_swapped(short) or placed_anew(short):
        return calls
    shared = short.has(SHARE, *_SCALES) and bool(short.stems)  # "twice as much on the pad"
    if (short.has("too", "flip", "same") or begins or shared) and not asks:
        if calls := _same_for(short) or _all_the_same_for(short) or _as_that_one(short):
            return calls
    if short.only("again", "too") and short.says("same again", "the same again", "again"):
        return _all_again(short)
    return [] if last is None else adjusted(short, last)


def _all_again(short: Short) -> list[ToolCall]:
    """ "same again" behind moves of several stems: all of them once more."""
    if {call.name for call in short.before.deeds} != {"apply_moves"} or short.before.asked:
        return []
    return list(short.before.deeds)


def _own(short: Short) -> Deed | None:
    """The last move of the stems that are named, where the words go on from that: "keys 1 back"."""
    goes_on = short.has("again", "back", "half", "toofar", SHARE)
    goes_on |= short.says("same again", "the same again")
    goes_on |= short.deed is None and short.has("more")
    corrects = short.has("no", "instead", "make that", "only") and short.has(NUMBER)
    goes_on |= corrects and short.deed is None  # "no, 3 on the keys"
    waits = short.before.is_open and short.before.asked is not None
    return own_move(short.before, short.pointed) if goes_on and not waits else None


def put_right(told: Sequence[Token]) -> list[Token]:
    """Tokens in which "actually 3", "less, like 3" and "more like 3" say "instead 3"."""
    numbers = [place for place, token in enumerate(told) if token.kind == NUMBER]
    plain = all(token.kind in _OF_A_NUMBER for token in told)
    if len(numbers) != 1 or not plain:
        return list(told)
    before = [
        (place, token) for place, token in enumerate(told[: numbers[0]])
        if token.kind not in (FILLER, VERB) or token.text == "like"
    ]  # fmt: skip
    kinds = [token.text if token.text == "like" else token.kind for _, token in before]
    rights = [place for place, token in enumerate(told) if token.text == "actually"]
    if kinds[:1] in (["more"], ["less"], ["nearer"], ["apart"]) and len(kinds) > 1:
        rights.append(before[0][0])
    return [
        Token("instead", token.value, token.text) if place in rights else token
        for place, token in enumerate(told)
    ]


def _with_just(told: Sequence[Token]) -> list[Token]:
    """Tokens in which a "just" before a stem says "only"."""
    return [
        Token("only", token.value, token.text)
        if token.text == "just" and any(one.stems for one in told[place + 1 : place + 3])
        else token
        for place, token in enumerate(told)
    ]


def _asked_again(short: Short, with_it: bool = False) -> list[ToolCall]:
    """ "and the bass?" behind a question of numbers, or a stem heard alone; "and with the bass"."""
    asked = short.before.asked
    if asked is None or asked.name not in ("measure_levels", "audition"):
        return []
    heard = asked.arguments.get("stems") or ()
    if (
        asked.name == "audition" and len(heard) == 1 and short.only("both", "only", "hear")
    ):  # "both together"
        two = dict.fromkeys(name for turn in short.before.spoken[:2] for name in reversed(turn))
        return [ToolCall(asked.name, {"stems": list(two)[::-1]})] if len(two) == 2 else []
    if not short.stems:
        return []
    if asked.name == "audition" and not heard:
        return []
    beside = asked.name == "audition" and (with_it or short.has("add")) and not short.has("only")
    if not short.only(STEM, "too", "add", "it", "both", "all", "three", "only"):
        return []
    stems = [*heard, *short.stems] if beside else short.stems
    return [ToolCall(asked.name, {"stems": list(dict.fromkeys(stems))})]


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
    if not stems or not short.only(STEM, "too", "flip", "other", "both", "it", SHARE, *_SCALES):
        return []
    last = short.before.deeds[-1]
    if last.name == "shape_sound":
        return [ToolCall(last.name, {**last.arguments, "stem": stem}) for stem in stems]
    if short.deed is None or set(stems) & set(short.deed.stems):
        return []
    deed = _turned(short.deed) if short.has("flip") else _scaled(short, short.deed)
    return deed.for_stems(stems).calls() if deed else []


_SCALES = {"half": 0.5, "double": 2.0}


def _scaled(short: Short, deed: Deed) -> Deed | None:
    """The last change for others by a share of its size: "and the cello, but half as much"."""
    shares = [token.number for token in short.values(SHARE)]
    shares += [_SCALES[token.kind] for token in short.values(*_SCALES)]
    if not shares:
        return deed
    if len(shares) > 1 or deed.tool != "apply_moves":
        return None
    return replace(deed, gain_db=round(deed.gain_db * shares[0], 1))


def _all_the_same_for(short: Short) -> list[ToolCall]:
    """All that was done in the last turn for another stem: "the same with the keys, but left"."""
    sides = {SIDES[token.kind] for token in short.values(*SIDES)}
    names = list(dict.fromkeys(call.name for call in short.before.deeds))
    if not short.stems or not short.has("too") or not short.only(STEM, "too", "flip", *SIDES):
        return []
    if len(names) < 2 and not sides:
        return []
    calls = []
    for name in names:
        deed = as_deed([call for call in short.before.deeds if call.name == name])
        if deed is None or set(deed.stems) & set(short.stems):
            return []
        if name == "set_pan" and sides:
            deed = replace(deed, pan=sides.pop() * abs(deed.pan)) if len(sides) == 1 else None
        calls += deed.for_stems(short.stems).calls() if deed else []
    return [] if sides else calls


def _as_undone(short: Short) -> list[ToolCall]:
    """ "the same for the bass" behind an undo: what was undone, for another stem."""
    deed = as_deed(short.before.undone)
    if deed is None or not short.stems or not short.has("too", "instead"):
        return []
    if not short.only(STEM, "too", "instead", "it", "no") or set(short.stems) & set(deed.stems):
        return []
    return deed.for_stems(short.stems).calls()


def _as_that_one(short: Short) -> list[ToolCall]:
    """ "the bass same as the keys", behind a move of the keys: that move, and no level."""
    plain = [token.text for token in short.values("same")]
    deed, stems = short.deed, short.stems
    if deed is None or plain not in (["same as"], ["the same as"]) or len(stems) < 2:
        return []
    if not short.only(STEM, "same", "it") or short.tokens[-1].stems != deed.stems:
        return []
    new = tuple(name for name in stems if name not in deed.stems)
    return deed.for_stems(new).calls() if deed.tool in ("apply_moves", "set_pan") else []


def _turned(deed: Deed) -> Deed | None:
    if deed.tool == "apply_moves":
        return replace(deed, gain_db=-deed.gain_db)
    return replace(deed, pan=-deed.pan) if deed.tool == "set_pan" else None
