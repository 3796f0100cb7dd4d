"""Stems that were panned, panned anew: "both hard", "halve that", "the other side", "swap them".

One rule: each stays on the side where it is unless the words turn it round.
"""

from assistant.hearing import ToolCall
from assistant.orders.deed import SIDES, Deed
from assistant.orders.lexicon import NUMBER, SHARE
from assistant.orders.short import UNDO, Reads, Short
from assistant.orders.tokens import STEM

_LEAST_PERCENT = 5.0
_FURTHER_PAN = 0.2
_INWARD = 0.3  # of the way to the middle, where no size is said
_SMALL = frozenset({"a bit", "a little", "a little bit", "a touch", "a tad", "slightly"})
_SCALES = {"half": 0.5, "double": 2.0}
_SEVERAL = ("both", "three", STEM)
_CORRECTS = ("no", "not", "meant", "instead", "make that", "only", "toofar")


def _swapped(short: Short, deed: Deed) -> list[ToolCall]:
    """ "swap them": two stems each where the other is, or each moved as the other was."""
    if not short.has("swap") or not short.only("swap", "flip", "it", "both", "no", STEM):
        return []
    stems = short.stems or short.before.panned[:2] or short.before.touched[:2]
    if len(stems) != 2:
        return []
    first, second = stems
    pans = short.scene.pans
    if pans.get(first, 0.0) != pans.get(second, 0.0):
        return [*_panned(first, pans[second]), *_panned(second, pans[first])]
    return []


def moves_swapped(short: Short) -> list[ToolCall]:
    """ "the other way round": two stems, each moved as the other was."""
    last = short.before.deeds[-1]
    moves = last.arguments.get("moves") or () if last.name == "apply_moves" else ()
    gains = {move["stem"]: move["gain_db"] for move in moves}
    if len(gains) != 2 or len(set(gains.values())) != 2 or short.before.asked is not None:
        return []
    if not short.has("swap", "flip") or not short.only("swap", "flip", "it", "both", "no", STEM):
        return []
    if set(short.stems) - set(gains):
        return []
    turned = dict(zip(gains, reversed(gains.values()), strict=True))
    told = [{"stem": stem, "gain_db": gain_db} for stem, gain_db in turned.items()]
    return [UNDO, ToolCall("apply_moves", {"moves": told})]


def placed_anew(short: Short) -> list[ToolCall]:
    """What speaks of places alone, whatever was done last: the other side, towards the middle."""
    return _mirrored(short) or _across(short) or _inward(short)


def _mirrored(short: Short) -> list[ToolCall]:
    """ "the viola the mirror of the cello": as far out as that one, on the other side."""
    kinds = [token.kind for token in short.tokens if token.kind in (STEM, "flip", "it")]
    one = short.stems
    if kinds == [STEM, "flip", "it"] and len(one) == 1 and short.says("mirrors", "mirroring"):
        last = next((name for name in short.before.panned if name not in one), None)
        return _panned(one[0], -short.pan_of(last)) if last and short.pan_of(last) else []
    if kinds != [STEM, "flip", STEM] or not short.only(STEM, "flip", "size") or short.has("not"):
        return []
    stems, others = (one.stems for one in short.values(STEM))
    pan = short.pan_of(others[0]) if len(others) == 1 else 0.0
    if len(stems) != 1 or not pan or stems == others:
        return []
    return _panned(stems[0], -pan)


def _across(short: Short) -> list[ToolCall]:
    """ "put it on the other side, just as far", "the keys 40 to the other side"."""
    said = any("side" in token.text for token in short.values("flip"))
    if not said or not short.before.panned or not short.only(
        STEM, "flip", "too", "it", "no", "meant", NUMBER, "size", "percent", *SIDES
    ):  # fmt: skip
        return []
    last = short.before.panned[0]
    stems = short.stems or tuple(one for one in short.before.focus if short.pan_of(one))
    if len(stems) != 1 or short.has(*SIDES):
        return []
    other = stems[0] if short.pan_of(stems[0]) and stems[0] == last else last
    side = -1.0 if short.pan_of(other) > 0 else 1.0
    size = short.share if short.has(NUMBER, "size") else abs(short.pan_of(other))
    return _panned(stems[0], side * size) if size else []


def _inward(short: Short) -> list[ToolCall]:
    """ "halfway back towards the middle": nearer to it by a share, and never through it."""
    kinds = ("centre", "half", "size", "more", "nearer", "back", "go back", SHARE, "toofar", "no")
    of_a_pan = short.deed is not None and short.deed.tool == "set_pan"
    back = of_a_pan and short.has("back") and not short.has("more")  # "halfway back"
    if not (short.has("centre") or back) or not short.only(*kinds, "it", *_SEVERAL):
        return []
    shares = [token.number for token in short.values(SHARE)]
    shares += [0.5] if short.has("half") else []
    shares += [short.share] if short.has("size") and short.share is not None else []
    if not shares and short.has("more", "nearer"):
        shares = [_INWARD]
    stems = short.stems or _last_panned(short)
    if len(shares) != 1 or not all(map(short.pan_of, stems)):
        return []
    return [call for one in stems for call in _panned(one, (1.0 - shares[0]) * short.pan_of(one))]


def _last_panned(short: Short) -> tuple[str, ...]:
    """The stems of the last change that were panned, else the one that was panned last."""
    if short.has("both"):
        return short.before.panned[:2]
    done = [str(call.arguments["stem"]) for call in short.before.deeds if call.name == "set_pan"]
    return tuple(dict.fromkeys(done)) or short.before.panned[:1]


def _other_side(short: Short, deed: Deed) -> list[ToolCall]:
    """ "no, left", "hard right", "the other side": the last stem panned elsewhere."""
    if not short.only(*_CORRECTS, "it", "flip", "both", *SIDES, NUMBER, "percent", "size"):
        return []
    sides = {SIDES[token.kind] for token in short.values(*SIDES)}
    if short.has("flip") and not sides:
        return [call for stem in _meant(short, deed) for call in _panned(stem, -short.pan_of(stem))]
    if len(sides) != 1 or short.has("both"):
        return []
    if short.has("toofar") and not short.has(NUMBER, "size", "no", "meant", "instead"):
        return []  # "too far left"
    if _is_of_level(short):
        return []
    size = short.share if short.has(NUMBER, "size") else abs(deed.pan)
    return [] if size is None else _panned_as(deed, sides.pop() * size)


def _each_on_its_side(short: Short, deed: Deed) -> list[ToolCall]:
    """ "both hard", "the guitars halfway", "halve that", "40": as far out as is said."""
    factors = [_SCALES[token.kind] for token in short.values(*_SCALES)]
    factors += [token.number for token in short.values(SHARE)]
    sized = short.has(NUMBER, "size")
    if not factors and short.has("toofar") and short.only("toofar", "size", "it", "no", *_SEVERAL):
        small = {str(token.value) for token in short.values("size")} <= _SMALL
        factors = ([1.0 - _INWARD] if sized else [0.5]) if small else []  # "a bit less far out"
        sized = sized and not factors
    scaled = len(factors) == 1
    if scaled == sized or not short.only(
        *_SEVERAL, *_CORRECTS, *_SCALES, SHARE, NUMBER, "size", "percent", "it", "more", "out",
        "ended",
    ):  # fmt: skip
        return []
    if _is_of_level(short):
        return []
    bare = short.only(NUMBER, "percent") and short.number_is_a_share
    corrects = short.has(*_CORRECTS)
    if not (scaled or bare or corrects or short.has("both", "three") or len(short.stems) > 1):
        return []
    stems = _meant(short, deed)
    if not stems or any(not short.pan_of(stem) for stem in stems):
        return []
    if scaled:
        return [call for one in stems for call in _panned(one, factors[0] * short.pan_of(one))]
    if short.share is None:
        return []
    calls = []
    for stem in stems:
        calls += _panned(stem, short.share if short.pan_of(stem) > 0 else -short.share)
    return calls


def _to_both_sides(short: Short, deed: Deed) -> list[ToolCall]:
    """ "wider, hard left and hard right": the two that were panned last, each on its side."""
    if not (short.has("left") and short.has("right")) or short.has("not"):
        return []
    kinds = ("left", "right", "size", NUMBER, "percent", "it", "both", "more", "out", "pan")
    size = short.share if short.has(NUMBER, "size") else None
    stems = short.stems or short.before.panned[:2]
    pans = [short.pan_of(stem) for stem in stems]
    if size is None or not short.only(*kinds, *_CORRECTS, STEM) or len(stems) != 2:
        return []
    if pans[0] * pans[1] >= 0.0:
        return []
    return [
        call
        for stem, pan in zip(stems, pans, strict=True)
        for call in _panned(stem, size if pan > 0 else -size)
    ]


def _is_of_level(short: Short) -> bool:
    """Whether a number is too small for a place in percent: "2 not 3" is of decibels."""
    small = [token.number for token in short.values(NUMBER) if 1.0 < token.number < _LEAST_PERCENT]
    return bool(small) and not short.has("percent", *SIDES)


def _further(short: Short, deed: Deed) -> list[ToolCall]:
    """ "further", "20 more": the same way once more."""
    if not short.has("more", "again") or not deed.pan:
        return []
    if not short.only("more", "again", NUMBER, "size", "it", "percent", "only", "out", *_SEVERAL):
        return []
    size = short.share if short.has(NUMBER, "size") else _FURTHER_PAN
    if size is None or (short.has(NUMBER) and not short.number_is_a_share):
        return []
    calls = []
    for stem in _meant(short, deed):
        pan = short.pan_of(stem)
        to = size if size > abs(pan) else abs(pan) + size  # "further, 80 percent"
        calls += _panned(stem, to if pan > 0 else -to) if pan else []
    return calls


def _meant(short: Short, deed: Deed) -> tuple[str, ...]:
    """The panned stems that are meant: those named, the last two, else the last."""
    if short.stems:
        return short.stems if set(short.stems) <= set(short.before.panned) else ()
    for word, count in (("three", 3), ("both", 2)):
        if short.has(word):
            stems = short.before.panned[:count]
            return stems[::-1] if len(stems) == count else ()
    last = [call for call in short.before.deeds if call.name == "set_pan"]
    if short.has("it") and not short.says("them", "those", "these", "em", "'em"):
        last = last[-1:]
    return tuple(str(call.arguments["stem"]) for call in last) or deed.stems


def _panned(stem: str, pan: float) -> list[ToolCall]:
    return [ToolCall("set_pan", {"stem": stem, "pan": round(max(-1.0, min(1.0, pan)), 4)})]


def _panned_as(deed: Deed, pan: float) -> list[ToolCall]:
    return [call for stem in deed.stems for call in _panned(stem, pan)]


OF_PANS: tuple[Reads, ...] = (_to_both_sides, _other_side, _further, _each_on_its_side)
SWAPS: Reads = _swapped
