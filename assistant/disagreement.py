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
from assistant.sensitivity import among_several
from mixer.moves import Move

SURE = 0.6  # how sure the ear must be of the opposite to contradict a complaint
LEANS = 0.3  # and how sure to be told

Kind = Literal[
    "complaint_confirmed",  # the ear finds the same fault, without having been told
    "complaint_followed",  # nothing strong speaks against it: a step on the user's word
    "complaint_contradicted",  # by the meters, or by an ear that is sure
    "complaint_about_anchor",
    "complaint_unheard",  # the stem has no level
    "asked_about",  # named by the user, and left where it is
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

    @property
    def is_far_out(self) -> bool:
        """Whether it is out of the usual range by half the range's width or more."""
        if self.relative_lu is None:
            return False
        out_lu = max(self.relative_lu - self.high_lu, self.low_lu - self.relative_lu)
        return out_lu >= (self.high_lu - self.low_lu) / 2


@dataclass(frozen=True)
class Advised:
    """A proposed move in dB, its 10-90 % range, and the probability of the fault that it mends.

    No confidence: it is proposed on the user's word.
    """

    stem: str
    gain_db: float
    low_db: float
    high_db: float
    confidence: float | None

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
        sure = None if self.confidence is None else round(self.confidence, 2)
        return {**asdict(self), "confidence": sure}


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
        heard = _Heard(judgement, unprompted, meters[complaint.stem], complaint, threshold)
        move, remark = _answer(heard, advised.pop(complaint.stem, None))
        remarks.append(remark)
        if move is not None:
            advised[complaint.stem] = move
    named = [complaint.stem for complaint in complaints]
    moves = sorted(advised.values(), key=lambda move: move.stem not in named)
    told_only = {remark.stem for remark in remarks if remark.kind != "complaint_confirmed"}
    for move in moves:
        if move.stem not in told_only and meters[move.stem].side == move.sign:
            remarks.append(Remark("ear_against_meter", move.stem, meters[move.stem]))
    return Weighed(judgement, tuple(moves), tuple(remarks))


def judged(judgement: Judgement, threshold: float) -> list[Advised]:
    """The moves of a judgement alone, each with its range and confidence, the surest first."""
    needed = judgement.likeliest()
    moves = judgement.moves(threshold)
    return [_whole(move.stem, needed[judgement.names.index(move.stem)]) for move in moves]


@dataclass(frozen=True, eq=False)
class _Heard:
    """A complaint, and what ear (with and without the words) and meter say of its stem."""

    judgement: Judgement
    unprompted: Judgement
    meter: Meter
    complaint: Complaint
    threshold: float

    def without_words(self, sign: int) -> Needed:
        """What the ear alone would do with the stem in a direction."""
        return self.unprompted.needed(self.unprompted.names.index(self.complaint.stem), sign)

    @property
    def is_shared(self) -> bool:
        """Whether the ear, which was not told, would have flagged the same fault."""
        sign = self.complaint.sign
        own, opposite = (self.without_words(way).probability for way in (sign, -sign))
        flagged = among_several(own, len(self.judgement.names)) >= self.threshold
        return bool(flagged) and own > opposite

    @property
    def is_contradicted(self) -> bool:
        """By a meter far out, or by one that the ear sides with, or by an ear that is sure."""
        side, sign = self.meter.side, self.complaint.sign
        own, opposite = (self.without_words(way).probability for way in (sign, -sign))
        if side == sign:
            return self.meter.is_far_out or own <= opposite
        return opposite >= SURE and side != -sign


def _answer(heard: _Heard, move: Advised | None) -> tuple[Advised | None, Remark]:
    """The move of a stem that is complained of, from the judged one, and what to say of it."""
    stem, sign, judgement = heard.complaint.stem, heard.complaint.sign, heard.judgement
    opposite = heard.without_words(-sign).probability
    remark = Remark("complaint_followed", stem, heard.meter, heard.complaint.word, opposite)
    if heard.meter.relative_lu is None:
        return None, replace(remark, kind="complaint_unheard")
    own = move if move is not None and move.sign == sign else None
    if heard.is_shared:
        shared = own or _whole(stem, heard.without_words(sign))
        return shared, replace(remark, kind="complaint_confirmed")
    step = _smallest(stem, judgement.needed(judgement.names.index(stem), sign))
    if heard.is_contradicted:
        wanted = step if _leans(judgement, stem, sign) else move
        return wanted, replace(remark, kind="complaint_contradicted")
    return (step if own is None else replace(own, confidence=None)), remark


def _leans(judgement: Judgement, stem: str, sign: int) -> bool:
    """Whether the ear, told, gives the fault any chance, and more than its opposite."""
    at = judgement.names.index(stem)
    return judgement.needed(at, sign).probability > 0.0 and judgement.leaning(at) == sign


def _whole(stem: str, needed: Needed) -> Advised:
    """The whole move, as sure as the ear is of its direction."""
    return Advised(stem, needed.gain_db, needed.low_db, needed.high_db, needed.probability)


def _smallest(stem: str, needed: Needed) -> Advised:
    """The smallest sensible step on the user's word: the near end of the range."""
    return Advised(stem, needed.least_db, needed.low_db, needed.high_db, None)
