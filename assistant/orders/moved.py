"""How far a part of a text moves stems: "up 2", "half as much", "as far as the keys".

One rule: the way is said, or is that of the move which the words go on from.
"""

import prompts
from assistant.orders.deed import PLAIN_DB, QUIET, SIZED, Deed, Scene, is_sized, size_of, subject
from assistant.orders.lexicon import NUMBER, SHARE, VERB
from assistant.orders.parts import Part
from assistant.orders.tokens import STEM

_WAYS = {"up": 1.0, "down": -1.0, "off": -1.0, "more": 1.0, "less": -1.0, "add": 1.0, "cut": -1.0}
_ANOTHER = frozenset({"another", "further", "farther"})  # the way that it went before


def move_of(part: Part, scene: Scene) -> Deed | None:
    if not part.only(*QUIET, *SIZED, *_WAYS, "back", SHARE):
        return None
    if part.has(SHARE):
        return _move_by_share(part, scene)
    way = way_of(part)
    if any(token.text in _ANOTHER for token in part.of("more")) and not part.has("up", "down"):
        way = _way_before(part.stems or scene.it, scene) or (1.0 if _is_given(part) else None)
        if way is None:
            return None  # nobody said which way
    if way is None and not part.has("sign") and _goes_on(part, scene):
        way = 1.0 if scene.last and scene.last.gain_db > 0 else -1.0
    before = scene.last
    as_before = part.has("too") and before is not None and before.tool == "apply_moves"
    plain_db = abs(before.gain_db) if before and as_before else PLAIN_DB  # "by the same amount"
    size = size_of(part, prompts.GAIN_WORDS, plain_db)
    if part.has("sign"):
        sign = 1.0 if part.of("sign")[0].text == "+" else -1.0
        way = sign if way in (None, sign) else None
    stems = subject(part, scene)
    if way is None or size is None or not stems or not size or _to_a_level(part):
        return None
    if part.has("cut", "add", "off") and not part.has("up", "down") and not is_sized(part):
        return None  # "cut the drums"
    if part.has("off") and _stands_between(part, "off", STEM):
        return None  # "the harmony at minus 9 from the vocal"
    return Deed("apply_moves", stems, gain_db=way * size)


def _way_before(stems: tuple[str, ...], scene: Scene) -> float | None:
    """The way that stems were moved or advised to go last; None where they were not, or both."""
    ways = {scene.gains_db.get(name) or scene.advised.get(name) for name in stems}
    signs = {None if not gain_db else 1.0 if gain_db > 0 else -1.0 for gain_db in ways}
    return signs.pop() if len(signs) == 1 else None


def as_far(part: Part, scene: Scene) -> Deed | None:
    """ "the bass the same as the keys ended up": all the way that another has come."""
    place = part.first("too", "same")
    stems, model = Part(part.tokens[:place]).stems, Part(part.tokens[place:]).stems
    if not stems and len(model) == 2:  # "the same for the bass as the keys ended up with"
        stems, model = model[:1], model[1:]
    if len(model) != 1 or not stems or model[0] in stems:
        return None
    if not part.only(*QUIET, "ended", "same", "in all", "up", "down"):
        return None
    gain_db = round(scene.faders_db.get(model[0], 0.0), 2)
    return Deed("apply_moves", stems, gain_db=gain_db) if gain_db else None


def _move_by_share(part: Part, scene: Scene) -> Deed | None:
    """ "the guitar half as much": by a share of the move before it."""
    before, shares = scene.last, part.of(SHARE)
    if before is None or before.tool != "apply_moves" or len(shares) != 1 or is_sized(part):
        return None
    way = way_of(part) or (1.0 if before.gain_db > 0 else -1.0)
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
    return bool(before and before.tool == "apply_moves" and part.stems and is_sized(part))


def way_of(part: Part) -> float | None:
    """Up (1), down (-1), or None where a part says neither or both."""
    pushed = part.has("push", "pull", "cut") and part.has("back")
    ways = {_WAYS[token.kind] for token in part.tokens if token.kind in _WAYS}
    if part.has("up", "down") and part.has("more", "cut", "add", "off"):
        ways = {_WAYS[token.kind] for token in part.of("up", "down")}
    if pushed or (part.has("back") and part.has("down")):
        ways |= {-1.0}
    elif part.has("back"):
        return None
    if not ways and (part.has("push") or _is_given(part)):
        ways = {1.0}
    return ways.pop() if len(ways) == 1 else None


def goes_for_both(last: Part, done: Deed, part: Part) -> bool:
    """Whether a size is that of the order before it, too: "drop the guitars and the keys by 1"."""
    moved = done.tool == "apply_moves" and abs(done.gain_db) == PLAIN_DB and not is_sized(last)
    return moved and bool(part.stems) and is_sized(part) and way_of(part) is None


def _is_given(part: Part) -> bool:
    """Whether some dB are given to a stem: "give the bass 2 dB", "put 2 dB on the kick"."""
    if not is_sized(part) or part.has("sign", "above", "below", "left", "right", "percent"):
        return False
    if any(token.text in ("give", "gimme") for token in part.tokens):
        return part.has(STEM, "it")
    size, stem = part.first(NUMBER, "size"), part.first(STEM)
    return part.has(VERB) and any(t.text == "on" for t in part.tokens[size + 1 : max(stem, 0)])


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
