"""What a turn ends with: calls told from their results, a question back, or plain words.

One rule: whatever is said here is written into the journal before it is returned.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import prompts
from assistant.acting import NOT_HERE, USER_REFUSED
from assistant.asking import Option
from assistant.hearing import ToolCall
from assistant.progress import Progress
from assistant.rewriting import rewrite
from mixer.moves import Move

MORE_THAN_ONE = "the user's word fits more than one stem"
_MOST_SHOWN, _FIRST_SHOWN = 8, 6  # names in one question


@dataclass(frozen=True)
class Reply:
    """What the user reads. problems: why the model's own words were not shown, if they were not."""

    text: str
    moves: tuple[Move, ...] | None = (
        None  # proposed in this turn; none at all: nothing was proposed
    )
    problems: tuple[str, ...] = ()

    @property
    def rewritten(self) -> bool:
        return bool(self.problems)


def told_at_once(turn: Progress, *calls: ToolCall) -> Reply:
    """The reply to calls that the words leave no doubt of, told from their results.

    What cannot be done ends it, unless there was nothing to undo; of an undo before the right
    thing nothing is said.
    """
    for call in calls:
        turn.act(call)
        if not turn.done[-1][1].ok and call.name != "undo":
            break
    corrected = len(turn.done) > 1 and turn.done[0][0].name == "undo" and turn.done[0][1].ok
    done = turn.done[1:] if corrected else turn.done
    seed = len(turn.session.events)
    told = [rewrite(*one, seed=seed + place) for place, one in enumerate(done)]
    return worded(turn, " ".join([*([turn.first] if turn.first else []), *told]))


def worded(turn: Progress, text: str) -> Reply:
    """The reply in words of our own, which need no check."""
    turn.answer(text=text, rewritten=False, problems=[])
    return Reply(text)


def pleased(turn: Progress) -> Reply:
    """What is said to "perfect" where no proposal waits for an answer."""
    text = prompts.reply("praise", len(turn.session.events))
    turn.answer(text=text, rewritten=True, problems=["nothing is proposed"])
    return Reply(text, None, ("nothing is proposed",))


def ask_back(turn: Progress, why: str, options: Sequence[Option]) -> Reply:
    """One short question instead of a call that nothing the user said supports."""
    seed, names = len(turn.session.events), list(turn.context.names)
    no = "refused_ok" if turn.session.proposed else "stays"
    if why == USER_REFUSED:
        let_go(turn)
    if why.startswith(NOT_HERE):
        missing, options = why.removeprefix(NOT_HERE), ()
        text = prompts.reply("unknown_stem", seed, missing=missing, stems=names)
    elif why == USER_REFUSED or not options:
        text = prompts.reply(no if why == USER_REFUSED else "clarify_intent", seed)
        options = ()
    else:
        (text,) = asked_again(options, seed)
    offered = {"options": [one.as_data() for one in options]} if options else {}
    turn.answer(text=text, rewritten=True, problems=[why], **offered)
    return Reply(text, proposed_now(turn), (why,))


def asked_again(options: Sequence[Option], seed: int) -> list[str]:
    """The question that offers these options; nothing where there are none."""
    if not options:
        return []
    labels = [one.label for one in options]
    if all(one.names_a_stem for one in options):
        shown = labels if len(labels) <= _MOST_SHOWN else [*labels[:_FIRST_SHOWN], "another one"]
        return [prompts.reply("clarify_stem", seed, candidates=shown)]
    return [prompts.reply("clarify_order", seed, first=labels[0], second=labels[1])]


def let_go(turn: Progress) -> None:
    """Close the open proposal where the words turn it down and nothing else was done."""
    if turn.session.proposed and not turn.done and turn.reading.turns_down:
        turn.session.decline()


def proposed_now(turn: Progress) -> tuple[Move, ...] | None:
    """The moves proposed in this turn, or None."""
    for call, result in reversed(turn.done):
        if call.name == "propose_moves" and result.ok:
            return tuple(Move(move["stem"], move["gain_db"]) for move in result.data["moves"])
    return None
