"""Short orders that go on from what was done: "same for the keys", "2 more", "too far, half back".

One rule: they mean something only behind a deed; without one nothing is read into them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import prompts
from assistant.hearing import ToolCall
from assistant.orders.before import Before
from assistant.orders.deeds import PLAIN_DB, SIDES, Deed, Scene, as_deed
from assistant.orders.lexicon import FILLER, JOIN, NUMBER, PLACE, SHARE, VERB
from assistant.orders.parts import Part
from assistant.orders.tokens import STEM, STOP, Token
from assistant.said_sides import partners

_QUIET = frozenset({FILLER, VERB, STOP, JOIN, "unit", "to", "push", "pull"})
_WAYS = {"up": 1.0, "down": -1.0}
_FURTHER_PAN = 0.2
_LISTENS = frozenset({"measure_levels", "audition"})  # after these the last change still stands
_UNDO = ToolCall("undo", {})
Roles = tuple[str | None, ...]


@dataclass(frozen=True)
class _Short(Part):
    """What a short text holds, and what it goes on from."""

    scene: Scene = field(kw_only=True)
    before: Before = field(kw_only=True)
    deed: Deed | None = field(kw_only=True)
    roles: Roles = field(kw_only=True)

    def values(self, *kinds: str) -> list[Token]:
        """Tokens of these kinds, those behind "not" left out."""
        return [
            token
            for place, token in enumerate(self.tokens)
            if token.kind in kinds and not (place and self.tokens[place - 1].kind == "not")
        ]

    @property
    def stems(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for t in self.values(STEM) for name in t.stems))

    @property
    def number(self) -> float | None:
        """The number, or the word for a size in dB; None where there is none or two."""
        numbers = [token.number for token in self.values(NUMBER)]
        words = [prompts.GAIN_WORDS.get(str(token.value)) for token in self.values("size")]
        told = [*numbers, *(word for word in words if word is not None)]
        return told[0] if len(told) == 1 else None

    @property
    def share(self) -> float | None:
        """The number as a share of the way to one side."""
        numbers = [token.number for token in self.values(NUMBER)]
        table = prompts.words("pan_words")
        words = [table[str(t.value)] for t in self.values("size") if str(t.value) in table]
        told = [*(n / 100.0 if n > 1.0 else n for n in numbers), *map(float, words)]
        return told[0] if len(told) == 1 else None


def carried(
    told: Sequence[Token], scene: Scene, before: Before, roles: Roles, asks: bool
) -> list[ToolCall]:
    """The calls that a short text asks for by what was done before; none where it asks for none.

    asks: whether it ends in a question mark.
    """
    begins = bool(told) and told[0].text in ("and", "now", "also", "then")
    rest = tuple(token for token in told if token.kind not in _QUIET)
    last = last_deed(before)
    short = _Short(rest, scene=scene, before=before, deed=last, roles=roles)
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
    if last is None:
        return []
    for reads in _READS:
        if calls := reads(short, last):
            return calls
    return []


def last_deed(before: Before) -> Deed | None:
    """The last change as one order: calls of one tool in a row."""
    asked = before.asked
    if not before.deeds or (asked is not None and asked.name not in _LISTENS):
        return None
    name = before.deeds[-1].name
    row = [call for call in before.deeds if call.name == name]
    return as_deed(row) or as_deed(row[-1:])


def _asked_again(short: _Short) -> list[ToolCall]:
    """ "and the bass?" behind a question of numbers, or a stem heard alone."""
    asked = short.before.asked
    if asked is None or asked.name not in ("measure_levels", "audition") or not short.stems:
        return []
    if not short.only(STEM, "too") or (
        asked.name == "audition" and not asked.arguments.get("stems")
    ):
        return []
    return [ToolCall(asked.name, {"stems": list(short.stems)})]


def _rendered_anew(short: _Short, last: ToolCall) -> list[ToolCall]:
    """ "make it four", "the same without effects" behind a render."""
    if not short.only("make that", NUMBER, "takes", "dry", "too", "it", "again", "only", "no"):
        return []
    takes = [int(token.number) for token in short.values(NUMBER)]
    if len(takes) > 1 or not (takes or short.has("dry", "again")):
        return []
    told = {"takes": takes[0]} if takes else {}
    dry = {"effects": False} if short.has("dry") else {}
    return [ToolCall(last.name, {**last.arguments, **told, **dry})]


def _of_the_proposal(short: _Short) -> list[ToolCall]:
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


def _same_for(short: _Short) -> list[ToolCall]:
    """The last change for other stems, turned round where that is said."""
    stems = short.stems or _others(short)
    if not stems or not short.only(STEM, "too", "flip", "other", "both", "it"):
        return []
    last = short.before.deeds[-1]
    if last.name == "shape_sound":
        return [ToolCall(last.name, {**last.arguments, "stem": stem}) for stem in stems]
    if short.deed is None or set(stems) & set(short.deed.stems):
        return []
    deed = _turned(short.deed) if short.has("flip") else short.deed
    return deed.for_stems(stems).calls() if deed else []


def _others(short: _Short) -> tuple[str, ...]:
    """ "the other one": what makes a pair with the stems of the last change."""
    if not short.has("other") or short.deed is None:
        return ()
    done = set(short.deed.stems)
    names = short.scene.names
    meant = {o for stem in done for o in partners(stem, names, short.roles)} - done
    return tuple(meant) if len(meant) == 1 else ()


def _turned(deed: Deed) -> Deed | None:
    if deed.tool == "apply_moves":
        return replace(deed, gain_db=-deed.gain_db)
    return replace(deed, pan=-deed.pan) if deed.tool == "set_pan" else None


def _whose(short: _Short, deed: Deed) -> tuple[str, ...]:
    """The stems that go on: those named, else those of the last change."""
    return short.stems or deed.stems


def _further(short: _Short, deed: Deed) -> list[ToolCall]:
    """ "2 more", "again": the same way once more."""
    if not short.has("more", "again"):
        return []
    if not short.only("more", "again", NUMBER, "size", STEM, "it", "both", "percent", "only"):
        return []
    if short.stems and not set(short.stems) <= set(deed.stems):
        return []
    if deed.tool == "apply_moves":
        same = abs(deed.gain_db) if short.has("again") and not short.has("more") else PLAIN_DB
        size = short.number if short.has(NUMBER, "size") else same
        way = 1.0 if deed.gain_db > 0 else -1.0
        return _gained(deed.for_stems(_whose(short, deed)), None if size is None else way * size)
    if deed.tool == "set_pan" and deed.pan:
        way, far = 1.0 if deed.pan > 0 else -1.0, abs(deed.pan)
        size = short.share if short.has(NUMBER, "size") else _FURTHER_PAN
        if size is None:
            return []
        return _panned(deed, way * (size if size > far else far + size))  # "further, 80 percent"
    return []


def _gained(deed: Deed, gain_db: float | None) -> list[ToolCall]:
    return replace(deed, gain_db=gain_db).calls() if gain_db else []


def _panned(deed: Deed, pan: float) -> list[ToolCall]:
    return replace(deed, pan=round(max(-1.0, min(1.0, pan)), 4)).calls()


def _back(short: _Short, deed: Deed) -> list[ToolCall]:
    """ "too far, 2 back", "half of that": part of the way back."""
    if not short.has("toofar", "back", "half") or not short.only(
        "toofar", "back", "half", NUMBER, "size", "it", "both", STEM, "off", "up", "down", "only",
        "again",
    ):  # fmt: skip
        return []
    if short.stems and not set(short.stems) <= set(deed.stems):
        return []
    if deed.tool == "set_pan" and short.has("half") and not short.has(NUMBER, "size"):
        return _all_panned(short, 0.5)
    if deed.tool != "apply_moves" or not short.has("half", NUMBER, "size"):
        return []
    back = -1.0 if deed.gain_db > 0 else 1.0
    said = {_WAYS.get(token.kind, -1.0) for token in short.values("up", "down", "off")}
    if said and said != {back}:
        return []
    size = abs(deed.gain_db) / 2.0 if short.has("half") else short.number
    return _gained(deed.for_stems(_whose(short, deed)), None if size is None else back * size)


def _by_a_share(short: _Short, deed: Deed) -> list[ToolCall]:
    """ "no, a third of that": with a share of its size; "half as much again": that much more."""
    corrects = ("no", "not", "make that", "instead", "meant", "only", "toofar", "it", "back")
    shares = [token.number for token in short.values(SHARE)]
    if deed.tool != "apply_moves" or len(shares) != 1 or not short.only(SHARE, *corrects, STEM):
        return []
    if short.stems and not set(short.stems) <= set(deed.stems):
        return []
    size, mine = abs(deed.gain_db), deed.for_stems(_whose(short, deed))
    way = 1.0 if deed.gain_db > 0 else -1.0
    if short.has("back"):  # "a third of it back"
        return _gained(mine, -way * round(size * shares[0], 1)) if shares[0] <= 1.0 else []
    return _gained(mine, way * round(size * (shares[0] - 1.0), 1))


def _in_all(short: _Short, deed: Deed) -> list[ToolCall]:
    """ "make it three in all": as far from where the fader was at first."""
    corrects = ("no", "not", "make that", "instead", "meant", "only", "it", "up", "down", "sign")
    if deed.tool != "apply_moves" or not short.has("in all") or len(deed.stems) != 1:
        return []
    if not short.only("in all", NUMBER, "size", STEM, *corrects) or short.number is None:
        return []
    if short.stems and set(short.stems) != set(deed.stems):
        return []
    now = short.scene.faders_db.get(deed.stems[0], 0.0)
    ways = {_WAYS[token.kind] for token in short.values("up", "down")}
    way = ways.pop() if len(ways) == 1 else (1.0 if (now or deed.gain_db) > 0 else -1.0)
    return _gained(deed, round(way * short.number - now, 2))


def _doubled(short: _Short, deed: Deed) -> list[ToolCall]:
    if not short.has("double") or not short.only("double", "it", "both", STEM):
        return []
    if deed.tool == "apply_moves":
        return deed.for_stems(_whose(short, deed)).calls()
    return _all_panned(short, 2.0) if deed.tool == "set_pan" else []


def _swapped(short: _Short, deed: Deed) -> list[ToolCall]:
    """ "swap them": two stems that were panned, each where the other is."""
    if not short.has("swap") or not short.only("swap", "it", "both"):
        return []
    panned = [call for call in short.before.deeds if call.name == "set_pan"]
    if len(panned) != 2:
        return []
    first, second = (call.arguments for call in panned)
    return [
        ToolCall("set_pan", {"stem": one["stem"], "pan": other["pan"]})
        for one, other in ((first, second), (second, first))
    ]


def _all_panned(short: _Short, factor: float) -> list[ToolCall]:
    """The stems that were panned together, all by a factor: "halve both"."""
    panned = [as_deed([call]) for call in short.before.deeds if call.name == "set_pan"]
    several = short.has("both") or not short.has("it")
    meant = panned if several else panned[-1:]
    return [
        call
        for one in meant
        if one is not None and (not short.stems or set(one.stems) <= set(short.stems))
        for call in _panned(one, factor * one.pan)
    ]


def _other_number(short: _Short, deed: Deed) -> list[ToolCall]:
    """ "no, 3", "make that 15", "only 1": what was done with another number."""
    corrects = short.has("no", "not", "make that", "instead", "meant") or short.has("only")
    corrects |= deed.tool == "set_level" and short.has("it")  # "put it at 2 then"
    if not corrects or not short.only(
        "no",
        "not",
        "make that",
        "instead",
        "meant",
        "only",
        NUMBER,
        "size",
        "it",
        "percent",
        "toofar",
    ):
        return []
    if deed.tool == "set_pan":
        side = 1.0 if deed.pan > 0 else -1.0
        return [] if short.share is None else _panned(deed, side * short.share)
    size = short.number
    if size is None:
        return []
    if deed.tool == "set_level":
        side = 1.0 if deed.relative_lu > 0 else -1.0
        return replace(deed, relative_lu=side * size).calls()
    if deed.tool == "apply_moves":
        side = 1.0 if deed.gain_db > 0 else -1.0
        return [_UNDO, *_gained(deed, side * size)] if size != abs(deed.gain_db) else []
    return []


def _other_stem(short: _Short, deed: Deed) -> list[ToolCall]:
    """ "no, the bass", "i meant the other one": what was done, for other stems."""
    if not short.has("no", "meant", "not", "other", "instead") or not short.only(
        "no", "meant", "not", "other", "instead", STEM, "it", "only", "make that"
    ):
        return []
    stems = short.stems or _others(short)
    if not stems or set(stems) == set(deed.stems):
        return []
    return [_UNDO, *deed.for_stems(stems).calls()]


def _other_side(short: _Short, deed: Deed) -> list[ToolCall]:
    """ "no, left", "hard right", "the other side": the last stem panned elsewhere."""
    if deed.tool != "set_pan" or not short.only(
        "no", "not", "meant", "instead", "make that", "it", "flip", *SIDES, NUMBER, "percent",
        "size", "only",
    ):  # fmt: skip
        return []
    sides = {SIDES[token.kind] for token in short.values(*SIDES)}
    if short.has("flip") and not sides:
        return _all_panned(short, -1.0)
    if len(sides) != 1:
        return []
    size = short.share if short.has(NUMBER, "size") else abs(deed.pan)
    return [] if size is None else _panned(deed, sides.pop() * size)


def _other_way(short: _Short, deed: Deed) -> list[ToolCall]:
    """ "no, down": what was done, the other way."""
    if deed.tool != "apply_moves" or not short.has("no", "meant", "not", "instead", "flip"):
        return []
    if not short.only(
        "no", "meant", "not", "instead", "flip", "up", "down", "it", NUMBER, "make that"
    ):
        return []
    ways = {_WAYS[token.kind] for token in short.values("up", "down")}
    own = 1.0 if deed.gain_db > 0 else -1.0
    if short.has("flip") and not ways:
        ways = {-own}
    if ways != {-own}:
        return []
    size = short.number if short.has(NUMBER) else abs(deed.gain_db)
    return [] if size is None else [_UNDO, *_gained(deed, -own * size)]


def _mute_taken_back(short: _Short, deed: Deed) -> list[ToolCall]:
    """ "both back": what was muted comes back; "everything back": all that is muted."""
    if deed.tool != "set_mute" or not deed.muted or not short.has("back"):
        return []
    if not short.only("back", "it", "both", STEM, "all"):
        return []
    stems = _whose(short, deed)
    if short.has("all") or (short.has("both") and len(short.scene.muted) == 2):
        stems = tuple(name for name in short.scene.names if name in short.scene.muted)
    return replace(deed, stems=stems, muted=False).calls()


Reads = Callable[[_Short, Deed], list[ToolCall]]
_READS: tuple[Reads, ...] = (
    _in_all, _by_a_share, _further, _back, _doubled, _swapped, _other_number, _other_side,
    _other_way, _other_stem, _mute_taken_back,
)  # fmt: skip
