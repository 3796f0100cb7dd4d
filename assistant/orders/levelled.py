"""Where a part of a text puts stems against another: "4 under the bass", "as loud as that".

One rule: it is said what is put and against what, or the words before leave one answer only.
"""

from dataclasses import replace

import prompts
from assistant.orders.deed import QUIET, SIZED, Deed, Scene, size_of, subject
from assistant.orders.lexicon import NUMBER
from assistant.orders.parts import Part
from assistant.orders.tokens import STEM

_SHOULD_BE = frozenset({"should be", "is to be", "must be", "needs to be", "has to be", "sits"})
_PERSON = frozenset("her him she he".split())


def is_to_a_stem(part: Part) -> bool:
    """Whether a "to" stands behind a number and before a stem, an "it" or the anchor."""
    place = max((n for n, token in enumerate(part.tokens) if token.text == "to"), default=-1)
    before, behind = Part(part.tokens[: max(place, 0)]), Part(part.tokens[place + 1 :])
    return place > 0 and before.has(NUMBER) and behind.has(STEM, "it", "anchor")


def level_of(part: Part, scene: Scene) -> Deed | None:
    kinds = QUIET | SIZED | {"above", "below", "same", "against", "match", "up", "down", "back"}
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


def level_too(part: Part, last: Deed) -> Deed | None:
    """ "and the keys 8" behind "the bass 6 under the kick"."""
    if not part.only(*QUIET, NUMBER, "sign") or len(part.numbers) != 1:
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
    if before.has("both") and not stems:  # "both 4 under the keys"
        stems = tuple(name for name in subject(before, scene) if name not in others)
        if len(stems) != 2:
            return (), None
    if before.has("all", "rest") and not stems:
        return (), None
    last = scene.last
    if last and last.tool == "set_level" and not stems and not others:  # "no, 6 below it"
        return last.stems, last.against or scene.anchor
    if not stems and len(others) == 2 and _for_the_last(behind):  # "6 under A for B"
        stems, others = others[1:], others[:1]
    if not stems and len(others) == 2 and _ends_with_who(behind):  # "4 under A B should be"
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
    it_follows = behind.first("it") > behind.first(STEM)  # "2 under my voice she should be"
    if not stems and others and (not behind.has("it") or it_follows):
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


def _ends_with_who(part: Part) -> bool:
    """Whether the last stem is the one that "should be" somewhere."""
    place = max((n for n, token in enumerate(part.tokens) if token.kind == STEM), default=0)
    return any(token.text in _SHOULD_BE for token in part.tokens[place + 1 :])


def _level_lu(part: Part, before: Part, last: Deed | None) -> float | None:
    """The level that is asked for, in LU; None where it is not said."""
    if part.has("same", "match"):
        return None if part.has(NUMBER, "size", "above", "below") else 0.0
    size = size_of(part, prompts.GAIN_WORDS, 0.0)
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
