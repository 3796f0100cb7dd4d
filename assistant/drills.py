"""Listening drills: what was hidden, what was answered, and how the answer is graded.

One rule: grading is arithmetic on what was drawn and what was said; nothing is heard or drawn here.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

KINDS = ("hidden_change", "set_back", "partner", "clipping", "loudness", "bias")
SIZED = ("hidden_change", "partner", "clipping")  # a staircase finds the smallest size heard
SAID_IN_DB = ("set_back", "loudness")  # how far the answer is off is what is learnt
NEAR_ENOUGH_DB = 1.5  # a size that is told within this is right
LETTERS = ("A", "B", "C", "D")
SAME = "same"
STEM, REST = "stem", "rest"  # what a fader is moved on, and all else


@dataclass(frozen=True)
class Answer:
    """What a learner says. direction: "up" or "down". choice: a letter or SAME."""

    stem: str | None = None
    direction: str | None = None
    gain_db: float | None = None
    choice: str | None = None
    no_idea: bool = False

    @property
    def signed_db(self) -> float | None:
        """The gain that was said, with its sign; None where the words leave one of them out."""
        if self.gain_db is None or self.direction is None:
            return None
        return abs(self.gain_db) if self.direction == "up" else -abs(self.gain_db)

    def over(self, earlier: "Answer") -> "Answer":
        """This answer with what it leaves out from an earlier one."""
        own = {name: value for name, value in asdict(self).items() if value is not None}
        return replace(earlier, **own)


@dataclass(frozen=True)
class Drill:
    """One exercise. files: label -> path inside the session's folder. parts: the same for what the
    learner moves against the rest: STEM, as loud as in "after", and REST.

    stem, gain_db: what was changed and how far; choice: the right letter, where one is to be
    chosen. size_db: how large the difference is. options: letter -> stem. levels_lu: the stems
    that can be chosen, against the anchor, in the excerpt. said: what was answered so far.
    """

    number: int
    kind: str
    seed: int
    size_db: float
    guess: float
    files: dict[str, str]
    start_s: float
    stem: str | None = None
    gain_db: float = 0.0
    choice: str | None = None
    anchor: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    levels_lu: dict[str, float] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    said: Answer = Answer()

    def as_data(self) -> dict[str, Any]:
        """The drill for the journal; what it hides is in there, so it is not for showing."""
        told = asdict(self)
        del told["said"]
        return told

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Drill":
        """The drill that the journal holds."""
        known = {one.name for one in fields(cls)} - {"said"}
        return cls(**{name: value for name, value in data.items() if name in known})

    @property
    def stems(self) -> tuple[str, ...]:
        """The stems that it is about; without one of them it cannot be answered."""
        named = [self.stem, self.anchor, *self.options.values()]
        return tuple(dict.fromkeys(name for name in named if name is not None))

    def having(self, answer: Answer) -> "Drill":
        """The drill with one more part of its answer."""
        return replace(self, said=answer.over(self.said))


@dataclass(frozen=True)
class Grade:
    """How an answer was. off_db: how far a size was off, None where none was told or asked."""

    right: bool
    off_db: float | None = None
    stem_right: bool = False
    direction_right: bool = False


def missing(drill: Drill, answer: Answer) -> tuple[str, ...]:
    """What an answer leaves out that the drill cannot be graded without: stem, direction, ..."""
    if answer.no_idea:
        return ()
    parts: dict[str, Any] = {}
    if drill.kind == "hidden_change":
        parts = {"stem": answer.stem, "direction": answer.direction}
    elif drill.kind in SAID_IN_DB:
        parts = {"direction": answer.direction, "gain_db": answer.gain_db}
    elif drill.kind == "partner":
        parts = {"stem": _chosen_stem(drill, answer)}
    else:
        parts = {"choice": answer.choice}
    return tuple(name for name, value in parts.items() if value is None)


def wanted_db(drill: Drill) -> float:
    """The signed gain that is to be told: the change itself, or the move that takes it back."""
    return -drill.gain_db if drill.kind == "set_back" else drill.gain_db


def grade(drill: Drill, answer: Answer) -> Grade:
    """Grade a whole answer; no idea is wrong, and no shame."""
    if answer.no_idea:
        return Grade(False)
    if drill.kind == "hidden_change":
        return _grade_hidden(drill, answer)
    if drill.kind in SAID_IN_DB:
        return _grade_size(drill, answer)
    if drill.kind == "partner":
        found = _chosen_stem(drill, answer) == drill.stem
        return Grade(found, stem_right=found)
    return Grade(answer.choice == drill.choice)


def _grade_hidden(drill: Drill, answer: Answer) -> Grade:
    """Stem and direction decide; the size is told, and does not count."""
    stem_right = answer.stem == drill.stem
    direction_right = answer.direction == _direction(drill.gain_db)
    off = None if answer.gain_db is None else abs(answer.gain_db) - abs(drill.gain_db)
    right = stem_right and direction_right
    return Grade(right, off if right else None, stem_right, direction_right)


def _grade_size(drill: Drill, answer: Answer) -> Grade:
    """Within NEAR_ENOUGH_DB, and not the wrong way."""
    said, wanted = answer.signed_db, wanted_db(drill)
    assert said is not None, "an answer is graded when nothing is missing"
    direction_right = answer.direction == _direction(wanted)
    near = abs(said - wanted) <= NEAR_ENOUGH_DB + 1e-9
    off = abs(said) - abs(wanted) if direction_right else said - wanted
    return Grade(direction_right and near, off, True, direction_right)


def _direction(gain_db: float) -> str:
    return "up" if gain_db > 0 else "down"


def _chosen_stem(drill: Drill, answer: Answer) -> str | None:
    """The stem that was chosen, by its name or by the letter of its file."""
    if answer.choice is not None:
        return drill.options.get(answer.choice)
    return answer.stem
