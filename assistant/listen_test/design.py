"""Which listener gets which screens, in which order, with which stimulus behind which letter.

One rule: orders are Williams squares under a seeded relabelling: over a full cycle of listeners
every screen and every stimulus stands equally often at every place.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import lcm

import numpy as np

KINDS = ("rate", "compare", "advice")
MOST_ON_A_SCREEN = 9  # as many as there are number keys


class DesignError(ValueError):
    """A test that cannot be laid out: the message says got, needed and cure."""


@dataclass(frozen=True)
class Screen:
    """What is judged at once: the stimuli by their ids; reference is played, and not judged."""

    id: str
    song: str
    stimuli: tuple[str, ...]
    reference: str | None = None


@dataclass(frozen=True)
class Shown:
    """One screen as one listener meets it: stimuli in the order of their letters."""

    screen: str
    stimuli: tuple[str, ...]


Orders = tuple[tuple[Shown, ...], ...]  # by listener


@dataclass(frozen=True)
class Balance:
    """How often things stand at a place, over all listeners: fewest and most; a full cycle."""

    screens: tuple[int, int]
    letters: tuple[int, int]
    cycle: int

    def told(self, listeners: int) -> str:
        """The balance in words, with how many listeners would make it whole."""

        def times(counts: tuple[int, int]) -> str:
            least, most = counts
            return f"{least} times" if least == most else f"{least} to {most} times"

        said = (
            f"over {listeners} listeners a screen stands at each place {times(self.screens)}, a "
            f"stimulus behind each letter {times(self.letters)}"
        )
        if self.screens[0] == self.screens[1] and self.letters[0] == self.letters[1]:
            return f"{said}: balanced"
        more = -(-listeners // self.cycle) * self.cycle
        return f"{said}; {more} listeners would be balanced"


def williams(count: int) -> tuple[tuple[int, ...], ...]:
    """The rows of a Williams square (1949): count of them, twice as many where count is odd."""
    zigzag = [0]
    for step in range(1, count):
        zigzag.append((zigzag[-1] + (step if step % 2 else -step)) % count)
    rows = [tuple((place + shift) % count for place in zigzag) for shift in range(count)]
    return tuple(rows) if count % 2 == 0 else (*rows, *(row[::-1] for row in rows))


def lay_out(screens: Sequence[Screen], listeners: int, seed: int) -> Orders:
    """The orders of all listeners; the same seed gives the same ones."""
    if listeners < 1 or not screens:
        raise DesignError(f"{listeners} listeners for {len(screens)} screens: one of each is least")
    for screen in screens:
        if len(screen.stimuli) > MOST_ON_A_SCREEN:
            raise DesignError(
                f"{len(screen.stimuli)} stimuli on one screen: at most {MOST_ON_A_SCREEN} can be "
                "told apart by ear (take fewer systems, or compare them in pairs)"
            )
    rng = np.random.default_rng([seed, len(screens)])
    names = [int(at) for at in rng.permutation(len(screens))]
    rows = _shuffled(williams(len(screens)), rng)
    inside = [_inside(len(screen.stimuli), rng) for screen in screens]
    orders = []
    for listener in range(listeners):
        shown = []
        for place in rows[listener % len(rows)]:
            screen, squares = screens[names[place]], inside[names[place]]
            row = squares[listener % len(squares)]
            shown.append(Shown(screen.id, tuple(screen.stimuli[at] for at in row)))
        orders.append(tuple(shown))
    return tuple(orders)


def balance(orders: Orders) -> Balance:
    """How even the orders are, counted on the orders themselves."""
    screens = Counter((s.screen, at) for order in orders for at, s in enumerate(order))
    letters: Counter[tuple[str, str, int]] = Counter(
        (s.screen, stimulus, at)
        for order in orders
        for s in order
        for at, stimulus in enumerate(s.stimuli)
    )
    count = len(orders[0])
    sizes = [len(shown.stimuli) for shown in orders[0]]
    return Balance(
        _range(list(screens.values()), count**2),
        _range(list(letters.values()), sum(size**2 for size in sizes)),
        lcm(count, *sizes),
    )


def _inside(count: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Rows of a square of stimuli under a relabelling of its own, begun at any row."""
    names = [int(at) for at in rng.permutation(count)]
    return [tuple(names[place] for place in row) for row in _shuffled(williams(count), rng)]


def _shuffled(rows: Sequence[tuple[int, ...]], rng: np.random.Generator) -> list[tuple[int, ...]]:
    """The rows in a drawn order, each half by itself: either is a Latin square of its own."""
    count = len(rows[0])
    halves = [rows[at : at + count] for at in range(0, len(rows), count)]
    return [half[int(at)] for half in halves for at in rng.permutation(count)]


def _range(counts: Sequence[int], cells: int) -> tuple[int, int]:
    """Fewest and most; a place at which something never stands counts as none."""
    return (0 if len(counts) < cells else min(counts)), max(counts)
