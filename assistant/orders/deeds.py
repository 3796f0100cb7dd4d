"""What one part of a text orders: a move, a level, a place, a mute, a solo.

One rule: a part that says two things at once, or leaves out what it needs, orders nothing.
"""

from dataclasses import replace

import prompts
from assistant.orders.deed import (
    PLAIN_DB,
    PLAIN_PAN,
    QUIET,
    SIDES,
    SIZED,
    Deed,
    Scene,
    is_sized,
    size_of,
    subject,
)  # fmt: skip
from assistant.orders.levelled import is_to_a_stem, level_of, level_too
from assistant.orders.lexicon import FILLER, SHARE, VERB
from assistant.orders.moved import as_far, move_of, way_of
from assistant.orders.parts import Part
from assistant.orders.tokens import STEM
from assistant.said_sides import side_of

_LEAVES = frozenset("take taking leave keep get want have let".split())
_FILES = frozenset("stems tracks mix files".split())
_PARTLY = ("halfway", "half")  # and not all the way
_WHOLLY = ("fully", "all the way")  # what a mute may be besides


def deed_of(part: Part, scene: Scene) -> Deed | None:
    """What a part orders; None where it is no plain order."""
    if comes := comes_in(part, scene):
        return comes
    if part.has("too") and part.is_bare and scene.last:  # "the viola likewise"
        new = tuple(name for name in part.stems if name not in scene.last.stems)
        return scene.last.for_stems(new) if new else None
    if part.has("ended", "in all") and part.has("too", "same"):
        return as_far(part, scene)
    if part.has("above", "below", "same", "against", "match"):
        return level_of(part, scene)
    if part.has("sign") and not part.has("add", "up", "down") and is_to_a_stem(part):
        return level_of(part, scene)  # "the bass -2 to the kick"
    if part.has("mute", "unmute"):
        return _mute(part, scene)
    if goes := _goes_out(part, scene):
        return goes
    if part.has("solo", "hear"):
        return _solo(part, scene)
    if part.has(*SIDES, "pan", "percent"):
        return _pan(part, scene)
    if part.has("off") and not is_sized(part) and _ends_with(part, "off"):
        return _mute(part, scene)
    if part.stems and scene.last and scene.last.tool == "set_level" and not way_of(part):
        return level_too(part, scene.last)
    return move_of(part, scene)


def refined(deed: Deed, part: Part) -> Deed | None:
    """An order with the size that the words behind it give: "down, 3 dB", "left, say 25 %"."""
    kinds = frozenset({FILLER, "unit", "percent", "only"} | SIZED)
    same_side = part.has(*SIDES) and deed.tool == "set_pan" and bool(deed.pan)
    if same_side:
        sides = {SIDES[token.kind] for token in part.of(*SIDES)}
        same_side = sides == {1.0 if deed.pan > 0 else -1.0}
        kinds |= {"left", "right"} if same_side and abs(deed.pan) == PLAIN_PAN else frozenset()
    if not part.only(*kinds) or part.stems:
        return None
    if deed.tool == "apply_moves" and abs(deed.gain_db) == PLAIN_DB and not part.has("percent"):
        size, sign = size_of(part, prompts.GAIN_WORDS, 0.0), part.of("sign")
        way = 1.0 if deed.gain_db > 0 else -1.0
        if sign and (sign[0].text == "+") != (way > 0):
            return None
        return replace(deed, gain_db=way * size) if size else None
    if deed.tool == "set_pan" and deed.pan:
        size = _share(part)
        return replace(deed, pan=size if deed.pan > 0 else -size) if size else None
    return None


def _mute(part: Part, scene: Scene) -> Deed | None:
    stems = subject(part, scene)
    if not part.stems and part.has("unmute") and part.has("it") and len(scene.muted) == 1:
        stems = tuple(scene.muted)
    if part.has("unmute") and part.has("both") and len(scene.muted) == 2 and not part.stems:
        stems = tuple(name for name in scene.names if name in scene.muted)
    if part.has("unmute") and part.has("all", "rest") and not part.stems and scene.muted:
        stems = tuple(name for name in stems if name in scene.muted)
    if not stems or (part.has("mute") and part.has("unmute")):
        return None
    if not part.only(*QUIET, "mute", "unmute", "off", "in all", "size"):
        return None
    if any(token.value not in _WHOLLY for token in part.of("size")):
        return None
    return Deed("set_mute", stems, muted=not part.has("unmute"))


def comes_in(part: Part, scene: Scene) -> Deed | None:
    """ "crowd on", "the horns can come in too", "let it in": of stems that are muted."""
    stems = subject(part, scene)
    if not stems or not set(stems) <= scene.muted or part.has("all", "rest"):
        return None
    speaks = any(token.text in ("in", "on", "back", "return") for token in part.tokens)
    if not speaks or not part.only(*QUIET, "back", "again"):
        return None
    return Deed("set_mute", stems)


def _goes_out(part: Part, scene: Scene) -> Deed | None:
    """ "the riser out", "take the riser out of it"."""
    verbs = {token.text for token in part.of(VERB)}
    if not verbs <= _LEAVES or not part.stems or is_sized(part):
        return None
    of_it = part.has("off") and part.has("it") and part.first("off") > part.first(STEM)
    of_it = of_it and any(token.text == "out of" for token in part.of("off"))
    if any(token.text in _FILES for token in part.tokens):
        return None  # "the stems out" are files
    if not part.only(*QUIET, "out", "off") or not (of_it or _ends_with(part, "out")):
        return None
    return Deed("set_mute", part.stems, muted=True)


def _ends_with(part: Part, word: str) -> bool:
    """Whether a word is the last, but for "for a moment", "please" and the like."""
    told = [token for token in part.tokens if token.kind != FILLER]
    return bool(told) and told[-1].text == word


def _solo(part: Part, scene: Scene) -> Deed | None:
    stems = subject(part, scene)
    if part.stems and part.has("it"):  # "solo that with the kick"
        stems = tuple(dict.fromkeys((*scene.it, *stems)))
    if not stems or part.has("all", "rest") or not part.only(*QUIET, "solo", "hear", "up"):
        return None
    return Deed("audition", stems)


def _pan(part: Part, scene: Scene) -> Deed | None:
    kinds = (
        QUIET
        | SIZED
        | {SHARE, *SIDES, "pan", "percent", "off", "more", "up", "down", "back", "half", "go back"}
    )
    sides = {SIDES[token.kind] for token in part.of(*SIDES)}
    stems = subject(part, scene)
    if not part.only(*kinds) or len(sides) > 1 or not stems:
        return None
    if part.has("up", "down", "sign", "off") or (part.has("back", "go back") and sides != {0.0}):
        return None
    if sides == {0.0} and (
        part.has("half", SHARE) or any(t.value in _PARTLY for t in part.of("size"))
    ):
        return None  # on the way to the centre: from where, the place before tells
    if not sides:
        if not (part.has("percent") and scene.last and scene.last.tool == "set_pan"):
            return None
        sides = {1.0 if scene.last.pan > 0 else -1.0}
    side = sides.pop()
    size = _share(part)
    if part.has("too") and scene.last and scene.last.tool == "set_pan" and not is_sized(part):
        size = abs(scene.last.pan)  # "and the keys right by the same"
    if size is None or (part.has("more") and not part.numbers):
        return None
    return Deed("set_pan", stems, pan=round(side * size, 4))


def _share(part: Part) -> float | None:
    """How far to the side, 0 to 1; None where two sizes are said."""
    if part.has(SHARE):  # "a third to the left"
        shares = [token.number for token in part.of(SHARE)]
        return shares[0] if len(shares) == 1 and not is_sized(part) and shares[0] <= 1 else None
    size = size_of(part, prompts.words("pan_words"), PLAIN_PAN)
    if size is not None and part.numbers and (part.has("percent") or size > 1.0):
        size /= 100.0
    return size


def as_far_each(first: Deed, second: Deed, part: Part) -> list[Deed]:
    """ "altos left, tenors right, halfway each": both as far out as the words behind them say."""
    if {first.tool, second.tool} != {"set_pan"} or not part.has("both") or part.stems:
        return []
    size = _share(part) if part.only(FILLER, "both", "percent", *SIZED) and is_sized(part) else None
    if not size or not first.pan or not second.pan:
        return []
    return [replace(one, pan=size if one.pan > 0 else -size) for one in (first, second)]


def spread(deed: Deed, part: Part) -> list[Deed] | None:
    """A pair panned apart: "pan the guitars hard left" and then "right"; None where it is none.

    part: one that says a side and nothing else.
    """
    sides = {SIDES[token.kind] for token in part.of("left", "right")}
    if deed.tool != "set_pan" or len(deed.stems) != 2 or len(sides) != 1 or not deed.pan:
        return None
    if not part.only(FILLER, "left", "right", "size"):
        return None
    ways = {name: side_of(name) for name in deed.stems}
    if set(ways.values()) != {"left", "right"}:
        return None
    size = abs(deed.pan)
    return [
        replace(deed, stems=(name,), pan=-size if way == "left" else size)
        for name, way in ways.items()
    ]
