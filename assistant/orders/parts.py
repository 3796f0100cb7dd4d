"""The parts of a text that each ask for one thing, as tokens.

One rule: stems by themselves belong to the order beside them; nothing else crosses a comma.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.orders.lexicon import FILLER, JOIN, NUMBER, VERB
from assistant.orders.tokens import STEM, STOP, Token

_SILENT = frozenset({FILLER, VERB, "push", "pull", "to", "unit", "too", "only"})
PAN_SIZES = frozenset({"hard", "fully", "all the way", "halfway"})  # that no fader is moved by
_TELLS_WAY = frozenset({"up", "down", "off", "left", "right", "centre", "above", "below"})


@dataclass(frozen=True)
class Part:
    """Tokens of one order. apart: what stands before it is a comma or a full stop, no "and"."""

    tokens: tuple[Token, ...]
    apart: bool = False

    def has(self, *kinds: str) -> bool:
        return any(token.kind in kinds for token in self.tokens)

    def only(self, *kinds: str) -> bool:
        """Whether there is no token of other kinds."""
        return all(token.kind in kinds for token in self.tokens)

    def first(self, *kinds: str) -> int:
        """The place of the first token of these kinds, -1 where there is none."""
        places = [place for place, token in enumerate(self.tokens) if token.kind in kinds]
        return places[0] if places else -1

    def of(self, *kinds: str) -> list[Token]:
        return [token for token in self.tokens if token.kind in kinds]

    @property
    def stems(self) -> tuple[str, ...]:
        """The stems that are named, in the order of the words."""
        return tuple(dict.fromkeys(name for token in self.tokens for name in token.stems))

    @property
    def numbers(self) -> list[float]:
        return [token.number for token in self.of(NUMBER)]

    @property
    def is_bare(self) -> bool:
        """Whether it names stems and says no more of them."""
        return self.has(STEM) and self.only(*_SILENT, STEM, "both")

    @property
    def is_silent(self) -> bool:
        """Whether it asks for nothing: "please", "ok so"."""
        return self.only(FILLER, VERB)

    @property
    def begins_with_stems(self) -> bool:
        """Whether stems stand before what is to be done with them: "kick up 2"."""
        telling = [token for token in self.tokens if token.kind not in (FILLER, "too")]
        return bool(telling) and telling[0].kind == STEM


def parts_of(told: Sequence[Token]) -> list[Part]:
    """The parts of a row of tokens, stems without an order joined to theirs."""
    parts: list[Part] = []
    begun: list[Token] = []
    apart = False
    for token in told:
        if token.kind == STOP or token.kind == JOIN:
            if begun:
                parts.append(Part(tuple(begun), apart))
                begun, apart = [], token.kind == STOP
            else:
                apart = apart and token.kind == STOP
        else:
            begun.append(token)
    parts += [Part(tuple(begun), apart)] if begun else []
    cut = [piece for part in parts for piece in _divided(part)]
    return _with_their_orders(_sized_alike([part for part in cut if not part.is_silent]))


def _sized_alike(parts: Sequence[Part]) -> list[Part]:
    """Parts in which "pan them hard | the low left | the high right" tells each how far."""
    first, rest = (parts[0], list(parts[1:])) if parts else (None, [])
    if first is None or not (first.has("size") or first.has(NUMBER, "percent")):
        return list(parts)
    sizes = tuple(first.of("size", NUMBER, "percent"))
    of_a_pan = (*_SILENT, STEM, "it", "both", "pan", "size", NUMBER, "percent")
    far = first.has("percent") or any(str(one.value) in PAN_SIZES for one in first.of("size"))
    says_how = (first.has("pan") or far) and first.only(*of_a_pan)
    apart = len(rest) == 2 and all(
        part.has(STEM) and part.has("left", "right") and not part.has("size", NUMBER)
        for part in rest
    )  # fmt: skip
    if not (says_how and apart):
        return list(parts)
    return [replace(part, tokens=part.tokens + sizes) for part in rest]


def _divided(part: Part) -> list[Part]:
    """A part cut where a second stem's order begins without a joiner: "kick up 1 bass down 2"."""
    stems = [place for place, token in enumerate(part.tokens) if token.kind == STEM]
    ways = [place for place, token in enumerate(part.tokens) if token.kind in _TELLS_WAY]
    signs = [place for place, token in enumerate(part.tokens) if token.kind == "sign"]
    ways = ways or signs
    if len(stems) < 2 or len(ways) != len(stems) or part.has("above", "below", "same", "match"):
        return [part]
    in_turn = [place for pair in zip(stems, ways, strict=True) for place in pair]
    if in_turn != sorted(in_turn):
        return [part]
    cuts = [0, *(place - len(_article(part, place)) for place in stems[1:])]
    ends = [*cuts[1:], len(part.tokens)]
    return [
        Part(part.tokens[start:end], part.apart if not start else True)
        for start, end in zip(cuts, ends, strict=True)
    ]


def _article(part: Part, place: int) -> tuple[Token, ...]:
    before = part.tokens[place - 1 : place]
    return before if before and before[0].kind == FILLER else ()


def _with_their_orders(parts: Sequence[Part]) -> list[Part]:
    """Parts that only name stems joined to the order before or behind them."""
    told: list[Part] = []
    waiting: list[Part] = []
    for place, part in enumerate(parts):
        after = parts[place + 1] if place + 1 < len(parts) else None
        if part.is_bare and after is not None and _says_how_instead(part, after):
            waiting.append(Part(tuple(t for t in part.tokens if t.kind != "too"), part.apart))
        elif not part.is_bare or part.has("too"):
            told.append(_joined([*waiting, part]) if waiting else part)
            waiting = []
        elif told and (after is None or _belongs_to_the_last(told[-1], part, after)):
            told[-1] = _behind(told[-1], part)
        else:
            waiting.append(part)
    if waiting:
        told = [*told, _joined(waiting)]
    return told


def _says_how_instead(part: Part, after: Part) -> bool:
    """Whether "the bass the same way" is told anew by what is behind it: "up 3"."""
    tells = after.has(NUMBER) and after.has("up", "down", "sign", "left", "right")
    return part.has("too") and tells and not after.has(STEM, "too", "it", "rest", "all")


def _belongs_to_the_last(last: Part, part: Part, after: Part) -> bool:
    """Whether stems go with the order before them, which there is one behind them, too.

    "mute the snare and the bass, turn the kick down": the bass is muted.
    """
    if after.is_bare:
        return not last.begins_with_stems
    if not after.begins_with_stems:
        return True
    return not last.begins_with_stems and after.apart and not part.apart


def _joined(parts: Sequence[Part]) -> Part:
    """Stems of several parts before one order."""
    tokens = tuple(token for part in parts for token in part.tokens)
    return Part(tokens, parts[0].apart)


def _behind(order: Part, part: Part) -> Part:
    """An order with more stems, put where its own last one stands."""
    place = max((n for n, token in enumerate(order.tokens) if token.kind == STEM), default=-1)
    kept = order.tokens
    return replace(order, tokens=kept[: place + 1] + part.tokens + kept[place + 1 :])
