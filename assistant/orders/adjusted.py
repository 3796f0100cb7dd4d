"""The last change with another size, another way, another stem: "2 more", "half back", "no, 3".

One rule: what the words do not say anew stays as it was.
"""

from dataclasses import replace

from assistant.acting import stems_set
from assistant.hearing import ToolCall
from assistant.orders.deed import PLAIN_DB, Deed
from assistant.orders.distances import OF_DISTANCES
from assistant.orders.lexicon import NUMBER, SHARE
from assistant.orders.panned import OF_PANS, SWAPS
from assistant.orders.short import UNDO, Reads, Short
from assistant.orders.tokens import STEM

_WAYS = {"up": 1.0, "down": -1.0}


def adjusted(short: Short, deed: Deed) -> list[ToolCall]:
    """The calls that change the last change; none where the words ask for no such thing."""
    for reads in (*_READS, *(OF_PANS if deed.tool == "set_pan" else ()), SWAPS, *_CORRECTIONS):
        if calls := reads(short, deed):
            return calls
    return []


def _further(short: Short, deed: Deed) -> list[ToolCall]:
    """ "2 more", "again", "again, one more down": the same way once more."""
    again = short.has("again") or short.says("same again", "the same again")
    if deed.tool != "apply_moves" or not (again or short.has("more")):
        return []
    if not short.only(
        "more", "again", NUMBER, "size", STEM, "it", "both", "only", "percent", "up", "down", "too",
    ):  # fmt: skip
        return []
    if short.stems and not set(short.stems) <= set(deed.stems):
        return []
    own = 1.0 if deed.gain_db > 0 else -1.0
    if short.has("both") and len(deed.stems) != 2:
        return []
    if short.has("up", "down") and {_WAYS[t.kind] for t in short.values("up", "down")} != {own}:
        return []
    same = abs(deed.gain_db) if again and not short.has("more") else PLAIN_DB
    size = short.number if short.has(NUMBER, "size") else same
    return _gained(_whose(short, deed), None if size is None else own * size)


def _back(short: Short, deed: Deed) -> list[ToolCall]:
    """ "too far, 2 back", "half of that": part of the way back."""
    if not short.has("toofar", "back", "half") or not short.only(
        "toofar", "back", "half", NUMBER, "size", "it", "both", STEM, "off", "up", "down", "only",
        "again", "no", "enough",
    ):  # fmt: skip
        return []
    if short.stems and not set(short.stems) <= set(deed.stems):
        return []
    if deed.tool != "apply_moves" or not short.has("half", NUMBER, "size"):
        return []
    back = -1.0 if deed.gain_db > 0 else 1.0
    done = {-back} if short.first("up", "down") == 0 and short.first("toofar") == 1 else set()
    said = {_WAYS.get(token.kind, -1.0) for token in short.values("up", "down", "off")}
    if said and said not in ({back}, done):  # "down was too much, half" speaks of what was done
        return []
    half = short.has("half") or any(t.value == "halfway" for t in short.values("size"))
    size = abs(deed.gain_db) / 2.0 if half else short.number
    return _gained(_whose(short, deed), None if size is None else back * size)


def _cut_again(short: Short, deed: Deed) -> list[ToolCall]:
    """ "remove 1 again", "take 1 off": so much less of what was moved."""
    if deed.tool != "apply_moves" or not short.has("cut", "off") or not short.has(NUMBER):
        return []
    sizes = [token.number for token in short.values(NUMBER)]
    kinds = ("cut", "off", NUMBER, "again", "it", "only", "back", "toofar", "size")
    if not short.only(*kinds) or len(sizes) != 1:
        return []
    return _gained(deed, -sizes[0])


def _is_enough(short: Short, deed: Deed) -> list[ToolCall]:
    """ "2 was too much, 1 is enough", "2 was not enough, 4 will do": what differs from that."""
    if deed.tool != "apply_moves" or not short.has("enough"):
        return []
    if not short.only("enough", "toofar", NUMBER, "it", "only", "no", STEM):
        return []
    if short.stems and set(short.stems) != set(deed.stems):
        return []
    sizes, done = [token.number for token in short.values(NUMBER)], abs(deed.gain_db)
    if not sizes or len(sizes) > 2 or (len(sizes) == 2 and sizes[0] != done):
        return []
    if sizes[-1] > done and not short.has("no"):
        return []
    way = 1.0 if deed.gain_db > 0 else -1.0
    return _gained(deed, round(way * (sizes[-1] - done), 2))


def _by_a_share(short: Short, deed: Deed) -> list[ToolCall]:
    """ "no, a third of that": with a share of its size; "half as much again": that much more."""
    corrects = ("no", "not", "make that", "instead", "meant", "only", "toofar", "it", "back")
    shares = [token.number for token in short.values(SHARE)]
    if deed.tool != "apply_moves" or len(shares) != 1 or not short.only(SHARE, *corrects, STEM):
        return []
    if short.stems and not set(short.stems) <= set(deed.stems):
        return []
    size, mine = abs(deed.gain_db), _whose(short, deed)
    way = 1.0 if deed.gain_db > 0 else -1.0
    if short.has("back"):  # "a third of it back"
        return _gained(mine, -way * round(size * shares[0], 1)) if shares[0] <= 1.0 else []
    return _gained(mine, way * round(size * (shares[0] - 1.0), 1))


def _in_all(short: Short, deed: Deed) -> list[ToolCall]:
    """ "make it three in all": as far from where the fader was at first."""
    corrects = ("no", "not", "make that", "instead", "meant", "only", "it", "up", "down", "sign",
                "toofar", "enough")  # fmt: skip
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


def _doubled(short: Short, deed: Deed) -> list[ToolCall]:
    if not short.has("double") or not short.only("double", "it", "both", STEM):
        return []
    return _whose(short, deed).calls() if deed.tool == "apply_moves" else []


def _other_number(short: Short, deed: Deed) -> list[ToolCall]:
    """ "no, 3", "make that 15", "only 1": what was done with another number."""
    corrects = short.has("no", "not", "make that", "instead", "meant", "only")
    way = {_WAYS[token.kind] for token in short.values("up", "down")}
    if deed.tool == "set_level" and way and short.number is not None:
        side = 1.0 if deed.relative_lu > 0 else -1.0
        further = {1.0 if side * short.number > deed.relative_lu else -1.0}
        if way != further or not corrects:
            return []  # "lower, make that 7" of 5 under, and not of 9
    elif way:
        return []
    corrects |= deed.tool == "set_level" and (  # "put it at 2 then", "12"
        short.has("it", "toofar") or short.only(NUMBER, "no", "too")
    )
    if not corrects or not short.only(
        "no", "not", "make that", "instead", "meant", "only", NUMBER, "size", "it", "toofar",
        "too", "both", STEM, "up", "down",
    ):  # fmt: skip
        return []
    size, stems = short.number, short.stems or deed.stems
    if size is None or not set(stems) <= set(deed.stems):
        return []
    if deed.tool == "set_level":
        side = 1.0 if deed.relative_lu > 0 else -1.0
        return replace(deed, stems=stems, relative_lu=side * size).calls()
    if deed.tool != "apply_moves" or size == abs(deed.gain_db):
        return []
    gain_db = size if deed.gain_db > 0 else -size
    if stems == deed.stems and taken_back(short, deed) == [UNDO]:
        return [UNDO, *_gained(deed, gain_db)]
    return _gained(deed.for_stems(stems), round(gain_db - deed.gain_db, 2))


def _only_these(short: Short, deed: Deed) -> list[ToolCall]:
    """ "only the keys" behind a change of several stems: the others get it taken back."""
    if (
        not short.has("only")
        or not short.stems
        or not short.only("only", STEM, "it", "no", "meant")
    ):
        return []
    others = [stem for stem in deed.stems if stem not in short.stems]
    if not others or not set(short.stems) < set(deed.stems) or short.before.asked is not None:
        return []
    return [ToolCall("undo", {"stem": stem}) for stem in others]


def _other_stem(short: Short, deed: Deed) -> list[ToolCall]:
    """ "no, the bass", "i meant the keys up, not the bass": what was done, for other stems."""
    if not short.has("no", "meant", "not", "other", "instead") or not short.only(
        "no", "meant", "not", "other", "instead", STEM, "it", "only", "make that", "up", "down",
        NUMBER, "size",
    ):  # fmt: skip
        return []
    ways = {_WAYS[token.kind] for token in short.values("up", "down")}
    if (ways or short.has(NUMBER, "size")) and not _is_such(short, deed, ways):
        return []
    stems = short.stems_meant or short.others()
    if not stems or set(stems) == set(deed.stems):
        return []
    gains = {short.before.gains_db.get(stem) for stem in stems}
    if short.has("only") and deed.tool == "apply_moves" and gains == {deed.gain_db}:
        return [UNDO]  # they had theirs before: "no, only the guitar"
    if short.has(NUMBER, "size") and short.number is not None:
        deed = replace(deed, gain_db=short.number if deed.gain_db > 0 else -short.number)
    return [*taken_back(short, deed), *deed.for_stems(stems).calls()]


def _is_such(short: Short, deed: Deed, ways: set[float]) -> bool:
    """Whether a way and a size can be those of a move that is to be another stem's."""
    own = 1.0 if deed.gain_db > 0 else -1.0
    sized = short.number is not None or not short.has(NUMBER, "size")
    corrects = short.has("meant") or short.has("not")
    return corrects and deed.tool == "apply_moves" and ways <= {own} and sized


def taken_back(short: Short, deed: Deed) -> list[ToolCall]:
    """The calls that take the last change back: a step back if it was one, else stem by stem."""
    done = short.before.deeds
    if len(done) == 1 and set(stems_set(done[0])) == set(deed.stems):
        return [UNDO]
    if deed.tool == "apply_moves" and (not done or done[-1].name != deed.tool):
        return replace(deed, gain_db=-deed.gain_db).calls()  # something else was done since
    return [ToolCall("undo", {"stem": stem}) for stem in deed.stems]


def _other_way(short: Short, deed: Deed) -> list[ToolCall]:
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
    return [] if size is None else [UNDO, *_gained(deed, -own * size)]


def _mute_taken_back(short: Short, deed: Deed) -> list[ToolCall]:
    """ "both back": what was muted comes back; "everything back": all that is muted."""
    if deed.tool != "set_mute" or not deed.muted or not short.has("back"):
        return []
    if not short.only("back", "it", "both", STEM, "all", "no", "again"):
        return []
    stems = short.stems or deed.stems
    if short.has("all") or (short.has("both") and len(short.scene.muted) == 2):
        stems = tuple(name for name in short.scene.names if name in short.scene.muted)
    return replace(deed, stems=stems, muted=False).calls()


def _gained(deed: Deed, gain_db: float | None) -> list[ToolCall]:
    return replace(deed, gain_db=gain_db).calls() if gain_db else []


def _whose(short: Short, deed: Deed) -> Deed:
    """The last change for those of its stems that are named, in the order or beside it."""
    about = tuple(stem for stem in deed.stems if stem in short.scene.about)
    pointed = tuple(stem for stem in short.pointed if stem in deed.stems)
    return deed.for_stems(short.stems or pointed or about or deed.stems)


_READS: tuple[Reads, ...] = (
    _only_these,
    _in_all,
    _by_a_share,
    *OF_DISTANCES,
    _cut_again,
    _is_enough,
    _further,
    _back,
    _doubled,
)
_CORRECTIONS: tuple[Reads, ...] = (_other_number, _other_way, _other_stem, _mute_taken_back)
