"""What users want, told from one message: the intents of prompts/, filled with a song's words.

One rule: a message is drawn as talk is, with other numbers and slips every time and with stems as
the reader meets them (assistant/orders/mentions.py), so that what is learned is the wording.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

import prompts
from assistant.orders.mentions import STANDS_FOR
from finetune.stem_names import names_for
from finetune.talk import WRAPPED_SHARE, joined, scruffy, split_phrasings, wrapped
from mixer.roles import ROLES, words_of

JOINED_SHARE = 0.12  # two deeds in one message
UNKNOWN_SHARE = 0.12  # of the stems: not found in the text, and so as the user wrote them
PLAIN_SHARE = 0.45  # of these: called by a plain word for their role
JOINED = (
    "order_up", "order_down", "order_up_words", "order_down_words", "set_to", "set_same", "mute",
    "unmute", "pan_left", "pan_right", "pan_centre", "shape_sound", "render", "audition", "solo",
    "export", "ask_levels", "all_up", "all_down", "undo",
)  # fmt: skip


@dataclass(frozen=True)
class Message:
    """What a user says, and the intents (one, or two for two deeds) that it has."""

    said: str
    intents: tuple[int, ...]


class Messages:
    """Draws messages of all intents.

    held_out: from the phrasings that never meet training. by_name: stems stand in them as users
    call them, and not as the tuned reader meets them.
    """

    def __init__(self, rng: np.random.Generator, held_out: bool = False, by_name: bool = False):
        self.rng, self.held_out = rng, held_out
        self._unknown_share = 1.0 if by_name else UNKNOWN_SHARE
        self.intents = prompts.intents()
        counts = np.array([len(split_phrasings(name, held_out)) for name in self.intents])
        self._probability = np.sqrt(counts) / np.sqrt(counts).sum()

    def draw(self) -> Message:
        """One message."""
        if self.rng.random() < JOINED_SHARE:
            first, second = self.rng.choice(len(JOINED), size=2, replace=False)
            chosen = tuple(self.intents.index(JOINED[place]) for place in (first, second))
            one, other = (self.of(intent) for intent in chosen)
            return Message(joined(one, other, self.rng), chosen)
        intent = int(self.rng.choice(len(self.intents), p=self._probability))
        return Message(self.of(intent), (intent,))

    def each(self) -> list[Message]:
        """Every phrasing once, in the order of the intents."""
        return [
            Message(self._filled(template), (number,))
            for number, name in enumerate(self.intents)
            for template in split_phrasings(name, self.held_out)
        ]

    def of(self, intent: int) -> str:
        """One message of an intent."""
        fitting = split_phrasings(self.intents[intent], self.held_out)
        return self._filled(fitting[int(self.rng.integers(len(fitting)))])

    def _filled(self, template: str) -> str:
        self._stems_told = 0
        said = prompts.fill(
            template, **{name: self._slot(name) for name in prompts.slots(template)}
        )
        if self.rng.random() < WRAPPED_SHARE:
            said = wrapped(said, self.rng)
        return scruffy(said, self.rng)

    def _slot(self, name: str) -> str:
        rng = self.rng
        if name in ("stem", "stem2", "anchor", "role"):
            return self._stem()
        if name in ("gain", "gain2"):
            size = rng.integers(1, 19) / 2 if rng.random() < 0.4 else rng.integers(1, 10)
            return f"{float(size):g}"
        if name == "version":
            return f"{'v' if rng.random() < 0.7 else 'take'}{rng.integers(0, 6)}"
        if name == "side":
            return "above" if rng.random() < 0.5 else "below"
        if name in ("takes", "seed", "percent"):
            return str(
                rng.integers(*{"takes": (2, 6), "seed": (1, 100), "percent": (5, 101)}[name])
            )
        tables = {"format": "formats", "topic": "topics", "genre": "genres"}
        return self._any(tables.get(name, name))

    def _stem(self) -> str:
        if self.rng.random() > self._unknown_share:
            word = STANDS_FOR[min(self._stems_told, len(STANDS_FOR) - 1)]
            self._stems_told += 1
            return word
        role = ROLES[int(self.rng.integers(len(ROLES)))]
        if self.rng.random() < PLAIN_SHARE:
            return _one(prompts.words("roles")[role], self.rng)
        (name,) = names_for((role,), self.rng)
        return words_of(name) or name if self.rng.random() < 0.3 else name

    def _any(self, table: str) -> str:
        return _one(list(prompts.words(table)), self.rng)


def _one(choices: Sequence[object], rng: np.random.Generator) -> str:
    return str(choices[int(rng.integers(len(choices)))])
