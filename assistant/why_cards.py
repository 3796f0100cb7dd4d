"""Why cards: what was measured of a stem, what is usual, what follows if it is left, and how to do
the move by hand in a studio program.

One rule: the words are in prompts/, the numbers come from the meters, the proposal and the fit.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import prompts
from assistant.context import ToolContext, ToolError, rounded
from assistant.lesson_numbers import meters_of
from assistant.naming import spoken_of
from assistant.numerals import UNIT, numbers
from assistant.said_clauses import clauses
from mixer.balance import NUMBERS_FILE
from mixer.moves import Move
from mixer.roles import FAMILY_OF_ROLE

USUAL_PERCENT = 80  # of mixes lie in a usual range: it runs from the 10th to the 90th percentile
ANY_PROGRAM = "any studio program"
_YEAR = 2019  # of the data set that the ranges were fitted to
_BY_HAND = re.compile(r"\bby hand\b|\bmanually\b")
_ONLY_BY_HAND = re.compile(
    r"(?:(?:and|ok|okay|so|now|then|please|just|the steps|it|that|this)\W+)*(?:by hand|manually)"
    r"(?:\W+(?:please|pls|then|now|thanks))*\W*"
)
_WAS_DONE = re.compile(r"\b(?:did|done|was|were|had|have|i've|already|made|moved)\b")
# Names of programs that are words of English too: they count only as a place, or alone.
_WORDS_TOO = frozenset({"logic", "live", "reaper"})
_PLACE = r"\b(?:in|with|on|inside) (?:my )?{}\b"
_NO_PROGRAM = (
    r"(?! (?!(?:please|pls|plz|thanks|then|now|by|and|or|myself|too|for|to|as|is|do)\b)[a-z])"
)
_ORDER = re.compile(
    r"\b(?:turn|raise|boost|lower|bring|put|push|pull|drop|cut|reduce|increase|decrease|mute|unmute"
    r"|solo|pan|undo|redo|restore|go back|apply|render|bounce|export|save|up|down)\b"
    rf"|\d{UNIT}"
)
_OWN = re.compile(r"\bmyself\b|\bin my (?:own )?(?:daw|program|software|studio program)\b")
_HOW = re.compile(r"\b(?:how|where|steps?|show me|which (?:button|menu|knob|fader)|what do i)\b")
_WHY = re.compile(
    r"\bwhy+\b|^y\b|\b(?:reason\w*|rationale|evidence|proof|justif\w+|argument|grounds?|logic)\b"
    r"|\bhow (?:come|so|do you (?:know|figure)|can you tell|did you|u know)\b|\bproposal\b"
    r"|\bwhat (?:makes|made|tells|led|convinced|did you (?:hear|notice))\b|\badvice\b"
    r"|\b(?:suggest\w*|ignore|explain (?:that|yourself|the|why)|based on|what's behind)\b"
)
_LEVEL = re.compile(
    r"\b(?:levels?|loud\w*|quiet\w*|lufs|lu|dbs?|decibels?|meters?|measur\w*|reads?|reading"
    r"|peaks?|numbers?|value|volume|where|sits?)\b|^(?:and|or|what about|how about)\b"
)


@dataclass(frozen=True)
class WhyCard:
    """One stem's case. gain_db: the proposed move, None where none is proposed."""

    stem: str
    anchor: str
    relative_lu: float
    low_lu: float
    high_lu: float
    gain_db: float | None
    ignored: str

    def as_data(self) -> dict[str, Any]:
        """The card for a tool result; its words are quoted, its other numbers are cited."""
        source = f"{prompts.why_cards()['source']}, {_YEAR}"
        own = [number.value for number in numbers(source)]
        return {
            "stem": self.stem,
            "relative_lu": self.relative_lu,
            "usual_low_lu": self.low_lu,
            "usual_high_lu": self.high_lu,
            "gain_db": self.gain_db,
            "ignored": self.ignored,
            "source": source,
            "passages": [self.ignored],
            "cited": [USUAL_PERCENT, fitted_songs(), *own],
            "percent": USUAL_PERCENT,
            "songs": fitted_songs(),
        }


@cache
def fitted_songs() -> int:
    """How many songs the usual ranges were fitted to."""
    return int(json.loads(NUMBERS_FILE.read_text())["fitted"]["songs"])


def card_of(context: ToolContext, stem: str) -> WhyCard | None:
    """The card of a stem; None for the anchor, and for what has no level."""
    meters, at = meters_of(context, stem=stem), context.names.index(stem)
    relative_lu = rounded(meters.relative_lu[at])
    if stem == meters.anchor or meters.anchor is None or relative_lu is None:
        return None
    assert meters.usual_lu is not None and meters.stem == stem
    low_lu, high_lu = meters.usual_lu
    gain_db = next((move.gain_db for move in context.session.proposed if move.stem == stem), None)
    inside = low_lu <= relative_lu <= high_lu
    ignored = _ignored(stem, context.roles[at], gain_db, inside)
    return WhyCard(stem, meters.anchor, relative_lu, low_lu, high_lu, gain_db, ignored)


def _ignored(stem: str, role: str | None, gain_db: float | None, inside: bool) -> str:
    """What follows if nothing is done about a stem."""
    told: Mapping[str, Any] = prompts.why_cards()["ignored"]
    if not gain_db:
        return told["usual" if inside else "unusual"].format(stem=stem)
    family = FAMILY_OF_ROLE.get(role or "", "other")
    return told["raise" if gain_db > 0 else "lower"][family].format(stem=stem)


def moves_meant(context: ToolContext, said: str) -> tuple[Move, ...]:
    """The moves that are to be made by hand: proposed, else applied last; of the named stems."""
    moves = context.session.proposed or _applied_last(context)
    named = spoken_of(said, context.names, context.roles)
    return tuple(move for move in moves if move.stem in named) or ((*moves,) if not named else ())


def _applied_last(context: ToolContext) -> tuple[Move, ...]:
    """The fader moves that led to the version that is heard now."""
    version, versions = context.session.version, context.session.versions
    if not version.number:
        return ()
    before = versions[version.came_from].state.gain_db
    gains_db = zip(context.names, version.state.gain_db, before, strict=True)
    moved = [(name, round(now - was, 2)) for name, now, was in gains_db]
    return tuple(Move(name, gain_db) for name, gain_db in moved if gain_db)


def program_said(text: str) -> str | None:
    """The studio program that a text names, if any."""
    plain = text.casefold()
    for program, told in prompts.why_cards()["programs"].items():
        if any(_is_called(word, plain) for word in told["said"]):
            return program
    return None


def _is_called(word: str, plain: str) -> bool:
    """Whether a word names a program in a text: "in logic" does, "the logic" does not."""
    if word not in _WORDS_TOO:
        return re.search(rf"\b{re.escape(word)}\b", plain) is not None
    if plain.strip(" .,;!?") == word:
        return True
    return (
        re.search(_PLACE.format(word) + (_NO_PROGRAM if word == "live" else ""), plain) is not None
    )


def by_hand_asked(text: str) -> bool:
    """Whether a text asks how a move is made by hand, or in a studio program that it names.

    A text that orders something besides is no such question.
    """
    plain = " ".join(text.casefold().split())
    if _ONLY_BY_HAND.fullmatch(plain):
        return True
    parts = clauses(plain)
    if not _is_own(plain) or any(_is_order(part, parts[:at]) for at, part in enumerate(parts)):
        return False
    if _HOW.search(plain):
        return True
    placed = program_said(plain) is not None or _OWN.search(plain)
    return bool(_BY_HAND.search(plain) and placed and not _WAS_DONE.search(plain))


def _is_own(plain: str) -> bool:
    """Whether a text speaks of what the user does himself: by hand, or in a studio program."""
    return bool(_BY_HAND.search(plain) or _OWN.search(plain)) or program_said(plain) is not None


def _is_order(part: str, before: Sequence[str]) -> bool:
    """Whether a clause orders something, and is no part of a question that was begun before."""
    order, how = _ORDER.search(part), _HOW.search(part)
    if order is None or (how is not None and how.start() < order.start()):
        return False
    return not (_is_own(part) and before and _HOW.search(before[-1]))


def why_asked(text: str) -> bool:
    """Whether a text asks for the reason of advice."""
    return bool(_WHY.search(text.casefold()))


def level_asked(text: str) -> bool:
    """Whether a text asks what a meter reads."""
    return bool(_LEVEL.search(text.casefold()))


def by_hand(context: ToolContext, said: str) -> dict[str, Any]:
    """The steps of a move by hand, as data; ToolError where there is no stem to move."""
    moves, program = moves_meant(context, said), program_said(said) or ANY_PROGRAM
    named = spoken_of(said, context.names, context.roles)
    stems = [move.stem for move in moves] or [n for n in named if n != context.session.anchor]
    if not stems:
        raise ToolError(
            "there is no move to make by hand yet: ask how the balance is, or name a stem"
        )
    told = prompts.why_cards()["programs"][program]
    slots = {
        "stems": prompts.spoken(stems),
        "changes": _changes(moves, stems),
        "anchor": context.session.anchor or "the anchor",
    }
    steps = [step.format(**slots) for step in told["steps"]]
    return {
        "program": program,
        "steps": steps,
        "trim": told["trim"],
        "passages": [*steps, told["trim"]],
        "advised": [{"stem": move.stem, "gain_db": move.gain_db} for move in moves],
    }


def _changes(moves: Sequence[Move], stems: Sequence[str]) -> str:
    """Vocals up by 3.0 dB and keys down by 1.5 dB; to taste where no move is known."""
    if not moves:
        return f"{prompts.spoken(stems)} a little at a time until it sits"
    return prompts.spoken(
        [
            f"{move.stem} {'up' if move.gain_db > 0 else 'down'} by {_db(move.gain_db)}"
            for move in moves
        ]
    )


def _db(gain_db: float) -> str:
    """A gain's size: 3.0 dB."""
    return prompts.signed_db(gain_db).lstrip("+-")
