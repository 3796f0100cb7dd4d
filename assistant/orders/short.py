"""A short text behind something that was done: its tokens, and what it goes on from.

One rule: what stands behind a "not" is not meant.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import prompts
from assistant.acting import FADERS
from assistant.hearing import ToolCall
from assistant.orders.before import Before
from assistant.orders.deed import Deed, Scene, as_deed
from assistant.orders.lexicon import NUMBER
from assistant.orders.parts import Part
from assistant.orders.tokens import STEM, Token
from assistant.said_sides import partners

LISTENS = frozenset({"measure_levels", "audition"})  # after these the last change still stands
MOST_DB = 12.0  # a greater number is no size of a move, but a place in percent
UNDO = ToolCall("undo", {})
_PERSON = frozenset("her him she he".split())
Roles = tuple[str | None, ...]


@dataclass(frozen=True)
class Short(Part):
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

    @property
    def number_is_a_share(self) -> bool:
        """Whether its number can only be a place: "40" behind "20 percent right"."""
        return self.has("percent") or any(token.number > MOST_DB for token in self.values(NUMBER))

    @property
    def stems_meant(self) -> tuple[str, ...]:
        """The stems that are meant where it is said which were said: "i said A but meant B"."""
        kinds = self.values("meant", STEM)
        last = max((n for n, token in enumerate(kinds) if token.kind == "meant"), default=0)
        behind = tuple(dict.fromkeys(name for token in kinds[last:] for name in token.stems))
        return behind or self.stems

    def says(self, *words: str) -> bool:
        """Whether it has one of these very words."""
        return any(token.text in words for token in self.tokens)

    @property
    def pointed(self) -> tuple[str, ...]:
        """The stems that are named, else the singer where it is a person that is spoken of."""
        person = any(token.text in _PERSON for token in self.values("it"))
        singer = self.scene.singer if person else None
        return self.stems or ((singer,) if singer in self.before.focus else ())

    def pan_of(self, stem: str) -> float:
        """Where a stem is: -1 (left) to 1 (right)."""
        if (pan := self.scene.pans.get(stem)) is not None:
            return pan
        panned = [c.arguments for c in self.before.deeds if c.name == "set_pan"]
        return next((told["pan"] for told in reversed(panned) if told["stem"] == stem), 0.0)

    def others(self) -> tuple[str, ...]:
        """ "the other one": what makes a pair with the stems of the last change."""
        if not self.has("other") or self.deed is None:
            return ()
        done = set(self.deed.stems)
        names = self.scene.names
        meant = {o for stem in done for o in partners(stem, names, self.roles)} - done
        return tuple(meant) if len(meant) == 1 else ()


def own_move(before: Before, stems: tuple[str, ...]) -> Deed | None:
    """The last move of these stems, whatever was done since; None where there is no such one."""
    gains = {before.gains_db.get(stem) for stem in stems}
    gain_db = gains.pop() if len(gains) == 1 else None
    return Deed("apply_moves", stems, gain_db=gain_db) if gain_db else None


def last_deed(before: Before, of_level: bool = False) -> Deed | None:
    """The last change as one order: calls of one tool in a row.

    of_level: whether the words are about how loud something is, and not about where it is.
    """
    asked = before.asked
    if not before.deeds or (asked is not None and asked.name not in LISTENS):
        return None
    faders = [call.name for call in before.deeds if call.name in FADERS]
    name = faders[-1] if of_level and faders else before.deeds[-1].name
    row = [call for call in before.deeds if call.name == name]
    return as_deed(row) or as_deed(row[-1:])


Reads = Callable[[Short, Deed], list[ToolCall]]
