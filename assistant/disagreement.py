"""User, ear and meters about one move: who agrees, who does not, and what is proposed then.

One rule: a stated complaint decides the direction unless the meters or the ear contradict it
strongly; whoever is contradicted is told so, with the numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from assistant.complaints import Complaint
from assistant.hearing import Judgement, Needed
from assistant.loops import Loop
from mixer.moves import Move

SURE = 0.6  # how sure the ear must be of the opposite to contradict a complaint
LEANS = 0.3  # and how sure to be told

Kind = Literal[
    "complaint_confirmed",  # the ear finds the same fault
    "complaint_followed",  # nothing speaks against it: a small step on the user's word
    "complaint_contradicted",  # by the meters, or by an ear that is sure
    "complaint_about_anchor",
    "complaint_unheard",  # the stem has no level
    "ear_against_meter",  # a move that leads further out of the usual range
]


@dataclass(frozen=True)
class Meter:
    """A stem's level against the anchor in LU (None: no level), and its usual 10-90 % range."""

    relative_lu: float | None
    low_lu: float
    high_lu: float

    @property
    def side(self) -> int:
        """1 above the usual range, -1 below it, 0 inside it or without a level."""
        if self.relative_lu is None:
            return 0
        return (self.relative_lu > self.high_lu) - (self.relative_lu < self.low_lu)


@dataclass(frozen=True)
class Advised:
    """A proposed move in dB, its 10-90 % range, and the probability of the fault that it mends."""

    stem: str
    gain_db: float
    low_db: float
    high_db: float
    confidence: float

    @property
    def sign(self) -> int:
        return 1 if self.gain_db > 0 else -1

    @property
    def told(self) -> str:
        """The move and its range, the smaller end first: vocals +4.0 dB (+2.0 to +6.0)."""
        ends_db = (self.low_db, self.high_db)[:: self.sign]
        span = f" ({ends_db[0]:+.1f} to {ends_db[1]:+.1f})" if self.low_db != self.high_db else ""
        return f"{Move(self.stem, self.gain_db)}{span}"

    def as_data(self) -> dict[str, Any]:
        return {**asdict(self), "confidence": round(self.confidence, 2)}


@dataclass(frozen=True)
class Remark:
    """What is to be said of one stem beside the moves.

    complaint: quiet or loud, as the user finds it. opposite: how likely the ear, which has not
    heard the words, takes the opposite to be. loop: where to listen.
    """

    kind: Kind
    stem: str
    meter: Meter
    complaint: str | None = None
    opposite: float = 0.0
    loop: Loop | None = None

    @property
    def is_disputed(self) -> bool:
        """Whether the user had better listen before anything is moved."""
        return self.kind in ("complaint_contradicted", "ear_against_meter")

    def as_data(self) -> dict[str, Any]:
        told: dict[str, Any] = {"kind": self.kind, "stem": self.stem, "complaint": self.complaint}
        told |= asdict(self.meter)
        told["opposite"] = round(self.opposite, 2)
        told["loop"] = None if self.loop is None else asdict(self.loop)
        return told


@dataclass(frozen=True, eq=False)
class Weighed:
    """What is proposed, and what is to be said of it. No moves: leave it."""

    judgement: Judgement
    moves: tuple[Advised, ...]
    remarks: tuple[Remark, ...] = ()
    complaints: tuple[Complaint, ...] = ()

    def move_of(self, stem: str, gain_db: float) -> Advised | None:
        """The proposed move of a stem, if it is this one."""
        return next((m for m in self.moves if (m.stem, m.gain_db) == (stem, gain_db)), None)


def decide(
    judgement: Judgement,
    unprompted: Judgement,
    meters: Mapping[str, Meter],
    complaints: Sequence[Complaint],
    threshold: float,
) -> Weighed:
    """Weigh what the user says against ear and meters.

    Args:
        judgement: with the user's words; unprompted: without them.
        meters: of every stem but the anchor.
        threshold: the probability of a fault from which a move is advised.
    """
    found = judged(judgement, threshold)
    advised, remarks = {move.stem: move for move in found}, []
    for complaint in complaints:
        if complaint.stem not in meters:
            no_meter = Meter(None, 0.0, 0.0)
            remarks.append(Remark("complaint_about_anchor", complaint.stem, no_meter))
            continue
        move, remark = _answer(
            judgement, unprompted, meters[complaint.stem], complaint, advised.get(complaint.stem)
        )
        remarks.append(remark)
        advised.pop(complaint.stem, None)
        if move is not None:
            advised[complaint.stem] = move
    named = [complaint.stem for complaint in complaints]
    moves = sorted(advised.values(), key=lambda move: move.stem not in named)
    for move in moves:
        if move.stem not in named and meters[move.stem].side == move.sign:
            remarks.append(Remark("ear_against_meter", move.stem, meters[move.stem]))
    return Weighed(judgement, tuple(moves), tuple(remarks), tuple(complaints))


def judged(judgement: Judgement, threshold: float) -> list[Advised]:
    """The moves of a judgement alone, each with its range and confidence, the surest first."""
    ranges_db, fault = judgement.range_db(), judgement.p_fault()
    found = []
    for move in judgement.moves(threshold):
        at = judgement.names.index(move.stem)
        low_db, high_db = (float(end_db) for end_db in ranges_db[at])
        found.append(Advised(move.stem, move.gain_db, low_db, high_db, float(fault[at])))
    return found


def _answer(
    judgement: Judgement,
    unprompted: Judgement,
    meter: Meter,
    complaint: Complaint,
    move: Advised | None,
) -> tuple[Advised | None, Remark]:
    """The move of a stem that is complained of, from the judged one, and what to say of it."""
    at, sign = judgement.names.index(complaint.stem), complaint.sign
    opposite = unprompted.needed(at, -sign).probability
    remark = Remark("complaint_followed", complaint.stem, meter, complaint.word, opposite)
    if meter.relative_lu is None:
        return None, replace(remark, kind="complaint_unheard")
    step = _smallest(complaint.stem, judgement.needed(at, sign))
    agrees = move is not None and move.sign == sign
    if meter.side == sign or (opposite >= SURE and meter.side != -sign):
        leans = step.confidence > 0.0 and judgement.leaning(at) == sign
        return (step if leans else move), replace(remark, kind="complaint_contradicted")
    return (move, replace(remark, kind="complaint_confirmed")) if agrees else (step, remark)


def _smallest(stem: str, needed: Needed) -> Advised:
    """The smallest sensible step: the near end of the range."""
    return Advised(stem, needed.least_db, needed.low_db, needed.high_db, needed.probability)
