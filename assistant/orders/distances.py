"""A distance between stems set anew: "1 under is plenty", "2 closer", "further apart".

One rule: what the stem is set against stays.
"""

from dataclasses import replace

from assistant.hearing import ToolCall
from assistant.orders.deed import Deed
from assistant.orders.lexicon import NUMBER
from assistant.orders.short import Reads, Short

_PLAIN_LU = 1.0  # "a bit closer" without a size


def _placed_anew(short: Short, deed: Deed) -> list[ToolCall]:
    """ "1 under is plenty": the same stem, another distance."""
    numbers = [token.number for token in short.values(NUMBER)]
    if deed.tool != "set_level" or not short.has("above", "below") or len(numbers) != 1:
        return []
    corrects = ("no", "instead", "only", "enough", "make that", "it", "toofar", "size")
    if not short.only("above", "below", NUMBER, *corrects):
        return []
    sides = {token.kind for token in short.values("above", "below")}
    if len(sides) != 1:
        return []
    side = 1.0 if sides == {"above"} else -1.0
    return replace(_of_these(short, deed), relative_lu=side * numbers[0]).calls()


def _of_these(short: Short, deed: Deed) -> Deed:
    """The last change for those of its stems that are spoken of beside: "the hat is too loud"."""
    about = tuple(stem for stem in deed.stems if stem in short.scene.about)
    return deed.for_stems(about) if about else deed


def _nearer(short: Short, deed: Deed) -> list[ToolCall]:
    """ "2 closer", "1 further away": less or more between a stem and what it is set against."""
    if deed.tool != "set_level" or not deed.relative_lu:
        return []
    if not short.only("nearer", "apart", NUMBER, "size", "it", "more", "less", "only", "toofar"):
        return []
    nearer = short.has("nearer") or (short.has("apart") and short.has("less"))
    if not nearer and not (short.has("apart") or short.has("more") and short.says("further")):
        return []
    size = short.number if short.has(NUMBER, "size") else _PLAIN_LU
    if size is None:
        return []
    side = 1.0 if deed.relative_lu > 0 else -1.0
    far = abs(deed.relative_lu) + (-size if nearer else size)
    return replace(deed, relative_lu=round(side * far, 2)).calls()


def _level_with_it(short: Short, deed: Deed) -> list[ToolCall]:
    """ "hmm, equal actually": as loud as what the stem was set against."""
    if deed.tool != "set_level" or not deed.relative_lu or not short.has("same"):
        return []
    if not short.only("same", "it", "both", "no", "instead", "only", "make that"):
        return []
    return replace(deed, relative_lu=0.0).calls()


OF_DISTANCES: tuple[Reads, ...] = (_placed_anew, _nearer, _level_with_it)
