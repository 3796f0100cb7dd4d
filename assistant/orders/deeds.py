"""What one part of a text orders: a move, a level, a place, a mute, a solo.

One rule: a part that says two things at once, or leaves out what it needs, orders nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import prompts
from assistant.hearing import ToolCall
from assistant.orders.lexicon import FILLER, NUMBER, SHARE, VERB
from assistant.orders.parts import Part
from assistant.orders.tokens import STEM
from assistant.said_sides import side_of

PLAIN_DB = 2.0  # "up" without a size
PLAIN_PAN = 0.5  # "left" without one
_WAYS = {"up": 1.0, "down": -1.0, "off": -1.0, "more": 1.0, "less": -1.0, "add": 1.0, "cut": -1.0}
SIDES = {"left": -1.0, "right": 1.0, "centre": 0.0}
_SUBJECT = frozenset({STEM, "it", "both", "three", "all", "rest", "other", "too"})
_THEM = frozenset("them those these they 'em em that".split())
_PERSON = frozenset("her him she he".split())
_ANOTHER = frozenset({"another", "further", "farther"})  # the way that it went before
_QUIET = frozenset({FILLER, VERB, "push", "pull", "to", "unit", "only", "instead"}) | _SUBJECT
_WHOLLY = ("fully", "all the way")  # what a mute may be besides
_SIZED = frozenset({NUMBER, "size", "sign"})


@dataclass(frozen=True)
class Deed:
    """One order. tool: the one that does it; what belongs to it stands in the fields of that tool.

    Gains and levels in dB or LU, pan -1 (left) to 1 (right).
    """

    tool: str
    stems: tuple[str, ...]
    gain_db: float = 0.0
    relative_lu: float = 0.0
    against: str | None = None
    pan: float = 0.0
    muted: bool = False

    def for_stems(self, stems: tuple[str, ...]) -> "Deed":
        """The same for other stems."""
        return replace(self, stems=stems)

    def calls(self) -> list[ToolCall]:
        """The calls that do it."""
        if self.tool == "apply_moves":
            moves = [{"stem": stem, "gain_db": self.gain_db} for stem in self.stems]
            return [ToolCall("apply_moves", {"moves": moves})]
        if self.tool == "audition":
            return [ToolCall("audition", {"stems": list(self.stems)})]
        return [ToolCall(self.tool, self._arguments(stem)) for stem in self.stems]

    def _arguments(self, stem: str) -> dict[str, object]:
        if self.tool == "set_level":
            told: dict[str, object] = {"stem": stem, "relative_lu": self.relative_lu}
            return told | ({"against": self.against} if self.against else {})
        if self.tool == "set_pan":
            return {"stem": stem, "pan": self.pan}
        return {"stem": stem, "muted": self.muted}


@dataclass(frozen=True)
class Scene:
    """What a part is read against.

    it: the stems that "it" means. last: the order before it in the same text, if any.
    """

    names: tuple[str, ...]
    anchor: str | None
    it: tuple[str, ...] = ()
    last: Deed | None = None
    kept: frozenset[str] = frozenset()  # stems that "all" and "the rest" leave out
    gains_db: Mapping[str, float] = field(default_factory=dict)  # each stem's last move
    faders_db: Mapping[str, float] = field(default_factory=dict)  # where each stem's fader is
    muted: frozenset[str] = frozenset()  # now
    touched: tuple[str, ...] = ()  # stems that were changed, the latest first
    singer: str | None = None  # whom "her" and "him" mean
    about: tuple[str, ...] = ()  # the stems of what is said besides
    of_level: bool = False  # whether that says how loud something is
    pans: Mapping[str, float] = field(default_factory=dict)  # where each stem is now
    against: Mapping[str, str] = field(default_factory=dict)  # whom a pronoun was set against
    pair: tuple[str, ...] = ()  # the two that were spoken of just before, side by side
    advised: Mapping[str, float] = field(default_factory=dict)  # what is proposed, or was


def deed_of(part: Part, scene: Scene) -> Deed | None:
    """What a part orders; None where it is no plain order."""
    if part.has("too") and part.is_bare and scene.last:  # "the viola likewise"
        new = tuple(name for name in part.stems if name not in scene.last.stems)
        return scene.last.for_stems(new) if new else None
    if part.has("ended", "in all") and part.has("too", "same"):
        return _as_far(part, scene)
    if part.has("above", "below", "same", "against", "match"):
        return _level(part, scene)
    if part.has("sign") and not part.has("add", "up", "down") and _to_a_stem(part):
        return _level(part, scene)  # "the bass -2 to the kick"
    if part.has("mute", "unmute"):
        return _mute(part, scene)
    if part.has("solo", "hear"):
        return _solo(part, scene)
    if part.has(*SIDES, "pan", "percent"):
        return _pan(part, scene)
    if part.has("off") and not _is_sized(part) and part.tokens[-1].text == "off":
        return _mute(part, scene)
    if part.tokens[-1].text == "on" and part.stems and set(part.stems) <= scene.muted:
        return Deed("set_mute", part.stems) if part.only(*_QUIET) else None  # "crowd on"
    if part.stems and scene.last and scene.last.tool == "set_level" and not _way(part):
        return _level_too(part, scene.last)
    return _move(part, scene)


def refined(deed: Deed, part: Part) -> Deed | None:
    """An order with the size that the words behind it give: "down, 3 dB", "left, say 25 %"."""
    kinds = frozenset({FILLER, "unit", "percent", "only"} | _SIZED)
    same_side = part.has(*SIDES) and deed.tool == "set_pan" and bool(deed.pan)
    if same_side:
        sides = {SIDES[token.kind] for token in part.of(*SIDES)}
        same_side = sides == {1.0 if deed.pan > 0 else -1.0}
        kinds |= {"left", "right"} if same_side and abs(deed.pan) == PLAIN_PAN else frozenset()
    if not part.only(*kinds) or part.stems:
        return None
    if deed.tool == "apply_moves" and abs(deed.gain_db) == PLAIN_DB and not part.has("percent"):
        size, sign = _size(part, prompts.GAIN_WORDS, 0.0), part.of("sign")
        way = 1.0 if deed.gain_db > 0 else -1.0
        if sign and (sign[0].text == "+") != (way > 0):
            return None
        return replace(deed, gain_db=way * size) if size else None
    if deed.tool == "set_pan" and deed.pan:
        size = _share(part)
        return replace(deed, pan=size if deed.pan > 0 else -size) if size else None
    return None


def subject(part: Part, scene: Scene) -> tuple[str, ...]:
    """The stems that a part is about; none where it does not say."""
    if part.has("rest") or (part.has("all") and not part.stems):
        kept = scene.kept or (frozenset(scene.it) if part.has("rest") else scene.kept)
        return tuple(name for name in scene.names if name not in kept)
    if part.stems:
        return part.stems
    for word, count in (("three", 3), ("both", 2)):
        if part.has(word):
            last = scene.touched[:count]
            return scene.it if len(scene.it) == count else last if len(last) == count else ()
    several = any(token.text in _THEM for token in part.of("it"))
    return scene.it if len(scene.it) == 1 or several else ()


def _move(part: Part, scene: Scene) -> Deed | None:
    if not part.only(*_QUIET, *_SIZED, *_WAYS, "back", SHARE):
        return None
    if part.has(SHARE):
        return _move_by_share(part, scene)
    way = _way(part)
    if any(token.text in _ANOTHER for token in part.of("more")) and not part.has("up", "down"):
        way = _way_before(part.stems or scene.it, scene)
        if way is None:
            return None  # nobody said which way
    if way is None and not part.has("sign") and _goes_on(part, scene):
        way = 1.0 if scene.last and scene.last.gain_db > 0 else -1.0
    before = scene.last
    as_before = part.has("too") and before is not None and before.tool == "apply_moves"
    plain_db = abs(before.gain_db) if before and as_before else PLAIN_DB  # "by the same amount"
    size = _size(part, prompts.GAIN_WORDS, plain_db)
    if part.has("sign"):
        sign = 1.0 if part.of("sign")[0].text == "+" else -1.0
        way = sign if way in (None, sign) else None
    stems = subject(part, scene)
    if way is None or size is None or not stems or not size or _to_a_level(part):
        return None
    if part.has("cut", "add", "off") and not part.has("up", "down") and not _is_sized(part):
        return None  # "cut the drums"
    if part.has("off") and _stands_between(part, "off", STEM):
        return None  # "the harmony at minus 9 from the vocal"
    return Deed("apply_moves", stems, gain_db=way * size)


def _way_before(stems: tuple[str, ...], scene: Scene) -> float | None:
    """The way that stems were moved or advised to go last; None where they were not, or both."""
    ways = {scene.gains_db.get(name) or scene.advised.get(name) for name in stems}
    signs = {None if not gain_db else 1.0 if gain_db > 0 else -1.0 for gain_db in ways}
    return signs.pop() if len(signs) == 1 else None


def _as_far(part: Part, scene: Scene) -> Deed | None:
    """ "the bass the same as the keys ended up": all the way that another has come."""
    place = part.first("too", "same")
    stems, model = Part(part.tokens[:place]).stems, Part(part.tokens[place:]).stems
    if not stems and len(model) == 2:  # "the same for the bass as the keys ended up with"
        stems, model = model[:1], model[1:]
    if len(model) != 1 or not stems or model[0] in stems:
        return None
    if not part.only(*_QUIET, "ended", "same", "in all", "up", "down"):
        return None
    gain_db = round(scene.faders_db.get(model[0], 0.0), 2)
    return Deed("apply_moves", stems, gain_db=gain_db) if gain_db else None


def _move_by_share(part: Part, scene: Scene) -> Deed | None:
    """ "the guitar half as much": by a share of the move before it."""
    before, shares = scene.last, part.of(SHARE)
    if before is None or before.tool != "apply_moves" or len(shares) != 1 or _is_sized(part):
        return None
    way = _way(part) or (1.0 if before.gain_db > 0 else -1.0)
    if not part.stems or part.has("back", "off") or set(part.stems) & set(before.stems):
        return None
    return Deed(
        "apply_moves", part.stems, gain_db=way * _by_share(before.gain_db, shares[0].number)
    )


def _by_share(gain_db: float, share: float) -> float:
    """How far a share of a move is, to a tenth of a dB."""
    return round(abs(gain_db) * share, 1)


def _goes_on(part: Part, scene: Scene) -> bool:
    """Whether a part says how far for its stems and leaves the way to the order before it."""
    before = scene.last
    return bool(before and before.tool == "apply_moves" and part.stems and _is_sized(part))


def _way(part: Part) -> float | None:
    """Up (1), down (-1), or None where a part says neither or both."""
    pushed = part.has("push") and part.has("back"), part.has("pull") and part.has("back")
    ways = {_WAYS[token.kind] for token in part.tokens if token.kind in _WAYS}
    if part.has("up", "down") and part.has("more", "cut", "add", "off"):
        ways = {_WAYS[token.kind] for token in part.of("up", "down")}
    if any(pushed) or (part.has("back") and part.has("down")):
        ways |= {-1.0}
    elif part.has("back"):
        return None
    if not ways and part.has("push"):
        ways = {1.0}
    return ways.pop() if len(ways) == 1 else None


def _stands_between(part: Part, kind: str, of: str) -> bool:
    """Whether a token stands between two of another kind."""
    place = part.first(kind)
    before, behind = Part(part.tokens[:place]), Part(part.tokens[place + 1 :])
    return before.has(of) and behind.has(of)


def _to_a_level(part: Part) -> bool:
    """Whether a number is where a fader is to stand: "up to 5"."""
    return any(
        token.kind == "to" and token.text == "to" and behind.kind in (NUMBER, "sign")
        for token, behind in zip(part.tokens, part.tokens[1:], strict=False)
    )


def _to_a_stem(part: Part) -> bool:
    """Whether a "to" stands behind a number and before a stem, an "it" or the anchor."""
    place = max((n for n, token in enumerate(part.tokens) if token.text == "to"), default=-1)
    before, behind = Part(part.tokens[: max(place, 0)]), Part(part.tokens[place + 1 :])
    return place > 0 and before.has(NUMBER) and behind.has(STEM, "it", "anchor")


def _is_sized(part: Part) -> bool:
    return part.has(NUMBER, "size")


def _size(part: Part, table: Mapping[str, float], plain: float) -> float | None:
    """How far: the one number, or the one word for a size; None where there are two."""
    numbers, words = part.numbers, [str(token.value) for token in part.of("size")]
    known = [table[word] for word in words if word in table]
    if len(numbers) == 1 and not known:
        return numbers[0]
    if not numbers and len(words) == len(known):
        return max(known, default=plain) if len(set(known)) <= 1 or "way" in words else None
    return None


def _level(part: Part, scene: Scene) -> Deed | None:
    kinds = _QUIET | _SIZED | {"above", "below", "same", "against", "match", "up", "down", "back"}
    kinds |= {"anchor"}
    if not part.only(*kinds):
        return None
    place = part.first("above", "below", "same", "against")
    if part.has("match") or (place < 0 and part.has("to")):
        place = max((n for n, token in enumerate(part.tokens) if token.kind == "to"), default=place)
    before, behind = Part(part.tokens[: max(place, 0)]), Part(part.tokens[max(place, 0) + 1 :])
    if part.has("match") and place < 0:
        before, behind = part, Part(())  # "make the keys match"
    stems, against = _sides_of(before, behind, scene)
    if not stems or not against or against in stems:
        return None
    level = _level_lu(part, before, scene.last)
    if level is None:
        return None
    other = None if against == scene.anchor else against
    return Deed("set_level", stems, relative_lu=level, against=other)


def _level_too(part: Part, last: Deed) -> Deed | None:
    """ "and the keys 8" behind "the bass 6 under the kick"."""
    if not part.only(*_QUIET, NUMBER, "sign") or len(part.numbers) != 1:
        return None
    signs = part.of("sign")
    way = -1.0 if last.relative_lu < 0 else 1.0
    if signs:
        way = 1.0 if signs[0].text == "+" else -1.0
    stems = tuple(name for name in part.stems if name != last.against)
    return replace(last, stems=stems, relative_lu=way * part.numbers[0]) if stems else None


def _sides_of(before: Part, behind: Part, scene: Scene) -> tuple[tuple[str, ...], str | None]:
    """The stems to be placed, and the one that they are placed against."""
    stems, others = before.stems, behind.stems
    if before.has("all", "rest", "both") and not stems:
        return (), None
    last = scene.last
    if last and last.tool == "set_level" and not stems and not others:  # "no, 6 below it"
        return last.stems, last.against or scene.anchor
    if not stems and len(others) == 2 and _for_the_last(behind):  # "6 under A for B"
        stems, others = others[1:], others[:1]
    if not stems and before.has("it"):
        stems = tuple(name for name in scene.it if name not in others)
    if not others and stems:  # "3 under her", behind "2 under her"
        as_before = {scene.against.get(token.text) for token in behind.of("it")} - {None, *stems}
        others = tuple(name for name in as_before if name)
    if not others and scene.singer and any(t.text in _PERSON for t in behind.of("it")):
        others = (scene.singer,)
    if not stems and len(others) == 1 and behind.has("it") and behind.tokens[-1].stems == others:
        stems, others = others, ()  # "2 above that the bass"
    if not others and behind.has("it"):
        others = tuple(name for name in scene.it if name not in stems)
    beside = behind.has("it") or not behind.tokens
    if not others and beside and len(stems) == 1 and stems[0] in scene.pair:
        others = tuple(name for name in scene.pair if name not in stems)
    if not stems and others and not behind.has("it"):
        stems = tuple(name for name in scene.it if name not in others)
    if not others and behind.has("anchor") and scene.anchor:
        others = (scene.anchor,)
    if not others and len(stems) == 2 and not behind.has("it"):  # "A and B at the same level"
        first, second = stems
        stems, others = ((second,), (first,)) if first == scene.anchor else ((first,), (second,))
    if not others and stems and scene.anchor not in stems and not behind.has("other"):
        others = (scene.anchor,) if scene.anchor and behind.is_silent else ()
    return stems, others[0] if len(others) == 1 else None


def _for_the_last(part: Part) -> bool:
    """Whether a "for" stands right before the last stem, or before its article."""
    place = max((n for n, token in enumerate(part.tokens) if token.kind == STEM), default=0)
    before = [token.text for token in part.tokens[:place] if token.text not in ("the", "my", "our")]
    return before[-1:] == ["for"]


def _level_lu(part: Part, before: Part, last: Deed | None) -> float | None:
    """The level that is asked for, in LU; None where it is not said."""
    if part.has("same", "match"):
        return None if part.has(NUMBER, "size", "above", "below") else 0.0
    size = _size(part, prompts.GAIN_WORDS, 0.0)
    signs = part.of("sign")
    if part.has("too") and last is not None and last.tool == "set_level" and not size:
        size = abs(last.relative_lu)  # "the same under it"
        return -size if part.has("below") else size if part.has("above") else None
    if size is None or not (part.has(NUMBER) or part.has("size")):
        return None
    if part.has("above", "below"):
        if signs or (before.has("up", "down") and not part.has("to")):
            return None
        way = {1.0 for _ in part.of("above")} | {-1.0 for _ in part.of("below")}
        return way.pop() * size if len(way) == 1 else None
    if not signs:  # "minus 6 relative to the lead"
        return -size if before.has("down") and not before.has("up") else None
    return size if signs[0].text == "+" else -size


def _mute(part: Part, scene: Scene) -> Deed | None:
    stems = subject(part, scene)
    if not stems and part.has("unmute") and part.has("it") and len(scene.muted) == 1:
        stems = tuple(scene.muted)
    if part.has("unmute") and part.has("both") and len(scene.muted) == 2 and not part.stems:
        stems = tuple(name for name in scene.names if name in scene.muted)
    if part.has("unmute") and part.has("all", "rest") and not part.stems and scene.muted:
        stems = tuple(name for name in stems if name in scene.muted)
    if not stems or (part.has("mute") and part.has("unmute")):
        return None
    if not part.only(*_QUIET, "mute", "unmute", "off", "in all", "size"):
        return None
    if any(token.value not in _WHOLLY for token in part.of("size")):
        return None
    return Deed("set_mute", stems, muted=not part.has("unmute"))


def _solo(part: Part, scene: Scene) -> Deed | None:
    stems = subject(part, scene)
    if not stems or part.has("all", "rest") or not part.only(*_QUIET, "solo", "hear", "up"):
        return None
    return Deed("audition", stems)


def _pan(part: Part, scene: Scene) -> Deed | None:
    kinds = (
        _QUIET
        | _SIZED
        | {SHARE, *SIDES, "pan", "percent", "off", "more", "up", "down", "back", "half", "go back"}
    )
    sides = {SIDES[token.kind] for token in part.of(*SIDES)}
    stems = subject(part, scene)
    if not part.only(*kinds) or len(sides) > 1 or not stems:
        return None
    if part.has("up", "down", "sign", "off") or (part.has("back", "go back") and sides != {0.0}):
        return None
    if not sides:
        if not (part.has("percent") and scene.last and scene.last.tool == "set_pan"):
            return None
        sides = {1.0 if scene.last.pan > 0 else -1.0}
    side = sides.pop()
    size = _share(part)
    if part.has("too") and scene.last and scene.last.tool == "set_pan" and not _is_sized(part):
        size = abs(scene.last.pan)  # "and the keys right by the same"
    if size is None or (part.has("more") and not part.numbers):
        return None
    return Deed("set_pan", stems, pan=round(side * size, 4))


def _share(part: Part) -> float | None:
    """How far to the side, 0 to 1; None where two sizes are said."""
    if part.has(SHARE):  # "a third to the left"
        shares = [token.number for token in part.of(SHARE)]
        return shares[0] if len(shares) == 1 and not _is_sized(part) and shares[0] <= 1 else None
    size = _size(part, prompts.words("pan_words"), PLAIN_PAN)
    if size is not None and part.numbers and (part.has("percent") or size > 1.0):
        size /= 100.0
    return size


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


def as_deed(calls: Sequence[ToolCall]) -> Deed | None:
    """Calls of one tool as the order that they were; None where they differ in more than stems."""
    if not calls or len({call.name for call in calls}) > 1:
        return None
    name = calls[0].name
    if name == "apply_moves":
        moves = [move for call in calls for move in call.arguments.get("moves", ())]
        gains = {move["gain_db"] for move in moves}
        stems = tuple(str(move["stem"]) for move in moves)
        return Deed(name, stems, gain_db=gains.pop()) if len(gains) == 1 else None
    told = [{k: v for k, v in call.arguments.items() if k != "stem"} for call in calls]
    stems = tuple(str(call.arguments.get("stem")) for call in calls)
    if name not in ("set_level", "set_pan", "set_mute") or any(one != told[0] for one in told):
        return None
    return Deed(name, stems, **told[0])
