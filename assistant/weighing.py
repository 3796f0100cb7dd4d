"""Weigh a judgement with what the user said and what the meters say, for `advise` and `chat` alike.

One rule: nothing is proposed from a judgement that has not gone through here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.complaints import Complaint, complaints_in
from assistant.complaints_felt import complaints_felt
from assistant.context import ToolContext, rounded
from assistant.disagreement import Meter, Remark, Weighed, decide
from assistant.evidence import heed
from assistant.hearing import Hearing, Judgement, ToolCall
from assistant.loops import loudest_together
from assistant.orders.mentions import stems_in
from assistant.tools_levels import usual_levels

MOST_ASKED_ABOUT = 3
QUESTION = "What would you change?"  # asks for advice and says nothing about the mix


def weigh(context: ToolContext, hearing: Hearing, judgement: Judgement, words: str) -> Weighed:
    """What to propose after the listener has judged the song with these words in its ear.

    A complaint that was read is weighed as evidence beside what the listener thinks without it.
    """
    complaints = complaints_of(words, context.names, context.roles, context.listener)
    unprompted = judgement
    if any(complaint.stem != hearing.anchor for complaint in complaints):
        assert context.listener is not None, "a judgement was made by a listener"
        unprompted = context.listener.judge(hearing, [{"role": "user", "content": QUESTION}])
        judgement = heed(unprompted, complaints)
    known = meters(context)
    weighed = decide(judgement, unprompted, known, complaints, hearing.threshold)
    remarks = tuple(with_loop(context, remark) for remark in weighed.remarks)
    return replace(weighed, remarks=(*_asked_about(context, weighed, known, words), *remarks))


def complaints_of(
    words: str, names: Sequence[str], roles: Sequence[str | None], listener: object
) -> tuple[Complaint, ...]:
    """The complaints of a text: by phrasings and cues, else by a listener that reads intents."""
    told = complaints_in(words, names, roles)
    read = getattr(listener, "read", None)
    if told or read is None:
        return told
    return complaints_felt(words, names, roles, read(words, tuple(names), tuple(roles)))


def _asked_about(
    context: ToolContext, weighed: Weighed, known: Mapping[str, Meter], words: str
) -> list[Remark]:
    """A remark on each stem that the user names and that is neither moved nor spoken of."""
    told = {move.stem for move in weighed.moves} | {remark.stem for remark in weighed.remarks}
    named = stems_in(words, context.names, context.roles)
    return [
        Remark("asked_about", name, known[name])
        for name in named
        if name in known and name not in told and known[name].relative_lu is not None
    ][:MOST_ASKED_ABOUT]


def proposal(weighed: Weighed, reason: str = "") -> ToolCall:
    """The call that proposes what was weighed."""
    moves = [{"stem": move.stem, "gain_db": move.gain_db} for move in weighed.moves]
    return ToolCall("propose_moves", {"moves": moves, "reason": reason})


def meters(context: ToolContext) -> dict[str, Meter]:
    """Every stem but the anchor: its level against it, and where such a stem usually is."""
    relative_lu = dict(zip(context.names, context.relative_now(), strict=True))
    del relative_lu[context.names[context.anchor_index]]
    return {
        name: Meter(rounded(lu), *usual_levels(context, name)) for name, lu in relative_lu.items()
    }


def with_loop(context: ToolContext, remark: Remark) -> Remark:
    """A remark that asks the user to listen says where."""
    if not remark.is_disputed:
        return remark
    stem, anchor = (
        context.song.audio[at] for at in (context.names.index(remark.stem), context.anchor_index)
    )
    return replace(remark, loop=loudest_together(stem, anchor, context.song.sample_rate))
