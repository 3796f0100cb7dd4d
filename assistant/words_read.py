"""What the words of a turn ask for: stems, plain orders, parts, what is to stay as it is.

One rule: each of these is found once for the words as they stand; nothing is done about them here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from assistant.hearing import ToolCall
from assistant.intents import acts_of as read_as_acts
from assistant.orders.asides import ActsOf
from assistant.orders.before import Before
from assistant.orders.reading import Stems, orders
from assistant.orders.stays import leaves_it
from assistant.parts import parts_of
from assistant.said import Said
from assistant.said_practice import speaks_of_practice

SURE_NO = 0.9  # how likely words must be a no to close the open proposal; "not sure" is 0.7

# How likely each intent is meant by a text that names these stems of these roles.
Read = Callable[[str, tuple[str, ...], tuple[str | None, ...]], Mapping[str, float]]


@dataclass(frozen=True)
class Reading:
    """Words behind what was done before, for a song.

    read: the reader of intents; None: a served model reads the words itself.
    """

    text: str
    song: Stems
    before: Before
    read: Read | None

    @cached_property
    def said(self) -> Said:
        """The words by themselves."""
        return Said((self.text,), self.song.names, self.song.roles)

    @property
    def acts_of(self) -> ActsOf | None:
        """How likely acts are meant by a text; None without a reader."""
        if (read := self.read) is None:
            return None

        def acts(text: str) -> Mapping[str, float]:
            told = read_as_acts(read(text, self.song.names, self.song.roles))
            if not speaks_of_practice(text):
                told.pop("start_drill", None)
            return told

        return acts

    def orders_in(self, text: str) -> list[ToolCall]:
        """The calls of plain orders in a text; none in any other."""
        acts_of = self.acts_of
        return [] if acts_of is None else orders(text, self.song, self.before, acts_of)

    @cached_property
    def orders(self) -> Sequence[ToolCall]:
        """The calls that the words ask for, where all of them are plain orders."""
        return self.orders_in(self.text)

    @cached_property
    def parts(self) -> Sequence[str]:
        """The parts of the words that each ask for something of their own."""
        if (acts_of := self.acts_of) is None:
            return [self.text]

        def plainly(text: str, stems: tuple[str, ...]) -> list[ToolCall]:
            about = replace(self.before, focus=stems or self.before.focus)
            return replace(self, before=about).orders_in(text)

        return parts_of(self.said, acts_of, plainly, self.before.focus[:1])

    @cached_property
    def leaves_it(self) -> bool:
        """Whether all that the words ask for is that something stays as it is."""
        acts_of, song = self.acts_of, self.song
        return acts_of is not None and leaves_it(self.text, song.names, song.roles, acts_of)

    @cached_property
    def turns_down(self) -> bool:
        """Whether the words say no and nothing beyond it."""
        if self.read is None:
            return self.said.refuses
        if self.leaves_it:
            return not self.said.named  # "leave the bass" says nothing of the others
        intents = self.read(self.text, self.song.names, self.song.roles)
        return intents.get("refuse", 0.0) >= SURE_NO
